"""The hub's catalogue of agencies: in its database with a version for each change, and by code.

What changed is told as the national axis tells it (`getSynchronizeUnit`, axis.md §10.3).
"""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import count

from connectors.axis import AgencyChange, AgencyEntry
from connectors.catalogue import Catalogue
from connectors.hub.moments import utc
from schemas.edxml.field import FORBIDDEN


class Directory:
    """Who can be addressed, under which codes; safe for threads once loaded."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._catalogue = Catalogue(page(connection))

    def reload(self, connection: sqlite3.Connection) -> None:
        """Take over what the database has now."""
        self._catalogue = Catalogue(page(connection))

    def known(self, code: str) -> bool:
        """Return whether *code*, new or old, is an agency's."""
        return self._catalogue.known(code) is not None

    def organ_id(self, code: str) -> str:
        """Return the organ_id that *code* stands for now, or *code* itself when unknown."""
        return self._catalogue.organ_id(code)

    def organ_ids(self, codes: Sequence[str]) -> list[str]:
        """Return the organ ids of *codes*, each once, in order."""
        return list(dict.fromkeys(map(self._catalogue.organ_id, codes)))


def page(connection: sqlite3.Connection, after: str = "", limit: int = -1) -> list[AgencyEntry]:
    """Return the entries that follow organ_id *after*, by organ_id; -1: all."""
    rows = connection.execute(
        "SELECT organ_id, name, old_organ_id, parent, email FROM agencies"
        " WHERE NOT deleted AND organ_id > ? ORDER BY organ_id LIMIT ?",
        (after, limit),
    )
    return [AgencyEntry(*row) for row in rows]


def changes(connection: sqlite3.Connection, since: int, limit: int) -> list[AgencyChange]:
    """Return what changed after version *since*, by version."""
    rows = connection.execute(
        "SELECT organ_id, name, old_organ_id, parent, email, version, deleted, modified_at"
        " FROM agencies WHERE version > ? ORDER BY version LIMIT ?",
        (since, limit),
    )
    return [
        AgencyChange(AgencyEntry(*entry), version, bool(deleted), utc(modified_at))
        for *entry, version, deleted, modified_at in rows
    ]


def put(connection: sqlite3.Connection, entries: Iterable[AgencyEntry], at: int) -> int:
    """Enter *entries*, each instead of the one of its organ_id; return how many were news."""
    known = {entry.organ_id: entry for entry in page(connection)}
    news = [entry for entry in map(_tellable, entries) if known.get(entry.organ_id) != entry]
    versions = _next_versions(connection)
    connection.executemany(
        "INSERT OR REPLACE INTO agencies (organ_id, old_organ_id, name, parent, email, version,"
        " modified_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(e.organ_id, e.old_organ_id, e.name, e.parent, e.email, next(versions), at) for e in news],
    )
    if news:
        _rename(connection)
    return len(news)


def _tellable(entry: AgencyEntry) -> AgencyEntry:
    """Return *entry* as every face can tell it: one name that XML has not would stop them all."""
    texts = (entry.organ_id, entry.name, entry.old_organ_id, entry.parent, entry.email)
    return AgencyEntry(*(FORBIDDEN.sub(" ", text) for text in texts))


def delete(connection: sqlite3.Connection, organ_id: str, at: int) -> bool:
    """Take an agency out of the catalogue; its queue stays, or goes to who has its code as the old.

    Return whether it was there.
    """
    version = next(_next_versions(connection))
    deleted = connection.execute(
        "UPDATE agencies SET deleted = 1, version = ?, modified_at = ?"
        " WHERE organ_id = ? AND NOT deleted",
        (version, at, organ_id),
    ).rowcount
    if deleted:
        _rename(connection)
    return deleted > 0


def _next_versions(connection: sqlite3.Connection) -> "count[int]":
    (newest,) = connection.execute("SELECT coalesce(max(version), 0) FROM agencies").fetchone()
    return count(newest + 1)


def _rename(connection: sqlite3.Connection) -> None:
    """What lies under an agency's old code must be found, and a repeat known, under the new."""
    pairs = connection.execute(_RENAMED).fetchall()
    for statement in _RENAME:
        connection.executemany(statement, pairs)


_RENAMED = """
    SELECT organ_id, old_organ_id FROM agencies
    WHERE NOT deleted AND old_organ_id <> ''
      AND old_organ_id NOT IN (SELECT organ_id FROM agencies WHERE NOT deleted)
"""
_RENAME = (
    "UPDATE OR IGNORE deliveries SET recipient = ? WHERE recipient = ?",
    "UPDATE OR IGNORE messages SET sender = ? WHERE sender = ?",
)
