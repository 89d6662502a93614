"""The clerk's lists on the way out: what waits to be issued, what is on its way, what has left.

Source: ux.md §1.2 (văn bản đi chờ số, chờ phát hành). Each is a page's worth by an index.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from documents import awaited
from documents.awaited import Awaited
from documents.delivery import DeliveryState
from documents.lifecycle import Direction, State
from documents.tables import DeliveryRow, DocumentRow

PAGE = 50
MOST_COUNTED = 1000
_ON_THE_WAY = (State.SIGNED, State.NUMBERED, State.SEALED)


def waiting(
    session: Session, organ_id: str, limit: int = PAGE, after: tuple[datetime, str] | None = None
) -> Sequence[DocumentRow]:
    """Return what awaits the clerk's order, the longest waiting first.

    *after* is (created_at, id) of the last one of the page before.
    """
    wanted = awaited.rows(organ_id, Awaited.ISSUE)
    if after is not None:
        created_at, document_id = after
        wanted = wanted.where(
            (DocumentRow.created_at > created_at)
            | ((DocumentRow.created_at == created_at) & (DocumentRow.id > document_id))
        )
    order = (DocumentRow.created_at, DocumentRow.id)
    return session.scalars(wanted.order_by(*order).limit(limit)).all()


def count_waiting(session: Session, organ_id: str) -> int:
    """Return how many await the clerk, at most `MOST_COUNTED`."""
    ids = awaited.rows(organ_id, Awaited.ISSUE).with_only_columns(DocumentRow.id)
    return session.scalar(select(func.count()).select_from(ids.limit(MOST_COUNTED).subquery())) or 0


def on_the_way(session: Session, organ_id: str, limit: int = PAGE) -> Sequence[DocumentRow]:
    """Return what was signed, waits for nobody's order and has not left, the oldest first."""
    wanted = _in(organ_id, _ON_THE_WAY).where(DocumentRow.awaits.is_(None))
    return session.scalars(wanted.order_by(DocumentRow.created_at).limit(limit)).all()


def left(
    session: Session, organ_id: str, limit: int = PAGE, before: tuple[datetime, str] | None = None
) -> Sequence[DocumentRow]:
    """Return what was dispatched, the newest first."""
    wanted = _in(organ_id, (State.DISPATCHED,))
    if before is not None:
        created_at, document_id = before
        wanted = wanted.where(
            (DocumentRow.created_at < created_at)
            | ((DocumentRow.created_at == created_at) & (DocumentRow.id < document_id))
        )
    order = (DocumentRow.created_at.desc(), DocumentRow.id.desc())
    return session.scalars(wanted.order_by(*order).limit(limit)).all()


def summaries(session: Session, ids: Sequence[str]) -> dict[str, dict[DeliveryState, int]]:
    """Return for each document how many recipients stand where, in one question."""
    found: dict[str, dict[DeliveryState, int]] = {document_id: {} for document_id in ids}
    wanted = (
        select(DeliveryRow.document_id, DeliveryRow.state, func.count())
        .where(DeliveryRow.document_id.in_(list(found)))
        .group_by(DeliveryRow.document_id, DeliveryRow.state)
    )
    for document_id, state, many in session.execute(wanted):
        found[document_id][DeliveryState(state)] = many
    return found


def _in(organ_id: str, states: Sequence[State]) -> Select[DocumentRow]:
    return select(DocumentRow).where(
        DocumentRow.organ_id == organ_id,
        DocumentRow.direction == Direction.OUTGOING.value,
        DocumentRow.state.in_([state.value for state in states]),
    )
