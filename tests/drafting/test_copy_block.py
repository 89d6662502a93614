"""Copies on paper: the block, its place, and the original's pages as they print."""

import io
import itertools
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from drafting import scan
from drafting.copy_block import CopyBlock, Paper, for_printing, printed
from drafting.errors import DraftEncrypted, DraftRefused, DraftTooLarge, DraftUnreadable
from drafting.initials import places

GOLDEN = Path(__file__).parent / "golden" / "copy-block.png"
DPI = 72
BLOCK = CopyBlock(
    form="SAO Y",
    parent="Ủy ban nhân dân tỉnh Sơn Hải",
    agency="Sở Nội vụ",
    code="05/SY-SNV",
    place="Sơn Hải",
    day=date(2026, 2, 9),
    titles=("KT. Giám đốc", "Phó Giám đốc"),
    signer="Trần Thị Bình",
    to_places=("Như trên", "- Các phòng;"),
)


def pages(text: str = "Nội dung", *, bottom: float = 600, size: tuple[float, float] = A4) -> bytes:
    """Return a page whose lowest print stands at *bottom* points."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=size, invariant=1)
    page.drawString(95, 780, "First")
    page.drawString(95, bottom, text.encode("ascii", "replace").decode())
    page.showPage()
    page.save()
    return out.getvalue()


def said(pdf: bytes, folder: Path) -> list[str]:
    (folder / "x.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(folder / "x.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [" ".join(line.split()) for line in done.stdout.splitlines() if line.strip()]


def picture(pdf: bytes, number: int, folder: Path) -> Image.Image:
    (folder / "x.pdf").write_bytes(pdf)
    which = ["-f", str(number), "-l", str(number), "-r", str(DPI), "-gray", "-png", "-singlefile"]
    subprocess.run(
        ["pdftoppm", *which, str(folder / "x.pdf"), str(folder / "page")], check=True, timeout=60
    )
    with Image.open(folder / "page.png") as image:
        return image.convert("L")


def test_the_block_says_what_the_decree_wants_below_the_original(tmp_path: Path) -> None:
    copy = printed(for_printing(pages(), "gốc.pdf"), BLOCK)
    lines = said(copy, tmp_path)
    assert lines[:2] == ["First", "N?i dung"]
    text = "\n".join(lines[2:])
    for part in (
        *("ỦY BAN NHÂN DÂN TỈNH SƠN HẢI", "SỞ NỘI VỤ", "SAO Y", "Số: 05/SY-SNV"),
        *("Sơn Hải, ngày 09 tháng 02 năm 2026", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Trần Thị Bình"),
        *("Nơi nhận:", "- Như trên;", "- Các phòng;", "- Lưu: VT."),
    ):
        assert part in text
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert len(pdf.pages) == 1


@pytest.mark.parametrize(
    ("original", "sheets"),
    [
        (pages(bottom=600), 1),
        (pages(bottom=330), 1),
        (pages(bottom=200), 2),
        (pages(bottom=40), 2),
        (pages(size=landscape(A4)), 2),
        (pages(size=(300, 842)), 2),
    ],
)
def test_it_never_covers_print_and_takes_another_sheet_where_there_is_no_room(
    original: bytes, sheets: int, tmp_path: Path
) -> None:
    paper = for_printing(original, "gốc.pdf")
    copy = printed(paper, BLOCK)
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert len(pdf.pages) == sheets
    before, after = picture(paper.pdf, 1, tmp_path), picture(copy, 1, tmp_path)
    height = before.height - round(paper.ink) if sheets == 1 else before.height
    kept = (0, 0, before.width, height)
    assert ImageChops.difference(before.crop(kept), after.crop(kept)).getbbox() is None


def test_the_block_looks_as_it_did_when_it_was_looked_at(tmp_path: Path) -> None:
    image = picture(printed(for_printing(pages(), "gốc.pdf"), BLOCK), 1, tmp_path)
    area = image.crop((70, 240, 580, 500))
    with Image.open(GOLDEN) as known:
        assert area.size == known.size
        changed = ImageChops.difference(area, known.convert("L")).point(lambda v: 255 * (v > 96))
    share = sum(changed.get_flattened_data()) / 255 / (area.width * area.height)
    assert share < 0.004


def test_a_form_and_a_signature_become_print(tmp_path: Path) -> None:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    page.acroForm.textfield(name="a", value="filled in", x=100, y=500, width=200, height=20)
    page.showPage()
    page.save()
    paper = for_printing(out.getvalue(), "mẫu.pdf")
    assert "filled in" in said(paper.pdf, tmp_path)
    with pikepdf.open(io.BytesIO(paper.pdf)) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/Annots" not in pdf.pages[0].obj or not len(pdf.pages[0].Annots)


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7", b"PK\x03\x04", b"%PDF-1.4\ntrailer<<>>\n%%EOF"])
def test_what_cannot_be_read_is_refused(junk: bytes) -> None:
    with pytest.raises(DraftRefused) as caught:
        for_printing(junk, "hỏng.pdf")
    assert isinstance(caught.value, DraftUnreadable | DraftTooLarge)


def test_an_encrypted_original_is_refused() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pages())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    with pytest.raises(DraftEncrypted):
        for_printing(out.getvalue(), "khóa.pdf")


@pytest.mark.parametrize(
    "wrong", [{"signer": "x" * 201}, {"to_places": ("y",) * 13}, {"agency": "z" * 201}]
)
def test_what_no_block_holds_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(DraftTooLarge):
        printed(Paper(pages(), 1, 500.0), replace(BLOCK, **wrong))  # type: ignore[arg-type]


def scanned(dpi: float, mode: str = "RGB", share: float = 0.6) -> bytes:
    """Return an A4 page with one image that fills *share* of its width and height."""
    width, height = A4[0] * share, A4[1] * share
    image = Image.new("L", (round(width * dpi / 72), round(height * dpi / 72)), 200)
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    page.drawImage(ImageReader(image.convert(mode)), 0, 0, width, height)
    page.showPage()
    page.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("pdf", "warned"),
    [
        (lambda: scanned(200), []),
        (lambda: scanned(150), ["150 dpi < 200 dpi"]),
        (lambda: scanned(200, "L"), ["ảnh không màu / not in colour"]),
        (lambda: scanned(72, "L", share=0.3), []),
        (pages, []),
        (lambda: b"%PDF-1.7", []),
    ],
)
def test_a_scan_below_the_decree_is_warned_of(pdf: Callable[[], bytes], warned: list[str]) -> None:
    assert scan.warnings(pdf()) == tuple(f"trang / page 1: {what}" for what in warned)


def with_recipients(*last: str) -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    for number, line in enumerate(last):
        page.drawString(95, 300 - 14 * number, line)
    page.drawString(400, 286, "Tran Van A")
    page.showPage()
    page.save()
    return out.getvalue()


def test_initials_stand_beside_the_last_line_of_the_recipients() -> None:
    found = places(with_recipients("- Nhu tren;", "- Luu: VT, NC."))
    assert len(found) == 5
    assert all(box.page == 0 and box.y0 < 286 < box.y1 for box in found)
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(found))
    assert found[0].x0 > 170
    assert found[-1].x1 < 400


@pytest.mark.parametrize(
    "lines", [("- Nhu tren.",), ("- Luu: VT.", "- Luu: VT."), (), ("Xin luu: y nay",)]
)
def test_without_exactly_one_such_line_there_is_no_place(lines: tuple[str, ...]) -> None:
    assert places(with_recipients(*lines)) == []


def test_initials_keep_clear_of_what_is_reserved() -> None:
    pdf = with_recipients("- Luu: VT, NC.", "x")
    (first, second, *_) = places(pdf)
    assert places(pdf, [replace(second, y0=0, y1=400)]) == [first]
    assert places(b"%PDF-1.7") == []
