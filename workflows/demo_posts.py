"""Units and posts of the demo's agencies: one person in two posts, one away with a stand-in."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from documents import absences, appointments, directory, tenure, units
from documents.appointments import Appointment
from documents.document import Role
from documents.ledger import SYSTEM
from documents.numbering import local_day
from workflows.demo_people import AWAY, TEAM, Desk, units_of

_IN_UNIT = frozenset({Role.UNIT_HEAD, Role.SPECIALIST})
_DAYS_AWAY = 5


def enter_staff(session: Session, desk: Desk, at: datetime) -> None:
    """Enter the units and people of a desk; leaders belong to the agency itself."""
    organ = desk.agency.organ_id
    office, special = (
        units.opened(session, organ, name, tenure.EVER, SYSTEM, at, abbreviation=short)
        for name, short in units_of(organ)
    )
    for person in desk.people:
        leads = person.role is Role.LEADER
        unit = None if leads else special if person.role in _IN_UNIT else office
        key = person.id if leads else ""
        directory.put_person(session, person, signing_key=key, unit_id=unit)
    if organ == TEAM[0]:
        _second_post(session, desk, at)
    if organ == AWAY[0]:
        _absence(session, desk, at)


def _of(desk: Desk, role: Role) -> str:
    return next(person.id for person in desk.people if person.role is role)


def _second_post(session: Session, desk: Desk, at: datetime) -> None:
    organ, name, short = TEAM
    day, team = local_day(at), f"15/QĐ-{desk.agency.abbreviation}"
    units.opened(
        session, organ, name, day, SYSTEM, at, abbreviation=short, advisory=True, basis=team
    )
    head = _of(desk, Role.UNIT_HEAD)
    post = Appointment(head, organ, "Tổ trưởng", Role.UNIT_HEAD, day, team, unit=short)
    appointments.begin(session, post, SYSTEM, at)


def _absence(session: Session, desk: Desk, at: datetime) -> None:
    organ, role, stand_in = AWAY
    day = local_day(at)
    absences.absent(
        session,
        organ,
        _of(desk, role),
        day,
        day + timedelta(days=_DAYS_AWAY - 1),
        SYSTEM,
        at,
        reason="Nghỉ phép năm",
        stand_in=_of(desk, stand_in),
    )
