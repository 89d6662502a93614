"""The SOAP contract by hand: envelopes as text, inline, MTOM and swaRef (schemas/axis).

Standards: SOAP 1.1 and 1.2; MTOM; WS-I Attachments Profile 1.0; RFC 7617 for the credential.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from lxml import etree

from connectors.conformance.exchange import Exchange, HttpAnswer, HttpRequest
from connectors.conformance.letter import Letter, Status, date_of, edxml, status_edxml, time_of
from connectors.conformance.mime import Part, parts_of, related
from connectors.conformance.peer import (
    Broken,
    Delivery,
    Got,
    Listed,
    TurnedAway,
    Waiting,
    first,
    got_in,
    text_in,
    tree_of,
)
from connectors.conformance.subject import Access

CONTRACT = "urn:congvan:axis:1"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
XOP = "http://www.w3.org/2004/08/xop/include"
TEXT_XML = "text/xml; charset=utf-8"
SOAP_XML = "application/soap+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Message:
    """A request as it is sent."""

    body: bytes
    media_type: str
    action: str = ""

    def damaged(self, old: bytes, new: bytes) -> "Message":
        """Return the request with *new* for *old*, in the body or else in its media type."""
        if old in self.body:
            return replace(self, body=self.body.replace(old, new))
        told = self.media_type.replace(old.decode(), new.decode())
        return replace(self, media_type=told)


def envelope(body: str, header: str = "", soap: str = SOAP11) -> bytes:
    """Return an envelope; *body* is in the contract's namespace unless it says otherwise."""
    head = f"<S:Header>{header}</S:Header>" if header else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="{soap}" xmlns="{CONTRACT}">'
        f"{head}<S:Body>{body}</S:Body></S:Envelope>"
    ).encode()


def element(name: str, text: object) -> str:
    """Return an element."""
    return f"<{name}>{escape(str(text))}</{name}>"


def members(**values: object) -> str:
    """Return elements, `_` behind a name taken off."""
    return "".join(element(name.rstrip("_"), text) for name, text in values.items() if text != "")


def send_body(letter: Letter, data: bytes, content: str, message_id: str = "") -> str:
    """Return SendDocument around *content*, its last element."""
    moment = f"{date_of(letter.at).replace('/', '-')}T{time_of(letter.at)[11:]}+07:00"
    to = "".join(element("to", code) for code in letter.to)
    fields = members(sentAt=moment, urgency=letter.priority, sha256=_sha256(data))
    head = element("messageId", message_id or letter.message_id) + element("from", letter.sender)
    return f"<SendDocument>{head}{to}{fields}{content}</SendDocument>"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plain(body: str, operation: str, *, soap: str = SOAP11, header: str = "") -> Message:
    """Return a request without attachments."""
    media_type = TEXT_XML if soap == SOAP11 else SOAP_XML
    action = f"{CONTRACT}/{operation}" if soap == SOAP11 else ""
    return Message(envelope(body, header, soap), media_type, action)


def inline(letter: Letter, *, soap: str = SOAP11, message_id: str = "") -> Message:
    """Return SendDocument with its content as base64."""
    data = edxml(letter)
    content = element("edxml", base64.b64encode(data).decode())
    return plain(send_body(letter, data, content, message_id), "SendDocument", soap=soap)


def mtom(letter: Letter, *, soap: str = SOAP11, href: str = "cid:f1@t") -> Message:
    """Return SendDocument with its content as an XOP part."""
    data = edxml(letter)
    include = f'<edxml><xop:Include xmlns:xop="{XOP}" href="{href}"/></edxml>'
    root = envelope(send_body(letter, data, include), soap=soap)
    kind = "text/xml" if soap == SOAP11 else "application/soap+xml"
    body, media_type = related(
        f'application/xop+xml; charset=UTF-8; type="{kind}"',
        root,
        [Part("f1@t", data)],
        f'type="application/xop+xml"; start-info="{kind}"',
    )
    return Message(body, media_type, f"{CONTRACT}/SendDocument" if soap == SOAP11 else "")


