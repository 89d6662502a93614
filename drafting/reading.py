"""Reads a page as lines of glyphs with their places: what the finder searches.

Works on what is printed, not on the order in which it was written: glyphs are
gathered by baseline and sorted from left to right, spaces are dropped, and
combining marks join their letters (NFC). Coordinates are those of the page as it is
seen (`drafting.view`), PDF points; what runs across it or is cut off is not read.
"""

import ctypes
import itertools
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.document import folded
from documents.spelling import toneless
from drafting.view import View

MAX_GLYPHS = 30_000
"""On one page; a page of close print has 6,000."""
_SAME_LINE = 2.5
_COLUMN_GAP = 18.0  # wider than any space between words, narrower than between columns
_WORD_GAP = 1.5  # a space at 13 points takes 3.25, letters stand closer
_FIRST_MARK = "\u0300"
_UPRIGHT = math.cos(math.radians(5))  # a crooked scan's text layer is upright still


class Glyph(NamedTuple):
    """A letter with its marks; never white space."""

    text: str
    left: float
    right: float
    """Where the next letter would begin."""
    baseline: float


@dataclass(frozen=True, slots=True)
class Line:
    """Glyphs on one baseline, from left to right."""

    glyphs: tuple[Glyph, ...]

    @property
    def baseline(self) -> float:
        """Of its first glyph."""
        return self.glyphs[0].baseline

    @property
    def left(self) -> float:
        """Where the first glyph begins."""
        return self.glyphs[0].left

    @property
    def right(self) -> float:
        """Where the last glyph ends."""
        return self.glyphs[-1].right

    @property
    def text(self) -> str:
        """The letters without spaces."""
        return "".join([glyph.text for glyph in self.glyphs])

    def folded(self) -> tuple[str, list[int]]:
        """Return the letters without spaces and accents, and each one's glyph."""
        letters: list[str] = []
        owners: list[int] = []
        for index, glyph in enumerate(self.glyphs):
            plain = folded(glyph.text)
            letters.append(plain)
            owners += [index] * len(plain)
        return "".join(letters), owners

    def between(self, left: float, right: float) -> "Line | None":
        """Return the glyphs whose middle lies between; None where there are none."""
        inside = tuple(g for g in self.glyphs if left <= (g.left + g.right) / 2 <= right)
        return Line(inside) if inside else None

    def spelled(self) -> str:
        """Return the text with a space where there is room for one."""
        letters = [self.glyphs[0].text]
        for before, glyph in itertools.pairwise(self.glyphs):
            letters.append(
                f" {glyph.text}" if glyph.left - before.right > _WORD_GAP else glyph.text
            )
        return "".join(letters)

    def columns(self) -> Iterator[int]:
        """Yield the index of the first glyph of each part between gaps as between columns."""
        yield 0
        for index in range(1, len(self.glyphs)):
            if self.glyphs[index].left - self.glyphs[index - 1].right > _COLUMN_GAP:
                yield index

    def segments(self) -> Iterator["Line"]:
        """Yield the parts between gaps as wide as between columns."""
        for start, end in itertools.pairwise([*self.columns(), len(self.glyphs)]):
            yield Line(self.glyphs[start:end])


@dataclass(frozen=True, slots=True)
class PageText:
    """One page's print."""

    view: View
    lines: list[Line]
    """From top to bottom; none for a scan."""
    across: bool
    """Whether most of the print runs across the page as it is seen."""

    def segments(self) -> list[Line]:
        """Return the parts of all lines between columns, from top to bottom."""
        return [segment for line in self.lines for segment in line.segments()]


class Reading:
    """A document's pages as lines, each page read once."""

    def __init__(self, document: pdfium.PdfDocument) -> None:
        self.document = document
        self._pages: dict[int, PageText] = {}
        self._views: dict[int, View] = {}

    def view(self, number: int) -> View:
        """Return how page *number* (from 0) is seen."""
        if number not in self._views:
            self._views[number] = View.of(self.document[number])
        return self._views[number]

    def page(self, number: int) -> PageText:
        """Return the print of page *number* (from 0)."""
        if number not in self._pages:
            self._pages[number] = page_text(self.document[number], self.view(number))
        return self._pages[number]

    def letters(self, number: int) -> str:
        """Return the page's letters as `name_key` spells them, in the order of the file; quick."""
        return toneless(self.document[number].get_textpage().get_text_range())


def page_text(page: pdfium.PdfPage, view: View) -> PageText:
    """Return the print of *page*."""
    upright, across = _glyphs(page, view)
    glyphs = sorted(upright, key=lambda glyph: -glyph.baseline)
    gathered: list[list[Glyph]] = []
    for glyph in glyphs:
        if gathered and gathered[-1][0].baseline - glyph.baseline <= _SAME_LINE:
            gathered[-1].append(glyph)
        else:
            gathered.append([glyph])
    lines = [Line(tuple(sorted(line, key=lambda glyph: glyph.left))) for line in gathered]
    return PageText(view, lines, across > len(glyphs))


def _glyphs(page: pdfium.PdfPage, view: View) -> tuple[list[Glyph], int]:
    """Return the glyphs that stand upright in the view, and how many run across it."""
    text_page = page.get_textpage()
    handle = text_page.raw
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium_c.FS_RECTF()
    turn = math.radians(view.turn)
    width, height = view.width, view.height
    glyphs: list[Glyph] = []
    across = 0
    for index in range(min(text_page.count_chars(), MAX_GLYPHS)):
        letter = chr(pdfium_c.FPDFText_GetUnicode(handle, index))
        if letter.isspace() or not letter.isprintable():
            continue
        angle = pdfium_c.FPDFText_GetCharAngle(handle, index) + turn  # clockwise, as the turn
        if angle and math.cos(angle) < _UPRIGHT:
            across += 1
            continue
        if letter >= _FIRST_MARK and unicodedata.combining(letter) and glyphs:
            last = glyphs[-1]
            joined = unicodedata.normalize("NFC", last.text + letter)
            glyphs[-1] = last._replace(text=joined)
            continue
        pdfium_c.FPDFText_GetCharOrigin(handle, index, x, y)
        pdfium_c.FPDFText_GetLooseCharBox(handle, index, box)
        left, baseline = view.point(x.value, y.value)
        if 0 <= left <= width and 0 <= baseline <= height:
            right = max(view.point(box.left, box.bottom)[0], view.point(box.right, box.top)[0])
            glyphs.append(Glyph(letter, left, max(right, left), baseline))
    text_page.close()
    return glyphs, across
