"""Units, posts, absences and delegations of handling of an organisation file, and their entry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import absences, appointments, stand_ins, tenure, units
from documents.appointments import Appointment
from documents.document import Competence, Role
from documents.ledger import SYSTEM
from documents.stand_ins import Scope, WorkDelegation
from workflows.calendar_days import read_day

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Personnel:
    """What the file says of units and posts, as it was read."""

    units: tuple[Entry, ...] = ()
    posts: tuple[Entry, ...] = ()
    absences: tuple[Entry, ...] = ()
    work_delegations: tuple[Entry, ...] = ()


def read_personnel(data: Entry) -> Personnel:
    """Return the parts of the file; days and members are judged when they are entered.

    Raises:
        TypeError: a part is no list of objects.
    """
    parts = ("units", "posts", "absences", "work_delegations")
    found = {part: tuple(dict(entry) for entry in data.get(part, ())) for part in parts}
    return Personnel(**found)


def enter_personnel(session: Session, personnel: Personnel, at: datetime) -> None:
    """Enter what is not on record yet, units first.

    Raises:
        KeyError, TypeError, ValueError: a member is missing, or none.
        DayInvalid: a day is none.
        What `units`, `appointments`, `stand_ins` and `absences` refuse.
    """
    for entry in personnel.units:
        _unit(session, entry, at)
    for entry in personnel.posts:
        appointments.begin(session, _appointment(entry), SYSTEM, at)
    for entry in personnel.work_delegations:
        stand_ins.delegate(session, _work_delegation(entry), SYSTEM, at)
    for entry in personnel.absences:
        absences.absent(
            session,
            entry["agency"],
            entry["person"],
            read_day(entry["since"]),
            read_day(entry["until"]),
            SYSTEM,
            at,
            reason=str(entry.get("reason", "")),
            stand_in=str(entry.get("stand_in", "")),
        )


def _unit(session: Session, entry: Entry, at: datetime) -> None:
    organ = str(entry["agency"])
    above = str(entry.get("above", ""))
    units.opened(
        session,
        organ,
        str(entry["name"]),
        read_day(entry["since"]) if entry.get("since") else tenure.EVER,
        SYSTEM,
        at,
        abbreviation=str(entry.get("abbreviation", "")),
        parent_id=units.of(session, organ, above).id if above else None,
        advisory=bool(entry.get("advisory", False)),
        basis=str(entry.get("basis", "")),
    )


def _appointment(entry: Entry) -> Appointment:
    until = entry.get("until")
    return Appointment(
        person=str(entry["person"]),
        organ_id=str(entry["agency"]),
        position=str(entry["position"]),
        role=Role(entry["role"]),
        since=read_day(entry["since"]),
        basis=str(entry["basis"]),
        unit=str(entry.get("unit", "")),
        competence=Competence(entry.get("competence", "")),
        competence_line=str(entry.get("competence_line", "")),
        main=bool(entry.get("main", False)),
        in_charge=bool(entry.get("in_charge", False)),
        until=read_day(until) if until else None,
    )


def _work_delegation(entry: Entry) -> WorkDelegation:
    return WorkDelegation(
        str(entry["agency"]),
        str(entry["from"]),
        str(entry["to"]),
        read_day(entry["since"]),
        read_day(entry["until"]),
        Scope(
            tuple(Role(role) for role in entry.get("roles", ())),
            tuple(map(str, entry.get("steps", ()))),
            tuple(map(str, entry.get("types", ()))),
            tuple(map(str, entry.get("units", ()))),
        ),
        str(entry.get("reason", "")),
        str(entry.get("basis", "")),
    )
