"""Reads a page as lines of glyphs with their places: what the finder searches.

Works on what is printed, not on the order in which it was written: glyphs are
gathered by baseline and sorted from left to right, spaces are dropped, and
combining marks join their letters (NFC). PDF points, user space.
"""

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.document import folded
from documents.spelling import toneless

MAX_GLYPHS = 30_000
"""On one page; a page of close print has 6,000."""
_SAME_LINE = 2.5
_COLUMN_GAP = 18.0  # wider than any space between words, narrower than between columns
_FIRST_MARK = "\u0300"


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

    def segments(self) -> Iterator["Line"]:
        """Yield the parts between gaps as wide as between columns."""
        start = 0
        for index in range(1, len(self.glyphs)):
            if self.glyphs[index].left - self.glyphs[index - 1].right > _COLUMN_GAP:
                yield Line(self.glyphs[start:index])
                start = index
        yield Line(self.glyphs[start:])


class Reading:
    """A document's pages as lines, each page read once."""

    def __init__(self, document: pdfium.PdfDocument) -> None:
        self.document = document
        self._lines: dict[int, list[Line]] = {}

    def lines(self, number: int) -> list[Line]:
        """Return the lines of page *number* (from 0), from top to bottom; none for a scan."""
        if number not in self._lines:
            self._lines[number] = lines(self.document[number])
        return self._lines[number]

    def letters(self, number: int) -> str:
        """Return the page's letters as `name_key` spells them, in the order of the file; quick."""
        return toneless(self.document[number].get_textpage().get_text_range())


def lines(page: pdfium.PdfPage) -> list[Line]:
    """Return the page's lines from top to bottom; none for a scan."""
    glyphs = sorted(_glyphs(page), key=lambda glyph: -glyph.baseline)
    gathered: list[list[Glyph]] = []
    for glyph in glyphs:
        if gathered and gathered[-1][0].baseline - glyph.baseline <= _SAME_LINE:
            gathered[-1].append(glyph)
        else:
            gathered.append([glyph])
    return [Line(tuple(sorted(line, key=lambda glyph: glyph.left))) for line in gathered]


def _glyphs(page: pdfium.PdfPage) -> list[Glyph]:
    text_page = page.get_textpage()
    handle = text_page.raw
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium_c.FS_RECTF()
    glyphs: list[Glyph] = []
    for index in range(min(text_page.count_chars(), MAX_GLYPHS)):
        letter = chr(pdfium_c.FPDFText_GetUnicode(handle, index))
        if letter.isspace() or not letter.isprintable():
            continue
        if letter >= _FIRST_MARK and unicodedata.combining(letter) and glyphs:
            last = glyphs[-1]
            joined = unicodedata.normalize("NFC", last.text + letter)
            glyphs[-1] = last._replace(text=joined)
            continue
        pdfium_c.FPDFText_GetCharOrigin(handle, index, x, y)
        pdfium_c.FPDFText_GetLooseCharBox(handle, index, box)
        glyphs.append(Glyph(letter, x.value, max(box.right, x.value), y.value))
    text_page.close()
    return glyphs
