"""Who is told of what an agency owes: those in their posts that day, whoever stands in for them.

Legal source: Decree 30/2020/ND-CP, Art. 24.1; Appendix VI, Part I, IV.1 (what follows a post ends
with it); ux.md §1.4 (stand-ins of who is away). Read once for a run: an agency has hundreds of
posts, and thousands of things that it owes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import absences, stead
from documents.document import Competence, Role
from documents.numbering import local_day
from documents.obligation import DUTIES, Owed
from documents.stead import Matter
from documents.tables import PostRow, UnitRow, WorkDelegationRow
from documents.tenure import main_first


@dataclass(frozen=True, slots=True, order=True)
class Recipient:
    """Who is told, and instead of whom."""

    person_id: str
    in_stead_of: str = ""
    """Empty: it is their own."""


@dataclass(slots=True)
class Roster:
    """The agency's posts, absences and stand-ins at one moment."""

    organ_id: str
    posts: dict[str, list[PostRow]]
    """By person, of the day."""
    units: dict[str, UnitRow]
    away: frozenset[str]
    steads: dict[str, list[WorkDelegationRow]]
    """Delegations in force, by who gave them."""
    former: dict[str, str | None] = field(default_factory=dict)
    """The last unit of those who left, by person."""
    heading: dict[str, list[str]] = field(init=False)
    """Who heads a unit, by its id."""
    by_role: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Turn the posts round once: they are asked for thousands of things owed."""
        self.heading, self.by_role = {}, {}
        for person in sorted(self.posts):
            for post in self.posts[person]:
                known = self.by_role.setdefault(post.role, [])
                if person not in known[-1:]:
                    known.append(person)
                if post.unit_id is not None and post.role == Role.UNIT_HEAD:
                    self.heading.setdefault(post.unit_id, []).append(person)

    @classmethod
    def load(cls, session: Session, organ_id: str, at: datetime) -> "Roster":
        """Read the roster of *organ_id* at *at*."""
        day = local_day(at)
        wanted = select(PostRow).where(PostRow.organ_id == organ_id, PostRow.since <= day)
        posts: dict[str, list[PostRow]] = {}
        former: dict[str, str | None] = {}
        for post in session.scalars(wanted.order_by(PostRow.since, PostRow.id)):
            if post.until is None or post.until >= day:
                posts.setdefault(post.person_id, []).append(post)
            else:
                former[post.person_id] = post.unit_id
        units = session.scalars(select(UnitRow).where(UnitRow.organ_id == organ_id))
        return cls(
            organ_id,
            {person: main_first(held) for person, held in posts.items()},
            {unit.id: unit for unit in units},
            frozenset(row.person_id for row in absences.away(session, organ_id, day)),
            _steads(session, organ_id, day, at),
            former,
        )

    def owners(self, owed: Owed) -> list[Recipient]:
        """Return who is to do it; empty where the agency has nobody for it."""
        named = list(owed.people)
        if not named and owed.unit_id is not None:
            named = self._heads(owed.unit_id)
        if not named:
            named = self._with(DUTIES[owed.duty].owes)
        if not named:
            named = self._leaders()
        return _each(found for person in named for found in self._present(person, owed))

    def heads(self, owed: Owed) -> list[Recipient]:
        """Return the heads above those who are to do it."""
        owners = {each.in_stead_of or each.person_id for each in self.owners(owed)}
        units = {owed.unit_id} if owed.unit_id else {self.unit_of(person) for person in owners}
        found = [head for unit in sorted(filter(None, units)) for head in self._heads(unit, owners)]
        return self._others(found, owed)

    def leaders(self, owed: Owed) -> list[Recipient]:
        """Return the leader whose it is to know."""
        if owed.leader_id and self._has(owed.leader_id, Role.LEADER):
            return self._others([owed.leader_id], owed)
        return self._others(self._leaders(), owed)

    def _others(self, people: Iterable[str], owed: Owed) -> list[Recipient]:
        told = {each.person_id for each in self.owners(owed)}
        found = _each(each for person in people for each in self._present(person, owed))
        return [each for each in found if each.person_id not in told]

    def _present(self, person: str, owed: Owed) -> list[Recipient]:
        """Return *person*, or who is told instead: a stand-in, a head, a leader."""
        if person not in self.posts:
            unit = owed.unit_id or self.former.get(person)
            above = (self._heads(unit) if unit else []) or self._leaders()
            return [Recipient(head, person) for head in above if head != person]
        if person not in self.away:
            return [Recipient(person)]
        matter = Matter(owed.type_name, owed.unit_id or self.unit_of(person))
        standing = [
            row.to_id
            for row in self.steads.get(person, ())
            if not stead.reaches(row, matter) and row.to_id not in self.away
        ]
        if standing:
            return [Recipient(each, person) for each in dict.fromkeys(standing)]
        unit = self.unit_of(person)
        above = [head for head in (self._heads(unit, {person}) if unit else []) if head != person]
        return [Recipient(person), *(Recipient(head, person) for head in above)]

    def _heads(self, unit_id: str | None, but: Iterable[str] = ()) -> list[str]:
        """Return the heads of the unit, else of the nearest above, without *but*."""
        seen: set[str] = set()
        left_out = set(but)
        while unit_id is not None and unit_id not in seen:
            seen.add(unit_id)
            heading = self.heading.get(unit_id, ())
            found = [person for person in dict.fromkeys(heading) if person not in left_out]
            if found:
                return found
            unit = self.units.get(unit_id)
            unit_id = unit.parent_id if unit is not None else None
        return []

    def _leaders(self) -> list[str]:
        """Return the agency's head, else whoever leads it."""
        leading = self._with({Role.LEADER})
        deputies = {
            person
            for person in leading
            if all(
                post.competence == Competence.DEPUTY
                for post in self.posts[person]
                if post.role == Role.LEADER
            )
        }
        return [person for person in leading if person not in deputies] or leading

    def _with(self, roles: Iterable[Role]) -> list[str]:
        return sorted({person for role in roles for person in self.by_role.get(role, ())})

    def _has(self, person: str, role: Role) -> bool:
        return any(post.role == role for post in self.posts.get(person, ()))

    def unit_of(self, person: str) -> str | None:
        """Return the unit of the person's main post, or of the last they had."""
        held = self.posts.get(person)
        return held[0].unit_id if held else self.former.get(person)


def _each(found: Iterable[Recipient]) -> list[Recipient]:
    """Return each person once; their own comes before what they do for others."""
    chosen: dict[str, Recipient] = {}
    for each in found:
        known = chosen.get(each.person_id)
        if known is None or (known.in_stead_of and not each.in_stead_of):
            chosen[each.person_id] = each
    return list(chosen.values())


def _steads(
    session: Session, organ_id: str, day: date, at: datetime
) -> dict[str, list[WorkDelegationRow]]:
    wanted = select(WorkDelegationRow).where(
        WorkDelegationRow.organ_id == organ_id,
        WorkDelegationRow.since <= day,
        WorkDelegationRow.until >= day,
        or_(WorkDelegationRow.withdrawn_at.is_(None), WorkDelegationRow.withdrawn_at > at),
    )
    rows = list(session.scalars(wanted.order_by(WorkDelegationRow.since, WorkDelegationRow.id)))
    behind = stead.posts_behind(session, rows)
    found: dict[str, list[WorkDelegationRow]] = {}
    for row in rows:
        if not stead.fault(row, *behind[row.id], at):
            found.setdefault(row.from_id, []).append(row)
    return found
