"""How many stand in each list of a desk: all of them in one statement, each counted so far.

Source: ux.md §3.10 (counters per role as links).
"""

from collections.abc import Iterable

from sqlalchemy import Label, func, select
from sqlalchemy.orm import Session

from documents import desk_works, listing
from documents.desk import Desk
from documents.desk_lists import DeskList
from documents.listing import COUNTED, Counter
from documents.sieve import Sieve

_ALL = Sieve()


def counted(
    session: Session,
    desk: Desk,
    lists: Iterable[DeskList],
    *,
    most: int = COUNTED,
) -> dict[str, Counter]:
    """Return the counter of each list by its name.

    Raises:
        YearMissing: overdue tasks are asked for, and the calendar does not know the year.
    """
    wanted = [_column(each, desk, most) for each in lists]
    if not wanted:
        return {}
    row = session.execute(select(*wanted)).one()
    return {
        column.name: Counter(min(count, most), count > most)
        for column, count in zip(wanted, row, strict=True)
    }


def counted_one(
    session: Session, desk: Desk, which: DeskList, sieve: Sieve = _ALL, *, most: int = COUNTED
) -> Counter:
    """Return how many stand in one list, and pass *sieve*.

    Raises:
        YearMissing: deadlines are asked for, and the calendar does not know the year.
    """
    count = session.scalar(select(_column(which, desk, most, sieve))) or 0
    return Counter(min(count, most), count > most)


def _column(which: DeskList, desk: Desk, most: int, sieve: Sieve = _ALL) -> Label[int]:
    if which.work is not None:
        few = desk_works.countable(which.work, desk, most, sieve)
    else:
        assert which.queue is not None  # noqa: S101  (a list is one or the other)
        few = listing.countable(
            desk.organ_id, which.queue, desk.today, only=which.only(desk), sieve=sieve, most=most
        )
    counting = select(func.count()).select_from(few.subquery())
    return counting.scalar_subquery().label(which.name)
