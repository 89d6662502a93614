"""Deadlines as they are typed and offered: dd/mm/yyyy, or `+3` working days; the chips.

Practice: ux.md §1.3 (chips +1, +3, +5, +7 ngày làm việc), §3.5 (`t`, `+3`).
"""

import re
from datetime import date

from documents import calendar
from workflows.calendar_days import read_day

CHIPS = (1, 3, 5, 7)
_AHEAD = re.compile(r"\+\s?([0-9]{1,3})")


def read_due(text: str, today: date) -> date | None:
    """Return the deadline that was typed; None where nothing was.

    Raises:
        DayInvalid: it is no day.
        YearMissing: so many working days on, the calendar does not know the year.
    """
    said = text.strip()[:40]
    if not said:
        return None
    if said.lower() == "t":
        return today
    if found := _AHEAD.fullmatch(said):
        return calendar.vietnam().next_working(today, int(found[1]))
    return read_day(said)


def offered(today: date) -> list[tuple[int, str]]:
    """Return the chips: working days, and the day that they lead to, dd/mm/yyyy.

    Of a year that the calendar does not know, none.
    """
    known = calendar.vietnam()
    try:
        return [(days, f"{known.next_working(today, days):%d/%m/%Y}") for days in CHIPS]
    except calendar.YearMissing:
        return []
