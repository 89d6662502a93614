"""Presets of a direction («Gửi nhanh»): lead, co-operating, for information, days, an opinion.

Practice: ux.md §1.4 (per-user preset recipients, ticked beforehand in every send dialog).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from documents import assignee
from documents.assignee import Share
from documents.calendar import Calendar
from documents.identity import new_id
from documents.phrases import LONGEST, PhraseInvalid, forget, owner, worded
from documents.tables import PersonRow, PresetRow, UnitRow
from documents.task import TaskPart
from documents.tenure import in_force, of_people

NAME = 60
MOST = 40
"""Presets of one owner."""
MOST_SHARES = 60
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready direction, to be kept."""

    name: str
    shares: tuple[Share, ...]
    """Their own days do not count."""
    days: int | None = None
    """Working days; none: the document's own deadline."""
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A preset as it is offered, with the names of today."""

    id: str
    name: str
    shared: bool
    """The agency's."""
    people: tuple[tuple[TaskPart, str, str], ...]
    """(part, id, name)."""
    days: int | None
    opinion: str
    gone: tuple[str, ...] = ()
    """Names of units and people that nothing can be given to any more."""

    def named(self, part: TaskPart) -> tuple[str, ...]:
        """Return the names of who has *part*."""
        return tuple(name for each, _, name in self.people if each is part)

    def due(self, today: date, calendar: Calendar) -> date | None:
        """Return the deadline that it means on *today*.

        Raises:
            YearMissing: the calendar does not know the year.
        """
        return calendar.next_working(today, self.days) if self.days else None


def keep(
    session: Session,
    organ_id: str,
    preset: Preset,
    who: str,
    at: datetime,
    *,
    shared: bool = False,
) -> str:
    """Keep a preset under its name, in the place of its owner's older one; returns its id.

    Raises:
        PhraseInvalid: no name, no lead or several, somebody twice, days below 1, too many.
        AssigneeInvalid, PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun, RightMissing:
            whom it names, or who keeps it.
    """
    name = worded(preset.name, NAME, "tên / its name")
    opinion = worded(preset.opinion, LONGEST, "ý kiến / the opinion") if preset.opinion else ""
    if preset.days is not None and not 1 <= preset.days <= MOST_DAYS:
        raise PhraseInvalid(f"số ngày / days: {preset.days}")
    _check(preset.shares)
    targets = [assignee.assignee(session, organ_id, share.to, at) for share in preset.shares]
    keys = [target.key for target in targets]
    if len(set(keys)) < len(keys):
        raise PhraseInvalid("một nơi hai lần / somebody twice")
    owner_id = owner(session, organ_id, who, at, shared=shared)
    theirs = select(PresetRow).where(
        PresetRow.organ_id == organ_id, PresetRow.owner_id.is_not_distinct_from(owner_id)
    )
    row = session.scalar(theirs.where(PresetRow.name == name))
    if row is None:
        if (session.scalar(select(func.count()).select_from(theirs.subquery())) or 0) >= MOST:
            raise PhraseInvalid(f"đã có {MOST} / there are {MOST} already")
        row = PresetRow(id=new_id(), organ_id=organ_id, owner_id=owner_id, name=name)
        session.add(row)
    parts = [share.part.value for share in preset.shares]
    row.shares = [list(pair) for pair in zip(parts, keys, strict=True)]
    row.days, row.opinion, row.kept_at = preset.days, opinion, at
    session.flush()
    return row.id


def _check(shares: Sequence[Share]) -> None:
    leads = sum(share.part is TaskPart.LEAD for share in shares)
    informing = all(share.part is TaskPart.INFORM for share in shares)
    if not 1 <= len(shares) <= MOST_SHARES:
        raise PhraseInvalid(f"{len(shares)} nơi nhận / addressees")
    if leads > 1 or (leads == 0 and not informing):
        raise PhraseInvalid(f"{leads} chủ trì / leads")


def offered(session: Session, organ_id: str, person_id: str, day: date) -> list[Shown]:
    """Return the presets that the person may use, their own first, with the names of *day*."""
    wanted = select(PresetRow).where(
        PresetRow.organ_id == organ_id,
        or_(PresetRow.owner_id == person_id, PresetRow.owner_id.is_(None)),
    )
    rows = sorted(
        session.scalars(wanted.order_by(PresetRow.kept_at, PresetRow.id)),
        key=lambda row: row.owner_id is None,
    )
    names, standing = _names(session, {key for row in rows for _, key in row.shares}, day)
    return [_shown(row, names, standing) for row in rows]


def _shown(row: PresetRow, names: dict[str, str], standing: set[str]) -> Shown:
    people = tuple((TaskPart(part), key, names.get(key, key)) for part, key in row.shares)
    gone = tuple(name for _, key, name in people if key not in standing)
    shared = row.owner_id is None
    return Shown(row.id, row.name, shared, people, row.days, row.opinion, gone)


def _names(session: Session, keys: Iterable[str], day: date) -> tuple[dict[str, str], set[str]]:
    """Return the names of units and people, and which of them are there on *day*."""
    wanted = set(keys)
    if not wanted:
        return {}, set()
    units = list(session.scalars(select(UnitRow).where(UnitRow.id.in_(wanted))))
    people = list(session.scalars(select(PersonRow).where(PersonRow.id.in_(wanted))))
    held = of_people(session, [person.id for person in people])
    standing = {unit.id for unit in units if in_force(unit, day)}
    standing |= {one for one, posts in held.items() if any(in_force(each, day) for each in posts)}
    names = {unit.id: unit.name for unit in units}
    return names | {person.id: person.full_name for person in people}, standing


def drop(session: Session, organ_id: str, which: str, who: str, at: datetime) -> None:
    """Forget a preset; the agency's by whoever keeps them.

    Raises:
        PhraseUnknown: the person keeps no such preset.
        RightMissing, PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun: as `owner`.
    """
    forget(session, session.get(PresetRow, which), organ_id, which, who, at)
