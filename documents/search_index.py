"""Keeps the index of search after the ledger: whatever step was recorded, its document follows.

No step pays for it. Each agency's ledger is read from where the index stood; where it stands
is written with what was indexed, so that a killed indexer goes on where it was. Secret
documents have no entry. Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from documents import search_fields, search_spans
from documents.lifecycle import State
from documents.tables import (
    AttachmentRow,
    DocumentRow,
    LedgerHeadRow,
    LedgerRow,
    SearchBodyRow,
    SearchCursorRow,
    SearchEntryRow,
)

TOGETHER = 300
"""Rows of the ledger that are followed in one transaction."""
MOST_FILES = 20
"""PDFs of one document whose text is read."""
MOST_TRIES = 3
"""A file that kills its reader so often is left alone."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPAN = 1_000_000
_UNREAD = frozenset({State.FETCHED, State.QUARANTINED, State.REFUSED})
"""States whose files nobody has judged, or that are not kept: their text stays out."""
_MOVING = frozenset({State.APPROVED, State.SIGNED, State.NUMBERED, State.SEALED})
"""A flow is about to change the file: it is read once it is done."""

_ENTRIES = cast("Table", SearchEntryRow.__table__)
ADD = {
    "sqlite": insert(_ENTRIES).values(words=bindparam("line")),
    "postgresql": insert(_ENTRIES).values(words=sql_cast(bindparam("line"), TSVECTOR)),
}
"""Adds entries: seq, document_id, upto, and the words as `line`."""
_CHANGE = {
    name: update(_ENTRIES)
    .where(_ENTRIES.c.document_id == bindparam("document"))
    .values(words=words, upto=bindparam("newest"))
    for name, words in (
        ("sqlite", bindparam("line")),
        ("postgresql", sql_cast(bindparam("line"), TSVECTOR)),
    )
}


def behind(session: Session) -> bool:
    """Return whether a ledger has rows that the index has not followed."""
    cursor = SearchCursorRow
    wanted = (
        select(LedgerHeadRow.organ_id)
        .outerjoin(cursor, cursor.organ_id == LedgerHeadRow.organ_id)
        .where(LedgerHeadRow.sequence > func.coalesce(cursor.sequence, 0))
        .limit(1)
    )
    return session.scalar(wanted) is not None


def catch_up(session: Session, most: int = TOGETHER) -> int:
    """Follow at most *most* rows of each agency's ledger; return how many were.

    Runs in a writing transaction; of two at once the second waits, or has nothing to do.
    """
    wanted = (
        select(LedgerHeadRow.organ_id, LedgerHeadRow.sequence, SearchCursorRow.sequence)
        .outerjoin(SearchCursorRow, SearchCursorRow.organ_id == LedgerHeadRow.organ_id)
        .where(LedgerHeadRow.sequence > func.coalesce(SearchCursorRow.sequence, 0))
        .order_by(LedgerHeadRow.organ_id)
    )
    followed = 0
    for organ_id, head, reached in session.execute(wanted).all():
        if reached is None:
            _begun(session, organ_id)
        followed += _follow(session, organ_id, head, most)
    return followed


def _begun(session: Session, organ_id: str) -> None:
    sqlite = session.get_bind().dialect.name == "sqlite"
    upsert: Any = sqlite_insert if sqlite else postgresql_insert
    beginning = {"organ_id": organ_id, "sequence": 0}
    session.execute(upsert(SearchCursorRow).values(**beginning).on_conflict_do_nothing())


