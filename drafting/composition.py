"""What is to be printed: a document's content, and the words it becomes.

The content is plain text as people type it. The functions return the strings
as Decree 30/2020/ND-CP, Appendix I, Part I, II wants them printed: case,
prefixes, closing marks. No fonts, no lengths.
"""

from dataclasses import dataclass

from documents.document import SUBJECT_LENGTH, Agency, Competence, DocumentType, Person, Urgency
from drafting.errors import DraftTooLarge, TypeNotComposed
from drafting.typeface import cleaned

FIELD_LENGTH = 200
"""Longest agency name, position, recipient, … in characters."""
LIST_LENGTH = 1000
"""Most legal bases, addressees, recipients or body parts."""
TEXT_LENGTH = 400_000
"""Longest whole text in characters; about 140 pages."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of body text; line ends in it begin new paragraphs."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A bold line such as `I. KẾT QUẢ THỰC HIỆN`."""

    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """Điều: `Điều 1.` in bold, its text, and clauses that the print numbers from 1."""

    number: int
    text: str
    clauses: tuple[str, ...] = ()


Part = Paragraph | Heading | Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """The content of one document, before number and date are known."""

    type: DocumentType
    agency: Agency
    notation: str
    """Ký hiệu without the number: `QĐ-UBND`, `UBND-NC`."""
    subject: str
    """Trích yếu, with or without `V/v` or `Về việc`; at most 500 characters."""
    year: int
    signer: Person
    place: str = ""
    """Địa danh; the agency's own when empty."""
    parent_line: str = ""
    """Cơ quan chủ quản; the agency's `parent_name` when empty."""
    legal_bases: tuple[str, ...] = ()
    """Căn cứ, each beginning with its own word (`Căn cứ`, `Theo đề nghị`, `Xét`)."""
    body: tuple[Part, ...] = ()
    addressees: tuple[str, ...] = ()
    """Kính gửi."""
    to_places: tuple[str, ...] = ()
    """Nơi nhận, without `Như trên` and `Lưu`, which are added."""
    drafting_unit: str = ""
    """Abbreviation in the last line of Nơi nhận: `Lưu: VT, NC.`"""
    urgency: Urgency = Urgency.ROUTINE


COMPOSED_TYPES = frozenset(DocumentType) - {
    DocumentType.MINUTES,
    DocumentType.CONTRACT,
    DocumentType.MEMORANDUM,
    DocumentType.AGREEMENT,
    DocumentType.INTRODUCTION,
    DocumentType.LEAVE_PERMIT,
    DocumentType.OPEN_LETTER,
}
"""Templates 1.1 to 1.7 of Appendix III, Part II; the others have columns or tables of their own."""

ORDER_WORDS = {DocumentType.DECISION: "QUYẾT ĐỊNH:", DocumentType.RESOLUTION: "QUYẾT NGHỊ:"}
"""Types that name the authority, give the bases, then rule (templates 1.1 to 1.3)."""

URGENCY_MARKS: dict[Urgency, tuple[str, float]] = {
    Urgency.URGENT: ("KHẨN", 20),
    Urgency.VERY_URGENT: ("THƯỢNG KHẨN", 40),
    Urgency.EXPRESS: ("HỎA TỐC", 30),
    Urgency.TIMED_EXPRESS: ("HỎA TỐC HẸN GIỜ", 50),
}
"""Words and frame width in millimetres; the height is 8 (Appendix I, Part I, III.1b)."""

_CLOSING = " ;.,"


