"""The ledger of numbers on paper, for an inspector: A4 on its long side, page by page.

Legal source: Decree 30/2020/ND-CP, Art. 15, 16; law.md §1.3 N-09.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from documents.document import VIETNAM
from documents.number_ledger import NumberLine
from drafting import table_page
from drafting.table_page import Align, Column, Printed, TablePage

WORDS = {
    "document": "Văn bản",
    "copy": "Bản sao",
    "open": "Số đang giữ",
    "void": "Số hủy",
    "gap": "THIẾU SỐ",
}
"""What a line of the ledger of numbers is."""
_COLUMNS = (
    Column("Số", 14, Align.CENTRE),
    Column("Số, ký hiệu", 30),
    Column("Ngày", 21, Align.CENTRE),
    Column("Là", 22),
    Column("Nội dung", 80),
    Column("Người lấy số, lúc", 44),
    Column("Hủy, ghi chú", 50),
    Column("Nhật ký", 16, Align.RIGHT),
)


def printed(
    agency: str, year: int, direction: str, lines: Iterable[NumberLine], at: datetime
) -> Printed:
    """Return the agency's ledger of numbers of *year* as a PDF.

    Raises:
        FontMissing: Liberation Serif is not installed.
    """
    way = "văn bản đi" if direction == "outgoing" else "văn bản đến"
    page = TablePage(
        f"SỔ THEO DÕI SỐ {way.upper()} NĂM {year}",
        _COLUMNS,
        at,
        head=(agency,),
        subtitles=(f"In lúc {_moment(at)}",),
        footer=f"{agency} - số {way} năm {year}",
    )
    return table_page.render(page, rows(lines))


def rows(lines: Iterable[NumberLine]) -> Iterator[tuple[str, ...]]:
    """Give each line's cells; a new series begins with a row that names it."""
    series = None
    for line in lines:
        if line.series != series:
            series = line.series
            yield ("", "", "", "", f"HỆ THỐNG SỐ: {series}", "", "", "")
        run = f"{line.number:02d}"
        yield (
            run if line.until == line.number else f"{run} - {line.until:02d}",
            line.code,
            f"{line.day:%d/%m/%Y}" if line.day else "",
            WORDS[line.what],
            line.content,
            "\n".join(filter(None, (line.taken_by, _moment(line.taken_at)))),
            notes(line),
            str(line.sequence or ""),
        )


def notes(line: NumberLine) -> str:
    """Return what became of the number: reserved before, void, recalled."""
    said = []
    if line.void_reason:
        said.append(f"Hủy: {line.void_reason} ({line.void_by} {_moment(line.void_at)})")
    if line.reserved_at and line.what == "document":
        said.append(f"Lấy số trước: {line.reserved_by} {_moment(line.reserved_at)}")
    if line.mark:
        said.append(line.mark)
    return "\n".join(said)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}" if at else ""
