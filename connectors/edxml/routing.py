"""Where a message goes and what it is about, read from its header alone (axis.md §4 and §7).

For the hub, which routes a message without opening it: parsing stops where the header
ends, so that the files behind it cost nothing. Prefixes, order, both namespaces, both
spellings of Bussiness and the SOAP form (axis.md §12.1) are taken as they come.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lxml import etree

from connectors.axis import MessageKind
from connectors.edxml.fields import local_name, plain_text
from connectors.edxml.prolog import BOM, junk_before
from connectors.edxml.refusal import translated
from connectors.errors import (
    KindUnsupported,
    WrongRoot,
)
from schemas.codes import BusinessType, Priority
from schemas.edxml import NAMESPACE, OLD_NAMESPACE
from schemas.xml import Limits, Sink, StreamParser, XmlRefused

_SOAP = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
_NAMESPACES = (NAMESPACE, OLD_NAMESPACE)
_HEADERS = [f"{{{uri}}}edXMLHeader" for uri in _NAMESPACES] + ["edXMLHeader"]
_HEADERS += [f"{{{uri}}}Header" for uri in _SOAP]
_STATUSES = [f"{{{uri}}}Status" for uri in _NAMESPACES] + ["Status"]
_BODIES = [f"{{{uri}}}Body" for uri in _SOAP]
_CHUNK = 4 << 10
_LONGEST = 200
"""Characters of a code or an id that says where a message goes."""
STATUS_CODE = re.compile(r"[0-9]{2}")
"""What a status's code looks like; which ones there are, its recipient judges."""
_LIMITS = Limits(size=64 << 20, text=4 << 20, depth=32)
"""Of a header; one that is larger is none."""


@dataclass(frozen=True, slots=True)
class About:
    """`ResponseFor`: the document that a status or an answer speaks of; members may be empty."""

    organ_id: str = ""
    document_id: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Addressed:
    """What the header says of the way; texts are trimmed and otherwise as they came."""

    kind: MessageKind
    sender: str
    """`From/OrganId`; empty when absent."""
    recipients: tuple[str, ...]
    """`To/OrganId`, each once; of a status, the agency it is about (axis.md §7)."""
    document_id: str
    """The message's own; empty for a status."""
    business_type: BusinessType
    """NEW for a status too."""
    status_code: str
    """Empty for a document."""
    about: About
    """The first `ResponseFor` that says anything."""
    urgency: int = 0
    """`OtherInfo/Priority`, 0 to 4."""

    def message_id(self, sha256: str) -> str:
        """Return the id of a message on a wire that has none, *sha256* being its content's.

        A repeat gets the same id; so does a document of the same DocumentId and business
        type with other content, which is then refused as another one.
        """
        if not self.document_id:
            return sha256
        message_id = f"{self.document_id}#{self.business_type.value}"
        if len(message_id) <= _LONGEST:
            return message_id
        digest = hashlib.sha256(self.document_id.encode()).hexdigest()
        return f"{digest}#{self.business_type.value}"


def addressed(data: bytes | Path | IO[bytes]) -> Addressed:
    """Return where the message in *data* goes: bytes, a file's path, or a file from its start on.

    Raises:
        EnvelopeInvalid: the header cannot be understood; the subclass says why. Nothing else is
            raised, but for OSError when the file cannot be read.
    """
    message, trace = header_of(data)
    children = {local_name(child): child for child in reversed(message)}
    about = next(filter(_says_anything, map(_about, _all(message, "ResponseFor"))), About())
    sender = _text(message, "From", "OrganId")
    if "StatusCode" in children:
        code = plain_text(children["StatusCode"])
        to = (about.organ_id,) if about.organ_id else ()
        return Addressed(MessageKind.STATUS, sender, to, "", BusinessType.NEW, code, about)
    document_id = plain_text(children.get("DocumentId"))
    if not sender and not document_id:
        raise KindUnsupported("không có / without From, DocumentId, StatusCode")
    recipients = (_text(to, "OrganId") for to in _all(message, "To"))
    return Addressed(
        kind=MessageKind.EDOC,
        sender=sender,
        recipients=tuple(dict.fromkeys(filter(None, recipients))),
        document_id=document_id,
        business_type=_business_type(trace),
        status_code="",
        about=about,
        urgency=_urgency(_text(message, "OtherInfo", "Priority")),
    )


