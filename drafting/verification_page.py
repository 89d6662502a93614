"""The report on a file's signatures for people: one page, Vietnamese first, to print and keep.

Legal source: Circular 15/2025/TT-BKHCN, Art. 6 (a validator shows in Vietnamese: issuer,
signer, managing unit, time of signing, integrity, validity at signing, validity period; a
warning where the status could not be checked). PDF/A-2b; PDF points.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from documents.boxes import MILLIMETRE
from drafting import pdfa, sheet, typeface
from drafting.layout import Row, Span, lines, measured
from drafting.typeface import Face, cleaned

MOST_SECTIONS = 80
LONGEST = 700
"""Characters of one value; a hostile file may have millions."""
_HEADING = 90
"""Characters of the title, which stands on one line."""
_LEFT, _RIGHT = 20 * MILLIMETRE, 15 * MILLIMETRE
_WIDTH = sheet.WIDTH - _LEFT - _RIGHT
_LABELS = 148.0
_GAP = 8.0
_SIZE, _LEADING = 9.5, 11.6
_HEAD_SIZE, _HEAD_LEADING = 10.5, 16.5
_TITLE_SIZE = 15.0
_TOP = sheet.HEIGHT - 18 * MILLIMETRE
_BOTTOM = 17 * MILLIMETRE
_FRAME = 8.0


class Tone(StrEnum):
    """How the verdict is framed; colour is never the only sign."""

    GOOD = "good"
    UNSURE = "unsure"
    BAD = "bad"


_INK = {Tone.GOOD: (0.0, 0.42, 0.16), Tone.UNSURE: (0.62, 0.38, 0.0), Tone.BAD: (0.72, 0.0, 0.05)}


@dataclass(frozen=True, slots=True)
class Line:
    """One statement."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """Statements under one heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class VerificationPage:
    """What the page says."""

    title: str
    subtitle: str
    tone: Tone
    verdict: str
    """One sentence that a clerk understands."""
    verdict_english: str
    sections: tuple[Section, ...]
    at: datetime
    """The moment that the verdict is about."""
    footer: str = field(default="")


def render(page: VerificationPage) -> bytes:
    """Return *page* as PDF/A-2b: one sheet of A4, more where there are many signatures.

    Raises:
        FontMissing: Liberation Serif is not installed.
    """
    typeface.load()
    kept = BytesIO()
    canvas = sheet.begun(kept)
    sheets = _Sheets(canvas, _bounded(page.footer))
    y = _heading(canvas, page)
    for section in page.sections[:MOST_SECTIONS]:
        y = sheets.section(section, y)
    sheets.end()
    canvas.save()
    return pdfa.archivable(kept.getvalue(), _bounded(page.title), page.at)


def _heading(canvas: Canvas, page: VerificationPage) -> float:
    """Draw title and verdict; return the baseline under them."""
    y = _TOP - _TITLE_SIZE
    for text, face, size, step in (
        (page.title, Face.BOLD, _TITLE_SIZE, 15.0),
        (page.subtitle, Face.ITALIC, 10.0, 20.0),
    ):
        shown = _bounded(text)[:_HEADING]
        x = _LEFT + (_WIDTH - measured([(shown, face)], size)) / 2
        y = sheet.paint(canvas, [Row(((shown, face),), x, size, 0)], y) - step
    rows = [
        *_rows(page.verdict, Face.BOLD, 12, 15, _LEFT + _FRAME, _WIDTH - 2 * _FRAME),
        *_rows(page.verdict_english, Face.ITALIC, 9.5, 12.5, _LEFT + _FRAME, _WIDTH - 2 * _FRAME),
    ]
    height = sum(row.leading for row in rows) + 2 * _FRAME - 3
    canvas.setStrokeColorRGB(*_INK[page.tone])
    canvas.setLineWidth(1.4)
    canvas.rect(_LEFT, y + 10 - height, _WIDTH, height)
    canvas.setStrokeColorRGB(0, 0, 0)
    return sheet.paint(canvas, rows, y + 10 - _FRAME - 10) - _FRAME - 4


def _rows(text: str, face: Face, size: float, leading: float, x: float, width: float) -> list[Row]:
    spans: list[Span] = [(_bounded(text), face)]
    return [
        Row(((" ".join(word for word, _ in words), face),), x, size, leading)
        for words in lines(spans, size, width)
    ]


def _bounded(text: str) -> str:
    shown = cleaned(text[: 4 * LONGEST])
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


class _Sheets:
    """The sheets of one report, one after the other."""

    def __init__(self, canvas: Canvas, footer: str) -> None:
        self._canvas = canvas
        self._footer = footer
        self._number = 1

    def section(self, section: Section, y: float) -> float:
        """Draw *section* with its heading at or under *y*; return the baseline after it."""
        heading = _rows(section.title, Face.BOLD, _HEAD_SIZE, _HEAD_LEADING, _LEFT, _WIDTH)
        # a heading never stands alone at the foot of a sheet
        y = self._room(y, len(heading) * _HEAD_LEADING + 2 * _LEADING)
        y = sheet.paint(self._canvas, heading, y - _HEAD_LEADING + 2) - 3
        self._canvas.setLineWidth(0.4)
        self._canvas.line(_LEFT, y, _LEFT + _WIDTH, y)
        for labels, values in _pairs(section):
            height = max(len(labels), len(values)) * _LEADING
            y = self._room(y, height)
            sheet.paint(self._canvas, labels, y - _LEADING)
            sheet.paint(self._canvas, values, y - _LEADING)
            y -= height
        return y - 3

    def _room(self, y: float, height: float) -> float:
        """Return *y*, or the top of a new sheet where *height* does not fit under it."""
        if y - height >= _BOTTOM:
            return y
        self.end()
        self._number += 1
        return _TOP

    def end(self) -> None:
        """Finish the sheet."""
        text = f"{self._footer} · {self._number}" if self._footer else str(self._number)
        rows = _rows(text, Face.ITALIC, 8, 9.5, _LEFT, _WIDTH)[:2]
        sheet.paint(self._canvas, rows, _BOTTOM - 12)
        self._canvas.showPage()


def _pairs(section: Section) -> Iterator[tuple[list[Row], list[Row]]]:
    for line in section.lines:
        left = _LEFT + _LABELS + _GAP
        labels = _rows(line.label, Face.REGULAR, _SIZE, _LEADING, _LEFT, _LABELS)
        yield labels, _rows(line.value, Face.BOLD, _SIZE, _LEADING, left, _WIDTH - _LABELS - _GAP)
