"""Reads a CMS signature as far as levels need: its certificates, its value, its timestamps.

Standard: RFC 5652, clause 5 (SignedData). Only DER with one signer is read, straight from the
bytes; whether the signature of a document holds is `validation`'s to say.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from signing import der
from signing.der import Element, Malformed, element, elements, object_identifier, whole

SIGNED_DATA = object_identifier("1.2.840.113549.1.7.2")
TIMESTAMP = object_identifier("1.2.840.113549.1.9.16.2.14")
CONTENT_TYPE = object_identifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = object_identifier("1.2.840.113549.1.9.4")
DIGESTS = {
    object_identifier("2.16.840.1.101.3.4.2.1"): "sha256",
    object_identifier("2.16.840.1.101.3.4.2.2"): "sha384",
    object_identifier("2.16.840.1.101.3.4.2.3"): "sha512",
}
_PSS = object_identifier("1.2.840.113549.1.1.10")
_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_CONTEXT_1 = 0xA1
_SUBJECT_KEY = 0x80
_MOST_CERTIFICATES = 32


@dataclass(frozen=True, slots=True)
class SignedData:
    """One signer's signature and what came with it."""

    content_type: bytes
    """Encoded object identifier."""
    content: bytes
    """What is signed; empty when it stands elsewhere."""
    certificates: tuple[bytes, ...]
    """As they came, DER."""
    signer: bytes
    """The signer's certificate among them, DER."""
    digest: str
    algorithm: bytes
    """Encoded object identifier of the signature algorithm."""
    attributes: bytes
    """The signed attributes under their SET tag; empty when there are none."""
    signature: bytes
    unsigned: tuple[tuple[bytes, bytes], ...]
    """Type (encoded) and first value of every unsigned attribute."""

    @classmethod
    def read(cls, data: bytes) -> "SignedData":
        """Return the SignedData that *data* begins with; zeros may follow.

        Raises:
            Malformed: it is something else, or not DER.
        """
        outer = elements(data, whole(data))
        if len(outer) != 2 or data[outer[0].start : outer[0].end] != SIGNED_DATA:
            raise Malformed("no SignedData")
        _, _, content, *rest = elements(data, element(data, outer[1].body, outer[1].end))
        content_type, body = _content(data, content)
        certificates = _certificates(data, rest)
        (signer,) = elements(data, _tagged(rest, der.SET))
        return _with_signer(data, signer, content_type, body, certificates)

    def timestamps(self) -> tuple[bytes, ...]:
        """Return the tokens over the signature's value, DER."""
        return tuple(value for kind, value in self.unsigned if kind == TIMESTAMP)

    def attribute(self, kind: bytes) -> bytes:
        """Return the first value of the signed attribute *kind*, encoded; empty without one."""
        for found, value in _attributes(self.attributes, whole(self.attributes, der.SET)):
            if found == kind:
                return value
        return b""

    def check(self) -> None:
        """Return if the signer's key signed the content that is here.

        Raises:
            Malformed: attributes, digest or value do not hold.
        """
        said = self.attribute(MESSAGE_DIGEST)
        digest = hashlib.new(self.digest, self.content).digest()
        if said != der.octet_string(digest) or self.attribute(CONTENT_TYPE) != self.content_type:
            raise Malformed("message digest")
        try:
            _verify(public_key(self.signer), self)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError) as fault:
            raise Malformed("signature") from fault


@lru_cache(maxsize=64)
def parsed(certificate: bytes) -> x509.Certificate:
    """Return the certificate, parsed once.

    Raises:
        Malformed: it is none.
    """
    try:
        return x509.load_der_x509_certificate(certificate)
    except ValueError as fault:
        raise Malformed("certificate") from fault


@lru_cache(maxsize=64)
def public_key(certificate: bytes) -> object:
    """Return the certificate's public key, parsed once."""
    return parsed(certificate).public_key()


