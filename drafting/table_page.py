"""Tables for paper: registers, ledgers of numbers, lists; A4, the header on every sheet, PDF/A.

Legal source: Decree 30/2020/ND-CP, Art. 16.2b, 22.3b (registers are printed with all their
columns and bound), Appendix IV and V (their forms). Rows are laid out one by one as they come,
so that memory holds the finished sheets and no more. What goes before and after the rows is
drawn by binding.py. PDF points where a name does not say millimetres.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from documents.placement import Placement
from drafting import binding, pdfa, sheet, typeface
from drafting.binding import Cover, Ending, Sheet
from drafting.layout import lines
from drafting.typeface import Face, cleaned

LONGEST = 2000
"""Characters of one cell; what is longer ends in «…»."""
_SIZE, _LEADING = 10.0, 12.0
_PADDING = 2.6
_TITLE_SIZE, _TITLE_LEADING = 14.0, 18.0
_SUBTITLE_SIZE, _SUBTITLE_LEADING = 11.0, 14.0
_FOOT_SIZE = 9.0
_TOTAL = "total_pages"


class Align(StrEnum):
    """How text stands in its column."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its share of the sheet's width, how its cells stand."""

    title: str
    width: float
    """Any unit: the widths are stretched together to fill the sheet."""
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class TablePage:
    """What is printed besides the rows."""

    title: str
    columns: tuple[Column, ...]
    at: datetime
    """The moment that the file says it was made."""
    head: tuple[str, ...] = ()
    """Above the title, on the first sheet of rows: the agency."""
    subtitles: tuple[str, ...] = ()
    """Under the title, on the first sheet of rows."""
    footer: str = ""
    """On every sheet, left of the page number."""
    upright: bool = False
    """A4 on its short side; tables lie on the long one."""
    counted: bool = True
    """A row (1) (2) (3) … under the header."""
    cover: Cover | None = None
    """A first sheet (bìa)."""
    ending: Ending | None = None
    """What closes the table: counts, and places for signatures."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A table as a file."""

    pdf: bytes
    pages: int
    rows: int
    placement: Placement | None
    """Where number, date, signature and seal go, where the ending has a signer."""


def render(page: TablePage, rows: Iterable[Sequence[str]]) -> Printed:
    """Return *rows* as a PDF/A-2b; each has a text for each column, a line feed breaks a line.

    Raises:
        FontMissing: Liberation Serif is not installed.
        ValueError: a row has not as many texts as there are columns.
    """
    typeface.load()
    kept = BytesIO()
    printer = _Printer(page, sheet.begun(kept))
    count = printer.run(rows)
    return Printed(
        pdfa.archivable(kept.getvalue(), cleaned(page.title)[:LONGEST], page.at),
        printer.pages,
        count,
        printer.placement,
    )


