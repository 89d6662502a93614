"""Initials before the leader: all signatures hold, and nothing but issuing may follow."""

import io
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from documents.boxes import INITIALS, MILLIMETRE, SEAL
from documents.placement import Box, Placement
from drafting import marks
from signing.appearance import Stamp
from signing.attachment import seal_attachment
from signing.errors import PdfAlreadySigned, PdfFieldsMissing, PlacementOutside, SignatureWouldBreak
from signing.fields import LEADER_FIELD, SEAL_FIELD
from signing.initials import initial
from signing.pades import Statement, sign
from signing.pkcs12 import Pkcs12Key
from signing.report import Indication
from signing.seal import seal
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.validation import verify
from tests.workflows.proof import openssl_verdicts, run, trust_database

HERE = Box(1, 120, 200, 120 + INITIALS.width, 200 + INITIALS.height)
THERE = replace(HERE, x0=160, x1=160 + INITIALS.width)
DPI = 100


@pytest.fixture(scope="session")
def initialled(reserved: bytes, pki: TestPki, blue: Stamp, at: datetime) -> bytes:
    """Three initials: with an image, with a name, and without a place."""
    key = pki.key("leader")
    once = initial(reserved, key, blue, HERE, Statement(at, "Trần Thị Bình"))
    twice = initial(once, key, None, THERE, Statement(at, "Lê Văn Cường"))
    return initial(twice, key, blue, None, Statement(at, "Phạm Văn Dũng"))


@pytest.fixture(scope="session")
def approved(initialled: bytes, leader: Pkcs12Key, blue: Stamp, at: datetime) -> bytes:
    return sign(initialled, leader, blue, at=at, name="Nguyễn Văn An")


@pytest.fixture(scope="session")
def issued(approved: bytes, agency: Pkcs12Key, red: Stamp, at: datetime) -> bytes:
    return seal(approved, agency, red, number="123", day="22", month="11", at=at)


FIELDS = ["KyNhay1", "KyNhay2", "KyNhay3", LEADER_FIELD, SEAL_FIELD]


def test_initials_leader_and_seal_hold_together(issued: bytes, trust: TrustStore) -> None:
    report = verify(issued, trust)
    assert report.verdict is Indication.TOTAL_PASSED
    assert [signature.field for signature in report.signatures] == FIELDS
    changes = [signature.modification for signature in report.signatures]
    assert changes == ["FORM_FILLING"] * 4 + ["NONE"]
    assert report.empty_fields == ()


def test_each_revision_only_appends(
    reserved: bytes, initialled: bytes, approved: bytes, issued: bytes
) -> None:
    assert initialled.startswith(reserved)
    assert approved.startswith(initialled)
    assert issued.startswith(approved)


def test_other_programs_accept_all_five(issued: bytes, pki: TestPki, tmp_path: Path) -> None:
    path = tmp_path / "issued.pdf"
    path.write_bytes(issued)
    assert openssl_verdicts(issued, pki.roots, tmp_path) == [True] * 5
    said = run("pdfsig", "-nssdir", trust_database(pki.roots, tmp_path), path).stdout
    assert said.count("Signature is Valid") == 5
    # NSS trips over a certificate that it meets again; openssl trusted each of them above
    assert said.count("Certificate is Trusted") >= 3
    assert said.count("- Total document signed") == 1
    looked = run("mutool", "sign", "-v", path).stdout
    assert looked.count("there have been edits since signing") == 4
    assert looked.count("unchanged since signing") == 1
    assert run("qpdf", "--check", path).returncode == 0


def test_with_initials_the_leader_approves_and_locks_instead_of_certifying(
    approved: bytes, signed: bytes
) -> None:
    for pdf, certified in ((approved, False), (signed, True)):
        reader = PdfFileReader(io.BytesIO(pdf))
        assert ("/Perms" in reader.root) is certified
        (leader,) = [s for s in reader.embedded_signatures if s.field_name == LEADER_FIELD]
        assert leader.docmdp_level.value == 2  # form filling (ISO 32000-1, table 254)


def test_after_the_leader_nobody_adds_a_visible_field(
    approved: bytes, issued: bytes, agency: Pkcs12Key, at: datetime
) -> None:
    for pdf in (approved, issued):
        with pytest.raises(SignatureWouldBreak):
            seal_attachment(pdf, agency, agency="UBND", code="1/QĐ", at=at)


