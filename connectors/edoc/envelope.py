"""The dialect's envelopes: letters, statuses, simple requests, answers with their report.

Shapes: axis.md §12.1. What a letter says goes into the SOAP header, its manifest into the body;
a status is the body's `Status`; simple requests have no namespace.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from connectors.edoc.dialect import EDOC, XLINK, Action, axis_code
from connectors.edoc.intake import SwaMessage, child
from connectors.edoc.letter import Enclosure, Letter
from connectors.edoc.plain import dressed, found, known_children, plain, text_at
from connectors.edxml.fields import local_name, plain_text
from connectors.errors import AxisRefused, KindUnsupported
from connectors.soap.version import Version
from schemas.edxml.field import FORBIDDEN

_NAMES = {"edXML": EDOC, "xlink": XLINK}
_LONGEST = 1000
"""Characters of an error's description: it may quote what came in."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Whom a message speaks for, and the token that shows it: a password, not a signature."""

    organ_id: str
    token: str = field(repr=False)


class Envelope:
    """An envelope that grows."""

    def __init__(self, version: Version) -> None:
        self.root = etree.Element(version.envelope, nsmap={"soap": version.namespace, **_NAMES})
        self.header = etree.SubElement(self.root, f"{{{version.namespace}}}Header")
        self.body = etree.SubElement(self.root, f"{{{version.namespace}}}Body")

    def sign(self, credential: Credential) -> None:
        """Put the token where letters and statuses carry it."""
        key = _add(_add(self.header, "Signature"), "KeyInfo")
        _add(key, "OrganId", credential.organ_id)
        _add(key, "Token", credential.token)


def letter_envelope(
    version: Version, letter: Letter, ids: Sequence[str], *, day_first: bool
) -> Envelope:
    """Return the envelope of a document; *ids* are the Content-IDs of its files."""
    envelope = Envelope(version)
    envelope.header.append(dressed(letter.header, EDOC, day_first=day_first))
    trace = letter.trace if letter.trace is not None else etree.Element("TraceHeaderList")
    envelope.header.append(dressed(trace, EDOC, day_first=day_first))
    _add(envelope.header, "ErrorList")
    manifest = _add(envelope.body, "Manifest")
    manifest.set("version", "1.0")
    for enclosure, content_id in zip(letter.enclosures, ids, strict=True):
        _reference(manifest, enclosure, content_id)
    return envelope


def _reference(manifest: etree._Element, enclosure: Enclosure, content_id: str) -> None:
    reference = _add(manifest, "Reference")
    reference.set(f"{{{XLINK}}}type", "simple")
    reference.set(f"{{{XLINK}}}href", f"cid:{content_id}")
    _add(reference, "AttachmentName", enclosure.name)
    if enclosure.description:
        _add(reference, "Description", enclosure.description)


def status_envelope(version: Version, letter: Letter) -> Envelope:
    """Return the envelope that hands a status over."""
    envelope = Envelope(version)
    envelope.body.append(status_element(letter, day_first=False))
    return envelope


def status_element(letter: Letter, *, day_first: bool) -> etree._Element:
    """Return a status as the dialect's `Status`."""
    status = dressed(letter.header, EDOC, day_first=day_first)
    status.tag = f"{{{EDOC}}}Status"
    return status


def request_envelope(
    version: Version, name: str, credential: Credential, **more: str
) -> etree._Element:
    """Return the envelope of a simple request: elements without namespace."""
    envelope = Envelope(version)
    request = etree.SubElement(envelope.body, name)
    fields = {"OrganId": credential.organ_id, "Token": credential.token, **more}
    for tag, text in fields.items():
        etree.SubElement(request, tag).text = text
    return envelope.root


def permission_envelope(version: Version, credential: Credential) -> etree._Element:
    """Return the envelope of CheckPermission, whose credential lies in the header."""
    envelope = Envelope(version)
    asked = _add(envelope.header, str(Action.PERMISSION))
    _add(asked, "OrganId", credential.organ_id)
    _add(asked, "Token", credential.token)
    return envelope.root


class Answer:
    """An answer that grows: `<Action>Response` with its report first."""

    def __init__(self, version: Version, action: str, errors: Sequence[tuple[str, str]] = ()):
        envelope = Envelope(version)
        self.root = envelope.root
        self.element = _add(envelope.body, f"{action}Response")
        report = _add(self.element, "Report")
        _add(report, "IsSuccess", "false" if errors else "true")
        listed = _add(report, "ErrorList")
        for code, description in errors:
            error = _add(listed, "Error")
            _add(error, "Code", code)
            _add(error, "Description", description[:_LONGEST])

    def add(self, name: str, text: str = "") -> etree._Element:
        """Add an element to the answer and return it."""
        return _add(self.element, name, text)


def add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    """Add an element of the dialect to *parent* and return it."""
    return _add(parent, name, text)


def _add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, f"{{{EDOC}}}{name}")
    element.text = FORBIDDEN.sub(" ", text) or None
    return element


def letter_in(message: SwaMessage) -> Letter:
    """Return the document or the status that *message* carries.

    Raises:
        KindUnsupported: it carries neither.
    """
    status = child(message.body, "Status")
    if status is not None:
        return status_letter(status)
    header = child(message.header, "MessageHeader")
    if header is None:
        raise KindUnsupported("không có / without MessageHeader")
    trace = child(message.header, "TraceHeaderList")
    return Letter(plain(header), plain(trace) if trace is not None else None, message.enclosures())


def status_letter(status: etree._Element) -> Letter:
    """Return the letter that a `Status` element is."""
    header = plain(status)
    header.tag = "MessageHeader"
    return Letter(header)


def credential_in(message: SwaMessage, action: Action) -> Credential:
    """Return the credential of a request; its members are empty where there is none."""
    if action in (Action.SEND, Action.UPDATE):
        holder = child(message.header, "Signature", "DigitalSignature")
        holder = found(holder, "KeyInfo") if found(holder, "KeyInfo") is not None else holder
    elif action is Action.PERMISSION:
        holder = child(message.header, str(Action.PERMISSION))
        holder = holder if holder is not None else message.request
    else:
        holder = message.request
    return Credential(text_at(holder, "OrganId"), text_at(holder, "Token"))


def refusals_in(message: SwaMessage) -> list[AxisRefused] | None:
    """Return why an answer's report says no; empty when it says yes, None when there is none."""
    report = next(message.body.iter("{*}Report"), None)
    if report is None:
        return None
    errors = [
        (text_at(error, "Code"), text_at(error, "Description"))
        for listed in known_children(report)
        if local_name(listed) == "ErrorList"
        for error in known_children(listed)
    ]
    if text_at(report, "IsSuccess").lower() in ("true", "1"):
        return []
    return [AxisRefused.of(axis_code(code), text) for code, text in errors or [("?", "")]]


def texts_in(message: SwaMessage, name: str) -> list[str]:
    """Return the texts of every element called *name* in the body that is not empty."""
    return [text for e in message.body.iter(f"{{*}}{name}") if (text := plain_text(e))]
