"""Signed SOAP envelopes: WS-Security with an X.509 token, made and opened.

Standards: OASIS Web Services Security 1.1.1, SOAP Message Security (§5 token references, §8
signature, §8.5 confirmation, §10 timestamp) and X.509 Certificate Token Profile. Signed are the
Body, the Timestamp, named header entries and, in an answer, the confirmation of the request's
signature. Whoever opens an envelope gets the signed elements and nothing else of it, so that a
signed body moved aside (signature wrapping) is never the body that is read.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, datetime, timedelta
from threading import Lock

from lxml import etree

from schemas.xml import XmlRefused, parse_as_written
from signing import xmldsig
from signing.keys import KeyHolder
from signing.trust import TrustStore
from signing.xmlplaces import DS, Misplaced, Path, Places

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
WSSE = f"{_OASIS}-wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}-wssecurity-utility-1.0.xsd"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
X509_V3 = f"{_OASIS}-x509-token-profile-1.0#X509v3"
BASE64 = f"{_OASIS}-soap-message-security-1.0#Base64Binary"
ID = f"{{{WSU}}}Id"
SECURITY = f"{{{WSSE}}}Security"
_TOKEN = f"{{{WSSE}}}BinarySecurityToken"
_TIMESTAMP = f"{{{WSU}}}Timestamp"
_CONFIRMATION = f"{{{WSSE11}}}SignatureConfirmation"
_SIGNATURE = f"{{{DS}}}Signature"
_NAMESPACES = {"wsse": WSSE, "wsu": WSU, "wsse11": WSSE11}
_ENVELOPES = (
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|\+00:00)")
_LONGEST_TOKEN = 32 * 1024  # characters


class EnvelopeUntrusted(ValueError):
    """The argument says what does not hold."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope that was signed, or what the signature of one covers."""

    octets: bytes = field(repr=False)
    value: str
    """Of the signature, base64 without white space."""


def sign(
    envelope: bytes,
    key: KeyHolder,
    *,
    at: datetime,
    lifetime: timedelta = timedelta(minutes=5),
    also: Collection[str] = (),
    confirming: str | None = None,
) -> Envelope:
    """Return *envelope* (XML, SOAP 1.1 or 1.2) signed by *key*, good from *at* for *lifetime*.

    *also*: namespaces whose header entries are signed too. *confirming*: the value of the
    request's signature, in an answer.

    Raises:
        EnvelopeUntrusted: it is no SOAP envelope, or has a Security header already.
        CertificateRefused, KeyUnavailable: as `xmldsig.sign` says.
    """
    try:
        root = parse_as_written(envelope, limits=xmldsig.LIMITS)
        header, _ = _opened(root, making=True)
        token = _secure(header, key, at, lifetime, confirming)
        places = _places(root, also, confirmed=confirming is not None)
        _name_all(root, places)
        signed = xmldsig.sign(etree.tostring(root), key, places, at=at, id_name=ID)
    except (XmlRefused, Misplaced) as why:
        raise EnvelopeUntrusted(str(why)) from None
    root = parse_as_written(signed, limits=xmldsig.LIMITS)
    signature = next(root.iter(_SIGNATURE))
    _refer(signature, token)
    octets = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Envelope(octets, _value(signature))


def _secure(
    header: etree._Element,
    key: KeyHolder,
    at: datetime,
    lifetime: timedelta,
    confirming: str | None,
) -> str:
    """Put a Security header, all but its signature, into *header*; return the token's id."""
    soap = etree.QName(header).namespace
    security = etree.Element(SECURITY, {f"{{{soap}}}mustUnderstand": "1"}, nsmap=_NAMESPACES)
    header.insert(0, security)
    identifier = _fresh()
    kinds = {"EncodingType": BASE64, "ValueType": X509_V3, ID: identifier}
    token = etree.SubElement(security, _TOKEN, kinds)
    token.text = base64.b64encode(key.certificate).decode()
    timestamp = etree.SubElement(security, _TIMESTAMP)
    etree.SubElement(timestamp, f"{{{WSU}}}Created").text = _written(at)
    etree.SubElement(timestamp, f"{{{WSU}}}Expires").text = _written(at + lifetime)
    if confirming is not None:
        etree.SubElement(security, _CONFIRMATION, {"Value": confirming})
    return identifier


