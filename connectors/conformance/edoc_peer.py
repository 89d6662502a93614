"""The SOAP dialect of provincial axes by hand: eight actions, a MIME part a file (axis.md §12)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from lxml import etree

from connectors.conformance.case import NotApplicable
from connectors.conformance.exchange import Exchange, HttpAnswer, HttpRequest
from connectors.conformance.letter import (
    EDOC,
    File,
    Letter,
    Status,
    message_header,
    status_members,
    time_of,
    trace_list,
)
from connectors.conformance.mime import Part, related
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
)
from connectors.conformance.soap_peer import SOAP11, SOAP_XML, TEXT_XML, Answer, Message, answer_of
from connectors.conformance.subject import Access


def envelope(header: str, body: str, *, soap: str = SOAP11, namespace: str = EDOC) -> bytes:
    """Return an envelope; the prefix edXML is bound to *namespace*."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="{soap}"'
        f' xmlns:edXML="{namespace}" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<S:Header>{header}</S:Header><S:Body>{body}</S:Body></S:Envelope>"
    ).encode()


def token_header(agency: str, token: str, name: str = "Signature") -> str:
    """Return the credential of a letter or a status."""
    inside = f"<edXML:OrganId>{escape(agency)}</edXML:OrganId>"
    inside += f"<edXML:Token>{escape(token)}</edXML:Token>"
    return f"<edXML:{name}><edXML:KeyInfo>{inside}</edXML:KeyInfo></edXML:{name}>"


def manifest(files: Sequence[File], name: str = "Manifest") -> str:
    """Return the body's list of files."""
    references = "".join(
        f'<edXML:Reference xlink:href="cid:f{place}"><edXML:AttachmentName>{escape(file.name)}'
        "</edXML:AttachmentName><edXML:Description>Thử</edXML:Description></edXML:Reference>"
        for place, file in enumerate(files)
    )
    return f"<edXML:{name}>{references}</edXML:{name}>"


def simple(action: str, fields: Mapping[str, str], soap: str = SOAP11) -> Message:
    """Return a request whose elements have no namespace; empty ones are left out."""
    name = f"{action}Request" if action.startswith("Get") and action != "GetTraces" else action
    inside = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in fields.items() if text)
    body = envelope("", f"<{name}>{inside}</{name}>", soap=soap)
    return Message(body, TEXT_XML if soap == SOAP11 else SOAP_XML, action)


