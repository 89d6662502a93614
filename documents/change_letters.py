"""Letters that recall, update or replace a document of ours (edXML business types 1, 2, 3).

Sources: Decree 30/2020/ND-CP, Art. 18.3, 18.4; axis.md §6. Such a letter is an outgoing document
of its own: drafted, signed, numbered, sealed. It asks when it is dispatched, not before.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, correction_letters, directory, register
from documents.arrival import Target
from documents.casefile import locked, take
from documents.change import (
    BUSINESS,
    REASON_LENGTH,
    ChangeKind,
    ChangeNotPossible,
    ChangeReasonMissing,
    ChangeState,
    Side,
)
from documents.deliveries import of_document
from documents.delivery import DeliveryState, later
from documents.document import Role
from documents.errors import storable
from documents.identity import new_id
from documents.ledger import Actor
from documents.lifecycle import Direction, State, Step
from documents.numbering import local_day
from documents.relation import RelationKind
from documents.tables import ChangeRow, DeliveryRow, DocumentRow

OUT = (State.DISPATCHED, State.FILED)
"""States of a document that its recipients may have."""
_RELATIONS = {
    ChangeKind.RECALL: RelationKind.RECALLS,
    ChangeKind.UPDATE: RelationKind.CONCERNS,
    ChangeKind.REPLACE: RelationKind.REPLACES,
}
_DRAFTS = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED)
REPLACEABLE = (*OUT, State.RECALLED)
"""One that was recalled may still be replaced; it stays recalled."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What somebody wants a letter to ask."""

    kind: ChangeKind
    target_id: str
    reason: str
    removed: tuple[str, ...] = ()
    """Organ ids among the letter's recipients that an update takes away."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a letter asks, as its message says it."""

    kind: ChangeKind
    target: Target
    recipients: tuple[str, ...]
    """Those who have the target and get the letter."""
    added: tuple[str, ...]
    """Of an update: those who get the letter and had not got the target."""
    removed: tuple[str, ...]
    reason: str


def plan(session: Session, letter: DocumentRow, asks: Asks, at: datetime) -> None:
    """Tie the draft *letter* to the document that it recalls, updates or replaces.

    Raises:
        DocumentUnknown: there is no such target.
        ChangeNotPossible: the target is not ours, not out, or nobody who has it is asked.
        ChangeReasonMissing: no reason is given.
    """
    kind, target = asks.kind, locked(session, asks.target_id)
    reason = storable(asks.reason.strip())[:REASON_LENGTH]
    if not reason:
        raise ChangeReasonMissing
    ours = target.direction == Direction.OUTGOING and directory.speaks_for(
        session, letter.organ_id, target.organ_id, local_day(at)
    )
    open_draft = letter.state in _DRAFTS and letter.business_type == 0
    if not (open_draft and letter.direction == Direction.OUTGOING):
        raise ChangeNotPossible(f"{letter.state}: không còn là dự thảo mới / is no new draft")
    if not ours or target.id == letter.id:
        raise ChangeNotPossible("không phải văn bản đi của cơ quan / is not this agency's own")
    if target.state not in (REPLACEABLE if kind is ChangeKind.REPLACE else OUT):
        raise ChangeNotPossible(target.state)
    going, had = of_document(session, letter.id), of_document(session, target.id)
    gone = {directory.agency_row(session, code).organ_id for code in asks.removed}
    asked = [delivery for delivery in had if delivery.organ_id in {d.organ_id for d in going}]
    if not asked:
        raise ChangeNotPossible("không gửi tới nơi nào đã nhận / goes to none of its recipients")
    if target.organ_id == letter.organ_id:  # an heir's relation is told by the change alone
        correction_letters.tie(session, letter.id, _RELATIONS[kind], target.id, at, reason=reason)
    letter.business_type = BUSINESS[kind]
    for delivery in asked:
        session.add(
            ChangeRow(
                id=new_id(),
                organ_id=letter.organ_id,
                side=Side.SENDER,
                kind=kind,
                state=ChangeState.PLANNED,
                partner=delivery.organ_id,
                document_id=target.id,
                letter_id=letter.id,
                target_key=target.document_key or "",
                target_code=f"{target.code_number}/{target.code_notation}",
                target_date=target.promulgated,
                whole=kind is ChangeKind.RECALL and len(asked) == len(had),
                removed=delivery.organ_id in gone,
                reason=reason,
                asked_by=letter.clerk_id or "",
                asked_at=at,
            )
        )
    session.flush()
    detail = {"target": target.id, "kind": kind, "reason": reason}
    actor = Actor(letter.drafter_id or "", Role.SPECIALIST)
    casefile.note(session, letter, "plan_change", actor, at, detail=detail)


