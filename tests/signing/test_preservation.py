"""Levels B-LT and B-LTA of sealed files, renewed later, judged by everybody we know."""

import asyncio
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy

from documents.level import Level
from signing.chains import CertificateRevoked
from signing.der import whole
from signing.errors import PdfUnreadable
from signing.fields import LEADER_FIELD, SEAL_FIELD
from signing.pades import sign
from signing.preservation import NothingToPreserve, level_of
from signing.report import Indication
from signing.revocation import RevocationUnavailable
from signing.seal import seal
from signing.testservices import Fault
from signing.timestamps import TimestampUnavailable
from signing.validation import verify
from tests.signing.levels import Served, covered, field_names, now, openssl_accepts, run

PLACES = {"number": "1", "day": "02", "month": "03"}


def issued(served: Served, reserved: bytes, *, stamped: bool) -> bytes:
    timestamper = served.timestamper()
    first = served.stamping(timestamper) if stamped else None
    second = served.stamping(timestamper) if stamped else None
    signed = sign(reserved, served.leader, None, at=now(), stamping=first)
    return seal(signed, served.agency, None, at=now(), stamping=second, **PLACES)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def plain(served_pki: Served, reserved: bytes) -> bytes:
    return issued(served_pki, reserved, stamped=False)


@pytest.fixture(scope="session")
def stamped(served_pki: Served, reserved: bytes) -> bytes:
    return issued(served_pki, reserved, stamped=True)


@pytest.fixture(scope="session")
def archived(served_pki: Served, stamped: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    tools = served_pki.preserver(tmp_path_factory.mktemp("cache"))
    return tools.preserve(stamped, Level.B_LTA, now()).pdf


def assert_judges_accept(pdf: bytes, served: Served, folder: Path) -> None:
    """Let qpdf, pdfsig, openssl and our own rules judge *pdf*."""
    path = folder / "archived.pdf"
    path.write_bytes(pdf)
    run("qpdf", "--check", path)
    said = run("pdfsig", "-nocert", path)
    assert said.count("Signature is Valid") == 2
    for kind, contents, data in covered(pdf):
        if kind == "timestamp":
            openssl_accepts(contents[: whole(contents).end], data, served, folder)
    report = verify(pdf, served.trust)
    assert report.verdict is Indication.TOTAL_PASSED, report.reason
    levels = [each.level for each in report.signatures if each.kind == "signature"]
    assert levels == [level_of(pdf)] * 2


def assert_passes_long_term(pdf: bytes, served: Served) -> None:
    """Let pyHanko judge with what is in the file and no other revocation data.

    It wants a timestamp in each signature; EN 319 102-1 does not.
    """
    policy = CertValidationPolicySpec(
        trust_manager=served.trust.manager,
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
    )
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy))
    reader = PdfFileReader(io.BytesIO(pdf))
    for signature in reader.embedded_regular_signatures:
        result = asyncio.run(ades_lta_validation(signature, spec))
        assert result.ades_subindic.name == "OK", result.failure_msg
        assert result.oldest_evidence_record_timestamp is not None
        assert result.api_status is not None
        assert result.api_status.docmdp_ok


def test_the_archive_copy_of_a_stamped_file_is_accepted_by_every_judge(
    served: Served, archived: bytes, tmp_path: Path
) -> None:
    assert level_of(archived) is Level.B_LTA
    assert_judges_accept(archived, served, tmp_path)
    assert_passes_long_term(archived, served)


def test_a_file_without_timestamps_becomes_an_archive_copy_too(
    served: Served, plain: bytes, tmp_path: Path
) -> None:
    assert level_of(plain) is Level.B_B
    done = served.preserver(tmp_path / "cache").preserve(plain, Level.B_LTA, now())
    assert (done.level, done.fault) == (Level.B_LTA, None)
    assert done.pdf.startswith(plain)
    assert_judges_accept(done.pdf, served, tmp_path)


def test_a_renewal_is_another_store_and_timestamp_over_all_of_it(
    served: Served, archived: bytes, tmp_path: Path
) -> None:
    twice = archived
    for _ in range(2):
        done = served.preserver(tmp_path / "cache").preserve(twice, Level.B_LTA, now())
        assert done.pdf.startswith(twice)
        twice = done.pdf
    assert field_names(twice)[:2] == [LEADER_FIELD, SEAL_FIELD]
    assert len(field_names(twice)) == len(field_names(archived)) + 2
    assert_judges_accept(twice, served, tmp_path)
    assert_passes_long_term(twice, served)


def test_a_renewal_asks_about_the_timestamps_certificate_alone(
    served: Served, archived: bytes, tmp_path: Path
) -> None:
    serial = load_der_x509_certificate(served.leader.certificate).serial_number
    served.services.revoked[serial] = now() - timedelta(days=1)
    done = served.preserver(tmp_path).preserve(archived, Level.B_LTA, now())
    assert done.level is Level.B_LTA
    assert dict(served.services.hits) == {"ocsp": 1, "crl": 1, "tsa": 1}


