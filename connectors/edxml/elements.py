"""The elements of an outgoing header, in the order and with the prefixes of the national SDK.

Order: axis.md §4.2 and §4.3. Elements that must be there are written even when
empty, the others only when they say something.
"""

import uuid
from collections.abc import Sequence

from connectors.edxml.layout import Layout, wire_flag
from schemas.edxml import (
    Business,
    BusinessDocumentInfo,
    Edoc,
    Organization,
    OtherInfo,
    ReplacementInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    TraceHeader,
)

_ACTOR = "http://schemas.xmlsoap.org/soap/actor/next"


def message_header(layout: Layout, message: Edoc) -> None:
    """Write `MessageHeader` of a document message, in the SDK's order."""
    layout.start("edXML:MessageHeader")
    organization(layout, "edXML:From", message.sender)
    for recipient in message.recipients:
        organization(layout, "edXML:To", recipient)
    layout.leaf("edXML:DocumentId", message.document_id)
    layout.start("edXML:Code")
    layout.leaf("edXML:CodeNumber", message.code.code_number)
    layout.leaf("edXML:CodeNotation", message.code.code_notation)
    layout.end()
    layout.start("edXML:PromulgationInfo")
    layout.leaf("edXML:Place", message.promulgation.place)
    layout.leaf("edXML:PromulgationDate", layout.date(message.promulgation.promulgation_date))
    layout.end()
    layout.start("edXML:DocumentType")
    group, number = layout.style.numbering.numbers(message.document_type)
    layout.leaf("edXML:Type", group)
    layout.leaf("edXML:TypeDetail", number)
    layout.leaf("edXML:TypeName", message.document_type.type_name)
    layout.end()
    layout.leaf("edXML:Subject", message.subject)
    layout.optional("edXML:Content", message.content)
    _signer(layout, message.signer)
    layout.optional("edXML:DueDate", layout.date(message.due_date))
    _other(layout, message.other)
    for answer in message.response_for:
        _response_for(layout, answer)
    layout.optional("edXML:SteeringType", message.steering_type)
    _list(layout, "ToPlaces", "Place", message.to_places)
    _tasks(layout, message)
    layout.end()


def organization(
    layout: Layout, name: str, organization: Organization, *, name_first: bool = False
) -> None:
    """Write an agency; status messages have its name before its parent's."""
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
    _list(layout, "ReplyFors", "ReplyFor", other.reply_fors)
    if other.direction is not None:
        layout.leaf("edXML:Direction", str(other.direction).lower())
    _list(layout, "ReferenceCodes", "ReferenceCode", other.reference_codes)
    _list(layout, "Appendixes", "Appendix", other.appendixes)
    layout.end()


def _list(layout: Layout, name: str, item: str, texts: Sequence[str]) -> None:
    if texts:
        layout.start(f"edXML:{name}")
        for text in texts:
            layout.leaf(f"edXML:{item}", text)
        layout.end()


def _tasks(layout: Layout, message: Edoc) -> None:
    """Write what is in the SDK's classes alone; its place in the order is our choice."""
    _list(layout, "ResponseForTask", "TaskCode", message.response_for_task)
    layout.optional("edXML:ApplicationType", message.application_type)
    if message.feedback is not None:
        _response_for(layout, message.feedback, "edXML:Feedback")
    if message.agency is not None:
        layout.start("edXML:Agency")
        layout.leaf("edXML:OrganId", message.agency.organ_id)
        layout.optional("edXML:OrganName", message.agency.organ_name)
        layout.optional("edXML:DepartmentId", message.agency.department_id)
        layout.optional("edXML:DepartmentName", message.agency.department_name)
        layout.optional("edXML:ExecuteRole", message.agency.execute_role)
        layout.end()


def _response_for(layout: Layout, answer: ResponseFor, name: str = "edXML:ResponseFor") -> None:
    layout.start(name)
    layout.leaf("edXML:OrganId", answer.organ_id)
    layout.optional("edXML:Code", answer.code)
    layout.leaf("edXML:DocumentId", answer.document_id)
    layout.optional("edXML:PromulgationDate", layout.date(answer.promulgation_date))
    layout.end()


def trace(
    layout: Layout, hops: Sequence[TraceHeader], business: Business, document_id: str
) -> None:
    """Write `TraceHeaderList` with `Bussiness`, which is always there."""
    attributes = ""
    if layout.style.trace_attributes:
        list_id = uuid.uuid5(uuid.NAMESPACE_OID, document_id).hex
        attributes = f' id="{list_id}" version="1.0" mustUnderstand="1" actor="{_ACTOR}"'
    layout.start("edXML:TraceHeaderList", attributes)
    for hop in hops:
        layout.start("edXML:TraceHeader")
        layout.leaf("edXML:OrganId", hop.organ_id)
        layout.leaf("edXML:Timestamp", layout.time(hop.timestamp))
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
        staff(layout, business.staff)
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


def staff(layout: Layout, staff: StaffInfo, *, mobile_first: bool = False) -> None:
    """Write `StaffInfo`; status messages have the telephone before the address."""
    layout.start("edXML:StaffInfo")
    layout.optional("edXML:Department", staff.department)
    layout.optional("edXML:DepartmentId", staff.department_id)
    layout.optional("edXML:Staff", staff.staff)
    layout.optional("edXML:StaffId", staff.staff_id)
    pair = [("edXML:Email", staff.email), ("edXML:Mobile", staff.mobile)]
    for element, text in reversed(pair) if mobile_first else pair:
        layout.optional(element, text)
    layout.end()