def check(draft: Composition) -> None:
    """Refuse what has no template or no measure.

    Raises:
        TypeNotComposed: the type has a template of its own.
        DraftTooLarge: a field, a list or the whole is too long.
    """
    if draft.type not in COMPOSED_TYPES:
        raise TypeNotComposed(draft.type.value)
    if len(draft.subject) > SUBJECT_LENGTH:
        raise DraftTooLarge("trích yếu / subject", len(draft.subject), SUBJECT_LENGTH)
    fields = (
        *(draft.agency.name, draft.agency.parent_name, draft.agency.place, draft.parent_line),
        *(draft.notation, draft.place, draft.drafting_unit, *draft.addressees, *draft.to_places),
        *(draft.signer.position, draft.signer.full_name, draft.signer.competence_line),
    )
    longest = max(fields, key=len)
    if len(longest) > FIELD_LENGTH:
        raise DraftTooLarge(f"{longest[:40]}…", len(longest), FIELD_LENGTH)
    lists = (draft.legal_bases, draft.addressees, draft.to_places, draft.body)
    if max(map(len, lists)) > LIST_LENGTH:
        raise DraftTooLarge("danh sách / list", max(map(len, lists)), LIST_LENGTH)
    size = sum(map(len, draft.legal_bases)) + sum(map(_size, draft.body))
    if size > TEXT_LENGTH:
        raise DraftTooLarge("nội dung / text", size, TEXT_LENGTH)


def _size(part: Part) -> int:
    return len(part.text) + (sum(map(len, part.clauses)) if isinstance(part, Article) else 0)


def parent_line(draft: Composition) -> str:
    """Return the parent agency in capitals; empty when there is none."""
    return cleaned(draft.parent_line or draft.agency.parent_name).upper()


def agency_line(draft: Composition) -> str:
    """Return the issuing agency in capitals."""
    return cleaned(draft.agency.name).upper()


def subject_line(draft: Composition) -> str:
    """Return the subject: `V/v …` in a công văn, else `Về việc …` or as written."""
    subject = cleaned(draft.subject)
    bare = subject
    for prefix in ("v/v", "về việc"):
        if subject.casefold().startswith(f"{prefix} "):
            bare = subject[len(prefix) + 1 :]
    if draft.type is DocumentType.OFFICIAL_LETTER:
        return f"V/v {bare}" if bare else ""
    return f"Về việc {bare}" if bare != subject else subject[:1].upper() + subject[1:]


def authority_line(draft: Composition) -> str:
    """Return who rules, in capitals: the agency, or its head (Appendix III, templates 1.1, 1.2)."""
    titles = title_lines(draft)
    collective = any(line.startswith(Competence.ON_BEHALF) for line in titles)
    if collective or draft.type is DocumentType.RESOLUTION or not titles:
        return agency_line(draft)
    # KT. CHỦ TỊCH / PHÓ CHỦ TỊCH: the head rules, the deputy only signs.
    head = titles[0].split(". ", 1)[-1]
    return f"{head} {agency_line(draft)}"


def bases(draft: Composition) -> list[str]:
    """Return the legal bases, each closed with a semicolon, the last with a full stop."""
    return _closed([cleaned(base) for base in draft.legal_bases])


def addressees(draft: Composition) -> list[str]:
    """Return Kính gửi, one without a mark before it, several as a list."""
    return _closed([cleaned(addressee) for addressee in draft.addressees])


def recipients(draft: Composition) -> list[str]:
    """Return the lines of Nơi nhận, from `Như trên` to `Lưu` (Appendix I, Part I, II.9)."""
    given = [cleaned(place).lstrip("-– ") for place in draft.to_places]
    if draft.addressees and not any(line.casefold().startswith("như trên") for line in given):
        given.insert(0, "Như trên")
    lines = _closed(given, last=";")
    if not any(line.casefold().startswith("lưu:") for line in given):
        lines.append(f"Lưu: VT, {cleaned(draft.drafting_unit)}".rstrip(", "))
    lines[-1] = lines[-1].rstrip(_CLOSING) + "."
    return lines


def title_lines(draft: Composition) -> list[str]:
    """Return the lines above the signature in capitals: competence, then position."""
    lines = [*draft.signer.competence_line.splitlines(), draft.signer.position]
    return [text for text in (cleaned(line).upper() for line in lines) if text]


def _closed(items: list[str], last: str = ".") -> list[str]:
    """Return the items that have words, closed with semicolons and *last*."""
    kept = [bare for bare in (item.rstrip(_CLOSING) for item in items) if bare]
    return [f"{item};" for item in kept[:-1]] + [f"{item}{last}" for item in kept[-1:]]
