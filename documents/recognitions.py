"""Words recognised on files that are pictures: wanted, made once, and told to whoever has the file.

Source: ux.md §1.5 (scans cannot be searched, and what they say is typed again). What was
recognised is proposed to the clerk with how sure it is, never entered without a person; search
finds the document by it. Functions run in the caller's writing transaction, unless said.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents import casefile, proposal, search_index, sender_guess
from documents.errors import storable
from documents.intakes import WAITING
from documents.ledger import SYSTEM
from documents.proposal import Proposal
from documents.tables import DocumentRow, IntakeRow, RecognitionRow

LEASE = timedelta(minutes=10)
"""Longer than reading a few files takes."""
MOST_TRIES = 3
"""A file that kills its reader so often is left alone."""
MOST_DOCUMENTS = 50
"""That are told of one file; others find it when they ask."""
NOTE_LENGTH = 500
SECRET = "secrecy.recognised"  # noqa: S105  (no password)
"""Code of the warning that a mark of secrecy was recognised on a picture."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was recognised on a file."""

    text: str = ""
    confidence: int = 0
    """Percent."""
    proposals: Sequence[Proposal] = ()
    agency: str = ""
    """What is printed above the number."""
    note: str = ""
    """Why there are no words, or not all."""
    secrecy: str = ""
    """The mark of secrecy that is on it; nothing else is kept then."""


def want(session: Session, sha256: str, document_id: str, at: datetime) -> RecognitionRow:
    """Return the words of a file, or have them made for a document; wanted twice is wanted once."""
    row = session.get(RecognitionRow, sha256, with_for_update=True)
    if row is None:
        row = RecognitionRow(
            sha256=sha256,
            wanted_at=at,
            documents=[],
            due=True,
            attempts=0,
            confidence=0,
            proposals=proposal.kept(()),
            agency_name="",
            note="",
        )
        session.add(row)
    if document_id not in row.documents and len(row.documents) < MOST_DOCUMENTS:
        row.documents = [*row.documents, document_id]
        if row.done_at is not None:
            _tell(session, row, document_id, row.done_at)
    session.flush()
    return row


def due(session: Session, at: datetime, most: int) -> list[str]:
    """Return files whose words are to be made, the longest wanted first (reads only)."""
    wanted = (
        select(RecognitionRow.sha256)
        .where(RecognitionRow.due.is_(True), RecognitionRow.wanted_at <= at)
        .order_by(RecognitionRow.wanted_at, RecognitionRow.sha256)
        .limit(most)
    )
    return list(session.scalars(wanted))


def claim(session: Session, at: datetime, most: int) -> list[str]:
    """Return files whose words the caller makes now; nobody else is given them for a while.

    A try is counted before it is made: a file that kills its reader is not tried for ever.
    """
    files = due(session, at, most)
    of_them = RecognitionRow.sha256.in_(files)
    session.execute(
        update(RecognitionRow)
        .where(of_them)
        .values(attempts=RecognitionRow.attempts + 1, wanted_at=at + LEASE)
    )
    session.execute(
        update(RecognitionRow)
        .where(of_them, RecognitionRow.attempts > MOST_TRIES)
        .values(due=False, note="không đọc được sau nhiều lần thử / given up after several tries")
    )
    return files


def found(session: Session, sha256: str, words: Words, at: datetime) -> None:
    """Keep the words of a file and tell the documents that wait for them; a repeat does nothing."""
    row = session.get(RecognitionRow, sha256, with_for_update=True, populate_existing=True)
    if row is None or row.done_at is not None:
        return
    row.due, row.done_at = False, at
    row.note = storable(words.note)[:NOTE_LENGTH]
    if words.secrecy:
        row.proposals = proposal.kept(()) | {"secrecy": words.secrecy}
    else:
        row.text = zlib.compress(words.text.encode("utf-8", "replace"), 6)
        row.confidence, row.agency_name = words.confidence, storable(words.agency)[:500]
        row.proposals = proposal.kept(words.proposals)
    for document_id in row.documents:
        _tell(session, row, document_id, at)
    search_index.again(session, row.documents)
    session.flush()


def _tell(session: Session, row: RecognitionRow, document_id: str, at: datetime) -> None:
    document = casefile.locked(session, document_id)
    if mark := secrecy_of(row):
        said = f"{SECRET}: nhận dạng được dấu «{mark}» trên bản quét / a mark on the picture"
        casefile.warn(session, document, [(SECRET, said)], at)
        return
    detail = {"what": "ocr", "confidence": row.confidence}
    casefile.note(session, document, "recognise", SYSTEM, at, evidence=row.sha256, detail=detail)
    taken = session.get(IntakeRow, document_id)
    if taken is not None and document.state in WAITING:
        _propose(session, document, taken, row, at)


def _propose(
    session: Session, document: DocumentRow, taken: IntakeRow, row: RecognitionRow, at: datetime
) -> None:
    before = proposal.read(taken.proposals)
    known = {each.field for each in before}
    more = [each for each in proposal.read(row.proposals) if each.field not in known]
    both = [*before, *more]
    if "sender" not in known:
        both = list(sender_guess.completed(session, document.organ_id, row.agency_name, both, at))
    taken.proposals = proposal.kept(both)


def words_of(session: Session, files: Iterable[str]) -> dict[str, RecognitionRow]:
    """Return what was recognised on those of *files* that are done (reads only)."""
    wanted = select(RecognitionRow).where(
        RecognitionRow.sha256.in_(list(files)), RecognitionRow.done_at.is_not(None)
    )
    return {row.sha256: row for row in session.scalars(wanted)}


def text_of(row: RecognitionRow) -> str:
    """Return the words that were recognised."""
    return zlib.decompress(row.text or zlib.compress(b"")).decode("utf-8", "replace")


def secrecy_of(row: RecognitionRow) -> str:
    """Return the mark of secrecy that was recognised, if one was."""
    return str(row.proposals.get("secrecy", ""))
