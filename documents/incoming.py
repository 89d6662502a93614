"""Incoming documents (văn bản đến): from the axis to the register, one function a step.

Legal source: Decree 30/2020/ND-CP, Art. 20 to 23; duplicates: Appendix VI, Part I,
III.1h. Each function runs in the caller's writing transaction.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from documents import (
    arrival_fields,
    casefile,
    change_questions,
    clerk_registers,
    directing,
    directory,
    duty,
    numbering,
    posts,
    provenance,
    register,
    reports,
    series_rules,
)
from documents.arrival import Arrival
from documents.casefile import locked, take
from documents.clerk_registers import ClerkRegisters
from documents.errors import StepRefused, storable
from documents.identity import new_id
from documents.ledger import SYSTEM
from documents.lifecycle import Direction, State, Step, advance
from documents.provenance import NOTHING, Signs
from documents.report import FiledReport, Occasion
from documents.tables import DocumentRow, ParcelRow, TaskRow
from documents.task import TaskPart

HANDLING = {
    Step.SUBMIT: State.REGISTERED,
    Step.ASSIGN: State.SUBMITTED,
    Step.START: State.ASSIGNED,
    Step.COMPLETE: State.IN_PROGRESS,
    Step.FILE: State.COMPLETED,
}
"""What people do with a registered document where nobody names tasks, and from which state."""
SENDER_DIFFERS = "sender.differs"
"""Code of the warning that the axis names another sender than the message."""
WARNING_LENGTH = 300
"""Characters."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What verification found: the verdict, its report, and why a person must look, if so."""

    verdict: str
    report: dict[str, Any]
    quarantine: str = ""
    """A reason, Vietnamese first; empty when the document may be registered."""
    signs: Signs = NOTHING
    """Who signed and sealed it."""
    filed: tuple[FiledReport, ...] = ()
    """The report on each file that was looked at, with what it rests on."""
    code: str = "incoming.quarantined"
    """Of the reason for the quarantine."""


# built once: building a statement takes longer than the database takes to run it
_PARCELS = cast("Table", ParcelRow.__table__)
_KEEP: dict[str, Any] = {
    # two fetchers may bring the same message at the same moment
    name: upsert(_PARCELS).on_conflict_do_nothing().returning(_PARCELS.c.axis_id)
    for name, upsert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}
_CONFIRMED = (
    update(_PARCELS)
    .where(_PARCELS.c.organ_id == bindparam("organ"), _PARCELS.c.axis_id == bindparam("axis"))
    .values(confirmed_at=bindparam("at"))
)
_PARCEL = (
    select(_PARCELS.c.document_id, _PARCELS.c.sender)
    .where(_PARCELS.c.organ_id == bindparam("organ"), _PARCELS.c.axis_id == bindparam("axis"))
    .with_for_update()
)
_OPENED = (
    update(_PARCELS)
    .where(_PARCELS.c.organ_id == bindparam("organ"), _PARCELS.c.axis_id == bindparam("axis"))
    .values(document_id=bindparam("document"), outcome="opened")
)
_SAME = (
    DocumentRow.direction == Direction.INCOMING.value,
    DocumentRow.organ_id == bindparam("organ"),
    DocumentRow.sender_organ_id == bindparam("sender"),
    DocumentRow.document_key == bindparam("key"),
    DocumentRow.business_type == bindparam("business"),
)
_SAME_MESSAGE = select(DocumentRow.id).where(
    *_SAME, DocumentRow.message_sha256 == bindparam("message")
)
_OTHERS = (
    select(DocumentRow.receipt_number)
    .where(
        *_SAME,
        DocumentRow.id != bindparam("own"),
        DocumentRow.state.not_in([State.REFUSED.value, State.QUARANTINED.value]),
        or_(DocumentRow.state != State.FETCHED.value, DocumentRow.id < bindparam("own")),
    )
    .limit(1)
)

_BY_TASKS = (Step.START, Step.COMPLETE)
_HAS_TASKS = (
    select(TaskRow.id)
    .where(TaskRow.document_id == bindparam("document"), TaskRow.closed_at.is_(None))
    .where(TaskRow.part != TaskPart.INFORM.value)
    .limit(1)
)


def keep_parcel(session: Session, parcel: ParcelRow) -> bool:
    """Remember a message's raw bytes before anything is read from it; False when known."""
    connection = session.connection()
    values = {column.name: getattr(parcel, column.name) for column in _PARCELS.columns}
    return connection.scalar(_KEEP[connection.dialect.name], values) is not None


def junk(session: Session, organ_id: str, axis_id: str, error: str) -> None:
    """Mark a parcel as not understood, which the axis is told too; its bytes stay for a person."""
    parcel = _parcel(session, organ_id, axis_id)
    parcel.outcome, parcel.error, parcel.unreadable = "junk", error, True


def forget(session: Session, organ_id: str, axis_id: str) -> None:
    """Forget a parcel whose bytes are lost before they were read: the axis has them still."""
    parcel = _parcel(session, organ_id, axis_id)
    if parcel.outcome == "stored" and parcel.confirmed_at is None:
        session.delete(parcel)