def _name_all(root: etree._Element, places: Places) -> None:
    """Give what is signed fresh ids: the same request, signed twice, is two signatures."""
    for path in places.covered:
        found = root
        for name in path[1:]:
            found = next(child for child in found if child.tag == name)
        found.set(ID, _fresh())


def _refer(signature: etree._Element, token: str) -> None:
    """Let the signature's KeyInfo, which is not signed, name the token (X.509 profile §3.2.1)."""
    info = signature.find(f"{{{DS}}}KeyInfo")
    if info is None:
        info = etree.SubElement(signature, f"{{{DS}}}KeyInfo")
    for child in list(info):
        info.remove(child)
    reference = etree.SubElement(info, f"{{{WSSE}}}SecurityTokenReference")
    etree.SubElement(reference, f"{{{WSSE}}}Reference", {"URI": f"#{token}", "ValueType": X509_V3})


def token_of(envelope: bytes) -> bytes:
    """Return the certificate (DER) that *envelope* says it is signed with: a claim only.

    Raises:
        EnvelopeUntrusted: there is not exactly one.
    """
    try:
        root = parse_as_written(envelope, limits=xmldsig.LIMITS)
        _, security = _opened(root)
    except (XmlRefused, Misplaced) as why:
        raise EnvelopeUntrusted(str(why)) from None
    return _token(security)


class Opener:
    """Opens signed envelopes, each once; safe for threads.

    *also* as in `sign`. *skew*: how far the other clock may be from ours. *longest*: how long a
    message may say that it lives. *most*: signatures remembered; beyond, everything is refused.
    """

    def __init__(
        self,
        *,
        also: Collection[str] = (),
        skew: timedelta = timedelta(minutes=5),
        longest: timedelta = timedelta(minutes=10),
        most: int = 200_000,
    ) -> None:
        self._also = also
        self._skew, self._longest, self._most = skew, longest, most
        self._seen: dict[bytes, datetime] = {}
        """When what has been signed cannot come again, by its digests; oldest first."""
        self._lock = Lock()

    def open(
        self, envelope: bytes, certificate: bytes, *, at: datetime, confirming: str | None = None
    ) -> Envelope:
        """Return the signed entries and the signed Body of *envelope*, as an envelope.

        *certificate* (DER) is known from elsewhere; *confirming* is what an answer must confirm,
        None when a request is opened.

        Raises:
            EnvelopeUntrusted: it does not hold, or has been opened before.
        """
        try:
            root = parse_as_written(envelope, limits=xmldsig.LIMITS)
            _, security = _opened(root)
            places = _places(root, self._also, confirmed=confirming is not None)
        except (XmlRefused, Misplaced) as why:
            raise EnvelopeUntrusted(str(why)) from None
        if _token(security) != certificate:
            raise EnvelopeUntrusted("the token is another certificate")
        trust = TrustStore((certificate,))
        verdict = xmldsig.verify(envelope, places, trust, at=at, certificate=certificate)
        if not verdict.passed:
            raise EnvelopeUntrusted(f"{verdict.sub_indication}: {verdict.reason}")
        body, timestamp, *others = verdict.covered
        expires = self._living(timestamp, at)
        if confirming is not None and others.pop().get("Value") != confirming:
            raise EnvelopeUntrusted("it answers another request")
        signature = next(root.iter(_SIGNATURE))
        self._once(signature, expires + self._skew, at)
        return Envelope(_assembled(root, others, body), _value(signature))

    def _living(self, timestamp: etree._Element, at: datetime) -> datetime:
        """Return when the message expires."""
        names = [child.tag for child in timestamp]
        if names != [f"{{{WSU}}}Created", f"{{{WSU}}}Expires"]:
            raise EnvelopeUntrusted("a timestamp has Created and Expires")
        created, expires = (_read(child.text or "") for child in timestamp)
        if not created < expires <= created + self._longest:
            raise EnvelopeUntrusted("the timestamp's times")
        if created > at + self._skew:
            raise EnvelopeUntrusted(f"it was made later than now: {_written(created)}")
        if expires < at - self._skew:
            raise EnvelopeUntrusted(f"it has expired: {_written(expires)}")
        return expires

    def _once(self, signature: etree._Element, until: datetime, at: datetime) -> None:
        """Refuse what was opened before: by what is signed, as an ECDSA value has two forms."""
        digest = hashlib.sha256()
        for value in signature.iter(f"{{{DS}}}DigestValue"):
            digest.update(base64.b64decode(value.text or "") + b"\0")
        key = digest.digest()
        with self._lock:
            while self._seen and next(iter(self._seen.values())) < at:
                del self._seen[next(iter(self._seen))]
            if self._seen.get(key, at) > at:
                raise EnvelopeUntrusted("it was sent before: a replay")
            if len(self._seen) >= self._most:
                raise EnvelopeUntrusted("too many messages at one time")
            self._seen[key] = until


