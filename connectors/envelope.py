"""Between documents and the axis's messages: the only mapping code (axis.md §4 to §7)."""

from collections.abc import Callable, Sequence
from typing import IO, Any, TypedDict

from connectors.edxml.incoming import Received, ReceivedFile
from connectors.edxml.writer import field_errors
from documents.arrival import Arrival, StatusArrival, Target
from documents.departure import Departure, StatusDeparture
from documents.document import Agency, Attachment, document_type_named
from schemas.codes import (
    BusinessType,
    Priority,
    ReceiverChange,
    StatusCode,
    type_numbers,
)
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
    TraceHeader,
)

PDF = "application/pdf"
TEXT_LENGTH = 1000
"""Characters of a subject or a status's note that are kept; the message is kept whole.

QCVN 102:2016 asks for 500 and 1000; a hostile message has four million, and what is kept
goes into the ledger for good.
"""
PLACES = 100
"""Places (nơi nhận) of one document that are kept, each of at most PLACE_LENGTH characters."""
PLACE_LENGTH = 200
TARGETS = 100
"""Documents that one message may recall or replace, as far as they are kept."""
RECEIVERS = 1000
"""Receivers that one message may add, remove or name, as far as they are kept."""
_DAMAGED = "attachment.damaged:"
"""How the reader's warning about a PDF destroyed by text decoding begins."""


def edoc(departure: Departure) -> Edoc:
    """Return the message that brings a new document.

    Raises:
        FieldInvalid: a value cannot go out, e.g. a notation over 30 characters.
    """
    with field_errors():
        return _edoc(departure, Business())


def recall(departure: Departure, target: Target, reason: str) -> Edoc:
    """Return the message that recalls *target*; *departure* is the recall letter's own.

    Raises:
        FieldInvalid: a value cannot go out, e.g. a target without its sender's organ id.
    """
    with field_errors():
        answer = ResponseFor(
            organ_id=target.organ_id or departure.sender.organ_id,
            code=target.code[:50],
            document_id=target.document_key,
            promulgation_date=target.promulgated,
        )
        return _edoc(departure, _business(BusinessType.RECALL, reason), (answer,))


def update(
    departure: Departure,
    target_document_id: str,
    content_changed: bool,
    added: Sequence[str],
    removed: Sequence[str],
    reason: str,
) -> Edoc:
    """Return the message that changes the document *target_document_id* or its receivers.

    *added* and *removed* are organ ids.

    Raises:
        FieldInvalid: a value cannot go out.
    """
    with field_errors():
        receivers = tuple(
            Receiver(organ_id=organ_id, receiver_type=change)
            for change, organ_ids in (
                (ReceiverChange.REMOVED, removed),
                (ReceiverChange.ADDED, added),
            )
            for organ_id in organ_ids
        )
        business = _business(
            BusinessType.UPDATE,
            reason,
            document_id=target_document_id,
            document_info=BusinessDocumentInfo(
                document_info=content_changed,
                document_receiver=bool(receivers),
                receivers=receivers,
            ),
        )
        return _edoc(departure, business)


def replacement(
    departure: Departure, replaced: Sequence[tuple[str, Sequence[str]]], reason: str
) -> Edoc:
    """Return the message of a document that stands in place of others.

    *replaced* has each of these others by its DocumentId, with the organ ids it concerns.

    Raises:
        FieldInvalid: a value cannot go out.
    """
    with field_errors():
        replacements = tuple(
            ReplacementInfo(document_id=document_id, organ_ids=tuple(organ_ids))
            for document_id, organ_ids in replaced
        )
        return _edoc(departure, _business(BusinessType.REPLACE, reason, replacements=replacements))


def _business(doc_type: BusinessType, reason: str, **named: Any) -> Business:
    return Business(doc_type=doc_type, reason=reason.strip() or doc_type.vietnamese, **named)


def _edoc(departure: Departure, business: Business, answers: tuple[ResponseFor, ...] = ()) -> Edoc:
    group, number = type_numbers(departure.type_name)
    return Edoc(
        sender=organization(departure.sender),
        recipients=tuple(organization(agency) for agency in departure.recipients),
        document_id=departure.document_key,
        code=Code(code_number=departure.code.number, code_notation=departure.code.notation),
        promulgation=PromulgationInfo(
            place=departure.place, promulgation_date=departure.promulgated
        ),
        document_type=DocumentTypeInfo(
            type=group, type_detail=number, type_name=departure.type_name
        ),
        subject=departure.subject,
        content=departure.subject,
        signer=SignerInfo(
            competence=departure.signer_competence,
            position=departure.signer_position,
            full_name=departure.signer_name,
        ),
        due_date=departure.due_date,
        other=OtherInfo(priority=Priority(departure.urgency), page_amount=departure.pages),
        response_for=answers,
        to_places=departure.to_places,
        trace=(TraceHeader(organ_id=departure.sender.organ_id, timestamp=departure.at),),
        business=business,
    )


def status(departure: StatusDeparture) -> StatusMessage:
    """Return the status message for *departure*.

    Raises:
        FieldInvalid: a value cannot go out.
    """
    known = {code.value: code.vietnamese for code in StatusCode}
    with field_errors():
        return StatusMessage(
            sender=organization(departure.reporter),
            response_for=ResponseFor(
                organ_id=departure.recipient_organ_id,
                code=f"{departure.code_number}/{departure.code_notation}"[:50],
                document_id=departure.document_key,
                promulgation_date=departure.promulgated,
            ),
            staff=StaffInfo(department="Văn thư", staff=departure.staff),
            status_code=departure.code,
            description=departure.note or known.get(departure.code, ""),
            timestamp=departure.at,
        )


