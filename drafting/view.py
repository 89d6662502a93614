"""A page as people see it: turned by its /Rotate, cut to its /CropBox.

Standard: ISO 32000-1, 7.7.3.3 (Rotate, clockwise), 14.11.2 (page boundaries). Two kinds of
coordinates, both in PDF points: *seen* ones, origin bottom left of what is shown upright, in
which print is read; and those of `documents.placement.Box`, origin bottom left of the MediaBox
before it is turned, in which fields are reserved.
"""

from dataclasses import dataclass
from typing import Self

import pypdfium2 as pdfium

from documents.placement import Box

_HAIR = 0.005  # PDFium's edges are of single precision
_FAR = 1e6
"""PDF points; a page has 14,400 at most (Annex C)."""


@dataclass(frozen=True, slots=True)
class View:
    """How one page is seen."""

    left: float
    """The edges of the visible part, in the page's user space."""
    bottom: float
    right: float
    top: float
    origin: tuple[float, float]
    """Bottom left corner of the MediaBox, in user space."""
    turn: int = 0
    """Degrees clockwise: 0, 90, 180 or 270."""

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> Self:
        """Return how *page* is seen; its boxes stand on the page itself (`pdf.normalised`)."""
        left, bottom, right, top = page.get_bbox()
        media = page.get_mediabox(fallback_ok=False) or (left, bottom, right, top)
        origin = (min(media[0], media[2]), min(media[1], media[3]))
        return cls(left, bottom, right, top, origin, page.get_rotation() % 360)

    @classmethod
    def everywhere(cls, turn: int) -> Self:
        """Return a view of all that a page holds, cut off or not, when it is turned by *turn*."""
        return cls(-_FAR, -_FAR, _FAR, _FAR, (0.0, 0.0), turn)

    @property
    def sideways(self) -> bool:
        """Whether width and height change places."""
        return self.turn in (90, 270)

    @property
    def width(self) -> float:
        """Of what is seen, in PDF points."""
        return self.top - self.bottom if self.sideways else self.right - self.left

    @property
    def height(self) -> float:
        """Of what is seen, in PDF points."""
        return self.right - self.left if self.sideways else self.top - self.bottom

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of user space is seen."""
        match self.turn:
            case 90:
                return y - self.bottom, self.right - x
            case 180:
                return self.right - x, self.top - y
            case 270:
                return self.top - y, x - self.left
        return x - self.left, y - self.bottom

    def user(self, x: float, y: float) -> tuple[float, float]:
        """Return which point of user space is seen at (x, y)."""
        match self.turn:
            case 90:
                return self.right - y, self.bottom + x
            case 180:
                return self.right - x, self.top - y
            case 270:
                return self.left + y, self.top - x
        return self.left + x, self.bottom + y

    def seen(self, box: Box) -> Box:
        """Return where *box* is seen."""
        x, y = self.origin
        return _between(
            box.page, self.point(x + box.x0, y + box.y0), self.point(x + box.x1, y + box.y1)
        )

    def placed(self, seen: Box) -> Box:
        """Return the box that is seen at *seen*."""
        x, y = self.origin
        one, other = self.user(seen.x0, seen.y0), self.user(seen.x1, seen.y1)
        return _between(seen.page, (one[0] - x, one[1] - y), (other[0] - x, other[1] - y))

    def shows(self, box: Box) -> bool:
        """Return whether the whole of *box* is seen."""
        if not (box.x0 < box.x1 and box.y0 < box.y1):
            return False
        seen = self.seen(box)
        inside = min(seen.x0, seen.y0) >= -_HAIR
        return inside and seen.x1 <= self.width + _HAIR and seen.y1 <= self.height + _HAIR


def _between(page: int, one: tuple[float, float], other: tuple[float, float]) -> Box:
    (a, b), (c, d) = one, other
    return Box(page, min(a, c), min(b, d), max(a, c), max(b, d))
