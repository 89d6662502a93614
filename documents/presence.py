"""Who has a document open at the same moment, and who is changing it.

Source: ux.md §3 (two people on one document). A page says every 20 seconds that it is open;
whoever was not heard for a minute is gone. That nobody writes over another is `seen`'s.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from documents.tables import PersonRow, PresenceRow

BEAT = timedelta(seconds=20)
"""How often an open page says so."""
GONE = timedelta(seconds=60)
_FRESH = timedelta(seconds=12)
"""A beat so soon after another writes nothing: SQLite has one writer."""
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Present:
    """Someone else who has the document open."""

    person_id: str
    full_name: str
    position: str
    editing: bool
    since: datetime


def beat(
    session: Session, document_id: str, person_id: str, at: datetime, *, editing: bool = False
) -> None:
    """Note that someone has the document open, or is changing it; in a writing transaction."""
    row = session.get(PresenceRow, (document_id, person_id))
    if row is None:
        row = PresenceRow(document_id=document_id, person_id=person_id, since=at)
        session.add(row)
    elif row.seen_at < at - GONE:
        row.since, row.edited_at = at, None
    row.seen_at = at
    if editing:
        row.edited_at = at
    session.flush()


def due(
    session: Session, document_id: str, person_id: str, at: datetime, *, editing: bool = False
) -> bool:
    """Return whether a beat has to be written: most need only be heard."""
    row = session.get(PresenceRow, (document_id, person_id))
    if row is None or row.seen_at < at - _FRESH:
        return True
    return editing and (row.edited_at is None or row.edited_at < at - _FRESH)


def leave(session: Session, document_id: str, person_id: str) -> None:
    """Note that someone closed the page."""
    mine = PresenceRow.document_id == document_id, PresenceRow.person_id == person_id
    session.execute(delete(PresenceRow).where(*mine))


def others(session: Session, document_id: str, person_id: str, at: datetime) -> list[Present]:
    """Return who else has the document open, those who change it first; at most `MOST_SHOWN`."""
    wanted = (
        select(PresenceRow, PersonRow.full_name, PersonRow.position)
        .join(PersonRow, PersonRow.id == PresenceRow.person_id)
        .where(PresenceRow.document_id == document_id, PresenceRow.person_id != person_id)
        .where(PresenceRow.seen_at >= at - GONE)
        .order_by(PresenceRow.since, PresenceRow.person_id)
        .limit(MOST_SHOWN)
    )
    found = [
        Present(row.person_id, name, position, _editing(row, at), row.since)
        for row, name, position in session.execute(wanted)
    ]
    return sorted(found, key=lambda each: not each.editing)


def _editing(row: PresenceRow, at: datetime) -> bool:
    return row.edited_at is not None and row.edited_at >= at - GONE


def sweep(session: Session, at: datetime) -> None:
    """Remove those who are gone for a day: they only take room."""
    session.execute(delete(PresenceRow).where(PresenceRow.seen_at < at - timedelta(days=1)))