def test_long_term_data_without_an_archive_timestamp_is_b_lt(
    served: Served, stamped: bytes, tmp_path: Path
) -> None:
    done = served.preserver(tmp_path).preserve(stamped, Level.B_LT, now())
    assert done.level is level_of(done.pdf) is Level.B_LT
    assert done.renew_before is None
    store = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(done.pdf)))
    assert len(store.ocsps) == 3  # leader, seal, TSA
    assert len(store.crls) == 1  # the authority's own, by the root
    held = {certificate.dump() for certificate in store.load_certs()}
    assert {served.leader.certificate, served.agency.certificate} < held
    report = verify(done.pdf, served.trust)
    assert report.verdict is Indication.TOTAL_PASSED
    assert [each.level for each in report.signatures] == ["B-LT", "B-LT"]


def test_b_t_of_a_file_without_timestamps_is_a_document_timestamp(
    served: Served, plain: bytes, stamped: bytes, tmp_path: Path
) -> None:
    done = served.preserver(tmp_path).preserve(plain, Level.B_T, now())
    assert done.level is level_of(done.pdf) is Level.B_T
    assert set(served.services.hits) == {"tsa"}
    assert served.preserver(tmp_path).preserve(stamped, Level.B_T, now()).pdf is stamped
    for pdf in (done.pdf, stamped):
        signatures = verify(pdf, served.trust).signatures
        assert [each.level for each in signatures if each.kind == "signature"] == ["B-T", "B-T"]
    assert [each.level for each in verify(plain, served.trust).signatures] == ["B-B", "B-B"]


def test_a_chain_is_fetched_once_for_many_documents(
    served: Served, stamped: bytes, tmp_path: Path
) -> None:
    tools = served.preserver(tmp_path)
    for _ in range(10):
        tools.preserve(stamped, Level.B_LTA, now())
    assert dict(served.services.hits) == {"tsa": 10, "ocsp": 3, "crl": 1}


def test_without_revocation_data_what_has_no_timestamp_gets_one(
    served: Served, plain: bytes, tmp_path: Path
) -> None:
    served.services.faults |= {"ocsp": Fault.DOWN, "crl": Fault.DOWN}
    first = served.preserver(tmp_path).preserve(plain, Level.B_LTA, now())
    assert first.level is Level.B_T
    assert isinstance(first.fault, RevocationUnavailable)
    with pytest.raises(RevocationUnavailable):  # no second timestamp for nothing
        served.preserver(tmp_path).preserve(first.pdf, Level.B_LTA, now())
    served.services.faults.clear()
    then = served.preserver(tmp_path).preserve(first.pdf, Level.B_LTA, now())
    assert then.level is level_of(then.pdf) is Level.B_LTA
    assert_judges_accept(then.pdf, served, tmp_path)


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.GARBAGE, Fault.FORGED, Fault.IMPRINT])
def test_without_a_tsa_nothing_is_changed(
    served: Served, stamped: bytes, tmp_path: Path, fault: Fault
) -> None:
    served.services.faults["tsa"] = fault
    with pytest.raises(TimestampUnavailable):
        served.preserver(tmp_path).preserve(stamped, Level.B_LTA, now())


def test_a_signer_revoked_after_the_timestamp_is_preserved_and_one_before_is_not(
    served: Served, stamped: bytes, tmp_path: Path
) -> None:
    serial = load_der_x509_certificate(served.leader.certificate).serial_number
    later = now() + timedelta(hours=2)
    served.services.now = lambda: later
    try:
        served.services.revoked[serial] = later - timedelta(hours=1)
        done = served.preserver(tmp_path / "after").preserve(stamped, Level.B_LTA, later)
        served.services.revoked[serial] = later - timedelta(days=1)
        with pytest.raises(CertificateRevoked):
            served.preserver(tmp_path / "before").preserve(stamped, Level.B_LTA, later)
    finally:
        served.services.now = now
    assert done.level is Level.B_LTA


def test_a_token_larger_than_expected_is_asked_for_again_with_room(
    served: Served, stamped: bytes, tmp_path: Path
) -> None:
    tools = served.preserver(tmp_path)
    tools.timestamper.stamp(b"", now(), 20)
    tools.timestamper.room = 64
    tools.timestamper.newest = replace(tools.timestamper.newest)  # type: ignore[type-var]
    done = tools.preserve(stamped, Level.B_LTA, now())
    assert done.level is level_of(done.pdf) is Level.B_LTA


def test_what_has_no_signature_is_not_preserved(
    served: Served, reserved: bytes, tmp_path: Path
) -> None:
    with pytest.raises(NothingToPreserve):
        served.preserver(tmp_path).preserve(reserved, Level.B_LTA, now())
    with pytest.raises(PdfUnreadable):
        served.preserver(tmp_path).preserve(b"%PDF-1.7 nothing", Level.B_LTA, now())
    assert not served.services.hits


def test_the_number_cannot_be_changed_under_an_archive_timestamp(
    served: Served, archived: bytes
) -> None:
    at = archived.index(b"/MediaBox") + len(b"/MediaBox [ 0 0 ")
    forged = archived[:at] + bytes((archived[at] ^ 1,)) + archived[at + 1 :]
    assert verify(forged, served.trust).verdict is not Indication.TOTAL_PASSED


def test_the_archive_copy_is_renewed_before_the_first_of_its_certificates_ends(
    served: Served, stamped: bytes, tmp_path: Path
) -> None:
    done = served.preserver(tmp_path).preserve(stamped, Level.B_LTA, now())
    token = served.timestamper().stamp(b"", now(), 20)
    ends = [
        load_der_x509_certificate(c).not_valid_after_utc for c in (token.certificate, *token.others)
    ]
    assert done.renew_before == min(ends)