class EdocPeer:
    """Calls the system under test."""

    def __init__(
        self, exchange: Exchange, access: Access | None, began: datetime, agency: str
    ) -> None:
        """*began*: since when traces are asked for; *agency*: who asks for the catalogue."""
        self.exchange = exchange
        self._agency = agency
        self.token = access.secret if access is not None else "khong-can-token"
        self._began = began

    def raw(self, message: Message, cut: int | None = None) -> HttpAnswer:
        """Send *message*."""
        headers = [("Content-Type", message.media_type)]
        if message.action:
            headers.append(("SOAPAction", message.action))
        return self.exchange.ask("POST", self.exchange.path or "/", headers, message.body, cut=cut)

    def post(self, message: Message, cut: int | None = None) -> Answer:
        """Send *message* and return its answer.

        Raises:
            TurnedAway: its report, or a fault, says no.
            Broken: it is neither.
        """
        answer = answer_of(self.raw(message, cut))
        report = first(answer.body, "Report")
        if report is not None and text_in(report, "IsSuccess").lower() not in ("true", "1"):
            error = first(report, "Error")
            code = text_in(error, "Code") or "?"
            raise TurnedAway(code, text_in(error, "Description"), answer.http.status)
        return answer

    def ask(
        self, action: str, agency: str, *, token: str | None = None, soap: str = SOAP11, **more: str
    ) -> Answer:
        """Make a simple request: elements without namespace."""
        given = self.token if token is None else token
        return self.post(simple(action, {"OrganId": agency, "Token": given, **more}, soap))

    def fetching(self, agency: str, handle: str) -> HttpRequest:
        """Return the request for a document."""
        fields = {"OrganId": agency, "Token": self.token, "documentId": handle}
        message = simple("GetDocument", fields)
        headers = [("Content-Type", message.media_type), ("SOAPAction", message.action)]
        return HttpRequest("POST", self.exchange.path or "/", headers, message.body)

    def permission(self, agency: str, token: str | None = None) -> Answer:
        """CheckPermission, whose credential lies in the header."""
        given = self.token if token is None else token
        inside = f"<edXML:OrganId>{escape(agency)}</edXML:OrganId>"
        inside += f"<edXML:Token>{escape(given)}</edXML:Token>"
        header = f"<edXML:CheckPermission>{inside}</edXML:CheckPermission>"
        body = envelope(header, "<CheckPermission/>")
        return self.post(Message(body, TEXT_XML, "CheckPermission"))

    def letter(
        self,
        letter: Letter,
        *,
        namespace: str = EDOC,
        soap: str = SOAP11,
        encoding: str = "base64",
        token: str | None = None,
        said: tuple[tuple[str, str], ...] = (),
    ) -> Message:
        """Return SendDocument; *said*: what is put in place of what, in the envelope."""
        given = self.token if token is None else token
        header = message_header(letter) + trace_list(letter) + "<edXML:ErrorList/>"
        header += token_header(letter.sender, given)
        root = envelope(header, manifest(letter.files), soap=soap, namespace=namespace).decode()
        for old, new in said:
            root = root.replace(old, new)
        parts = [
            Part(f"f{place}", file.data, encoding, file.media_type)
            for place, file in enumerate(letter.files)
        ]
        kind = "text/xml" if soap == SOAP11 else "application/soap+xml"
        body, media_type = related(f"{kind}; charset=utf-8", root.encode(), parts, f'type="{kind}"')
        if soap != SOAP11:
            media_type += '; action="SendDocument"'
        return Message(body, media_type, "SendDocument" if soap == SOAP11 else "")

    def send(self, letter: Letter) -> str:
        """Send a document."""
        return document_id_of(self.post(self.letter(letter)))

    def status(self, status: Status, token: str | None = None) -> Message:
        """Return UpdateTraces."""
        given = self.token if token is None else token
        body = f"<edXML:Status>{status_members(status)}</edXML:Status>"
        return Message(envelope(token_header(status.sender, given), body), TEXT_XML, "UpdateTraces")

    def tell(self, status: Status) -> None:
        """Send a status."""
        self.post(self.status(status))

    def waiting(self, agency: str) -> list[Waiting]:
        """Return what waits; the wire does not say from whom."""
        answer = self.ask("GetPendingDocumentIds", agency)
        return [Waiting(text_of(e), "") for e in answer.body.iter("{*}DocumentId")]

    def fetch(self, agency: str, handle: str) -> Got:
        """Return a document with its files."""
        return got_of(self.ask("GetDocument", agency, documentId=handle))

    def confirm(self, agency: str, handle: str, got: Got) -> None:
        """Say that it is stored."""
        self.ask("ConfirmReceived", agency, documentId=handle)

    def reject(self, agency: str, handle: str, reason: str) -> None:
        """The wire has no such call."""
        raise NotApplicable("eDoc: không có thao tác này / has no such call")

    def traces(self, agency: str, since: str) -> list[etree._Element]:
        """Return the `Status` elements since a moment."""
        return list(self.ask("GetTraces", agency, TimeStamp=since).body.iter("{*}Status"))

    def statuses(self, agency: str, tag: str) -> list[Got]:
        """Return the traces about *tag* since the suite began; nothing takes them out."""
        found = (got_in(trace) for trace in self.traces(agency, time_of(self._began)))
        return [got for got in found if tag in got.about]

    def deliveries(self, agency: str, axis_id: str) -> list[Delivery]:
        """The wire has no such list."""
        raise NotApplicable("eDoc: không có danh sách đã gửi / has no list of what was sent")

    def agencies(self) -> list[Listed]:
        """Return the catalogue, which is asked for in an agency's name and has no old codes."""
        rows = self.ask("GetOrganizations", self._agency).body.iter("{*}Organization")
        return [Listed(text_in(row, "OrganId"), text_in(row, "OrganName")) for row in rows]


def text_of(element: etree._Element) -> str:
    """Return an element's trimmed text."""
    return (element.text or "").strip()


def got_of(answer: Answer) -> Got:
    """Return the document that an answer holds."""
    return got_in(answer.root, files=list(answer.parts.values()))


def document_id_of(answer: Answer) -> str:
    """Return the number that SendDocument answered.

    Raises:
        Broken: there is none.
    """
    element = first(answer.body, "DocumentId")
    number = text_of(element) if element is not None else ""
    if not number:
        raise Broken("SendDocument: không có / without DocumentId")
    return number
