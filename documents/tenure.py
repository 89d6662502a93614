"""Posts as they were on a day: which were held, which one was the main one.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV.1 (rights follow a person's post).
`PostRow` is the truth. What `PersonRow` shows of a post is a copy for lists, written here only.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.document import VIETNAM, Competence, Person, Role
from documents.identity import new_id
from documents.tables import PersonRow, PostRow

EVER = date(1900, 1, 1)
"""The first day of a post of which no decision is on record."""
_SHOWN = ("position", "role", "competence", "competence_line")


class Dated(Protocol):
    """What holds from a first to a last day."""

    @property
    def since(self) -> date:
        """First day."""

    @property
    def until(self) -> date | None:
        """Last day; none: no end is known."""


D = TypeVar("D", bound=Dated)


def in_force(row: Dated, day: date) -> bool:
    """Return whether it holds on *day*; the last day is within it."""
    return row.since <= day and (row.until is None or day <= row.until)


def held_on(rows: Iterable[D], day: date) -> list[D]:
    """Return those of *rows* that hold on *day*."""
    return [row for row in rows if in_force(row, day)]


def overlap(one: Dated, other: Dated) -> bool:
    """Return whether there is a day on which both hold."""
    return (other.until is None or one.since <= other.until) and (
        one.until is None or other.since <= one.until
    )


def main_first(posts: Iterable[PostRow]) -> list[PostRow]:
    """Return the posts, the main one first, then by their first days."""
    return sorted(posts, key=lambda post: (not post.main, post.since, post.id))


def of_people(session: Session, people: Collection[str]) -> dict[str, list[PostRow]]:
    """Return every post that each of *people* ever had, by person, the earliest first."""
    wanted = select(PostRow).where(PostRow.person_id.in_(people))
    found: dict[str, list[PostRow]] = {person: [] for person in people}
    for post in session.scalars(wanted.order_by(PostRow.since, PostRow.id)):
        found[post.person_id].append(post)
    return found


def as_known(posts: Iterable[PostRow], known_at: datetime) -> list[PostRow]:
    """Return *posts* as they were on record at *known_at*: copies that no session has.

    What was not recorded yet is left out; an end that was not recorded yet is none.
    """
    names = [column.key for column in PostRow.__table__.columns]
    found = []
    for post in posts:
        if post.recorded_at > known_at:
            continue
        values = {name: getattr(post, name) for name in names}
        if post.ended_at is not None and post.ended_at > known_at:
            values |= {"until": None, "end_basis": "", "ended_at": None}
        found.append(PostRow(**values))
    return found


def as_person(row: PersonRow, post: PostRow) -> Person:
    """Return the person in one post."""
    return Person(
        id=row.id,
        organ_id=post.organ_id,
        full_name=row.full_name,
        position=post.position,
        role=Role(post.role),
        competence=Competence(post.competence),
        competence_line=post.competence_line,
    )


def copy(session: Session, row: PersonRow, day: date) -> bool:
    """Copy what the person's main post of *day* says into *row*; returns whether it differed.

    Who has no post that day keeps what the last one said, and is no longer active.
    """
    differed = _copied(row, of_people(session, [row.id])[row.id], day)
    session.flush()
    return differed


def _copied(row: PersonRow, posts: Iterable[PostRow], day: date) -> bool:
    held = main_first(held_on(posts, day))
    before = (row.active, row.organ_id, *(getattr(row, name) for name in _SHOWN))
    row.active = bool(held)
    if held:
        row.organ_id = held[0].organ_id
        for name in _SHOWN:
            setattr(row, name, getattr(held[0], name))
    return before != (row.active, row.organ_id, *(getattr(row, name) for name in _SHOWN))


def refresh(session: Session, at: datetime) -> int:
    """Renew every copy for the day of *at*: posts begin and end without anybody's doing.

    Returns how many differed.
    """
    day = at.astimezone(VIETNAM).date()
    held: dict[str, list[PostRow]] = {}
    for post in session.scalars(select(PostRow)):
        held.setdefault(post.person_id, []).append(post)
    people = session.scalars(select(PersonRow)).all()
    differed = sum(_copied(row, held.get(row.id, ()), day) for row in people)
    session.flush()
    return differed


def enter(
    session: Session,
    row: PersonRow,
    person: Person,
    at: datetime | None,
    unit_id: str | None = None,
) -> None:
    """Write down the post that *person* names; *row* is theirs.

    Without *at* it is so since ever: a post of which no decision is known is set right. With
    *at* an open post that says something else ends the day before, and this one begins. Who
    had posts in the agency that are all over does not get one back by this way.
    """
    posts = [
        post for post in of_people(session, [row.id])[row.id] if post.organ_id == person.organ_id
    ]
    standing = main_first(post for post in posts if post.until is None)
    day = at.astimezone(VIETNAM).date() if at is not None else None
    if posts and not standing:
        return
    values = {name: str(getattr(person, name)) for name in _SHOWN}
    if standing:
        post = standing[0]
        if all(getattr(post, name) == value for name, value in values.items()):
            return
        if day is None or post.since >= day:
            for name, value in values.items():
                setattr(post, name, value)
            return
        post.until, post.ended_at = day - timedelta(days=1), at
    session.add(
        PostRow(
            id=new_id(),
            person_id=row.id,
            organ_id=person.organ_id,
            unit_id=standing[0].unit_id if standing else unit_id,
            since=day if standing and day is not None else EVER,
            basis="",
            end_basis="",
            recorded_at=at or datetime.combine(EVER, datetime.min.time(), VIETNAM),
            main=standing[0].main if standing else None,
            **values,
        )
    )


def hand_on(
    session: Session, post: PostRow, unit_id: str, last: date, basis: str, at: datetime
) -> None:
    """End *post* on *last*; the same post goes on in another unit, until the end it had.

    What had not begun by then just moves.
    """
    if post.since > last:
        post.unit_id = unit_id
        return
    names = ("person_id", "organ_id", *_SHOWN, "main", "in_charge", "until", "end_basis")
    values = {name: getattr(post, name) for name in names}
    session.add(
        PostRow(
            id=new_id(),
            unit_id=unit_id,
            since=last + timedelta(days=1),
            basis=basis,
            recorded_at=at,
            **values,
        )
    )
    post.until, post.end_basis, post.ended_at = last, basis, at
    session.flush()
