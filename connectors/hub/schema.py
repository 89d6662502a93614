"""The hub's database file: how it is opened, and how an older one becomes today's.

`PRAGMA user_version` numbers the tables; 0 with tables is the first store's.
"""

import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from connectors.hub.errors import StoreTooNew

VERSION = 1
_LOG_PAGES = 8000
"""Pages of 4 KiB in the write-ahead log before they are moved into the file."""
_FIRST = ("agencies", "messages", "deliveries")


def connected(database: Path) -> sqlite3.Connection:
    """Return a connection in autocommit mode that may be used by one thread after another."""
    connection = sqlite3.connect(
        database, isolation_level=None, check_same_thread=False, timeout=30
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # the answer means: it is on the disk
    # with contents in rows the log grows fast: less often, and more at once, is half the writing
    connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, or bring an older store's up to date, in one transaction.

    Raises:
        StoreTooNew: a later release wrote it.
    """
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # another process may have been first
        if version > VERSION:
            raise StoreTooNew(str(version), str(VERSION))
        if version == 0:
            _upgrade(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _upgrade(connection: sqlite3.Connection) -> None:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    older = [name for (name,) in found if name in _FIRST]
    if older:
        connection.execute("DROP INDEX queue")
    for name in older:
        connection.execute(f"ALTER TABLE {name} RENAME TO {name}_0")
    for statement in _statements("tables.sql"):
        connection.execute(statement)
    if older:
        for statement in _statements("upgrade_1.sql"):
            connection.execute(statement)
    for name in ("deliveries", "messages", "agencies") if older else ():
        connection.execute(f"DROP TABLE {name}_0")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _statements(name: str) -> Iterator[str]:
    # executescript would commit what is open first
    text = files("connectors.hub").joinpath(name).read_text("utf-8")
    return (statement for statement in text.split(";\n") if statement.strip())
