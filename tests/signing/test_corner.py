"""The organisation's text in the corner of page 1: where it stands, what it says, whom it harms."""

import io
import itertools
import subprocess
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name
from PIL import Image, ImageChops
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from documents.boxes import ATTACHMENT, CORNER_RIGHT, CORNER_TOP
from signing.attachment import ATTACHMENT_FIELD, seal_attachment
from signing.copies import COPY_FIELD, certify_copy
from signing.corner import written_time
from signing.errors import (
    CertificateRefused,
    PdfEncrypted,
    PdfFieldsTaken,
    PdfTooOld,
    PdfUnreadable,
    SignatureWouldBreak,
)
from signing.pkcs12 import Pkcs12Key
from signing.report import Indication
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.validation import verify
from tests.workflows.proof import openssl_verdicts, run, trust_database

AGENCY = "Ủy ban nhân dân tỉnh Sơn Hải"
GOLDEN = Path(__file__).parent / "golden"
DPI = 100
SHAPES = {
    "upright": {},
    "landscape": {"MediaBox": [0, 0, 842, 595]},
    "turned 90": {"Rotate": 90},
    "turned 180": {"Rotate": 180},
    "turned 270": {"Rotate": 270},
    "another origin": {"MediaBox": [-100, -50, 500, 800]},
    "corners swapped": {"MediaBox": [595, 842, 0, 0]},
    "cropped": {"CropBox": [50, 60, 500, 700]},
    "cropped and turned": {"CropBox": [50, 60, 500, 700], "Rotate": 90},
    "A5": {"MediaBox": [0, 0, 420, 595]},
}
Seal = Callable[..., bytes]


