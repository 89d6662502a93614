"""Names of algorithms, their OIDs, and whether a value is the signature that was ordered.

Standards: RFC 8017 A.2 (RSA), RFC 4055 3.1 (parameters of RSASSA-PSS), RFC 5758 3.2 (ECDSA),
RFC 5754 2 (SHA-2).
"""

from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

RSA = "1.2.840.113549.1.1.1"
"""rsaEncryption: a key that makes PKCS#1 v1.5 signatures with any digest."""
PSS = "1.2.840.113549.1.1.10"
EC_KEY = "1.2.840.10045.2.1"

DIGEST_OIDS = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_OIDS: dict[str, tuple[str, ...]] = {
    "sha256_rsa": ("1.2.840.113549.1.1.11", RSA),
    "sha384_rsa": ("1.2.840.113549.1.1.12", RSA),
    "sha512_rsa": ("1.2.840.113549.1.1.13", RSA),
    "sha256_pss": (PSS,),
    "sha384_pss": (PSS,),
    "sha512_pss": (PSS,),
    "sha256_ecdsa": ("1.2.840.10045.4.3.2", EC_KEY),
    "sha384_ecdsa": ("1.2.840.10045.4.3.3", EC_KEY),
    "sha512_ecdsa": ("1.2.840.10045.4.3.4", EC_KEY),
}
"""The OIDs by which an algorithm may be offered, the one that says most first."""


def names_of(oids: Iterable[str], key: CertificatePublicKeyTypes) -> tuple[str, ...]:
    """Return the algorithms that *oids* offer and *key* can make, empty when there are none."""
    offered = set(oids)
    families: tuple[str, ...] = ()
    if isinstance(key, rsa.RSAPublicKey):
        families = ("_rsa", "_pss")
    elif isinstance(key, ec.EllipticCurvePublicKey):
        families = ("_ecdsa",)
    return tuple(
        name
        for name, known in _OIDS.items()
        if name.endswith(families) and offered.intersection(known)
    )


def oid_of(algorithm: str, offered: Sequence[str]) -> str:
    """Return the OID of *offered* under which *algorithm* is asked for.

    Raises:
        KeyError: the algorithm is not offered.
    """
    for oid in _OIDS.get(algorithm, ()):
        if oid in offered:
            return oid
    raise KeyError(algorithm)


def names_the_digest(oid: str) -> bool:
    """Return whether the signature algorithm *oid* says which digest it is with."""
    return oid not in (RSA, PSS, EC_KEY)


def pss_parameters(digest: str) -> bytes:
    """Return RSASSA-PSS-params (RFC 4055 3.1), DER: MGF1 with *digest*, salt as long as it."""
    hash_algorithm = _sequence(_oid(DIGEST_OIDS[digest]), b"\x05\x00")
    mask = _sequence(_oid("1.2.840.113549.1.1.8"), hash_algorithm)
    salt = b"\x02\x01" + bytes([_DIGESTS[digest]().digest_size])
    return _sequence(_tagged(0, hash_algorithm), _tagged(1, mask), _tagged(2, salt))


def signed_by(
    key: CertificatePublicKeyTypes, algorithm: str, digest: bytes, signature: bytes
) -> bool:
    """Return whether *signature* is *key*'s of the hash *digest*."""
    name, _, family = algorithm.partition("_")
    made_with = _DIGESTS[name]()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            pad = padding.PKCS1v15() if family == "rsa" else _pss(made_with)
            key.verify(signature, digest, pad, Prehashed(made_with))
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, digest, ec.ECDSA(Prehashed(made_with)))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _pss(digest: hashes.HashAlgorithm) -> padding.PSS:
    return padding.PSS(padding.MGF1(digest), digest.digest_size)


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    content = bytes([40 * first + second]) + b"".join(map(_base128, rest))
    return bytes([6, len(content)]) + content


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def _sequence(*parts: bytes) -> bytes:
    content = b"".join(parts)
    return bytes([0x30, len(content)]) + content


def _tagged(number: int, content: bytes) -> bytes:
    return bytes([0xA0 + number, len(content)]) + content
