"""Deadlines as they are typed and offered: dd/mm/yyyy, or `+3` working days; the chips.

Practice: ux.md §1.3 (chips +1, +3, +5, +7 ngày làm việc), §3.5 (`t`, `+3`).
"""

from datetime import date

from documents import calendar
from workflows.calendar_days import typed_day

CHIPS = (1, 3, 5, 7)


def read_due(text: str, today: date) -> date | None:
    """Return the deadline that was typed; None where nothing was.

    Raises:
        DayInvalid: it is no day.
        YearMissing: so many working days on, the calendar does not know the year.
    """
    return typed_day(text, today)


def offered(today: date) -> list[tuple[int, str]]:
    """Return the chips: working days, and the day that they lead to, dd/mm/yyyy.

    Of a year that the calendar does not know, none.
    """
    known = calendar.vietnam()
    try:
        return [(days, f"{known.next_working(today, days):%d/%m/%Y}") for days in CHIPS]
    except calendar.YearMissing:
        return []
