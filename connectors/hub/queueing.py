"""The queue of each recipient, and how a message leaves it: statements over the hub's tables."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.axis import MessageKind, PacketState, Pending
from connectors.errors import DigestMismatch, NotFound
from connectors.hub.blobs import ContentFolder
from connectors.hub.call import OK, REPEATED, Line
from connectors.hub.message import Delivery, Queue, Stored
from connectors.hub.moments import utc
from schemas.edxml.field import FORBIDDEN


def pending(
    connection: sqlite3.Connection,
    recipients: Sequence[str],
    kind: MessageKind | None,
    limit: int,
) -> list[Pending]:
    """Return what waits for any of *recipients*: urgent first, then oldest first."""
    found: list[tuple[int, int, str]] = []
    for recipient in recipients:
        for one in [kind] if kind else list(MessageKind):
            found += connection.execute(QUEUE, (recipient, one, limit))
    found.sort()
    return [_pending(connection, seq, recipient) for _, seq, recipient in found[:limit]]


def _pending(connection: sqlite3.Connection, seq: int, recipient: str) -> Pending:
    axis_id, kind, sender, message_id, sha256, size = connection.execute(
        "SELECT axis_id, kind, sender, message_id, sha256, size FROM messages WHERE seq = ?",
        (seq,),
    ).fetchone()
    return Pending(axis_id, MessageKind(kind), recipient, sender, message_id, sha256, size)


def count(
    connection: sqlite3.Connection, recipients: Sequence[str], kind: MessageKind | None
) -> int:
    """Return how many messages wait for *recipients*."""
    found = 0
    for recipient in recipients:
        for one in [kind] if kind else list(MessageKind):
            found += connection.execute(_COUNT, (recipient, one)).fetchone()[0]
    return found


@dataclass(frozen=True, slots=True)
class Copy:
    """One recipient's copy of a message."""

    seq: int
    recipient: str
    axis_id: str
    sha256: str
    size: int
    fetched: bool
    held: str


def copy_of(connection: sqlite3.Connection, recipient: str, axis_id: str, asked: str) -> Copy:
    """Return the copy of the recipient, who was asked for as *asked*.

    Raises:
        NotFound: there is none.
    """
    found = connection.execute(_COPY, (recipient, axis_id)).fetchone()
    if found is None:
        raise NotFound(NotFound.axis_code, f"{axis_id} ({asked})")
    seq, sha256, size, fetched, held = found
    return Copy(seq, recipient, axis_id, sha256, size, bool(fetched), held)


def note_fetched(connection: sqlite3.Connection, copies: Sequence[Copy], at: int) -> None:
    """Note that *copies* were given out for the first time: initial -> processing."""
    connection.executemany(
        _NOTE_FETCHED, [{"at": at, "seq": n.seq, "recipient": n.recipient} for n in copies]
    )


def ensure_digest(copy: Copy, sha256: str) -> None:
    """Return if *sha256* is the message's.

    Raises:
        DigestMismatch: it is another's.
    """
    if sha256 != copy.sha256:
        raise DigestMismatch(DigestMismatch.axis_code, f"{copy.axis_id} has {copy.sha256}")


def move(
    connection: sqlite3.Connection, copy: Copy, state: PacketState, note: str, at: int
) -> Line:
    """Move a copy onwards; a step back, or any after done or fail, changes nothing."""
    settled_at = at if state in (PacketState.DONE, PacketState.FAIL) else None
    statement = _PROCESS if settled_at is None else _SETTLE
    said = FORBIDDEN.sub(" ", note)  # whatever a face takes, all faces must be able to tell
    values = (state, said, at, settled_at, copy.seq, copy.recipient)
    moved = state is not PacketState.INITIAL and connection.execute(statement, values).rowcount
    return Line(copy.axis_id, state if moved else REPEATED)


def resend(connection: sqlite3.Connection, copy: Copy, at: int) -> Line:
    """Put a copy into the queue again.

    Raises:
        NotFound: its content was pruned.
    """
    if copy.held == "gone":
        raise pruned(copy.axis_id)
    changed = connection.execute(_RESEND, (at, copy.seq, copy.recipient)).rowcount
    return Line(copy.axis_id, OK if changed else REPEATED)


def double(connection: sqlite3.Connection, axis_id: str, at: int) -> None:
    """Enter a message, if there is one, once more under another id, new for each recipient."""
    mark = f"~{os.urandom(8).hex()}"
    values = {"axis": axis_id, "other": f"{at:014x}-{os.urandom(10).hex()}", "mark": mark, "at": at}
    for statement in _DOUBLE:
        connection.execute(statement, values)


