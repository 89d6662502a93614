"""A message against its document: code, date, agency, type, subject and signer in both.

Legal source: Decree 30/2020/ND-CP, Art. 18, 21.2 (what arrives is checked before it is
registered), Appendix VI, Part II (the fields). The document is the original (Art. 5); the
message only describes it. What the document does not say, or not in one way, differs from
nothing. Certificates are compared where their holders are known (`documents.provenance`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from documents.capacity import Printed
from documents.contents import Contents, Outcome, Passage
from documents.document import document_type_named
from documents.errors import EvidenceBroken, storable
from documents.spelling import (
    code_key,
    compact,
    date_key,
    same_agency_name,
    same_person,
    same_position,
    subject_key,
)

SHOWN_LENGTH = 90
"""Characters of a value that people are shown."""
_BEFORE = 20  # characters before the first that differs


class Severity(StrEnum):
    """What a difference means."""

    BROKEN = "broken"
    """The document would be known by something that it is not: its sender has to mend it."""
    WARNING = "warning"
    """People should look: wordings differ."""


class Field(StrEnum):
    """What is compared."""

    CODE = "code"
    DATE = "date"
    ORGAN_ID = "organ_id"
    AGENCY = "agency"
    TYPE = "type"
    SUBJECT = "subject"
    SIGNER = "signer"
    POSITION = "position"
    CAPACITY = "capacity"


_NAMES = {
    Field.CODE: ("số, ký hiệu", "code"),
    Field.DATE: ("ngày ban hành", "date"),
    Field.ORGAN_ID: ("mã định danh cơ quan", "organ id"),
    Field.AGENCY: ("cơ quan ban hành", "issuing agency"),
    Field.TYPE: ("loại văn bản", "type"),
    Field.SUBJECT: ("trích yếu", "subject"),
    Field.SIGNER: ("người ký", "signer"),
    Field.POSITION: ("chức vụ người ký", "signer's position"),
    Field.CAPACITY: ("quyền hạn ký", "capacity"),
}
_COPY = re.compile(r"\s*(?:SY|SL|TrS)\s*-", re.IGNORECASE)
"""Appendix III, Part I: sao y, sao lục, trích sao."""
_GRAVE = frozenset({Field.CODE, Field.DATE, Field.ORGAN_ID})


class DocumentContradicts(EvidenceBroken):
    """Our own message would say something else than the sealed document."""

    code = "message.contradicts"
    vietnamese = "Gói tin không khớp với văn bản đã đóng dấu: {0}"
    english = "the message contradicts the sealed document: {1}"
    remedy = (
        "Hủy và ban hành lại; văn bản đúng mà máy đọc sai thì gửi bằng `congvan step retry` / "
        "void it and issue it anew; where it was only misread, `congvan step retry` sends it"
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message says of its document; empty where it says nothing."""

    organ_id: str
    """The sender's code."""
    agency: str
    """The sender's name."""
    parent: str
    number: str
    notation: str
    promulgated: date | None
    type_name: str
    subject: str
    signer_name: str
    signer_position: str
    signer_competence: str
    document_key: str = ""
    """edXML DocumentId."""
    old_organ_id: str = ""
    """The sender's code of before, by which it may still be named."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that message and document do not say alike."""

    field: Field
    said: str
    """In the message."""
    found: str
    """In the document."""
    where: tuple[str, str] = ("văn bản ghi", "the document")

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return Severity.BROKEN if self.field in _GRAVE else Severity.WARNING

    @property
    def code(self) -> str:
        """Stable dotted name."""
        return f"message.{self.field}_differs"

    @property
    def vietnamese(self) -> str:
        """Both values, for people."""
        said, found = _shown(self.said, self.found)
        return f"{_NAMES[self.field][0]}: gói tin ghi «{said}», {self.where[0]} «{found}»"

    @property
    def english(self) -> str:
        """Both values, for people."""
        said, found = _shown(self.said, self.found)
        return f"{_NAMES[self.field][1]}: the message says «{said}», {self.where[1]} «{found}»"

    @property
    def warning(self) -> str:
        """As a document's warning."""
        # the values stand in the first half; twice would be too long to read
        return storable(f"{self.code}: {self.vietnamese} / {_NAMES[self.field][1]} differs")


def contradiction(differences: Iterable[Difference]) -> DocumentContradicts | None:
    """Return why a message of ours must not leave, if so."""
    grave = [each for each in differences if each.severity is Severity.BROKEN]
    if not grave:
        return None
    return DocumentContradicts(
        "; ".join(each.vietnamese for each in grave), "; ".join(each.english for each in grave)
    )


