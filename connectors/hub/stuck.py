"""What is stuck in the hub, and why: for the operator."""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from connectors.hub.blobs import ContentFolder
from connectors.hub.moments import microseconds, utc
from connectors.hub.pruning import WINDOW


class Why(StrEnum):
    """Why a delivery does not go on."""

    NEVER_FETCHED = "never_fetched"
    """The recipient does not ask: its system is down, or does not know of the agency."""
    NEVER_CONFIRMED = "never_confirmed"
    """Fetched and not confirmed: it fails to store or to understand it, again and again."""
    FAILED = "failed"
    """The recipient said, while the content is kept, that it cannot read it: see the note."""
    CORRUPT = "corrupt"
    """The content in the hub has another digest, or is missing: a backup or the sender has it."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """One delivery that a person should look at."""

    axis_id: str
    sender: str
    recipient: str
    message_id: str
    why: Why
    note: str
    since: datetime
    """Aware UTC; of acceptance, or of the newest state."""


def stuck(
    connection: sqlite3.Connection,
    contents: ContentFolder,
    at: datetime,
    older_than: timedelta,
    *,
    limit: int = 200,
) -> list[Stuck]:
    """Return the oldest deliveries that wait longer than *older_than*, the failed, the corrupt.

    The contents of everything that waits are read and compared with their digests; of what is
    settled and still kept, it is looked whether they are there.
    """
    until = microseconds(at - older_than)
    found = [
        Stuck(axis_id, sender, recipient, message_id, Why(why), note, utc(since))
        for axis_id, sender, recipient, message_id, why, note, since in connection.execute(
            _STUCK, {"until": until, "failed_since": microseconds(at - WINDOW), "limit": limit}
        )
    ]
    return [*_corrupt(connection, contents), *found][:limit]


def _corrupt(connection: sqlite3.Connection, contents: ContentFolder) -> Iterator[Stuck]:
    rows = connection.execute(_WAITING).fetchall()
    for seq, axis_id, sender, recipient, message_id, sha256, held, accepted_at in rows:
        if held == "file":
            found = _digest(contents.path(sha256))
        else:
            row = connection.execute(
                "SELECT content FROM contents WHERE seq = ?", (seq,)
            ).fetchone()
            found = hashlib.sha256(row[0]).hexdigest() if row else _MISSING
        if found != sha256:
            since = utc(accepted_at)
            yield Stuck(axis_id, sender, recipient, message_id, Why.CORRUPT, found, since)
    for axis_id, sender, recipient, message_id, sha256, held, accepted_at in connection.execute(
        _SETTLED
    ):
        if held == "row" or not contents.path(sha256).is_file():
            since = utc(accepted_at)
            yield Stuck(axis_id, sender, recipient, message_id, Why.CORRUPT, _MISSING, since)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return error.strerror or type(error).__name__


_STUCK = """
    SELECT axis_id, sender, recipient, message_id,
           iif(fetched_at IS NULL, 'never_fetched', 'never_confirmed'), note, m.accepted_at AS since
    FROM deliveries AS d JOIN messages AS m USING (seq)
    WHERE settled_at IS NULL AND d.accepted_at < :until
    UNION ALL
    SELECT axis_id, sender, recipient, message_id, 'failed', note, updated_at AS since
    FROM deliveries JOIN messages USING (seq) WHERE state = 'fail' AND updated_at >= :failed_since
    ORDER BY since LIMIT :limit
"""
_WAITING = """
    SELECT seq, axis_id, sender, recipient, message_id, sha256, held, m.accepted_at
    FROM deliveries JOIN messages AS m USING (seq) WHERE settled_at IS NULL ORDER BY seq
"""
_MISSING = "mất nội dung / the content is missing"
_SETTLED = """
    SELECT axis_id, sender, recipient, message_id, sha256, held, m.accepted_at
    FROM deliveries JOIN messages AS m USING (seq)
    WHERE settled_at IS NOT NULL
      AND (held = 'file' OR (held = 'row' AND NOT EXISTS
           (SELECT 1 FROM contents WHERE contents.seq = m.seq)))
    ORDER BY seq
"""