def pruned(axis_id: str) -> NotFound:
    """Return the refusal of a message whose content is no longer kept."""
    text = f"{axis_id}: đã hết thời hạn lưu nội dung / its content was pruned"
    return NotFound(NotFound.axis_code, text)


def stored(connection: sqlite3.Connection, contents: ContentFolder, seq: int) -> Stored:
    """Return a message as it goes out.

    Raises:
        NotFound: its content was pruned, or is missing. No caller's repetition brings it back:
            the delivery stays in its queue until the operator does (`stuck` calls it corrupt).
    """
    axis_id, kind, sender, message_id, sha256, size, held, content = connection.execute(
        _STORED, (seq,)
    ).fetchone()
    if held == "gone":
        raise pruned(axis_id)
    source = contents.path(sha256) if held == "file" else content
    if source is None or (isinstance(source, Path) and not source.is_file()):
        text = f"{axis_id}: nội dung bị mất ở nút trục / its content is missing at the hub"
        raise NotFound(NotFound.axis_code, text)
    return Stored(axis_id, MessageKind(kind), sender, message_id, sha256, size, source)


def deliveries(connection: sqlite3.Connection, sender: str, message_id: str) -> list[Delivery]:
    """Return what has become of a message, by recipient; empty when it never came."""
    return [
        Delivery(
            recipient,
            PacketState(state),
            note,
            utc(accepted),
            None if fetched is None else utc(fetched),
            None if settled is None else utc(settled),
        )
        for recipient, state, note, accepted, fetched, settled in connection.execute(
            _DELIVERIES, (sender, message_id)
        )
    ]


def queues(connection: sqlite3.Connection) -> list[Queue]:
    """Return every queue that is not empty."""
    rows = connection.execute(_QUEUES)
    return [Queue(recipient, waiting, utc(oldest)) for recipient, waiting, oldest in rows]


QUEUE = """
    SELECT rank, seq, recipient FROM deliveries
    WHERE recipient = ? AND kind = ? AND settled_at IS NULL
    ORDER BY rank, seq LIMIT ?
"""
_COUNT = """
    SELECT count(*) FROM deliveries WHERE recipient = ? AND kind = ? AND settled_at IS NULL
"""
_COPY = """
    SELECT seq, sha256, size, fetched_at IS NOT NULL, held
    FROM messages JOIN deliveries USING (seq) WHERE recipient = ? AND axis_id = ?
"""
_NOTE_FETCHED = """
    UPDATE deliveries
    SET fetched_at = :at,
        updated_at = iif(state = 'initial', :at, updated_at),
        state = iif(state = 'initial', 'processing', state)
    WHERE seq = :seq AND recipient = :recipient AND fetched_at IS NULL
"""
_PROCESS = """
    UPDATE deliveries SET state = ?, note = ?, updated_at = ?, settled_at = ?
    WHERE seq = ? AND recipient = ? AND state = 'initial'
"""
_SETTLE = """
    UPDATE deliveries SET state = ?, note = ?, updated_at = ?, settled_at = ?
    WHERE seq = ? AND recipient = ? AND settled_at IS NULL
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
_DOUBLE = (
    """
    INSERT INTO messages (axis_id, sender, message_id, kind, urgency, document_id,
                          status_code, system, sha256, size, held, accepted_at)
    SELECT :other, sender, substr(message_id, 1, 180) || :mark, kind, urgency, document_id,
           status_code, system, sha256, size, held, :at
    FROM messages WHERE axis_id = :axis AND held <> 'gone'
    """,
    """
    INSERT INTO contents SELECT other.seq, content
    FROM contents JOIN messages AS one USING (seq), messages AS other
    WHERE one.axis_id = :axis AND other.axis_id = :other
    """,
    """
    INSERT INTO deliveries (seq, recipient, kind, rank, state, note, accepted_at, updated_at)
    SELECT other.seq, d.recipient, d.kind, d.rank, 'initial', '', :at, :at
    FROM deliveries AS d JOIN messages AS one USING (seq), messages AS other
    WHERE one.axis_id = :axis AND other.axis_id = :other
    """,
)
_STORED = """
    SELECT axis_id, kind, sender, message_id, sha256, size, held, content
    FROM messages LEFT JOIN contents USING (seq) WHERE seq = ?
"""
