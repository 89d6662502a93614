"""A key kept in a PKCS#12 file of mode 600.

Standards: RFC 7292 (PKCS#12), RFC 8017 (RSA), FIPS 186-5 (ECDSA).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from signing.algorithm import Algorithm
from signing.errors import KeyUnavailable
from signing.key_errors import KeyMismatched
from signing.keys import subject_name
from signing.making import algorithm_for
from signing.schemes import hash_of, padding_of

OTHERS = 0o077
"""Mode bits that let someone else read a key."""


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
    """Digest in, raw signature out."""

    @classmethod
    def load(
        cls,
        path: Path,
        passphrase: bytes,
        algorithm: Algorithm | None = None,
        usual_rsa: Algorithm | None = None,
    ) -> Self:
        """Read the key from *path* (mode 600) with *passphrase*.

        It will sign with *algorithm*; without one, with *usual_rsa* where it is an RSA key,
        else with what the policy makes by default.

        Parsing checks an RSA key and takes tens of milliseconds: load once per process.

        Raises:
            KeyUnavailable: no such file, others may read it, wrong passphrase, not a key.
            KeyMismatched: the certificate is not this key's.
            KeyTooWeak, AlgorithmRefused: the policy does not allow it.
        """
        private, certificate, others = _unpacked(path, passphrase)
        if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise KeyUnavailable(path.name, "khóa không phải RSA hay ECDSA / neither RSA nor ECDSA")
        name = subject_name(certificate)
        spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if private.public_key().public_bytes(*spki) != certificate.public_key().public_bytes(*spki):
            raise KeyMismatched(name, "không khớp với khóa / it does not match the key")
        algorithm = algorithm_for(certificate, name, algorithm, usual_rsa)
        return cls(
            certificate.public_bytes(Encoding.DER),
            tuple(c.public_bytes(Encoding.DER) for c in others if c.issuer != c.subject),
            algorithm,
            name,
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
            _signing_function(private, algorithm),
        )


def read_passphrase(path: Path) -> bytes:
    """Return the passphrase in the file *path* (mode 600), without white space around it.

    Raises:
        KeyUnavailable: no such file, or others may read it.
    """
    return _private_file(path).strip()


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
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, algorithm: Algorithm
) -> Callable[[bytes], bytes]:
    hashed = Prehashed(hash_of(algorithm))
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return partial(_ecdsa, private, ec.ECDSA(hashed))
    return partial(_rsa, private, padding_of(algorithm), hashed)


def _rsa(
    key: rsa.RSAPrivateKey,
    scheme: padding.AsymmetricPadding,
    hashed: Prehashed,
    digest: bytes,
) -> bytes:
    return key.sign(digest, scheme, hashed)


def _ecdsa(key: ec.EllipticCurvePrivateKey, scheme: ec.ECDSA, digest: bytes) -> bytes:
    return key.sign(digest, scheme)
