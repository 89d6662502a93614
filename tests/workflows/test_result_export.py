"""What was found goes out as CSV, workbook and PDF; no cell is run by a spreadsheet."""

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pypdfium2 as pdfium
import pytest

from documents.blobs import BlobStore
from documents.saved_queries import Kept
from documents.tables import DocumentRow
from tests.drafting.test_text import pages_of
from workflows.result_export import FormatUnknown, as_csv, export
from workflows.text_reading import ReadText, read_text

AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
KEPT = Kept("", "bão", ("code", "subject", "state"))
SUBJECTS = ("=1+1", "+A1", "-2", "@SUM(A1)", " =cmd", "\t=x", 'a"b,c', "Ứng phó bão số 3")


def rows() -> list[DocumentRow]:
    """Return documents with subjects that a spreadsheet may run."""
    return [
        DocumentRow(
            id=str(number), code_number="1", code_notation="QĐ", subject=subject, state="filed"
        )
        for number, subject in enumerate(SUBJECTS)
    ]


def test_csv_has_no_formula() -> None:
    found = list(csv.reader(StringIO(as_csv(KEPT.columns, rows()), newline="")))
    assert found[0] == ["Số, ký hiệu", "Trích yếu", "Trạng thái"]
    assert [row[1] for row in found[1:]] == [
        *(f"'{subject}" for subject in SUBJECTS[:6]),
        *SUBJECTS[6:],
    ]


def test_a_workbook_and_a_pdf_hold_the_rows(tmp_path: Path) -> None:
    export(tmp_path / "a.xlsx", KEPT, rows(), AT)
    sheet = openpyxl.load_workbook(BytesIO((tmp_path / "a.xlsx").read_bytes())).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert "Ứng phó bão số 3" in [cell.value for cell in cells]
    assert not [cell for cell in cells if cell.data_type == "f"]
    export(tmp_path / "a.pdf", KEPT, rows(), AT)
    document = pdfium.PdfDocument(tmp_path / "a.pdf")
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "Ứng phó bão số 3" in text
    assert "In từ Hệ thống" in text


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown):
        export(tmp_path / "a.exe", KEPT, rows(), AT)


def test_files_are_read_together_and_a_lost_one_is_noted(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    one, other = blobs.put(pages_of("letter text")), blobs.put(pages_of("annex text"))
    found = read_text(ReadText((one, "0" * 64, other)), blobs)
    assert found.text.split() == ["letter", "text", "annex", "text"]
    assert found.note
    assert not found.secret
