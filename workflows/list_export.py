"""Any list as a workbook, a PDF or CSV: the same rows and columns as on the page.

Practice: ux.md §1.4, §6.1 («In» beside «Xuất Excel» on every list; A4 lying, page x of y).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import StringIO

from documents.document import VIETNAM
from documents.errors import storable
from drafting import table_page, workbook
from drafting.table_page import Column, TablePage
from drafting.workbook import SheetColumn, Workbook
from workflows.result_export import inert

MOST = 5_000
"""Rows of a file that is made while somebody waits."""


class FileKind(StrEnum):
    """As its name ends."""

    XLSX = "xlsx"
    PDF = "pdf"
    CSV = "csv"


MEDIA_TYPES = {
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.PDF: "application/pdf",
    FileKind.CSV: "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column of the file."""

    label: str
    width: float
    """Millimetres; columns are stretched to fill the sheet."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list that is to be written."""

    title: str
    agency: str
    subtitles: tuple[str, ...]
    """What was chosen: chips, order, how many."""
    columns: tuple[ListColumn, ...]


def made(wanted: ListFile, rows: Sequence[Sequence[str]], kind: FileKind, at: datetime) -> bytes:
    """Return the file; cells are plain text.

    Raises:
        FontMissing: a PDF is wanted, and Liberation Serif is not installed.
    """
    numbered = [[str(number), *map(storable, row)] for number, row in enumerate(rows, 1)]
    columns = (ListColumn("STT", 11), *wanted.columns)
    footer = f"{wanted.agency} · In từ Hệ thống lúc {at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    title = wanted.title.upper()
    if kind is FileKind.CSV:
        kept = StringIO(newline="")
        writer = csv.writer(kept)
        writer.writerow([each.label for each in columns])
        writer.writerows([[inert(cell) for cell in row] for row in numbered])
        return kept.getvalue().encode("utf-8-sig")
    if kind is FileKind.XLSX:
        book = Workbook(
            title,
            tuple(SheetColumn(each.label, each.width) for each in columns),
            head=(wanted.agency.upper(),),
            subtitles=wanted.subtitles,
            footer=footer,
            sheet="Danh sach",
        )
        return workbook.write(book, numbered)
    page = TablePage(
        title,
        tuple(Column(each.label, each.width) for each in columns),
        at,
        head=(wanted.agency.upper(),),
        subtitles=wanted.subtitles,
        footer=footer,
    )
    return table_page.render(page, numbered).pdf
