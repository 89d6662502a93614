"""The hub's durable store: every message, who it is for, and what has become of it.

SQLite in WAL mode for what is known about a message, a folder for large contents.
Everything is on the disk before the caller gets an answer. A message is known by
(sender, message id): a repeat changes nothing and gets the first answer.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from connectors.axis import AgencyEntry, MessageKind, Pending, Receipt
from connectors.catalogue import Catalogue
from connectors.errors import (
    AxisRefused,
    DigestMismatch,
    DuplicateDifferent,
    NotFound,
    TooLarge,
    UnknownRecipient,
)
from connectors.hub.blobs import ContentFolder
from connectors.hub.message import Delivery, DeliveryState, Posting, Queue, Stored
from connectors.hub.writer import Writer

IN_ROW = 16 << 10
"""Bytes; smaller contents (statuses) lie in the database: 500 of them are one fsync, not 500."""
MAX_SIZE = 100 << 20
"""Bytes of one message by default: 50 MiB of files are 67 MiB of edXML."""


class HubStore:
    """One folder, one process; safe for many threads."""

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
        connection = self._connected()
        connection.executescript(files("connectors.hub").joinpath("tables.sql").read_text("utf-8"))
        self._writer = Writer(connection)
        self._catalogue = Catalogue(_agencies(connection))

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._database, isolation_level=None, check_same_thread=False, timeout=30
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # the answer means: it is on the disk
        return connection

    @property
    def _reader(self) -> sqlite3.Connection:
        """This thread's own connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connected()
            self._readers.append(connection)
        return connection

    def _now(self) -> int:
        return round(self._clock().timestamp() * 1_000_000)

    def close(self) -> None:
        """Finish what is being written and close; every other thread must be done."""
        for connection in self._readers:
            connection.close()
        self._writer.close()

    def put_agencies(self, entries: Iterable[AgencyEntry]) -> None:
        """Add *entries* to the catalogue, each instead of the one of the same organ_id."""
        rows = [(e.organ_id, e.old_organ_id, e.name, e.parent) for e in entries]
        self._writer.run(
            lambda to: to.executemany("INSERT OR REPLACE INTO agencies VALUES (?, ?, ?, ?)", rows)
        )
        self._catalogue = Catalogue(_agencies(self._reader))

    def agencies(self, after: str = "", limit: int = 5000) -> list[AgencyEntry]:
        """Return the catalogue's page that follows organ_id *after*."""
        return _agencies(self._reader, after, limit)

    def accept(self, postings: Sequence[Posting]) -> list[Receipt | AxisRefused]:
        """Take messages over, durably and together; one answer each, in order."""
        prepared = [self._prepared(posting) for posting in postings]
        at = self._now()
        return self._writer.run(
            lambda to: [
                item if isinstance(item, AxisRefused) else _entered(to, item, at)
                for item in prepared
            ]
        )

    def _prepared(self, posting: Posting) -> "_Row | AxisRefused":
        """Do all that needs no transaction: names, limits, the content on the disk."""
        unknown = [code for code in posting.recipients if self._catalogue.known(code) is None]
        if unknown:
            return UnknownRecipient(UnknownRecipient.axis_code, ", ".join(unknown))
        if posting.size > self.max_size:
            return TooLarge(TooLarge.axis_code, f"{posting.size} > {self.max_size} bytes")
        sender = self._catalogue.organ_id(posting.sender)
        # an agency addressed by both its codes is one recipient
        recipients = dict.fromkeys(self._catalogue.organ_id(code) for code in posting.recipients)
        row = _Row(posting, sender, tuple(recipients))
        if _known(self._reader, row) is None:
            if posting.size <= IN_ROW:
                row.content = posting.content.read()
            else:
                self._contents.put(posting.sha256, posting.content)
        return row

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        """Return what waits for any of *agencies*: urgent first, then oldest first."""
        recipients = dict.fromkeys(self._catalogue.organ_id(code) for code in agencies)
        found: list[tuple[int, int, str]] = []
        for recipient in recipients:
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

    def fetch(self, agency: str, axis_ids: Sequence[str]) -> list[Stored]:
        """Return the messages and note that *agency* has fetched them.

        At most `max_size` bytes together, but always the first: the last ones may be left out.

        Raises:
            NotFound: no such message for *agency*.
        """
        recipient = self._catalogue.organ_id(agency)
        stored: list[Stored] = []
        new: list[tuple[int, int, str]] = []
        left = self.max_size
        at = self._now()
        for axis_id in axis_ids:
            found = self._reader.execute(_STORED, (recipient, axis_id)).fetchone()
            if found is None:
                raise _not_found(agency, axis_id)
            seq, fetched_at, kind, sender, message_id, sha256, size, content = found
            left -= size
            if stored and left < 0:
                break
            source = self._contents.path(sha256) if content is None else content
            one = Stored(axis_id, MessageKind(kind), sender, message_id, sha256, size, source)
            stored.append(one)
            if fetched_at is None:
                new.append((at, seq, recipient))
        if new:
            self._writer.run(lambda to: to.executemany(_NOTE_FETCHED, new).rowcount)
        return stored

    def confirm(self, agency: str, receipts: Sequence[tuple[str, str]]) -> int:
        """Take (axis_id, sha256) pairs out of the queue; return how many left it just now.

        Raises:
            NotFound: no such message for *agency*; nothing was confirmed.
            DigestMismatch: the digest is another's; nothing was confirmed.
        """
        recipient = self._catalogue.organ_id(agency)
        waiting: list[tuple[int, int, str]] = []
        at = self._now()
        for axis_id, sha256 in receipts:
            found = self._reader.execute(_CONFIRMABLE, (recipient, axis_id)).fetchone()
            if found is None:
                raise _not_found(agency, axis_id)
            seq, expected, confirmed_at = found
            if sha256 != expected:
                raise DigestMismatch(DigestMismatch.axis_code, f"{axis_id} has {expected}")
            if confirmed_at is None:
                waiting.append((at, seq, recipient))
        if not waiting:
            return 0
        return self._writer.run(lambda to: to.executemany(_CONFIRM, waiting).rowcount)

    def deliveries(self, sender: str, message_id: str) -> list[Delivery]:
        """Return what has become of a message, by recipient; empty when it never came."""
        rows = self._reader.execute(
            _DELIVERIES, (self._catalogue.organ_id(sender), message_id)
        ).fetchall()
        return [
            Delivery(
                recipient,
                _state(fetched, confirmed),
                _utc(accepted),
                None if fetched is None else _utc(fetched),
                None if confirmed is None else _utc(confirmed),
            )
            for recipient, accepted, fetched, confirmed in rows
        ]

    def queues(self) -> list[Queue]:
        """Return every queue that is not empty."""
        rows = self._reader.execute(_QUEUES).fetchall()
        return [Queue(recipient, waiting, _utc(oldest)) for recipient, waiting, oldest in rows]

    def counts(self) -> dict[str, int]:
        """Return how many messages were ever accepted and how many deliveries wait."""
        messages, waiting = self._reader.execute(
            "SELECT (SELECT coalesce(max(seq), 0) FROM messages),"
            " (SELECT count(*) FROM deliveries WHERE confirmed_at IS NULL)"
        ).fetchone()
        return {"messages": messages, "waiting": waiting}