def _opened(root: etree._Element, *, making: bool = False) -> tuple[etree._Element, etree._Element]:
    """Return the Header and the Security header; when *making*, there must be no second yet.

    Raises:
        Misplaced: the envelope is of another shape.
    """
    soap = etree.QName(root).namespace or ""
    if soap not in _ENVELOPES or root.tag != f"{{{soap}}}Envelope":
        raise Misplaced("not a SOAP envelope")
    shape = [child.tag for child in root]
    header, body = f"{{{soap}}}Header", f"{{{soap}}}Body"
    if making and shape == [body]:
        root.insert(0, etree.Element(header))
        shape = [header, body]
    if shape != [header, body]:
        raise Misplaced("an envelope has one Header and one Body")
    found = list(root.iter(SECURITY))
    if making:
        if found:
            raise Misplaced("there is a Security header already")
        return root[0], root[0]
    if len(found) != 1 or found[0].getparent() is not root[0]:
        raise Misplaced("one Security header, in the Header")
    names = sorted(str(child.tag) for child in found[0] if child.tag != _CONFIRMATION)
    if names != sorted((_TOKEN, _TIMESTAMP, _SIGNATURE)):
        raise Misplaced("a Security header has one token, one timestamp and one signature")
    return root[0], found[0]


def _places(root: etree._Element, also: Collection[str], *, confirmed: bool) -> Places:
    """Return where the signature must be and what it must cover, of an envelope of our shape."""
    soap = etree.QName(root).namespace
    envelope, header = f"{{{soap}}}Envelope", f"{{{soap}}}Header"
    security: Path = (envelope, header, SECURITY)
    entries = [
        (envelope, header, str(entry.tag))
        for entry in root[0]
        if etree.QName(entry).namespace in also
    ]
    if len(set(entries)) != len(entries):
        raise Misplaced("two header entries of one name")
    confirmation = [(*security, _CONFIRMATION)] if confirmed else []
    covered = ((envelope, f"{{{soap}}}Body"), (*security, _TIMESTAMP), *entries, *confirmation)
    return Places(security, covered)


def _assembled(root: etree._Element, entries: list[etree._Element], body: etree._Element) -> bytes:
    soap = etree.QName(root).namespace
    envelope = etree.Element(f"{{{soap}}}Envelope", nsmap={"soap": soap})
    if entries:
        header = etree.SubElement(envelope, f"{{{soap}}}Header")
        for entry in entries:
            entry.attrib.pop(ID, "")
            header.append(entry)
    envelope.append(body)
    return bytes(etree.tostring(envelope, encoding="utf-8", xml_declaration=True))


def _token(security: etree._Element) -> bytes:
    token = next(child for child in security if child.tag == _TOKEN)
    text = "".join((token.text or "").split())
    kind, encoding = token.get("ValueType"), token.get("EncodingType", BASE64)
    if kind != X509_V3 or encoding != BASE64 or len(token) or len(text) > _LONGEST_TOKEN:
        raise EnvelopeUntrusted("the token is not one X.509 certificate in base64")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise EnvelopeUntrusted("the token is not base64") from None


def _value(signature: etree._Element) -> str:
    return "".join((signature.findtext(f"{{{DS}}}SignatureValue") or "").split())


def _fresh() -> str:
    return f"id-{secrets.token_hex(16)}"


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _read(text: str) -> datetime:
    """Return a moment, UTC; the profile knows no other zone (§10)."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise EnvelopeUntrusted("a moment in the timestamp")
    try:
        whole = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        raise EnvelopeUntrusted("a moment in the timestamp") from None
    if whole.year == MAXYEAR:  # times are added to it
        raise EnvelopeUntrusted("a moment in the timestamp")
    return whole + timedelta(seconds=float(found[2] or 0))
