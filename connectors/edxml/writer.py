"""Writes edXML exactly in the pattern of the national SDK's own samples (axis.md §4 and §7).

Default namespace on the root, prefix `edXML` from the envelope on, none on
`AttachmentEncoded` and below but for `edXML:ContentTransferEncoded`; element
order of axis.md §4.2; no Signature, which nobody verifies (axis.md §8).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO

from pydantic import ValidationError

from connectors.edxml.elements import message_header, organization, staff, trace
from connectors.edxml.layout import Layout, wire_date, wire_time
from connectors.edxml.outgoing import RAW, OutgoingFile, Packed, packed
from connectors.errors import FieldInvalid
from schemas.edxml import (
    NAMESPACE,
    Edoc,
    Reference,
    StatusMessage,
)
from schemas.edxml.path import wire_path

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
        path = wire_path(first["loc"]) or error.title
        raise FieldInvalid(path, first["msg"].removeprefix("Value error, ")) from None


def write_edoc(message: Edoc, files: Sequence[OutgoingFile], *, raw: frozenset[str] = RAW) -> bytes:
    """Return the whole message; the same arguments always give the same bytes.

    Raises:
        FieldInvalid: a field or a file cannot go out.
    """
    sink = BytesIO()
    write_edoc_to(sink, message, files, raw=raw)
    return sink.getvalue()


def write_edoc_to(
    sink: BinaryIO, message: Edoc, files: Sequence[OutgoingFile], *, raw: frozenset[str] = RAW
) -> None:
    """Write the message to *sink* piece by piece; files never lie in memory whole.

    *raw* are the extensions that travel unzipped.

    Raises:
        FieldInvalid: a field or a file cannot go out; *sink* may hold a part then.
    """
    with field_errors():
        message = Edoc.model_validate(message)
        ready = [
            packed(file, message.document_id, number, raw)
            for number, file in enumerate(files, start=1)
        ]
    layout = Layout()
    _start(layout)
    message_header(layout, message)
    trace(layout, message.trace, message.business)
    layout.end()
    _manifest(layout, ready)
    layout.end()
    _attachments(layout, ready, sink)
    layout.end()
    sink.write(layout.taken())


def write_status(message: StatusMessage) -> bytes:
    """Return the whole message: a header and nothing else (axis.md §7).

    Raises:
        FieldInvalid: a field cannot go out.
    """
    with field_errors():
        message = StatusMessage.model_validate(message)
    layout = Layout()
    _start(layout)
    layout.start("edXML:MessageHeader")
    organization(layout, "edXML:From", message.sender, name_first=True)
    answer = message.response_for
    layout.start("edXML:ResponseFor")
    layout.leaf("edXML:OrganId", answer.organ_id)
    layout.optional("edXML:Code", answer.code)
    layout.optional("edXML:PromulgationDate", wire_date(answer.promulgation_date))
    layout.leaf("edXML:DocumentId", answer.document_id)
    layout.end()
    if message.staff is not None:
        staff(layout, message.staff, mobile_first=True)
    layout.leaf("edXML:StatusCode", message.status_code)
    layout.optional("edXML:Description", message.description)
    layout.leaf("edXML:Timestamp", wire_time(message.timestamp))
    for _ in range(4):
        layout.end()
    return layout.taken()


def _start(layout: Layout) -> None:
    layout.start("edXML", f' xmlns="{NAMESPACE}"')
    layout.start("edXML:edXMLEnvelope", f' xmlns:edXML="{NAMESPACE}"')
    layout.start("edXML:edXMLHeader")


def _manifest(layout: Layout, files: Sequence[Packed]) -> None:
    layout.start("edXML:edXMLBody")
    layout.start("edXML:edXMLManifest", ' version="1.0"')
    for file in files:
        layout.start("edXML:Reference")
        _content_id(layout, file.reference, "edXML:")
        layout.leaf("edXML:ContentType", file.reference.content_type)
        layout.optional("edXML:Description", file.reference.description)
        layout.leaf("edXML:AttachmentName", file.reference.attachment_name)
        layout.end()
    layout.end()
    layout.end()


def _attachments(layout: Layout, files: Sequence[Packed], sink: BinaryIO) -> None:
    if not files:
        return
    layout.start("AttachmentEncoded")
    for file in files:
        layout.start("Attachment")
        _content_id(layout, file.reference, "")
        layout.leaf("AttachmentName", file.reference.attachment_name)
        layout.optional("Description", file.reference.description)
        layout.leaf("ContentType", file.reference.content_type)
        layout.raw(_CONTENT)
        sink.write(layout.taken()[:-2])
        file.encode_to(sink)
        sink.write(b"</edXML:ContentTransferEncoded>\r\n")
        layout.end()
    layout.end()


def _content_id(layout: Layout, reference: Reference, prefix: str) -> None:
    layout.leaf(f"{prefix}ContentId", f"cid:{reference.content_id}")
