"""A page of any list of the desk, its rows alike, with every name that its columns show.

Source: ux.md §3.10 (one list component). However many rows: a fixed number of questions. What is
restricted stands in its place without a word of it (Decree 30/2020/ND-CP, App. VI, Part I, III.3).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import desk_works, listing, rights
from documents.desk import Desk
from documents.desk_lists import DeskList
from documents.desk_works import Item
from documents.lifecycle import State
from documents.queues import Order, Queue
from documents.sieve import Sieve
from documents.tables import DocumentRow, PersonRow, TaskRow, UnitRow

_ALL = Sieve()


@dataclass(frozen=True, slots=True)
class Ask:
    """What of a list is wanted."""

    sieve: Sieve = _ALL
    states: tuple[str, ...] = ()
    """Of a queue: only these of its states."""
    order: Order | None = None
    ascending: bool | None = None
    mark: str = ""
    """The `next` of the page before."""
    size: int = listing.PAGE


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list."""

    id: str
    """Of the document, or of what waits (task, submission, question …)."""
    document: DocumentRow | None
    task: TaskRow | None = None
    due: date | None = None
    words: str = ""
    place: date | datetime | None = None
    """What a list of works goes by."""
    hidden: bool = False
    """Restricted, and not for this person: nothing of it is shown."""

    @property
    def opened_by(self) -> str:
        """Id under which the row's screen is opened."""
        if self.document is not None:
            return self.document.id
        return self.task.id if self.task is not None else self.id


@dataclass(frozen=True, slots=True)
class Shown:
    """Some rows of a list."""

    lines: tuple[Line, ...]
    next: str
    """Mark of the page after this one; empty at the end."""
    cut: bool
    """Only the next ones of a long list were looked through for what passes the sieve."""
    names: Mapping[str, str]
    """Of people and units in the rows, by id."""


def chosen(which: DeskList, ask: Ask) -> Queue:
    """Return the list's queue, narrowed to the states that are asked for."""
    assert which.queue is not None  # noqa: S101  (works have none)
    states = frozenset(State(each) for each in ask.states if each in set(State))
    states &= which.queue.states
    return replace(which.queue, states=states) if states else which.queue


def shown(session: Session, desk: Desk, which: DeskList, ask: Ask) -> Shown:
    """Return a page of a list.

    Raises:
        MarkInvalid: the mark is none of this list's.
        YearMissing: deadlines are asked for, and the calendar does not know the year.
    """
    if which.work is not None:
        items = desk_works.page(
            session, which.work, desk, sieve=ask.sieve, after=ask.mark, size=ask.size
        )
        lines: Sequence[Line] = [_of_item(each) for each in items.items]
        after, cut = items.next, False
    else:
        page = listing.listed(
            session,
            desk.organ_id,
            chosen(which, ask),
            desk.today,
            only=which.only(desk),
            sieve=ask.sieve,
            order=ask.order,
            ascending=ask.ascending,
            page=ask.mark,
            size=ask.size,
        )
        lines = [Line(row.id, row, due=row.due_date) for row in page.documents]
        after, cut = page.next, page.cut
    lines = covered(session, desk, lines)
    return Shown(tuple(lines), after, cut, names_in(session, lines))


def shown_before(session: Session, desk: Desk, which: DeskList, ask: Ask) -> Shown:
    """Return what comes before the mark in a list of works, the nearest first."""
    assert which.work is not None  # noqa: S101  (queues are asked the other way round)
    items = desk_works.page(
        session, which.work, desk, sieve=ask.sieve, before=ask.mark, size=ask.size
    )
    lines = covered(session, desk, [_of_item(each) for each in items.items])
    return Shown(tuple(lines), items.next, False, {})


def _of_item(item: Item) -> Line:
    return Line(item.id, item.document, item.task, item.due, item.words, item.place)


def covered(session: Session, desk: Desk, lines: Sequence[Line]) -> list[Line]:
    """Return the lines; those that the person may not see are covered."""
    rows = {line.document.id: line.document for line in lines if line.document is not None}
    if not rows:
        return list(lines)
    seen = {row.id for row in rights.visible(session, desk, list(rows.values()), desk.at)}
    return [
        line
        if line.document is None or line.document.id in seen
        else Line(line.id, None, due=line.due, place=line.place, hidden=True)
        for line in lines
    ]


def names_in(session: Session, lines: Iterable[Line]) -> dict[str, str]:
    """Return the names of the people and units that the rows speak of, by id."""
    units: set[str | None] = set()
    people: set[str | None] = set()
    for line in lines:
        if (row := line.document) is not None:
            units.add(row.unit_id)
            people |= {row.drafter_id, row.clerk_id}
        if (task := line.task) is not None:
            units.add(task.unit_id)
            people |= {task.person_id, task.given_by}
    return names_of(session, people, units)


def names_of(
    session: Session, people: Iterable[str | None], units: Iterable[str | None]
) -> dict[str, str]:
    """Return the names of people and units by id."""
    found: dict[str, str] = {}
    for table, name, ids in (
        (UnitRow, UnitRow.name, units),
        (PersonRow, PersonRow.full_name, people),
    ):
        if known := sorted({each for each in ids if each}):
            for key, said in session.execute(select(table.id, name).where(table.id.in_(known))):
                found[key] = said
    return found