def compare(facts: Facts, contents: Contents) -> tuple[Difference, ...]:
    """Return what *facts* and *contents* do not say alike, the gravest first.

    A certified copy shows the head of its original: only the message itself is compared then.
    """
    if _COPY.match(facts.notation):
        return tuple(_key(facts))
    return (
        *_code(facts, contents.code),
        *_date(facts, contents.date),
        *_key(facts),
        *_agency(facts, contents.agency),
        *_type(facts, contents.type_name),
        *_subject(facts, contents.subject),
        *_signer(facts, contents.signer),
    )


def _code(facts: Facts, printed: Passage) -> Iterator[Difference]:
    said = f"{facts.number}/{facts.notation}"
    if not facts.number or not facts.notation or printed.outcome is not Outcome.FOUND:
        return
    if facts.notation.startswith(f"{facts.number}/"):
        said = facts.notation  # some senders write the whole code there
    if code_key(said) != code_key(printed.text):
        yield Difference(Field.CODE, said, printed.text)


def _date(facts: Facts, printed: Passage) -> Iterator[Difference]:
    read = date_key(printed.text)
    if facts.promulgated is not None and read is not None and read != facts.promulgated:
        yield Difference(Field.DATE, f"{facts.promulgated:%d/%m/%Y}", f"{read:%d/%m/%Y}")


_DOCUMENT_KEY = re.compile(r"(?P<organ>[\w.]{1,35}),(?P<date>\d{4}[/-]\d\d?[/-]\d\d?),(?P<code>.+)")
_IN_KEY = ("mã văn bản ghi", "its DocumentId")


def _key(facts: Facts) -> Iterator[Difference]:
    """Compare the message with its own DocumentId, where that is written as axis.md §3.5 says."""
    match = _DOCUMENT_KEY.fullmatch(facts.document_key)
    if match is None:
        return
    ours = {facts.organ_id.casefold(), facts.old_organ_id.casefold()} - {""}
    if ours and match["organ"].casefold() not in ours:
        yield Difference(Field.ORGAN_ID, facts.organ_id, match["organ"], _IN_KEY)
    said = f"{facts.number}/{facts.notation}"
    if facts.number and facts.notation and code_key(match["code"]) != code_key(said):
        yield Difference(Field.CODE, said, match["code"], _IN_KEY)


def _agency(facts: Facts, printed: Passage) -> Iterator[Difference]:
    if facts.agency and printed.outcome is Outcome.FOUND:
        words = printed.text.split()
        # the parent agency stands before the agency, and nothing shows where it ends
        splits = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(len(words)))
        if not any(
            same_agency_name(facts.agency, name, above)
            or same_agency_name(name, facts.agency, facts.parent)
            for above, name in splits
        ):
            yield Difference(Field.AGENCY, facts.agency, printed.text)


def _type(facts: Facts, printed: Passage) -> Iterator[Difference]:
    known = document_type_named(facts.type_name)
    read = document_type_named(" ".join(printed.text.split()))
    if known is not None and read is not None and known is not read:
        yield Difference(Field.TYPE, facts.type_name, printed.text)


def _subject(facts: Facts, printed: Passage) -> Iterator[Difference]:
    if not facts.subject.strip() or printed.outcome is not Outcome.FOUND:
        return
    read = printed.text
    # some senders write the type before the subject: `Quyết định về việc …`
    bare = re.sub(rf"^\s*{re.escape(facts.type_name)}\b", "", facts.subject, flags=re.IGNORECASE)
    for said in (facts.subject, bare) if facts.type_name else (facts.subject,):
        keys = subject_key(said), subject_key(read)
        if said.isascii() or read.isascii():
            keys = compact(keys[0]), compact(keys[1])
        if keys[0] == keys[1] or (keys[0] and not printed.whole and keys[1].startswith(keys[0])):
            return
    yield Difference(Field.SUBJECT, facts.subject, read)


def _signer(facts: Facts, block: Printed | None) -> Iterator[Difference]:
    """Compare the signature block; what the message leaves out says nothing."""
    if block is None:
        return
    said = Printed.of(
        facts.signer_competence.splitlines(), facts.signer_name, facts.signer_position
    )
    if said.name and block.name and not same_person(said.name, block.name):
        yield Difference(Field.SIGNER, said.name, block.name)
    both = said.position and block.position
    if both and not same_position(block.position, said.position):
        yield Difference(Field.POSITION, said.position, block.position)
    if said.clauses and said.chain != block.chain:
        yield Difference(Field.CAPACITY, str(said), str(block))


def _shown(said: str, found: str) -> tuple[str, str]:
    """Return both values short enough to read, from where they begin to differ."""
    same = 0
    for one, other in zip(said.casefold(), found.casefold(), strict=False):
        if one != other:
            break
        same += 1
    start = max(same - _BEFORE, 0) if max(len(said), len(found)) > SHOWN_LENGTH else 0
    return _cut(said, start), _cut(found, start)


def _cut(text: str, start: int) -> str:
    text = " ".join(text.split())
    end = start + SHOWN_LENGTH
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"
