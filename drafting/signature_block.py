"""Reads the signature block of a finished document: capacity, position, name.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.7: capacity and position in capitals
above the signature, the full name under it. Only a block that looks so is read; a scan, or a
form of some other shape, has none. About 2 ms of CPU; nothing is ever guessed.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.boxes import MILLIMETRE
from documents.capacity import MOST_LINES, Printed
from documents.placement import Box
from documents.spelling import toneless
from drafting.anchors import MAX_PAGES_READ
from drafting.finder import pdfium_lock
from drafting.reading import PageText, page_text
from drafting.view import View

LARGEST_TEXT = 200_000
"""Letters of a page; a page of close print has 6,000."""

_HALF_WIDTH = 118.0  # of the column of the signer: half of what Appendix I leaves at the right
_ROOM = 80 * MILLIMETRE  # between title and name at most; farther apart they are not one block
_TITLES = 110.0  # six lines of title
_NAME_FOOT = 40.0  # where the name stands under a box
_SLACK = 8.0  # a box given by hand may touch its neighbours
_MOST_PLACES = 8


def read_signature_block(
    pdf: bytes, *, box: Box | None = None, names: Iterable[str] = ()
) -> Printed | None:
    """Return the block around *box*, else the last one over one of *names*; None: there is none.

    Args:
        pdf: from anywhere; what cannot be read has no block.
        box: of the signature; the name is what is printed under it.
        names: whom to look for, where no box is known; from the most to the least likely.
    """
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
            try:
                return signature_block(document, box=box, names=names)
            finally:
                document.close()
        except (pdfium.PdfiumError, ValueError, OverflowError):
            return None


def signature_block(
    document: pdfium.PdfDocument, *, box: Box | None = None, names: Iterable[str] = ()
) -> Printed | None:
    """Return what `read_signature_block` does of an open document; the caller holds the lock.

    Raises:
        pypdfium2.PdfiumError, ValueError, OverflowError: it cannot be read.
    """
    if box is not None:
        return _around(document, box)
    wanted = [name for name in dict.fromkeys(names) if len(toneless(name)) > 1]
    return next(_over(document, wanted), None)


def _around(document: pdfium.PdfDocument, box: Box) -> Printed | None:
    if not 0 <= box.page < len(document):
        return None
    page = _Page(document[box.page])
    seen = page.view.seen(box)
    centre = (seen.x0 + seen.x1) / 2
    under = page.lines(centre, seen.y0 - _NAME_FOOT, seen.y0 + _SLACK)
    titles = _titles(page.lines(centre, seen.y1 - _SLACK, seen.y1 + _TITLES))
    # a name is no title, and stands alone
    name = under[0] if under and not under[0].isupper() and len(under[0]) <= 60 else ""
    return Printed.of(titles, name) if titles else None


def _over(document: pdfium.PdfDocument, names: list[str]) -> Iterator[Printed]:
    """Yield the blocks over *names*, from the last page on."""
    pages = len(document)
    for number in range(pages - 1, max(-1, pages - 1 - MAX_PAGES_READ), -1):
        page = _Page(document[number])
        if not 0 < page.text.count_chars() <= LARGEST_TEXT:
            continue
        for name, centre, baseline in page.places(names):
            above = page.lines(centre, baseline + 2 * _SLACK, baseline + _ROOM + _TITLES)
            if titles := _titles(above):
                yield Printed.of(titles, name)


class _Page:
    """One page's print by place; PDFium finds lines only on pages that are not turned."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self.view = View.of(page)
        self.text = page.get_textpage()
        self._page = page

    @cached_property
    def _turned(self) -> PageText:
        return page_text(self._page, self.view)

    def lines(self, centre: float, bottom: float, top: float) -> list[str]:
        """Return the lines of the signer's column between two heights, from top to bottom."""
        if self.view.turn:
            return [
                line.spelled()
                for whole in self._turned.lines
                if bottom <= whole.baseline <= top
                and (line := whole.between(centre - _HALF_WIDTH, centre + _HALF_WIDTH))
            ]
        low = self.view.user(centre - _HALF_WIDTH, bottom)
        high = self.view.user(centre + _HALF_WIDTH, top)
        found = self.text.get_text_bounded(*low, *high)
        lines = (" ".join(line.split()) for line in found.splitlines())
        return [unicodedata.normalize("NFC", line) for line in lines if line]

    def places(self, names: list[str]) -> Iterator[tuple[str, float, float]]:
        """Yield name, centre and baseline of each place where one of *names* stands."""
        written = self.text.get_text_range()
        quick = toneless(written)
        here = [name for name in names if toneless(name) in quick]
        if self.view.turn:
            yield from self._turned_places(here)
        elif here:
            letters, indexes = _letters(written)
            for name in here:
                for place in _places(self.text, letters, indexes, toneless(name)):
                    left, baseline = self.view.point(place[0], place[2])
                    right, _ = self.view.point(place[1], place[2])
                    yield name, (left + right) / 2, baseline

    def _turned_places(self, names: list[str]) -> Iterator[tuple[str, float, float]]:
        for name in names:
            wanted, found = toneless(name), 0
            for segment in reversed(self._turned.segments()):
                if found < _MOST_PLACES and wanted in toneless(segment.text):
                    found += 1
                    yield name, (segment.left + segment.right) / 2, segment.baseline


_plain = lru_cache(maxsize=4096)(toneless)


def _letters(written: str) -> tuple[str, list[int]]:
    """Return a page's letters without tones and spaces, and each one's place in its text."""
    letters: list[str] = []
    places: list[int] = []
    for index, letter in enumerate(written):
        plain = _plain(letter)
        letters.append(plain)
        places += [index] * len(plain)
    return "".join(letters), places


def _places(
    text: pdfium.PdfTextPage, letters: str, places: list[int], name: str
) -> Iterator[tuple[float, float, float]]:
    """Yield (left, right, baseline) of each place where *name* stands, the last one first."""
    end = len(letters)
    for _ in range(_MOST_PLACES):
        at = letters.rfind(name, 0, end)
        if at < 0:
            return
        end = at + len(name) - 1
        first, last = _box(text, places[at]), _box(text, places[at + len(name) - 1])
        if first and last and abs(first[1] - last[1]) < _SLACK:
            yield first[0], last[2], min(first[1], last[1])


def _box(text: pdfium.PdfTextPage, index: int) -> tuple[float, float, float, float] | None:
    handle = pdfium_c.FPDFText_GetCharIndexFromTextIndex(text.raw, index)
    return text.get_charbox(handle) if handle >= 0 else None


def _titles(lines: list[str]) -> list[str]:
    """Return the lines in capitals at the end of *lines*: what stands above is the text."""
    titles: list[str] = []
    for line in reversed(lines):
        if not line.isupper() or len(titles) == MOST_LINES:
            break
        titles.append(line)
    return titles[::-1]
