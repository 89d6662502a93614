"""What a hostile file gets from the jobs of the worker processes, done here in this process."""

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from documents.incoming import Finding
from documents.secrecy import SecretRefused
from drafting.typeface import Face, path
from signing import fields, objects, pades, seal
from signing.revision import top_fields
from tests.workflows.house import MINISTRY, PROVINCE, House, leader_of, letter_of, seal_of
from workflows.jobs import Attach, Bench, Verify
from workflows.settings import Settings

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def bench(house: House) -> Bench:
    return Bench(Settings.load(house.folder / "shared"))


@pytest.fixture(scope="module")
def signed(bench: Bench) -> bytes:
    letter = letter_of(PROVINCE)
    prepared = fields.reserve(letter.pdf, letter.placement)
    return pades.sign(prepared, bench.key(leader_of(PROVINCE).id), None, at=AT)


@pytest.fixture(scope="module")
def sealed(bench: Bench, signed: bytes) -> bytes:
    key = bench.key(seal_of(PROVINCE))
    return seal.seal(signed, key, None, number="01", day="22", month="11", at=AT)


def found(bench: Bench, main: bytes, *others: bytes, accepts_unsigned: bool = False) -> Finding:
    """Return what verification finds of a document and its other PDFs."""
    put = bench.blobs.put
    job = Verify(put(main), tuple(map(put, others)), False, accepts_unsigned)
    finding = bench.do(job)
    assert isinstance(finding, Finding)
    return finding


def numbered(pdf: bytes, number: str) -> bytes:
    """Return *pdf* with its number filled in, which the leader's certification permits."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = top_fields(writer)[fields.NUMBER_FIELD]
    field[objects.name("V")] = objects.text(number)
    writer.update_container(field)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_sealed_letter_may_be_registered(bench: Bench, sealed: bytes) -> None:
    finding = found(bench, sealed)
    assert (finding.verdict, finding.quarantine) == ("TOTAL-PASSED", "")


def test_a_letter_cut_back_before_its_seal_waits_for_the_clerk(
    bench: Bench, signed: bytes, sealed: bytes
) -> None:
    assert found(bench, sealed[: len(signed)]).quarantine


def test_a_number_filled_in_by_someone_else_waits_for_the_clerk(
    bench: Bench, signed: bytes
) -> None:
    """The leader's signature holds: it lets the clerk fill the number, and so anybody."""
    assert found(bench, numbered(signed, "999")).quarantine


def test_a_letter_renumbered_under_another_agencys_seal_waits_for_the_clerk(
    bench: Bench, signed: bytes
) -> None:
    key = bench.key(seal_of(MINISTRY))
    forged = seal.seal(signed, key, None, number="999", day="01", month="2", at=AT)
    finding = found(bench, forged)
    assert finding.verdict == "TOTAL-PASSED"
    assert "another agency's seal" in finding.quarantine


def test_a_stripped_signature_is_no_unsigned_letter(bench: Bench, sealed: bytes) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        root = pdf.trailer["/Root"].objgen[0]
        pages = pdf.Root.Pages.objgen[0]
    offset, size = len(sealed), 999
    hidden = sealed + b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (root, pages)
    where = len(hidden)
    newest = int(sealed.rpartition(b"startxref")[2].split()[0])
    hidden += b"xref\n%d 1\n%010d 00000 n \n" % (root, offset)
    hidden += b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\n" % (size, root, newest)
    hidden += b"startxref\n%d\n%%%%EOF\n" % where
    assert found(bench, hidden, accepts_unsigned=True).quarantine


@pytest.fixture(scope="module")
def secret() -> bytes:
    pdfmetrics.registerFont(TTFont("Mark", str(path(Face.BOLD))))
    kept = io.BytesIO()
    page = Canvas(kept, (595, 842))
    page.setFont("Mark", 13)
    page.drawString(85, 700, "TỐI MẬT")
    page.save()
    return kept.getvalue()


def test_a_secret_attachment_is_refused_and_not_kept(
    bench: Bench, secret: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "phu-luc.pdf"
    secret += b"%% and nowhere else kept\n"
    file.write_bytes(secret)
    with pytest.raises(SecretRefused):
        bench.do(Attach(file))
    assert not bench.blobs.path(hashlib.sha256(secret).hexdigest()).exists()


def test_an_attachment_that_only_viewers_can_read_waits_for_the_clerk(
    bench: Bench, sealed: bytes
) -> None:
    broken = sealed + b"\n1 0 obj\n<<>>\nendobj\nstartxref\n99999999\n%%EOF\n"
    assert "cannot be read" in found(bench, sealed, broken).quarantine
