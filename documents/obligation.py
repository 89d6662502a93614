"""Every duty that somebody is reminded of: its limit, its article, who owes it.

Legal source: law.md §9 (the whole table), §1.1 P-03, P-04, §1.2 D7, D10, §1.7 E4, E6, E9, §1.10
H-06; Decree 30/2020/ND-CP, Art. 4.2c, 15.2, 18.1, 21.2c, 23.1, 24.2, 30, 31; Appendix VI, Part I,
III.5b. Where `article` says so, the limit is practice and an agency's rule may set another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from documents.document import Role
from documents.time_limit import Limit, Until


class Duty(StrEnum):
    """What is owed."""

    REGISTER = "register"
    ACKNOWLEDGE = "acknowledge"
    QUARANTINE = "quarantine"
    HELD = "held"
    SUBMIT = "submit"
    DIRECT = "direct"
    BEGIN = "begin"
    TASK = "task"
    ANSWER = "answer"
    EXTENSION = "extension"
    OPINION = "opinion"
    ISSUE_BY = "issue_by"
    NUMBER = "number"
    ISSUE = "issue"
    RESERVATION = "reservation"
    LOAN = "loan"
    DOSSIER = "dossier"
    DELEGATION = "delegation"
    INCIDENT_FIRST = "incident_first"
    INCIDENT_REPORT = "incident_report"
    BREACH = "breach"
    DATA_REPLY = "data_reply"
    DATA_VIEW = "data_view"
    DATA_MEND = "data_mend"
    DATA_ERASE = "data_erase"
    COMPLIANCE = "compliance"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one duty."""

    name: str
    """Vietnamese, as people read it."""
    limit: Limit
    urgent: Limit | None
    """The limit for urgent documents, where there is another."""
    article: str
    owes: frozenset[Role] = frozenset()
    """Whose it is where no person is named."""
    escalates: bool = True
    calendar_days: bool = False
    """Whether what is ahead of it is counted in calendar days, not in working days."""
    days: int = 0
    """Working days, of Limit.WORKING_DAYS."""
    hours: int = 0
    """Of Limit.MOMENT, after an incident."""


_CLERK = frozenset({Role.CLERK})
_KEEPER = frozenset({Role.ADMINISTRATOR, Role.LEADER})
_PRACTICE = "thông lệ / practice"

