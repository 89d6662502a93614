"""What a page looked like when it was signed, beside what it looks like now.

Pages are rendered by pdfium one at a time, the changed areas framed in red; a page of any
size becomes at most `LARGEST_SIDE` pixels. For people: the proof is in the signatures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw

from drafting.errors import DraftUnreadable
from drafting.finder import pdfium_lock

MOST_PAGES = 200
"""Pages looked at; the others are only counted."""
MOST_SHOWN = 30
"""Changed pages whose pictures are kept."""
LARGEST_SIDE = 1700
_DOTS = 110
"""Per inch."""
_CELL = 12
"""Pixels of the squares in which differences are gathered."""
_TELLING = 24
"""Gray levels of 255 by which a pixel must differ: less is the renderer's rounding."""
_FRAME = (214, 0, 28)


@dataclass(frozen=True, slots=True)
class PageChange:
    """One page that looks otherwise."""

    number: int
    """From 1."""
    before: bytes
    """PNG; empty for a page that was not there. So too `after`."""
    after: bytes
    marked: bytes
    """`after` with the changed areas framed."""
    areas: tuple[tuple[float, float, float, float], ...]
    """Fractions of the page, from the top left: left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How many pages there are, and how many were looked at."""

    before: int
    after: int
    compared: int


def extent(before: bytes, after: bytes) -> Extent:
    """Return how many pages each of two files has.

    Raises:
        DraftUnreadable: pdfium cannot open one of them.
    """
    with pdfium_lock:
        counts = []
        for data in (before, after):
            document = _opened(data)
            counts.append(len(document))
            document.close()
    return Extent(counts[0], counts[1], min(max(counts), MOST_PAGES))


def changes(before: bytes, after: bytes) -> Iterator[PageChange]:
    """Yield the pages that look otherwise, in order, at most `MOST_SHOWN`.

    Raises:
        DraftUnreadable: pdfium cannot open or draw one of the files.
    """
    shown = 0
    for index in range(extent(before, after).compared):
        change = _change(before, after, index)
        if change is not None:
            yield change
            shown += 1
        if shown == MOST_SHOWN:
            return


def _change(before: bytes, after: bytes, index: int) -> PageChange | None:
    old, new = _picture(before, index), _picture(after, index)
    if old is None or new is None:
        one = old or new
        if one is None:
            return None
        png = _png(one)
        whole = ((0.0, 0.0, 1.0, 1.0),)
        return PageChange(index + 1, png if old else b"", png if new else b"", png, whole)
    if old.size != new.size:
        old = old.resize(new.size)
    boxes = _areas(old, new)
    if not boxes:
        return None
    marked = new.copy()
    pen = ImageDraw.Draw(marked)
    for left, top, right, bottom in boxes:
        pen.rectangle((left - 3, top - 3, right + 3, bottom + 3), outline=_FRAME, width=3)
    wide, high = new.size
    areas = tuple((a / wide, b / high, c / wide, d / high) for a, b, c, d in boxes)
    return PageChange(index + 1, _png(old), _png(new), _png(marked), areas)


def _areas(old: Image.Image, new: Image.Image) -> list[tuple[int, int, int, int]]:
    """Return the boxes around neighbouring cells that differ, in pixels."""
    channels = ImageChops.difference(old, new).split()
    most = channels[0]
    for channel in channels[1:]:
        most = ImageChops.lighter(most, channel)
    telling = most.point([255 * (level > _TELLING) for level in range(256)])
    if telling.getbbox() is None:
        return []
    columns, rows = -(-telling.width // _CELL), -(-telling.height // _CELL)
    cells = {
        (column, row)
        for row in range(rows)
        for column in range(columns)
        if telling.crop(
            (column * _CELL, row * _CELL, (column + 1) * _CELL, (row + 1) * _CELL)
        ).getbbox()
    }
    return [_around(island, telling.size) for island in _islands(cells)]


def _islands(cells: set[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return the groups of cells that touch or nearly touch, top to bottom."""
    left, islands = set(cells), []
    for start in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        if start not in left:
            continue
        left.discard(start)
        island, waiting = [start], [start]
        while waiting:
            column, row = waiting.pop()
            near = {(column + x, row + y) for x in (-2, -1, 0, 1, 2) for y in (-2, -1, 0, 1, 2)}
            found = near & left
            left -= found
            island += found
            waiting += found
        islands.append(island)
    return islands


def _around(island: list[tuple[int, int]], size: tuple[int, int]) -> tuple[int, int, int, int]:
    columns, rows = [column for column, _ in island], [row for _, row in island]
    right = min((max(columns) + 1) * _CELL, size[0]) - 1
    bottom = min((max(rows) + 1) * _CELL, size[1]) - 1
    return min(columns) * _CELL, min(rows) * _CELL, right, bottom


def _picture(data: bytes, index: int) -> Image.Image | None:
    """Return the page as RGB on white; None where the file has no such page."""
    with pdfium_lock:
        document = _opened(data)
        try:
            if index >= len(document):
                return None
            page = document[index]
            side = max(page.get_width(), page.get_height(), 1.0)
            scale = min(_DOTS / 72, LARGEST_SIDE / side)
            drawn: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil()
            return drawn.convert("RGB")
        except pdfium.PdfiumError as bad:
            raise DraftUnreadable(f"trang / page {index + 1}", str(bad)[:200]) from None
        finally:
            document.close()


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as bad:
        raise DraftUnreadable("PDF", str(bad)[:200]) from None
    if document.get_formtype():
        document.init_forms()  # without it the fields' values are not drawn
    return document


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=False)
    return out.getvalue()
