"""Working days in Vietnam: weekends, holidays, days off in their stead, made-up Saturdays.

Legal source: Labour Code 2019, Art. 111.3 (a holiday on a day of rest is made up), 112
(holidays); each year's announcement says which days Tết and National Day are, and which
working days are swapped. Those are data, one file a year in `calendar_data`, each with its
sources: a year without a file is an error that says so, never a guess.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from itertools import chain
from typing import Any, Self

from documents.errors import Refused

_DAY = timedelta(days=1)
_SATURDAY = 5


class YearMissing(Refused):
    """Nobody has entered the year's days off. ({0} the year)."""

    code = "calendar.year_missing"
    vietnamese = "Lịch làm việc chưa có năm {0}"
    english = "the calendar of working days has no year {0}"
    remedy = (
        "Thêm documents/calendar_data/{0}.toml theo thông báo nghỉ lễ, Tết của năm đó / "
        "add the year's file from its announcement of days off"
    )


class CalendarInvalid(Refused):
    """A year's file says what cannot be. ({0} the year, {1} what)."""

    code = "calendar.invalid"
    vietnamese = "Lịch làm việc năm {0} sai: {1}"
    english = "the calendar of {0} is wrong: {1}"


@dataclass(frozen=True, slots=True)
class Year:
    """One year's days off besides weekends, and the weekend days that are worked."""

    number: int
    off: Mapping[date, str]
    """The names of days off, swapped ones too."""
    worked: frozenset[date]
    announced: bool
    """False: as the law alone has it; the year's announcement was not known."""
    sources: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the year of a file in `calendar_data`.

        Raises:
            CalendarInvalid: it is no such file, or its days contradict each other.
        """
        try:
            values: dict[str, Any] = tomllib.loads(text)
            number = int(values["year"])
            swapped = [(pair["off"], pair["work"]) for pair in values["swapped"]]
            off = {
                day: str(item["name"])
                for item in values["off"]
                for day in _days(item["from"], item["to"])
            }
            off |= {day: f"hoán đổi với {work:%d/%m/%Y}" for day, work in swapped}
            worked = frozenset(work for _, work in swapped)
            found = cls(number, off, worked, bool(values["announced"]), tuple(values["sources"]))
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise CalendarInvalid("?", f"{type(error).__name__}: {error}") from error
        found.check()
        return found

    def check(self) -> None:
        """Return if the days are this year's, and those that are worked are days of rest.

        Raises:
            CalendarInvalid: they are not.
        """
        for day in chain(self.off, self.worked):
            if day.year != self.number:
                raise CalendarInvalid(self.number, day)
        for day in self.worked:
            if day.weekday() < _SATURDAY or day in self.off:
                raise CalendarInvalid(self.number, day)
        if not self.sources:
            raise CalendarInvalid(self.number, "sources")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of the years that are known."""

    years: Mapping[int, Year]

    @classmethod
    def of(cls, years: Iterable[Year]) -> Self:
        """Return the calendar of *years*."""
        return cls({year.number: year for year in years})

    def year(self, number: int) -> Year:
        """Return the year *number*.

        Raises:
            YearMissing: nobody has entered it.
        """
        if (found := self.years.get(number)) is None:
            raise YearMissing(number)
        return found

    def is_working(self, day: date) -> bool:
        """Return whether agencies work on *day*.

        Raises:
            YearMissing: its year is not known.
        """
        year = self.year(day.year)
        return day in year.worked or (day.weekday() < _SATURDAY and day not in year.off)

    def name(self, day: date) -> str:
        """Return why *day* is off beside the weekend; empty where it is not."""
        return self.year(day.year).off.get(day, "")

    def next_working(self, day: date, count: int = 1) -> date:
        """Return the *count*-th working day after *day*.

        Raises:
            YearMissing: it lies in a year that is not known.
        """
        while count > 0:
            day += _DAY
            count -= self.is_working(day)
        return day

    def previous_working(self, day: date, count: int = 1) -> date:
        """Return the *count*-th working day before *day*.

        Raises:
            YearMissing: it lies in a year that is not known.
        """
        while count > 0:
            day -= _DAY
            count -= self.is_working(day)
        return day


def _days(first: date, last: date) -> list[date]:
    return [first + _DAY * count for count in range((last - first).days + 1)]


@lru_cache(maxsize=1)
def vietnam() -> Calendar:
    """Return the calendar of the years that this installation knows."""
    folder = resources.files("documents") / "calendar_data"
    files = [item for item in folder.iterdir() if item.name.endswith(".toml")]
    return Calendar.of(Year.read(item.read_text("utf-8")) for item in files)
