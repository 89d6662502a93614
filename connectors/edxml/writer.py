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

from connectors.edxml.layout import Layout, wire_date, wire_flag, wire_time
from connectors.edxml.outgoing import RAW, OutgoingFile, Packed, packed
from connectors.errors import FieldInvalid
from schemas.edxml import (
    NAMESPACE,
    Business,
    BusinessDocumentInfo,
    Edoc,
    Organization,
    OtherInfo,
    Reference,
    ReplacementInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusMessage,
    TraceHeader,
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
    _message_header(layout, message)
    _trace(layout, message.trace, message.business)
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
    _organization(layout, "edXML:From", message.sender, name_first=True)
    answer = message.response_for
    layout.start("edXML:ResponseFor")
    layout.leaf("edXML:OrganId", answer.organ_id)
    layout.optional("edXML:Code", answer.code)
    layout.optional("edXML:PromulgationDate", wire_date(answer.promulgation_date))
    layout.leaf("edXML:DocumentId", answer.document_id)
    layout.end()
    if message.staff is not None:
        _staff(layout, message.staff, mobile_first=True)
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


def _message_header(layout: Layout, message: Edoc) -> None:
    layout.start("edXML:MessageHeader")
    _organization(layout, "edXML:From", message.sender)
    for recipient in message.recipients:
        _organization(layout, "edXML:To", recipient)
    layout.leaf("edXML:DocumentId", message.document_id)
    layout.start("edXML:Code")
    layout.leaf("edXML:CodeNumber", message.code.code_number)
    layout.leaf("edXML:CodeNotation", message.code.code_notation)
    layout.end()
    layout.start("edXML:PromulgationInfo")
    layout.leaf("edXML:Place", message.promulgation.place)
    layout.leaf("edXML:PromulgationDate", wire_date(message.promulgation.promulgation_date))
    layout.end()
    layout.start("edXML:DocumentType")
    layout.leaf("edXML:Type", message.document_type.type)
    layout.leaf("edXML:TypeDetail", message.document_type.type_detail)
    layout.leaf("edXML:TypeName", message.document_type.type_name)
    layout.end()
    layout.leaf("edXML:Subject", message.subject)
    layout.optional("edXML:Content", message.content)
    _signer(layout, message.signer)
    layout.optional("edXML:DueDate", wire_date(message.due_date))
    _other(layout, message.other)
    for answer in message.response_for:
        _response_for(layout, answer)
    layout.optional("edXML:SteeringType", message.steering_type)
    if message.to_places:
        layout.start("edXML:ToPlaces")
        for place in message.to_places:
            layout.leaf("edXML:Place", place)
        layout.end()
    layout.end()


def _organization(
    layout: Layout, name: str, organization: Organization, *, name_first: bool = False
) -> None:
    layout.start(name)
    layout.leaf("edXML:OrganId", organization.organ_id)
    pair = [
        ("edXML:OrganizationInCharge", organization.organization_in_charge),
        ("edXML:OrganName", organization.organ_name),
    ]
    for element, text in reversed(pair) if name_first else pair:
        layout.optional(element, text)
    layout.optional("edXML:OrganAdd", organization.organ_add)
    layout.optional("edXML:Email", organization.email)
    layout.optional("edXML:Telephone", organization.telephone)
    layout.optional("edXML:Fax", organization.fax)
    layout.optional("edXML:Website", organization.website)
    layout.end()


def _signer(layout: Layout, signer: SignerInfo) -> None:
    layout.start("edXML:SignerInfo")
    layout.optional("edXML:Competence", signer.competence)
    layout.optional("edXML:Position", signer.position)
    layout.leaf("edXML:FullName", signer.full_name)
    layout.end()


def _other(layout: Layout, other: OtherInfo) -> None:
    layout.start("edXML:OtherInfo")
    layout.leaf("edXML:Priority", int(other.priority))
    layout.optional("edXML:SphereOfPromulgation", other.sphere_of_promulgation)
    layout.optional("edXML:TyperNotation", other.typer_notation)
    layout.optional("edXML:PromulgationAmount", other.promulgation_amount)
    layout.optional("edXML:PageAmount", other.page_amount)
    if other.direction is not None:
        layout.leaf("edXML:Direction", str(other.direction).lower())
    if other.appendixes:
        layout.start("edXML:Appendixes")
        for appendix in other.appendixes:
            layout.leaf("edXML:Appendix", appendix)
        layout.end()
    layout.end()


def _response_for(layout: Layout, answer: ResponseFor) -> None:
    layout.start("edXML:ResponseFor")
    layout.leaf("edXML:OrganId", answer.organ_id)
    layout.optional("edXML:Code", answer.code)
    layout.leaf("edXML:DocumentId", answer.document_id)
    layout.optional("edXML:PromulgationDate", wire_date(answer.promulgation_date))
    layout.end()


def _trace(layout: Layout, hops: Sequence[TraceHeader], business: Business) -> None:
    layout.start("edXML:TraceHeaderList")
    for hop in hops:
        layout.start("edXML:TraceHeader")
        layout.leaf("edXML:OrganId", hop.organ_id)
        layout.leaf("edXML:Timestamp", wire_time(hop.timestamp))
        layout.end()
    layout.start("edXML:Bussiness")
    layout.optional("edXML:DocumentId", business.document_id)
    layout.leaf("edXML:BussinessDocType", int(business.doc_type))
    layout.optional("edXML:BussinessDocReason", business.reason)
    layout.leaf("edXML:Paper", wire_flag(business.paper))
    if business.document_info is not None:
        _document_info(layout, business.document_info)
    if business.replacements:
        _replacements(layout, business.replacements)
    if business.staff is not None:
        _staff(layout, business.staff)
    layout.end()
    layout.end()


def _document_info(layout: Layout, info: BusinessDocumentInfo) -> None:
    layout.start("edXML:BussinessDocumentInfo")
    layout.leaf("edXML:DocumentInfo", wire_flag(info.document_info))
    layout.leaf("edXML:DocumentReceiver", wire_flag(info.document_receiver))
    if info.receivers:
        layout.start("edXML:ReceiverList")
        for receiver in info.receivers:
            layout.start("edXML:Receiver")
            layout.leaf("edXML:OrganId", receiver.organ_id)
            layout.leaf("edXML:ReceiverType", int(receiver.receiver_type))
            layout.end()
        layout.end()
    layout.end()


def _replacements(layout: Layout, replacements: Sequence[ReplacementInfo]) -> None:
    layout.start("edXML:ReplacementInfoList")
    for replacement in replacements:
        layout.start("edXML:ReplacementInfo")
        layout.leaf("edXML:DocumentId", replacement.document_id)
        layout.start("edXML:OrganIdList")
        for organ_id in replacement.organ_ids:
            layout.leaf("edXML:OrganId", organ_id)
        layout.end()
        layout.end()
    layout.end()


def _staff(layout: Layout, staff: StaffInfo, *, mobile_first: bool = False) -> None:
    layout.start("edXML:StaffInfo")
    layout.optional("edXML:Department", staff.department)
    layout.optional("edXML:DepartmentId", staff.department_id)
    layout.optional("edXML:Staff", staff.staff)
    layout.optional("edXML:StaffId", staff.staff_id)
    pair = [("edXML:Email", staff.email), ("edXML:Mobile", staff.mobile)]
    for element, text in reversed(pair) if mobile_first else pair:
        layout.optional(element, text)
    layout.end()


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
