"""Whom a task is given to: a unit or a person of the agency, on the day it is given.

Legal source: Decree 30/2020/ND-CP, Art. 23.2, 23.3: unit or person, lead and co-operating.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import posts
from documents.document import Role
from documents.errors import Refused
from documents.numbering import local_day
from documents.posts import Acting
from documents.tables import PersonRow, UnitRow
from documents.task import TaskPart
from documents.tenure import held_on, in_force, of_people

HANDLERS = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK)
"""Roles that handle documents; the administrator keeps the installation only."""
_TAKE = "nhận nhiệm vụ / take a task"


class AssigneeInvalid(Refused):
    """The unit or person cannot be given this. ({0} who, {1} why)."""

    code = "handling.assignee_invalid"
    vietnamese = "Không giao được cho «{0}»: {1}"
    english = "«{0}» cannot be given this: {1}"
    remedy = (
        "Chọn đơn vị hoặc người khác của cơ quan / choose another unit or person of the agency: "
        "`congvan people`"
    )


@dataclass(frozen=True, slots=True)
class Share:
    """One unit's or person's part in a direction."""

    to: str
    """A unit's id, name or abbreviation, or a person's id or full name."""
    part: TaskPart = TaskPart.LEAD
    due: date | None = None
    """Last day; none: that of the whole direction."""
    product: str = ""
    """The result that is expected."""


@dataclass(frozen=True, slots=True)
class Assignee:
    """A unit, or a person with the unit of their post."""

    unit: UnitRow | None
    person: PersonRow | None

    @property
    def name(self) -> str:
        """As people know it."""
        known = self.person.full_name if self.person is not None else ""
        return known or (self.unit.name if self.unit is not None else "")

    @property
    def key(self) -> str:
        """Id of the person, else of the unit."""
        if self.person is not None:
            return self.person.id
        return self.unit.id if self.unit is not None else ""


def assignee(session: Session, organ_id: str, said: str, at: datetime) -> Assignee:
    """Return the unit or person of the agency that *said* names; a unit's name comes first.

    Raises:
        AssigneeInvalid: a unit of another agency, or one that is no more or not yet.
        PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun, RightMissing: no such person.
    """
    said = unicodedata.normalize("NFC", said.strip())[:255]
    units = _units(session, organ_id, said)
    day = local_day(at)
    if standing := held_on(units, day):
        if len(standing) > 1:
            raise AssigneeInvalid(said, "nhiều đơn vị cùng tên / several units of that name")
        return Assignee(standing[0], None)
    if units:
        raise AssigneeInvalid(said, "đơn vị không còn hoặc chưa có / the unit is over or not yet")
    other = session.get(UnitRow, said)
    if other is not None:
        raise AssigneeInvalid(said, "đơn vị của cơ quan khác / a unit of another agency")
    taking = posts.acting(session, organ_id, said, HANDLERS, at, _TAKE)
    unit = session.get(UnitRow, taking.unit_id) if taking.unit_id else None
    return Assignee(unit, taking.person)


def _units(session: Session, organ_id: str, said: str) -> list[UnitRow]:
    named = or_(UnitRow.id == said, UnitRow.name == said, UnitRow.abbreviation == said)
    wanted = select(UnitRow).where(UnitRow.organ_id == organ_id, named)
    return list(session.scalars(wanted)) if said else []


def refuse_self(target: Assignee, giver: Acting) -> None:
    """Return if *giver* does not give the task to themselves, or to the unit they head.

    Raises:
        AssigneeInvalid: they do.
    """
    own_unit = (
        target.person is None
        and target.unit is not None
        and giver.role is Role.UNIT_HEAD
        and target.unit.id == giver.unit_id
    )
    if own_unit or (target.person is not None and target.person.id == giver.person.id):
        raise AssigneeInvalid(target.name, "chính người giao / the one who gives it")


def refuse_beyond(session: Session, targets: Collection[Assignee], giver: Acting) -> None:
    """Return if a unit's head directs within the unit and those under it.

    Raises:
        AssigneeInvalid: a target is of another unit; only a leader directs it.
    """
    if giver.role is not Role.UNIT_HEAD:
        return
    for target in targets:
        unit = target.unit
        if unit is None and giver.unit_id is None:
            continue  # an agency that has no units
        while unit is not None and unit.id != giver.unit_id:
            unit = session.get(UnitRow, unit.parent_id) if unit.parent_id else None
        if unit is None:
            raise AssigneeInvalid(target.name, "ngoài đơn vị của người giao / not of their unit")


def units_of(session: Session, person_id: str, day: date) -> list[str]:
    """Return the ids of the units in which the person has a post on *day*."""
    held = held_on(of_people(session, [person_id])[person_id], day)
    return sorted({post.unit_id for post in held if post.unit_id})


def units_headed(session: Session, person_id: str, day: date) -> list[str]:
    """Return the ids of the units that the person heads on *day*."""
    held = of_people(session, [person_id])[person_id]
    heading = [post for post in held if in_force(post, day) and post.role == Role.UNIT_HEAD]
    return sorted({post.unit_id for post in heading if post.unit_id})
