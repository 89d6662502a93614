"""Shows where number, date, signature and seal would go in a PDF, before anything is reserved.

What is missing is said with its reason, and what is not certain is drawn as candidates, so
that whoever looks can give a box by hand (Decree 30/2020/ND-CP, Appendix I, Part I, II).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from documents.placement import Box
from drafting.errors import DraftUnreadable
from drafting.finder import pdfium_lock, survey, written_box
from drafting.view import View

DPI = 110
"""Of the pictures, where that is not too large."""
MOST_PIXELS = 3_000_000
"""Of one page's picture; A4 has 1.1 million at DPI."""
MOST_PAGES = 6
"""Pages shown; places stand on two."""

_LONGEST = 6000  # pixels of one edge
_COLOURS = {
    "number": (0, 110, 60),
    "day": (0, 110, 60),
    "month": (0, 110, 60),
    "signature": (22, 54, 168),
    "seal": (214, 20, 32),
}
_DASH = 5
_LETTER = 13
_MARGIN = 12


@dataclass(frozen=True, slots=True)
class Place:
    """One of the five places."""

    name: str
    box: Box | None
    origin: str
    """by hand, found, or missing."""
    why: str = ""
    """Why it is missing, Vietnamese and English."""
    candidates: tuple[Box, ...] = ()
    """Those between which nothing decides."""

    def lines(self) -> tuple[str, ...]:
        """Return the box, or else the candidates, as `--box` takes them."""
        boxes = (self.box,) if self.box is not None else self.candidates
        return tuple(written_box(self.name, box) for box in boxes)


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as it is seen, with its places drawn."""

    page: int
    """From 0."""
    width: float
    """PDF points, as seen."""
    height: float
    png: bytes


@dataclass(frozen=True, slots=True)
class Preview:
    """The places and the pages that they stand on."""

    places: tuple[Place, ...]
    pages: int
    """Of the whole document."""
    pictures: tuple[Picture, ...]

    @property
    def complete(self) -> bool:
        """Whether every place is known."""
        return all(place.box is not None for place in self.places)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, without the pictures."""
        return {
            "complete": self.complete,
            "pages": self.pages,
            "shown": [picture.page + 1 for picture in self.pictures],
            "places": [{**asdict(place), "lines": list(place.lines())} for place in self.places],
        }

    def png(self) -> bytes:
        """Return one picture with the pages side by side."""
        images = [Image.open(BytesIO(picture.png)) for picture in self.pictures]
        width = sum(image.width for image in images) + _MARGIN * (len(images) - 1)
        sheet = Image.new("RGB", (width, max(image.height for image in images)), (120, 120, 120))
        left = 0
        for image in images:
            sheet.paste(image, (left, 0))
            left += image.width + _MARGIN
        return _png(sheet)

    def pdf(self) -> bytes:
        """Return the pictures as the pages of a PDF, as large as they are."""
        kept = BytesIO()
        canvas = Canvas(kept, invariant=1)
        for picture in self.pictures:
            canvas.setPageSize((picture.width, picture.height))
            image = ImageReader(BytesIO(picture.png))
            canvas.drawImage(image, 0, 0, picture.width, picture.height)
            canvas.showPage()
        canvas.save()
        return kept.getvalue()


def preview(
    pdf: bytes,
    *,
    signer_name: str,
    notation: str = "",
    boxes: Mapping[str, Box] | None = None,
) -> Preview:
    """Return the places of *pdf* and pictures of their pages: about 0.2 s of CPU.

    Time is not bounded here: run it in a worker process.

    Args:
        pdf: as `take_in` returns it.
        signer_name: the full name under the signature.
        notation: `QĐ-UBND`, to tell the number line from others; may be empty.
        boxes: by hand, under number, day, month, signature, seal.

    Raises:
        BoxInvalid: a box given by hand has another name or lies outside its page.
        DraftUnreadable: the PDF cannot be read.
    """
    given = boxes or {}
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
            try:
                surveyed = survey(document, signer_name, notation, given)
                places = tuple(
                    Place(name, sought.box, _origin(name, sought.box, given), sought.why,
                          sought.candidates)
                    for name, sought in surveyed.places.items()
                )  # fmt: skip
                shown = [_picture(document, number, places) for number in _concerned(places)]
                return Preview(places, len(document), tuple(shown))
            finally:
                document.close()
        except pdfium.PdfiumError as error:
            raise DraftUnreadable("PDF", str(error)) from None


