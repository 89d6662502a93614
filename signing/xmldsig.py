"""XML signatures: made with any key, believed only in their place and under our own roots.

Standard: W3C XML Signature 1.1, RFC 9231 (algorithms). signxml does the mathematics and the
canonicalization; where the signature stands, what it covers and by which algorithm is checked
before (`signing.xmlplaces`), and its certificate is judged like that of a PDF's signature.
What comes with a signature (KeyInfo) never makes it trusted.
"""

import copy
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import InvalidDigest, InvalidSignature
from signxml.signer import SignatureReference, XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from schemas.xml import Limits, XmlRefused, parse_as_written
from signing.algorithm import Family
from signing.certificates import certificate as parsed_certificate
from signing.ground import Ground
from signing.keys import KeyHolder, ensure_valid, subject_name
from signing.paths import Purpose, judge
from signing.policy import built_in
from signing.report import NAME_LENGTH, Indication, explained
from signing.trust import TrustStore
from signing.xmlplaces import DIGESTS, DS, METHODS, Misplaced, Path, Placed, Places, placed

LIMITS = Limits(size=16 << 20, text=12 << 20)
"""What a signed message may cost; each reference costs its canonical form once more."""

_EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
_IDENTIFIERS = {name: identifier for identifier, name in METHODS.items()}
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_SMALLEST_RSA = 2048
"""Bits; TT 15/2025/TT-BKHCN and ETSI TS 119 312 accept no smaller modulus."""
_DETAIL = 300

Verified = Any
"""What signxml says of one reference."""


@dataclass(frozen=True, slots=True)
class XmlVerdict:
    """What is known about a message's signature."""

    indication: Indication
    sub_indication: str
    """EN 319 102-1, table 6; empty when passed."""
    reason: str
    signer: str = ""
    certificate: bytes = field(default=b"", repr=False)
    """The signer's, DER; empty when unknown."""
    covered: tuple[etree._Element, ...] = field(default=(), repr=False)
    """The signed elements in the order of the places, made of the very bytes that were signed.

    Empty unless passed. Read these and nothing else of the message.
    """

    @property
    def passed(self) -> bool:
        """Whether the signature holds and its signer is trusted."""
        return self.indication is Indication.TOTAL_PASSED


def sign(
    message: bytes, key: KeyHolder, places: Places, *, at: datetime, id_name: str = "Id"
) -> bytes:
    """Return *message* (XML) signed by *key* as *places* say; *at* is the time of signing.

    The element that will hold the signature must be there. A covered element without
    the attribute *id_name* (Clark's notation) gets one.

    Raises:
        XmlRefused: *message* is not XML, or too large.
        Misplaced: the places are not in it.
        CertificateRefused, KeyUnavailable: the key may not sign at *at*, or does not answer.
    """
    ensure_valid(key, at)
    root = parse_as_written(message, limits=LIMITS)
    whole = places.covered == (places.covered[0][:1],)
    holder = _followed(root, places.signature)
    method = (
        SignatureConstructionMethod.enveloped if whole else SignatureConstructionMethod.detached
    )
    signer = _Signer(
        method=method,
        signature_algorithm=SignatureMethod(_IDENTIFIERS[key.algorithm.value]),
        digest_algorithm=DigestAlgorithm[key.algorithm.digest.upper()],
        c14n_algorithm=_EXCLUSIVE,
    )
    certificates = [x509.load_der_x509_certificate(der) for der in (key.certificate, *key.chain)]
    answering: Any = _Answering(key, certificates[0])
    if whole:
        etree.SubElement(holder, f"{{{DS}}}Signature", {"Id": "placeholder"}, {"ds": DS})
        root = signer.sign(root, key=answering, cert=certificates)
    else:
        references = [
            SignatureReference(URI=f"#{_identified(root, path, id_name)}", c14n_method=_EXCLUSIVE)
            for path in places.covered
        ]
        holder.append(signer.sign(root, key=answering, cert=certificates, reference_uri=references))
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


class _InUtf8:
    """Lets signxml copy trees in UTF-8: in ASCII names become character references, unreadable."""

    def _tostring(self, xml_node: Any, **kwargs: Any) -> Any:
        return etree.tostring(xml_node, encoding="utf-8", **kwargs)


class _Signer(_InUtf8, XMLSigner):
    pass


class _Verifier(_InUtf8, XMLVerifier):
    def validate_schema(self, signature: Any) -> None:
        """Check *signature* but for the prefixes that its canonicalization may name.

        `xmlplaces` has checked those, and signxml's schema, which lacks their element, refuses
        what WSS4J writes.
        """
        known = copy.deepcopy(signature)
        for method in known.iter(f"{{{DS}}}CanonicalizationMethod"):
            del method[:]
        untyped: Any = super()
        untyped.validate_schema(known)


class _Answering:
    """A key holder in the shape that signxml signs with: it hands over data, not a digest."""

    def __init__(self, key: KeyHolder, certificate: x509.Certificate) -> None:
        self._key = key
        public: Any = certificate.public_key()
        self.key_size: int = public.key_size

    def sign(self, data: bytes, *_: object, **__: object) -> bytes:
        return self._key.sign(hashlib.new(self._key.algorithm.digest, data).digest())


