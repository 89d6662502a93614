"""The statuses that changes owe: 13 to who has our document, 15 and 16 to who asked us.

Source: axis.md §7. A message's id is its question's, its content follows from the row: every
attempt sends the same bytes. Tried again with growing pauses; what the axis refuses for good
is shown (`congvan recall show`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, change_questions, directory, ledger
from documents.casefile import locked, pause
from documents.change import CODES, ChangeState, Side
from documents.departure import StatusDeparture
from documents.ledger import SYSTEM, Fact
from documents.tables import ChangeRow, DocumentRow, PersonRow

ATTEMPTS = 30
"""How often a refused message is tried: a day with the pauses of `casefile.pause`."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One message to send."""

    change_id: str
    document_id: str | None
    """Here, that it is about."""
    departure: StatusDeparture


def unsent(session: Session, at: datetime, limit: int) -> list[str]:
    """Return the ids of changes whose message is due, oldest first."""
    wanted = (
        select(ChangeRow.id)
        .where(ChangeRow.owed.is_(True), ChangeRow.state != ChangeState.PLANNED)
        .where(ChangeRow.next_attempt_at.is_(None) | (ChangeRow.next_attempt_at <= at))
        .order_by(ChangeRow.asked_at, ChangeRow.id)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def any_due(session: Session, at: datetime) -> bool:
    """Return whether a message is to be sent, or the axis to be asked (reads only)."""
    wanted = (
        select(ChangeRow.id)
        .where(ChangeRow.owed.is_(True))
        .where(ChangeRow.next_attempt_at.is_(None) | (ChangeRow.next_attempt_at <= at))
    )
    return session.scalar(wanted.limit(1)) is not None


def owed(session: Session, ids: Iterable[str]) -> list[Owed]:
    """Return the messages *ids* that are still owed, as values."""
    wanted = select(ChangeRow).where(ChangeRow.id.in_(list(ids)), ChangeRow.owed.is_(True))
    rows = session.scalars(wanted.order_by(ChangeRow.asked_at, ChangeRow.id)).all()
    return [
        Owed(row.id, row.document_id or row.letter_id, _departure(session, row)) for row in rows
    ]


def _departure(session: Session, row: ChangeRow) -> StatusDeparture:
    ours = row.side == Side.SENDER
    who = row.asked_by if ours else row.answered_by
    person = session.get(PersonRow, who)
    key, number, notation, day = _named(session, row)
    return StatusDeparture(
        reporter=directory.as_agency(directory.agency_row(session, row.organ_id)),
        recipient_organ_id=row.partner,
        document_key=key,
        code_number=number,
        code_notation=notation,
        promulgated=day,
        staff=person.full_name if person else "",
        code=change_questions.CODE if ours else CODES[ChangeState(row.state)],
        note=row.reason if ours else row.answer_note,
        at=(row.asked_at if ours else row.answered_at) or row.asked_at,
    )


def _named(session: Session, row: ChangeRow) -> tuple[str, str, str, date | None]:
    """Return what the message names: the letter that asked, else what it asks about."""
    about = row.document_id if row.letter_id is None else row.letter_id
    document = session.get(DocumentRow, about) if about else None
    if document is None:
        number, _, notation = row.target_code.partition("/")
        return row.target_key, number, notation, row.target_date
    return (
        document.document_key or "",
        document.code_number or "",
        document.code_notation,
        document.promulgated,
    )


def sent(session: Session, change_id: str, at: datetime) -> None:
    """Record that the axis has the message."""
    row = session.get_one(ChangeRow, change_id)
    document = locked(session, about) if (about := row.document_id or row.letter_id) else None
    row = session.get_one(ChangeRow, change_id, with_for_update=True, populate_existing=True)
    if row.sent_at is not None:
        return
    row.sent_at, row.owed, row.error = at, False, None
    asks = row.side == Side.SENDER
    what = f"report_{change_questions.CODE}" if asks else f"report_{CODES[ChangeState(row.state)]}"
    detail = {"to": row.partner, "change": row.id}
    if document is not None:
        casefile.note(session, document, what, SYSTEM, at, detail=detail)
    else:
        fact = Fact("", what, "", SYSTEM, "", tuple(detail.items()))
        ledger.append(session, row.organ_id, fact, at)


def put_off(session: Session, change_id: str, error: str, at: datetime, *, refused: bool) -> None:
    """Try again after a growing pause; what is refused is not tried for ever."""
    row = session.get_one(ChangeRow, change_id, with_for_update=True, populate_existing=True)
    row.attempts += 1
    row.error, row.next_attempt_at = error, at + pause(row.attempts)
    if refused and row.attempts >= ATTEMPTS:
        row.owed, row.next_attempt_at = False, None
