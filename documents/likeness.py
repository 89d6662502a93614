"""When a document that came in looks like one that is here already; pure.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.1h (law.md N-12): the identifier
repeats, or number, notation and agency repeat; by whatever channel each of them came. Numbers
begin anew each year (N-01): the same code of another year is another document. Besides, the same
subject of the same agency and day is told, which a code typed wrong would hide.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from documents.spelling import code_key, same_agency_name, subject_key

LEAST_SUBJECT = 12
"""Characters of a subject's key; a shorter one (`Giấy mời`) says nothing."""


class Likeness(StrEnum):
    """What repeats, the surest first."""

    FILE = "file"
    """trùng tệp: byte for byte."""
    KEY = "key"
    """trùng mã định danh văn bản."""
    CODE = "code"
    """trùng số, ký hiệu, cơ quan ban hành."""
    SUBJECT = "subject"
    """trùng trích yếu, cơ quan, ngày ban hành; the codes differ or are not known."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is compared; empty or None where it is not known."""

    sender_code: str
    """Canonical organ id."""
    sender_name: str
    code: str
    """`number/notation`; empty where there is no number."""
    promulgated: date | None
    subject: str
    document_key: str = ""
    """edXML DocumentId."""
    file_sha256: str = ""


def likeness(one: Known, other: Known) -> Likeness | None:
    """Return what repeats of two documents that came to one agency; None: they are two."""
    alike = repeated(one, other)
    return alike if alike in {None, Likeness.FILE} or same_sender(one, other) else None


def repeated(one: Known, other: Known) -> Likeness | None:
    """Return what repeats whoever sent them; but for the file, senders are still to be compared."""
    if one.file_sha256 and one.file_sha256 == other.file_sha256:
        return Likeness.FILE
    if one.document_key and one.document_key == other.document_key:
        return Likeness.KEY
    if _same_code(one, other):
        return Likeness.CODE
    return Likeness.SUBJECT if _same_subject(one, other) else None


def same_sender(one: Known, other: Known) -> bool:
    """Return whether both are of one agency: by code where both have one, else by name."""
    if one.sender_code and other.sender_code:
        return one.sender_code == other.sender_code
    return same_agency_name(one.sender_name, other.sender_name) or same_agency_name(
        other.sender_name, one.sender_name
    )


def _same_code(one: Known, other: Known) -> bool:
    if not one.code or not other.code or code_key(one.code) != code_key(other.code):
        return False
    if one.promulgated is None or other.promulgated is None:
        return True
    return one.promulgated.year == other.promulgated.year


def _same_subject(one: Known, other: Known) -> bool:
    if one.promulgated is None or one.promulgated != other.promulgated:
        return False
    key = subject_key(one.subject)
    return len(key) >= LEAST_SUBJECT and key == subject_key(other.subject)
