"""Every register on paper and as a workbook, as it was looked at, and whatever stands in it."""

import io
import subprocess
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from documents.book import FORMS, BookKind, Cell, Holds
from documents.book_rows import BookWanted, Entry
from documents.book_summary import BookSummary
from documents.handling_slip import PARTS, Slip, SlipRow
from drafting.table_page import Printed
from workflows import book_printing
from workflows.book_printing import Heading

GOLDEN = Path(__file__).with_name("books")
AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
HEADING = Heading(
    "Ủy ban nhân dân xã Bình Minh",
    "Ủy ban nhân dân tỉnh Sơn Hải",
    "Bình Minh",
    "Phạm Thị Lan",
    "Trần Quốc Khánh",
    ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
)
DAY = date(2025, 2, 3)
SUBJECT = (
    "Quyết định: Về việc ban hành Quy chế công tác văn thư, lưu trữ của Ủy ban nhân dân xã Bình "
    "Minh, tỉnh Sơn Hải"
)
FORMULA = '=HYPERLINK("http://127.0.0.1","Công văn")'
SENDERS = "Bộ Nội vụ; Sở Tài chính; Ủy ban nhân dân các xã, phường"
ROWS: dict[BookKind, Sequence[tuple[Cell, ...]]] = {
    BookKind.OUTGOING: [
        (
            f"{n:02d}/QĐ-UBND",
            DAY,
            SUBJECT,
            "Trần Quốc Khánh",
            SENDERS,
            "Văn thư; Phòng Kinh tế",
            n,
            DAY,
            None,
            "" if n % 4 else "Hủy: ghi nhầm tên loại",
        )
        for n in range(1, 25)
    ],
    BookKind.COPIES: [
        (
            "01/SY-UBND",
            DAY,
            "SAO Y: 15/QĐ-UBND",
            "Trần Quốc Khánh",
            "",
            "Văn thư",
            None,
            None,
            None,
            "",
        )
    ],
    BookKind.INCOMING: [
        (
            DAY,
            1,
            "Bộ Nội vụ",
            "15/QĐ-BNV",
            date(2025, 1, 24),
            SUBJECT,
            "Phòng Văn hóa - Xã hội",
            DAY,
            None,
            "",
        ),
        (DAY, 2, "Sở Tài chính", "1204/STC-QLNS", None, FORMULA, "", None, None, "bản giấy"),
    ],
    BookKind.POST: [(DAY, "01/QĐ-UBND", "Bộ Nội vụ, số 8 phố Tôn Thất Thuyết", 2, None, "EMS")],
    BookKind.HANDOVER: [(DAY, "01/QĐ-UBND", "Phòng Kinh tế", 1, None, "")],
    BookKind.LOANS: [
        (
            DAY,
            "Lê Thị Hoa",
            "01/QĐ-UBND, 03/01/2025",
            SUBJECT,
            "01.TCCB",
            None,
            None,
            "Trần Quốc Khánh",
            "",
        )
    ],
    BookKind.HANDLING: [
        (
            1,
            "Quyết định số 15/QĐ-BNV ngày 24/01/2025 của Bộ Nội vụ",
            "Phòng Kinh tế",
            DAY,
            "Đã giải quyết",
            "07/BC-UBND",
            "",
        )
    ],
}
HOSTILE = (
    "x" * 501,
    "‮đảo chiều⁦",
    "😀 quyết định 👩‍👩‍👧",
    "\x00\x07\x1b[31m đỏ\r\n\tdòng",
    "@SUM(A1)",
    "+1",
    "-2+3",
    "a" * 100_000,
    "ký tự ẩn\u200b\ufeff",
    "_x0041_",
)


def printed(kind: BookKind, rows: Sequence[tuple[Cell, ...]], *, closed: bool = False) -> Printed:
    summary = BookSummary()
    for number, row in enumerate(rows, 1):
        numbered = number if kind in {BookKind.OUTGOING, BookKind.INCOMING} else None
        summary.count(Entry(row, "QĐ", numbered, DAY))
    closing = ("Khóa sổ ngày 05/01/2026.",) if closed else None
    wanted = BookWanted("H99", kind, 2025)
    return book_printing.on_paper(wanted, HEADING, summary, rows, AT, closing=closing)


