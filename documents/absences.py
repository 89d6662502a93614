"""Who is away (nghỉ, đi công tác), on which days, and who stands in for them.

Practice: ux.md §1.4. The stand-in is a delegation of handling for the days of the absence
(`stand_ins`); whoever is away may still act.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory, posts, tenure
from documents.appointments import span
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.ledger import Actor
from documents.numbering import local_day
from documents.stand_ins import (
    LONGEST,
    NEVER,
    REASON_LENGTH,
    Scope,
    WorkDelegation,
    delegate,
    tell,
)
from documents.tables import AbsenceRow
from documents.units import ensure_day


class AbsenceInvalid(Refused):
    """What is to be recorded is no absence, or contradicts another."""

    code = "absence.invalid"
    vietnamese = "Không ghi nhận được kỳ vắng mặt: {0}"
    english = "this absence cannot be recorded: {0}"
    remedy = "Xem các kỳ vắng mặt: `congvan people list` / see the absences"


def absent(
    session: Session,
    organ_id: str,
    who: str,
    since: date,
    until: date,
    by: Actor,
    at: datetime,
    *,
    reason: str = "",
    stand_in: str = "",
    scope: Scope | None = None,
) -> str:
    """Record that someone is away, and who stands in; returns its id, the known one if it is.

    Without *scope* the stand-in handles whatever the absent one's posts let them handle.

    Raises:
        AbsenceInvalid: the days are none, or others on record overlap them.
        What `delegate` raises, of the stand-in.
    """
    organ = directory.served_agency(session, organ_id).organ_id
    ensure_day(since, at, AbsenceInvalid, "từ ngày / from")
    if not since <= until or (until - since).days >= LONGEST:
        raise AbsenceInvalid(f"{since:%d/%m/%Y} – {until:%d/%m/%Y}")
    day = max(since, min(until, local_day(at)))
    person, every = directory.holder(session, organ, who, day)
    session.refresh(person, with_for_update=True)
    held = tenure.held_on(every, day)
    if not held:
        raise posts.without_post(person, every, day, "nghỉ / be away")
    row = AbsenceRow(
        id=new_id(),
        organ_id=organ,
        person_id=person.id,
        since=since,
        until=until,
        reason=storable(reason)[:REASON_LENGTH],
        recorded_at=at,
        withdrawn_at=None,
    )
    for other in _absences(session, organ, person.id):
        if (other.since, other.until) == (since, until):
            return other.id
        if tenure.overlap(other, row):
            raise AbsenceInvalid(f"trùng kỳ / overlaps {span(other)}")
    session.add(row)
    session.flush()
    detail = {"absence": row.id, "person": person.id, "since": since, "until": until}
    tell(session, organ, "absent", by, {**detail, "reason": row.reason}, at)
    if stand_in:
        roles = tuple(sorted({Role(post.role) for post in held} - NEVER))
        wanted = WorkDelegation(
            organ, person.id, stand_in, since, until, scope or Scope(roles), row.reason
        )
        delegate(session, wanted, by, at, row.id)
    return row.id


def _absences(session: Session, organ_id: str, person_id: str) -> list[AbsenceRow]:
    wanted = select(AbsenceRow).where(
        AbsenceRow.organ_id == organ_id,
        AbsenceRow.person_id == person_id,
        AbsenceRow.withdrawn_at.is_(None),
    )
    return list(session.scalars(wanted.order_by(AbsenceRow.since, AbsenceRow.id)))


def away(session: Session, organ_id: str, day: date) -> list[AbsenceRow]:
    """Return who is away on *day*."""
    wanted = select(AbsenceRow).where(
        AbsenceRow.organ_id == organ_id,
        AbsenceRow.since <= day,
        AbsenceRow.until >= day,
        AbsenceRow.withdrawn_at.is_(None),
    )
    return list(session.scalars(wanted.order_by(AbsenceRow.person_id)))
