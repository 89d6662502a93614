"""Writes edXML exactly in the pattern of the national SDK's own samples (axis.md §4 and §7).

Default namespace on the root, prefix `edXML` from the envelope on, none on
`AttachmentEncoded` and below but for `edXML:ContentTransferEncoded`; element
order of axis.md §4.2; no Signature unless a partner demands one (axis.md §8).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from pydantic import ValidationError

from connectors.edxml.elements import message_header, organization, staff, trace
from connectors.edxml.layout import Layout
from connectors.edxml.outgoing import OutgoingFile, Packed, packed
from connectors.edxml.style import JAVA_SDK, WriterStyle
from connectors.errors import FieldInvalid
from schemas.edxml import NAMESPACE, Edoc, StatusMessage
from schemas.edxml.path import place
from schemas.edxml.validity import first_fault

_CONTENT = f'<edXML:ContentTransferEncoded xmlns:edXML="{NAMESPACE}">'


@contextmanager
def field_errors() -> Iterator[None]:
    """Turn what pydantic says of a message's fields into the office's error.

    Raises:
        FieldInvalid: for the first field that cannot go out.
    """
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = place(first) or error.title
        raise FieldInvalid(path, first["msg"].removeprefix("Value error, ")) from None


def write_edoc(
    message: Edoc, files: Sequence[OutgoingFile], *, style: WriterStyle = JAVA_SDK
) -> bytes:
    """Return the whole message; the same arguments always give the same bytes.

    Raises:
        FieldInvalid: a field or a file cannot go out.
    """
    sink = _Pieces()
    write_edoc_to(sink, message, files, style=style)
    return b"".join(sink.pieces)


class _Pieces:
    """Keeps what is written as it comes: a buffer that grows costs more than one join."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> None:
        self.pieces.append(piece)


class ByteSink(Protocol):
    """Takes bytes in order, as a binary file does."""

    def write(self, piece: bytes, /) -> object:
        """Take the next piece."""
        ...


def write_edoc_to(
    sink: ByteSink,
    message: Edoc,
    files: Sequence[OutgoingFile],
    *,
    style: WriterStyle = JAVA_SDK,
) -> None:
    """Write the message to *sink* piece by piece; files never lie in memory whole.

    Everything but the files' content is checked by our own XSD before the first byte goes.

    Raises:
        FieldInvalid: a field or a file cannot go out; *sink* holds a part then only when a file
            cannot be read to its end.
    """
    with field_errors():
        message = Edoc.model_validate(message)
        ready = [
            packed(file, message.document_id, number, style)
            for number, file in enumerate(files, start=1)
        ]
    layout = Layout(style)
    _start(layout)
    message_header(layout, message)
    trace(layout, message.trace, message.business, message.document_id)
    if style.signature:
        layout.raw(style.signature)
    layout.end()
    _manifest(layout, ready)
    layout.end()
    pieces = _attachments(layout, ready)
    _ensure_valid(b"".join(pieces))
    sink.write(pieces[0])
    for file, piece in zip(ready, pieces[1:], strict=True):
        file.encode_to(sink.write)
        sink.write(piece)


def write_status(message: StatusMessage, *, style: WriterStyle = JAVA_SDK) -> bytes:
    """Return the whole message: a header and nothing else (axis.md §7).

    Raises:
        FieldInvalid: a field cannot go out.
    """
    with field_errors():
        message = StatusMessage.model_validate(message)
    layout = Layout(style)
    _start(layout)
    layout.start("edXML:MessageHeader")
    organization(layout, "edXML:From", message.sender, name_first=True)
    answer = message.response_for
    layout.start("edXML:ResponseFor")
    layout.leaf("edXML:OrganId", answer.organ_id)
    layout.optional("edXML:Code", answer.code)
    layout.optional("edXML:PromulgationDate", layout.date(answer.promulgation_date))
    layout.leaf("edXML:DocumentId", answer.document_id)
    layout.end()
    if message.staff is not None:
        staff(layout, message.staff, mobile_first=True)
    layout.leaf("edXML:StatusCode", message.status_code)
    layout.optional("edXML:Description", message.description)
    layout.leaf("edXML:Timestamp", layout.time(message.timestamp))
    for _ in range(4):
        layout.end()
    content = layout.taken()
    _ensure_valid(content)
    return content


def _ensure_valid(content: bytes) -> None:
    fault = first_fault(content)
    if fault is not None:
        raise FieldInvalid(*fault)


def _start(layout: Layout) -> None:
    layout.start("edXML", f' xmlns="{NAMESPACE}"')
    layout.start("edXML:edXMLEnvelope", f' xmlns:edXML="{NAMESPACE}"')
    layout.start("edXML:edXMLHeader")


def _manifest(layout: Layout, files: Sequence[Packed]) -> None:
    layout.start("edXML:edXMLBody")
    layout.start("edXML:edXMLManifest", ' version="1.0"')
    for file in files:
        content_id = f"cid:{file.reference.content_id}"
        layout.start("edXML:Reference", layout.style.reference_attributes(content_id))
        layout.leaf("edXML:ContentId", content_id)
        layout.leaf("edXML:ContentType", file.reference.content_type)
        layout.optional("edXML:Description", file.reference.description)
        layout.leaf("edXML:AttachmentName", file.reference.attachment_name)
        layout.end()
    layout.end()
    layout.end()


def _attachments(layout: Layout, files: Sequence[Packed]) -> list[bytes]:
    """Return the message in pieces; between two of them goes the content of one file."""
    pieces = []
    if files:
        layout.start("AttachmentEncoded")
    for file in files:
        cid = "cid:" if layout.style.attachment_cid else ""
        layout.start("Attachment")
        layout.leaf("ContentId", f"{cid}{file.reference.content_id}")
        layout.leaf("AttachmentName", file.reference.attachment_name)
        layout.optional("Description", file.reference.description)
        layout.leaf("ContentType", file.reference.content_type)
        layout.raw(_CONTENT)
        pieces.append(layout.taken()[:-2])
        layout.follow("</edXML:ContentTransferEncoded>")
        layout.end()
    if files:
        layout.end()
    layout.end()
    return [*pieces, layout.taken()]