@dataclass(slots=True)
class _Row:
    """A posting with its codes resolved."""

    posting: Posting
    sender: str
    recipients: tuple[str, ...]
    content: bytes | None = None
    """None: in the folder."""


def _agencies(
    connection: sqlite3.Connection, after: str = "", limit: int = -1
) -> list[AgencyEntry]:
    rows = connection.execute(
        "SELECT organ_id, name, old_organ_id, parent FROM agencies"
        " WHERE organ_id > ? ORDER BY organ_id LIMIT ?",
        (after, limit),
    )
    return [AgencyEntry(*row) for row in rows]


def _known(connection: sqlite3.Connection, row: _Row) -> Receipt | AxisRefused | None:
    """Return the first answer if the message came before, a refusal if it was another one."""
    posting = row.posting
    found = connection.execute(
        "SELECT seq, axis_id, accepted_at, kind, sha256 FROM messages"
        " WHERE sender = ? AND message_id = ?",
        (row.sender, posting.message_id),
    ).fetchone()
    if found is None:
        return None
    seq, axis_id, accepted_at, kind, sha256 = found
    before = connection.execute("SELECT recipient FROM deliveries WHERE seq = ?", (seq,))
    same = kind == posting.kind and sha256 == posting.sha256
    if not same or {recipient for (recipient,) in before} != set(row.recipients):
        what = f"{row.sender} {posting.message_id}"
        return DuplicateDifferent(DuplicateDifferent.axis_code, what)
    return Receipt(axis_id, duplicate=True, accepted_at=_utc(accepted_at))


