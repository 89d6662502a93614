"""CMS signatures of PAdES levels B-B and B-T, put together from pre-encoded DER.

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
from signing.algorithm import Algorithm, Family
from signing.errors import KeyUnavailable
from signing.keys import Identity, KeyHolder
from signing.timestamps import Stamping

_DATA = der.object_identifier("1.2.840.113549.1.7.1")
_SIGNED_DATA = der.object_identifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.object_identifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.object_identifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = der.object_identifier("1.2.840.113549.1.9.16.2.47")
_TIMESTAMP = der.object_identifier("1.2.840.113549.1.9.16.2.14")
_CONTEXT_1 = 0xA1
_VERSION_1 = b"\x02\x01\x01"


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is the same in every signature by one key."""

    name: str
    certificates: bytes
    signer: bytes
    digest: bytes
    """The digest algorithm's identifier."""
    algorithm: bytes
    fixed_attributes: tuple[bytes, ...]
    longest_signature: int


def signed_data(
    key: KeyHolder, digest: bytes, stamping: Stamping | None = None, room: int = 0
) -> bytes:
    """Return the detached CMS (DER ContentInfo) by *key* over a document's *digest*.

    The digest is the one of `key.algorithm.digest`. With *stamping* the signature gets a
    timestamp of at most *room* bytes, if one can be had now.

    Raises:
        KeyUnavailable: the key does not sign, e.g. its token was pulled out.
    """
    attributes = signed_attributes(key, digest)
    signature = signature_of(key, attributes)
    timestamp = stamping.over(signature, room) if stamping is not None else b""
    return assembled(key, attributes, signature, timestamp)


def signature_of(key: KeyHolder, attributes: bytes) -> bytes:
    """Return *key*'s raw signature of what `signed_attributes` gave.

    Raises:
        KeyUnavailable: the key does not sign.
    """
    try:
        return key.sign(hashlib.new(key.algorithm.digest, attributes).digest())
    except OfficeError:
        raise
    except Exception as fault:
        raise KeyUnavailable(_frame_of(key).name, type(fault).__name__) from fault


def signed_attributes(identity: Identity, digest: bytes) -> bytes:
    """Return the signed attributes over *digest*, a DER SET: what is hashed and signed."""
    fixed = _frame_of(identity).fixed_attributes
    return der.encode(der.SET, attributes_in_order(fixed, digest))


def attributes_in_order(fixed: tuple[bytes, ...], digest: bytes) -> bytes:
    """Return the attributes in DER's order, without their SET's own tag and length."""
    return b"".join(sorted((*fixed, _attribute(_MESSAGE_DIGEST, der.octet_string(digest)))))


def assembled(
    identity: Identity, attributes: bytes, signature: bytes, timestamp: bytes = b""
) -> bytes:
    """Return the CMS (DER ContentInfo) with *signature* of *attributes*.

    *timestamp* is an RFC 3161 token over the signature value (level B-T), or empty.
    """
    frame = _frame_of(identity)
    unsigned = _attribute(_TIMESTAMP, timestamp) if timestamp else b""
    signer_info = der.sequence(
        _VERSION_1,
        frame.signer,
        frame.digest,
        # the same SET under its implicit tag (RFC 5652, 5.4)
        bytes((der.CONTEXT_0,)) + attributes[1:],
        frame.algorithm,
        der.octet_string(signature),
        der.encode(_CONTEXT_1, unsigned) if unsigned else b"",
    )
    content = der.sequence(
        _VERSION_1,
        der.set_of((frame.digest,)),
        der.sequence(_DATA),
        frame.certificates,
        der.set_of((signer_info,)),
    )
    return der.sequence(_SIGNED_DATA, der.encode(der.CONTEXT_0, content))


def longest(identity: Identity, timestamp: int = 0) -> int:
    """Return how many bytes *identity*'s CMS has at most: what a PDF must reserve.

    *timestamp* is the longest token (bytes) that will be put in; 0 for none.
    """
    frame = _frame_of(identity)
    empty = bytes(hashlib.new(identity.algorithm.digest).digest_size)
    attributes = signed_attributes(identity, empty)
    return len(assembled(identity, attributes, bytes(frame.longest_signature), bytes(timestamp)))


def _frame_of(identity: Identity) -> _Frame:
    return _frame(identity.certificate, identity.chain, identity.algorithm)


@lru_cache(maxsize=512)
def _frame(certificate: bytes, chain: tuple[bytes, ...], algorithm: Algorithm) -> _Frame:
    parsed = x509.Certificate.load(certificate)
    issuer: bytes = parsed.issuer.dump()
    serial: bytes = core.Integer(parsed.serial_number).dump()
    # ESSCertIDv2: SHA-256 is the default hash, so its name is left out (RFC 5035, 4)
    issuer_serial = der.sequence(der.sequence(der.encode(0xA4, issuer)), serial)
    ess = der.sequence(der.octet_string(hashlib.sha256(certificate).digest()), issuer_serial)
    return _Frame(
        parsed.subject.human_friendly,
        der.set_of({certificate, *chain}, der.CONTEXT_0),
        der.sequence(issuer, serial),
        algos.DigestAlgorithm({"algorithm": algorithm.digest}).dump(),
        _identifier(algorithm),
        (
            _attribute(_CONTENT_TYPE, _DATA),
            _attribute(_SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(ess))),
        ),
        _longest_signature(parsed, algorithm),
    )


def _identifier(algorithm: Algorithm) -> bytes:
    """Return the signature algorithm's identifier (RFC 5754; RFC 4055 for PSS)."""
    if algorithm.family is not Family.PSS:
        encoded: bytes = algos.SignedDigestAlgorithm({"algorithm": algorithm.value}).dump()
        return encoded
    digest = algos.DigestAlgorithm({"algorithm": algorithm.digest})
    parameters = {
        "hash_algorithm": digest,
        "mask_gen_algorithm": algos.MaskGenAlgorithm({"algorithm": "mgf1", "parameters": digest}),
        "salt_length": hashlib.new(algorithm.digest).digest_size,
    }
    named = {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    made: bytes = algos.SignedDigestAlgorithm(named).dump()
    return made


def _longest_signature(certificate: x509.Certificate, algorithm: Algorithm) -> int:
    """Return how many bytes a signature by the certificate's key has at most."""
    size: int = certificate.public_key.byte_size
    if algorithm.family is not Family.ECDSA:
        return size
    order = (certificate.public_key.bit_size + 7) // 8
    whole = core.Integer((1 << (8 * order)) - 1).dump()
    return len(der.sequence(whole, whole))


def _attribute(name: bytes, value: bytes) -> bytes:
    return der.sequence(name, der.encode(der.SET, value))
