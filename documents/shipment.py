"""What is known of a message on its way to the axis: that it may have arrived, or has not.

Source: axis.md §10.4. It is written before the message leaves: whoever is killed before the
answer is recorded knows afterwards what to ask for.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from documents.casefile import locked
from documents.delivery import UNSENT, DeliveryState
from documents.document import Role
from documents.lifecycle import Direction, State, Step, advance
from documents.tables import DeliveryRow

_DELIVERIES = cast("Table", DeliveryRow.__table__)
_LEAVING = (
    update(_DELIVERIES)
    .where(_DELIVERIES.c.document_id == bindparam("document"))
    .where(_DELIVERIES.c.state.in_([state.value for state in UNSENT]))
    .values(
        state=DeliveryState.OUTCOME_UNKNOWN.value,
        note="đang gửi / being sent",
        updated_at=bindparam("at"),
    )
)


def leaving(session: Session, document_id: str, at: datetime) -> None:
    """Write, before a message leaves, that it may have arrived: only the axis's answer ends it.

    Raises:
        StepRefused: the document may not be dispatched (any more).
    """
    row = locked(session, document_id)
    advance(Direction.OUTGOING, State(row.state), Step.DISPATCH, Role.CLERK)
    session.connection().execute(_LEAVING, {"document": document_id, "at": at})


def unsettled(session: Session, ids: Iterable[str]) -> set[str]:
    """Return those of *ids* whose message may have arrived at the axis: it is to be asked."""
    wanted = select(DeliveryRow.document_id).where(
        DeliveryRow.document_id.in_(list(ids)),
        DeliveryRow.state == DeliveryState.OUTCOME_UNKNOWN.value,
    )
    return set(session.scalars(wanted))
