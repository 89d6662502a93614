"""What we recall: asked of each recipient by status 13, frozen until each has answered.

Sources: Decree 30/2020/ND-CP, Art. 18.4 and Appendix VI, Part I, III.8 (law.md X3); axis.md §7.
Nothing is deleted: the document keeps its number, its bytes and its place in the register.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, change_answers, change_letters, directory, outgoing, posts, register
from documents.casefile import locked, pause, take
from documents.change import (
    REASON_LENGTH,
    ChangeKind,
    ChangeNotPossible,
    ChangeReasonMissing,
    ChangeState,
    DispatchRunning,
    Side,
)
from documents.change_letters import OUT, shown_asked, written
from documents.delivery import DeliveryState
from documents.document import Role
from documents.errors import StepRefused, storable
from documents.freezing import ensure_free
from documents.identity import new_id
from documents.ledger import Actor
from documents.lifecycle import Direction, State, Step
from documents.numbering import local_day
from documents.posts import Acting
from documents.tables import ChangeRow, DeliveryRow, DocumentRow, PersonRow

_GONE = (DeliveryState.RECALLED, DeliveryState.REFUSED)


def ask(
    session: Session,
    document_id: str,
    who: str,
    at: datetime,
    reason: str,
    recipients: Sequence[str] = (),
) -> list[ChangeRow]:
    """Let the clerk *who* recall a document from *recipients*, or from everyone.

    Returns what is asked of whom.

    What has certainly not left is recalled here at once. What may have left is frozen until the
    axis says whether it did. Asked again while a question is open, nothing is asked twice.

    Raises:
        StepRefused: it is no clerk who asks, or the document is not out.
        ChangeNotPossible: nobody of *recipients* has it.
        ChangeReasonMissing: no reason is given.
        DispatchRunning: it is on its way at this moment.
        DocumentFrozen: it waits for a signature.
    """
    row, reason = locked(session, document_id), storable(reason.strip())[:REASON_LENGTH]
    acting = _asker(session, row, who, at)
    if acting.role is not Role.CLERK:
        raise StepRefused.for_role(row.state, Step.RECALL, acting.role, (Role.CLERK,))
    if not reason:
        raise ChangeReasonMissing
    if row.direction != Direction.OUTGOING or row.state not in (*OUT, State.SEALED):
        raise ChangeNotPossible(row.state)
    every = outgoing.deliveries_of(session, row.id)
    chosen = _chosen(session, every, recipients)
    asker = acting.actor
    if row.state == State.SEALED:
        return _before_it_left(session, row, every, chosen, asker, at, reason)
    whole = len(chosen) == len(every)
    rows = [_asked(session, row, each, asker, at, reason, whole=whole) for each in chosen]
    _froze(session, row, rows, asker, at, reason)
    return rows


def _asker(session: Session, row: DocumentRow, who: str, at: datetime) -> Acting:
    """Return *who* of the document's agency, or of one served here that came after it."""
    heirs = (
        agency.organ_id
        for agency in directory.served(session)
        if agency.organ_id != row.organ_id
        and directory.speaks_for(session, agency.organ_id, row.organ_id, local_day(at))
    )
    try:
        return posts.stepping(session, row, Step.RECALL, who, at)
    except directory.PersonUnknown:
        for organ_id in heirs:
            with suppress(directory.PersonUnknown):
                return posts.acting(session, organ_id, who, (Role.CLERK,), at, Step.RECALL)
        raise


def _chosen(
    session: Session, every: Sequence[DeliveryRow], recipients: Sequence[str]
) -> list[DeliveryRow]:
    codes = {directory.agency_row(session, code).organ_id for code in recipients}
    chosen = [each for each in every if not codes or each.organ_id in codes]
    if codes - {each.organ_id for each in chosen}:
        raise ChangeNotPossible("không gửi tới nơi này / was not sent to all of these")
    return chosen


def _asked(
    session: Session,
    row: DocumentRow,
    delivery: DeliveryRow,
    asker: Actor,
    at: datetime,
    reason: str,
    *,
    whole: bool,
) -> ChangeRow:
    """Return the open question to this recipient, or the last answer, or a new question."""
    before = asked_before(session, row.id, delivery.organ_id)
    if before is not None and before.state != ChangeState.REFUSED:
        before.whole = before.whole or whole
        return before
    gone = delivery.state in _GONE
    made = _new(session, row, delivery, asker, at, reason)
    made.whole, made.owed = whole, not gone
    made.state = ChangeState.NOT_HELD if gone else ChangeState.ASKED
    session.add(made)
    session.flush()
    if not gone:
        shown_asked(session, made, at)
    return made


def asked_before(session: Session, document_id: str, partner: str) -> ChangeRow | None:
    """Return the newest recall of the document by status 13 at one recipient."""
    wanted = select(ChangeRow).where(
        ChangeRow.document_id == document_id,
        ChangeRow.side == Side.SENDER,
        ChangeRow.partner == partner,
        ChangeRow.letter_id.is_(None),
    )
    return session.scalars(wanted.order_by(ChangeRow.asked_at.desc(), ChangeRow.id.desc())).first()


