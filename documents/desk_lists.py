"""Every list of the desk, and who has it before them: the words are those people know.

Source: ux.md §1.2 (queues and counters of each role, used verbatim). A list is a queue of
documents (`queues`), perhaps only one's own, or what waits in handling (`desk_works`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from documents.desk import Desk
from documents.desk_works import Work
from documents.document import Role
from documents.lifecycle import Direction
from documents.listing import Only
from documents.queues import QUEUES, Queue, QueueUnknown


class Whose(StrEnum):
    """Which documents of a queue are meant."""

    EVERYBODY = "everybody"
    DRAFTER = "drafter"
    SIGNER = "signer"
    UNIT = "unit"
    """Of the units that the person heads."""


class Bulk(StrEnum):
    """What can be done with several rows at once: names of `workflows.batch_actions`."""

    REGISTER = "register"
    """vào sổ loạt."""
    FORWARD = "forward"
    """chuyển xử lý."""
    APPROVE = "approve"
    """ký tập."""
    ISSUE = "issue"
    """phát hành."""
    VERIFY = "verify"
    """kiểm tra lại chữ ký số."""
    INITIAL = "initial"
    """ký nháy."""
    RETRY = "retry"
    """thử lại."""
    FILE = "file"
    """lưu."""


@dataclass(frozen=True, slots=True)
class DeskList:
    """One list: what stands in it, for whom, and what is done with it."""

    name: str
    vietnamese: str
    english: str
    roles: frozenset[Role]
    """Whose desk shows it with its counter; empty: nobody's, it is opened from the menu."""
    queue: Queue | None = None
    whose: Whose = Whose.EVERYBODY
    work: Work | None = None
    opens: str = "/documents"
    """The screen on which a row is handled: `opens`/ID."""
    bulk: tuple[Bulk, ...] = ()
    office: bool = False
    """Only for who heads the agency's office (Chánh Văn phòng)."""
    late: bool = False
    """What is in it is late, or went wrong: its counter is shown as such."""
    by_task: bool = False
    """A row is opened by the id of its task, where it has one."""

    def only(self, desk: Desk) -> Only:
        """Return whose documents of the queue are meant."""
        match self.whose:
            case Whose.DRAFTER:
                return Only(drafters=desk.people)
            case Whose.SIGNER:
                return Only(signers=desk.people)
            case Whose.UNIT:
                return Only(units=desk.headed or ("",))
        return Only()

    @property
    def direction(self) -> Direction | None:
        """Of its documents; None where it has both."""
        return self.queue.direction if self.queue is not None else None


_CLERK = frozenset({Role.CLERK})
_LEADER = frozenset({Role.LEADER})
_HEAD = frozenset({Role.UNIT_HEAD})
_SPECIALIST = frozenset({Role.SPECIALIST})
_HANDLERS = frozenset({Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK})
_STAFF = frozenset({Role.SPECIALIST, Role.UNIT_HEAD})
_NOBODY: frozenset[Role] = frozenset()


def _documents(
    name: str,
    vietnamese: str,
    english: str,
    roles: frozenset[Role],
    queue: str,
    opens: str = "/documents",
    *bulk: Bulk,
    whose: Whose = Whose.EVERYBODY,
    office: bool = False,
    late: bool = False,
) -> DeskList:
    return DeskList(
        name,
        vietnamese,
        english,
        roles,
        QUEUES[queue],
        whose,
        opens=opens,
        bulk=bulk,
        office=office,
        late=late,
    )


def _work(
    work: Work,
    name: str,
    vietnamese: str,
    english: str,
    roles: frozenset[Role],
    opens: str = "/work",
    *,
    late: bool = False,
) -> DeskList:
    by_task = opens == "/work"
    return DeskList(
        name, vietnamese, english, roles, work=work, opens=opens, late=late, by_task=by_task
    )


