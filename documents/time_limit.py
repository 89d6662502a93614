"""How long something may take: at once, the same day, the next working day, until a day.

Legal source: Decree 30/2020/ND-CP, Art. 4.2c (the same day, at the latest the next working day;
urgent ones at once), 15.2, 18.1, 21.2c, 23.1; Decision 28/2018/QD-TTg (the next working morning);
law.md §9. A last day that is a day off ends with the next working day (Civil Code 2015,
Art. 148.5). Days and mornings are Vietnam's, whose clock never changes.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from documents.calendar import Calendar
from documents.document import VIETNAM
from documents.numbering import local_day
from documents.task import last_day

AT_ONCE = timedelta(minutes=30)
"""What *at once* leaves; the law has no figure."""
MORNING_ENDS = time(12)
"""Vietnam; the law says *morning* and no hour."""


class Limit(StrEnum):
    """How the law, or practice, says until when."""

    AT_ONCE = "at_once"
    """ngay."""
    SAME_DAY = "same_day"
    """trong ngày; on a day off, the next working day."""
    NEXT_MORNING = "next_morning"
    """chậm nhất là buổi sáng ngày làm việc tiếp theo."""
    NEXT_WORKING_DAY = "next_working_day"
    """trong ngày, chậm nhất là ngày làm việc tiếp theo."""
    WORKING_DAYS = "working_days"
    """within a number of working days."""
    DATE = "date"
    """đến hết một ngày."""
    MOMENT = "moment"
    """đến một thời điểm."""


LIMIT_NAMES: dict[str, str] = {
    Limit.AT_ONCE: "ngay",
    Limit.SAME_DAY: "trong ngày",
    Limit.NEXT_MORNING: "sáng ngày làm việc tiếp theo",
    Limit.NEXT_WORKING_DAY: "ngày làm việc tiếp theo",
    Limit.WORKING_DAYS: "số ngày làm việc",
    Limit.DATE: "đến hết ngày",
    Limit.MOMENT: "đến thời điểm",
}


@dataclass(frozen=True, slots=True)
class Until:
    """When a limit ends."""

    on: date
    """Its last day, in Vietnam."""
    at: datetime
    """The first moment, aware, at which it is over."""

    @property
    def shown(self) -> str:
        """Return it as people read it."""
        return shown_end(self.on, self.at)


def day_ends(day: date) -> datetime:
    """Return the midnight in Vietnam that ends *day*."""
    return datetime.combine(day + timedelta(days=1), time.min, VIETNAM)


def shown_end(on: date, at: datetime) -> str:
    """Return a last day that ends with *at* as people read it: a midnight is said as the day."""
    local = at.astimezone(VIETNAM)
    return f"{local:%H:%M %d/%m/%Y}" if local.date() == on else f"{on:%d/%m/%Y}"


def until(limit: Limit, since: datetime, calendar: Calendar, days: int = 0) -> Until:
    """Return when *limit* ends for what began at *since*, aware; *days* is of WORKING_DAYS.

    Raises:
        YearMissing: the calendar does not know a day's year.
        ValueError: DATE and MOMENT begin with nothing (`by_day`, `by_moment`).
    """
    day = local_day(since)
    if limit is Limit.AT_ONCE:
        return by_moment(since + AT_ONCE)
    if limit is Limit.SAME_DAY:
        return _whole(last_day(day, calendar))
    if limit is Limit.NEXT_MORNING:
        morning = calendar.next_working(day)
        return Until(morning, datetime.combine(morning, MORNING_ENDS, VIETNAM))
    if limit is Limit.NEXT_WORKING_DAY:
        return _whole(calendar.next_working(day))
    if limit is Limit.WORKING_DAYS:
        return _whole(calendar.next_working(day, days))
    raise ValueError(limit)


def by_day(day: date, calendar: Calendar) -> Until:
    """Return the end of the last day *day*, moved on where it is off.

    Raises:
        YearMissing: the calendar does not know its year.
    """
    return _whole(last_day(day, calendar))


def by_moment(moment: datetime) -> Until:
    """Return the end of what lasts until *moment*, on whatever day that is."""
    return Until(local_day(moment), moment)


def on_day(day: date) -> Until:
    """Return the end of *day* itself, working or off."""
    return _whole(day)


def _whole(day: date) -> Until:
    return Until(day, day_ends(day))
