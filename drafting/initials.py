"""Where initials (ký nháy) go: on the line «Lưu: VT, …» that ends the list of recipients.

Practice; Decree 30/2020/ND-CP, Appendix I, Part I, II.9 only says that the list ends
with this line (box 9b). Where the line is not found there is no place: never guessed.
"""

import re
from collections.abc import Sequence

import pypdfium2 as pdfium

from documents.boxes import INITIALS
from documents.placement import Box
from drafting.finder import MAX_PAGES_READ, pdfium_lock
from drafting.reading import Line, Reading

MOST = 6
"""Initials side by side; more of them are signed without being shown."""
_ARCHIVED = re.compile(r"[-–]?luu:.+")
_CLEAR = 6.0
_DESCENT = 5.0


def places(pdf: bytes, taken: Sequence[Box] = ()) -> list[Box]:
    """Return the places for initials in *pdf*, from left to right; none where none is found.

    They touch neither print nor the boxes *taken*.
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
        if document[number].get_rotation():
            continue
        segments = [segment for line in reading.lines(number) for segment in line.segments()]
        found = [segment for segment in segments if _ARCHIVED.match(segment.folded()[0])]
        if len(found) == 1:
            return _beside(document, number, found[0], segments, taken)
        if found:
            return []
    return []


def _beside(
    document: pdfium.PdfDocument,
    number: int,
    line: Line,
    segments: Sequence[Line],
    taken: Sequence[Box],
) -> list[Box]:
    """Return the places between the end of *line* and whatever stands to its right."""
    left, bottom, right, _ = document[number].get_mediabox()
    low = line.baseline - _DESCENT
    high = low + INITIALS.height
    limits = [right - _CLEAR]
    limits += [
        other.left
        for other in segments
        if other.left > line.right and low - _DESCENT < other.baseline < high
    ]
    limits += [
        left + box.x0
        for box in taken
        if box.page == number and box.y0 + bottom < high and box.y1 + bottom > low
    ]
    found: list[Box] = []
    x = line.right + _CLEAR
    while len(found) < MOST and x + INITIALS.width <= min(limits):
        found.append(Box(number, x - left, low - bottom, x - left + INITIALS.width, high - bottom))
        x += INITIALS.width + _CLEAR
    return found
