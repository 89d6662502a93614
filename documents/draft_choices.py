"""What the form of a draft lets one choose from: who signs, units, people of the agency.

Legal source: Decree 30/2020/ND-CP, Art. 13 (who signs). What is chosen is judged again when the
draft is entered (`signatory`, `draft_opinions`, `internal_copies`).
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import delegations
from documents.document import Role, folded
from documents.numbering import local_day
from documents.tables import PersonRow, PostRow, UnitRow

MOST = 20
"""Of an answer to what is typed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody, or a unit, that may be chosen."""

    id: str
    name: str
    said: str = ""
    """Position; a unit's abbreviation."""
    is_unit: bool = False


def signers(session: Session, organ_id: str, at: datetime) -> list[Choice]:
    """Return who may be named as the one who signs for the agency, its leaders first."""
    held = _held(session, organ_id, local_day(at))
    given = {
        each.grantee_id for each in delegations.of_agency(session, organ_id) if each.in_force(at)
    }
    own = [(person, post) for person, post in held if person.signing_key]
    leaders = [each for each in own if each[1].role == Role.LEADER]
    others = [each for each in own if each[0].id in given]
    found: dict[str, Choice] = {}
    for person, post in (*leaders, *others):
        said = ", ".join(
            part for part in (post.competence_line.replace("\n", " "), post.position) if part
        )
        found.setdefault(person.id, Choice(person.id, person.full_name, said))
    elsewhere = [each for each in given if each not in found]
    for person in session.scalars(select(PersonRow).where(PersonRow.id.in_(elsewhere))):
        found[person.id] = Choice(person.id, person.full_name, person.position)
    return list(found.values())


def _held(session: Session, organ_id: str, day: date) -> list[tuple[PersonRow, PostRow]]:
    """Return who holds which post of the agency that day: two indexes, one question."""
    rows = session.execute(
        select(PersonRow, PostRow)
        .join(PostRow, PostRow.person_id == PersonRow.id)
        .where(PostRow.organ_id == organ_id, PostRow.since <= day)
        .where(or_(PostRow.until.is_(None), PostRow.until >= day))
        .order_by(PersonRow.full_name, PersonRow.id, PostRow.since)
    )
    return [(person, post) for person, post in rows]


def units(session: Session, organ_id: str, day: date) -> list[Choice]:
    """Return the agency's units of that day, by name."""
    rows = session.scalars(
        select(UnitRow)
        .where(UnitRow.organ_id == organ_id, UnitRow.since <= day)
        .where(or_(UnitRow.until.is_(None), UnitRow.until >= day))
        .order_by(UnitRow.name)
    )
    return [Choice(row.id, row.name, row.abbreviation, is_unit=True) for row in rows]


def own_unit(session: Session, organ_id: str, person_id: str, day: date) -> str:
    """Return the abbreviation of the unit in which the person works; empty where it has none."""
    wanted = (
        select(UnitRow.abbreviation)
        .join(PostRow, PostRow.unit_id == UnitRow.id)
        .where(PostRow.person_id == person_id, PostRow.organ_id == organ_id)
        .where(PostRow.since <= day, or_(PostRow.until.is_(None), PostRow.until >= day))
        .order_by(PostRow.main.desc(), PostRow.since)
    )
    return session.scalar(wanted.limit(1)) or ""


def inside(session: Session, organ_id: str, text: str, day: date) -> list[Choice]:
    """Return units and people of the agency whose names have every word of *text*."""
    words = folded(text[:100]).split()
    people = {
        person.id: Choice(person.id, person.full_name, post.position)
        for person, post in _held(session, organ_id, day)
    }
    every = [*units(session, organ_id, day), *people.values()]
    fits = [
        each for each in every if all(word in folded(f"{each.name} {each.said}") for word in words)
    ]
    return fits[:MOST]


def named(session: Session, organ_id: str, ids: list[str]) -> list[Choice]:
    """Return those of *ids* that are units or people of the agency, in order: to show them."""
    rows = session.scalars(select(UnitRow).where(UnitRow.id.in_(ids), UnitRow.organ_id == organ_id))
    found = {row.id: Choice(row.id, row.name, row.abbreviation, is_unit=True) for row in rows}
    people = session.scalars(
        select(PersonRow).where(PersonRow.id.in_(ids), PersonRow.organ_id == organ_id)
    )
    found |= {row.id: Choice(row.id, row.full_name, row.position) for row in people}
    return [found[each] for each in dict.fromkeys(ids) if each in found]
