"""What was found, as a workbook, a PDF or CSV: columns as chosen, nothing in it a formula.

Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6 (law.md VI-30: prints made from the
system say so). CSV: text that a spreadsheet would run is led by an apostrophe.
"""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from io import StringIO
from pathlib import Path

from documents.document import VIETNAM
from documents.errors import Refused
from documents.lifecycle import Direction
from documents.saved_queries import COLUMNS, Kept
from documents.tables import DocumentRow
from drafting import table_page, workbook
from drafting.table_page import Column, TablePage
from drafting.workbook import SheetColumn, Workbook
from workflows.plain_words import DOCUMENT

TITLE = "KẾT QUẢ TÌM KIẾM VĂN BẢN"
_RUN_BY_SHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDTHS = {"subject": 70.0, "sender_name": 40.0, "description": 40.0, "id": 60.0}
_USUAL_WIDTH = 24.0
URGENCIES = ("thường", "khẩn", "thượng khẩn", "hỏa tốc", "hỏa tốc hẹn giờ")
_DIRECTIONS = {Direction.INCOMING.value: "đến", Direction.OUTGOING.value: "đi"}


class FormatUnknown(Refused):
    """Results are not written in this format."""

    code = "export.format_unknown"
    vietnamese = "Không xuất được ra «{0}»"
    english = "results are not written as «{0}»"
    remedy = "Dùng tên tệp .xlsx, .pdf hoặc .csv / name a file .xlsx, .pdf or .csv"


def shown(row: DocumentRow, column: str) -> str:
    """Return what *column* shows of a document."""
    match column:
        case "code":
            return f"{row.code_number}/{row.code_notation}" if row.code_number else ""
        case "state":
            return DOCUMENT.get(row.state, row.state)
        case "direction":
            return _DIRECTIONS.get(row.direction, row.direction)
        case "urgency":
            return URGENCIES[row.urgency] if 0 <= row.urgency < len(URGENCIES) else ""
        case "sender_name":
            return row.sender_name or row.sender_organ_id
    value = getattr(row, column)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


def export(path: Path, kept: Kept, rows: Sequence[DocumentRow], at: datetime) -> None:
    """Write *rows* to *path*, in the format its name ends with.

    Raises:
        FormatUnknown: neither .xlsx, .pdf nor .csv.
        OSError: the file cannot be written.
    """
    match path.suffix.lower():
        case ".csv":
            content = as_csv(kept.columns, rows).encode("utf-8-sig")
        case ".xlsx":
            content = as_workbook(kept, rows, at)
        case ".pdf":
            content = as_pdf(kept, rows, at)
        case other:
            raise FormatUnknown(other or path.name)
    path.write_bytes(content)


def as_csv(columns: Sequence[str], rows: Sequence[DocumentRow]) -> str:
    """Return *rows* as CSV (RFC 4180)."""
    kept = StringIO(newline="")
    writer = csv.writer(kept)
    writer.writerow([COLUMNS[each] for each in columns])
    for row in rows:
        writer.writerow([inert(shown(row, each)) for each in columns])
    return kept.getvalue()


def inert(text: str) -> str:
    """Return *text* as no sheet takes it for a formula."""
    text = text.replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(_RUN_BY_SHEETS) else text


def _said(kept: Kept, at: datetime) -> tuple[tuple[str, ...], str]:
    asked = f"Truy vấn: {kept.query[:200] or '(tất cả)'}"
    made = f"In từ Hệ thống lúc {at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    return (asked,), made


def as_workbook(kept: Kept, rows: Sequence[DocumentRow], at: datetime) -> bytes:
    """Return *rows* as a workbook."""
    subtitles, footer = _said(kept, at)
    columns = tuple(
        SheetColumn(COLUMNS[each], _WIDTHS.get(each, _USUAL_WIDTH)) for each in kept.columns
    )
    book = Workbook(TITLE, columns, subtitles=subtitles, footer=footer, sheet="Ket qua")
    return workbook.write(book, [[shown(row, each) for each in kept.columns] for row in rows])


def as_pdf(kept: Kept, rows: Sequence[DocumentRow], at: datetime) -> bytes:
    """Return *rows* as a PDF."""
    subtitles, footer = _said(kept, at)
    columns = tuple(Column(COLUMNS[each], _WIDTHS.get(each, _USUAL_WIDTH)) for each in kept.columns)
    page = TablePage(TITLE, columns, at, subtitles=subtitles, footer=footer)
    texts = [[shown(row, each) for each in kept.columns] for row in rows]
    return table_page.render(page, texts).pdf
