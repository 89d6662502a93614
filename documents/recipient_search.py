"""Agencies that what is typed may mean: those of the catalogue, and those written down here.

Source: ux.md §3.6 (accents optional, old names and units before the mergers); axis.md §3.4. An
installation may know agencies that no catalogue lists; whoever ended comes with who came after.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import catalogue_search, catalogue_words
from documents.tables import AgencyRow

MOST_KEPT = 3000
"""Agencies written down here that are looked through: an installation is told of few."""


@dataclass(frozen=True, slots=True)
class Found:
    """One agency, and whether it still is."""

    code: str
    name: str
    others: tuple[str, ...] = ()
    """Its other codes."""
    ended: bool = False
    on: date | None = None
    """The first day it was no more."""
    heirs: tuple[tuple[str, str], ...] = ()
    """(code, name) of who came after it."""


def search(session: Session, text: str, day: date, limit: int = 12) -> list[Found]:
    """Return at most *limit* agencies, the likeliest first."""
    text = text[: catalogue_words.NAME_LENGTH]
    found = {each.code: each for each in _listed(session, text, day, limit)}
    known = {code for each in found.values() for code in (each.code, *each.others)}
    for each in _kept(session, text):
        if len(found) >= limit:
            break
        if known.isdisjoint({each.code, *each.others}):
            found[each.code] = each
    return list(found.values())


def _listed(session: Session, text: str, day: date, limit: int) -> Iterator[Found]:
    for hit in catalogue_search.search(session, text, day, limit):
        standing = hit.standing
        heirs = tuple((heir.code, heir.name) for heir in standing.heirs)
        code, name = hit.entry.code, hit.entry.name
        yield Found(code, name, hit.codes, standing.abolished, standing.on, heirs)


def _kept(session: Session, text: str) -> Iterator[Found]:
    words, wanted = catalogue_words.plain(text).split(), text.strip().upper()
    columns = (AgencyRow.organ_id, AgencyRow.old_organ_id, AgencyRow.name, AgencyRow.abbreviation)
    rows = session.execute(select(*columns).order_by(AgencyRow.name).limit(MOST_KEPT)).all()
    fit = [row for row in rows if _fits(row, words, wanted)]
    for row in fit:
        others = (row.old_organ_id,) if row.old_organ_id else ()
        yield Found(row.organ_id, row.name, others)


def _fits(row: Any, words: list[str], wanted: str) -> bool:
    """Return whether every word typed begins a word of the name, or a code begins so."""
    codes = (row.organ_id, row.old_organ_id or "")
    if wanted and any(code.upper().startswith(wanted) for code in codes):
        return True
    named = f"{catalogue_words.plain(row.name)} {catalogue_words.plain(row.abbreviation)}".split()
    return bool(words) and all(any(each.startswith(word) for each in named) for word in words)
