"""One SQLite writer for many threads, with group commit.

Whoever gets the lock does the work of all who wait for it, in one transaction:
one fsync then serves them all, and without contention no thread is woken. What need not
outlive a power cut (it outlives this process's death) waits for somebody else's fsync.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")

LONG_LOG = 2000
"""Pages of 4 KiB."""
_CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"


class _Entry(Generic[T]):
    """A job and, once its transaction has ended, its outcome."""

    def __init__(self, job: Callable[[sqlite3.Connection], T], *, durable: bool) -> None:
        self._job = job
        self.durable = durable
        self._value: T | None = None
        self._error: BaseException | None = None
        self.done = False

    def run(self, connection: sqlite3.Connection) -> None:
        """Do the job in a savepoint: its failure must not undo its neighbours."""
        connection.execute("SAVEPOINT job")
        try:
            self._value = self._job(connection)
        except Exception as error:
            if not connection.in_transaction:
                raise  # a full disk has undone all of it
            self._error = error
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")

    def fail(self, error: BaseException) -> None:
        """Hear that the transaction came to nothing."""
        self._error = error

    def outcome(self) -> T:
        """Return what the job returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # None only when T is


class Writer:
    """Runs jobs on the one writing connection (autocommit mode, shared between threads)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: deque[_Entry[object]] = deque()
        self._lock = Lock()
        self._synchronous = ""
        self._moved = True

    def run(self, job: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """Return what *job* returns, once it is committed; what it raises undoes it alone.

        Without *durable* it is on the disk at the next durable one's commit, or `checkpoint`.
        """
        entry = _Entry(job, durable=durable)
        self._waiting.append(entry)  # type: ignore[arg-type]  # each outcome goes to its own caller
        with self._lock:
            if not entry.done:
                self._run_waiting()
        return entry.outcome()

    def _run_waiting(self) -> None:
        batch: list[_Entry[object]] = []
        while self._waiting:
            batch.append(self._waiting.popleft())
        try:
            self._synchronize(durable=any(entry.durable for entry in batch))
            self._connection.execute("BEGIN IMMEDIATE")
            for entry in batch:
                entry.run(self._connection)
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for entry in batch:
                entry.fail(error)
        for entry in batch:
            entry.done = True
        self._moved = False

    def _synchronize(self, *, durable: bool) -> None:
        synchronous = "FULL" if durable else "NORMAL"
        if synchronous != self._synchronous:
            self._connection.execute(f"PRAGMA synchronous = {synchronous}")
            self._synchronous = synchronous

    def checkpoint(self, other: sqlite3.Connection) -> None:
        """Move the log into the database's file by *other*, so that no commit has to wait for it.

        Nobody waits but at the end of a long log, for the little that came meanwhile: else it
        would never begin anew.
        """
        if self._moved:
            return
        self._moved = True
        _, pages, _ = other.execute(_CHECKPOINT).fetchone()
        if pages > LONG_LOG:
            with self._lock:
                self._connection.execute(_CHECKPOINT)

    def close(self) -> None:
        """Close the connection, after whoever is writing."""
        with self._lock:
            self._connection.close()
