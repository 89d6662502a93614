"""Outgoing documents (văn bản đi): from draft to dispatched, one function a step.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 19. Each function runs in the
caller's writing transaction, moves the state and writes the ledger.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, case, update
from sqlalchemy.orm import Session

from documents import (
    attachments,
    casefile,
    catalogue_recipients,
    change_letters,
    deliveries,
    directory,
    dispatch_deadline,
    ledger,
    numbering,
    register,
    signatory,
)
from documents.attachments import SealedAttachment
from documents.casefile import locked, take
from documents.delivery import UNSENT, DeliveryState
from documents.document import (
    SUBJECT_LENGTH,
    Attachment,
    DocumentCode,
    DocumentType,
    Role,
    Urgency,
    document_key,
)
from documents.errors import Refused, StepRefused, storable
from documents.identity import new_id
from documents.ledger import Actor, Fact
from documents.lifecycle import LIFECYCLES, Direction, State, Step, advance
from documents.placement import Placement
from documents.tables import DeliveryRow, DocumentRow, PersonRow

NOTATION_LENGTH = 30
"""Characters of edXML's `CodeNotation`."""
MARK_LENGTH = 40
"""Characters of a secrecy mark that are recorded: no room for what is secret."""


class SecretRefused(Refused):
    """State secrets never enter the system (Decree 30/2020, Art. 1; QĐ 28/2018)."""

    code = "document.secret"
    vietnamese = "Văn bản mật («{0}») không được soạn thảo, gửi, lưu trên hệ thống này"
    english = "a secret document («{0}») must not enter this system"
    remedy = "Xử lý theo quy định về bảo vệ bí mật nhà nước / handle it as the law on secrets says"


class SubjectInvalid(Refused):
    """The subject is empty, too long, or has control characters."""

    code = "document.subject_invalid"
    vietnamese = "Trích yếu không hợp lệ: {0}"
    english = "the subject is not valid: {0}"
    remedy = "Trích yếu từ 1 đến 500 ký tự, không có ký tự điều khiển / 1 to 500 characters"


class NotationInvalid(Refused):
    """The notation cannot be part of a code."""

    code = "document.notation_invalid"
    vietnamese = "Ký hiệu «{0}» không hợp lệ"
    english = "«{0}» is not a notation"
    remedy = (
        "Tối đa 30 ký tự, không có khoảng trắng, ví dụ QĐ-UBND / at most 30 characters, no spaces"
    )


class RecipientsMissing(Refused):
    """A document needs at least one recipient."""

    code = "document.recipients_missing"
    vietnamese = "Văn bản chưa có nơi nhận"
    english = "the document has no recipient"
    remedy = "Thêm ít nhất một cơ quan nhận / add at least one recipient"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a specialist hands in."""

    organ_id: str
    type: DocumentType
    subject: str
    recipients: tuple[str, ...]
    """Agency codes, new or old form."""
    signer_id: str
    drafter_id: str
    source_sha256: str
    """The file as it was handed in."""
    source_size: int
    pdf_sha256: str
    """The normalised PDF with its reserved fields."""
    pdf_size: int
    pages: int
    placement: Placement
    notation: str = ""
    """ký hiệu; built from type and agency where empty."""
    unit: str = ""
    """The drafting unit's abbreviation, for the notation of a công văn."""
    urgency: Urgency = Urgency.ROUTINE
    confidentiality: str = ""
    due_date: date | None = None
    to_places: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def check_notation(notation: str) -> str:
    """Return *notation* in NFC.

    Raises:
        NotationInvalid: empty, too long, or with white space or invisible characters.
    """
    text = unicodedata.normalize("NFC", notation)
    if not 1 <= len(text) <= NOTATION_LENGTH or any(
        c.isspace() or not c.isprintable() for c in text
    ):
        raise NotationInvalid(notation)
    return text


def check_subject(subject: str) -> str:
    """Return *subject* in NFC, with single spaces.

    Raises:
        SubjectInvalid: empty, over 500 characters, or with control characters.
    """
    text = unicodedata.normalize("NFC", subject)
    controls = any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text)
    text = " ".join(text.split())
    # what is not printable besides: characters that turn the order of reading, no characters
    if controls or not text.isprintable():
        raise SubjectInvalid("ký tự điều khiển / control characters")
    if not 1 <= len(text) <= SUBJECT_LENGTH:
        raise SubjectInvalid(f"{len(text)} ký tự / characters")
    return text


def refuse_secret(session: Session, organ_id: str, mark: str, actor: Actor, at: datetime) -> None:
    """Record, without any content, that a secret document was refused at the door."""
    ledger.append(
        session,
        organ_id,
        Fact("", "refuse_secret", "", actor, "", (("mark", mark[:MARK_LENGTH]),)),
        at,
    )