def confirmed(session: Session, organ_id: str, axis_id: str, at: datetime) -> None:
    """Record that the axis was told that the parcel is ours."""
    key = {"organ": organ_id, "axis": axis_id}
    session.connection().execute(_CONFIRMED, {**key, "at": at})


def confirm_again(session: Session, organ_id: str, axis_id: str) -> None:
    """Have the axis told once more of a parcel that it gives out though it was told."""
    key = {"organ": organ_id, "axis": axis_id}
    session.connection().execute(_CONFIRMED, {**key, "at": None})


def _parcel(session: Session, organ_id: str, axis_id: str) -> ParcelRow:
    key = {"organ_id": organ_id, "axis_id": axis_id}
    return session.get_one(ParcelRow, key, with_for_update=True, populate_existing=True)


def arrived(session: Session, arrival: Arrival, at: datetime) -> str:
    """Enter an arrival as FETCHED and owe its sender status 01; returns the document's id.

    The same message again, under whatever code or axis id, is the same document: its id
    is returned and nothing is entered twice. What came for an agency that is no more is taken
    in by the one here that came after it.
    """
    agency = directory.receiving(session, arrival.organ_id, numbering.local_day(at))
    connection = session.connection()
    parcel = {"organ": arrival.organ_id, "axis": arrival.axis_id}
    known, sender = connection.execute(_PARCEL, parcel).one()
    if known:
        return str(known)
    arrival = _by_its_sender(session, arrival, sender)
    known = _same_message(session, agency.organ_id, arrival)
    if known is None:
        row = _entered(session, agency.organ_id, arrival, at)
        duty.owe(session, row.id, duty.ARRIVED, at)
        change_questions.matched(session, row, at)
        change_questions.raised(session, row, arrival, at)
        known = row.id
    connection.execute(_OPENED, {**parcel, "document": known})
    return known


def _by_its_sender(session: Session, arrival: Arrival, sender: str) -> Arrival:
    """Return *arrival* as from the *sender* the axis names, whoever the message says wrote it.

    Whom it names is told of what becomes of it, and its documents are what it is compared
    with: nobody speaks for another agency by writing its code into a message.
    """
    said = arrival.sender_organ_id
    if said and not directory.same_agency(session, said, sender):
        warning = f"{SENDER_DIFFERS}: {said} {arrival.sender_name}"[:WARNING_LENGTH]
        return replace(
            arrival,
            sender_organ_id=sender,
            sender_name="",
            warnings=(*arrival.warnings, warning),
        )
    return replace(arrival, sender_organ_id=sender)


def _impersonation(row: DocumentRow) -> str:
    """Return why *row* is not from the one its message names, if so."""
    said = next((w for w in row.warnings if w.startswith(SENDER_DIFFERS)), "")
    if not said:
        return ""
    return (
        f"Trục nhận từ {row.sender_organ_id}, gói tin ghi nơi gửi khác / "
        f"the axis had it from {row.sender_organ_id}, the message names another sender: {said}"
    )


def _same_message(session: Session, organ_id: str, arrival: Arrival) -> str | None:
    same = {
        "organ": organ_id,
        "sender": arrival.sender_organ_id[:35],
        "key": arrival.document_key[:200],
        "business": arrival.business_type,
        "message": arrival.message_sha256,
    }
    return session.scalar(_SAME_MESSAGE, same)


def _entered(session: Session, organ_id: str, arrival: Arrival, at: datetime) -> DocumentRow:
    values, warnings = arrival_fields.kept(arrival, numbering.local_day(at))
    row = DocumentRow(
        **values,
        id=new_id(),
        direction=Direction.INCOMING,
        organ_id=organ_id,
        state=State.FETCHED,
        created_at=at,
        updated_at=at,
        urgency=arrival.urgency,
        due_date=arrival.due_date,
        to_places=list(arrival.to_places),
        promulgated=arrival.promulgated,
        business_type=arrival.business_type,
        message_sha256=arrival.message_sha256,
        current_sha256=arrival.main_sha256 or None,
        warnings=[*arrival.warnings, *warnings],
    )
    session.add(row)
    session.flush()
    casefile.add_attachments(session, row.id, arrival.attachments)
    if arrival.main_sha256:
        casefile.add_revision(session, row, "received", arrival.main_sha256, arrival.main_size, at)
    casefile.note(session, row, "fetch", SYSTEM, at, evidence=arrival.message_sha256)
    return row