class _Printer:
    """The sheets of one table, one after the other."""

    def __init__(self, page: TablePage, canvas: Canvas) -> None:
        self._page, self._canvas = page, canvas
        self._sheet = Sheet.upright() if page.upright else Sheet.lying()
        canvas.setPageSize((self._sheet.width, self._sheet.height))
        self._edges = self._columns()
        self._header = self._heading()
        self._footer = cleaned(page.footer)[:150]
        self.pages = 0
        self.placement: Placement | None = None
        self._text: PDFTextObject | None = None
        self._rules: list[tuple[float, float, float, float]] = []
        self._rows_on_sheet = 0
        self._top = self._y = 0.0

    def run(self, rows: Iterable[Sequence[str]]) -> int:
        """Print everything; return how many rows there were."""
        if self._page.cover is not None:
            binding.draw_cover(self._canvas, self._sheet, self._page.cover)
            self.pages += 1
            self._canvas.showPage()
        self._begin_sheet(self._titles(self._sheet.top))
        count = 0
        for row in rows:
            self._row(self._wrapped(row))
            count += 1
        self._close_table()
        if self._page.ending is not None:
            self._ending(self._page.ending)
        self._end_sheet()
        self._canvas.beginForm(_TOTAL, 0, 0, 60, 12)
        self._canvas.setFont(Face.ITALIC, _FOOT_SIZE)
        self._canvas.drawString(0, 2, str(self.pages))
        self._canvas.endForm()
        self._canvas.save()
        return count

    def _columns(self) -> list[float]:
        """Return the columns' edges from left to right, one more than columns."""
        total = sum(column.width for column in self._page.columns)
        room = self._sheet.right - self._sheet.left
        edges = [self._sheet.left]
        for column in self._page.columns:
            edges.append(edges[-1] + room * column.width / total)
        return edges

    def _room(self, index: int) -> float:
        return self._edges[index + 1] - self._edges[index] - 2 * _PADDING

    def _heading(self) -> list[list[str]]:
        return [
            _broken(column.title, Face.BOLD, self._room(index))
            for index, column in enumerate(self._page.columns)
        ]

    def _wrapped(self, row: Sequence[str]) -> list[list[str]]:
        return [
            _broken(text, Face.REGULAR, self._room(index)) if text else []
            for index, (text, _) in enumerate(zip(row, self._page.columns, strict=True))
        ]

    def _titles(self, y: float) -> float:
        """Print title and subtitles; return the table's upper edge."""
        shown = [(text, Face.BOLD, _SUBTITLE_SIZE, _SUBTITLE_LEADING) for text in self._page.head]
        shown.append((self._page.title, Face.BOLD, _TITLE_SIZE, _TITLE_LEADING))
        for text in self._page.subtitles:
            shown.append((text, Face.ITALIC, _SUBTITLE_SIZE, _SUBTITLE_LEADING))
        for text, face, size, leading in shown:
            for line in _broken(text, face, self._sheet.right - self._sheet.left, size):
                y -= leading
                self._canvas.setFont(face, size)
                self._canvas.drawCentredString(self._sheet.middle, y + leading - size, line)
        return y - 8

    def _begin_sheet(self, top: float) -> None:
        """Open a sheet of rows with the header at *top*."""
        self._text = self._canvas.beginText()
        self._rules = []
        self._rows_on_sheet = 0
        self._top = self._y = top
        self._text.setFont(Face.BOLD, _SIZE)
        tallest = max(len(cell) for cell in self._header)
        for index, cell in enumerate(self._header):
            down = (tallest - len(cell)) * _LEADING / 2
            self._cell(index, cell, Align.CENTRE, Face.BOLD, down)
        self._rule_under(tallest)
        if self._page.counted:
            self._text.setFont(Face.ITALIC, _SIZE)
            for index in range(len(self._header)):
                self._cell(index, [f"({index + 1})"], Align.CENTRE, Face.ITALIC, 0.0)
            self._rule_under(1)
        self._text.setFont(Face.REGULAR, _SIZE)

    def _row(self, cells: list[list[str]]) -> None:
        """Print one row; one that is taller than a sheet goes on on the next."""
        tallest = max((len(cell) for cell in cells), default=0) or 1
        done = 0
        while done < tallest:
            fitting = int((self._y - self._sheet.bottom - 2 * _PADDING) // _LEADING)
            whole = tallest - done <= fitting
            if not whole and (self._rows_on_sheet or fitting < 1):
                self._next_sheet()
                continue
            part = tallest - done if whole else fitting
            for index, cell in enumerate(cells):
                if shown := cell[done : done + part]:
                    self._cell(index, shown, self._page.columns[index].align, Face.REGULAR, 0.0)
            self._rule_under(part)
            self._rows_on_sheet += 1
            done += part

    def _cell(
        self, index: int, shown: Sequence[str], align: Align, face: Face, down: float
    ) -> None:
        assert self._text is not None  # noqa: S101  (a sheet of rows is open)
        y = self._y - _PADDING - _SIZE + 1 - down
        left = self._edges[index] + _PADDING
        for line in shown:
            x = left
            if align is not Align.LEFT:
                spare = self._room(index) - typeface.width(line, face, _SIZE)
                x += spare / 2 if align is Align.CENTRE else spare
            self._text.setTextOrigin(x, y)
            self._text.textOut(line)
            y -= _LEADING

    def _rule_under(self, count: int) -> None:
        self._y -= count * _LEADING + 2 * _PADDING
        self._rules.append((self._edges[0], self._y, self._edges[-1], self._y))

    def _next_sheet(self) -> None:
        self._close_table()
        self._end_sheet()
        self._begin_sheet(self._sheet.top)

    def _close_table(self) -> None:
        """Draw the text and the rules of the open sheet of rows."""
        upright = [(x, self._top, x, self._y) for x in self._edges]
        rules = [(self._edges[0], self._top, self._edges[-1], self._top), *self._rules, *upright]
        self._canvas.setLineWidth(0.5)
        self._canvas.lines(rules)
        self._canvas.drawText(self._text)
        self._text = None

    def _ending(self, ending: Ending) -> None:
        height = binding.height_of(ending, self._sheet)
        if self._y - height < self._sheet.bottom:
            self._end_sheet()
            self._y = self._sheet.top
        self.placement = binding.draw_ending(self._canvas, self._sheet, ending, self._y, self.pages)

    def _end_sheet(self) -> None:
        """Print the foot: what it is, page x/y; the total is a form that is drawn last."""
        self.pages += 1
        self._canvas.setFont(Face.ITALIC, _FOOT_SIZE)
        if self._footer:
            self._canvas.drawString(self._sheet.left, self._sheet.foot, self._footer)
        x = self._sheet.right - 26
        self._canvas.drawRightString(x, self._sheet.foot, f"Trang {self.pages}/")
        self._canvas.saveState()
        self._canvas.translate(x, self._sheet.foot - 2)
        self._canvas.doForm(_TOTAL)
        self._canvas.restoreState()
        self._canvas.showPage()


def _broken(text: str, face: Face, room: float, size: float = _SIZE) -> list[str]:
    """Return *text* in lines no wider than *room*."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}…"
    broken = []
    for part in text.split("\n"):
        shown = cleaned(part)
        if typeface.width(shown, face, size) <= room:
            broken.append(shown)
        else:
            for words in lines([(shown, face)], size, room):
                broken.append(" ".join([word for word, _ in words]))
    return broken
