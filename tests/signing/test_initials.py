"""Initials before the leader: all signatures hold, and nothing but issuing may follow."""

import io
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from documents.boxes import INITIALS, MILLIMETRE, SEAL
from documents.document import Agency, DocumentType, Person, Role
from documents.placement import Box, Placement
from drafting import marks
from drafting.composer import Composition, Paragraph, compose
from drafting.initials import places
from signing.appearance import Stamp
from signing.attachment import seal_attachment
from signing.errors import PdfAlreadySigned, PdfFieldsMissing, PlacementOutside, SignatureWouldBreak
from signing.fields import LEADER_FIELD, SEAL_FIELD, reserve
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
GOLDEN = Path(__file__).parent / "golden" / "letter.png"
LOOKED_AT = (
    *((0, 0, 710, 540), (120, 70, 160, 100), (470, 70, 530, 100)),  # all, number, day and month
    *((140, 310, 195, 345), (195, 310, 250, 345), (330, 265, 610, 435)),  # initials, seal and hand
)
"""Pixels of the golden picture."""


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
    assert said.count("Certificate is Trusted") >= 1
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


def picture(pdf: bytes, number: int, folder: Path) -> Image.Image:
    (folder / "x.pdf").write_bytes(pdf)
    options = ["-r", str(DPI), "-f", str(number), "-l", str(number), "-png", "-singlefile"]
    name = str(folder / "page")
    subprocess.run(["pdftoppm", *options, str(folder / "x.pdf"), name], check=True, timeout=60)
    with Image.open(f"{name}.png") as image:
        return image.convert("RGB")


def test_the_image_and_the_name_stand_in_their_places(initialled: bytes, tmp_path: Path) -> None:
    image = picture(initialled, 2, tmp_path)
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
    image = picture(pdf, 2, tmp_path)
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


def letter_with_everything(pki: TestPki, at: datetime) -> bytes:
    """Return a composed letter, initialled twice, signed and sealed, with drawn images."""
    key = pki.key("leader")
    draft = Composition(
        type=DocumentType.DECISION,
        agency=Agency("H99", "Ủy ban nhân dân tỉnh Sơn Hải", "UBND", "Sơn Hải"),
        notation="QĐ-UBND",
        subject="Về việc kiểm tra công tác văn thư",
        year=2026,
        signer=Person("l", "H99", "Trần Quốc Khánh", "Chủ tịch", Role.LEADER),
        body=(Paragraph("Các cơ quan thi hành."),),
        to_places=("Như trên",),
        drafting_unit="NC",
    )
    made = compose(draft)
    pdf = reserve(made.pdf, made.placement)
    free = places(pdf, (made.placement.signature, made.placement.seal))
    for seed, box in enumerate(free[:2]):
        stamp = Stamp.from_png(marks.signature_image("Nguyễn Văn Ba", seed))
        pdf = initial(pdf, key, stamp, box, Statement(at, "Nguyễn Văn Ba"))
    hand = Stamp.from_png(marks.signature_image("Trần Quốc Khánh", 5))
    pdf = sign(pdf, key, hand, at=at)
    red = Stamp.from_png(marks.seal_image("Ủy ban nhân dân tỉnh Sơn Hải"))
    return seal(pdf, pki.key("seal"), red, number="15", day="22", month="11", at=at)


def test_the_letter_looks_as_it_did_when_it_was_looked_at(
    pki: TestPki, at: datetime, tmp_path: Path
) -> None:
    """Blue over black, red over the left third, initials beside «Lưu: VT», digits in the gaps."""
    image = picture(letter_with_everything(pki, at), 1, tmp_path).crop((80, 60, 790, 600))
    with Image.open(GOLDEN) as known:
        assert image.size == known.size
        different = ImageChops.difference(image, known.convert("RGB"))
    for area in LOOKED_AT:
        pixels = different.crop(area).get_flattened_data()
        assert sum(max(pixel) > 96 for pixel in pixels) / len(pixels) < 0.01, area
