"""Reads a message's header into the models, leaving nothing out that can be understood."""

import re
from datetime import date
from typing import TypedDict

from lxml import etree
from pydantic import BaseModel, ValidationError

from connectors.edxml.deviation import Deviations
from connectors.edxml.fields import Fields, plain_text
from connectors.errors import KindUnsupported
from schemas.codes import BusinessType, Priority, ReceiverChange, StatusCode
from schemas.edxml import (
    Business,
    BusinessDocumentInfo,
    Code,
    DocumentTypeInfo,
    Edoc,
    Organization,
    OtherInfo,
    PromulgationInfo,
    Receiver,
    ReplacementInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusMessage,
    TaskAgency,
    TraceHeader,
)
from schemas.edxml.path import place

_CANONICAL = re.compile(
    r"(?P<organ>[^,]{1,35}),(?P<year>[0-9]{4})[/-](?P<month>[0-9]{2})[/-](?P<day>[0-9]{2}),.*",
    re.DOTALL,
)
"""`<OrganId>,<yyyy/MM/dd>,<number>/<notation>` (axis.md §3.5)."""
_ORGAN_ID = re.compile(r"[0-9A-Z]{2,3}(\.[0-9A-Z]{2,3}){1,9}|[A-Y][0-9]{2}")
_JUNK = ("", "null")
_SECRECY = ("Secret", "Secrecy", "SecretLevel", "SecurityLevel", "Confidentiality", "DoMat")
"""Names under which systems state secrecy, in the header or in `OtherInfo`."""


def read_edoc(header: etree._Element, trace: etree._Element | None, log: Deviations) -> Edoc:
    """Return the document message; what the writer would refuse is noted, not refused.

    Raises:
        KindUnsupported: it names no document at all, or asks for something unknown.
    """
    fields = Fields(header, "", log)
    sender, feedback, agency = map(fields.child, ("From", "Feedback", "Agency"))
    answers = (answer for answer in fields.children("ResponseFor") if not answer.blank)
    edoc = Edoc.model_construct(
        sender=_organization(sender),
        recipients=tuple(_organization(recipient) for recipient in fields.children("To")),
        document_id=fields.text("DocumentId"),
        code=_code(fields.child("Code")),
        promulgation=_promulgation(fields.child("PromulgationInfo")),
        document_type=_document_type(fields.child("DocumentType")),
        subject=fields.text("Subject"),
        content=fields.text("Content"),
        signer=_signer(fields.child("SignerInfo", "Author")),
        due_date=fields.date("DueDate")[0],
        other=_other(fields.child("OtherInfo"), log),
        response_for=tuple(map(_response_for, answers)),
        steering_type=fields.number("SteeringType"),
        to_places=_texts(fields.child("ToPlaces"), "Place"),
        response_for_task=_texts(fields.child("ResponseForTask"), "TaskCode"),
        application_type=fields.text("ApplicationType"),
        feedback=_response_for(feedback) if not feedback.blank else None,
        agency=_agency(agency) if not agency.blank else None,
        **_trace(trace, log),
    )
    _secrecy(fields, log)
    if not (sender.present or edoc.document_id or edoc.subject or edoc.code.code_number):
        raise KindUnsupported("không có / without From, DocumentId, Code, Subject")
    fields.log_rest()
    _note_the_id(edoc, log)
    _note_what_the_writer_refuses(edoc, log)
    return edoc


def read_status(header: etree._Element, log: Deviations) -> StatusMessage:
    """Return the status; a code outside the list is kept and noted.

    Raises:
        KindUnsupported: there is no code.
    """
    fields = Fields(header, "", log)
    code = fields.raw("StatusCode")
    if not code:
        raise KindUnsupported("StatusCode trống / empty")
    if len(code) == 1 and f"0{code}" in {known.value for known in StatusCode}:
        log.add("status.format", "StatusCode", repr(code))
        code = f"0{code}"
    staff = fields.child("StaffInfo")
    status = StatusMessage.model_construct(
        sender=_organization(fields.child("From")),
        response_for=_response_for(fields.child("ResponseFor")),
        staff=_staff(staff) if staff.present else None,
        status_code=code,
        description=fields.text("Description"),
        timestamp=fields.time("Timestamp"),
    )
    fields.log_rest()
    _note_what_the_writer_refuses(status, log)
    return status


