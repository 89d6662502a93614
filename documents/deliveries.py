"""The deliveries of a document: to whom it goes, and what is known of each."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.casefile import locked
from documents.delivery import UNSENT, DeliveryState
from documents.tables import DeliveryRow


def of_document(session: Session, document_id: str) -> list[DeliveryRow]:
    """Return the document's deliveries, by recipient."""
    wanted = select(DeliveryRow).where(DeliveryRow.document_id == document_id)
    # statuses arrive at any time: what was read before the document's lock may be old
    wanted = wanted.order_by(DeliveryRow.organ_id).execution_options(populate_existing=True)
    return list(session.scalars(wanted))


def recipients_of(session: Session, ids: Iterable[str]) -> dict[str, list[str]]:
    """Return for each of *ids* the codes of the agencies it goes to, in order.

    Not those from whom it was recalled before it left.
    """
    found: dict[str, list[str]] = {document_id: [] for document_id in ids}
    wanted = select(DeliveryRow.document_id, DeliveryRow.organ_id).where(
        DeliveryRow.document_id.in_(list(found)),
        DeliveryRow.state != DeliveryState.RECALLED.value,
    )
    for document_id, organ_id in session.execute(wanted.order_by(DeliveryRow.organ_id)):
        found[document_id].append(organ_id)
    return found


def undelivered(
    session: Session, document_id: str, state: DeliveryState, text: str, at: datetime
) -> None:
    """Show at every delivery that was not sent what is known: QUEUED, OUTCOME_UNKNOWN, FAILED."""
    locked(session, document_id)
    for delivery in of_document(session, document_id):
        if delivery.state in UNSENT:
            delivery.state, delivery.note, delivery.updated_at = state, text, at
