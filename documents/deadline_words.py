"""How far a deadline is, as people say it: «còn 2 ngày làm việc», «quá hạn 3 ngày».

Legal source: Civil Code 2015, Art. 148.5 (a last day that is a day off ends with the next working
day); Decree 30/2020/ND-CP, Art. 24. Colours only help: the words say it too (ux.md §3.10).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from documents import calendar
from documents.calendar import YearMissing
from documents.sieve import SOON
from documents.task import NO_DAY, last_day

_FAR = 30
"""Calendar days beyond which nobody counts working days."""


@dataclass(frozen=True, slots=True)
class DueWords:
    """What a chip says of a deadline."""

    kind: str
    """late | soon | now | quiet: how the chip looks."""
    text: str


def due_words(due: date | None, today: date) -> DueWords | None:
    """Return how *due* stands on *today*; None where there is no deadline.

    Where the calendar does not know a year, the day itself is said.
    """
    if due is None or due == NO_DAY:
        return None
    try:
        return _counted(due, today)
    except YearMissing:
        return DueWords("late" if due < today else "quiet", f"hạn {due:%d/%m/%Y}")


def _counted(due: date, today: date) -> DueWords:
    known = calendar.vietnam()
    ends = last_day(due, known)
    if ends < today:
        return DueWords("late", f"quá hạn {(today - ends).days} ngày")
    if ends == today:
        return DueWords("soon", "hạn hôm nay")
    if (ends - today).days > _FAR:
        return DueWords("quiet", f"hạn {due:%d/%m/%Y}")
    days = (today + timedelta(count) for count in range(1, (ends - today).days + 1))
    left = sum(known.is_working(day) for day in days)
    return DueWords("soon" if left <= SOON else "quiet", f"còn {left} ngày làm việc")
