"""The sheet: A4, its margins, and painting rows on it.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, I.1 to I.5 (A4 upright;
top and bottom 20 to 25 mm, left 30 to 35, right 15 to 20). PDF points.
"""

from collections.abc import Sequence
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from documents.boxes import MILLIMETRE
from drafting.layout import Row
from drafting.typeface import Face

WIDTH, HEIGHT = 210 * MILLIMETRE, 297 * MILLIMETRE
LEFT = 30 * MILLIMETRE
TEXT_WIDTH = WIDTH - LEFT - 15 * MILLIMETRE
TOP = HEIGHT - 20 * MILLIMETRE - 12
"""Highest baseline."""
BOTTOM = 20 * MILLIMETRE + 4
"""Lowest baseline."""
PAGE_NUMBER = HEIGHT - 13 * MILLIMETRE
"""Baseline of the page number, in the top margin (I.7)."""


def begun(kept: BytesIO) -> Canvas:
    """Return a canvas that prints A4 sheets into *kept*; the typeface is loaded already."""
    return Canvas(
        kept,
        (WIDTH, HEIGHT),
        pageCompression=1,
        invariant=1,
        pdfVersion=(1, 7),
        initialFontName=Face.REGULAR,  # else Helvetica is named, and not embedded
        lang="vi-VN",
    )


def paint(canvas: Canvas, rows: Sequence[Row], y: float) -> float:
    """Paint *rows* downwards, the first at baseline *y*; return the last baseline."""
    text = canvas.beginText()
    face, size, stretch = "", 0.0, 0.0
    for index, row in enumerate(rows):
        y -= row.gap + row.leading if index else 0.0
        text.setTextOrigin(row.x, y)
        if row.stretch != stretch:
            stretch = row.stretch
            text.setWordSpace(stretch)
        for words, span_face in row.spans:
            if (span_face, row.size) != (face, size):
                face, size = span_face, row.size
                text.setFont(face, size)
            text.textOut(words)
    if stretch:
        text.setWordSpace(0)
    canvas.drawText(text)
    return y
