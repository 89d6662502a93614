"""What a file seems to say of itself, put before the clerk: nothing is entered without a person.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.1g; Part II, incoming rows 3 to 14.
Pure. How sure: what stands in its place in print is likely; what is concluded from it is a guess.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from documents import notation
from documents.contents import Contents, Outcome, Passage
from documents.document import DocumentType, document_type_named
from documents.kinds import Kind
from documents.spelling import date_key

LONGEST = 500
"""Characters of a value that is proposed."""


class Confidence(StrEnum):
    """How sure a proposal is."""

    LIKELY = "likely"
    """đọc được đúng chỗ: printed where the decree has it."""
    GUESS = "guess"
    """suy đoán: to be looked at."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value for one field."""

    field: str
    """As `intake_facts.IntakeFacts` calls it."""
    value: str
    """A day as ISO 8601 has it."""
    confidence: Confidence
    source: str
    """What it was read from, Vietnamese first."""

    def as_dict(self) -> dict[str, str]:
        """Return it as it is kept."""
        return {**asdict(self), "confidence": self.confidence.value}


def kept(proposals: Iterable[Proposal]) -> dict[str, Any]:
    """Return *proposals* as `IntakeRow` keeps them."""
    return {"fields": [each.as_dict() for each in proposals]}


def read(proposals: Mapping[str, Any]) -> list[Proposal]:
    """Return what `IntakeRow` keeps."""
    return [
        Proposal(each["field"], each["value"], Confidence(each["confidence"]), each["source"])
        for each in proposals.get("fields", ())
    ]


def propose(contents: Contents, kinds: Iterable[Kind] = ()) -> list[Proposal]:
    """Return what *contents*, read from a file, propose; *kinds* are the installation's own."""
    return list(_proposed(contents, tuple(kinds)))


def _proposed(contents: Contents, kinds: tuple[Kind, ...]) -> Iterator[Proposal]:
    code = _text(contents.code)
    if code:
        yield Proposal("code", code, Confidence.LIKELY, "dòng «Số» / the number's line")
    if (day := date_key(_text(contents.date))) is not None:
        yield Proposal("promulgated", day.isoformat(), Confidence.LIKELY, "dòng ngày / its date")
    if kind := _type(contents, code, kinds):
        yield kind
    if subject := _text(contents.subject):
        sure = Confidence.LIKELY if contents.subject.whole else Confidence.GUESS
        yield Proposal("subject", subject, sure, "trích yếu / under the type")
    if contents.signer is not None and contents.signer.name:
        where = "khối ký / the signature block"
        yield Proposal("signer_name", contents.signer.name[:LONGEST], Confidence.LIKELY, where)
        if contents.signer.position:
            position = contents.signer.position[:LONGEST]
            yield Proposal("signer_position", position, Confidence.LIKELY, where)


def _text(passage: Passage) -> str:
    return passage.text[:LONGEST] if passage.outcome is Outcome.FOUND else ""


def _type(contents: Contents, code: str, kinds: tuple[Kind, ...]) -> Proposal | None:
    """Return the type as printed; else as the notation says: a công văn prints none."""
    if printed := _text(contents.type_name):
        known = document_type_named(" ".join(printed.split()))
        name = known.value if known is not None else printed.capitalize()
        return Proposal("type", name, Confidence.LIKELY, "tên loại / its title")
    if not code:
        return None
    found = notation.parse(code, kinds).kinds
    if len(found) != 1:
        return None
    letter = found[0].name == DocumentType.OFFICIAL_LETTER.value
    why = "không in tên loại / no title" if letter else "ký hiệu / its notation"
    return Proposal("type", found[0].name, Confidence.GUESS, why)
