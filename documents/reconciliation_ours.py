"""Our side of reconciliation: deliveries, parcels and statuses, as the matching asks for them.

Every question is bounded: by the ids of one page of the axis's list, by a span of time, or
by a limit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from documents.delivery import DeliveryState
from documents.lifecycle import Direction, State
from documents.tables import DeliveryRow, DocumentRow, FeedbackRow, ParcelRow

OUT = (State.DISPATCHED, State.FILED)
"""Outgoing documents that are in force and have left."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery as we know it."""

    delivery_id: str
    document_id: str
    recipient: str
    state: str
    axis_id: str
    sent_at: datetime | None
    message_sha256: str


_DELIVERY: Select[str, str, str, str, str | None, datetime | None, str | None] = select(
    DeliveryRow.id,
    DeliveryRow.document_id,
    DeliveryRow.organ_id,
    DeliveryRow.state,
    DeliveryRow.axis_id,
    DeliveryRow.sent_at,
    DocumentRow.message_sha256,
).join(DocumentRow, DocumentRow.id == DeliveryRow.document_id)


def _sent(row: Row[str, str, str, str, str | None, datetime | None, str | None]) -> Sent:
    return Sent(row[0], row[1], row[2], row[3], row[4] or "", row[5], row[6] or "")


def _of(organ_id: str) -> Select[str, str, str, str, str | None, datetime | None, str | None]:
    return _DELIVERY.where(
        DocumentRow.organ_id == organ_id, DocumentRow.direction == Direction.OUTGOING.value
    )


def by_axis_id(session: Session, organ_id: str, ids: Iterable[str]) -> dict[str, list[Sent]]:
    """Return our deliveries by the axis's ids."""
    found: dict[str, list[Sent]] = {}
    for row in session.execute(_of(organ_id).where(DeliveryRow.axis_id.in_(list(ids)))):
        found.setdefault((sent := _sent(row)).axis_id, []).append(sent)
    return found


def by_message(session: Session, organ_id: str, ids: Iterable[str]) -> dict[str, Sent]:
    """Return one delivery of each of our documents whose message's id is among *ids*."""
    rows = session.execute(_of(organ_id).where(DocumentRow.id.in_(list(ids))))
    return {(sent := _sent(row)).document_id: sent for row in rows}


def by_digest(session: Session, organ_id: str, digests: Iterable[str]) -> dict[str, Sent]:
    """Return one delivery of each of our documents by its message's digest; reads them all."""
    rows = session.execute(_of(organ_id).where(DocumentRow.message_sha256.in_(list(digests))))
    return {(sent := _sent(row)).message_sha256: sent for row in rows}


def sent_page(
    session: Session,
    organ_id: str,
    days: tuple[datetime, datetime],
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Sent]:
    """Return a page of deliveries recorded as sent within *days*, whose recipients are silent."""
    since, until = days
    wanted = _of(organ_id).where(
        DeliveryRow.sent_at >= since,
        DeliveryRow.sent_at < until,
        # a status of the recipient proves more than the axis's list
        DeliveryRow.state == DeliveryState.SENT.value,
        DocumentRow.state.in_([state.value for state in OUT]),
    )
    if after is not None:
        wanted = wanted.where(tuple_(DeliveryRow.sent_at, DeliveryRow.id) > after)
    wanted = wanted.order_by(DeliveryRow.sent_at, DeliveryRow.id).limit(limit)
    return [_sent(row) for row in session.execute(wanted)]


def parcels(session: Session, codes: Sequence[str], ids: Iterable[str]) -> dict[str, ParcelRow]:
    """Return the parcels of an agency, under any of its *codes*, by the axis's ids."""
    wanted = select(ParcelRow).where(
        ParcelRow.organ_id.in_(codes), ParcelRow.axis_id.in_(list(ids))
    )
    return {row.axis_id: row for row in session.scalars(wanted)}


def statuses(session: Session, ids: Iterable[str]) -> set[str]:
    """Return those of *ids* that are statuses of ours."""
    return set(session.scalars(select(FeedbackRow.id).where(FeedbackRow.id.in_(list(ids)))))


def _feedback(organ_id: str) -> Select[FeedbackRow, DocumentRow]:
    return (
        select(FeedbackRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == FeedbackRow.document_id)
        .where(DocumentRow.organ_id == organ_id)
    )


def statuses_page(
    session: Session,
    organ_id: str,
    days: tuple[datetime, datetime],
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[tuple[FeedbackRow, DocumentRow]]:
    """Return a page of statuses recorded as sent within *days*."""
    wanted = _feedback(organ_id).where(
        FeedbackRow.sent_at >= days[0], FeedbackRow.sent_at < days[1]
    )
    if after is not None:
        wanted = wanted.where(tuple_(FeedbackRow.sent_at, FeedbackRow.id) > after)
    wanted = wanted.order_by(FeedbackRow.sent_at, FeedbackRow.id).limit(limit)
    return [(feedback, document) for feedback, document in session.execute(wanted)]


def owed(
    session: Session, organ_id: str, before: datetime, limit: int
) -> list[tuple[FeedbackRow, DocumentRow]]:
    """Return statuses that were given up, or are owed since before *before*, oldest first."""
    late = and_(FeedbackRow.given_up_at.is_(None), FeedbackRow.created_at < before)
    wanted = (
        _feedback(organ_id)
        .where(FeedbackRow.sent_at.is_(None), or_(FeedbackRow.given_up_at.is_not(None), late))
        .order_by(FeedbackRow.created_at, FeedbackRow.id)
        .limit(limit)
    )
    return [(feedback, document) for feedback, document in session.execute(wanted)]


def standing(
    session: Session, organ_id: str, state: DeliveryState, before: datetime, limit: int
) -> list[Sent]:
    """Return deliveries that have shown *state* since before *before*, oldest first."""
    since = DeliveryRow.sent_at if state is DeliveryState.SENT else DeliveryRow.updated_at
    wanted = _of(organ_id).where(
        DeliveryRow.state == state.value,
        since < before,
        DocumentRow.state.in_([each.value for each in OUT]),
    )
    return [_sent(row) for row in session.execute(wanted.order_by(since).limit(limit))]


def silent(session: Session, organ_id: str, before: datetime) -> list[tuple[str, int, datetime]]:
    """Return (partner, documents, oldest) for agencies with letters from before *before*.

    None of them has said anything of any letter since then.
    """
    spoke = (
        select(DeliveryRow.organ_id)
        .join(DocumentRow, DocumentRow.id == DeliveryRow.document_id)
        .where(DocumentRow.organ_id == organ_id)
        .where(DeliveryRow.status_code.is_not(None), DeliveryRow.updated_at >= before)
    )
    rows = session.execute(
        select(DeliveryRow.organ_id, func.count(), func.min(DeliveryRow.sent_at))
        .join(DocumentRow, DocumentRow.id == DeliveryRow.document_id)
        .where(DocumentRow.organ_id == organ_id)
        .where(DeliveryRow.state == DeliveryState.SENT.value, DeliveryRow.sent_at < before)
        .where(DeliveryRow.organ_id.not_in(spoke))
        .group_by(DeliveryRow.organ_id)
        .order_by(DeliveryRow.organ_id)
    )
    return [(partner, count, oldest) for partner, count, oldest in rows if oldest]
