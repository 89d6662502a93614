"""Who has a document open at the same moment, and that nobody writes over what another wrote.

Source: ux.md §3 (two people on one document). A page says every 20 seconds that it is open;
whoever was not heard for a minute is gone. A form carries the stamp of what it was made from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from documents import ledger
from documents.document import VIETNAM
from documents.errors import Refused
from documents.step_words import STEPS
from documents.tables import DocumentRow, PersonRow, PresenceRow

BEAT = timedelta(seconds=20)
"""How often an open page says so."""
GONE = timedelta(seconds=60)
_FRESH = timedelta(seconds=12)
"""A beat so soon after another writes nothing: SQLite has one writer."""
MOST_SHOWN = 20


class ChangedMeanwhile(Refused):
    """What the form was made from has changed ({0} by whom, {1} when, {2} what was done)."""

    code = "document.changed_meanwhile"
    vietnamese = "Văn bản đã thay đổi từ khi mở trang này: {0}, lúc {1} ({2})"
    english = "the document has changed since the page was opened: {0}, {1} ({2})"
    remedy = "Xem chỗ khác nhau, sửa rồi lưu lại / look at what differs, then save again"


@dataclass(frozen=True, slots=True)
class Present:
    """Someone else who has the document open."""

    person_id: str
    full_name: str
    position: str
    editing: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """The last thing that changed a document."""

    person_id: str
    """Or `system`."""
    who: str
    """Their name."""
    said: str
    """What they did in words, Vietnamese / English."""
    at: datetime


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


def stamp(row: DocumentRow) -> str:
    """Return what a form made from *row* carries: it changes with every step, edit and version."""
    return f"{row.state}.{row.version}"


def ensure_unchanged(session: Session, row: DocumentRow, seen: str) -> None:
    """Return if nothing has changed *row* since a page was made from it with the stamp *seen*.

    Raises:
        ChangedMeanwhile: something has; it says who, when and what.
    """
    if seen == stamp(row):
        return
    last = last_change(session, row)
    when = f"{row.updated_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    if last is None:
        raise ChangedMeanwhile("?", when, row.state)
    when = f"{last.at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    raise ChangedMeanwhile(last.who, when, last.said)


def last_change(session: Session, row: DocumentRow) -> Done | None:
    """Return what last changed the document, by the ledger; opinions and views change nothing."""
    for entry in reversed(ledger.history(session, row.id)):
        if entry.step in _UNTOUCHING:
            continue
        person = session.get(PersonRow, entry.actor)
        name = person.full_name if person else "hệ thống / the system"
        said = STEPS.get(entry.step, _WORDS.get(entry.step, entry.step))
        return Done(entry.actor, name, f"{said} / {entry.step}", datetime.fromisoformat(entry.at))
    return None


_WORDS = {"edit": "sửa thông tin", "revise": "nộp bản mới", "draft": "soạn thảo"}
_UNTOUCHING: Sequence[str] = (
    *("ask_opinion", "give_opinion", "settle_opinion", "check_content", "check_form"),
    *("inform", "read_copy"),
)
"""What the ledger tells of a document that leaves its text and fields as they are."""