def _note_the_id(edoc: Edoc, log: Deviations) -> None:
    """Note what a DocumentId that says who and when says wrongly; it stays opaque."""
    found = _CANONICAL.fullmatch(edoc.document_id)
    if found is None:
        return
    try:
        date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError as error:
        log.add("id.date", "DocumentId", f"{edoc.document_id[:100]!r}: {error}")
    if found["organ"] != edoc.sender.organ_id:
        log.add("id.sender", "DocumentId", f"{found['organ']!r}; From: {edoc.sender.organ_id!r}")


def _note_what_the_writer_refuses(message: BaseModel, log: Deviations) -> None:
    try:
        type(message).model_validate(message)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            detail = found["msg"].removeprefix("Value error, ")
            log.add("field.invalid", place(found), detail)


def _organization(fields: Fields) -> Organization:
    return Organization.model_construct(
        organ_id=fields.raw("OrganId"),
        organization_in_charge=fields.text("OrganizationInCharge"),
        organ_name=fields.text("OrganName"),
        organ_add=fields.text("OrganAdd"),
        email=fields.text("Email"),
        telephone=fields.text("Telephone"),
        fax=fields.text("Fax"),
        website=fields.text("Website"),
    )


def _code(fields: Fields) -> Code:
    return Code.model_construct(
        code_number=fields.text("CodeNumber"), code_notation=fields.text("CodeNotation")
    )


def _promulgation(fields: Fields) -> PromulgationInfo:
    day, as_written = fields.date("PromulgationDate", "Date")
    return PromulgationInfo.model_construct(
        place=fields.text("Place"), promulgation_date=day, date_as_written=as_written
    )


def _document_type(fields: Fields) -> DocumentTypeInfo:
    return DocumentTypeInfo.model_construct(
        type=fields.number("Type") or 0,
        type_detail=fields.number("TypeDetail") or 0,
        type_name=fields.text("TypeName"),
    )


def _signer(fields: Fields) -> SignerInfo:
    return SignerInfo.model_construct(
        competence=fields.text("Competence"),
        position=fields.text("Position", "Function"),
        full_name=fields.text("FullName"),
    )


def _other(fields: Fields, log: Deviations) -> OtherInfo:
    priority = fields.number("Priority") or 0
    if priority > max(Priority):
        log.add("code.unknown", fields.sub("Priority"), str(priority))
        priority = 0
    _secrecy(fields, log)
    return OtherInfo.model_construct(
        priority=Priority(priority),
        sphere_of_promulgation=fields.text("SphereOfPromulgation"),
        typer_notation=fields.text("TyperNotation", "TypeNotation"),
        promulgation_amount=fields.number("PromulgationAmount"),
        page_amount=fields.number("PageAmount"),
        reply_fors=_every_text(fields.child("ReplyFors")),
        direction=fields.flag("Direction"),
        reference_codes=_every_text(fields.child("ReferenceCodes")),
        appendixes=_texts(fields.child("Appendixes"), "Appendix"),
    )


def _secrecy(fields: Fields, log: Deviations) -> None:
    """Note what a field of secrecy says; edXML had one before 2016 (axis.md §5.4)."""
    for name in _SECRECY:
        if stated := fields.raw(name):
            fields.log("secrecy.stated", name, repr(stated))
            log.secrecy = log.secrecy or stated


def _response_for(fields: Fields) -> ResponseFor:
    day, as_written = fields.date("PromulgationDate", "Date")
    organ_id, code = fields.raw("OrganId"), fields.raw("Code")
    if "/" in organ_id and _ORGAN_ID.fullmatch(code):  # so the .NET SDK's example for 13
        fields.log("response_for.swapped", "OrganId", f"{organ_id!r}; Code: {code!r}")
        organ_id, code = code, organ_id
    return ResponseFor.model_construct(
        organ_id=organ_id,
        code=code,
        document_id=fields.raw("DocumentId"),
        promulgation_date=day,
        date_as_written=as_written,
    )