def swaref(letter: Letter) -> Message:
    """Return SendDocument whose content is an attachment that it names."""
    data = edxml(letter)
    root = envelope(send_body(letter, data, element("edxmlRef", "cid:f1@t")))
    body, media_type = related(TEXT_XML, root, [Part("f1@t", data)], 'type="text/xml"')
    return Message(body, media_type, f"{CONTRACT}/SendDocument")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no fault."""

    http: HttpAnswer
    root: etree._Element
    parts: dict[str, bytes]

    @property
    def body(self) -> etree._Element:
        """The Body's child."""
        found = first(self.root, "Body")
        if found is None or not len(found):
            raise Broken("Body rỗng / is empty")
        return found[0]


class SoapPeer:
    """Calls the system under test."""

    def __init__(self, exchange: Exchange, access: Access | None) -> None:
        self.exchange, self.access = exchange, access

    def headers(self, message: Message) -> list[tuple[str, str]]:
        """Return a request's HTTP headers."""
        headers = [("Content-Type", message.media_type)]
        if message.action:
            headers.append(("SOAPAction", f'"{message.action}"'))
        if self.access is not None:
            pair = f"{self.access.system_id}:{self.access.secret}".encode()
            headers.append(("Authorization", f"Basic {base64.b64encode(pair).decode()}"))
        return headers

    def raw(self, message: Message, cut: int | None = None) -> HttpAnswer:
        """Send *message*."""
        path = self.exchange.path or "/"
        return self.exchange.ask("POST", path, self.headers(message), message.body, cut=cut)

    def post(self, message: Message, cut: int | None = None) -> Answer:
        """Send *message* and return its answer.

        Raises:
            TurnedAway: it is a fault, or an HTTP error that says no.
            Broken: it is no SOAP.
        """
        return answer_of(self.raw(message, cut))

    def call(self, operation: str, body: str, *, soap: str = SOAP11, header: str = "") -> Answer:
        """Ask for *operation* with its members *body*."""
        asked = f"<{operation}>{body}</{operation}>"
        return self.post(plain(asked, operation, soap=soap, header=header))

    def send(self, letter: Letter) -> str:
        """Send a document."""
        return axis_id_of(self.post(mtom(letter)))

    def tell(self, status: Status) -> None:
        """Send a status."""
        data = base64.b64encode(status_edxml(status)).decode()
        inside = members(
            messageId=status.message_id,
            from_=status.sender,
            to=status.organ,
            documentId=status.document_id,
            statusCode=status.code,
            edxml=data,
        )
        answer = self.call("UpdateStatus", element_of("status", inside))
        fault = first(answer.body, "fault")
        if fault is not None:
            raise TurnedAway(text_in(fault, "code"), text_in(fault, "description"), 200)

    def rows(self, operation: str, body: str, row: str = "document") -> list[etree._Element]:
        """Return the rows of a list."""
        return list(self.call(operation, body).body.iterfind(f"{{{CONTRACT}}}{row}"))

    def waiting(self, agency: str) -> list[Waiting]:
        """Return what waits."""
        return self._waiting(agency, "edoc")

    def _waiting(self, agency: str, kind: str) -> list[Waiting]:
        rows = self.rows("GetPendingDocumentIds", members(agency=agency, kind=kind, max=5000))
        return [Waiting(text_in(row, "axisId"), text_in(row, "from")) for row in rows]

    def fetch(self, agency: str, handle: str) -> Got:
        """Return a document."""
        data = self.content(agency, handle)
        return got_in(tree_of(data, "GetDocument"), data)

    def content(self, agency: str, handle: str, *, soap: str = SOAP11) -> bytes:
        """Return a message's bytes, in whatever form they come."""
        body = members(agency=agency, axisId=handle)
        answer = self.call("GetDocument", body, soap=soap)
        document = first(answer.body, "document")
        data = content_in(document, answer.parts)
        if _sha256(data) != text_in(document, "sha256"):
            raise Broken("sha256 không khớp nội dung / is not the content's")
        return data

    def fetching(self, agency: str, handle: str) -> HttpRequest:
        """Return the request for a document."""
        asked = element_of("GetDocument", members(agency=agency, axisId=handle))
        message = plain(asked, "GetDocument")
        path = self.exchange.path or "/"
        return HttpRequest("POST", path, self.headers(message), message.body)

    def confirm(self, agency: str, handle: str, got: Got) -> None:
        """Say that it is stored."""
        self.receipt(agency, handle, _sha256(got.raw))

    def receipt(self, agency: str, handle: str, sha256: str) -> None:
        """Confirm under a digest."""
        inside = members(axisId=handle, sha256=sha256)
        body = members(agency=agency) + element_of("receipt", inside)
        self.call("ConfirmReceived", body)

    def reject(self, agency: str, handle: str, reason: str) -> None:
        """Say that it cannot be read."""
        self.call("RejectReceived", members(agency=agency, axisId=handle, reason=reason))

    def statuses(self, agency: str, tag: str) -> list[Got]:
        """Return the statuses that wait, and take out those that are about *tag*."""
        found = []
        for entry in self._waiting(agency, "status"):
            got = self.fetch(agency, entry.handle)
            if tag in got.about:
                self.confirm(agency, entry.handle, got)
                found.append(got)
        return found

    def deliveries(self, agency: str, axis_id: str) -> list[Delivery]:
        """Return the entries of one message."""
        rows = self.rows("GetSentDocuments", members(agency=agency, kind="edoc"))
        return [
            Delivery(text_in(row, "to"), text_in(row, "state"), text_in(row, "note"), axis_id)
            for row in rows
            if text_in(row, "axisId") == axis_id
        ]

    def agencies(self) -> list[Listed]:
        """Return the catalogue's first page."""
        return [
            Listed(text_in(row, "organId"), text_in(row, "name"), text_in(row, "oldOrganId"))
            for row in self.rows("GetAgencies", "", "agency")
        ]