def organization(agency: Agency) -> Organization:
    """Return *agency* as edXML has it."""
    return Organization(
        organ_id=agency.organ_id,
        organization_in_charge=agency.parent_name,
        organ_name=agency.name,
        organ_add=agency.address,
        email=agency.email,
        telephone=agency.telephone,
    )


def arrival(
    message: Received,
    organ_id: str,
    axis_id: str,
    sha256: str,
    keep: Callable[[IO[bytes]], str],
) -> Arrival | StatusArrival:
    """Return what *message* brings to *organ_id*; each attachment goes through *keep*.

    *keep* stores what a file holds and returns its SHA-256. *sha256* is the message's own.
    """
    if message.status is not None:
        return _status_arrival(message.status, organ_id, axis_id, sha256)
    assert message.edoc is not None  # noqa: S101  (the reader gives one of the two)
    return _document_arrival(message.edoc, message, (organ_id, axis_id, sha256), keep)


def _status_arrival(
    message: StatusMessage, organ_id: str, axis_id: str, sha256: str
) -> StatusArrival:
    return StatusArrival(
        organ_id=organ_id,
        axis_id=axis_id,
        message_sha256=sha256,
        reporter_organ_id=message.sender.organ_id,
        reporter_name=message.sender.organ_name,
        document_key=message.response_for.document_id[:TEXT_LENGTH],
        document_code=message.response_for.code[:TEXT_LENGTH],
        code=message.status_code[:10],
        note=message.description[:TEXT_LENGTH],
        at=message.timestamp,
    )


def _document_arrival(
    letter: Edoc,
    message: Received,
    packet: tuple[str, str, str],
    keep: Callable[[IO[bytes]], str],
) -> Arrival:
    organ_id, axis_id, sha256 = packet
    attachments = tuple(_kept(file, keep) for file in message.attachments)
    main = next((item for item in attachments if item.content_type == PDF), None)
    kind = document_type_named(letter.document_type.type_name)
    return Arrival(
        organ_id=organ_id,
        axis_id=axis_id,
        message_sha256=sha256,
        sender_organ_id=letter.sender.organ_id[:35],
        sender_name=_line(letter.sender.organ_name),
        document_key=letter.document_id or axis_id,
        business_type=int(letter.business.doc_type),
        type_name=kind.value if kind else _line(letter.document_type.type_name),
        subject=_line(letter.subject),
        code_number=_line(letter.code.code_number),
        code_notation=_line(letter.code.code_notation),
        place=_line(letter.promulgation.place),
        promulgated=letter.promulgation.promulgation_date,
        signer_name=_line(letter.signer.full_name),
        signer_position=_line(letter.signer.position),
        signer_competence=_line(letter.signer.competence),
        urgency=int(letter.other.priority),
        due_date=letter.due_date,
        to_places=tuple(_line(place)[:PLACE_LENGTH] for place in letter.to_places[:PLACES]),
        attachments=attachments,
        main_sha256=main.sha256 if main else "",
        main_size=main.size if main else 0,
        warnings=tuple(f"{warning.code}: {warning.path}" for warning in message.warnings),
        business_reason=letter.business.reason[:TEXT_LENGTH],
        targets=_targets(letter),
        **_changes(letter.business.document_info),
    )


def _targets(letter: Edoc) -> tuple[Target, ...]:
    business = letter.business
    if business.doc_type is BusinessType.RECALL:
        found = [
            Target(
                document_key=answer.document_id[:TEXT_LENGTH],
                organ_id=answer.organ_id[:35],
                code=_line(answer.code),
                promulgated=answer.promulgation_date,
            )
            for answer in letter.response_for[:TARGETS]
        ]
    elif business.doc_type is BusinessType.UPDATE:
        found = [Target(document_key=business.document_id[:TEXT_LENGTH])]
    elif business.doc_type is BusinessType.REPLACE:
        found = [
            Target(
                document_key=replaced.document_id[:TEXT_LENGTH],
                organ_ids=tuple(organ_id[:35] for organ_id in replaced.organ_ids[:RECEIVERS]),
            )
            for replaced in business.replacements[:TARGETS]
        ]
    else:
        found = []
    return tuple(target for target in found if target.document_key)


class _Changes(TypedDict):
    content_changed: bool
    receivers_added: tuple[str, ...]
    receivers_removed: tuple[str, ...]


def _changes(info: BusinessDocumentInfo | None) -> _Changes:
    receivers = info.receivers[:RECEIVERS] if info is not None else ()
    return {
        "content_changed": info is not None and info.document_info,
        "receivers_added": _of(receivers, ReceiverChange.ADDED),
        "receivers_removed": _of(receivers, ReceiverChange.REMOVED),
    }


def _of(receivers: Sequence[Receiver], change: ReceiverChange) -> tuple[str, ...]:
    return tuple(item.organ_id[:35] for item in receivers if item.receiver_type is change)


def _line(text: str) -> str:
    """Return *text* as the one line that its field is."""
    return " ".join(text.split())[:TEXT_LENGTH]


def is_damaged(warnings: tuple[str, ...] | list[str]) -> bool:
    """Return whether the reader found an attachment destroyed on its way."""
    return any(warning.startswith(_DAMAGED) for warning in warnings)


def _kept(file: ReceivedFile, keep: Callable[[IO[bytes]], str]) -> Attachment:
    return Attachment(file.name, file.content_type, keep(file.open()), file.size)
