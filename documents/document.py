"""The values the office works with: agencies, people, documents, codes, urgency.

Names follow edXML (QCVN 102:2016) first, then Decree 30/2020/ND-CP.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""Registers restart on 1 January in this zone (Decree 30/2020, Appendix I, II.3)."""

SUBJECT_LENGTH = 500
"""Longest subject in characters (Decree 30/2020, Appendix VI, Part II, row 8)."""


class Role(StrEnum):
    """What a person may do in an agency."""

    SPECIALIST = "specialist"
    """chuyên viên: drafts and submits (Decree 30/2020, Art. 10)."""
    UNIT_HEAD = "unit_head"
    """trưởng đơn vị: answers for the content (Art. 12.1)."""
    LEADER = "leader"
    """lãnh đạo: approves and signs (Art. 11, 13)."""
    CLERK = "clerk"
    """văn thư: numbers, seals, dispatches, registers (Art. 14 to 22, 32)."""
    ADMINISTRATOR = "administrator"
    """quản trị: keeps the installation."""
    SYSTEM = "system"
    """hệ thống: what the law lets a system function do by itself (Art. 15.3, 21.2c)."""


class Urgency(IntEnum):
    """Mức độ khẩn; the value is edXML's `OtherInfo/Priority`."""

    ROUTINE = 0
    """thường."""
    URGENT = 1
    """khẩn."""
    VERY_URGENT = 2
    """thượng khẩn."""
    EXPRESS = 3
    """hỏa tốc."""
    TIMED_EXPRESS = 4
    """hỏa tốc hẹn giờ."""


class DocumentType(StrEnum):
    """The 29 administrative types (Decree 30/2020, Art. 7); the value is the Vietnamese name."""

    RESOLUTION = "Nghị quyết"
    DECISION = "Quyết định"
    DIRECTIVE = "Chỉ thị"
    REGULATION = "Quy chế"
    RULES = "Quy định"
    COMMUNIQUE = "Thông cáo"
    NOTICE = "Thông báo"
    GUIDANCE = "Hướng dẫn"
    PROGRAMME = "Chương trình"
    PLAN = "Kế hoạch"
    SCHEME = "Phương án"
    PROJECT = "Đề án"
    INVESTMENT_PROJECT = "Dự án"
    REPORT = "Báo cáo"
    MINUTES = "Biên bản"
    STATEMENT = "Tờ trình"
    CONTRACT = "Hợp đồng"
    OFFICIAL_LETTER = "Công văn"
    TELEGRAM = "Công điện"
    MEMORANDUM = "Bản ghi nhớ"
    AGREEMENT = "Bản thỏa thuận"
    POWER_OF_ATTORNEY = "Giấy ủy quyền"
    INVITATION = "Giấy mời"
    INTRODUCTION = "Giấy giới thiệu"
    LEAVE_PERMIT = "Giấy nghỉ phép"
    SENDING_NOTE = "Phiếu gửi"
    TRANSFER_NOTE = "Phiếu chuyển"
    INFORMATION_NOTE = "Phiếu báo"
    OPEN_LETTER = "Thư công"

    @property
    def abbreviation(self) -> str:
        """The abbreviation in the notation; empty for công văn and thư công (Appendix III.I)."""
        return ABBREVIATIONS.get(self, "")


ABBREVIATIONS: dict[DocumentType, str] = {
    DocumentType.RESOLUTION: "NQ",
    DocumentType.DECISION: "QĐ",
    DocumentType.DIRECTIVE: "CT",
    DocumentType.REGULATION: "QC",
    DocumentType.RULES: "QyĐ",
    DocumentType.COMMUNIQUE: "TC",
    DocumentType.NOTICE: "TB",
    DocumentType.GUIDANCE: "HD",
    DocumentType.PROGRAMME: "CTr",
    DocumentType.PLAN: "KH",
    DocumentType.SCHEME: "PA",
    DocumentType.PROJECT: "ĐA",
    DocumentType.INVESTMENT_PROJECT: "DA",
    DocumentType.REPORT: "BC",
    DocumentType.MINUTES: "BB",
    DocumentType.STATEMENT: "TTr",
    DocumentType.CONTRACT: "HĐ",
    DocumentType.TELEGRAM: "CĐ",
    DocumentType.MEMORANDUM: "BGN",
    DocumentType.AGREEMENT: "BTT",
    DocumentType.POWER_OF_ATTORNEY: "GUQ",
    DocumentType.INVITATION: "GM",
    DocumentType.INTRODUCTION: "GGT",
    DocumentType.LEAVE_PERMIT: "GNP",
    DocumentType.SENDING_NOTE: "PG",
    DocumentType.TRANSFER_NOTE: "PC",
    DocumentType.INFORMATION_NOTE: "PB",
}
"""Decree 30/2020, Appendix III, Part I."""


class Competence(StrEnum):
    """Quyền hạn ký (Decree 30/2020, Art. 13, Appendix I.II.7b)."""

    HEAD = ""
    """The head signs."""
    ON_BEHALF = "TM."
    """thay mặt: for the collective."""
    ACTING = "Q."
    """quyền: acting head."""
    DEPUTY = "KT."
    """ký thay: a deputy for the head."""
    BY_ORDER = "TL."
    """thừa lệnh: a unit's head by order."""
    AUTHORISED = "TUQ."
    """thừa ủy quyền: by written authorisation."""


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency or organisation (cơ quan, tổ chức)."""

    organ_id: str
    """mã định danh (QĐ 20/2020/QĐ-TTg), e.g. `H99.01`; at most 35 characters."""
    name: str
    abbreviation: str
    """In notations: `UBND`, `SNV` (Decree 30/2020, Appendix I.II.3)."""
    place: str
    """địa danh, as the date line prints it."""
    parent_name: str = ""
    """cơ quan chủ quản (edXML `OrganizationInCharge`)."""
    old_organ_id: str = ""
    """The code of QCVN 102:2016 (`000.00.00.H99`) where the agency still has one."""
    address: str = ""
    email: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with one post in one agency."""

    id: str
    organ_id: str
    full_name: str
    position: str
    role: Role
    competence: Competence = Competence.HEAD
    competence_line: str = ""
    """First line of the signature block: `TM. ỦY BAN NHÂN DÂN`; empty when the head signs."""


@dataclass(frozen=True, slots=True)
class DocumentCode:
    """Số và ký hiệu: `15/QĐ-BNV` (edXML `Code`)."""

    number: str
    notation: str

    def __str__(self) -> str:
        return f"{self.number}/{self.notation}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a document, kept as a blob."""

    name: str
    content_type: str
    sha256: str
    """Lowercase hex of the content."""
    size: int
    """Bytes."""


def document_key(organ_id: str, promulgated: date, code: DocumentCode) -> str:
    """Return edXML's DocumentId: `<OrganId>,<yyyy/MM/dd>,<number>/<notation>` (axis.md §3.5)."""
    return f"{organ_id},{promulgated:%Y/%m/%d},{code}"


def folded(text: str) -> str:
    """Return *text* without accents and in lower case, đ as d: for comparing Vietnamese words."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(c for c in plain if not unicodedata.combining(c))


def document_type_named(name: str) -> DocumentType | None:
    """Return the type called *name*, whatever its case and accents; None when unknown."""
    return _TYPES_BY_NAME.get(folded(name.strip()))


_TYPES_BY_NAME = {folded(kind.value): kind for kind in DocumentType}
