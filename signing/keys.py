"""Keys that sign: what the office asks of a key holder, and one kept in a PKCS#12 file.

Standards: RFC 7292 (PKCS#12), RFC 5280 4.2.1.3 (key usage), RFC 8017 (RSA
PKCS#1 v1.5), FIPS 186-5 (ECDSA). A token or a remote service is another
`KeyHolder`: data in, raw signature out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Protocol, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12
from cryptography.x509.oid import NameOID

from signing.errors import CertificateRefused, KeyUnavailable

OTHERS = 0o077
"""Mode bits that let someone else read a key."""

SMALLEST_RSA = 2048
"""Bits; QCVN and ETSI TS 119 312 accept no smaller modulus."""


class Algorithm(StrEnum):
    """The signature algorithm; the value is pyHanko's and asn1crypto's name."""

    RSA = "sha256_rsa"
    """RSASSA-PKCS1-v1_5 with SHA-256."""
    ECDSA = "sha256_ecdsa"
    """ECDSA on P-256 with SHA-256."""


class KeyHolder(Protocol):
    """Someone who can sign: a person or an agency with one certificate."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""
        ...

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Intermediate certificates, DER, without the root."""
        ...

    @property
    def algorithm(self) -> Algorithm:
        """The signature algorithm."""
        ...

    @property
    def not_before(self) -> datetime:
        """First moment of validity, UTC."""
        ...

    @property
    def not_after(self) -> datetime:
        """Last moment of validity, UTC."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the raw signature over the SHA-256 of *data*."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Pkcs12Key:
    """A private key and its certificates, read once from a PKCS#12 file."""

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    algorithm: Algorithm
    subject: str
    not_before: datetime
    not_after: datetime
    sign: Callable[[bytes], bytes] = field(repr=False)

    @classmethod
    def load(cls, path: Path, passphrase: bytes) -> Self:
        """Read the key from *path* (mode 600) with *passphrase*.

        Parsing checks an RSA key and takes tens of milliseconds: load once per process.

        Raises:
            KeyUnavailable: no such file, others may read it, wrong passphrase, not a key.
            CertificateRefused: the certificate is not this key's, or the key is too weak.
        """
        private, certificate, others = _unpacked(path, passphrase)
        if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise KeyUnavailable(path.name, "khóa không phải RSA hay ECDSA / neither RSA nor ECDSA")
        name = subject_name(certificate)
        spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if private.public_key().public_bytes(*spki) != certificate.public_key().public_bytes(*spki):
            raise CertificateRefused(name, "không khớp với khóa / it does not match the key")
        algorithm, sign = _signing_function(private, name)
        return cls(
            certificate.public_bytes(Encoding.DER),
            tuple(c.public_bytes(Encoding.DER) for c in others if c.issuer != c.subject),
            algorithm,
            name,
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
            sign,
        )


def read_passphrase(path: Path) -> bytes:
    """Return the passphrase in the file *path* (mode 600), without white space around it.

    Raises:
        KeyUnavailable: no such file, or others may read it.
    """
    return _private_file(path).strip()


def ensure_valid(key: KeyHolder, at: datetime) -> None:
    """Return if *key*'s certificate may sign at *at* (aware).

    Raises:
        CertificateRefused: expired, not yet valid, or not made for signing.
    """
    name, fault = _standing(key.certificate)
    if fault:
        raise CertificateRefused(name, fault)
    if at < key.not_before:
        raise CertificateRefused(name, f"chưa có hiệu lực / not valid before {key.not_before}")
    if at > key.not_after:
        raise CertificateRefused(name, f"đã hết hạn / expired on {key.not_after}")


def subject_name(certificate: x509.Certificate) -> str:
    """Return the common name, else the whole subject."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


@lru_cache(maxsize=512)
def _standing(der: bytes) -> tuple[str, str]:
    """Return the subject's name and why its certificate may never sign ("" when it may)."""
    certificate = x509.load_der_x509_certificate(der)
    name = subject_name(certificate)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return name, ""
    if usage.digital_signature or usage.content_commitment:
        return name, ""
    return name, "không dùng để ký số / its key usage is not signing"


def _unpacked(
    path: Path, passphrase: bytes
) -> tuple[object, x509.Certificate, list[x509.Certificate]]:
    """Return private key, its certificate and the others of the PKCS#12 file."""
    data = _private_file(path)
    try:
        private, certificate, others = pkcs12.load_key_and_certificates(data, passphrase)
    except ValueError:
        # the library does not tell the two apart
        why = "sai mật khẩu hoặc không phải PKCS#12 / wrong passphrase or not PKCS#12"
        raise KeyUnavailable(path.name, why) from None
    if private is None or certificate is None:
        raise KeyUnavailable(path.name, "thiếu khóa hoặc chứng thư / no key or no certificate")
    return private, certificate, others


def _private_file(path: Path) -> bytes:
    """Return the content of a file that only its owner may read."""
    try:
        if path.stat().st_mode & OTHERS:
            raise KeyUnavailable(path.name, "quyền tệp phải là 600 / its mode must be 600")
        return path.read_bytes()
    except OSError as fault:
        raise KeyUnavailable(path.name, fault.strerror or type(fault).__name__) from None


def _signing_function(
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, name: str
) -> tuple[Algorithm, Callable[[bytes], bytes]]:
    sha256 = hashes.SHA256()
    if isinstance(private, rsa.RSAPrivateKey):
        if private.key_size < SMALLEST_RSA:
            raise CertificateRefused(name, f"RSA {private.key_size} bit quá ngắn / too short")
        pkcs1 = padding.PKCS1v15()
        rsa_key = private
        return Algorithm.RSA, lambda data: rsa_key.sign(data, pkcs1, sha256)
    if not isinstance(private.curve, ec.SECP256R1):
        raise CertificateRefused(name, f"{private.curve.name} không dùng được / is not supported")
    ecdsa = ec.ECDSA(sha256)
    ec_key = private
    return Algorithm.ECDSA, lambda data: ec_key.sign(data, ecdsa)