def _new(
    session: Session,
    row: DocumentRow,
    delivery: DeliveryRow,
    asker: Actor,
    at: datetime,
    reason: str,
) -> ChangeRow:
    return ChangeRow(
        id=new_id(),
        organ_id=session.get_one(PersonRow, asker.id).organ_id,
        side=Side.SENDER,
        kind=ChangeKind.RECALL,
        state=ChangeState.PLANNED,
        partner=delivery.organ_id,
        document_id=row.id,
        target_key=row.document_key or "",
        target_code=f"{row.code_number}/{row.code_notation}",
        target_date=row.promulgated,
        reason=reason,
        asked_by=asker.id,
        asked_at=at,
    )


def _froze(
    session: Session,
    row: DocumentRow,
    rows: Sequence[ChangeRow],
    asker: Actor,
    at: datetime,
    reason: str,
) -> None:
    detail = {"to": [each.partner for each in rows], "reason": reason}
    casefile.note(session, row, "ask_recall", asker, at, detail=detail)
    if row.frozen_by is None and rows:
        row.frozen_by = rows[0].id
    row.updated_at = at
    change_answers.finish(session, row, at)


def _before_it_left(
    session: Session,
    row: DocumentRow,
    every: Sequence[DeliveryRow],
    chosen: Sequence[DeliveryRow],
    asker: Actor,
    at: datetime,
    reason: str,
) -> list[ChangeRow]:
    """Recall what the axis has not, as far as is known."""
    if waiting := of_document(session, row.id, ChangeState.PLANNED):
        return waiting
    ensure_free(session, row)
    if row.lease_until is not None and row.lease_until > at:
        raise DispatchRunning
    if len(chosen) < len(every):
        if row.message_sha256 is not None:
            raise ChangeNotPossible("gói tin đã lập / its message is made, and names all")
        rows = [_new(session, row, each, asker, at, reason) for each in chosen]
        _not_sent(session, rows, chosen, at)
        detail = {"to": [each.partner for each in rows], "reason": reason}
        casefile.note(session, row, "ask_recall", asker, at, detail=detail)
        return rows
    rows = [_new(session, row, each, asker, at, reason) for each in chosen]
    session.add_all(rows)
    session.flush()
    for each in rows:
        each.whole = True
    if row.message_sha256 is None:
        not_left(session, row.id, at)
    else:
        rows[0].owed = True
        _froze(session, row, rows, asker, at, reason)
    return rows


def _not_sent(
    session: Session, rows: Sequence[ChangeRow], deliveries: Sequence[DeliveryRow], at: datetime
) -> None:
    for change, delivery in zip(rows, deliveries, strict=True):
        session.add(change)
        change.state, change.owed = ChangeState.NOT_HELD, False
        delivery.state, delivery.updated_at = DeliveryState.RECALLED, at
        delivery.note = "Thu hồi trước khi gửi / recalled before it left"
    session.flush()


def unsettled(session: Session, at: datetime, limit: int) -> list[str]:
    """Return the ids of documents of which the axis is to be asked whether they left."""
    wanted = (
        select(ChangeRow.document_id)
        .where(ChangeRow.owed.is_(True), ChangeRow.state == ChangeState.PLANNED)
        .where(ChangeRow.next_attempt_at.is_(None) | (ChangeRow.next_attempt_at <= at))
        .order_by(ChangeRow.asked_at)
        .limit(limit)
    )
    return [each for each in session.scalars(wanted) if each]


def not_left(session: Session, document_id: str, at: datetime) -> None:
    """Record that the axis certainly has not the document: it is recalled here and now."""
    row, rows = locked(session, document_id), of_document(session, document_id, ChangeState.PLANNED)
    if not rows:
        return
    by_recipient = {each.organ_id: each for each in outgoing.deliveries_of(session, row.id)}
    _not_sent(session, rows, [by_recipient[each.partner] for each in rows], at)
    row.frozen_by = None
    detail = {"reason": rows[0].reason, "left": False}
    take(session, row, Step.RECALL, Actor(rows[0].asked_by, Role.CLERK), at, detail=detail)
    register.mark(session, row.id, f"Đã thu hồi {written(at)}: {rows[0].reason}")
    change_letters.dropped(session, row)


def it_left(session: Session, document_id: str, axis_id: str, at: datetime) -> None:
    """Record that the axis has the document: it is dispatched, and asked back at once."""
    row, rows = locked(session, document_id), of_document(session, document_id, ChangeState.PLANNED)
    if not rows:
        return
    row.frozen_by = None
    outgoing.dispatched(session, row.id, axis_id, at)
    for each in rows:
        each.state, each.owed, each.asked_at = ChangeState.ASKED, True, at
        each.attempts, each.next_attempt_at, each.error = 0, None, None
        shown_asked(session, each, at)
    row.frozen_by = rows[0].id


def unknown_still(session: Session, document_id: str, error: str, at: datetime) -> None:
    """Ask the axis again after a growing pause; shown until it answers."""
    locked(session, document_id)
    for each in of_document(session, document_id, ChangeState.PLANNED):
        if each.owed:
            each.attempts += 1
            each.error, each.next_attempt_at = error, at + pause(each.attempts)


def of_document(session: Session, document_id: str, state: str = "") -> list[ChangeRow]:
    """Return what was asked of recipients about a document of ours, by recipient, oldest first.

    With *state*, only what was asked by status 13 and stands there.
    """
    wanted = select(ChangeRow).where(
        ChangeRow.document_id == document_id, ChangeRow.side == Side.SENDER
    )
    if state:
        wanted = wanted.where(ChangeRow.state == state, ChangeRow.letter_id.is_(None))
    return list(session.scalars(wanted.order_by(ChangeRow.partner, ChangeRow.asked_at)))