_ALL = (
    # văn thư cơ quan
    _documents(
        *("to-register", "Văn bản đến chờ vào sổ", "incoming, to register", _CLERK),
        *("to-register", "/intake", Bulk.REGISTER),
    ),
    _documents(
        *("quarantine", "Giữ lại chờ văn thư", "held for the clerk", _CLERK),
        *("quarantine", "/intake", Bulk.VERIFY),
        late=True,
    ),
    _work(
        *(Work.ASKED_BACK, "asked-back", "Yêu cầu thu hồi", "asked to give back", _CLERK),
        "/documents",
    ),
    _documents(
        *("to-submit", "Chờ phân xử lý", "registered, to be passed on", _CLERK),
        *("to-submit", "/direct", Bulk.FORWARD),
    ),
    _work(
        *(Work.RETURNED, "given-back", "Văn bản đến trả lại", "given back to the clerk", _CLERK),
        "/direct",
    ),
    _documents(
        *("to-number", "Văn bản đi chờ số", "outgoing, to number", _CLERK),
        *("to-number", "/issue", Bulk.ISSUE),
    ),
    _documents(
        *("to-seal", "Văn bản đi chờ đóng dấu", "outgoing, to seal", _CLERK),
        *("to-seal", "/issue"),
    ),
    _documents(
        *("to-dispatch", "Văn bản đi chờ phát hành", "outgoing, to dispatch", _CLERK),
        *("to-dispatch", "/issue"),
    ),
    _documents(
        *("stuck-in", "Văn bản đến cần xử lý lỗi", "incoming, stuck", _CLERK, "stuck-in"),
        *("/documents", Bulk.RETRY),
        late=True,
    ),
    _documents(
        *("stuck-out", "Văn bản đi cần xử lý lỗi", "outgoing, stuck", _CLERK, "stuck-out"),
        *("/documents", Bulk.RETRY),
        late=True,
    ),
    _documents(
        *("completed", "Đã xử lý, chờ lưu", "done, to file", _CLERK, "completed", "/documents"),
        Bulk.FILE,
    ),
    # Chánh Văn phòng
    _documents(
        *("to-sort", "Văn bản chờ phân loại", "to be sorted", _HEAD | _LEADER, "to-submit"),
        *("/direct", Bulk.FORWARD),
        office=True,
    ),
    # Chủ tịch, Phó Chủ tịch, Giám đốc
    _work(
        *(Work.WAITING, "waiting", "Văn bản chờ xử lý", "waits for direction", _LEADER),
        "/direct",
    ),
    _documents(
        *("to-approve", "Văn bản đi chờ duyệt", "to approve", _LEADER, "to-approve", "/sign"),
        Bulk.APPROVE,
        whose=Whose.SIGNER,
    ),
    _documents(
        *("to-sign", "Văn bản đi chờ ký", "to sign", _LEADER, "to-sign", "/sign"),
        whose=Whose.SIGNER,
    ),
    _documents("important", "Văn bản quan trọng", "urgent, not done", _LEADER, "urgent"),
    # Trưởng, Phó phòng; chuyên viên
    _work(
        *(Work.LEADING, "to-handle", "Văn bản chờ xử lý", "tasks to handle"),
        _STAFF | _CLERK,
    ),
    _work(Work.LEADING, "own-tasks", "Việc được giao", "tasks of a leader", _LEADER),
    _work(
        *(Work.WAITING, "to-direct", "Văn bản chờ bút phê", "waits for the head's word", _HEAD),
        "/direct",
    ),
    _work(
        *(Work.DONE_BELOW, "to-accept", "Văn bản hoàn thành chờ duyệt", "done, to accept"),
        _LEADER | _HEAD,
    ),
    _work(
        *(Work.COOPERATING, "unit-cooperating", "Văn bản đơn vị phối hợp chờ xử lý"),
        *("the unit co-operates", _HEAD),
    ),
    _work(
        *(Work.COOPERATING, "cooperating", "Chuyên viên phối hợp chờ xử lý", "to co-operate"),
        _SPECIALIST,
    ),
    _work(
        *(Work.COOPERATING, "asked-to-help", "Phối hợp chờ xử lý", "to co-operate"),
        _LEADER | _CLERK,
    ),
    _work(
        *(Work.EXTENSIONS, "extensions", "Văn bản xin gia hạn", "extensions asked"),
        _LEADER | _HEAD,
    ),
    _work(
        *(Work.OVERDUE, "overdue", "Văn bản quá hạn đang xử lý", "overdue, of the agency"),
        _LEADER,
        late=True,
    ),
    _work(
        *(Work.UNIT_OVERDUE, "unit-overdue", "Văn bản quá hạn", "overdue, of the unit", _HEAD),
        late=True,
    ),
    _work(
        *(Work.OWN_OVERDUE, "own-overdue", "Việc quá hạn", "overdue, one's own", _SPECIALIST),
        late=True,
    ),
    _work(Work.UNIT, "unit-work", "Công việc phòng", "the unit's work", _HEAD),
    _documents(
        *("unit-submitted", "Dự thảo của đơn vị chờ duyệt", "the unit's, submitted", _HEAD),
        *("to-approve", "/drafts", Bulk.INITIAL),
        whose=Whose.UNIT,
    ),
    _documents(
        *("drafts", "Dự thảo cá nhân", "own drafts", _STAFF, "drafts", "/drafts"),
        whose=Whose.DRAFTER,
    ),
    _documents(
        *("returned", "Văn bản bị trả lại", "returned to the drafter", _STAFF),
        *("returned", "/drafts"),
        whose=Whose.DRAFTER,
        late=True,
    ),
    _work(
        *(Work.DRAFT_OPINIONS, "draft-opinions", "Dự thảo chờ góp ý", "opinions on drafts"),
        *(_HANDLERS, "/drafts"),
    ),
    _documents(
        *("submitted", "Văn bản đi chờ duyệt", "own, submitted", _SPECIALIST),
        *("to-approve", "/drafts"),
        whose=Whose.DRAFTER,
    ),
    _work(Work.OPINIONS, "opinions", "Chờ cho ý kiến", "opinions asked", _HANDLERS),
    _work(Work.TO_READ, "to-read", "Nhận để biết", "for information", _HANDLERS),
    _work(Work.GIVEN, "given", "Đã giao, đang theo dõi", "given, not done", _LEADER | _HEAD),
    # cả cơ quan
    _documents("mailbox", "Hòm thư công", "the mailbox", _CLERK, "mailbox", "/intake"),
    _documents("inbox", "Danh sách văn bản đến", "incoming", _NOBODY, "inbox"),
    _documents("invitations-in", "Giấy mời đến", "invitations in", _NOBODY, "invitations-in"),
    _documents("refused", "Đã từ chối tiếp nhận", "sent back", _NOBODY, "returned-in"),
    _documents("in-progress", "Đang xử lý", "in progress", _NOBODY, "in-progress"),
    _documents("deadlines", "Văn bản đến theo hạn", "by deadline", _NOBODY, "deadlines"),
    _documents("outbox", "Danh sách văn bản đi", "outgoing", _NOBODY, "outbox"),
    _documents("invitations-out", "Giấy mời đi", "invitations out", _NOBODY, "invitations-out"),
    _documents("dispatched", "Đã phát hành", "dispatched", _NOBODY, "dispatched"),
    _documents("recalled", "Bị thu hồi, hủy", "recalled, void", _NOBODY, "recalled"),
)

LISTS: Mapping[str, DeskList] = MappingProxyType({each.name: each for each in _ALL})
"""Every list by its name, in the order in which a desk shows them."""
REGISTERS = tuple(each.name for each in _ALL if not each.roles)
"""Those that anybody of the agency opens from the menu."""


def named(name: str) -> DeskList:
    """Return the list called *name*.

    Raises:
        QueueUnknown: there is none.
    """
    if name not in LISTS:
        raise QueueUnknown(name[:60])
    return LISTS[name]


def on(desk: Desk) -> tuple[DeskList, ...]:
    """Return the lists that a desk shows with their counters, in order."""
    return tuple(
        each
        for each in LISTS.values()
        if each.roles & desk.roles and (desk.chief_of_office or not each.office)
    )


def has(desk: Desk, which: DeskList) -> bool:
    """Return whether the desk may open the list: one of its own, or one of the agency."""
    return which in on(desk) or (not which.roles and bool(desk.roles))
