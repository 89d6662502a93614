"""What a client of the dialect must not forget: traces that came, messages that left.

The dialect has no queue for traces and no word for a repeat (axis.md §12.1), so both are kept
here, in one SQLite file of the installation:

* A trace is entered when it comes and goes when it is confirmed, by an id made of its content.
  What the axis gives again is known again. Nothing is lost by a crash between the two: what was
  entered and not confirmed is still pending.
* A message is entered before it leaves and gets its axis id when the answer comes, so that a
  repeat gets the first answer, and other content under the same id is refused.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

KEPT = timedelta(days=180)
"""How long a confirmed trace and an answered message are remembered."""
_STANDS = timedelta(minutes=1)
_TABLES = """
CREATE TABLE IF NOT EXISTS traces (
    agency TEXT NOT NULL, trace_id TEXT NOT NULL, seq INTEGER NOT NULL,
    content BLOB,            -- NULL once confirmed
    seen_at REAL NOT NULL,   -- seconds since 1970
    PRIMARY KEY (agency, trace_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting ON traces (agency, seq) WHERE content IS NOT NULL;
CREATE TABLE IF NOT EXISTS marks (agency TEXT PRIMARY KEY, mark REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent (
    sender TEXT NOT NULL, message_id TEXT NOT NULL, digest TEXT NOT NULL,
    axis_id TEXT NOT NULL,   -- empty: no answer has come
    at REAL NOT NULL,
    PRIMARY KEY (sender, message_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (
    agency TEXT NOT NULL, axis_id TEXT NOT NULL, PRIMARY KEY (agency, axis_id)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Trace:
    """A status that came for *agency*."""

    agency: str
    trace_id: str
    """`trace-` and a part of the content's SHA-256."""
    content: bytes = field(repr=False)
    """An edXML status message."""


@dataclass(frozen=True, slots=True)
class Departed:
    """What is known of a message that left, or was about to."""

    digest: str
    """Of its content and its recipients."""
    axis_id: str
    """Empty: no answer has come."""
    at: datetime
    """Aware UTC; when it was first tried, or first answered."""


class Memory:
    """One file, any number of threads and processes."""

    def __init__(self, file: Path) -> None:
        self._lock = Lock()
        self._connection = sqlite3.connect(
            file, isolation_level=None, check_same_thread=False, timeout=30
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    def _row(self, statement: str, *values: object) -> tuple[str, ...] | None:
        with self._lock:
            found: tuple[str, ...] | None = self._connection.execute(statement, values).fetchone()
            return found

    def mark(self, agency: str) -> datetime | None:
        """Return up to when the agency's traces have been asked for; None: never."""
        found = self._row("SELECT mark FROM marks WHERE agency = ?", agency)
        return None if found is None else datetime.fromtimestamp(float(found[0]), UTC)

    def enter(self, agency: str, traces: Sequence[Trace], mark: datetime, at: datetime) -> None:
        """Keep what is new of *traces* and move the agency's mark, together.

        Where nothing is new, the mark may stay behind by a minute: an agency is looked after
        several times a second, and each move is a write to the disk.
        """
        before = self.mark(agency)
        known = (self.trace(agency, trace.trace_id) is not None for trace in traces)
        if before is not None and mark - before < _STANDS and all(known):
            return
        with self._writing() as to:
            (seq,) = to.execute("SELECT coalesce(max(seq), 0) FROM traces").fetchone()
            rows = [
                (agency, trace.trace_id, seq + number, trace.content, at.timestamp())
                for number, trace in enumerate(traces, start=1)
            ]
            # a trace that comes again is noted once a day
            to.executemany(
                "INSERT INTO traces VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET seen_at = excluded.seen_at WHERE excluded.seen_at > seen_at + 86400",
                rows,
            )
            to.execute(
                "INSERT INTO marks VALUES (?, ?) ON CONFLICT DO UPDATE"
                " SET mark = max(mark, excluded.mark)",
                (agency, mark.timestamp()),
            )

    def forget(self, at: datetime) -> None:
        """Drop what was confirmed or answered so long ago that nobody comes back to it."""
        old = (at - KEPT).timestamp()
        with self._writing() as to:
            to.execute("DELETE FROM traces WHERE content IS NULL AND seen_at < ?", (old,))
            to.execute("DELETE FROM sent WHERE at < ?", (old,))

    def waiting(self, agency: str, limit: int) -> list[Trace]:
        """Return the traces that are not confirmed, in the order of their coming."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT trace_id, content FROM traces"
                " WHERE agency = ? AND content IS NOT NULL ORDER BY seq LIMIT ?",
                (agency, limit),
            ).fetchall()
        return [Trace(agency, trace_id, content) for trace_id, content in rows]

    def trace(self, agency: str, trace_id: str) -> bytes | None:
        """Return a trace's content: empty once confirmed, None when it never came."""
        statement = "SELECT coalesce(content, x'') FROM traces WHERE agency = ? AND trace_id = ?"
        found = self._row(statement, agency, trace_id)
        return None if found is None else bytes(found[0])  # type: ignore[arg-type]  # a BLOB

    def confirm(self, agency: str, trace_ids: Iterable[str]) -> None:
        """Take traces out of what waits."""
        with self._writing() as to:
            to.executemany(
                "UPDATE traces SET content = NULL WHERE agency = ? AND trace_id = ?",
                [(agency, trace_id) for trace_id in trace_ids],
            )

    def departed(self, sender: str, message_id: str) -> Departed | None:
        """Return what is known of a message; None: it was certainly never tried."""
        statement = "SELECT digest, axis_id, at FROM sent WHERE sender = ? AND message_id = ?"
        found = self._row(statement, sender, message_id)
        if found is None:
            return None
        return Departed(found[0], found[1], datetime.fromtimestamp(float(found[2]), UTC))

    def departing(self, sender: str, message_id: str, digest: str, at: datetime) -> Departed | None:
        """Enter a message that is about to leave; return what was known of it before."""
        known = self.departed(sender, message_id)
        if known is None:
            with self._writing() as to:
                to.execute(
                    "INSERT OR IGNORE INTO sent VALUES (?, ?, ?, '', ?)",
                    (sender, message_id, digest, at.timestamp()),
                )
        return known

    def arrived(
        self, sender: str, message_id: str, digest: str, axis_id: str, at: datetime
    ) -> Departed:
        """Note a message's answer; return the first one."""
        with self._writing() as to:
            to.execute(
                "INSERT INTO sent VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET axis_id = excluded.axis_id, at = excluded.at WHERE axis_id = ''",
                (sender, message_id, digest, axis_id, at.timestamp()),
            )
        return self.departed(sender, message_id) or Departed(digest, axis_id, at)

    def never_left(self, sender: str, message_id: str) -> None:
        """Forget a message that certainly did not reach the axis."""
        with self._writing() as to:
            to.execute(
                "DELETE FROM sent WHERE sender = ? AND message_id = ? AND axis_id = ''",
                (sender, message_id),
            )

    def refuse(self, agency: str, axis_id: str) -> None:
        """Note that a document was refused to its sender."""
        with self._writing() as to:
            to.execute("INSERT OR IGNORE INTO refused VALUES (?, ?)", (agency, axis_id))

    def is_refused(self, agency: str, axis_id: str) -> bool:
        """Return whether `refuse` was told."""
        statement = "SELECT 1 FROM refused WHERE agency = ? AND axis_id = ?"
        return self._row(statement, agency, axis_id) is not None
