"""Units and people of an agency that work can be given to, found by a few letters.

Practice: ux.md §2 (three letters of a name), §3.6 (accents optional, given names, initials).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import units
from documents.assignee import HANDLERS
from documents.document import Role, folded
from documents.numbering import local_day
from documents.tables import PersonRow, PostRow, UnitRow

MOST = 12


@dataclass(frozen=True, slots=True)
class Addressee:
    """A unit or a person."""

    id: str
    name: str
    told: str
    """Post and unit of a person, abbreviation of a unit."""
    is_unit: bool = False


def found(
    session: Session,
    organ_id: str,
    letters: str,
    at: datetime,
    *,
    roles: tuple[Role, ...] = HANDLERS,
) -> list[Addressee]:
    """Return whom *letters* may mean, units first, best first, twelve at most.

    Every word of *letters* begins a word of the name, the post or the abbreviation; or the letters
    are the initials of the name. Without letters, the units.
    """
    wanted = folded(letters[:60]).split()
    there = everybody(session, organ_id, at, roles=roles)
    if not wanted:
        return [each for each in there if each.is_unit][:MOST]
    scored = [(score, each) for each in there if (score := _score(wanted, each)) is not None]
    scored.sort(key=lambda pair: (not pair[1].is_unit, pair[0], pair[1].name))
    return [each for _, each in scored[:MOST]]


def everybody(
    session: Session, organ_id: str, at: datetime, *, roles: tuple[Role, ...] = HANDLERS
) -> list[Addressee]:
    """Return the units of the day, then everybody with a post of *roles* in the agency."""
    day = local_day(at)
    standing = units.on(session, organ_id, day)
    names = {unit.id: unit.name for unit in standing}
    posts = session.execute(
        select(PersonRow.id, PersonRow.full_name, PostRow.position, PostRow.unit_id)
        .join(PostRow, PostRow.person_id == PersonRow.id)
        .where(PostRow.organ_id == organ_id, PostRow.role.in_([str(role) for role in roles]))
        .where(PostRow.since <= day, or_(PostRow.until.is_(None), PostRow.until >= day))
        .order_by(PersonRow.full_name, PersonRow.id, PostRow.main.desc(), PostRow.since)
    )
    people: dict[str, Addressee] = {}
    for person_id, name, position, unit_id in posts:
        told = " · ".join(filter(None, (position, names.get(unit_id or ""))))
        people.setdefault(person_id, Addressee(person_id, name, told))
    return [*(_unit(unit) for unit in standing), *people.values()]


def named(session: Session, organ_id: str, keys: list[str]) -> list[tuple[str, str]]:
    """Return (id, name) of the agency's units and people among *keys*, in their order."""
    wanted = keys[:200]
    names: dict[str, str] = {}
    for row_id, name in session.execute(
        select(UnitRow.id, UnitRow.name).where(UnitRow.id.in_(wanted), UnitRow.organ_id == organ_id)
    ):
        names[row_id] = name
    for row_id, name in session.execute(
        select(PersonRow.id, PersonRow.full_name).where(
            PersonRow.id.in_(wanted), PersonRow.organ_id == organ_id
        )
    ):
        names[row_id] = name
    return [(key, names[key]) for key in dict.fromkeys(wanted) if key in names]


def _unit(unit: UnitRow) -> Addressee:
    return Addressee(unit.id, unit.name, unit.abbreviation, is_unit=True)


def _score(wanted: list[str], each: Addressee) -> int | None:
    """Return how well it fits, the lower the better; None where it does not."""
    name = folded(each.name).split()
    around = folded(each.told).replace("·", " ").split()
    if len(wanted) == 1 and "".join(word[0] for word in name).startswith(wanted[0]):
        return 1
    if not all(any(word.startswith(part) for word in (*name, *around)) for part in wanted):
        return None
    # a Vietnamese is called by the last word of the name
    if name and name[-1].startswith(wanted[0]):
        return 0
    return 2 if any(word.startswith(wanted[0]) for word in name) else 3