DUTIES: Mapping[Duty, Terms] = MappingProxyType(
    {
        Duty.REGISTER: Terms(
            "Vào sổ văn bản đến",
            Limit.NEXT_WORKING_DAY,
            Limit.AT_ONCE,
            "NĐ 30/2020 Đ4.2c, Đ22",
            _CLERK,
        ),
        Duty.ACKNOWLEDGE: Terms(
            "Thông báo đã nhận cho nơi gửi", Limit.SAME_DAY, None, "NĐ 30/2020 Đ21.2c", _CLERK
        ),
        Duty.QUARANTINE: Terms(
            "Xem văn bản bị giữ lại khi tiếp nhận",
            Limit.NEXT_WORKING_DAY,
            Limit.AT_ONCE,
            "NĐ 30/2020 Đ4.2c, Đ21.2b",
            _CLERK,
        ),
        Duty.HELD: Terms(
            "Xử lý văn bản đứng lại do lỗi",
            Limit.NEXT_WORKING_DAY,
            Limit.AT_ONCE,
            "NĐ 30/2020 Đ4.2c",
            _CLERK,
        ),
        Duty.SUBMIT: Terms(
            "Trình, chuyển văn bản đến",
            Limit.NEXT_WORKING_DAY,
            Limit.AT_ONCE,
            "NĐ 30/2020 Đ23.1",
            _CLERK,
        ),
        Duty.DIRECT: Terms(
            "Cho ý kiến chỉ đạo văn bản đến",
            Limit.NEXT_WORKING_DAY,
            Limit.AT_ONCE,
            f"NĐ 30/2020 Đ4.2c, Đ23.2; {_PRACTICE}",
        ),
        Duty.BEGIN: Terms(
            "Giải quyết ngay văn bản khẩn", Limit.AT_ONCE, Limit.AT_ONCE, "NĐ 30/2020 Đ24.2"
        ),
        Duty.TASK: Terms("Hoàn thành nhiệm vụ", Limit.DATE, None, "NĐ 30/2020 Đ23.2, Đ24"),
        Duty.ANSWER: Terms(
            "Trả lời văn bản đến (hạn của nơi gửi)",
            Limit.DATE,
            None,
            "NĐ 30/2020 PL VI.II, DueDate",
            _CLERK,
        ),
        Duty.EXTENSION: Terms(
            "Trả lời xin gia hạn", Limit.NEXT_WORKING_DAY, None, f"NĐ 30/2020 Đ24; {_PRACTICE}"
        ),
        Duty.OPINION: Terms("Góp ý dự thảo", Limit.DATE, None, "NĐ 30/2020 Đ10.3"),
        Duty.ISSUE_BY: Terms(
            "Ban hành văn bản đúng thời hạn yêu cầu", Limit.DATE, None, "NĐ 30/2020 Đ10, Đ24"
        ),
        Duty.NUMBER: Terms(
            "Cấp số văn bản đã ký",
            Limit.NEXT_WORKING_DAY,
            Limit.AT_ONCE,
            "NĐ 30/2020 Đ15.2",
            _CLERK,
        ),
        Duty.ISSUE: Terms(
            "Phát hành văn bản đã ký",
            Limit.NEXT_MORNING,
            Limit.AT_ONCE,
            "NĐ 30/2020 Đ18.1; QĐ 28/2018",
            _CLERK,
        ),
        Duty.RESERVATION: Terms(
            "Dùng hoặc trả số giữ trước",
            Limit.MOMENT,
            None,
            _PRACTICE,
            escalates=False,
        ),
        Duty.LOAN: Terms(
            "Thu hồi bản lưu cho mượn", Limit.WORKING_DAYS, None, _PRACTICE, _CLERK, days=10
        ),
        Duty.DOSSIER: Terms(
            "Nộp lưu hồ sơ",
            Limit.DATE,
            None,
            "NĐ 30/2020 Đ30, Đ31; PL VI.I.III.5b",
            calendar_days=True,
        ),
        Duty.DELEGATION: Terms(
            "Ủy quyền sắp hết hạn", Limit.DATE, None, "NĐ 30/2020 Đ13.3", escalates=False
        ),
        Duty.INCIDENT_FIRST: Terms(
            "Báo cáo ban đầu sự cố an ninh mạng",
            Limit.MOMENT,
            None,
            "NĐ 331/2026 Đ31.2d; QCVN 12",
            _KEEPER,
            hours=24,
        ),
        Duty.INCIDENT_REPORT: Terms(
            "Báo cáo sự cố an ninh mạng",
            Limit.MOMENT,
            None,
            "NĐ 331/2026 Đ31.2d",
            _KEEPER,
            hours=72,
        ),
        Duty.BREACH: Terms(
            "Thông báo vi phạm dữ liệu cá nhân",
            Limit.MOMENT,
            None,
            "Luật 91/2025 Đ23",
            _KEEPER,
            hours=72,
        ),
        Duty.DATA_REPLY: Terms(
            "Phản hồi yêu cầu của chủ thể dữ liệu",
            Limit.WORKING_DAYS,
            None,
            "NĐ 356/2025",
            _KEEPER,
            days=2,
        ),
        Duty.DATA_VIEW: Terms(
            "Thực hiện yêu cầu của chủ thể dữ liệu (10 ngày)",
            Limit.DATE,
            None,
            "NĐ 356/2025",
            _KEEPER,
            days=10,
        ),
        Duty.DATA_MEND: Terms(
            "Thực hiện yêu cầu của chủ thể dữ liệu (15 ngày)",
            Limit.DATE,
            None,
            "NĐ 356/2025",
            _KEEPER,
            days=15,
        ),
        Duty.DATA_ERASE: Terms(
            "Thực hiện yêu cầu của chủ thể dữ liệu (20 ngày)",
            Limit.DATE,
            None,
            "NĐ 356/2025",
            _KEEPER,
            days=20,
        ),
        Duty.COMPLIANCE: Terms(
            "Mốc tuân thủ của hệ thống",
            Limit.DATE,
            None,
            "law.md §9",
            _KEEPER,
            escalates=False,
            calendar_days=True,
        ),
        Duty.CALENDAR: Terms(
            "Bổ sung lịch nghỉ của năm tới",
            Limit.DATE,
            None,
            "Bộ luật Lao động 2019 Đ112",
            _KEEPER,
            escalates=False,
            calendar_days=True,
        ),
    }
)
INCIDENTS = frozenset(
    {
        *(Duty.INCIDENT_FIRST, Duty.INCIDENT_REPORT, Duty.BREACH, Duty.DATA_REPLY),
        *(Duty.DATA_VIEW, Duty.DATA_MEND, Duty.DATA_ERASE),
    }
)
"""Duties that begin when somebody tells of an incident or a request."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that one agency owes, with who owes it as far as the facts say."""

    duty: Duty
    subject_id: str
    code: str
    """As people name it; never its subject."""
    title: str
    since: datetime
    until: Until
    at_once: bool = False
    document_id: str | None = None
    people: tuple[str, ...] = ()
    """Ids; empty: the unit's head, else whoever has one of the duty's roles."""
    unit_id: str | None = None
    type_name: str = ""
    leader_id: str | None = None
    """The leader whose it is to know: who gave the task, who signs."""

    def late(self, at: datetime) -> bool:
        """Return whether it is over at *at*."""
        return at >= self.until.at
