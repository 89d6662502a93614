"""Until when a signed document must have left, and those that have not.

Legal sources: Decision 28/2018/QD-TTg (the day of signing, at the latest the next working
morning; urgent ones right after signing), Decree 30/2020/ND-CP, Art. 18.1; days and
mornings are Vietnam's.
"""

from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from documents import casefile, time_limit
from documents.calendar import Calendar, YearMissing, vietnam
from documents.document import VIETNAM, Urgency
from documents.lifecycle import Direction, State
from documents.tables import DocumentRow, RevisionRow
from documents.time_limit import AT_ONCE, Limit

LATE = "dispatch.late"
"""Code of the warning at a document that left too late."""
_ON_THE_WAY = (State.SIGNED, State.NUMBERED, State.SEALED)
_MOST = 5000
"""Documents on the way that are looked at for health lines."""

_REVISIONS = cast("Table", RevisionRow.__table__)
_SIGNED = select(_REVISIONS.c.created_at).where(
    _REVISIONS.c.document_id == bindparam("document"), _REVISIONS.c.kind == "signed"
)


def deadline(signed_at: datetime, urgency: int, calendar: Calendar) -> datetime:
    """Return until when a document signed at *signed_at* must have left, in Vietnam's time.

    Raises:
        YearMissing: the next working day is in a year that *calendar* does not know.
    """
    limit = Limit.AT_ONCE if urgency > Urgency.ROUTINE else Limit.NEXT_MORNING
    return time_limit.until(limit, signed_at, calendar).at.astimezone(VIETNAM)


def noted(session: Session, row: DocumentRow, at: datetime) -> dict[str, str]:
    """Mark a document that leaves too late at *at*; return what its ledger row says of it."""
    if not (late := missed(session, row, at)):
        return {}
    casefile.warn(session, row, [(LATE, late)], at)
    return {"late": late}


def missed(session: Session, row: DocumentRow, at: datetime) -> str:
    """Return what to say of a document that leaves at *at*; empty when it is in time."""
    signed_at = session.connection().scalar(_SIGNED, {"document": row.id})
    if signed_at is None:
        return ""
    if at - signed_at < AT_ONCE:
        return ""  # in time whatever the urgency, and whatever the calendar knows
    try:
        until = deadline(signed_at, row.urgency, vietnam())
    except YearMissing as error:
        return str(error)
    return said(until) if at > until else ""


def said(until: datetime) -> str:
    """Return the warning for people."""
    return f"Gửi sau thời hạn {until:%d/%m/%Y %H:%M} / sent later than the law allows"


def overdue(session: Session, at: datetime) -> int:
    """Return how many signed documents should have left by *at* and have not: for health lines."""
    rows = session.execute(
        select(RevisionRow.created_at, DocumentRow.urgency)
        .join(DocumentRow, DocumentRow.id == RevisionRow.document_id)
        .where(RevisionRow.kind == "signed")
        .where(DocumentRow.direction == Direction.OUTGOING.value)
        .where(DocumentRow.state.in_([state.value for state in _ON_THE_WAY]))
        .limit(_MOST)
    )
    return sum(_is_over(signed_at, urgency, at) for signed_at, urgency in rows)


def _is_over(signed_at: datetime, urgency: int, at: datetime) -> bool:
    if at - signed_at < AT_ONCE:
        return False
    try:
        return at > deadline(signed_at, urgency, vietnam())
    except YearMissing:
        return False