def _follow(session: Session, organ_id: str, head: int, most: int) -> int:
    cursor = session.get_one(
        SearchCursorRow, organ_id, with_for_update=True, populate_existing=True
    )
    rows = session.execute(
        select(LedgerRow.sequence, LedgerRow.document_id)
        .where(LedgerRow.organ_id == organ_id, LedgerRow.sequence > cursor.sequence)
        .order_by(LedgerRow.sequence)
        .limit(most)
    ).all()
    if not rows:
        return 0
    touched = {document_id: sequence for sequence, document_id in rows if document_id}
    known: dict[str, int] = {
        document_id: int(newest)
        for document_id, newest in session.execute(
            select(SearchEntryRow.document_id, SearchEntryRow.upto).where(
                SearchEntryRow.document_id.in_(list(touched))
            )
        )
    }
    # what was indexed later than its step has it in already: a rebuilding does each once
    fresh = [each for each, sequence in touched.items() if known.get(each, -1) < sequence]
    put(session, fresh, max(head, rows[-1].sequence))
    cursor.sequence = rows[-1].sequence
    return len(rows)


def put(session: Session, ids: Sequence[str], upto: int) -> None:
    """Enter documents *ids* in the index as they are now; *upto* is their ledger's newest row."""
    if not ids:
        return
    rows = {
        row.id: row
        for row in session.scalars(
            select(DocumentRow)
            .where(DocumentRow.id.in_(list(ids)))
            .order_by(DocumentRow.created_at, DocumentRow.id)
            .execution_options(populate_existing=True)
        )
    }
    bodies = _wanted_bodies(session, rows)
    _enter(session, rows, bodies, upto)


def _enter(
    session: Session,
    rows: dict[str, DocumentRow],
    bodies: dict[str, SearchBodyRow],
    upto: int,
) -> None:
    open_ones = {key: row for key, row in rows.items() if not _secret(bodies.get(key))}
    gathered = search_fields.vocabularies(session, open_ones)
    hidden = [key for key in rows if key not in open_ones]
    if hidden:
        session.execute(delete(SearchEntryRow).where(SearchEntryRow.document_id.in_(hidden)))
    connection = session.connection()
    dialect = connection.dialect.name
    entry = SearchEntryRow
    wanted = select(entry.document_id, entry.seq).where(entry.document_id.in_(list(open_ones)))
    there: dict[str, int] = {key: seq for key, seq in session.execute(wanted)}  # noqa: C416
    new, changed = [], []
    taken: set[int] = set()
    for key, words in gathered.items():
        body = bodies.get(key)
        if body is not None and body.body and rows[key].state not in _UNREAD:
            words.add(text_of(body), most=search_fields.BODY_LENGTH)
        seq = there.get(key) or _free(session, rows[key].created_at, taken)
        for each in search_spans.of_place(seq):
            words.mark(each)
        line = words.for_database(dialect)
        if key in there:
            changed.append({"document": key, "line": line, "newest": upto})
        else:
            new.append({"seq": seq, "document_id": key, "upto": upto, "line": line})
    if new:
        connection.execute(ADD[dialect], new)
    if changed:
        connection.execute(_CHANGE[dialect], changed)


def _secret(body: SearchBodyRow | None) -> bool:
    return body is not None and body.secret


