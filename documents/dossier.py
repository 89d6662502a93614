"""Dossiers (hồ sơ công việc): states, codes, use, kinds of material, dates. Pure rules.

Legal source: Decree 30/2020/ND-CP, Art. 28 to 31; Appendix VI, Part II, III (law.md §1.10, 1.11).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from documents import field_text
from documents.errors import Refused
from documents.retention import Retention

NOTATION_LENGTH = 20
"""Characters of `FileNotation` (Appendix VI, Part II, III.1.3)."""
MOST_DOCUMENTS = 999
"""`DocOrdinal` has three digits (Appendix VI, Part II, I.2)."""
SUBMITTED_FROM = Retention(5)
"""What is kept for less need not be submitted to the agency's archive (Art. 30; H-08)."""
KEPT_BACK_YEARS = 2
"""How long after it was due the head may let a dossier be kept back (Art. 31.3d; H-08)."""
NOTICE_DAYS = 30
"""Before it is due, the submission is announced (Appendix VI, Part I, III.5b; VI-23)."""


class DossierState(StrEnum):
    """Where a dossier stands."""

    OPEN = "open"
    """đang lập."""
    CLOSED = "closed"
    """đã kết thúc: nothing in it changes."""
    SUBMITTED = "submitted"
    """đã nộp lưu vào lưu trữ cơ quan."""


class Use(StrEnum):
    """Chế độ sử dụng (`Rights`); the value is the Vietnamese name."""

    OPEN = "Công khai"
    """Whoever is of the agency may see it."""
    RESTRICTED = "Có điều kiện"
    """Only who is named."""


class MaterialKind(StrEnum):
    """What else than documents a dossier holds (Art. 29.2b; H-03)."""

    PHOTO = "photo"
    """ảnh."""
    AUDIO = "audio"
    """ghi âm."""
    VIDEO = "video"
    """ghi hình."""
    NOTE = "note"
    """ghi chú, phiếu trình nội bộ."""
    DRAFT = "draft"
    """bản thảo; leaves the dossier before it is closed (Art. 29.3; H-04)."""
    OTHER = "other"
    """tài liệu khác."""


class DossierInvalid(Refused):
    """A dossier's field cannot be what it is said to be. ({0} the field, {1} why)."""

    code = "dossier.invalid"
    vietnamese = "Hồ sơ: «{0}» không hợp lệ: {1}"
    english = "the dossier's «{0}» is not valid: {1}"
    remedy = "Sửa theo Phụ lục VI, Phần II, III / mend it as Decree 30/2020, Appendix VI says"


@dataclass(frozen=True, slots=True)
class FileCode:
    """Mã hồ sơ (`FileCode`): agency, year, number and symbol."""

    organ_id: str
    year: int
    """`FileCatalog`: năm hình thành hồ sơ."""
    notation: str
    """`FileNotation`: số và ký hiệu hồ sơ, `01.TCCB`."""

    def __str__(self) -> str:
        return f"{self.organ_id}.{self.year}.{self.notation}"


def check_text(field: str, text: str, longest: int, *, needed: bool = False) -> str:
    """Return *text* in NFC on one line, of at most *longest* characters.

    Raises:
        FieldRefused: it is too long, or holds what is no writing.
        DossierInvalid: it is missing.
    """
    plain = field_text.check_text(field, text, longest)
    if needed and not plain:
        raise DossierInvalid(field, "còn trống / empty")
    return plain


def check_notation(notation: str) -> str:
    """Return the number and symbol of a dossier: `01.TCCB`, without spaces.

    Raises:
        FieldRefused: longer than 20 characters, or no writing.
        DossierInvalid: empty, or with spaces.
    """
    plain = check_text("Số và ký hiệu hồ sơ (FileNotation)", notation, NOTATION_LENGTH, needed=True)
    if " " in plain:
        raise DossierInvalid("FileNotation", "có khoảng trắng / a space")
    return plain


def months_after(day: date, months: int) -> date:
    """Return the day *months* months after *day*, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