def text_of(pdf: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def golden(name: str, text: str) -> None:
    path = GOLDEN / name
    assert text == path.read_text(encoding="utf-8"), f"look at {path}, then write it anew"


@pytest.mark.parametrize("kind", list(BookKind))
def test_a_printed_register_reads_as_it_was_looked_at(kind: BookKind) -> None:
    made = printed(kind, ROWS[kind], closed=kind is BookKind.OUTGOING)
    golden(f"{kind}.txt", text_of(made.pdf))
    assert printed(kind, ROWS[kind], closed=kind is BookKind.OUTGOING).pdf == made.pdf


def test_every_sheet_of_rows_has_the_header_and_its_number() -> None:
    made = printed(BookKind.OUTGOING, ROWS[BookKind.OUTGOING], closed=True)
    sheets = text_of(made.pdf).split("\f")[:-1]
    assert len(sheets) == made.pages > 3
    with pikepdf.open(io.BytesIO(made.pdf)) as opened:
        assert all(page.mediabox[2] > page.mediabox[3] for page in opened.pages)
        assert "pdfaid" in opened.Root.Metadata.read_bytes().decode()
    assert "Quyển số: 01" in sheets[0]
    for number, sheet in enumerate(sheets[1:], 2):
        assert f"Trang {number}/{made.pages}" in sheet
        assert "(10)" in sheet or "NGƯỜI LẬP SỔ" in sheet
    assert made.placement is not None
    assert made.placement.signature.page == made.pages - 1


def workbook(kind: BookKind, rows: Sequence[tuple[Cell, ...]]) -> bytes:
    return book_printing.as_workbook(BookWanted("H99", kind, 2025), HEADING, rows)


@pytest.mark.parametrize("kind", list(BookKind))
def test_a_workbook_holds_the_register_with_days_and_numbers(kind: BookKind) -> None:
    made = workbook(kind, ROWS[kind])
    assert made == workbook(kind, ROWS[kind])
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    lines = ["\t".join("" if value is None else str(value) for value in row) for row in rows]
    golden(f"{kind}.tsv", "\n".join(lines) + "\n")
    form = FORMS[kind]
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "9"
    assert sheet.freeze_panes == "A7"
    assert sheet.print_title_rows == "$6:$6"
    assert [cell.value for cell in sheet[6]] == [column.title for column in form.columns]
    for cells, row in zip(sheet.iter_rows(min_row=7), ROWS[kind], strict=True):
        for cell, value, column in zip(cells, row, form.columns, strict=True):
            if isinstance(value, date):
                assert (cell.is_date, cell.value.date()) == (True, value)
                assert cell.number_format == "dd/mm/yyyy"
            elif value is not None and value != "":
                assert cell.value == value
                assert cell.data_type == ("n" if column.holds is Holds.NUMBER else "s")


def hostile_rows() -> list[tuple[Cell, ...]]:
    return [
        (f"{n:02d}/QĐ", DAY, text, text, text, "", n, DAY, None, text)
        for n, text in enumerate(HOSTILE, 1)
    ]


def test_hostile_values_break_neither_paper_nor_workbook() -> None:
    made = printed(BookKind.OUTGOING, hostile_rows())
    text = text_of(made.pdf)
    assert "10/QĐ" in text
    assert not {"\u202e", "\x1b", "\x00"} & set(text)
    with pikepdf.open(io.BytesIO(made.pdf)) as opened:
        assert len(opened.pages) == made.pages < 400
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(BookKind.OUTGOING, hostile_rows())))
    kinds = {cell.data_type for row in sheet.worksheets[0].iter_rows() for cell in row}
    assert "f" not in kinds
    assert sheet.worksheets[0]["C11"].value == "@SUM(A1)"


def test_a_slip_has_its_three_parts_blank_where_nobody_wrote() -> None:
    rows = (
        SlipRow(PARTS[0], "Chủ trì: Phòng Kinh tế", date(2025, 2, 10), DAY),
        SlipRow(PARTS[1]),
        SlipRow(PARTS[2]),
    )
    identity = ("Quyết định số 15/QĐ-BNV ngày 24/01/2025 của Bộ Nội vụ",)
    slip = Slip(HEADING.agency, HEADING.parent, identity, rows)
    golden("slip.txt", text_of(book_printing.slip_on_paper(slip, AT)))
