"""The next and the previous row of the list that somebody came from, wherever they are now.

Source: ux.md §2 («save and next» follows the visible list; at its end, back to the list). A row
keeps its place in the order though it has left the list: what was just handled has a next one.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy.orm import Session

from documents import desk_counters, desk_rows, desk_works, listing
from documents.desk import Desk
from documents.desk_lists import DeskList
from documents.desk_rows import Ask, Line
from documents.desk_works import Item
from documents.listing import Counter
from documents.tables import DocumentRow

_Around: TypeAlias = tuple[Line | None, Line | None, bool, frozenset[str]]
_AHEAD = 20
"""Rows looked at for one that the person may see."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands around a row of a list."""

    before: Line | None
    after: Line | None
    total: Counter
    here: bool
    """The row itself still stands in the list."""
    row_ids: frozenset[str]
    """Ids under which the row's page may be open: its own, its document's, its task's."""


def neighbours(
    session: Session, desk: Desk, which: DeskList, ask: Ask, row_id: str
) -> Neighbours | None:
    """Return what stands around the row; None where it is unknown or has no place in the order.

    Raises:
        YearMissing: deadlines are asked for, and the calendar does not know the year.
    """
    around = (
        _around_item(session, desk, which, ask, row_id)
        if which.work is not None
        else _around_document(session, desk, which, ask, row_id)
    )
    if around is None:
        return None
    before, after, here, ids = around
    total = desk_counters.counted_one(session, desk, narrowed(which, ask), ask.sieve)
    return Neighbours(before, after, total, here, ids)


def narrowed(which: DeskList, ask: Ask) -> DeskList:
    """Return the list with the states alone that are asked for."""
    return which if which.queue is None else replace(which, queue=desk_rows.chosen(which, ask))


def _around_document(
    session: Session, desk: Desk, which: DeskList, ask: Ask, row_id: str
) -> _Around | None:
    row = session.get(DocumentRow, row_id)
    queue = desk_rows.chosen(which, ask)
    if row is None or row.organ_id != desk.organ_id:
        return None
    mark = listing.mark_of(row, ask.order or queue.order)
    if not mark:
        return None
    up = queue.ascending if ask.ascending is None else ask.ascending

    def first(*, ascending: bool) -> Line | None:
        wanted = replace(ask, mark=mark, ascending=ascending, size=_AHEAD)
        return _first(desk_rows.shown(session, desk, which, wanted).lines)

    here = listing.holds(
        session, desk.organ_id, queue, desk.today, row_id, only=which.only(desk), sieve=ask.sieve
    )
    return first(ascending=not up), first(ascending=up), here, frozenset({row_id})


def _around_item(
    session: Session, desk: Desk, which: DeskList, ask: Ask, row_id: str
) -> _Around | None:
    assert which.work is not None  # noqa: S101  (asked only of works)
    item: Item | None = desk_works.found(session, which.work, desk.organ_id, row_id)
    if item is None or item.place is None:
        return None
    mark = desk_works.mark_of(item)
    after = desk_rows.shown(session, desk, which, replace(ask, mark=mark, size=_AHEAD))
    before = desk_rows.shown_before(session, desk, which, replace(ask, mark=mark, size=_AHEAD))
    here = desk_works.holds(session, which.work, desk, row_id)
    return _first(before.lines), _first(after.lines), here, item.ids


def _first(lines: tuple[Line, ...]) -> Line | None:
    return next((line for line in lines if not line.hidden), None)
