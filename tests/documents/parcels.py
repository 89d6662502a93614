"""Parcels that come to an office: kept, entered, owed for, counted."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from documents import claims, incoming
from documents.arrival import Arrival
from documents.database import Database
from documents.tables import FeedbackRow, ParcelRow


def keep(
    office: Database, at: datetime, axis_id: str, organ_id: str = "H99.02", **given: Any
) -> bool:
    """Keep a parcel as it came; return whether it is new."""
    values = {
        "organ_id": organ_id,
        "axis_id": axis_id,
        "kind": "edoc",
        "sender": "G01",
        "sha256": "a" * 64,
        "fetched_at": at,
        "outcome": "stored",
    }
    with office.writing() as session:
        return incoming.keep_parcel(session, ParcelRow(**values | given))


def enter(office: Database, arrival: Arrival, at: datetime, sender: str = "") -> str:
    """Keep a parcel and enter what it holds; return the document."""
    sender = sender or arrival.sender_organ_id
    keep(office, at, arrival.axis_id, arrival.organ_id, sender=sender)
    with office.writing() as session:
        return incoming.arrived(session, arrival, at)


def owed(office: Database, document: str) -> list[str]:
    """Return the codes of the statuses that are owed for a document."""
    with office.reading() as session:
        wanted = select(FeedbackRow.code).where(FeedbackRow.document_id == document)
        return sorted(session.scalars(wanted))


def confirmable(office: Database) -> list[tuple[str, str]]:
    """Return what the axis may be told of: agency and axis id."""
    with office.reading() as session:
        return sorted((p.organ_id, p.axis_id) for p in claims.unconfirmed(session, 100))


def count(office: Database, table: type) -> int:
    """Return a table's rows."""
    with office.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
