"""Keys are refused when their file, passphrase or certificate is wrong; they never show."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from cryptography.x509.oid import NameOID

from signing.algorithm import Algorithm
from signing.errors import CertificateRefused, KeyUnavailable
from signing.keys import ensure_valid
from signing.pades import sign
from signing.pkcs12 import Pkcs12Key, read_passphrase
from signing.testpki import TestPki


def test_a_wrong_passphrase_is_refused(pki: TestPki) -> None:
    with pytest.raises(KeyUnavailable, match=r"key\.unavailable"):
        Pkcs12Key.load(pki.key_file("leader"), b"wrong")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable):
        Pkcs12Key.load(tmp_path / "none.p12", b"")


def test_a_file_that_others_may_read_is_refused(pki: TestPki, tmp_path: Path) -> None:
    copy = tmp_path / "leader.p12"
    copy.write_bytes(pki.key_file("leader").read_bytes())
    copy.chmod(0o640)
    with pytest.raises(KeyUnavailable, match="600"):
        Pkcs12Key.load(copy, pki.passphrase("leader"))


@pytest.mark.parametrize("data", [b"", b"not a key", b"\x30\x82\xff\xff"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.p12"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(KeyUnavailable):
        Pkcs12Key.load(path, b"p")


@pytest.mark.parametrize(
    ("algorithm", "why"), [("rsa2048", "match"), ("rsa1024", "short"), ("p224", "secp224r1")]
)
def test_a_key_that_is_weak_or_not_the_certificates_is_refused(
    pki: TestPki, monkeypatch: pytest.MonkeyPatch, algorithm: str, why: str
) -> None:
    keys = {
        "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
        "rsa1024": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505
        "p224": lambda: ec.generate_private_key(ec.SECP224R1()),
    }
    private = keys[algorithm]()
    own = load_pem_x509_certificate(pki.chain.read_bytes())
    certificate = own if why == "match" else self_signed(private)
    # the library would not pack such a file
    monkeypatch.setattr(
        "signing.pkcs12.pkcs12.load_key_and_certificates", lambda *_: (private, certificate, [])
    )
    with pytest.raises(CertificateRefused, match=why):
        Pkcs12Key.load(pki.key_file("leader"), b"")


def test_an_authoritys_key_that_is_not_for_signing_documents_is_refused(at: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        **dict.fromkeys(("key_cert_sign", "crl_sign"), True),
        **dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment", "key_agreement"),
                *("data_encipherment", "encipher_only", "decipher_only"),
            ),
            False,
        ),
    )
    der = self_signed(private, usage).public_bytes(Encoding.DER)
    with pytest.raises(CertificateRefused, match="usage"):
        ensure_valid(Holder(der), at)


def test_a_token_that_was_pulled_out_is_the_keys_fault(
    reserved: bytes, leader: Pkcs12Key, at: datetime
) -> None:
    def pulled(_: bytes) -> bytes:
        raise ConnectionResetError

    with pytest.raises(KeyUnavailable, match="ConnectionResetError"):
        sign(reserved, replace(leader, sign=pulled), None, at=at)


@dataclass(frozen=True)
class Holder:
    certificate: bytes
    chain: tuple[bytes, ...] = ()
    algorithm: Algorithm = Algorithm.ECDSA_SHA256
    not_before: datetime = datetime(2020, 1, 1, tzinfo=UTC)
    not_after: datetime = datetime(2040, 1, 1, tzinfo=UTC)

    def sign(self, digest: bytes) -> bytes:
        return digest


def self_signed(
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, usage: x509.KeyUsage | None = None
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "X")])
    builder = (
        x509.CertificateBuilder(name, name, private.public_key(), 1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
    )
    if usage is not None:
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(private, hashes.SHA256())


def test_the_key_does_not_show_in_its_repr(leader: Pkcs12Key) -> None:
    shown = repr(leader)
    assert "Nguyễn Văn An" in shown
    assert "certificate=" not in shown
    assert "sign=" not in shown


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("expired", datetime(2026, 11, 22, tzinfo=UTC)),
        ("leader", datetime(2019, 1, 1, tzinfo=UTC)),
        ("leader", datetime(2041, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_certificate_signs_only_while_it_is_valid(
    pki: TestPki, name: str, moment: datetime
) -> None:
    with pytest.raises(CertificateRefused, match=r"certificate\.refused"):
        ensure_valid(pki.key(name), moment)


def test_a_valid_certificate_may_sign(leader: Pkcs12Key, at: datetime) -> None:
    ensure_valid(leader, at)


def test_a_passphrase_that_others_may_read_is_not_used(pki: TestPki, tmp_path: Path) -> None:
    path = tmp_path / "leader.pass"
    path.write_bytes(pki.passphrase("leader") + b"\n")
    path.chmod(0o600)
    assert read_passphrase(path) == pki.passphrase("leader")
    path.chmod(0o640)
    with pytest.raises(KeyUnavailable):
        read_passphrase(path)
    with pytest.raises(KeyUnavailable):
        read_passphrase(tmp_path / "none.pass")
