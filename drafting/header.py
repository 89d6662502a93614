"""Reads the upper part of page 1 as it is seen: print, filled fields, text of signatures.

Numbers and dates are often no part of the page: they stand in form fields, or in signature
appearances that a token tool put over the blanks. PDFium draws both into its own copy of the
page; the file is not touched. ISO 32000-1, 12.5.5 (appearance streams). PDF points, as seen
(`drafting.view`).
"""

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.placement import Box
from drafting.view import View

LOWEST = 0.42
"""Of the page's height: nothing below it is read as a head."""
MOST_ANNOTATIONS = 200
"""More are not drawn; a signed letter has five."""
MOST_GLYPHS = 20_000
"""Of a page that are looked at; a page of close print has 6,000."""
MOST_IN_LINE = 400

_SAME_LINE = 2.5
_WORD_GAP = 0.12  # of the type's size: less is between letters
_COLUMN_GAP = 1.4  # of the type's size: more is between columns
_INVISIBLE = pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
_FIRST_MARK = "\u0300"


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters on one baseline with no gap as wide as between columns."""

    text: str
    """NFC, single spaces."""
    left: float
    right: float
    baseline: float
    size: float
    """Height of the type."""

    @property
    def centre(self) -> float:
        """Its middle."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Head:
    """The upper part of page 1; its lines are read as they are asked for."""

    view: View
    text: pdfium.PdfTextPage
    spots: tuple[tuple[float, float, int], ...]
    """(-baseline, left, index) of every letter, from the top."""

    @property
    def middle(self) -> float:
        """Of the page's width."""
        return self.view.width / 2

    def box(self, piece: Piece) -> Box:
        """Return the place of *piece*."""
        foot, top = piece.baseline - piece.size / 4, piece.baseline + piece.size * 0.85
        return self.view.placed(Box(0, piece.left, foot, piece.right, top))

    def lines(self) -> Iterator[list[Piece]]:
        """Yield the lines from top to bottom, each from left to right."""
        line: list[tuple[float, float, int]] = []
        for spot in self.spots:
            if line and spot[0] - line[0][0] > _SAME_LINE:
                yield from self._line(line)
                line = []
            line.append(spot)
        if line:
            yield from self._line(line)

    def _line(self, spots: list[tuple[float, float, int]]) -> Iterator[list[Piece]]:
        """Yield the line of *spots*, if anything is seen there."""
        glyphs: list[_Glyph] = []
        # by index: a mark follows its letter in the file, wherever it is painted
        for depth, left, index in sorted(spots[:MOST_IN_LINE], key=_index):
            letter = chr(pdfium_c.FPDFText_GetUnicode(self.text.raw, index))
            if letter.isspace() or not letter.isprintable():
                continue
            if letter >= _FIRST_MARK and unicodedata.combining(letter) and glyphs:
                last = glyphs[-1]
                joined = unicodedata.normalize("NFC", last.letter + letter)
                glyphs[-1] = last._replace(letter=joined)
                continue
            glyphs.append(_Glyph(letter, left, *self._extent(left, index), -depth))
        if glyphs and _is_seen(self.text.raw, spots[0][2]):
            glyphs.sort(key=_left)
            yield list(_pieces(glyphs))

    def _extent(self, left: float, index: int) -> tuple[float, float]:
        """Return where the next letter would begin, and the height of the type."""
        box = pdfium_c.FS_RECTF()
        pdfium_c.FPDFText_GetLooseCharBox(self.text.raw, index, box)
        wide, high = box.right - box.left, box.top - box.bottom
        if self.view.turn == 0:
            return max(box.right - self.view.left, left), max(high, 1.0)
        if self.view.sideways:
            wide, high = high, wide
        return left + wide, max(high, 1.0)


def read_head(document: pdfium.PdfDocument) -> Head:
    """Return what is seen in the upper part of page 1; nothing of a scan.

    PDFium's copy of the page is changed; whoever reads it after this sees fields as print.
    """
    page = document[0]
    if 0 < pdfium_c.FPDFPage_GetAnnotCount(page.raw) <= MOST_ANNOTATIONS:
        pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
        # loaded anew: the one at hand is still as it was
        page = pdfium.PdfDocument.get_page(document, 0)
    view, text = View.of(page), page.get_textpage()
    return Head(view, text, tuple(_spots(text, view)))


def _spots(text: pdfium.PdfTextPage, view: View) -> list[tuple[float, float, int]]:
    handle, origin = text.raw, pdfium_c.FPDFText_GetCharOrigin
    x, y = ctypes.c_double(), ctypes.c_double()
    lowest, plain = LOWEST * view.height, view.turn == 0
    spots = []
    for index in range(min(text.count_chars(), MOST_GLYPHS)):
        origin(handle, index, x, y)
        left, baseline = x.value - view.left, y.value - view.bottom
        if not plain:
            left, baseline = view.point(x.value, y.value)
        if baseline >= lowest:
            spots.append((-baseline, left, index))
    spots.sort()
    return spots


def _index(spot: tuple[float, float, int]) -> int:
    return spot[2]


class _Glyph(NamedTuple):
    letter: str
    left: float
    right: float
    size: float
    baseline: float


def _left(glyph: _Glyph) -> float:
    return glyph.left


def _is_seen(handle: pdfium_c.FPDF_TEXTPAGE, index: int) -> bool:
    """Return whether a letter is painted: under a scan lies what a machine took it for."""
    drawn = pdfium_c.FPDFText_GetTextObject(handle, index)
    return not drawn or pdfium_c.FPDFTextObj_GetTextRenderMode(drawn) != _INVISIBLE


def _pieces(line: list[_Glyph]) -> Iterator[Piece]:
    words: list[str] = []
    start = before = line[0]
    for glyph in line:
        gap = glyph.left - before.right
        if words and gap > _COLUMN_GAP * before.size:
            yield _piece(words, start, before)
            words, start = [], glyph
        elif words and gap > _WORD_GAP * before.size:
            words.append(" ")
        words.append(glyph.letter)
        before = glyph
    yield _piece(words, start, before)


def _piece(words: list[str], first: _Glyph, last: _Glyph) -> Piece:
    text = unicodedata.normalize("NFC", "".join(words))
    return Piece(text, first.left, last.right, first.baseline, first.size)
