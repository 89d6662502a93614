"""The index people search the catalogue in: for each word a map of the agencies that have it.

A word of 125,000 names is one row with a map of bits, so that any words together are one AND
of a few kilobytes, whatever they are and on every database. It is made from the newest
entries: best known first, so that the lowest bits are the best answers.
"""

import zlib
from collections.abc import Collection, Iterable
from typing import cast

from sqlalchemy import Table, bindparam, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from documents import catalogue_codes, catalogue_words
from documents.catalogue_codes import Kind
from documents.tables import (
    CatalogueAliasRow,
    CatalogueEntryRow,
    CatalogueListingRow,
    CataloguePostingRow,
)

MOST_UPDATED = 2000
"""Agencies that are changed one by one; of more the index is made anew."""
CHUNK = 5000
"""Rows in one statement."""

_LISTING = cast("Table", CatalogueListingRow.__table__)
_POSTING = cast("Table", CataloguePostingRow.__table__)
_ENTRY = CatalogueEntryRow
_ALIAS = CatalogueAliasRow


def packed(bits: int | bytes) -> bytes:
    """Return a map of bits as it is kept."""
    if isinstance(bits, int):
        bits = bits.to_bytes((bits.bit_length() + 7) // 8 or 1, "little")
    return zlib.compress(bits, 1)


def unpacked(slots: bytes) -> int:
    """Return a map that was kept: bit n is set for slot n."""
    return int.from_bytes(zlib.decompress(slots), "little")


def rank(code: str, plain: str, *, ended: bool) -> tuple[bool, int, int, str, str]:
    """Return what agencies are ordered by: those that are, high ones, short names first."""
    level = catalogue_codes.read(code).level or 9
    return ended, level, len(plain), plain, code


def update_for(session: Session, codes: Collection[str]) -> None:
    """Bring the index up to date with what changed at *codes*."""
    listed = session.scalar(select(func.count()).select_from(_LISTING)) or 0
    if len(codes) > MOST_UPDATED or not listed:
        rebuild(session)
        return
    before = {
        row.code: row
        for row in session.scalars(
            select(CatalogueListingRow).where(CatalogueListingRow.code.in_(list(codes)))
        )
    }
    after = {code: plain for code, plain, _ in _listed(session, codes)}
    slot = session.scalar(select(func.coalesce(func.max(_LISTING.c.slot), -1))) or 0
    slot = slot if listed else -1
    cleared: dict[str, int] = {}
    added: dict[str, int] = {}
    for code in sorted(codes):
        row, plain = before.get(code), after.get(code, "")
        if row is None and not plain:
            continue
        if row is None:
            slot += 1
            row = CatalogueListingRow(slot=slot, code=code, plain="")
            session.add(row)
        if row.plain != plain:
            bit = 1 << row.slot
            _mark(cleared, catalogue_words.indexed(row.plain), bit)
            _mark(added, catalogue_words.indexed(plain), bit)
            row.plain = plain
    session.flush()
    _rewrite(session, cleared, added)


def _mark(marked: dict[str, int], words: Iterable[str], bit: int) -> None:
    for word in words:
        marked[word] = marked.get(word, 0) | bit


def _rewrite(session: Session, cleared: dict[str, int], added: dict[str, int]) -> None:
    words = sorted(cleared.keys() | added.keys())
    known = select(_POSTING.c.word, _POSTING.c.slots)
    connection = session.connection()
    maps: dict[str, bytes] = {}
    for start in range(0, len(words), CHUNK):
        chunk = words[start : start + CHUNK]
        rows = connection.execute(known.where(_POSTING.c.word.in_(chunk)))
        maps |= {row.word: row.slots for row in rows}
    changed: list[dict[str, object]] = []
    new: list[dict[str, object]] = []
    for word in words:
        bits = unpacked(maps[word]) if word in maps else 0
        bits = bits & ~cleared.get(word, 0) | added.get(word, 0)
        (changed if word in maps else new).append({"key": word, "map": packed(bits)})
    if changed:
        statement = update(_POSTING).where(_POSTING.c.word == bindparam("key"))
        connection.execute(statement.values(slots=bindparam("map")), changed)
    if new:
        connection.execute(
            insert(_POSTING), [{"word": each["key"], "slots": each["map"]} for each in new]
        )


def rebuild(session: Session) -> None:
    """Make the whole index anew from the newest entries."""
    connection = session.connection()
    names = {code: (plain, ended) for code, plain, ended in _listed(session)}
    kept = sorted(
        (code for code, (plain, _) in names.items() if plain),
        key=lambda code: rank(code, names[code][0], ended=names[code][1]),
    )
    size = (len(kept) + 7) // 8
    maps: dict[str, bytearray] = {}
    for slot, code in enumerate(kept):
        for word in catalogue_words.indexed(names[code][0]):
            bits = maps.get(word)
            if bits is None:
                bits = maps[word] = bytearray(size)
            bits[slot >> 3] |= 1 << (slot & 7)
    connection.execute(delete(_LISTING))
    connection.execute(delete(_POSTING))
    for start in range(0, len(kept), CHUNK):
        chunk = enumerate(kept[start : start + CHUNK], start)
        connection.execute(
            insert(_LISTING),
            [{"slot": slot, "code": code, "plain": names[code][0]} for slot, code in chunk],
        )
    words = sorted(maps)
    for start in range(0, len(words), CHUNK):
        connection.execute(
            insert(_POSTING),
            [
                {"word": word, "slots": packed(bytes(maps.pop(word)))}
                for word in words[start : start + CHUNK]
            ],
        )
    session.expire_all()
    if connection.dialect.name == "postgresql":
        # what was just filled has no statistics until a daemon comes by
        connection.execute(text("ANALYZE catalogue_entry, catalogue_listing, catalogue_posting"))


def _listed(
    session: Session, codes: Collection[str] | None = None
) -> Iterable[tuple[str, str, bool]]:
    """Yield (code, plain name, whether it ended) of entries that people may search.

    Exchange centres are not; of an agency under several codes only the one it is known by.
    """
    alias = (
        select(_ALIAS.code)
        .join(
            current := select(_ENTRY.code).where(_ENTRY.superseded.is_(None)).subquery(),
            current.c.code == _ALIAS.agency,
        )
        .where(_ALIAS.superseded.is_(None), _ALIAS.agency != "")
    )
    wanted = select(_ENTRY.code, _ENTRY.name, _ENTRY.deleted, _ENTRY.valid_to).where(
        _ENTRY.superseded.is_(None), _ENTRY.kind != Kind.EXCHANGE.value
    )
    if codes is not None:
        alias = alias.where(_ALIAS.code.in_(list(codes)))
        wanted = wanted.where(_ENTRY.code.in_(list(codes)))
    hidden = set(session.scalars(alias))
    for code, name, deleted, valid_to in session.execute(wanted):
        if code not in hidden:
            # a name without any word is found by its code
            plain = catalogue_words.plain(name) or catalogue_words.plain(code)
            yield code, plain, deleted or valid_to is not None