def blank(**page_keys: object) -> bytes:
    """Return two empty pages, the first with *page_keys*."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4, invariant=1)
    for _ in range(2):
        page.showPage()
    page.save()
    kept = io.BytesIO()
    with pikepdf.open(io.BytesIO(out.getvalue())) as pdf:
        for key, value in page_keys.items():
            pdf.pages[0].obj[f"/{key}"] = value
        pdf.save(kept, deterministic_id=True, min_version="1.4")
    return kept.getvalue()


@pytest.fixture(scope="session")
def seal_it(agency: Pkcs12Key, at: datetime) -> Seal:
    return partial(seal_attachment, key=agency, agency=AGENCY, code="15/QĐ-UBND", at=at)


def seen(pdf: bytes, folder: Path, mode: str = "L") -> Image.Image:
    """Return page 1 as a reader sees it: within its crop box, turned."""
    (folder / "x.pdf").write_bytes(pdf)
    name = str(folder / "page")
    options = ["-cropbox", "-r", str(DPI), "-f", "1", "-l", "1", "-png", "-singlefile"]
    subprocess.run(["pdftoppm", *options, str(folder / "x.pdf"), name], check=True, timeout=60)
    with Image.open(f"{name}.png") as image:
        return image.convert(mode)


def ink(image: Image.Image) -> tuple[float, float, float, float]:
    """Return what is printed, in points from the left and upper edges of the page."""
    box = image.point(lambda level: 255 * (level < 128)).getbbox()
    assert box is not None
    left, top, right, bottom = (edge * 72 / DPI for edge in box)
    return left, top, right, bottom


@pytest.mark.parametrize("shape", SHAPES)
def test_the_text_stands_upright_in_the_corner_that_the_reader_sees(
    shape: str, seal_it: Seal, trust: TrustStore, tmp_path: Path
) -> None:
    sealed = seal_it(blank(**SHAPES[shape]))
    image = seen(sealed, tmp_path)
    left, top, right, bottom = ink(image)
    width = image.width * 72 / DPI
    assert width - CORNER_RIGHT - 2 < right < width - CORNER_RIGHT + 2
    assert CORNER_TOP < top < CORNER_TOP + 6
    assert bottom <= CORNER_TOP + ATTACHMENT.height
    assert ATTACHMENT.width / 2 < right - left <= ATTACHMENT.width
    assert verify(sealed, trust).verdict is Indication.TOTAL_PASSED


def test_on_a_page_too_small_for_it_the_text_shrinks_and_stays_on_the_page(
    seal_it: Seal, tmp_path: Path
) -> None:
    image = seen(seal_it(blank(MediaBox=[0, 0, 150, 90])), tmp_path)
    left, top, right, bottom = ink(image)
    assert 0 < left < right < 150
    assert 0 < top < bottom < 90 / 2


@pytest.mark.parametrize("box", [[0, 0, 0, 0], [0, 0, 600], ["a", 0, 1, 2], None])
def test_a_page_without_a_size_is_no_page(seal_it: Seal, box: object) -> None:
    with pytest.raises(PdfUnreadable):
        seal_it(blank(MediaBox=Name.Nothing if box is None else _array(box)))


def _array(values: object) -> pikepdf.Array:
    assert isinstance(values, list)
    return pikepdf.Array([pikepdf.String(v) if isinstance(v, str) else v for v in values])


def test_it_says_agency_code_and_time_in_one_black_face_of_size_10(
    seal_it: Seal, tmp_path: Path, at: datetime
) -> None:
    (tmp_path / "x.pdf").write_bytes(seal_it(blank()))
    said = run("pdftotext", "-layout", tmp_path / "x.pdf", "-").stdout
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    assert lines == [AGENCY, "15/QĐ-UBND", "22-11-2026 10:00:00 +07:00"]
    assert lines[2] == written_time(at)
    fonts = run("pdffonts", tmp_path / "x.pdf").stdout
    (ours,) = [line.split() for line in fonts.splitlines() if "CVTEXT+LiberationSerif" in line]
    assert ours[1:7] == ["CID", "TrueType", "Identity-H", "yes", "yes", "yes"]  # embedded, readable
    image = seen(seal_it(blank()), tmp_path, mode="RGB")
    assert max(max(pixel) - min(pixel) for pixel in image.get_flattened_data()) < 8  # no colour


def test_the_font_is_embedded_and_its_letters_can_be_read(seal_it: Seal) -> None:
    with pikepdf.open(io.BytesIO(seal_it(blank()))) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        font = field.AP.N.Resources.Font.T
        assert str(font.DescendantFonts[0].BaseFont) == "/CVTEXT+LiberationSerif"
        assert int(font.DescendantFonts[0].FontDescriptor.FontFile2.Length1) > 10_000
        assert "/XObject" not in field.AP.N.Resources  # no image (II.8b)
        assert len(font.ToUnicode.read_bytes()) > 3000


@pytest.mark.parametrize("name", ["Bộ Xây dựng", "x" * 200, "Ủy ban " * 28, "‮evil\n\x00", "⚖"])
def test_whatever_the_agencys_name_the_text_keeps_its_box(
    name: str, agency: Pkcs12Key, at: datetime, tmp_path: Path
) -> None:
    sealed = seal_attachment(blank(), agency, agency=name, code="1234567/QĐ-UBND", at=at)
    image = seen(sealed, tmp_path)
    left, _, right, bottom = ink(image)
    width = image.width * 72 / DPI
    assert width - CORNER_RIGHT - ATTACHMENT.width - 1 <= left < right <= width - CORNER_RIGHT + 1
    assert bottom <= CORNER_TOP + ATTACHMENT.height


def test_a_second_agency_signs_under_the_first_and_both_hold(
    seal_it: Seal, agency: Pkcs12Key, at: datetime, trust: TrustStore, pki: TestPki, tmp_path: Path
) -> None:
    once = seal_it(blank())
    twice = certify_copy(once, agency, form="SAO Y", agency="Sở Nội vụ", at=at)
    thrice = seal_it(twice)
    assert thrice.startswith(once)
    report = verify(thrice, trust)
    assert report.verdict is Indication.TOTAL_PASSED
    fields = [signature.field for signature in report.signatures]
    assert fields == [ATTACHMENT_FIELD, COPY_FIELD, f"{ATTACHMENT_FIELD}2"]
    assert openssl_verdicts(thrice, pki.roots, tmp_path) == [True] * 3
    heights = [ink(seen(pdf, tmp_path))[3] for pdf in (once, twice, thrice)]
    steps = [later - earlier for earlier, later in itertools.pairwise(heights)]
    assert steps == pytest.approx([ATTACHMENT.height] * 2, abs=1.5)


def test_what_its_author_certified_or_locked_is_refused(
    seal_it: Seal, signed: bytes, sealed: bytes
) -> None:
    for pdf in (signed, sealed):
        with pytest.raises(SignatureWouldBreak):
            seal_it(pdf)


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"%PDF-1.4\n%%EOF"])
def test_what_is_no_pdf_is_refused(seal_it: Seal, junk: bytes) -> None:
    with pytest.raises(PdfUnreadable):
        seal_it(junk)


def test_encrypted_and_dynamic_files_are_refused(seal_it: Seal) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(blank())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    with pytest.raises(PdfEncrypted):
        seal_it(out.getvalue())
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(blank())) as pdf:
        pdf.Root.AcroForm = Dictionary(Fields=[], XFA=pikepdf.String("x"))
        pdf.save(out)
    with pytest.raises(PdfFieldsTaken):
        seal_it(out.getvalue())


def test_a_field_of_the_same_name_gets_a_neighbour(seal_it: Seal, trust: TrustStore) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(blank())) as pdf:
        field = Dictionary(FT=Name.Tx, T=pikepdf.String(ATTACHMENT_FIELD))
        pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=[pdf.make_indirect(field)]))
        pdf.save(out)
    report = verify(seal_it(out.getvalue()), trust)
    assert [signature.field for signature in report.signatures] == [f"{ATTACHMENT_FIELD}2"]


def test_an_expired_seal_signs_nothing(pki: TestPki, at: datetime) -> None:
    with pytest.raises(CertificateRefused):
        seal_attachment(blank(), pki.key("expired"), agency=AGENCY, code="1/QĐ", at=at)


def test_a_copy_must_be_pdf_1_4(agency: Pkcs12Key, at: datetime) -> None:
    old = blank().replace(b"%PDF-1.4", b"%PDF-1.2", 1)
    assert old.startswith(b"%PDF-1.2")
    with pytest.raises(PdfTooOld, match=r"1\.2"):
        certify_copy(old, agency, form="SAO Y", agency=AGENCY, at=at)


def test_other_programs_accept_the_sealed_attachment(
    seal_it: Seal, pki: TestPki, tmp_path: Path
) -> None:
    sealed = seal_it(blank())
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    assert openssl_verdicts(sealed, pki.roots, tmp_path) == [True]
    said = run("pdfsig", "-nssdir", trust_database(pki.roots, tmp_path), path).stdout
    assert "Signature is Valid" in said
    assert "- Total document signed" in said
    assert run("qpdf", "--check", path).returncode == 0
    assert "The document is unchanged since signing" in run("mutool", "sign", "-v", path).stdout
    moved = sealed.replace(b"/Rect", b"/Rekt", 1)
    assert openssl_verdicts(moved, pki.roots, tmp_path) == [False]


@pytest.mark.parametrize("made", ["attachment", "copy"])
def test_the_corner_looks_as_it_did_when_it_was_looked_at(
    made: str, seal_it: Seal, agency: Pkcs12Key, at: datetime, tmp_path: Path
) -> None:
    if made == "attachment":
        pdf = seal_it(blank())
    else:
        pdf = certify_copy(blank(), agency, form="SAO Y", agency="Sở Nội vụ tỉnh Sơn Hải", at=at)
    image = seen(pdf, tmp_path)
    corner = image.crop((image.width - 380, 0, image.width, 90))
    assert_like(corner, GOLDEN / f"corner-{made}.png")


def assert_like(image: Image.Image, golden: Path) -> None:
    """Assert that few pixels differ much; renderers smooth edges in their own ways."""
    with Image.open(golden) as known:
        assert image.size == known.size
        different = ImageChops.difference(image, known.convert("L")).point(
            lambda level: 255 * (level > 96)
        )
    share = sum(different.get_flattened_data()) / 255 / (image.width * image.height)
    assert share < 0.004, f"{share:.2%} of {golden.name} differ"
