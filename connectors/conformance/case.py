"""A conformance case: one claim about the system under test, where it comes from, how it is tried.

Levels as in RFC 2119. A case is decided by what it raises: nothing, `Failed`, `NotApplicable`
or `NotDecided`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.conformance.session import Session


class Face(StrEnum):
    """The wire that the system under test speaks."""

    VXP = "vxp"
    SOAP = "soap"
    EDOC = "edoc"
    REST = "rest"


class Level(StrEnum):
    """How much a claim binds."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Verdict(StrEnum):
    """What came of a case."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    """The wire has no such thing, or what the case needs was not given."""
    NOT_DECIDED = "not decided"
    """What came says neither yes nor no."""


class Undone(Exception):
    """A case that did not pass; the argument says why, Vietnamese first."""


class Failed(Undone):
    """The claim does not hold."""


class NotApplicable(Undone):
    """The claim cannot be tried here."""


class NotDecided(Undone):
    """The claim was tried, and nothing can be said."""


def ensure(holds: object, why: str) -> None:
    """Return if the claim holds.

    Raises:
        Failed: it does not.
    """
    if not holds:
        raise Failed(why)


Trial = Callable[["Session"], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One claim and its trial."""

    id: str
    """Stable, dotted: chapter and name."""
    level: Level
    vietnamese: str
    english: str
    source: str
    """A clause of a standard, a section of axis.md, or a rule of this project's hub."""
    faces: frozenset[Face]
    run: Trial


@dataclass(frozen=True)
class Chapter:
    """Cases that belong together, in the order in which they are tried."""

    name: str
    faces: frozenset[Face]
    source: str
    """Where its claims come from unless a case says otherwise."""
    cases: list[Case] = field(default_factory=list)

    def must(self, name: str, vietnamese: str, english: str, source: str = "") -> "_Entry":
        """Return what enters a trial of a claim that binds."""
        return _Entry(self, name, Level.MUST, vietnamese, english, source)

    def should(self, name: str, vietnamese: str, english: str, source: str = "") -> "_Entry":
        """Return what enters a trial of a claim with exceptions."""
        return _Entry(self, name, Level.SHOULD, vietnamese, english, source)

    def may(self, name: str, vietnamese: str, english: str, source: str = "") -> "_Entry":
        """Return what enters a trial of a claim that is free."""
        return _Entry(self, name, Level.MAY, vietnamese, english, source)


@dataclass(frozen=True, slots=True)
class _Entry:
    chapter: Chapter
    name: str
    level: Level
    vietnamese: str
    english: str
    source: str

    def __call__(self, trial: Trial) -> Trial:
        chapter = self.chapter
        chapter.cases.append(
            Case(
                f"{chapter.name}.{self.name}",
                self.level,
                self.vietnamese,
                self.english,
                self.source or chapter.source,
                chapter.faces,
                trial,
            )
        )
        return trial


ALL = frozenset(Face)
"""Every face."""
