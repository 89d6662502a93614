"""Where initials (ký nháy) go: on the line «Lưu: VT, …» that ends the list of recipients.

Practice; Decree 30/2020/ND-CP, Appendix I, Part I, II.9 only says that the list ends
with this line (box 9b). Where the line is not found there is no place: never guessed.
"""

import re
from collections.abc import Sequence

import pypdfium2 as pdfium

from documents.boxes import INITIALS
from documents.placement import Box
from drafting.anchors import MAX_PAGES_READ
from drafting.finder import pdfium_lock
from drafting.reading import Line, PageText, Reading

MOST = 6
"""Initials side by side; more of them are signed without being shown."""
_ARCHIVED = re.compile(r"[-–]?luu:.+")
_CLEAR = 6.0
_DESCENT = 5.0


def places(pdf: bytes, taken: Sequence[Box] = ()) -> list[Box]:
    """Return the places for initials in *pdf*, from left to right; none where none is found.

    They touch neither print nor the boxes *taken*, as the page is seen.
    """
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError:
            return []
        try:
            return _places(document, taken)
        except pdfium.PdfiumError:
            return []
        finally:
            document.close()


def _places(document: pdfium.PdfDocument, taken: Sequence[Box]) -> list[Box]:
    reading = Reading(document)
    pages = len(document)
    for number in range(pages - 1, max(-1, pages - 1 - MAX_PAGES_READ), -1):
        page = reading.page(number)
        found = [part for part in page.segments() if _ARCHIVED.match(part.folded()[0])]
        if len(found) == 1:
            here = [page.view.seen(box) for box in taken if box.page == number]
            return [page.view.placed(box) for box in _beside(number, page, found[0], here)]
        if found:
            return []
    return []


def _beside(number: int, page: PageText, line: Line, taken: Sequence[Box]) -> list[Box]:
    """Return the places between the end of *line* and whatever is seen to its right."""
    low = line.baseline - _DESCENT
    high = low + INITIALS.height
    limits = [page.view.width - _CLEAR]
    limits += [
        other.left
        for other in page.segments()
        if other.left > line.right and low - _DESCENT < other.baseline < high
    ]
    limits += [box.x0 for box in taken if box.y0 < high and box.y1 > low]
    found: list[Box] = []
    x = line.right + _CLEAR
    while low >= 0 and len(found) < MOST and x + INITIALS.width <= min(limits):
        found.append(Box(number, x, low, x + INITIALS.width, high))
        x += INITIALS.width + _CLEAR
    return found