def verified(session: Session, document_id: str, finding: Finding, at: datetime) -> State:
    """Record what verification found: VERIFIED, or QUARANTINED with the reason (Art. 21.2)."""
    row = locked(session, document_id)
    doubts = provenance.doubts(session, row, finding.signs, at)
    stranger = change_questions.impersonation(row)
    why = finding.quarantine or _impersonation(row) or stranger or doubts.quarantine
    # of what the clerk registers, the clerk is told what it repeats
    reason = storable(why or ("" if row.channel else _duplicate(session, row)))
    step = Step.QUARANTINE if reason else Step.VERIFY
    detail: dict[str, Any] = {"verdict": finding.verdict, **({"reason": reason} if reason else {})}
    if doubts.flags:
        detail["flags"] = [flag.code for flag in doubts.flags]
        row.warnings = [*row.warnings, *(flag.warning for flag in doubts.flags)]
    if finding.filed:
        detail["reports"] = reports.record(session, row.id, finding.filed, Occasion.ARRIVAL, at)
    after = take(session, row, step, SYSTEM, at, evidence=row.current_sha256 or "", detail=detail)
    row.verdict, row.verification = finding.verdict, finding.report
    row.pages = row.pages or finding.signs.contents.pages
    if reason:
        row.held, row.error_code, row.error_text = True, finding.code, reason
    else:
        asked = change_questions.concerns(row) and change_questions.waits(session, row)
        _wait(session, row, asked or "")
    return after


def _wait(session: Session, row: DocumentRow, asked: str) -> None:
    """Let *row*, verified, wait for the answer to what is *asked*, or for the clerk, if it must."""
    if asked and row.channel is None:
        change_questions.wait(row, asked)
    else:
        clerk_registers.wait(session, row)


def _duplicate(session: Session, row: DocumentRow) -> str:
    """Return why *row* looks like another document of the same sender, if it does.

    The one that arrived first counts even before it is verified: of two verified at the
    same moment neither sees the other's answer.
    """
    same = {
        "organ": row.organ_id,
        "sender": row.sender_organ_id,
        "key": row.document_key,
        "business": row.business_type,
        "own": row.id,
    }
    other = session.execute(_OTHERS, same).one_or_none()
    if other is None:
        return ""
    number = other.receipt_number or "?"
    return (
        f"Trùng mã văn bản {row.document_key} với số đến {number} nhưng khác nội dung / "
        f"same document id as receipt number {number}, other content"
    )


def registered(session: Session, document_id: str, at: datetime) -> int:
    """Give the receipt number and enter the register (Art. 21.2c, 22).

    Raises:
        ClerkRegisters: it did not come by the axis.
        RegisterClosed, DayPast: no number can be given.
    """
    row = locked(session, document_id)
    # refused before a number is taken
    advance(Direction.INCOMING, State(row.state), Step.REGISTER, SYSTEM.role)
    if row.channel is not None:
        raise ClerkRegisters
    day = numbering.local_day(at)
    series = series_rules.incoming_series(session, row, day)
    number = register.next_number(session, row.organ_id, Direction.INCOMING, series, day, row.id)
    row.receipt_number, row.arrival_date = number, day
    take(session, row, Step.REGISTER, SYSTEM, at, detail={"receipt_number": number})
    return number


def released(session: Session, document_id: str, who: str, at: datetime, reason: str) -> None:
    """Let the clerk accept a document held in quarantine; the flow registers it then."""
    row = locked(session, document_id)
    acting = posts.stepping(session, row, Step.RELEASE, who, at)
    detail = {"reason": storable(reason), **acting.detail()}
    take(session, row, Step.RELEASE, acting.actor, at, detail=detail)
    _wait(session, row, change_questions.waits(session, row))


def refused(session: Session, document_id: str, who: str, at: datetime, reason: str) -> None:
    """Let the clerk return a document to its sender, who is told why (Art. 21.2b)."""
    row = locked(session, document_id)
    acting = posts.stepping(session, row, Step.REFUSE, who, at)
    detail = {"reason": storable(reason), **acting.detail()}
    take(session, row, Step.REFUSE, acting.actor, at, detail=detail)


def handled(
    session: Session, document_id: str, step: Step, who: str, at: datetime, reason: str = ""
) -> State:
    """Let a person submit, assign, start, complete or file a registered document (Art. 23, 24).

    The short way of an office that names no tasks; `directing`, `tasks` and `handling` are the
    whole one. A document that has tasks begins and ends by them.

    Raises:
        StepRefused: not from this state, not by this role, the step is another one, or the
            document has open tasks.
        PersonUnknown: nobody in the document's agency is *who*.
    """
    row = locked(session, document_id)
    if step not in HANDLING or row.direction != Direction.INCOMING:
        raise StepRefused(row.state, step, "không phải bước giải quyết / no step of handling")
    if row.state != HANDLING[step]:
        raise StepRefused(row.state, step)
    if step in _BY_TASKS and session.scalar(_HAS_TASKS, {"document": document_id}) is not None:
        raise StepRefused(row.state, step, "thực hiện ở nhiệm vụ / by its task: `congvan task`")
    acting = posts.stepping(session, row, step, who, at)
    detail = acting.detail() | ({"reason": storable(reason)} if reason else {})
    if step is Step.ASSIGN:
        directing.close_submissions(session, row, "directed", at)
    return take(session, row, step, acting.actor, at, detail=detail)