def element_of(name: str, inside: str) -> str:
    """Return an element around elements."""
    return f"<{name}>{inside}</{name}>"


def answer_of(http: HttpAnswer) -> Answer:
    """Return an answer.

    Raises:
        TurnedAway: it is a fault, or an HTTP error that says no.
        Broken: it is no SOAP.
    """
    parts: dict[str, bytes] = {}
    data = http.body
    if http.media_type.startswith("multipart/related"):
        data, parts = parts_of(http)
    if not re.match(rb"\s*<", data[:64].removeprefix(b"\xef\xbb\xbf")) or b"nvelope" not in data:
        if 400 <= http.status < 500:
            raise TurnedAway(str(http.status), "", http.status)
        raise Broken(f"HTTP {http.status}, không phải SOAP / no SOAP: {data[:80]!r}")
    root = tree_of(data, f"HTTP {http.status}")
    fault = first(root, "Fault")
    if fault is not None:
        raise fault_of(fault, http.status)
    if http.status != 200:
        raise Broken(f"HTTP {http.status} không kèm lỗi SOAP / without a SOAP fault")
    return Answer(http, root, parts)


def fault_of(fault: etree._Element, status: int) -> TurnedAway:
    """Return what a fault says: its typed code, else SOAP's own."""
    typed = first(fault, "AxisFault")
    text = text_in(fault, "faultstring") or text_in(fault, "Reason", "Text")
    if typed is not None:
        return TurnedAway(text_in(typed, "code"), text, status)
    code = text_in(fault, "faultcode") or text_in(fault, "Code", "Value")
    return TurnedAway(code.rpartition(":")[2], text, status)


def axis_id_of(answer: Answer) -> str:
    """Return the id that SendDocument answered.

    Raises:
        Broken: there is none.
    """
    found = text_in(answer.body, "axisId")
    if not found:
        raise Broken("SendDocument: không có / without axisId")
    return found


def content_in(document: etree._Element | None, parts: dict[str, bytes]) -> bytes:
    """Return a document's content, inline or as a part.

    Raises:
        Broken: there is none.
    """
    if document is None:
        raise Broken("không có / without document")
    include = first(document, "Include")
    reference = text_in(document, "edxmlRef")
    name = include.get("href", "") if include is not None else reference
    if name:
        found = parts.get(name.removeprefix("cid:").replace("%40", "@"))
        if found is None:
            raise Broken(f"không có phần MIME / without the part {name}")
        return found
    try:
        return base64.b64decode("".join(text_in(document, "edxml").split()), validate=True)
    except (binascii.Error, ValueError):
        raise Broken("edxml không phải base64 / is not base64") from None