def create(session: Session, draft: Draft, at: datetime, document_id: str = "") -> DocumentRow:
    """Enter a draft; its deliveries wait from now on.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, RightMissing, SubjectInvalid,
        NotationInvalid, RecipientsMissing, RecipientUnknown, RecipientAbolished,
        RecipientIsExchange, SecretRefused: as they say; nothing is kept.
    """
    if draft.confidentiality:
        raise SecretRefused(draft.confidentiality)
    agency = directory.served_agency(session, draft.organ_id)
    drafter = directory.person_row(session, agency.organ_id, draft.drafter_id)
    signer = signatory.signer_of(session, agency.organ_id, draft.signer_id, at)
    row = DocumentRow(
        id=document_id or new_id(),
        direction=Direction.OUTGOING,
        organ_id=agency.organ_id,
        state=State.DRAFT,
        created_at=at,
        updated_at=at,
        type_name=draft.type.value,
        subject=check_subject(draft.subject),
        urgency=int(draft.urgency),
        place=agency.place,
        due_date=draft.due_date,
        to_places=list(draft.to_places),
        pages=draft.pages,
        sender_organ_id=agency.organ_id,
        sender_name=agency.name,
        code_notation=check_notation(
            draft.notation or numbering.notation(draft.type, agency.abbreviation, draft.unit)
        ),
        drafter_id=drafter.id,
        signer_id=signer.id,
        clerk_id=directory.person_with(session, agency.organ_id, [Role.CLERK]).id,
        signer_name=signer.full_name,
        signer_position=signer.position,
        signer_competence=signer.competence_line or signer.competence,
        placement=draft.placement.as_dict(),
    )
    session.add(row)
    session.flush()
    casefile.add_revision(session, row, "source", draft.source_sha256, draft.source_size, at)
    casefile.add_revision(session, row, "draft", draft.pdf_sha256, draft.pdf_size, at)
    casefile.add_attachments(session, row.id, draft.attachments)
    _add_deliveries(session, row, draft.recipients, at)
    actor = actor_of(drafter)
    casefile.note(session, row, "draft", actor, at, evidence=draft.pdf_sha256)
    return row


def _add_deliveries(
    session: Session, row: DocumentRow, recipients: Sequence[str], at: datetime
) -> None:
    agencies = catalogue_recipients.checked(session, recipients, numbering.local_day(at))
    if not agencies:
        raise RecipientsMissing
    for agency in agencies:
        session.add(
            DeliveryRow(
                id=new_id(),
                document_id=row.id,
                organ_id=agency.organ_id,
                name=agency.name,
                state=DeliveryState.QUEUED,
                updated_at=at,
            )
        )
    session.flush()


def actor_of(person: PersonRow) -> Actor:
    """Return the person as the ledger names them."""
    return Actor(person.id, Role(person.role))


_OWING = frozenset({Step.RELEASE, Step.REFUSE, Step.RECALL, Step.REPLACE})
"""Steps that owe others a message: `incoming.released`, `incoming.refused`, `changes.ask`."""


def decide(
    session: Session, document_id: str, step: Step, who: str, at: datetime, reason: str = ""
) -> State:
    """Take a person's step (submit, return, approve, void, file …).

    Raises:
        StepRefused: not from this state, or not by this person's role; or the step is one
            that is taken with its evidence (a signature, a number, a seal, a message).
        RightMissing: approving is for the one who will sign (Art. 11).
        Objection: post, capacity or delegation no longer lets them sign it (Art. 13).
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        ReasonMissing: a number is not void without a reason.
    """
    row = locked(session, document_id)
    person = signatory.person_for(session, row.organ_id, who)
    actor = actor_of(person)
    if person.id == row.signer_id:
        actor = Actor(person.id, Role.LEADER)  # whose signature it waits for, whatever the post
    elif step is Step.APPROVE:
        raise directory.RightMissing(person.full_name, person.position, "duyệt / approve")
    transition = LIFECYCLES[Direction(row.direction)].get((State(row.state), step))
    if transition is not None and (transition.carried or step in _OWING):
        raise StepRefused(row.state, step, "taken with its evidence, not by decision")
    reason = storable(reason)
    detail: dict[str, Any] = {"reason": reason} if reason else {}
    evidence = row.current_sha256 or ""
    if step is Step.APPROVE:
        signatory.refuse_early(session, row, at)
    after = take(session, row, step, actor, at, evidence=evidence, detail=detail)
    if step is Step.VOID:
        register.void(session, row.id, reason)
        undelivered(session, row.id, DeliveryState.FAILED, f"Văn bản đã hủy / void: {reason}", at)
        change_letters.dropped(session, row)
    return after


