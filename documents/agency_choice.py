"""Agencies that a few typed letters may mean: the last senders, known ones, the catalogue.

Source: ux.md §1.3 (autocomplete without accents, remembers recents). Every word typed is the
beginning of a word of the name, or of the abbreviation, in any order.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import arrival_habits, catalogue_search
from documents.document import folded
from documents.tables import AgencyRow

LOOKED_AT = 2000
"""Agencies written down here that are compared; a province has a few hundred."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One agency to choose."""

    code: str
    """Empty outside the catalogue."""
    name: str
    told: str
    """What tells it from another, Vietnamese."""


def choices(session: Session, organ_id: str, text: str, day: date, most: int = 8) -> list[Choice]:
    """Return what *text* may mean, the likeliest first; without letters, the last senders."""
    found: dict[str, Choice] = {}
    for each in _every(session, organ_id, text[:200], day, most):
        if each.code != organ_id:
            found.setdefault(each.code or each.name, each)
        if len(found) >= most:
            break
    return list(found.values())


def _every(session: Session, organ_id: str, text: str, day: date, most: int) -> Iterator[Choice]:
    words = folded(text).split()
    for code, name in arrival_habits.habits(session, organ_id).senders:
        if _fits(words, name, code):
            yield Choice(code, name, " · ".join(filter(None, (code, "gần đây"))))
    if not words:
        return
    known = select(AgencyRow.organ_id, AgencyRow.name, AgencyRow.abbreviation)
    for code, name, short in session.execute(known.order_by(AgencyRow.organ_id).limit(LOOKED_AT)):
        if _fits(words, name, code, short):
            yield Choice(code, name, code)
    for hit in catalogue_search.search(session, text, day, most):
        over = " · đã giải thể" if hit.standing.abolished else ""
        yield Choice(hit.entry.code, hit.entry.name, f"{hit.entry.code}{over}")


def _fits(words: Iterable[str], *said: str) -> bool:
    there = folded(" ".join(said)).split()
    return all(any(part.startswith(word) for part in there) for word in words)
