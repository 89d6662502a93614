"""The report for people: PDF/A-2b as far as tools here can judge, whatever is written on it."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import ImageCms

from drafting.verification_page import Line, Section, Tone, VerificationPage, render

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SIGNATURE = Section(
    "1. Chữ ký số / Signature: ChuKyLanhDao",
    (
        Line("Người ký / Signer", "Nguyễn Thị Ánh Nguyệt"),
        Line("Thời gian ký / Signing time", "22/11/2026 10:00:00 +07:00"),
        Line("Toàn vẹn / Integrity", "Còn nguyên vẹn / intact"),
    ),
)
PAGE = VerificationPage(
    "BÁO CÁO XÁC MINH CHỮ KÝ SỐ",
    "Report on digital signatures",
    Tone.GOOD,
    "HỢP LỆ: 2 chữ ký số đều nguyên vẹn.",
    "Valid: all 2 signatures hold.",
    (SIGNATURE, SIGNATURE),
    AT,
    "SHA-256 " + "0" * 64,
)


def said(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.pdf"
    path.write_bytes(render(PAGE))
    return path


def test_foreign_programs_find_nothing_wrong(path: Path) -> None:
    assert "No syntax or stream encoding errors" in said("qpdf", "--check", path)
    text = said("pdftotext", "-layout", path, "-")
    for words in ("BÁO CÁO XÁC MINH CHỮ KÝ SỐ", "Nguyễn Thị Ánh Nguyệt", "Còn nguyên vẹn"):
        assert words in text
    info = said("pdfinfo", path)
    assert "Pages:           1" in info
    assert "A4" in info


def test_every_font_is_embedded_with_its_characters(path: Path) -> None:
    rows = [row.split() for row in said("pdffonts", path).splitlines()[2:]]
    assert rows
    for row in rows:
        assert row[-5:-2] == ["yes", "yes", "yes"], row


def test_it_has_what_pdf_a_2b_asks_for(path: Path) -> None:
    with pikepdf.open(path) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")
        assert meta["dc:title"] == PAGE.title
        assert meta["xmp:CreateDate"] == "2026-11-22T10:00:00+07:00"
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        profile = ImageCms.ImageCmsProfile(BytesIO(intent.DestOutputProfile.read_bytes()))
        assert profile.profile.xcolor_space.strip() == "RGB"
        assert intent.DestOutputProfile.N == 3
        assert len(pdf.trailer.ID) == 2
        assert "/Info" not in pdf.trailer
        assert not {"/Encrypt", "/Names", "/OpenAction", "/AcroForm"} & set(pdf.Root.keys())
        for page in pdf.pages:
            assert not {"/Group", "/Trans", "/AA"} & set(page.obj.keys())
            assert "/ExtGState" not in page.Resources
            for font in page.Resources.Font.values():
                # a symbolic TrueType font says nothing of its encoding (ISO 19005-2, 6.2.11.6)
                assert int(font.FontDescriptor.Flags) & 4
                assert "/Encoding" not in font
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                assert not {"/SMask", "/ca", "/CA", "/JS", "/Launch"} & set(item.keys())


def test_the_same_page_has_the_same_bytes() -> None:
    assert render(PAGE) == render(PAGE)
    assert render(replace(PAGE, at=AT.replace(year=2027))) != render(PAGE)


def test_many_signatures_take_more_sheets_and_lose_nothing(tmp_path: Path) -> None:
    many = tuple(replace(SIGNATURE, title=f"Chữ ký số {number}") for number in range(64))
    path = tmp_path / "many.pdf"
    path.write_bytes(render(replace(PAGE, sections=many)))
    text = said("pdftotext", path, "-")
    assert all(f"Chữ ký số {number}\n" in text for number in range(64))
    assert int(said("pdfinfo", path).split("Pages:")[1].split()[0]) > 3


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x07\ud800\ufffe",
        "</rdf:li>&<x",
        "x" * 1_000_000,
        "\u202egnp.exe",
        "漢字 🙂",
        "",
        "\n" * 9,
    ],
)
def test_whatever_a_stranger_is_called_the_page_is_drawn(text: str, tmp_path: Path) -> None:
    hostile = Section(text, (Line(text, text),))
    page = replace(PAGE, title=text or "x", verdict=text, sections=(hostile,), footer=text)
    path = tmp_path / "hostile.pdf"
    path.write_bytes(render(page))
    assert "No syntax or stream encoding errors" in said("qpdf", "--check", path)
    assert len(path.read_bytes()) < 400_000
