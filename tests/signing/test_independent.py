"""Programs that share no code with us accept what we sign."""

from datetime import datetime
from pathlib import Path

import pytest

from signing.pades import sign
from signing.seal import seal
from signing.testpki import TestPki
from tests.workflows.proof import openssl_verdicts, run


@pytest.fixture(scope="module")
def curved(reserved: bytes, pki: TestPki, at: datetime) -> bytes:
    """Signed and sealed with ECDSA, without images."""
    key = pki.key("curve")
    signed = sign(reserved, key, None, at=at)
    return seal(signed, key, None, number="7", day="01", month="02", at=at)


@pytest.mark.parametrize("made", ["sealed", "curved"])
def test_openssl_verifies_both_signatures(
    made: str, request: pytest.FixtureRequest, pki: TestPki, tmp_path: Path
) -> None:
    pdf: bytes = request.getfixturevalue(made)
    assert openssl_verdicts(pdf, pki.roots, tmp_path) == [True, True]


def test_openssl_rejects_a_changed_byte(sealed: bytes, pki: TestPki, tmp_path: Path) -> None:
    broken = sealed.replace(b"/MediaBox", b"/MediaBoX", 1)
    assert openssl_verdicts(broken, pki.roots, tmp_path) == [False, False]


def test_each_revision_only_appends(
    draft: bytes, reserved: bytes, signed: bytes, sealed: bytes
) -> None:
    assert reserved.startswith(draft)
    assert signed.startswith(reserved)
    assert sealed.startswith(signed)


def test_pdfsig_trusts_both_and_says_the_seal_covers_all(
    sealed: bytes, pki: TestPki, tmp_path: Path
) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    database = f"sql:{tmp_path}"
    run("certutil", "-N", "-d", database, "--empty-password")
    run("certutil", "-A", "-d", database, "-n", "root", "-t", "CT,C,C", "-i", pki.roots)
    said = run("pdfsig", "-nssdir", database, tmp_path / "sealed.pdf").stdout
    leader, seal = said.split("Signature #")[1:]
    for part in (leader, seal):
        assert "Signature is Valid" in part
        assert "Certificate is Trusted" in part
        assert "ETSI.CAdES.detached" in part
    assert "Not total document signed" in leader
    assert "- Total document signed" in seal
    assert "Nguyễn Văn An" in leader


def test_qpdf_finds_nothing_to_repair(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    done = run("qpdf", "--check", tmp_path / "sealed.pdf")
    assert done.returncode == 0, done.stdout + done.stderr


def test_mutool_sees_no_change_after_the_seal(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    done = run("mutool", "sign", "-v", tmp_path / "sealed.pdf")
    said = done.stdout + done.stderr
    assert "The document is unchanged since signing" in said
    assert "edits since signing" in said  # after the leader: number, date and seal