def _staff(fields: Fields) -> StaffInfo:
    return StaffInfo.model_construct(
        department=fields.text("Department"),
        department_id=fields.text("DepartmentId"),
        staff=fields.text("Staff"),
        staff_id=fields.text("StaffId"),
        email=fields.text("Email"),
        mobile=fields.text("Mobile"),
    )


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(text for text in map(plain_text, fields.all(name)) if text)


def _every_text(fields: Fields) -> tuple[str, ...]:
    return tuple(text for name in fields.names for text in _texts(fields, name))


def _agency(fields: Fields) -> TaskAgency:
    return TaskAgency.model_construct(
        organ_id=fields.raw("OrganId"),
        organ_name=fields.text("OrganName"),
        department_id=fields.text("DepartmentId"),
        department_name=fields.text("DepartmentName"),
        execute_role=fields.text("ExecuteRole"),
    )


class _Trace(TypedDict):
    trace: tuple[TraceHeader, ...]
    business: Business


def _trace(element: etree._Element | None, log: Deviations) -> _Trace:
    fields = Fields(element, "TraceHeaderList", log)
    hops = tuple(map(_hop, fields.children("TraceHeader")))
    return {"trace": hops, "business": _business(fields.child("Bussiness", "Business"), log)}


def _hop(fields: Fields) -> TraceHeader:
    organ_id = fields.raw("OrganId")
    if organ_id.lower() in _JUNK:
        fields.log("trace.junk", "OrganId", repr(organ_id))
    return TraceHeader.model_construct(organ_id=organ_id, timestamp=fields.time("Timestamp"))


def _business(fields: Fields, log: Deviations) -> Business:
    kind = fields.raw("BussinessDocType", "BusinessDocType")
    if not kind:
        log.add(
            "business.missing", fields.sub("BussinessDocType"), "coi là văn bản mới / taken as new"
        )
    elif kind not in {str(int(known)) for known in BusinessType}:
        raise KindUnsupported(f"nghiệp vụ lạ / unknown BussinessDocType {kind[:20]!r}")
    info, staff = (
        fields.child("BussinessDocumentInfo", "BusinessDocumentInfo"),
        fields.child("StaffInfo"),
    )
    replaced = fields.child("ReplacementInfoList")
    return Business.model_construct(
        doc_type=BusinessType(int(kind or 0)),
        reason=fields.text("BussinessDocReason", "BusinessDocReason"),
        paper=bool(fields.flag("Paper")),
        document_id=fields.raw("DocumentId"),
        document_info=_document_info(info, log) if info.present else None,
        replacements=tuple(map(_replacement, replaced.children("ReplacementInfo"))),
        staff=_staff(staff) if staff.present else None,
    )


def _document_info(fields: Fields, log: Deviations) -> BusinessDocumentInfo:
    return BusinessDocumentInfo.model_construct(
        document_info=bool(fields.flag("DocumentInfo")),
        document_receiver=bool(fields.flag("DocumentReceiver")),
        receivers=tuple(
            _receiver(receiver, log)
            for receiver in fields.child("ReceiverList").children("Receiver")
        ),
    )


def _receiver(fields: Fields, log: Deviations) -> Receiver:
    change = fields.number("ReceiverType")
    if change not in (0, 1):
        log.add(
            "code.unknown", fields.sub("ReceiverType"), f"{change}: coi là thêm / taken as added"
        )
        change = 1
    return Receiver.model_construct(
        organ_id=fields.raw("OrganId"), receiver_type=ReceiverChange(change)
    )


def _replacement(fields: Fields) -> ReplacementInfo:
    return ReplacementInfo.model_construct(
        document_id=fields.raw("DocumentId"),
        organ_ids=_texts(fields.child("OrganIdList"), "OrganId"),
    )