def _entered(connection: sqlite3.Connection, row: _Row, at: int) -> Receipt | AxisRefused:
    known = _known(connection, row)
    if known is not None:
        return known
    posting = row.posting
    # the time first, so that new ids go to the end of the index; the rest cannot be guessed
    axis_id = f"{at:014x}-{os.urandom(10).hex()}"
    seq = connection.execute(
        "INSERT INTO messages (axis_id, sender, message_id, kind, urgency, document_id,"
        " status_code, sha256, size, content, accepted_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            axis_id,
            row.sender,
            posting.message_id,
            posting.kind,
            posting.urgency,
            posting.document_id,
            posting.status_code,
            posting.sha256,
            posting.size,
            row.content,
            at,
        ),
    ).lastrowid
    connection.executemany(
        "INSERT INTO deliveries (seq, recipient, kind, rank) VALUES (?, ?, ?, ?)",
        [(seq, recipient, posting.kind, -posting.urgency) for recipient in row.recipients],
    )
    return Receipt(axis_id, duplicate=False, accepted_at=_utc(at))


def _not_found(agency: str, axis_id: str) -> NotFound:
    return NotFound(NotFound.axis_code, f"{axis_id} ({agency})")


def _utc(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)


def _state(fetched_at: int | None, confirmed_at: int | None) -> DeliveryState:
    if confirmed_at is not None:
        return DeliveryState.CONFIRMED
    return DeliveryState.QUEUED if fetched_at is None else DeliveryState.FETCHED


_QUEUE = """
    SELECT rank, seq, recipient FROM deliveries
    WHERE recipient = ? AND kind = ? AND confirmed_at IS NULL
    ORDER BY rank, seq LIMIT ?
"""
_STORED = """
    SELECT seq, fetched_at, m.kind, sender, message_id, sha256, size, content
    FROM messages AS m JOIN deliveries USING (seq) WHERE recipient = ? AND axis_id = ?
"""
_NOTE_FETCHED = "UPDATE deliveries SET fetched_at = ? WHERE seq = ? AND recipient = ?"
_CONFIRMABLE = """
    SELECT seq, sha256, confirmed_at
    FROM messages JOIN deliveries USING (seq) WHERE recipient = ? AND axis_id = ?
"""
_CONFIRM = """
    UPDATE deliveries SET confirmed_at = ?
    WHERE seq = ? AND recipient = ? AND confirmed_at IS NULL
"""
_DELIVERIES = """
    SELECT recipient, accepted_at, fetched_at, confirmed_at
    FROM messages JOIN deliveries USING (seq) WHERE sender = ? AND message_id = ?
    ORDER BY recipient
"""
_QUEUES = """
    SELECT recipient, waiting, accepted_at
    FROM (SELECT recipient, count(*) AS waiting, min(seq) AS seq
          FROM deliveries WHERE confirmed_at IS NULL GROUP BY recipient)
    JOIN messages USING (seq) ORDER BY recipient
"""
