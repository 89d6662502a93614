"""The types of documents (tên loại): the 29 of the decree, the copies, others by configuration.

Legal source: Decree 30/2020/ND-CP, Art. 7 and Appendix III, Part I; codes of Circular
05/2025/TT-BNV (law.md §1.4). Pure; what an installation adds is kept by `documents.kind_list`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from documents.document import DocumentType, folded

OTHER = "32"
"""Code of what has none of its own (loại khác)."""
_CODES = (
    *(f"{number:02d}" for number in range(1, 15)),  # Nghị quyết … Báo cáo
    *("20", "15", "21", "22", "23", "24", "25", "16", "26", "27", "28", "17", "18", "19", "29"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of documents."""

    name: str
    abbreviation: str
    """In the notation; empty for công văn and thư công."""
    code: str
    """Of the list `typeName` of Circular 05/2025, two digits."""
    normative: bool = False
    """văn bản quy phạm pháp luật: its notation carries the year (N-10), its numbers are apart."""
    configured: bool = False
    """Added by this installation."""

    @property
    def letter(self) -> bool:
        """Whether it is a công văn, whose notation names agency and unit (N-05)."""
        return self.name == DocumentType.OFFICIAL_LETTER.value


@dataclass(frozen=True, slots=True)
class CopyKind:
    """One kind of certified copies (Art. 25)."""

    name: str
    abbreviation: str


KINDS: tuple[Kind, ...] = tuple(
    Kind(kind.value, kind.abbreviation, code)
    for kind, code in zip(DocumentType, _CODES, strict=True)
)
"""The 29, in the order of Art. 7."""
COPIES = (
    CopyKind("Bản sao y", "SY"),
    CopyKind("Bản trích sao", "TrS"),
    CopyKind("Bản sao lục", "SL"),
)
BY_NAME = {kind.name: kind for kind in KINDS}
_BY_FOLDED = {folded(kind.name): kind for kind in KINDS}


def named(name: str, more: Iterable[Kind] = ()) -> Kind | None:
    """Return the type called *name*, whatever its case and accents; None when unknown.

    *more* are the installation's own. A name with its accents goes before one without:
    «Nghị quyết» of a council may be told from the decree's by the rest of its name only.
    """
    text = " ".join(name.split())
    wanted, own = folded(text), list(more)
    exact = next((kind for kind in own if kind.name.casefold() == text.casefold()), None)
    if exact is not None or text in BY_NAME:
        return exact or BY_NAME[text]
    loose = next((kind for kind in own if folded(kind.name) == wanted), None)
    return _BY_FOLDED.get(wanted) or loose


def abbreviated(text: str, more: Iterable[Kind] = ()) -> tuple[Kind, ...]:
    """Return the types whose abbreviation is *text*: as the table writes it, else in any case.

    Several where an installation's own type shares it: `NQ` of a council and of the decree.
    """
    every = [kind for kind in (*KINDS, *more) if kind.abbreviation]
    for key in (str, str.casefold, folded):  # ĐA and DA differ by their first letter alone
        if found := tuple(kind for kind in every if key(kind.abbreviation) == key(text)):
            return found
    return ()
