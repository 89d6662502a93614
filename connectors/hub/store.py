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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.axis import (
    AgencyChange,
    AgencyEntry,
    MessageKind,
    PacketState,
    Pending,
    Receipt,
    Track,
)
from connectors.errors import AxisRefused, DigestMismatch, NotFound
from connectors.hub import directory, entering, pruning, schema, tracks
from connectors.hub.blobs import ContentFolder
from connectors.hub.directory import Directory
from connectors.hub.entering import IN_ROW
from connectors.hub.message import Delivery, Posting, Queue, Stored
from connectors.hub.moments import microseconds, utc
from connectors.hub.tracks import Search
from connectors.hub.writer import Writer

__all__ = ["IN_ROW", "MAX_SIZE", "HubStore"]

MAX_SIZE = 100 << 20
"""Bytes of one message by default: 50 MiB of files are 67 MiB of edXML."""
LONGEST_NOTE = 1000
"""Characters of what a recipient says of a failure."""


class HubStore:
    """One folder, one serving process; safe for many threads, commands may work beside it."""

    def __init__(
        self,
        folder: Path,
        *,
        max_size: int = MAX_SIZE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.max_size = max_size
        self._clock = clock
        self._contents = ContentFolder(folder / "contents")
        self._database = folder / "hub.sqlite"
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        connection = schema.connected(self._database)
        try:
            schema.prepare(connection)
            self._directory = Directory(connection)
        except BaseException:
            connection.close()
            raise
        self._writer = Writer(connection)

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
        for connection in self._readers:
            connection.close()
        self._writer.close()

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
        return directory.page(self._reader, after, limit)

    def agency_changes(self, since: int = 0, limit: int = 5000) -> list[AgencyChange]:
        """Return the catalogue's changes after version *since*, by version."""
        return directory.changes(self._reader, since, limit)

    def organ_id(self, code: str) -> str:
        """Return the organ_id that *code*, new or old, stands for now, or *code* itself."""
        return self._directory.organ_id(code)

    def accept(self, postings: Sequence[Posting]) -> list[Receipt | AxisRefused]:
        """Take messages over, durably and together; one answer each, in order."""
        prepared = [
            entering.prepared(self._reader, self._directory, self._contents, self.max_size, posting)
            for posting in postings
        ]
        at = self._now()
        return self._writer.run(
            lambda to: [
                item
                if isinstance(item, AxisRefused)
                else entering.entered(to, self._contents, item, at)
                for item in prepared
            ]
        )

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        """Return what waits for any of *agencies*: urgent first, then oldest first."""
        found: list[tuple[int, int, str]] = []
        for recipient in self._directory.organ_ids(agencies):
            for one in [kind] if kind else list(MessageKind):
                found += self._reader.execute(_QUEUE, (recipient, one, limit))
        found.sort()
        return [self._pending(seq, recipient) for _, seq, recipient in found[:limit]]

    def _pending(self, seq: int, recipient: str) -> Pending:
        axis_id, kind, sender, message_id, sha256, size = self._reader.execute(
            "SELECT axis_id, kind, sender, message_id, sha256, size FROM messages WHERE seq = ?",
            (seq,),
        ).fetchone()
        return Pending(axis_id, MessageKind(kind), recipient, sender, message_id, sha256, size)

    def count(self, agencies: Sequence[str], kind: MessageKind | None = None) -> int:
        """Return how many messages wait for *agencies*."""
        return sum(
            self._reader.execute(_COUNT, (recipient, one)).fetchone()[0]
            for recipient in self._directory.organ_ids(agencies)
            for one in ([kind] if kind else list(MessageKind))
        )

    def fetch(self, agency: str, axis_ids: Sequence[str]) -> list[Stored]:
        """Return the messages and note that *agency* has fetched them: initial -> processing.

        At most `max_size` bytes together, but always the first: the last ones may be left out.

        Raises:
            NotFound: no such message for *agency*, or its content was pruned.
        """
        recipient = self.organ_id(agency)
        stored: list[Stored] = []
        new: list[dict[str, Any]] = []
        left = self.max_size
        at = self._now()
        for axis_id in axis_ids:
            found = self._reader.execute(_ADDRESSED, (recipient, axis_id)).fetchone()
            if found is None:
                raise _not_found(agency, axis_id)
            seq, fetched_at, size = found
            left -= size
            if stored and left < 0:
                break
            stored.append(self._stored(seq))
            if fetched_at is None:
                new.append({"at": at, "seq": seq, "recipient": recipient})
        if new:
            self._writer.run(lambda to: to.executemany(_NOTE_FETCHED, new).rowcount)
        return stored

    def own_content(self, agency: str, axis_id: str) -> Stored:
        """Return a message to its sender; nothing changes by it.

        Raises:
            NotFound: *agency* sent no such message, or its content was pruned.
        """
        found = self._reader.execute(
            "SELECT seq FROM messages WHERE axis_id = ? AND sender = ?",
            (axis_id, self.organ_id(agency)),
        ).fetchone()
        if found is None:
            raise _not_found(agency, axis_id)
        return self._stored(found[0])

    def _stored(self, seq: int) -> Stored:
        axis_id, kind, sender, message_id, sha256, size, held, content = self._reader.execute(
            _STORED, (seq,)
        ).fetchone()
        if held == "gone":
            text = f"{axis_id}: đã hết thời hạn lưu nội dung / its content was pruned"
            raise NotFound(NotFound.axis_code, text)
        source = self._contents.path(sha256) if held == "file" else content
        return Stored(axis_id, MessageKind(kind), sender, message_id, sha256, size, source)

    def confirm(self, agency: str, receipts: Sequence[tuple[str, str]]) -> int:
        """Take (axis_id, sha256) pairs out of the queue: done; return how many left it just now.

        Raises:
            NotFound: no such message for *agency*; nothing was confirmed.
            DigestMismatch: the digest is another's; nothing was confirmed.
        """
        recipient, at = self.organ_id(agency), self._now()

        def settle(to: sqlite3.Connection) -> int:
            seqs = []
            for axis_id, sha256 in receipts:
                found = to.execute(_CONFIRMABLE, (recipient, axis_id)).fetchone()
                if found is None:
                    raise _not_found(agency, axis_id)
                seq, expected = found
                if sha256 != expected:
                    raise DigestMismatch(DigestMismatch.axis_code, f"{axis_id} has {expected}")
                seqs.append(seq)
            return sum(_moved(to, seq, recipient, PacketState.DONE, "", at) for seq in seqs)

        return self._writer.run(settle)

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
        recipient, at = self.organ_id(agency), self._now()

        def moved(to: sqlite3.Connection) -> bool:
            found = to.execute(_CONFIRMABLE, (recipient, axis_id)).fetchone()
            if found is None:
                raise _not_found(agency, axis_id)
            return _moved(to, found[0], recipient, state, note[:LONGEST_NOTE], at)

        return self._writer.run(moved)

    def resend(self, axis_id: str, recipient: str) -> bool:
        """Put a delivery into its queue again, under the same id; return whether it was out.

        Raises:
            NotFound: no such message for *recipient*, or its content was pruned.
        """
        organ_id, at = self.organ_id(recipient), self._now()

        def again(to: sqlite3.Connection) -> bool:
            found = to.execute(_ADDRESSED, (organ_id, axis_id)).fetchone()
            if found is None:
                raise _not_found(recipient, axis_id)
            row = to.execute("SELECT held FROM messages WHERE seq = ?", found[:1]).fetchone()
            if row[0] == "gone":
                raise _not_found(recipient, axis_id)
            return to.execute(_RESEND, (at, found[0], organ_id)).rowcount > 0

        return self._writer.run(again)

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
        return tracks.received(self._reader, self._directory.organ_ids(agencies), search)

    def track(self, axis_id: str) -> list[Track]:
        """Return one message at each of its recipients; empty when there is none."""
        return tracks.of_message(self._reader, axis_id)

    def prune(self, at: datetime) -> int:
        """Forget contents that are settled and older than the window; return how many."""
        return pruning.prune(self._writer.run, self._contents, microseconds(at))

    def deliveries(self, sender: str, message_id: str) -> list[Delivery]:
        """Return what has become of a message, by recipient; empty when it never came."""
        rows = self._reader.execute(_DELIVERIES, (self.organ_id(sender), message_id)).fetchall()
        return [
            Delivery(
                recipient,
                PacketState(state),
                note,
                utc(accepted),
                None if fetched is None else utc(fetched),
                None if settled is None else utc(settled),
            )
            for recipient, state, note, accepted, fetched, settled in rows
        ]

    def queues(self) -> list[Queue]:
        """Return every queue that is not empty."""
        rows = self._reader.execute(_QUEUES).fetchall()
        return [Queue(recipient, waiting, utc(oldest)) for recipient, waiting, oldest in rows]

    def counts(self) -> dict[str, int]:
        """Return how many messages were ever accepted and how many deliveries wait."""
        messages, waiting = self._reader.execute(
            "SELECT (SELECT coalesce(max(seq), 0) FROM messages),"
            " (SELECT count(*) FROM deliveries WHERE settled_at IS NULL)"
        ).fetchone()
        return {"messages": messages, "waiting": waiting}


def _moved(
    connection: sqlite3.Connection, seq: int, recipient: str, state: PacketState, note: str, at: int
) -> bool:
    settled_at = at if state in (PacketState.DONE, PacketState.FAIL) else None
    earlier = ("initial",) if settled_at is None else ("initial", "processing")
    if state is PacketState.INITIAL:
        return False
    values = (state, note, at, settled_at, seq, recipient, *earlier)
    statement = _MOVE.format(", ".join("?" * len(earlier)))
    return connection.execute(statement, values).rowcount > 0


def _not_found(agency: str, axis_id: str) -> NotFound:
    return NotFound(NotFound.axis_code, f"{axis_id} ({agency})")


_QUEUE = """
    SELECT rank, seq, recipient FROM deliveries
    WHERE recipient = ? AND kind = ? AND settled_at IS NULL
    ORDER BY rank, seq LIMIT ?
"""
_COUNT = """
    SELECT count(*) FROM deliveries WHERE recipient = ? AND kind = ? AND settled_at IS NULL
"""
_ADDRESSED = """
    SELECT seq, fetched_at, size
    FROM messages JOIN deliveries USING (seq) WHERE recipient = ? AND axis_id = ?
"""
_STORED = """
    SELECT axis_id, kind, sender, message_id, sha256, size, held, content
    FROM messages LEFT JOIN contents USING (seq) WHERE seq = ?
"""
_NOTE_FETCHED = """
    UPDATE deliveries
    SET fetched_at = :at,
        updated_at = iif(state = 'initial', :at, updated_at),
        state = iif(state = 'initial', 'processing', state)
    WHERE seq = :seq AND recipient = :recipient AND fetched_at IS NULL
"""
_CONFIRMABLE = """
    SELECT seq, sha256 FROM messages JOIN deliveries USING (seq)
    WHERE recipient = ? AND axis_id = ?
"""
_MOVE = """
    UPDATE deliveries SET state = ?, note = ?, updated_at = ?, settled_at = ?
    WHERE seq = ? AND recipient = ? AND state IN ({})
"""
_RESEND = """
    UPDATE deliveries
    SET state = 'initial', note = '', fetched_at = NULL, updated_at = ?, settled_at = NULL
    WHERE seq = ? AND recipient = ? AND state <> 'initial'
"""
_DELIVERIES = """
    SELECT recipient, state, note, m.accepted_at, fetched_at, settled_at
    FROM messages AS m JOIN deliveries USING (seq) WHERE sender = ? AND message_id = ?
    ORDER BY recipient
"""
_QUEUES = """
    SELECT recipient, waiting, accepted_at
    FROM (SELECT recipient, count(*) AS waiting, min(seq) AS seq
          FROM deliveries WHERE settled_at IS NULL GROUP BY recipient)
    JOIN messages USING (seq) ORDER BY recipient
"""
