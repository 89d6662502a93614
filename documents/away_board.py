"""Who is away and who stands in for whom in an agency, as a person sees it.

Practice: ux.md §1.4 (ủy quyền: who, to whom, from, until, reason). Every person of the agency may
see who stands in now; the whole record of one's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import stead
from documents.numbering import local_day
from documents.tables import AbsenceRow, PersonRow, UnitRow, WorkDelegationRow

BACK = timedelta(days=90)
"""How far back one's own are shown."""
MOST = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """A delegation of handling with its names."""

    row: WorkDelegationRow
    giver: str
    taker: str
    units: tuple[str, ...]
    over: str
    """Why it does not hold now, Vietnamese / English; empty where it does."""


@dataclass(frozen=True, slots=True)
class Board:
    """What the page shows."""

    absences: tuple[tuple[AbsenceRow, str], ...]
    """Those of the agency that are not over, and the names."""
    given: tuple[Standing, ...]
    """By the person."""
    taken: tuple[Standing, ...]
    """To the person."""
    now: tuple[Standing, ...]
    """In force in the whole agency."""


def board(session: Session, organ_id: str, person_id: str, at: datetime) -> Board:
    """Return who is away, and the delegations that concern the person or hold now."""
    day = local_day(at)
    wanted = (
        select(WorkDelegationRow)
        .where(
            WorkDelegationRow.organ_id == organ_id,
            or_(
                WorkDelegationRow.until >= day,
                (WorkDelegationRow.until >= day - BACK)
                & or_(WorkDelegationRow.from_id == person_id, WorkDelegationRow.to_id == person_id),
            ),
        )
        .order_by(WorkDelegationRow.since.desc(), WorkDelegationRow.id)
        .limit(MOST)
    )
    rows = list(session.scalars(wanted))
    behind = stead.posts_behind(session, rows)
    people = _names(session, {one for row in rows for one in (row.from_id, row.to_id)})
    units = _units(session, {unit for row in rows for unit in row.unit_ids})
    every = [
        Standing(
            row,
            people.get(row.from_id, row.from_id),
            people.get(row.to_id, row.to_id),
            tuple(units.get(unit, unit) for unit in row.unit_ids),
            stead.fault(row, *behind[row.id], at),
        )
        for row in rows
    ]
    return Board(
        _absences(session, organ_id, at),
        tuple(each for each in every if each.row.from_id == person_id),
        tuple(each for each in every if each.row.to_id == person_id),
        tuple(each for each in every if not each.over),
    )


def _absences(session: Session, organ_id: str, at: datetime) -> tuple[tuple[AbsenceRow, str], ...]:
    wanted = (
        select(AbsenceRow, PersonRow.full_name)
        .join(PersonRow, PersonRow.id == AbsenceRow.person_id)
        .where(
            AbsenceRow.organ_id == organ_id,
            AbsenceRow.until >= local_day(at),
            AbsenceRow.withdrawn_at.is_(None),
        )
        .order_by(AbsenceRow.since, AbsenceRow.id)
        .limit(MOST)
    )
    return tuple((row, name) for row, name in session.execute(wanted))


def _names(session: Session, ids: Iterable[str]) -> dict[str, str]:
    wanted = select(PersonRow.id, PersonRow.full_name).where(PersonRow.id.in_(set(ids)))
    return {row[0]: row[1] for row in session.execute(wanted)}


def _units(session: Session, ids: Iterable[str]) -> dict[str, str]:
    wanted = select(UnitRow.id, UnitRow.name).where(UnitRow.id.in_(set(ids)))
    return {row[0]: row[1] for row in session.execute(wanted)}
