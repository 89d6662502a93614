"""Days as people write them, and the moments between which they hold in Vietnam.

Practice: ux.md §3.5 (`t` today, `+3` working days on, `2211` for 22/11 of this year).
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from documents import calendar
from documents.document import VIETNAM
from documents.errors import Refused

_FORMS = ("%d/%m/%Y", "%Y-%m-%d")


class DayInvalid(Refused):
    """The text is no day."""

    code = "day.invalid"
    vietnamese = "«{0}» không phải là ngày"
    english = "«{0}» is not a day"
    remedy = "Viết 31/12/2026 hoặc 2026-12-31 / write 31/12/2026 or 2026-12-31"


def read_day(text: str) -> date:
    """Return the day of `31/12/2026` or `2026-12-31`.

    Raises:
        DayInvalid: it is neither.
    """
    for form in _FORMS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    raise DayInvalid(text[:40])


_AHEAD = re.compile(r"\+\s?([0-9]{1,3})")
_SHORT = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2}|[0-9]{4})?")
_PARTED = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})(?:[./-]([0-9]{2}|[0-9]{4}))?")


def typed_day(text: str, today: date) -> date | None:
    """Return the day that a person typed in a hurry; None where nothing was typed.

    `t` is today, `+3` three working days on; `2211`, `22/11` are of this year, `221126` and
    `22.11.26` of 2026.

    Raises:
        DayInvalid: it is no day.
        YearMissing: so many working days on, the calendar does not know the year.
    """
    said = text.strip()[:40].lower()
    if not said:
        return None
    if said == "t":
        return today
    if ahead := _AHEAD.fullmatch(said):
        return calendar.vietnam().next_working(today, int(ahead[1]))
    found = _SHORT.fullmatch(said) or _PARTED.fullmatch(said)
    if found is None:
        return read_day(said)
    day, month, year = found[1], found[2], found[3]
    if not year:
        year = str(today.year)
    elif len(year) == len("26"):
        year = f"20{year}"
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise DayInvalid(text[:40]) from None


def first_moment(text: str) -> datetime:
    """Return when the day *text* begins in Vietnam, in UTC.

    Raises:
        DayInvalid: it is no day.
    """
    return _midnight(read_day(text))


def moment_after(text: str) -> datetime:
    """Return the first moment after the day *text* in Vietnam, in UTC.

    Raises:
        DayInvalid: it is no day, or the last one there is.
    """
    day = read_day(text)
    if day == date.max:
        raise DayInvalid(text[:40])
    return _midnight(day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, VIETNAM).astimezone(UTC)
