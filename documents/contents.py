"""What a document says of itself, as it is printed and seen: code, date, agency, subject, signer.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.2 to II.7 (boxes 2, 3, 4, 5, 7).
Each is found, not found, or ambiguous; what is not found says nothing.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from documents.capacity import Printed
from documents.placement import Box


class Outcome(StrEnum):
    """What a search came to."""

    FOUND = "found"
    NOT_FOUND = "not found"
    AMBIGUOUS = "ambiguous"
    """At several places, which do not say the same."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing that a document says, and where."""

    outcome: Outcome = Outcome.NOT_FOUND
    text: str = ""
    """As printed, in one line, NFC; empty unless found."""
    places: tuple[Box, ...] = ()
    """Where it stands, line by line; every candidate where ambiguous."""
    whole: bool = True
    """False where it may end earlier than *text* does: no gap shows where."""


NOT_FOUND = Passage()


@dataclass(frozen=True, slots=True)
class Contents:
    """What the first page's head and the signature block say."""

    code: Passage = NOT_FOUND
    """`15/QĐ-UBND`."""
    date: Passage = NOT_FOUND
    """`ngày 05 tháng 01 năm 2026`, without the place."""
    agency: Passage = NOT_FOUND
    """What stands above the number: the parent agency, if any, then the agency."""
    type_name: Passage = NOT_FOUND
    """`QUYẾT ĐỊNH`; not found in a công văn, which prints none."""
    subject: Passage = NOT_FOUND
    """Trích yếu: what stands under the type, or after `V/v`."""
    signer: Printed | None = None
    """The signature block."""
    pages: int = field(default=0, compare=False)
    """Of the whole file; 0 where it cannot be read."""


NOTHING_READ = Contents()