def header_of(data: bytes | Path | IO[bytes]) -> tuple[etree._Element, etree._Element | None]:
    """Return MessageHeader, or SOAP's Status, and TraceHeaderList.

    Raises:
        EnvelopeInvalid: as `addressed` does.
    """
    try:
        return _header(data)
    except XmlRefused as refused:
        raise translated(refused) from None


def _header(data: bytes | Path | IO[bytes]) -> tuple[etree._Element, etree._Element | None]:
    parser = StreamParser((), _never, watch=[*_HEADERS, *_STATUSES], limits=_LIMITS)
    for chunk in _trimmed(_chunks(data)):
        wrong: XmlRefused | None = None
        try:
            parser.feed(chunk)
        except XmlRefused as refused:
            wrong = refused
        while parser.ended:
            ended = parser.ended.pop()
            found = _within(ended)
            # SOAP's Status lies in the body; anywhere else it is somebody's own element
            if found is not None and (found[0] is not ended or _is_body(ended.getparent())):
                _check_root(ended)
                if parser.unsound is not None:
                    raise parser.unsound
                return found  # what is wrong behind the header is not judged here
        if wrong is not None:
            raise wrong
    root = parser.close()
    _check_root(root)
    found = _within(root)
    if found is None:
        raise KindUnsupported("không có / without MessageHeader")
    return found


def _within(element: etree._Element) -> tuple[etree._Element, etree._Element | None] | None:
    message = next(element.iter("{*}MessageHeader", "{*}Status"), None)
    if message is None:
        return None
    return message, next(element.iter("{*}TraceHeaderList"), None)


def _is_body(element: etree._Element | None) -> bool:
    return element is not None and element.tag in _BODIES


def _check_root(element: etree._Element) -> None:
    *_, root = element, *element.iterancestors()
    uri, name = etree.QName(root).namespace, local_name(root)
    ours = uri in (*_NAMESPACES, None) and name.lower() in ("edxml", "edxmlenvelope")
    if not ours and not (uri in _SOAP and name == "Envelope"):
        raise WrongRoot(str(root.tag)[:_LONGEST])


def _never(element: etree._Element) -> Sink:
    raise AssertionError(element.tag)


def _chunks(data: bytes | Path | IO[bytes]) -> Iterator[bytes]:
    if isinstance(data, bytes):
        for start in range(0, len(data), _CHUNK):
            yield data[start : start + _CHUNK]
    elif isinstance(data, Path):
        with data.open("rb") as file:
            yield from _chunks(file)
    else:
        while chunk := data.read(_CHUNK):
            yield chunk


def _trimmed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"").removeprefix(BOM)
    yield first[junk_before(first) :]
    yield from chunks


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if local_name(child) == name)


def _text(element: etree._Element | None, *path: str) -> str:
    for name in path:
        if element is None:
            return ""
        element = next(_all(element, name), None)
    return plain_text(element)


def _about(element: etree._Element) -> About:
    return About(*(_text(element, name) for name in ("OrganId", "DocumentId", "Code")))


def _says_anything(about: About) -> bool:
    return about != About()


def _business_type(trace: etree._Element | None) -> BusinessType:
    """Return what is asked for; a missing Bussiness is a new document (axis.md §4.3)."""
    for element in trace if trace is not None else ():
        if local_name(element) in ("Bussiness", "Business"):
            kind = _text(element, "BussinessDocType") or _text(element, "BusinessDocType") or "0"
            if kind not in {str(known.value) for known in BusinessType}:
                raise KindUnsupported(f"nghiệp vụ lạ / unknown BussinessDocType {kind[:20]!r}")
            return BusinessType(int(kind))
    return BusinessType.NEW


def _urgency(text: str) -> int:
    known = {str(known.value): known.value for known in Priority}
    return known.get(text, 0)
