"""Finding an agency by name without accents, by abbreviation, or by the beginning of a code.

Every word typed is the beginning of a word of the name, in any order. An agency under several
codes is one answer; one that ended is shown with who came after it; exchange centres never are.
"""

import functools
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import catalogue, catalogue_codes, catalogue_index, catalogue_words
from documents.catalogue import Entry, Standing
from documents.catalogue_codes import Kind
from documents.tables import CatalogueAliasRow, CatalogueListingRow, CataloguePostingRow

CANDIDATES = 100
"""Agencies that are compared with what was typed; they come best known first."""
_BEGINNINGS = 50
"""Names, or codes, that begin with the whole of what was typed."""
_AFTER = "\U0010ffff"
"""Sorts after every character of a word."""
_CODE = re.compile(r"[A-Z]?[0-9]{2,}[0-9A-Z.]*|[A-Z][0-9][0-9A-Z.]*")

_LISTING = CatalogueListingRow


@dataclass(frozen=True, slots=True)
class Hit:
    """An agency that was found."""

    entry: Entry
    codes: tuple[str, ...]
    """Its other codes."""
    standing: Standing
    """Whether it still is, and who came after it."""


def search(session: Session, text: str, day: date, limit: int = 20) -> list[Hit]:
    """Return the agencies that *text* may mean, the likeliest first; abolished ones after others.

    Several codes of one agency, and different spellings of its name, are one answer.
    """
    text = text[: catalogue_words.NAME_LENGTH]
    by_code = _by_code(session, text)
    plain = catalogue_words.plain(text)
    names = _by_name(session, text, plain)
    found = dict.fromkeys(by_code, "") | names
    entries = catalogue.entries(session, found)
    shown = [code for code in found if code in entries and entries[code].kind is not Kind.EXCHANGE]
    wanted = text.strip().upper()
    shown.sort(
        key=lambda code: (
            by_code.get(code) != wanted,
            (0, 0) if code in by_code else _nearness(names.get(code, ""), plain),
            entries[code].ended(day),
            catalogue_index.rank(code, names.get(code, ""), ended=False),
        )
    )
    return _hits(session, shown[:limit], entries, day)


def _nearness(name: str, plain: str) -> tuple[int, int]:
    """Return how near a name is to what was typed, and how many typed words it has only begun.

    The same is nearest, then the name's beginning, then what stands within, then scattered.
    """
    words = name.split()
    begun = sum(word not in words for word in plain.split())
    if name == plain:
        return 1, begun
    if name.startswith(plain):
        return 2, begun
    return (3, begun) if f" {plain}" in name else (4, begun)


def _hits(session: Session, codes: list[str], entries: dict[str, Entry], day: date) -> list[Hit]:
    standings = catalogue.standings(session, codes, day)
    hits = [Hit(entries[code], standings[code].other_codes, standings[code]) for code in codes]
    # the index knows nothing of days: who ended only by a succession goes behind here
    return sorted(hits, key=lambda hit: hit.standing.abolished)


def _by_code(session: Session, text: str) -> dict[str, str]:
    """Return the agencies one of whose codes begins with *text*, each with that code."""
    wanted = text.strip().upper()
    if not _CODE.fullmatch(wanted):
        return {}
    end = wanted + _AFTER
    listed = select(_LISTING.code).where(
        _LISTING.code >= wanted, _LISTING.code < end, _LISTING.plain != ""
    )
    found = {
        code: code for code in session.scalars(listed.order_by(_LISTING.code).limit(_BEGINNINGS))
    }
    alias = CatalogueAliasRow
    others = select(alias.code).where(
        alias.code >= wanted, alias.code < end, alias.superseded.is_(None), alias.agency != ""
    )
    codes = list(session.scalars(others.order_by(alias.code).limit(_BEGINNINGS)))
    for code, agency in catalogue.canonical(session, codes).items():
        if found.get(agency) != wanted:
            found[agency] = code
    return found


def _by_name(session: Session, text: str, plain: str) -> dict[str, str]:
    """Return the agencies whose names have every word of *text*, with their plain names."""
    words = catalogue_words.typed(text)
    if not words:
        return {}
    begins = select(_LISTING.code, _LISTING.plain).where(
        _LISTING.plain >= plain, _LISTING.plain < plain + _AFTER
    )
    rows = session.execute(begins.order_by(_LISTING.plain, _LISTING.slot).limit(_BEGINNINGS))
    found = {row.code: row.plain for row in rows}
    bits = _having(session, words)
    if not bits:
        return found
    slots = list(_lowest(bits, CANDIDATES))
    among = select(_LISTING.code, _LISTING.plain).where(_LISTING.slot.in_(slots))
    return found | {row.code: row.plain for row in session.execute(among)}


def _having(session: Session, words: list[str]) -> int:
    """Return the map of the agencies whose names have a word that begins with each of *words*."""
    posting = CataloguePostingRow
    ranges = [(posting.word >= word) & (posting.word < word + _AFTER) for word in words]
    maps = dict.fromkeys(words, 0)
    for known, slots in session.execute(select(posting.word, posting.slots).where(or_(*ranges))):
        bits = catalogue_index.unpacked(slots)
        for word in words:
            if known.startswith(word):
                maps[word] |= bits
    return functools.reduce(operator.and_, maps.values())


def _lowest(bits: int, most: int) -> Iterator[int]:
    """Yield the lowest bits that are set, at most *most*."""
    while bits and most:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
        most -= 1


def nearest(session: Session, code: str, day: date, most: int = 5) -> list[Entry]:
    """Return agencies that somebody who wrote the unknown *code* may have meant.

    Those whose codes begin as it does, for as long as may be; for a name, what search finds.
    """
    wanted = code.strip().upper()[: catalogue_codes.LONGEST]
    while _CODE.fullmatch(wanted):
        found = _by_code(session, wanted)
        entries = catalogue.entries(session, found)
        here = [each for each in entries.values() if not each.ended(day)]
        if here:
            here.sort(key=lambda entry: (abs(len(entry.code) - len(code)), entry.code))
            return here[:most]
        wanted = wanted[:-1].rstrip(".")
    if catalogue_codes.read(code.strip()).form is not catalogue_codes.Form.OTHER:
        return []
    return [hit.entry for hit in search(session, code, day, most) if not hit.standing.abolished]
