"""A batch's results as a workbook: one line a document, nothing in it a formula.

Source: ux.md §3.1 (a result per document that can be kept).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from documents import batches
from documents.document import VIETNAM
from documents.tables import BatchItemRow, BatchRow, DocumentRow
from drafting import workbook
from drafting.workbook import SheetColumn, Workbook

_COLUMNS = (
    SheetColumn("STT", 8.0),
    SheetColumn("Số, ký hiệu", 24.0),
    SheetColumn("Loại văn bản", 20.0),
    SheetColumn("Trích yếu", 70.0),
    SheetColumn("Kết quả", 20.0),
    SheetColumn("Chi tiết", 60.0),
    SheetColumn("Lúc", 20.0),
)


def workbook_of(
    batch: BatchRow,
    words: str,
    items: Sequence[tuple[BatchItemRow, DocumentRow]],
    outcomes: Mapping[str, str],
    at: datetime,
) -> bytes:
    """Return the results of *batch* as .xlsx.

    Args:
        batch: whose results.
        words: what was done, as the button says.
        items: results and documents, in order.
        outcomes: words of each outcome.
        at: aware; when this is printed.
    """
    asked = f"{words}, yêu cầu lúc {_local(batch.asked_at)}"
    footer = f"In từ Hệ thống lúc {_local(at)}"
    book = Workbook(
        "KẾT QUẢ XỬ LÝ HÀNG LOẠT", _COLUMNS, subtitles=(asked,), footer=footer, sheet="Ket qua"
    )
    rows = [
        [
            str(item.ordinal),
            code_of(row),
            row.type_name,
            row.subject,
            outcomes.get(item.outcome, item.outcome),
            why(item) or item.result,
            _local(item.at) if item.at else "",
        ]
        for item, row in items
    ]
    return workbook.write(book, rows)


def why(item: BatchItemRow) -> str:
    """Return why the step was not taken, in Vietnamese, with what to do; empty where it was."""
    said = batches.told(item)
    return ". ".join(filter(None, (said.get("vi"), said.get("remedy"))))


def code_of(row: DocumentRow) -> str:
    """Return number and notation, or the notation alone before there is a number."""
    return f"{row.code_number}/{row.code_notation}" if row.code_number else row.code_notation


def _local(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