def _verify(key: object, of: SignedData) -> None:
    chosen = _HASHES[of.digest]
    digest = hashlib.new(of.digest, of.attributes).digest()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(of.signature, digest, ec.ECDSA(Prehashed(chosen)))
    elif isinstance(key, rsa.RSAPublicKey):
        scheme: padding.AsymmetricPadding = padding.PKCS1v15()
        if of.algorithm == _PSS:
            scheme = padding.PSS(padding.MGF1(chosen), padding.PSS.AUTO)
        key.verify(of.signature, digest, scheme, Prehashed(chosen))
    else:
        raise Malformed("kind of key")


def _content(data: bytes, of: Element) -> tuple[bytes, bytes]:
    kind, *body = elements(data, of)
    if not body:
        return data[kind.start : kind.end], b""
    inner = element(data, body[0].body, body[0].end)
    if inner.tag != der.OCTET_STRING:
        raise Malformed("content")
    return data[kind.start : kind.end], data[inner.body : inner.end]


def _certificates(data: bytes, rest: list[Element]) -> tuple[bytes, ...]:
    found = [each for each in rest if each.tag == der.CONTEXT_0]
    inside = elements(data, found[0]) if found else []
    if len(inside) > _MOST_CERTIFICATES:
        raise Malformed("certificates")
    return tuple(data[each.start : each.end] for each in inside if each.tag == der.SEQUENCE)


def _with_signer(
    data: bytes,
    signer: Element,
    content_type: bytes,
    content: bytes,
    certificates: tuple[bytes, ...],
) -> SignedData:
    _, sid, digest, *rest = elements(data, signer)
    name = _first(data, digest)
    if name not in DIGESTS:
        raise Malformed("digest algorithm")
    attributes = [each for each in rest if each.tag == der.CONTEXT_0]
    algorithm = _tagged(rest, der.SEQUENCE)
    value = _tagged(rest, der.OCTET_STRING)
    unsigned = [each for each in rest if each.tag == _CONTEXT_1]
    return SignedData(
        content_type,
        content,
        certificates,
        _signer_among(data, sid, certificates),
        DIGESTS[name],
        _first(data, algorithm),
        # the same SET under its own tag (RFC 5652, 5.4)
        bytes((der.SET,)) + data[attributes[0].start + 1 : attributes[0].end]
        if attributes
        else der.set_of(()),
        data[value.body : value.end],
        tuple(_attributes(data, unsigned[0])) if unsigned else (),
    )


def _signer_among(data: bytes, sid: Element, certificates: tuple[bytes, ...]) -> bytes:
    """Return the certificate that *sid* names (RFC 5652, 5.3)."""
    wanted = data[sid.body : sid.end]
    for certificate in certificates:
        if (_key_name if sid.tag == _SUBJECT_KEY else issuer_and_serial)(certificate) == wanted:
            return certificate
    raise Malformed("signer's certificate")


@lru_cache(maxsize=64)
def issuer_and_serial(certificate: bytes) -> bytes:
    """Return the encoded issuer and serial number, one after the other."""
    (body, *_) = elements(certificate, whole(certificate))
    fields = [each for each in elements(certificate, body) if each.tag != der.CONTEXT_0]
    serial, _, issuer = fields[:3]
    return certificate[issuer.start : issuer.end] + certificate[serial.start : serial.end]


def _key_name(certificate: bytes) -> bytes:
    try:
        found = parsed(certificate).extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return b""
    return found.value.digest


def _attributes(data: bytes, of: Element) -> list[tuple[bytes, bytes]]:
    found = []
    for each in elements(data, of):
        kind, values = elements(data, each)
        first = element(data, values.body, values.end)
        found.append((data[kind.start : kind.end], data[first.start : first.end]))
    return found


def _first(data: bytes, of: Element) -> bytes:
    found = element(data, of.body, of.end)
    return data[found.start : found.end]


def _tagged(among: list[Element], tag: int) -> Element:
    for each in among:
        if each.tag == tag:
            return each
    raise Malformed(f"no tag {tag:#x}")
