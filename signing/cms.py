"""CMS signatures of PAdES level B-B, put together from pre-encoded DER.

Standards: RFC 5652 (CMS), RFC 5035 (signing-certificate-v2), ETSI EN 319 122-1
(CAdES), ETSI EN 319 142-1 clause 6.3 (PAdES B-B: content-type, message-digest,
signing-certificate-v2; the signing time stands in the PDF's /M, not here).
Byte for byte what pyHanko's own signer makes of the same inputs; tests prove it.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import algos, core, x509

from documents.errors import OfficeError
from signing import der
from signing.errors import KeyUnavailable
from signing.keys import Algorithm, KeyHolder

_DATA = der.object_identifier("1.2.840.113549.1.7.1")
_SIGNED_DATA = der.object_identifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.object_identifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.object_identifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = der.object_identifier("1.2.840.113549.1.9.16.2.47")
_SHA256: bytes = algos.DigestAlgorithm({"algorithm": "sha256"}).dump()
_VERSION_1 = b"\x02\x01\x01"
_ECDSA_P256_LONGEST = 72
"""Octets of a DER ECDSA-Sig-Value on P-256 at most."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is the same in every signature by one key."""

    name: str
    certificates: bytes
    signer: bytes
    algorithm: bytes
    fixed_attributes: tuple[bytes, ...]
    longest_signature: int


def signed_data(key: KeyHolder, digest: bytes) -> bytes:
    """Return the detached CMS (DER ContentInfo) by *key* over a document's SHA-256 *digest*.

    Raises:
        KeyUnavailable: the key does not sign, e.g. its token was pulled out.
    """
    frame = _frame(key.certificate, key.chain, key.algorithm)
    attributes = signed_attributes(frame.fixed_attributes, digest)
    try:
        signature = key.sign(der.encode(der.SET, attributes))
    except OfficeError:
        raise
    except Exception as fault:
        raise KeyUnavailable(frame.name, type(fault).__name__) from fault
    return _content_info(frame, attributes, signature)


def longest(key: KeyHolder) -> int:
    """Return how many bytes *key*'s CMS has at most: what a PDF must reserve."""
    frame = _frame(key.certificate, key.chain, key.algorithm)
    attributes = signed_attributes(frame.fixed_attributes, bytes(32))
    return len(_content_info(frame, attributes, bytes(frame.longest_signature)))


def signed_attributes(fixed: tuple[bytes, ...], digest: bytes) -> bytes:
    """Return the attributes in DER's order, without their SET's own tag and length."""
    return b"".join(sorted((*fixed, _attribute(_MESSAGE_DIGEST, der.octet_string(digest)))))


def _content_info(frame: _Frame, attributes: bytes, signature: bytes) -> bytes:
    signer_info = der.sequence(
        _VERSION_1,
        frame.signer,
        _SHA256,
        der.encode(der.CONTEXT_0, attributes),
        frame.algorithm,
        der.octet_string(signature),
    )
    content = der.sequence(
        _VERSION_1,
        der.set_of((_SHA256,)),
        der.sequence(_DATA),
        frame.certificates,
        der.set_of((signer_info,)),
    )
    return der.sequence(_SIGNED_DATA, der.encode(der.CONTEXT_0, content))


@lru_cache(maxsize=512)
def _frame(certificate: bytes, chain: tuple[bytes, ...], algorithm: Algorithm) -> _Frame:
    parsed = x509.Certificate.load(certificate)
    issuer: bytes = parsed.issuer.dump()
    serial: bytes = core.Integer(parsed.serial_number).dump()
    # ESSCertIDv2: SHA-256 is the default hash, so its name is left out (RFC 5035, 4)
    issuer_serial = der.sequence(der.sequence(der.encode(0xA4, issuer)), serial)
    ess = der.sequence(der.octet_string(hashlib.sha256(certificate).digest()), issuer_serial)
    size = parsed.public_key.byte_size if algorithm is Algorithm.RSA else _ECDSA_P256_LONGEST
    return _Frame(
        parsed.subject.human_friendly,
        der.set_of({certificate, *chain}, der.CONTEXT_0),
        der.sequence(issuer, serial),
        algos.SignedDigestAlgorithm({"algorithm": algorithm.value}).dump(),
        (
            _attribute(_CONTENT_TYPE, _DATA),
            _attribute(_SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(ess))),
        ),
        size,
    )


def _attribute(name: bytes, value: bytes) -> bytes:
    return der.sequence(name, der.encode(der.SET, value))
