"""The lists of dossiers as files: what outside readers find in the PDF and in the workbook."""

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from documents.dossier_forms import Form
from workflows import dossier_files

AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
FORM = Form(
    "MỤC LỤC VĂN BẢN TRONG HỒ SƠ",
    (
        *(("STT", 12), ("Số, ký hiệu văn bản", 32), ("Ngày tháng năm văn bản", 24)),
        *(("Tên loại và trích yếu nội dung văn bản", 96), ("Tác giả văn bản", 48)),
        *(("Tờ số/ Trang số", 20), ("Ghi chú", 30)),
    ),
    (
        *(("1", "15/QĐ-UBND", "02/03/2026", "Quyết định. V/v đất đai", "UBND tỉnh", "1-3", ""),),
        *(("2", "16/UBND-VP", "05/03/2026", "=HYPERLINK(1)", "Sở Nội vụ", "4", "bản sao"),),
    ),
    ("Hồ sơ số: 01.VP, năm 2026",),
    "Ủy ban nhân dân tỉnh Sơn Hải",
    ("Hồ sơ gồm 2 văn bản, 4 trang",),
)
GOLDEN = Path(__file__).parent / "golden" / "muc-luc-van-ban.txt"


def test_the_printed_list_reads_as_the_golden_one(tmp_path: Path) -> None:
    path = tmp_path / "muc-luc.pdf"
    path.write_bytes(dossier_files.pdf(FORM, AT))
    said = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    assert said.stdout.decode() == GOLDEN.read_text("utf-8")
    assert dossier_files.pdf(FORM, AT) == path.read_bytes()


def test_the_workbook_has_the_same_rows_as_text_and_the_same_bytes_again() -> None:
    content = dossier_files.xlsx(FORM)
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    begin = next(place for place, row in enumerate(rows) if row[0] == "STT")
    assert rows[begin] == tuple(name for name, _ in FORM.columns)
    assert [tuple("" if cell is None else str(cell) for cell in row) for row in rows[begin + 1 :]][
        :2
    ] == list(FORM.rows)
    assert dossier_files.xlsx(FORM) == content