def _followed(root: etree._Element, path: Path) -> etree._Element:
    """Return the element at *path*."""
    found: list[etree._Element] = [root] if path and root.tag == path[0] else []
    for name in path[1:]:
        found = [child for parent in found for child in parent if child.tag == name]
    if len(found) != 1:
        raise Misplaced(f"{len(found)} × {'/'.join(path)[:200]}")
    return found[0]


def _identified(root: etree._Element, path: Path, id_name: str) -> str:
    """Return the id of the element at *path*, given one if it has none."""
    element = _followed(root, path)
    if not element.get(id_name):
        element.set(id_name, f"signed-{len(path)}-{etree.QName(element).localname}")
    return str(element.get(id_name))


def verify(
    message: bytes,
    places: Places,
    trust: TrustStore,
    *,
    at: datetime,
    certificate: bytes = b"",
) -> XmlVerdict:
    """Return what is known about the signature of *message* (XML) at the moment *at*.

    Never raises. *certificate* (DER), if it is known whose signature must be here, is the
    only one accepted; else the one that came with the signature is judged under *trust*.
    """
    try:
        root = parse_as_written(message, limits=LIMITS)
        found = placed(root, places)
        return _judged(root, places, found, certificate, trust, at)
    except (Misplaced, XmlRefused) as fault:
        return _failed("FORMAT_FAILURE", str(fault))
    except InvalidDigest as fault:
        return _failed("HASH_FAILURE", str(fault))
    except InvalidSignature as fault:
        return _failed("SIG_CRYPTO_FAILURE", str(fault))
    except Exception as fault:  # whatever a hostile message reaches in a library is an answer
        return _failed("FORMAT_FAILURE", f"{type(fault).__name__}: {fault}")


def _failed(sub_indication: str, detail: str) -> XmlVerdict:
    reason = explained(sub_indication, detail[:_DETAIL])
    return XmlVerdict(Indication.TOTAL_FAILED, sub_indication, reason)


def _judged(
    root: etree._Element,
    places: Places,
    found: Placed,
    expected: bytes,
    trust: TrustStore,
    at: datetime,
) -> XmlVerdict:
    der, signer, others = _signer(found.certificates, expected)
    _check_key(signer, found.algorithm)
    results = _verified(root, places, signer, len(found.covered), at)
    name = subject_name(signer)[:NAME_LENGTH]
    ground = Ground(trust, built_in(), bool(trust.crls or trust.ocsps), (), trust.crls, trust.ocsps)
    path = judge(
        parsed_certificate(der), map(parsed_certificate, others), at, ground, Purpose.SIGNING
    )
    if not path.good:
        reason = explained(path.sub_indication, path.detail[:_DETAIL])
        return XmlVerdict(Indication.INDETERMINATE, path.sub_indication, reason, name, der)
    covered = tuple(results[i].signed_xml for i in found.covered)
    if any(element is None for element in covered):
        raise Misplaced("what is signed is no element")
    return XmlVerdict(Indication.TOTAL_PASSED, "", "", name, der, covered)


def _signer(
    sent: Sequence[bytes], expected: bytes
) -> tuple[bytes, x509.Certificate, tuple[bytes, ...]]:
    """Return whose key must have signed, DER and parsed, and who may help to reach a root."""
    if not expected and not sent:
        raise Misplaced("no certificate")
    known = {der: x509.load_der_x509_certificate(der) for der in (expected, *sent) if der}
    issuers = [one.issuer for one in known.values() if one.issuer != one.subject]
    # nothing orders what was sent: the signer's certificate is the one that issued none of them
    ends = [der for der, one in known.items() if one.subject not in issuers]
    chosen = expected or (ends[0] if ends else sent[0])
    return chosen, known[chosen], tuple(der for der in known if der != chosen)


def _check_key(signer: x509.Certificate, algorithm: str) -> None:
    """Refuse a key of another kind than the algorithm's, or one too short."""
    key = signer.public_key()
    if algorithm.endswith(f"_{Family.ECDSA.value}"):
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, _CURVES):
            raise Misplaced("the key does not fit the algorithm")
    elif not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_RSA:
        raise Misplaced("the key does not fit the algorithm, or is too short")


def _verified(
    root: etree._Element, places: Places, signer: x509.Certificate, count: int, at: datetime
) -> list[Verified]:
    """Return what signxml says of each reference.

    Raises:
        InvalidDigest: what is signed was changed.
        InvalidSignature: the value is wrong.
    """
    expected = SignatureConfiguration(
        location="./" + "".join(f"{name}/" for name in places.signature[1:]),
        expect_references=count,
        signature_methods=frozenset(map(SignatureMethod, METHODS)),
        digest_algorithms=frozenset(map(DigestAlgorithm, DIGESTS)),
        # the certificate's own times are judged with its chain
        verification_time=min(max(at, signer.not_valid_before_utc), signer.not_valid_after_utc),
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    results = _Verifier().verify(root, x509_cert=signer, expect_config=expected)
    return results if isinstance(results, list) else [results]
