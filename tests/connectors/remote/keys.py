"""Real keys with real certificates under one chain: made once a process, never written down."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


@dataclass(frozen=True)
class Holder:
    """Someone whose key a service keeps."""

    key: Key
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    """Intermediate, then root."""

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:x}"

    def sign(self, digest: bytes, name: str, salt: int = 0) -> bytes:
        """Return the raw signature of *digest*, made with the digest *name*; *salt*: PSS."""
        made_with = DIGESTS[name]
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(digest, ec.ECDSA(Prehashed(made_with)))
        pad: padding.PKCS1v15 | padding.PSS = padding.PKCS1v15()
        if salt:
            pad = padding.PSS(padding.MGF1(made_with), salt)
        return self.key.sign(digest, pad, Prehashed(made_with))


@cache
def holder(name: str, kind: str = "rsa") -> Holder:
    """Return *name*'s key, of *kind* rsa (2048) or p256, with its certificate."""
    intermediate_key, intermediate, root = _authority()
    key: Key = ec.generate_private_key(ec.SECP256R1())
    if kind == "rsa":
        key = rsa.generate_private_key(65537, 2048)
    usage = x509.KeyUsage(True, True, *[False] * 7)
    certificate = (
        _builder(name, intermediate.subject, key)
        .add_extension(usage, critical=True)
        .sign(intermediate_key, hashes.SHA256())
    )
    return Holder(key, certificate, (intermediate, root))


@cache
def _authority() -> tuple[Key, x509.Certificate, x509.Certificate]:
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca = x509.BasicConstraints(ca=True, path_length=None)
    root = _builder("Gốc thử", _name("Gốc thử"), root_key).add_extension(ca, critical=True)
    root_certificate = root.sign(root_key, hashes.SHA256())
    below = _builder("Trung gian thử", _name("Gốc thử"), key).add_extension(ca, critical=True)
    return key, below.sign(root_key, hashes.SHA256()), root_certificate


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(name: str, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=365))
        .not_valid_after(NOW + timedelta(days=3650))
    )
