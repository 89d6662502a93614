"""Tables as workbooks (XLSX, ISO/IEC 29500): registers, ledgers of numbers, lists.

Written a row at a time in constant memory. Days are days and numbers are numbers; text is
always text, whatever it begins with: what a stranger wrote is never a formula, nor a link. The
same rows give the same bytes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

LONGEST = 32_767
"""Characters of one cell (Excel's own limit)."""
MOST_ROWS = 1_048_576
"""Rows of one sheet (the format's own limit)."""
_MADE = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""When every workbook says it was made: the file tells nothing of the day."""
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""What XML has no place for, and what turns the order of reading."""
_MILLIMETRES_A_CHARACTER = 1.9


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column."""

    title: str
    width: float
    """Millimetres."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """What is written besides the rows."""

    title: str
    columns: tuple[SheetColumn, ...]
    head: tuple[str, ...] = ()
    """Lines above the title: the agency."""
    subtitles: tuple[str, ...] = ()
    footer: str = ""
    upright: bool = False
    sheet: str = "So"
    """Name of the sheet, at most 31 characters."""


def write(book: Workbook, rows: Iterable[Sequence[str | int | date | None]]) -> bytes:
    """Return *rows* as a workbook of one sheet: title, header that stays in sight, rows.

    Rows beyond what a sheet holds go on on further sheets.

    Raises:
        ValueError: a row has not as many cells as there are columns.
    """
    kept = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": False,
        "default_date_format": "dd/mm/yyyy",
    }
    file = xlsxwriter.Workbook(kept, options)
    file.set_properties({"title": _text(book.title), "created": _MADE})
    writer = _Writer(file, book)
    for row in rows:
        writer.row(row)
    file.close()
    return kept.getvalue()


class _Writer:
    """The sheets of one workbook."""

    def __init__(self, file: xlsxwriter.Workbook, book: Workbook) -> None:
        self._file, self._book = file, book
        face = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
        boxed = {**face, "border": 1, "text_wrap": True}
        make = file.add_format
        self._head = make({**face, "align": "center"})
        self._title = make({**face, "bold": True, "font_size": 14, "align": "center"})
        middle = {"bold": True, "align": "center", "valign": "vcenter"}
        self._header = make({**boxed, **middle})
        self._plain = make({**boxed, "num_format": "@"})
        self._day = make({**boxed, "num_format": "dd/mm/yyyy", "align": "center"})
        self._number = make({**boxed, "num_format": "0", "align": "center"})
        self._sheets = 0
        self._sheet, self._next = self._begun()

    def _begun(self) -> tuple[Worksheet, int]:
        """Return a new sheet with everything above its rows, and the first free row."""
        self._sheets += 1
        book, last = self._book, len(self._book.columns) - 1
        name = book.sheet[:27] + (f" {self._sheets}" if self._sheets > 1 else "")
        sheet = self._file.add_worksheet(name)
        self._set_up(sheet)
        at = 0
        for text, shown in (
            *((line, self._head) for line in book.head),
            (book.title, self._title),
            *((line, self._head) for line in book.subtitles),
        ):
            self._spread(sheet, at, last, _text(text), shown)
            at += 1
        at += 1
        for index, column in enumerate(book.columns):
            sheet.write_string(at, index, _text(column.title), self._header)
        sheet.freeze_panes(at + 1, 0)
        sheet.repeat_rows(at)
        return sheet, at + 1

    def _set_up(self, sheet: Worksheet) -> None:
        sheet.set_paper(9)
        if self._book.upright:
            sheet.set_portrait()
        else:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.59, right=0.59, top=0.79, bottom=0.67)
        footer = _text(self._book.footer)[:150].replace("&", "&&")
        sheet.set_footer(f"&L{footer}&RTrang &P/&N")
        for index, column in enumerate(self._book.columns):
            sheet.set_column(index, index, column.width / _MILLIMETRES_A_CHARACTER)

    def _spread(self, sheet: Worksheet, at: int, last: int, text: str, shown: Format) -> None:
        """Write *text* over all columns."""
        if last:
            sheet.merge_range(at, 0, at, last, "", shown)
        sheet.write_string(at, 0, text, shown)

    def row(self, cells: Sequence[str | int | date | None]) -> None:
        """Write one row."""
        if self._next >= MOST_ROWS:
            self._sheet, self._next = self._begun()
        if len(cells) != len(self._book.columns):
            raise ValueError(f"{len(cells)} cells for {len(self._book.columns)} columns")
        for index, cell in enumerate(cells):
            match cell:
                case None | "":
                    self._sheet.write_blank(self._next, index, None, self._plain)
                case date():
                    moment = datetime(cell.year, cell.month, cell.day, tzinfo=UTC)
                    self._sheet.write_datetime(
                        self._next, index, moment.replace(tzinfo=None), self._day
                    )
                case int():
                    self._sheet.write_number(self._next, index, cell, self._number)
                case _:
                    self._sheet.write_string(self._next, index, _text(cell), self._plain)
        self._next += 1


def _text(text: str) -> str:
    shown = _UNWRITABLE.sub("\ufffd", text)
    if len(shown) > LONGEST - 8:
        shown = f"{shown[: LONGEST - 8]}…"
    return shown
