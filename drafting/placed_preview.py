"""A signed page as it will look once it is issued: number and date in their gaps, the seal over.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.3, II.4, II.8. A picture for the clerk;
nothing of the document changes. Frames mark what is only shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from documents.placement import Box, Placement
from drafting.errors import DraftUnreadable
from drafting.finder import pdfium_lock
from drafting.view import View

DPI = 110
MOST_PIXELS = 3_000_000
"""Of the picture; A4 has 1.1 million at DPI."""
_FRAME = {"number": (0, 110, 60), "seal": (214, 20, 32)}
_INK = (10, 10, 10)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is put on the page."""

    placement: Placement
    texts: Mapping[str, str]
    """Of number, day and month."""
    seal_png: bytes = b""
    """Empty: only its frame."""


def page_png(pdf: bytes, number: int, shown: Shown) -> bytes:
    """Return one page (from 0) as PNG with what stands on it: about 0.15 s of CPU.

    Raises:
        DraftUnreadable: the PDF cannot be read, or has no such page.
    """
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
            try:
                if not 0 <= number < len(document):
                    raise DraftUnreadable("PDF", f"trang / page {number + 1}")
                page = document[number]
                view = View.of(page)
                area = view.width * view.height
                if not 0 < area < float("inf"):
                    raise DraftUnreadable("PDF", f"{view.width} × {view.height}")
                scale = min(DPI / 72, (MOST_PIXELS / area) ** 0.5)
                image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
            finally:
                document.close()
        except pdfium.PdfiumError as error:
            raise DraftUnreadable("PDF", str(error)) from None
    _draw(image, view, number, shown)
    kept = BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def pages_of(placement: Placement) -> list[int]:
    """Return the pages that anything stands on, from 0."""
    boxes = (placement.number, placement.day, placement.seal)
    return sorted({box.page for box in boxes})


def _draw(image: Image.Image, view: View, number: int, shown: Shown) -> None:
    place = shown.placement
    drawing = ImageDraw.Draw(image)
    for name, box in (("number", place.number), ("day", place.day), ("month", place.month)):
        if box.page == number:
            edges = _edges(image, view, box)
            drawing.rectangle(edges, outline=_FRAME["number"], width=1)
            _write(drawing, edges, shown.texts.get(name, ""))
    if place.seal.page == number:
        edges = _edges(image, view, place.seal)
        if shown.seal_png:
            _stamp(image, edges, shown.seal_png)
        drawing.rectangle(edges, outline=_FRAME["seal"], width=2)


def _edges(image: Image.Image, view: View, box: Box) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom in pixels."""
    seen = view.seen(box)
    across, down = image.width / view.width, image.height / view.height
    return (
        seen.x0 * across,
        image.height - seen.y1 * down,
        seen.x1 * across,
        image.height - seen.y0 * down,
    )


def _write(
    drawing: ImageDraw.ImageDraw, edges: tuple[float, float, float, float], text: str
) -> None:
    left, top, right, bottom = edges
    font = ImageFont.load_default(max(8.0, (bottom - top) * 0.8))
    middle = ((left + right) / 2, (top + bottom) / 2)
    drawing.text(middle, text, _INK, font, anchor="mm")


def _stamp(image: Image.Image, edges: tuple[float, float, float, float], seal_png: bytes) -> None:
    left, top, right, bottom = (round(edge) for edge in edges)
    try:
        seal = Image.open(BytesIO(seal_png)).convert("RGBA")
    except (OSError, Image.DecompressionBombError):
        return
    size = (max(1, right - left), max(1, bottom - top))
    seal = seal.resize(size)
    image.paste(seal, (left, top), seal)
