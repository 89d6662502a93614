"""Kinds of copies and what may be copied into what: pure rules.

Legal source: Decree 30/2020/ND-CP, Art. 25 (sao y, sao lục, trích sao), 26, 27; Appendix
I, Part II; Appendix III, Part I (abbreviations). An electronic original needs no electronic
sao y or sao lục: it is forwarded as it is, its signatures prove it.
"""

from dataclasses import dataclass
from enum import StrEnum

from documents.document import folded
from documents.errors import Refused


class Medium(StrEnum):
    """What a document is on."""

    PAPER = "paper"
    """văn bản giấy."""
    ELECTRONIC = "electronic"
    """văn bản điện tử."""


class CopyKind(StrEnum):
    """Hình thức bản sao (Art. 25); the value is the kind's name on the command line."""

    EXACT = "sao-y"
    """sao y: the whole, from an original or a bản chính."""
    OF_COPY = "sao-luc"
    """sao lục: the whole, from a bản sao y."""
    EXTRACT = "trich-sao"
    """trích sao: a part, set anew."""

    @property
    def abbreviation(self) -> str:
        """In the copy's number (Appendix III, Part I)."""
        return _ABBREVIATIONS[self]

    @property
    def printed(self) -> str:
        """As the form of copy is printed."""
        return _PRINTED[self]


_ABBREVIATIONS = {CopyKind.EXACT: "SY", CopyKind.OF_COPY: "SL", CopyKind.EXTRACT: "TrS"}
_PRINTED = {CopyKind.EXACT: "SAO Y", CopyKind.OF_COPY: "SAO LỤC", CopyKind.EXTRACT: "TRÍCH SAO"}

_P, _E = Medium.PAPER, Medium.ELECTRONIC
ALLOWED: dict[CopyKind, frozenset[tuple[Medium, Medium]]] = {
    CopyKind.EXACT: frozenset({(_P, _P), (_E, _P), (_P, _E)}),
    CopyKind.OF_COPY: frozenset({(_P, _P), (_P, _E), (_E, _P)}),
    CopyKind.EXTRACT: frozenset({(_P, _P), (_P, _E), (_E, _P), (_E, _E)}),
}
"""From what to what each kind may be made (Art. 25)."""


class CopyNotAllowed(Refused):
    """The decree knows no copy of this kind from this medium to that one."""

    code = "copy.not_allowed"
    vietnamese = "Không có hình thức {0} từ {1} sang {2}"
    english = "there is no {0} from {1} to {2}"
    remedy = "Gửi nguyên trạng văn bản điện tử đã ký số / forward the signed original as it is"


class CopyBaseMissing(Refused):
    """A sao lục is made from a sao y, whose number it names; the others are not made from one."""

    code = "copy.base_missing"
    vietnamese = "{0}: số bản sao y làm căn cứ không hợp lệ «{1}»"
    english = "{0}: the sao y it is made from is not valid «{1}»"
    remedy = (
        "Sao lục: thêm --of SỐ/SY-CƠQUAN; sao y, trích sao: bỏ --of / only a sao lục names a sao y"
    )


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """What is to be copied into what."""

    kind: CopyKind
    made_from: Medium
    made_to: Medium
    original: str
    """What is copied, as people know it: its code, or the file's name."""
    base: str = ""
    """The code of the sao y that a sao lục is made from: `05/SY-UBND`."""


def check(request: CopyRequest) -> None:
    """Return if the decree knows such a copy.

    Raises:
        CopyNotAllowed: not from this medium to that one.
        CopyBaseMissing: a sao lục without its sao y, or another kind with one.
    """
    if (request.made_from, request.made_to) not in ALLOWED[request.kind]:
        raise CopyNotAllowed(request.kind.printed, request.made_from, request.made_to)
    named = folded(request.base).partition("/")[2].startswith("sy-")
    if (request.kind is CopyKind.OF_COPY) != named or (request.base and not named):
        raise CopyBaseMissing(request.kind.printed, request.base)


def notation(kind: CopyKind, agency: str) -> str:
    """Return the notation in a copy's number: `SY-UBND`; *agency* is its abbreviation."""
    return "-".join(part for part in (kind.abbreviation, agency) if part)