def _with_text_over_the_page(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/MediaBox"][2] = type(page["/MediaBox"][2])(400)
    writer.update_container(page)
    writer.write_in_place()
    return bytes(writer.prev.stream.getvalue())


def _with_another_field(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    append_signature_field(writer, SigFieldSpec("La", on_page=0, box=(10, 10, 90, 90)))
    writer.write_in_place()
    return bytes(writer.prev.stream.getvalue())


@pytest.mark.parametrize("tamper", [_with_text_over_the_page, _with_another_field])
@pytest.mark.parametrize("stage", ["approved", "issued"])
def test_what_is_changed_after_the_leader_is_found(
    stage: str, tamper: object, request: pytest.FixtureRequest, trust: TrustStore
) -> None:
    assert callable(tamper)
    report = verify(tamper(request.getfixturevalue(stage)), trust)
    assert report.verdict is Indication.TOTAL_FAILED


def test_changing_the_page_between_initials_breaks_the_first_ones(
    reserved: bytes, pki: TestPki, at: datetime, trust: TrustStore
) -> None:
    key = pki.key("curve")
    once = initial(reserved, key, None, HERE, Statement(at, "A"))
    report = verify(
        initial(_with_text_over_the_page(once), key, None, THERE, Statement(at, "B")), trust
    )
    assert [signature.indication for signature in report.signatures] == [
        Indication.TOTAL_FAILED,
        Indication.TOTAL_PASSED,
    ]


def test_changing_the_number_after_the_seal_breaks_the_seal(
    issued: bytes, trust: TrustStore
) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(issued))
    field = next(f.get_object() for f in writer.root["/AcroForm"]["/Fields"])
    field["/V"] = type(field["/V"])("999")
    writer.update_container(field)
    writer.write_in_place()
    report = verify(bytes(writer.prev.stream.getvalue()), trust)
    assert report.verdict is Indication.TOTAL_FAILED


def test_nobody_initials_after_the_leader(
    signed: bytes, approved: bytes, sealed: bytes, pki: TestPki, at: datetime
) -> None:
    for pdf in (signed, approved, sealed):
        with pytest.raises(PdfAlreadySigned):
            initial(pdf, pki.key("curve"), None, HERE, Statement(at, "A"))


def test_a_file_without_reserved_fields_is_not_initialled(
    draft: bytes, pki: TestPki, at: datetime
) -> None:
    with pytest.raises(PdfFieldsMissing):
        initial(draft, pki.key("curve"), None, HERE, Statement(at, "A"))


def test_initials_stay_on_the_page(reserved: bytes, pki: TestPki, at: datetime) -> None:
    for wrong in (replace(HERE, page=2), replace(HERE, page=-1), replace(HERE, x1=2000)):
        with pytest.raises(PlacementOutside):
            initial(reserved, pki.key("curve"), None, wrong, Statement(at, "A"))


def page_two(pdf: bytes, folder: Path) -> Image.Image:
    (folder / "x.pdf").write_bytes(pdf)
    options = ["-r", str(DPI), "-f", "2", "-l", "2", "-png", "-singlefile"]
    name = str(folder / "page")
    subprocess.run(["pdftoppm", *options, str(folder / "x.pdf"), name], check=True, timeout=60)
    with Image.open(f"{name}.png") as image:
        return image.convert("RGB")


def test_the_image_and_the_name_stand_in_their_places(initialled: bytes, tmp_path: Path) -> None:
    image = page_two(initialled, tmp_path)
    for box, wanted in ((HERE, "blue"), (THERE, "black")):
        scale = DPI / 72
        area = (box.x0 * scale, (842 - box.y1) * scale, box.x1 * scale, (842 - box.y0) * scale)
        pixels = image.crop(tuple(map(round, area))).get_flattened_data()
        blue = sum(b > 120 and r < 110 for r, _, b in pixels)
        black = sum(max(pixel) < 110 for pixel in pixels)
        assert (blue > 10, black > 10) == (wanted == "blue", wanted == "black")


@pytest.mark.parametrize(
    ("millimetres", "wanted"), [(40, 40.0), (36, 36.0), (20, 20.0), (60, 40.0), (8, 40.0)]
)
def test_the_seal_is_as_large_as_its_image_says(
    millimetres: int,
    wanted: float,
    signed: bytes,
    agency: Pkcs12Key,
    placement: Placement,
    at: datetime,
    tmp_path: Path,
) -> None:
    with Image.open(io.BytesIO(marks.seal_image("Sở Nội vụ"))) as drawn:
        out = io.BytesIO()
        dots = drawn.width / millimetres * 25.4
        drawn.save(out, "PNG", dpi=(dots, dots))
    stamp = Stamp.from_png(out.getvalue())
    pdf = seal(signed, agency, stamp, number="1", day="22", month="11", at=at)
    image = page_two(pdf, tmp_path)
    red, green, blue = image.split()
    mask = Image.eval(red, lambda level: 255 * (level > 140))
    for channel in (green, blue):
        mask = Image.composite(
            mask, Image.new("L", mask.size), Image.eval(channel, lambda level: 255 * (level < 110))
        )
    box = mask.getbbox()
    assert box is not None
    sides = ((box[2] - box[0]) * 72 / DPI, (box[3] - box[1]) * 72 / DPI)
    assert [side / MILLIMETRE for side in sides] == pytest.approx([wanted] * 2, abs=0.8)
    assert box[2] * 72 / DPI == pytest.approx(placement.seal.x1, abs=1.5)
    assert wanted <= SEAL.width


def test_a_document_nobody_initials_is_certified_as_before(
    reserved: bytes, leader: Pkcs12Key, at: datetime
) -> None:
    assert b"/DocMDP" in sign(reserved, leader, None, at=at)[len(reserved) :]
