"""How much is written on which day: seasons, days of the week, storms, working hours.

Source: ux.md §5.3 (volumes of registers in the wild): peaks before Tết, in June and December,
Monday above Friday, express letters in the season of storms.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from documents.calendar import vietnam
from documents.document import VIETNAM, Urgency

_MONTHS = (1.15, 1.0, 0.95, 0.95, 1.0, 1.25, 1.05, 0.95, 1.0, 1.05, 1.05, 1.35)
_WEEK = (1.3, 1.1, 1.05, 0.95, 0.75, 0.6, 0.6)
"""Monday first; a worked Saturday is quiet."""
_STORMS = frozenset({8, 9, 10, 11})
_SHARES = ((Urgency.ROUTINE, 83), (Urgency.URGENT, 12), (Urgency.VERY_URGENT, 3))
_EXPRESS = 2
"""Of a hundred: with the three above, a hundred."""
_MORNING, _AFTERNOON = time(7, 40), time(13, 35)
_FORENOON_MINUTES, _MINUTES = 220, 415


def working_days(last: date, count: int = 365) -> list[date]:
    """Return the working days of *count* days that end with *last*."""
    calendar = vietnam()
    every = (last - timedelta(days=ago) for ago in range(count - 1, -1, -1))
    return [day for day in every if calendar.is_working(day)]


def weights(days: Sequence[date]) -> list[float]:
    """Return how much is written on each of *days*, against the others."""
    return [_MONTHS[day.month - 1] * _WEEK[day.weekday()] for day in days]


def urgency(rng: Random, day: date) -> Urgency:
    """Return an urgency: express above all in the season of storms."""
    express = _EXPRESS * (2 if day.month in _STORMS else 0.5)
    kinds = [kind for kind, _ in _SHARES] + [Urgency.EXPRESS]
    return rng.choices(kinds, [share for _, share in _SHARES] + [express])[0]


def moment(day: date, minute: float) -> datetime:
    """Return the *minute*-th minute (0 to 415) of the working hours of *day*, UTC."""
    minute = min(max(minute, 0.0), _MINUTES)
    start, past = (
        (_MORNING, minute)
        if minute < _FORENOON_MINUTES
        else (_AFTERNOON, minute - _FORENOON_MINUTES)
    )
    local = datetime.combine(day, start, VIETNAM) + timedelta(minutes=past)
    return local.astimezone(UTC)


def after(at: datetime, minutes: float) -> datetime:
    """Return *minutes* of working hours after *at*."""
    local = at.astimezone(VIETNAM)
    day, calendar = local.date(), vietnam()
    done = _minute(local) + minutes if calendar.is_working(day) else minutes
    if not calendar.is_working(day):
        day = calendar.next_working(day)
    while done > _MINUTES:
        done -= _MINUTES
        day = calendar.next_working(day)
    return moment(day, done)


def _minute(local: datetime) -> float:
    """Return how far the working hours of the day have come."""
    seconds = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    morning = (seconds - _MORNING.hour * 3600 - _MORNING.minute * 60) / 60
    afternoon = (seconds - _AFTERNOON.hour * 3600 - _AFTERNOON.minute * 60) / 60
    if afternoon >= 0:
        return min(_FORENOON_MINUTES + afternoon, _MINUTES)
    return min(max(morning, 0), _FORENOON_MINUTES)
