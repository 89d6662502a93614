"""Verification answers with one of three indications, whatever it is given."""

import asyncio
import io
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing import objects
from signing.appearance import EmbeddedFont, Frame
from signing.fields import LEADER_FIELD, NUMBER_FIELD, SEAL_FIELD
from signing.font import digits_font
from signing.pades import sign
from signing.pkcs12 import Pkcs12Key
from signing.report import Indication, Report
from signing.revision import set_appearance, top_fields
from signing.seal import seal
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.validation import MOST_SIGNATURES, verify

PASSED, UNSURE, FAILED = Indication


def by_field(report: Report) -> dict[str, Indication]:
    return {signature.field: signature.indication for signature in report.signatures}


def renumbered(pdf: bytes, number: str) -> bytes:
    """Return *pdf* with another number, in a revision of its own."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = top_fields(writer)[NUMBER_FIELD]
    field[objects.name("V")] = objects.text(number)
    font = EmbeddedFont(writer, digits_font())
    set_appearance(writer, field, font.draw(Frame(32, 15), number))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_sealed_document_passes(sealed: bytes, trust: TrustStore, at: datetime) -> None:
    report = verify(sealed, trust, at=at)
    assert report.verdict is PASSED
    leader, agency = report.signatures
    assert (leader.field, leader.signer) == (LEADER_FIELD, "Nguyễn Văn An")
    assert (leader.coverage, leader.modification) == ("ENTIRE_REVISION", "FORM_FILLING")
    assert (agency.field, agency.signer) == (SEAL_FIELD, "UBND tỉnh Sơn Hải")
    assert (agency.coverage, agency.modification) == ("ENTIRE_FILE", "NONE")
    assert leader.signing_time == agency.signing_time == at
    assert report.reason == ""
    assert "revocation/hard" in report.policy


def test_a_signature_without_images_by_an_elliptic_curve_passes(
    reserved: bytes, pki: TestPki, trust: TrustStore, at: datetime
) -> None:
    key = pki.key("curve")
    done = seal(
        sign(reserved, key, None, at=at), key, None, number="1/2", day="1", month="2", at=at
    )
    assert verify(done, trust, at=at).verdict is PASSED


def test_changing_the_number_after_the_seal_breaks_the_seal_and_only_the_seal(
    sealed: bytes, trust: TrustStore, at: datetime
) -> None:
    report = verify(renumbered(sealed, "999"), trust, at=at)
    assert by_field(report) == {LEADER_FIELD: PASSED, SEAL_FIELD: FAILED}
    assert report.verdict is FAILED
    assert report.signatures[1].sub_indication == "FORMAT_FAILURE"


def test_changing_a_page_after_the_leader_breaks_both(
    sealed: bytes, trust: TrustStore, at: datetime
) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    page = writer.root["/Pages"]["/Kids"][0]
    page[objects.name("MediaBox")] = objects.numbers(0, 0, 300, 300)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    assert set(by_field(verify(out.getvalue(), trust, at=at)).values()) == {FAILED}


def test_a_changed_byte_is_a_hash_failure(sealed: bytes, trust: TrustStore, at: datetime) -> None:
    broken = sealed.replace(b"ReportLab", b"ReportLib", 1)
    assert broken != sealed
    report = verify(broken, trust, at=at)
    assert {s.sub_indication for s in report.signatures} == {"HASH_FAILURE"}
    assert report.verdict is FAILED


def test_a_changed_signature_value_is_a_crypto_failure(
    sealed: bytes, trust: TrustStore, at: datetime
) -> None:
    start = sealed.index(b"/Contents <") + len(b"/Contents <")
    end = sealed.index(b">", start)
    last = sealed[end - 1 : end]
    broken = sealed[: end - 1] + (b"0" if last != b"0" else b"1") + sealed[end:]
    report = verify(broken, trust, at=at)
    assert report.signatures[0].sub_indication == "SIG_CRYPTO_FAILURE"
    # the seal covers the leader's signature
    assert report.signatures[1].sub_indication == "HASH_FAILURE"


def test_an_unknown_root_is_indeterminate(sealed: bytes, at: datetime) -> None:
    report = verify(sealed, TrustStore(()), at=at)
    assert report.verdict is UNSURE
    assert {s.sub_indication for s in report.signatures} == {"NO_CERTIFICATE_CHAIN_FOUND"}


def test_without_revocation_lists_the_report_says_so(
    sealed: bytes, pki: TestPki, at: datetime
) -> None:
    report = verify(sealed, TrustStore.load(pki.roots), at=at)
    assert report.verdict is PASSED
    assert "revocation not checked" in report.reason
    assert "revocation/not-checked" in report.policy


def test_an_expired_certificate_is_indeterminate(sealed: bytes, trust: TrustStore) -> None:
    report = verify(sealed, trust, at=datetime(2041, 1, 1, tzinfo=UTC))
    assert {s.sub_indication for s in report.signatures} == {"OUT_OF_BOUNDS_NO_POE"}
    assert report.verdict is UNSURE


def test_a_revoked_certificate_does_not_pass(
    sealed: bytes, pki: TestPki, leader: Pkcs12Key, trust: TrustStore, at: datetime
) -> None:
    held = x509.load_der_x509_crl(trust.crls[1])
    serial = x509.load_der_x509_certificate(leader.certificate).serial_number
    revoked = x509.RevokedCertificateBuilder(serial, at - timedelta(days=1)).build()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(held.issuer)
        .last_update(at - timedelta(hours=1))
        .next_update(at + timedelta(days=1))
        .add_revoked_certificate(revoked)
    )
    for extension in held.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    authority = load_pem_private_key((pki.folder / "authority.key").read_bytes(), None)
    fresh = builder.sign(authority, hashes.SHA256()).public_bytes(Encoding.DER)
    strict = TrustStore(trust.roots, trust.intermediates, (trust.crls[0], fresh))
    report = verify(sealed, strict, at=at)
    assert by_field(report) == {LEADER_FIELD: UNSURE, SEAL_FIELD: PASSED}
    assert report.signatures[0].sub_indication == "REVOKED_NO_POE"


def test_a_missing_revocation_list_does_not_pass(
    sealed: bytes, trust: TrustStore, at: datetime
) -> None:
    partial = TrustStore(trust.roots, trust.intermediates, trust.crls[:1])
    assert verify(sealed, partial, at=at).verdict is UNSURE


def test_an_unsigned_file_says_so(draft: bytes, trust: TrustStore, at: datetime) -> None:
    report = verify(draft, trust, at=at)
    assert (report.verdict, report.signatures) == (UNSURE, ())
    assert report.reason.startswith("NO_SIGNATURE_FOUND")


def test_an_empty_signature_field_is_no_signature(
    reserved: bytes, trust: TrustStore, at: datetime
) -> None:
    assert verify(reserved, trust, at=at).reason.startswith("NO_SIGNATURE_FOUND")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04", b"%PDF-1.7\n%%EOF\n"])
def test_what_is_no_pdf_gets_an_answer(data: bytes, trust: TrustStore) -> None:
    report = verify(data, trust)
    assert report.verdict is UNSURE
    assert report.reason.startswith("UNREADABLE")


def test_a_flood_of_signatures_is_not_looked_at(sealed: bytes, trust: TrustStore) -> None:
    flood = sealed + b"/ByteRange " * MOST_SIGNATURES
    assert verify(flood, trust).reason.startswith("UNREADABLE")


def test_objects_without_bytes_end_soon(trust: TrustStore) -> None:
    stream = b"1 0 obj<</Type/XRef/Size 9/Root 1 0 R/W [0 0 0]/Index [0 9999999]/Length 0>>stream\n"
    flood = b"%PDF-1.7\n" + stream + b"\nendstream endobj\nstartxref\n9\n%%EOF\n"
    assert verify(flood, trust).reason == "UNREADABLE: PdfReadError: more than 400000 objects"


def test_no_damage_makes_it_raise_or_pass(sealed: bytes, trust: TrustStore, at: datetime) -> None:
    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, len(sealed) - 1), st.binary(min_size=1, max_size=30), st.booleans())
    def answers(where: int, put: bytes, cut: bool) -> None:
        damaged = sealed[:where] + put + (b"" if cut else sealed[where + len(put) :])
        if damaged.lower() == sealed.lower():  # hexadecimal digits have no case
            return
        report = verify(damaged, trust, at=at)
        assert report.verdict is not PASSED
        assert report.as_dict()["verdict"] == report.verdict.value

    answers()


def test_it_works_inside_an_event_loop(sealed: bytes, trust: TrustStore, at: datetime) -> None:
    async def within() -> Report:
        return verify(sealed, trust, at=at)

    assert asyncio.run(within()).verdict is PASSED


def test_the_report_is_plain_data(sealed: bytes, trust: TrustStore, at: datetime) -> None:
    signatures = verify(sealed, trust, at=at).as_dict()["signatures"]
    assert isinstance(signatures, list)
    expected = {
        "field": LEADER_FIELD,
        "signer": "Nguyễn Văn An",
        "indication": "TOTAL-PASSED",
        "sub_indication": None,
        "coverage": "ENTIRE_REVISION",
        "modification": "FORM_FILLING",
        "signing_time": "2026-11-22T03:00:00+00:00",
        "reason": "",
        "kind": "signature",
        "algorithm": "rsassa_pkcs1v15/sha256",
        "key_bits": 2048,
        "proven_time": None,
        "level": "B-B",
    }
    assert expected.items() <= signatures[0].items()
