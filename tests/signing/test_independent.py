"""Programs that share no code with us accept what we sign."""

import re
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from signing.pades import sign
from signing.seal import seal
from signing.testpki import TestPki

BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=60)


def parts_of(pdf: bytes) -> list[tuple[bytes, bytes]]:
    """Return CMS and signed bytes of each signature, found without any PDF library."""
    found = []
    for match in BYTE_RANGE.finditer(pdf):
        start, length, then, rest = map(int, match.groups())
        gap = pdf[start + length : then]
        assert gap[:1] + gap[-1:] == b"<>"
        padded = bytes.fromhex(gap[1:-1].decode("ascii"))
        assert padded[:2] == b"\x30\x82"
        size = 4 + int.from_bytes(padded[2:4], "big")
        assert not padded[size:].strip(b"\0")
        found.append((padded[:size], pdf[start : start + length] + pdf[then : then + rest]))
    return found


def openssl_verdicts(pdf: bytes, pki: TestPki, folder: Path) -> list[bool]:
    verdicts = []
    for cms, content in parts_of(pdf):
        (folder / "cms").write_bytes(cms)
        (folder / "content").write_bytes(content)
        done = run(
            *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER"),
            *("-in", folder / "cms", "-content", folder / "content", "-out", "/dev/null"),
            *("-CAfile", pki.roots, "-purpose", "any"),
        )
        verdicts.append(done.returncode == 0)
    return verdicts


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
    assert openssl_verdicts(pdf, pki, tmp_path) == [True, True]


def test_openssl_rejects_a_changed_byte(sealed: bytes, pki: TestPki, tmp_path: Path) -> None:
    broken = sealed.replace(b"/MediaBox", b"/MediaBoX", 1)
    assert openssl_verdicts(broken, pki, tmp_path) == [False, False]


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
