"""How long a dossier is kept (thời hạn bảo quản): permanent, or years from the year it is closed.

Legal source: Law on Archives 33/2024/QH15 (permanent, or 2 to 70 years); Circular 10/2022/TT-BNV
(the common table); Decree 30/2020/ND-CP, Art. 29, Appendix VI, Part II, III.3 (law.md §4.6). The
table is data in `retention_data`, each version with its validity and its sources.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Self

from documents.condition import Condition, Paper
from documents.document import folded
from documents.errors import Refused

SHORTEST, LONGEST = 2, 70
"""Years, where not permanent."""
PERMANENT_WORD = "Vĩnh viễn"
_PERMANENT = frozenset({"vinh vien", "vv", "permanent"})
_YEARS = re.compile(r"([0-9]{1,3})\s*(?:nam|years?)?")


class RetentionUnknown(Refused):
    """The text is no period for which a dossier can be kept."""

    code = "dossier.retention_unknown"
    vietnamese = "Không hiểu thời hạn bảo quản «{0}»"
    english = "«{0}» is not a period of retention"
    remedy = "Viết «Vĩnh viễn» hoặc số năm từ 2 đến 70 / write `Vĩnh viễn` or 2 to 70 years"


@dataclass(frozen=True, slots=True)
class Retention:
    """A period of retention; ordered, permanent is the longest."""

    years: int | None
    """None: permanent."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the period of `Vĩnh viễn`, `20 năm` or `20`.

        Raises:
            RetentionUnknown: it is none of these, or not within what the law knows.
        """
        plain = folded(text[:40].strip())
        if plain in _PERMANENT:
            return cls(None)
        found = _YEARS.fullmatch(plain)
        if found is None or not SHORTEST <= int(found[1]) <= LONGEST:
            raise RetentionUnknown(text[:40])
        return cls(int(found[1]))

    def __str__(self) -> str:
        return PERMANENT_WORD if self.years is None else f"{self.years} năm"

    def __lt__(self, other: "Retention") -> bool:
        return (LONGEST + 1 if self.years is None else self.years) < (
            LONGEST + 1 if other.years is None else other.years
        )

    def last_year(self, closed: date) -> int | None:
        """Return the last year in which what was closed on *closed* is kept; None: for ever."""
        return None if self.years is None else closed.year + self.years


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a table: which papers, and the shortest period that is allowed for them."""

    name: str
    shortest: Retention
    condition: Condition
    source: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """One version of a table of periods."""

    name: str
    valid_from: date
    valid_to: date | None
    """Last day; None: still in force."""
    groups: tuple[Group, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the table of a file in `retention_data`, or of an agency's own file.

        Raises:
            RetentionUnknown: it is no such file.
        """
        try:
            values = tomllib.loads(text)
            groups = tuple(
                Group(
                    str(item["name"]),
                    Retention.read(str(item["shortest"])),
                    Condition.of(item.get("when", {})),
                    str(item["source"]),
                )
                for item in values["groups"]
            )
            until = values.get("valid_to")
            found = cls(str(values["name"]), values["valid_from"], until, groups)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
            raise RetentionUnknown(f"{type(error).__name__}: {error}") from error
        if type(found.valid_from) is not date or not isinstance(until, date | None):
            raise RetentionUnknown("valid_from, valid_to")
        return found

    def in_force(self, day: date) -> bool:
        """Return whether the table holds on *day*."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def groups_for(paper: Paper, schedules: Iterable[Schedule], day: date) -> list[Group]:
    """Return the lines that speak of *paper* on *day*, the longest period first."""
    found = [
        group
        for schedule in schedules
        if schedule.in_force(day)
        for group in schedule.groups
        if not group.condition.empty and group.condition.holds(paper)
    ]
    return sorted(found, key=lambda group: group.shortest, reverse=True)


def shortest_for(paper: Paper, schedules: Iterable[Schedule], day: date) -> Retention | None:
    """Return the shortest period that is allowed for *paper*; None where no table speaks of it."""
    found = groups_for(paper, schedules, day)
    return found[0].shortest if found else None


@lru_cache(maxsize=1)
def national() -> tuple[Schedule, ...]:
    """Return every version of the common table that this installation knows."""
    folder = resources.files("documents") / "retention_data"
    files = [item for item in folder.iterdir() if item.name.endswith(".toml")]
    return tuple(Schedule.parse(item.read_text("utf-8")) for item in files)
