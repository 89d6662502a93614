"""The hub's durable store: every message, who it is for, and what has become of it.

SQLite in WAL mode; contents above `IN_ROW` lie in a folder. Everything is on the disk
before the caller gets an answer. A message is known by (sender, message id): a repeat
changes nothing and gets the first answer, also long after its content was pruned.

A delivery goes `initial -> processing -> done | fail` (axis.md §10.4), never back but by
an operator's `resend`; the first of done and fail stays.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from connectors.access import MAX_SIZE
from connectors.axis import (
    AgencyChange,
    AgencyEntry,
    MessageKind,
    PacketState,
    Pending,
    Receipt,
    Track,
)
from connectors.errors import AxisRefused, NotFound
from connectors.hub import audit, call, directory, entering, pruning, queueing, schema, tracks
from connectors.hub.blobs import ContentFolder
from connectors.hub.call import OK, REPEATED, Call, Line
from connectors.hub.directory import Directory
from connectors.hub.entering import IN_ROW
from connectors.hub.inspection import Check, Inspection
from connectors.hub.message import Delivery, Posting, Queue, Stored
from connectors.hub.moments import microseconds, utc
from connectors.hub.queueing import Copy
from connectors.hub.stuck import Stuck, stuck
from connectors.hub.tracks import Search
from connectors.hub.writer import Writer

T = TypeVar("T")
_Change = tuple[T, list[Line]]
"""What a job returns, and what the audit says of it."""

__all__ = ["IN_ROW", "MAX_SIZE", "HubStore"]

LONGEST_NOTE = 1000
"""Characters of what a recipient says of a failure."""


class HubStore:
    """One folder, one serving process; safe for many threads, commands may work beside it."""

    def __init__(
        self,
        folder: Path,
        *,
        max_size: int = MAX_SIZE,
        check: Check = Check.OFF,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.max_size = max_size
        self._clock = clock
        self._contents = ContentFolder(folder / "contents")
        self.incoming = self._contents.folder
        """Where a large content is best written while it comes in: it is kept without a copy."""
        self._database = folder / "hub.sqlite"
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        connection = schema.connected(self._database)
        try:
            schema.prepare(connection)
            self._directory = Directory(connection)
            self._inspection = Inspection(check, self._directory.known, self._directory.organ_id)
        except BaseException:
            connection.close()
            raise
        self._writer = Writer(connection)
        self.audit = audit.Waiting(self._writer)

    @property
    def _reader(self) -> sqlite3.Connection:
        """This thread's own connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = schema.connected(self._database)
            self._readers.append(connection)
        return connection

    def _now(self) -> int:
        return microseconds(self._clock())

    def close(self) -> None:
        """Finish what is being written and close; every other thread must be done."""
        self.audit.flush()
        for connection in self._readers:
            connection.close()
        self._writer.close()

    def checkpoint(self) -> None:
        """Do what keeps the database's log short and brings all of it to the disk."""
        self._writer.checkpoint(self._reader)

    def put_agencies(self, entries: Iterable[AgencyEntry]) -> None:
        """Add *entries* to the catalogue, each instead of the one of the same organ_id."""
        given, at = list(entries), self._now()
        if self._writer.run(lambda to: directory.put(to, given, at)):
            self._directory.reload(self._reader)

    def delete_agency(self, code: str) -> bool:
        """Take an agency out of the catalogue; its queue stays. Return whether it was there."""
        organ_id, at = self.organ_id(code), self._now()
        deleted = self._writer.run(lambda to: directory.delete(to, organ_id, at))
        self._directory.reload(self._reader)
        return deleted

    def agencies(self, after: str = "", limit: int = 5000) -> list[AgencyEntry]:
        """Return the catalogue's page that follows organ_id *after*."""
        with call.operation("GetAgencies"):
            return directory.page(self._reader, after, limit)

    def agency_changes(self, since: int = 0, limit: int = 5000) -> list[AgencyChange]:
        """Return the catalogue's changes after version *since*, by version."""
        with call.operation("GetAgencies"):
            return directory.changes(self._reader, since, limit)

    def organ_id(self, code: str) -> str:
        """Return the organ_id that *code*, new or old, stands for now, or *code* itself."""
        return self._directory.organ_id(code)

    def accept(self, postings: Sequence[Posting]) -> list[Receipt | AxisRefused]:
        """Take messages over, durably and together; one answer each, in order."""
        status = bool(postings) and postings[0].kind is MessageKind.STATUS
        with call.operation("UpdateStatus" if status else "SendDocument") as current:
            prepared = [self._prepared(posting) for posting in postings]

            def enter(to: sqlite3.Connection, at: int) -> _Change[list[Receipt | AxisRefused]]:
                answers = [
                    row
                    if isinstance(row, AxisRefused)
                    else entering.entered(to, self._contents, row, at)
                    for row in prepared
                ]
                return answers, list(entering.lines(answers, prepared, postings))

            return self._changed(current, enter)

    def _prepared(self, posting: Posting) -> entering.Row | AxisRefused:
        def inspected(new: Posting) -> tuple[str, ...]:
            return self._inspection.told(new, self._clock())

        return entering.prepared(
            self._reader, self._directory, self._contents, self.max_size, posting, inspected
        )

    def _changed(
        self,
        current: Call,
        job: Callable[[sqlite3.Connection, int], "_Change[T]"],
        *,
        durable: bool = True,
    ) -> T:
        """Do *job* and enter what it tells in the audit, in one transaction; return its value."""
        at = self._now()

        def audited(to: sqlite3.Connection) -> _Change[T]:
            value, lines = job(to, at)
            audit.enter(to, current, lines, at)
            return value, lines

        value, lines = self._writer.run(audited, durable=durable)
        current.lines += lines
        current.entered = len(current.lines)
        return value

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        """Return what waits for any of *agencies*: urgent first, then oldest first."""
        with call.operation("GetPendingDocumentIds"):
            recipients = self._directory.organ_ids(agencies)
            return queueing.pending(self._reader, recipients, kind, limit)

    def count(self, agencies: Sequence[str], kind: MessageKind | None = None) -> int:
        """Return how many messages wait for *agencies*."""
        with call.operation("GetPendingDocumentIds"):
            return queueing.count(self._reader, self._directory.organ_ids(agencies), kind)

    def fetch(self, agency: str, axis_ids: Sequence[str]) -> list[Stored]:
        """Return the messages and note that *agency* has fetched them: initial -> processing.

        At most `max_size` bytes together, but always the first: the last ones may be left out.

        Raises:
            NotFound: no such message for *agency*, or its content was pruned or is missing.
        """
        with call.operation("GetDocument") as current:
            copies: list[Copy] = []
            left = self.max_size
            for axis_id in axis_ids:
                copy = queueing.copy_of(self._reader, self.organ_id(agency), axis_id, agency)
                left -= copy.size
                if copies and left < 0:
                    break
                copies.append(copy)
            stored = [queueing.stored(self._reader, self._contents, copy.seq) for copy in copies]
            lines = [Line(each.axis_id, OK, each.kind, each.size) for each in stored]
            new = [copy for copy in copies if not copy.fetched]
            if new:

                def note(to: sqlite3.Connection, at: int) -> _Change[None]:
                    queueing.note_fetched(to, new, at)
                    return None, lines

                # lost with the power, it is fetched as new once more
                self._changed(current, note, durable=False)
            else:
                current.lines += lines
            return stored

    def own_content(self, agency: str, axis_id: str) -> Stored:
        """Return a message to its sender; nothing changes by it.

        Raises:
            NotFound: *agency* sent no such message, or its content was pruned or is missing.
        """
        with call.operation("GetDocument") as current:
            found = self._reader.execute(
                "SELECT seq FROM messages WHERE axis_id = ? AND sender = ?",
                (axis_id, self.organ_id(agency)),
            ).fetchone()
            if found is None:
                raise NotFound(NotFound.axis_code, f"{axis_id} ({agency})")
            stored = queueing.stored(self._reader, self._contents, found[0])
            current.lines.append(Line(axis_id, OK, stored.kind, stored.size))
            return stored

    def confirm(self, agency: str, receipts: Sequence[tuple[str, str]]) -> int:
        """Take (axis_id, sha256) pairs out of the queue: done; return how many left it just now.

        Raises:
            NotFound: no such message for *agency*; nothing was confirmed.
            DigestMismatch: the digest is another's; nothing was confirmed.
        """

        def settle(to: sqlite3.Connection, at: int) -> _Change[int]:
            copies = []
            for axis_id, sha256 in receipts:
                copy = queueing.copy_of(to, self.organ_id(agency), axis_id, agency)
                queueing.ensure_digest(copy, sha256)
                copies.append(copy)
            lines = [queueing.move(to, copy, PacketState.DONE, "", at) for copy in copies]
            return sum(line.outcome != REPEATED for line in lines), lines

        with call.operation("ConfirmReceived") as current:
            return self._changed(current, settle)

    def reject(self, agency: str, axis_id: str, reason: str) -> bool:
        """Note that *agency* cannot read a message: fail. Return whether that was news.

        Raises:
            NotFound: no such message for *agency*.
        """
        return self.move(agency, axis_id, PacketState.FAIL, reason)

    def move(self, agency: str, axis_id: str, state: PacketState, note: str = "") -> bool:
        """Move a delivery onwards (VXP `updateStatus`); return whether that changed anything.

        A step back, and any step after done or fail, changes nothing.

        Raises:
            NotFound: no such message for *agency*.
        """

        def moved(to: sqlite3.Connection, at: int) -> _Change[bool]:
            copy = queueing.copy_of(to, self.organ_id(agency), axis_id, agency)
            line = queueing.move(to, copy, state, note[:LONGEST_NOTE], at)
            return line.outcome != REPEATED, [line]

        with call.operation("ConfirmReceived") as current:
            return self._changed(current, moved)

    def resend(self, axis_id: str, recipient: str) -> bool:
        """Put a delivery into its queue again, under the same id; return whether it was out.

        Raises:
            NotFound: no such message for *recipient*, or its content was pruned or is missing.
        """

        def again(to: sqlite3.Connection, at: int) -> _Change[bool]:
            copy = queueing.copy_of(to, self.organ_id(recipient), axis_id, recipient)
            line = queueing.resend(to, copy, at)
            return line.outcome != REPEATED, [line]

        with call.operation("Resend") as current:
            return self._changed(current, again)

    def double(self, axis_id: str) -> None:
        """Let a message come a second time, under another id: a fault on purpose."""
        at = self._now()
        self._writer.run(lambda to: queueing.double(to, axis_id, at))

    def sent(
        self,
        agencies: Sequence[str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        kind: MessageKind | None = None,
        message_id: str | None = None,
        axis_id: str | None = None,
        limit: int = 1000,
    ) -> list[Track]:
        """Return what *agencies* handed over within [since, until), a recipient a line."""
        search = Search(since, until, kind, message_id or "", axis_id or "", limit)
        with call.operation("GetSentDocuments"):
            return tracks.sent(self._reader, self._directory.organ_ids(agencies), search)

    def received(
        self,
        agencies: Sequence[str],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        kind: MessageKind | None = None,
        axis_id: str | None = None,
        limit: int = 1000,
    ) -> list[Track]:
        """Return what came for *agencies* within [since, until), settled or not."""
        search = Search(since, until, kind, "", axis_id or "", limit)
        with call.operation("GetReceivedDocuments"):
            return tracks.received(self._reader, self._directory.organ_ids(agencies), search)

    def track(self, axis_id: str) -> list[Track]:
        """Return one message at each of its recipients; empty when there is none."""
        return tracks.of_message(self._reader, axis_id)

    def prune(self, at: datetime) -> int:
        """Forget contents that are settled and older than the window; return how many."""
        return pruning.prune(self._writer.run, self._contents, microseconds(at))

    def deliveries(self, sender: str, message_id: str) -> list[Delivery]:
        """Return what has become of a message, by recipient; empty when it never came."""
        return queueing.deliveries(self._reader, self.organ_id(sender), message_id)

    def queues(self) -> list[Queue]:
        """Return every queue that is not empty."""
        return queueing.queues(self._reader)

    def waiting(self) -> list[tuple[MessageKind, int, datetime]]:
        """Return how many deliveries of each kind wait, and since when (aware UTC) the oldest."""
        rows = self._reader.execute(_WAITING).fetchall()
        return [(MessageKind(kind), waiting, utc(oldest)) for kind, waiting, oldest in rows]

    def stuck(self, older_than: timedelta, limit: int = 200) -> list[Stuck]:
        """Return what a person should look at: waiting too long, failed, corrupt."""
        return stuck(self._reader, self._contents, self._clock(), older_than, limit=limit)

    def audited(
        self,
        *,
        since: datetime | None = None,
        system: str = "",
        axis_id: str = "",
        limit: int = 100,
    ) -> list[audit.Entry]:
        """Return the newest *limit* lines of the audit that fit, oldest first."""
        return audit.entries(self._reader, since=since, system=system, axis_id=axis_id, limit=limit)

    def counts(self) -> dict[str, int]:
        """Return how many messages were ever accepted and how many deliveries wait."""
        messages, waiting = self._reader.execute(
            "SELECT (SELECT coalesce(max(seq), 0) FROM messages),"
            " (SELECT count(*) FROM deliveries WHERE settled_at IS NULL)"
        ).fetchone()
        return {"messages": messages, "waiting": waiting}


_WAITING = """
    SELECT kind, count(*), min(accepted_at) FROM deliveries WHERE settled_at IS NULL GROUP BY kind
"""
