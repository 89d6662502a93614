"""Answers to what we asked: 15 and 16, late, twice, out of order, or against each other.

Sources: Decree 30/2020/ND-CP, Art. 18.4; axis.md §7. The first answer to a question holds. A
second, other one is in the ledger and shown as a conflict; it moves nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import casefile, register
from documents.arrival import StatusArrival
from documents.casefile import locked, take
from documents.change import ANSWERS, NOTE_LENGTH, ChangeKind, ChangeState, Side
from documents.change_letters import OUT, written
from documents.deliveries import of_document
from documents.delivery import DeliveryState
from documents.document import Role
from documents.ledger import SYSTEM, Actor
from documents.lifecycle import Step
from documents.tables import ChangeRow, DeliveryRow, DocumentRow

_ANSWERED = (ChangeState.AGREED, ChangeState.REFUSED)
_SHOWN = {
    ChangeState.AGREED: DeliveryState.RECALLED,
    ChangeState.REFUSED: DeliveryState.RECALL_REFUSED,
}


def answered(
    session: Session, document: DocumentRow, partner: str, status: StatusArrival, at: datetime
) -> None:
    """Enter a 15 or 16 about *document* (what we recall or change, or the letter that asks)."""
    state = ANSWERS[status.code]
    rows = _asked(session, document.id, partner)
    repeats = [row for row in rows if row.answer_sha256 == status.message_sha256]
    if repeats:
        return
    open_ones = [row for row in rows if row.state == ChangeState.ASKED]
    if not open_ones:
        _again(session, document, rows, status, at)
        return
    change = open_ones[0]
    target = locked(session, change.document_id or "")
    change.state, change.answered_at = state, at
    change.answer_note = status.note[:NOTE_LENGTH]
    change.answer_sha256 = status.message_sha256
    change.owed = False
    detail = {"recipient": partner, "note": change.answer_note, "change": change.id}
    casefile.note(
        session,
        target,
        f"status_{status.code}",
        SYSTEM,
        at,
        evidence=status.message_sha256,
        detail=detail,
    )
    if change.kind == ChangeKind.RECALL or change.removed:
        _show(session, change, status, at)
        finish(session, target, at)


def _asked(session: Session, document_id: str, partner: str) -> list[ChangeRow]:
    """Return the questions that an answer may be to: those of the letter it names come first."""
    wanted = select(ChangeRow).where(
        ChangeRow.side == Side.SENDER,
        ChangeRow.partner == partner,
        ChangeRow.state.in_([ChangeState.ASKED, *_ANSWERED]),
        or_(ChangeRow.document_id == document_id, ChangeRow.letter_id == document_id),
    )
    rows = session.scalars(wanted.execution_options(populate_existing=True))
    return sorted(
        rows,
        key=lambda row: (row.letter_id != document_id, row.letter_id is not None, row.asked_at),
    )


def _again(
    session: Session,
    document: DocumentRow,
    rows: list[ChangeRow],
    status: StatusArrival,
    at: datetime,
) -> None:
    """Keep an answer to which no question is open: a repeat, another answer, or nobody asked."""
    state = ANSWERS[status.code]
    detail = {"recipient": status.reporter_organ_id, "note": status.note}
    last = max(rows, key=lambda row: row.answered_at or row.asked_at, default=None)
    step = "answer_unasked" if last is None else "answer_conflict"
    if last is not None:
        if state in {row.state for row in rows if row.letter_id == last.letter_id} or last.conflict:
            return  # said again, or already shown
        last.conflict = f"{status.code}: {status.note}"[:NOTE_LENGTH]
        detail |= {"change": last.id, "first": last.state}
    casefile.note(
        session, document, step, SYSTEM, at, evidence=status.message_sha256, detail=detail
    )


def _show(session: Session, change: ChangeRow, status: StatusArrival, at: datetime) -> None:
    wanted = select(DeliveryRow).where(
        DeliveryRow.document_id == change.document_id, DeliveryRow.organ_id == change.partner
    )
    delivery = session.scalars(wanted.execution_options(populate_existing=True)).one()
    if delivery.state == DeliveryState.RECALLED:
        return  # recalled by another question already
    delivery.state, delivery.status_code = _SHOWN[ANSWERS[status.code]], status.code
    delivery.note, delivery.updated_at = change.answer_note, at


def finish(session: Session, target: DocumentRow, at: datetime) -> None:
    """Move *target* to RECALLED once nobody has it; thaw it once a recall of some is answered.

    Where everyone was asked and somebody refused or is silent it stays frozen: what is left is
    listed, recipient by recipient.
    """
    if target.state not in OUT:
        return
    session.flush()
    gone = {DeliveryState.RECALLED, DeliveryState.REFUSED}
    asked = [row for row in _recalls(session, target.id) if row.state != ChangeState.PLANNED]
    everyone = of_document(session, target.id)
    if asked and all(each.state in gone for each in everyone):
        target.frozen_by = None
        actor = Actor(asked[-1].asked_by, Role.CLERK)
        detail = {"from": [each.organ_id for each in everyone], "reason": asked[-1].reason}
        take(session, target, Step.RECALL, actor, at, detail=detail)
        register.mark(session, target.id, f"Đã thu hồi {written(at)}: {asked[-1].reason}")
    elif not any(row.whole or row.state == ChangeState.ASKED for row in asked):
        target.frozen_by = None


def _recalls(session: Session, document_id: str) -> Iterable[ChangeRow]:
    wanted = select(ChangeRow).where(
        ChangeRow.document_id == document_id,
        ChangeRow.side == Side.SENDER,
        ChangeRow.kind == ChangeKind.RECALL,
    )
    return session.scalars(wanted.order_by(ChangeRow.asked_at, ChangeRow.id)).all()


def concerned(session: Session, ids: Iterable[str]) -> list[str]:
    """Return the ids of the documents that questions about *ids*, or by them, are about."""
    known = list(ids)
    wanted = select(ChangeRow.document_id, ChangeRow.letter_id).where(
        or_(ChangeRow.document_id.in_(known), ChangeRow.letter_id.in_(known))
    )
    return [each for row in session.execute(wanted) for each in row if each]
