"""Where number, date, signature and seal go on a document's pages.

Lengths are PDF points (1/72 inch), origin bottom left of the page's MediaBox,
pages counted from 0. Legal source: Decree 30/2020/ND-CP, Appendix I, Part I.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

from documents.boxes import SEAL


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on one page: x0 < x1, y0 < y1, in PDF points."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width in PDF points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in PDF points."""
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class Placement:
    """The five places a document reserves before its first signature.

    `number`, `day`, `month` are gaps in the typed line «Số: …/QĐ-UBND» and
    «ngày … tháng … năm 2026» (Appendix I, boxes 3 and 4); `signature` lies
    between the signer's title and full name (box 7c); `seal` covers the left
    third of the signature at the seal's real size (box 8).
    """

    number: Box
    day: Box
    month: Box
    signature: Box
    seal: Box

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build from `as_dict`'s data."""
        return cls(**{name: Box(**box) for name, box in data.items()})


def seal_over(signature: Box, diameter: float = SEAL.width) -> Box:
    """Return the seal's box: its right edge at the signature's left third, same centre height.

    `diameter` is the seal's real size in PDF points (Decree 30/2020, Appendix I,
    Part I, II.8a: actual size, over about a third of the signature, on its left).
    """
    right = signature.x0 + signature.width / 3
    middle = (signature.y0 + signature.y1) / 2
    return Box(
        signature.page, right - diameter, middle - diameter / 2, right, middle + diameter / 2
    )
