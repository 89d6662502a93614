"""The dialect's documentId, a long, beside the hub's own ids (axis.md §12.1).

A number is given when a message is first spoken of in the dialect and stays its own for good.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

_TABLE = """
CREATE TABLE IF NOT EXISTS numbers (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice
    axis_id TEXT NOT NULL UNIQUE
)
"""


class Numbers:
    """The file `edoc.sqlite` in the hub's folder; safe for threads, opened for each use."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "edoc.sqlite"
        with self._opened() as connection:
            connection.execute(_TABLE)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, isolation_level=None, timeout=30)) as connection:
            yield connection

    def of(self, axis_ids: Sequence[str]) -> list[int]:
        """Return the messages' numbers, in order; new ones are on the disk by then."""
        with self._opened() as connection:
            found = {axis_id: _number(connection, axis_id) for axis_id in axis_ids}
            new = [axis_id for axis_id, number in found.items() if number is None]
            if new:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(
                    "INSERT OR IGNORE INTO numbers (axis_id) VALUES (?)", [(one,) for one in new]
                )
                connection.execute("COMMIT")
                found |= {axis_id: _number(connection, axis_id) for axis_id in new}
        return [number for axis_id in axis_ids if (number := found[axis_id]) is not None]

    def axis_id(self, number: str) -> str:
        """Return the message that *number*, as a request wrote it, stands for; empty: none."""
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            return ""
        with self._opened() as connection:
            row = connection.execute(
                "SELECT axis_id FROM numbers WHERE number = ?", (int(number),)
            ).fetchone()
        return "" if row is None else str(row[0])


def _number(connection: sqlite3.Connection, axis_id: str) -> int | None:
    row = connection.execute("SELECT number FROM numbers WHERE axis_id = ?", (axis_id,)).fetchone()
    return None if row is None else int(row[0])