def _origin(name: str, box: Box | None, given: Mapping[str, Box]) -> str:
    if name in given:
        return "by hand"
    return "missing" if box is None else "found"


def _concerned(places: Sequence[Place]) -> list[int]:
    """Return the pages that any place may stand on; the first where there is none."""
    boxes = [box for place in places for box in (place.box, *place.candidates) if box]
    return sorted({0, *(box.page for box in boxes)})[:MOST_PAGES]


def _picture(document: pdfium.PdfDocument, number: int, places: Sequence[Place]) -> Picture:
    page = document[number]
    view = View.of(page)
    area = view.width * view.height
    if not 0 < area < math.inf:
        raise DraftUnreadable("PDF", f"trang / page {number + 1}: {view.width} × {view.height}")
    scale = min(DPI / 72, math.sqrt(MOST_PIXELS / area), _LONGEST / max(view.width, view.height))
    image = page.render(scale=scale).to_pil().convert("RGB")
    drawing = _Drawing(image, view, number)
    for place in places:
        drawing.draw(place)
    return Picture(number, view.width, view.height, _png(image))


class _Drawing:
    """Draws places onto the picture of one page."""

    def __init__(self, image: Image.Image, view: View, number: int) -> None:
        self._draw = ImageDraw.Draw(image)
        self._view = view
        self._number = number
        self._across = image.width / view.width
        self._down = image.height / view.height
        self._height = image.height
        self._font = ImageFont.load_default(_LETTER)

    def draw(self, place: Place) -> None:
        """Draw a place as a frame, its candidates as dashed ones."""
        colour = _COLOURS[place.name]
        if place.box is not None:
            edges = self._edges(place.box)
            if edges:
                self._draw.rectangle(edges, outline=colour, width=2)
                self._label(edges, place.name, colour)
        for index, box in enumerate(place.candidates, 1):
            edges = self._edges(box)
            if edges:
                self._dashed(edges, colour)
                self._label(edges, f"{place.name}? {index}", colour)

    def _edges(self, box: Box) -> tuple[float, float, float, float] | None:
        """Return left, top, right, bottom in pixels; None on another page."""
        if box.page != self._number:
            return None
        seen = self._view.seen(box)
        return (
            seen.x0 * self._across,
            self._height - seen.y1 * self._down,
            seen.x1 * self._across,
            self._height - seen.y0 * self._down,
        )

    def _dashed(
        self, edges: tuple[float, float, float, float], colour: tuple[int, int, int]
    ) -> None:
        left, top, right, bottom = (int(edge) for edge in edges)
        for x in range(left, right, 2 * _DASH):
            for y in (top, bottom):
                self._draw.line((x, y, min(x + _DASH, right), y), colour, 2)
        for y in range(top, bottom, 2 * _DASH):
            for x in (left, right):
                self._draw.line((x, y, x, min(y + _DASH, bottom)), colour, 2)

    def _label(
        self, edges: tuple[float, float, float, float], text: str, colour: tuple[int, int, int]
    ) -> None:
        """Write the name into the frame's foot, or above it where it leaves no room."""
        roomy = edges[3] - edges[1] > 3 * _LETTER
        x, y = (edges[0] + 5, edges[3] - _LETTER - 5) if roomy else (edges[0], edges[1] - _LETTER)
        self._draw.text((x, max(0, y)), text, colour, self._font)


def _png(image: Image.Image) -> bytes:
    kept = BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()
