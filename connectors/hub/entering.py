"""How a message enters the hub's store: limits, its content on the disk, one transaction."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from connectors.axis import Receipt
from connectors.edxml.prolog import spoiled
from connectors.errors import AxisRefused, DuplicateDifferent, TooLarge, UnknownRecipient
from connectors.hub.blobs import ContentFolder
from connectors.hub.call import OK, REPEATED, WARNED, Line
from connectors.hub.directory import Directory
from connectors.hub.inspection import NOT_UNDERSTOOD
from connectors.hub.message import Posting
from connectors.hub.moments import utc

IN_ROW = 1 << 20
"""Bytes; smaller contents lie in the database, where one fsync keeps all that come together.

Measured with 100 KB and eight threads: 727 messages a second in rows, 406 in files of their own
(two fsyncs each), the slowest hundredth of the answers 49 ms against 168 ms.
"""
_FIRST = 2048
"""Bytes of a message that show whether its prolog is the first thing in it."""


@dataclass(slots=True)
class Row:
    """A posting with its codes resolved."""

    posting: Posting
    sender: str
    recipients: tuple[str, ...]
    content: bytes | None = None
    """None: in the folder."""
    faults: tuple[str, ...] = ()
    """Codes of what its header has against the format, and was put up with."""


def prepared(
    reader: sqlite3.Connection,
    directory: Directory,
    contents: ContentFolder,
    max_size: int,
    posting: Posting,
    inspected: Callable[[Posting], tuple[str, ...]],
) -> Row | AxisRefused:
    """Do all that needs no transaction: names, limits, a large content on the disk.

    *inspected* says what is wrong with a message, or refuses it. One with bytes before its prolog
    is refused whatever the hub inspects: not every face could give it out again.
    """
    unknown = [code for code in posting.recipients if not directory.known(code)]
    if unknown:
        return UnknownRecipient(UnknownRecipient.axis_code, ", ".join(unknown))
    if posting.size > max_size:
        return TooLarge(TooLarge.axis_code, f"{posting.size} > {max_size} bytes")
    # an agency addressed by both its codes is one recipient
    recipients = tuple(directory.organ_ids(posting.recipients))
    row = Row(posting, directory.organ_id(posting.sender), recipients)
    if _known(reader, row) is None:
        try:
            row.faults = inspected(posting)
        except AxisRefused as refused:
            return refused
        if spoiled(posting.content.read(_FIRST)):
            words = "có byte thừa trước phần đầu XML / bytes stand before the XML prolog"
            return AxisRefused(NOT_UNDERSTOOD, words)
        posting.content.seek(0)
        if posting.size <= IN_ROW:
            row.content = posting.content.read()
        else:
            contents.put(posting.sha256, posting.content)
    return row


def entered(
    connection: sqlite3.Connection, contents: ContentFolder, row: Row, at: int
) -> Receipt | AxisRefused:
    """Enter the message in the writer's transaction; return its receipt, or the first one's."""
    known = _known(connection, row)
    if known is not None:
        return known
    posting = row.posting
    if row.content is None and not contents.path(posting.sha256).exists():
        # pruned as another message's in this very moment; nobody prunes while we write
        posting.content.seek(0)
        contents.put(posting.sha256, posting.content)
    # the time first, so that new ids go to the end of the index; the rest cannot be guessed
    axis_id = f"{at:014x}-{os.urandom(10).hex()}"
    seq = connection.execute(
        "INSERT INTO messages (axis_id, sender, message_id, kind, urgency, document_id,"
        " status_code, system, sha256, size, held, accepted_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            axis_id,
            row.sender,
            posting.message_id,
            posting.kind,
            posting.urgency,
            posting.document_id,
            posting.status_code,
            posting.system,
            posting.sha256,
            posting.size,
            "file" if row.content is None else "row",
            at,
        ),
    ).lastrowid
    if row.content is not None:
        connection.execute("INSERT INTO contents VALUES (?, ?)", (seq, row.content))
    connection.executemany(
        "INSERT INTO deliveries (seq, recipient, kind, rank, state, note, accepted_at, updated_at)"
        " VALUES (?, ?, ?, ?, 'initial', '', ?, ?)",
        [(seq, recipient, posting.kind, -posting.urgency, at, at) for recipient in row.recipients],
    )
    return Receipt(axis_id, duplicate=False, accepted_at=utc(at))


def lines(
    answers: Sequence[Receipt | AxisRefused],
    rows: Sequence[Row | AxisRefused],
    postings: Sequence[Posting],
) -> Iterator[Line]:
    """Yield what the audit says of messages, and of what was put up with in new ones."""
    for answer, row, posting in zip(answers, rows, postings, strict=True):
        if isinstance(answer, AxisRefused):
            yield Line("", str(answer.args[0]), posting.kind, posting.size)
            continue
        outcome = REPEATED if answer.duplicate else OK
        yield Line(answer.axis_id, outcome, posting.kind, posting.size)
        if isinstance(row, Row) and not answer.duplicate:
            yield from (Line(answer.axis_id, f"{WARNED} {fault}") for fault in row.faults)


def _known(connection: sqlite3.Connection, row: Row) -> Receipt | AxisRefused | None:
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
    return Receipt(axis_id, duplicate=True, accepted_at=utc(accepted_at))