def signed(session: Session, document_id: str, sha256: str, size: int, at: datetime) -> None:
    """Record the leader's signature: a new revision (Art. 13)."""
    row = locked(session, document_id)
    actor = Actor(row.signer_id or "", Role.LEADER)
    take(session, row, Step.SIGN, actor, at, evidence=sha256)
    casefile.add_revision(session, row, "signed", sha256, size, at)


def numbered(session: Session, document_id: str, at: datetime) -> DocumentCode:
    """Give number and date, enter the register (Art. 15, 16)."""
    row = locked(session, document_id)
    day = numbering.local_day(at)
    actor = Actor(row.clerk_id or "", Role.CLERK)
    # refused before a number is taken
    advance(Direction.OUTGOING, State(row.state), Step.ASSIGN_NUMBER, actor.role)
    number = register.next_number(
        session, row.organ_id, Direction.OUTGOING, series_of(row), day, row.id
    )
    code = DocumentCode(numbering.written_number(number), row.code_notation)
    row.code_number, row.promulgated = code.number, day
    row.document_key = document_key(row.organ_id, day, code)
    take(session, row, Step.ASSIGN_NUMBER, actor, at, detail={"code": str(code), "date": day})
    return code


def series_of(row: DocumentRow) -> str:
    """Return the register's series: one per named type, one for công văn (Art. 15.1).

    Types without an abbreviation share one: their codes would be the same otherwise, and a
    document's code is what others know it by.
    """
    return DocumentType(row.type_name).abbreviation or DocumentType.OFFICIAL_LETTER.value


def sealed(
    session: Session,
    document_id: str,
    sha256: str,
    size: int,
    at: datetime,
    appendices: Sequence[SealedAttachment] = (),
) -> None:
    """Record the agency's seal, with number and date in the same revision (Art. 17.2).

    *appendices* says what became of each attachment under the same seal.
    """
    row = locked(session, document_id)
    detail = {"attachments": [item.as_dict() for item in appendices]} if appendices else None
    actor = Actor(row.clerk_id or "", Role.CLERK)
    take(session, row, Step.SEAL, actor, at, evidence=sha256, detail=detail)
    casefile.add_revision(session, row, "sealed", sha256, size, at)
    attachments.record(session, row.id, appendices, at)


def prepared(session: Session, document_id: str, message_sha256: str, at: datetime) -> str:
    """Keep the edXML message that will be sent, once: every retry sends these bytes.

    Returns the SHA-256 of the message to send, which is an earlier one where there is one.

    Raises:
        StepRefused: the document may not be dispatched (any more).
    """
    row = locked(session, document_id)
    advance(Direction.OUTGOING, State(row.state), Step.DISPATCH, Role.CLERK)
    if row.message_sha256 is None:
        row.message_sha256, row.updated_at = message_sha256, at
    return row.message_sha256


_DELIVERIES = cast("Table", DeliveryRow.__table__)
_WAITS = _DELIVERIES.c.state.in_([state.value for state in UNSENT])
_SENT = (
    update(_DELIVERIES)
    .where(_DELIVERIES.c.document_id == bindparam("document"))
    .values(
        state=case((_WAITS, DeliveryState.SENT.value), else_=_DELIVERIES.c.state),
        note=case((_WAITS, ""), else_=_DELIVERIES.c.note),
        axis_id=bindparam("axis"),
        sent_at=bindparam("at"),
        updated_at=bindparam("at"),
    )
)


def dispatched(
    session: Session, document_id: str, axis_id: str, at: datetime, *, asked: bool = False
) -> None:
    """Record that the axis has the message for every recipient (Art. 18).

    *asked*: it had taken it at an earlier attempt, and was asked. What leaves after the time
    that the law gives is marked.
    """
    row = locked(session, document_id)
    actor = Actor(row.clerk_id or "", Role.CLERK)
    detail: dict[str, Any] = {"axis_id": axis_id, **({"settled": True} if asked else {})}
    detail |= dispatch_deadline.noted(session, row, at)
    take(session, row, Step.DISPATCH, actor, at, evidence=row.message_sha256 or "", detail=detail)
    session.connection().execute(_SENT, {"document": document_id, "axis": axis_id, "at": at})
    if row.business_type:
        change_letters.left(session, row, at)


def undelivered(
    session: Session, document_id: str, state: DeliveryState, text: str, at: datetime
) -> None:
    """Show at every delivery that was not sent what is known: QUEUED, OUTCOME_UNKNOWN, FAILED."""
    locked(session, document_id)
    for delivery in deliveries_of(session, document_id):
        if delivery.state in UNSENT:
            delivery.state, delivery.note, delivery.updated_at = state, text, at


deliveries_of = deliveries.of_document
"""The document's deliveries, by recipient."""