def _free(session: Session, created_at: datetime, taken: set[int]) -> int:
    """Return the first number not taken from the moment of creation on."""
    elapsed = created_at - _EPOCH
    seq = (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
    entry = SearchEntryRow.seq
    if session.scalar(select(entry).where(entry == seq)) is not None:
        after = select(func.max(entry)).where(entry.between(seq, seq + _SPAN - 1))
        seq = int(session.scalar(after) or seq) + 1
    while seq in taken:
        seq += 1
    taken.add(seq)
    return seq


def _wanted_bodies(session: Session, rows: dict[str, DocumentRow]) -> dict[str, SearchBodyRow]:
    """Return the files' texts, and mark those that are to be read anew."""
    known = {
        body.document_id: body
        for body in session.scalars(
            select(SearchBodyRow).where(SearchBodyRow.document_id.in_(list(rows)))
        )
    }
    ripe = {key: row for key, row in rows.items() if State(row.state) not in _UNREAD | _MOVING}
    files = _pdfs(session, ripe)
    for key, wanted in files.items():
        body = known.get(key)
        if body is None:
            if wanted:
                known[key] = body = SearchBodyRow(document_id=key, files=wanted, due=True)
                body.secret, body.note, body.attempts = False, "", 0
                session.add(body)
        elif body.files != wanted:
            body.files, body.due, body.attempts = wanted, True, 0
    session.flush()
    return known


def _pdfs(session: Session, rows: dict[str, DocumentRow]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key, row in rows.items():
        found[key] = [row.current_sha256] if row.current_sha256 else []
    attached = session.execute(
        select(AttachmentRow.document_id, AttachmentRow.sha256)
        .where(AttachmentRow.document_id.in_(list(rows)))
        .where(
            (func.lower(AttachmentRow.name).like("%.pdf"))
            | (AttachmentRow.content_type == "application/pdf")
        )
        .order_by(AttachmentRow.document_id, AttachmentRow.ordinal)
    )
    for document_id, sha256 in attached:
        if sha256 not in found[document_id]:
            found[document_id].append(sha256)
    return {key: files[:MOST_FILES] for key, files in found.items()}


def unread(session: Session, most: int) -> list[tuple[str, list[str]]]:
    """Return documents whose files' text is to be read, each with its files."""
    wanted = (
        select(SearchBodyRow.document_id, SearchBodyRow.files)
        .where(SearchBodyRow.due.is_(True))
        .order_by(SearchBodyRow.document_id)
        .limit(most)
    )
    return [(document_id, files) for document_id, files in session.execute(wanted)]


def tried(session: Session, ids: Iterable[str]) -> None:
    """Count a try before it is made: a file that kills its reader is not tried for ever."""
    of_them = SearchBodyRow.document_id.in_(list(ids))
    session.execute(
        update(SearchBodyRow).where(of_them).values(attempts=SearchBodyRow.attempts + 1)
    )
    session.execute(
        update(SearchBodyRow)
        .where(of_them, SearchBodyRow.attempts > MOST_TRIES)
        .values(due=False, note="không đọc được sau nhiều lần thử / given up after several tries")
    )


def read(
    session: Session,
    document_id: str,
    files: Sequence[str],
    text: str,
    at: datetime,
    *,
    note: str = "",
    secret: bool = False,
) -> bool:
    """Keep the text of a document's *files* and index it; False when others are wanted by now."""
    body = session.get(SearchBodyRow, document_id, with_for_update=True, populate_existing=True)
    if body is None or list(body.files) != list(files):
        return False
    body.due, body.note, body.read_at, body.secret = False, note, at, secret
    body.body = None if secret else zlib.compress(text.encode("utf-8", "replace"), 6)
    session.flush()
    row = session.get(DocumentRow, document_id, populate_existing=True)
    if row is not None:
        head = session.scalar(
            select(SearchCursorRow.sequence).where(SearchCursorRow.organ_id == row.organ_id)
        )
        _enter(session, {row.id: row}, {row.id: body}, head or 0)
    return True


def again(session: Session, ids: Iterable[str]) -> None:
    """Have the text of the files of documents read once more: something new is known of them."""
    of_them = SearchBodyRow.document_id.in_(list(ids))
    session.execute(update(SearchBodyRow).where(of_them).values(due=True, attempts=0))


def text_of(body: SearchBodyRow) -> str:
    """Return the text that was read."""
    return zlib.decompress(body.body or zlib.compress(b"")).decode("utf-8", "replace")


def forget(session: Session, *, files_too: bool = False) -> None:
    """Empty the index; it fills again from the ledgers' beginnings, as after a loss.

    *files_too* has the text of every file read anew.
    """
    session.execute(delete(SearchEntryRow))
    session.execute(update(SearchCursorRow).values(sequence=0))
    if files_too:
        session.execute(update(SearchBodyRow).values(due=True, attempts=0))
