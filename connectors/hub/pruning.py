"""What the hub forgets: contents that every recipient has settled, after the duplicate window.

Ids, digests and states stay, so a repeat gets the first answer however late it comes.
"""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from connectors.hub.blobs import ContentFolder

T = TypeVar("T")
Run = Callable[[Callable[[sqlite3.Connection], int]], int]
"""`Writer.run`."""

WINDOW = timedelta(days=31)
"""How long a content is kept at least; the duplicate window of 30 days with room."""
AUDIT_KEPT = timedelta(days=731)
"""How long the audit's lines are kept."""
_BATCH = 50
"""Contents in one transaction: whoever wants to write waits no longer than for these."""
_LINES = 5000


def prune(run: Run, contents: ContentFolder, at: int) -> int:
    """Forget what may be forgotten at *at*; return how many contents went.

    A process killed in between leaves what the next call forgets.
    """
    gone = 0
    until = at - _microseconds(WINDOW)
    while batch := run(lambda to: _forget(to, contents, until)):
        gone += batch
    oldest = at - _microseconds(AUDIT_KEPT)
    while run(lambda to: to.execute(_OLD_LINES, (oldest, _LINES)).rowcount):
        pass
    for sha256 in contents.old():
        run(lambda to, name=sha256: _sweep(to, contents, name))  # type: ignore[misc]
    return gone


def _forget(connection: sqlite3.Connection, contents: ContentFolder, until: int) -> int:
    rows = connection.execute(_PRUNABLE, (until, _BATCH)).fetchall()
    for seq, sha256, held in rows:
        connection.execute("UPDATE messages SET held = 'gone' WHERE seq = ?", (seq,))
        connection.execute("DELETE FROM contents WHERE seq = ?", (seq,))
        if held == "file":
            _sweep(connection, contents, sha256)
    return len(rows)


def _sweep(connection: sqlite3.Connection, contents: ContentFolder, sha256: str) -> int:
    """Remove a file that no message holds; in the writer, so that none is being entered."""
    held = "SELECT 1 FROM messages WHERE sha256 = ? AND held = 'file'"
    if connection.execute(held, (sha256,)).fetchone():
        return 0
    contents.remove(sha256)
    return 1


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


_PRUNABLE = """
    SELECT seq, sha256, held FROM messages AS m
    WHERE held <> 'gone' AND accepted_at < ?
      AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.seq = m.seq AND settled_at IS NULL)
    ORDER BY accepted_at LIMIT ?
"""
_OLD_LINES = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? ORDER BY at LIMIT ?)"