def of_letter(session: Session, letter_id: str) -> list[ChangeRow]:
    """Return the questions that the letter of ours asks, by recipient."""
    wanted = select(ChangeRow).where(
        ChangeRow.letter_id == letter_id, ChangeRow.side == Side.SENDER
    )
    return list(session.scalars(wanted.order_by(ChangeRow.partner)))


def planned(session: Session, letter: DocumentRow) -> Planned | None:
    """Return what the letter asks, for its message; None for an ordinary document."""
    rows = of_letter(session, letter.id) if letter.business_type else []
    if not rows:
        return None
    first = rows[0]
    asked = {row.partner for row in rows}
    target = session.get_one(DocumentRow, first.document_id)
    had = {d.organ_id for d in of_document(session, target.id)}
    return Planned(
        kind=ChangeKind(first.kind),
        target=Target(
            document_key=first.target_key,
            organ_id=target.organ_id,
            code=first.target_code,
            promulgated=first.target_date,
        ),
        recipients=tuple(sorted(asked)),
        added=tuple(d.organ_id for d in of_document(session, letter.id) if d.organ_id not in had),
        removed=tuple(row.partner for row in rows if row.removed),
        reason=first.reason,
    )


def left(session: Session, letter: DocumentRow, at: datetime) -> None:
    """Ask, now that *letter* is dispatched: in the transaction that records it.

    A recall freezes its target; a replacement marks it replaced, both stay tied to each other.
    """
    rows = [row for row in of_letter(session, letter.id) if row.state == ChangeState.PLANNED]
    if not rows:
        return
    target = locked(session, rows[0].document_id or "")
    for row in rows:
        row.state, row.asked_at = ChangeState.ASKED, at
        if row.kind == ChangeKind.RECALL or row.removed:
            shown_asked(session, row, at)
    code = f"{letter.code_number}/{letter.code_notation}"
    kind, actor = ChangeKind(rows[0].kind), Actor(letter.clerk_id or "", Role.CLERK)
    detail = {"letter": letter.id, "to": [row.partner for row in rows], "reason": rows[0].reason}
    if kind is ChangeKind.REPLACE and target.state in OUT:
        target.frozen_by = None
        take(session, target, Step.REPLACE, actor, at, detail=detail)
        register.mark(session, target.id, f"Bị thay thế bởi {code}, {written(at)}")
        return
    casefile.note(session, target, f"ask_{kind}", actor, at, detail=detail)
    if kind is ChangeKind.RECALL and target.state in OUT and target.frozen_by is None:
        target.frozen_by = rows[0].id


def shown_asked(session: Session, change: ChangeRow, at: datetime) -> None:
    """Show at the delivery that its document is asked back; what is over stays as it is."""
    wanted = select(DeliveryRow).where(
        DeliveryRow.document_id == change.document_id, DeliveryRow.organ_id == change.partner
    )
    delivery = session.scalars(wanted).one()
    state = DeliveryState(delivery.state)
    again = state is DeliveryState.RECALL_REFUSED
    if again or later(state, DeliveryState.RECALL_ASKED) is not state:
        delivery.state, delivery.updated_at = DeliveryState.RECALL_ASKED, at


def dropped(session: Session, letter: DocumentRow) -> None:
    """Ask nothing after all: the letter is void."""
    for row in of_letter(session, letter.id) if letter.business_type else ():
        if row.state == ChangeState.PLANNED:
            row.state = ChangeState.DROPPED


def written(at: datetime) -> str:
    """Return the day of *at* in Vietnam as registers have it."""
    return local_day(at).strftime("%d/%m/%Y")
