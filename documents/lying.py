"""What lies before whom: arrivals that wait for the word (bút phê) of a person, with what is known.

Practice: ux.md §1.2 («VB chờ xử lý» of leaders), §1.4.3; the stand-in sees the queue of whom they
stand in for. Keyset pages over the index of what is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from documents.remark import RemarkKind
from documents.tables import DocumentRow, PersonRow, RemarkRow, SubmissionRow
from documents.task_lists import CursorInvalid


@dataclass(frozen=True, slots=True)
class Lying:
    """A document before somebody."""

    submission: SubmissionRow
    document: DocumentRow
    by: str
    """Full name of who submitted it."""
    to: str
    """Full name of whom it lies before."""


_BY, _TO = aliased(PersonRow), aliased(PersonRow)


def before(
    session: Session, people: Sequence[str], *, after: str = "", limit: int = 20
) -> tuple[list[Lying], str]:
    """Return a page of what lies before *people*, the oldest first, and the next one's cursor.

    Raises:
        CursorInvalid: *after* is no cursor.
    """
    wanted = (
        select(SubmissionRow, DocumentRow, _BY.full_name, _TO.full_name)
        .join(DocumentRow, DocumentRow.id == SubmissionRow.document_id)
        .join(_BY, _BY.id == SubmissionRow.by_id)
        .join(_TO, _TO.id == SubmissionRow.to_id)
        .where(SubmissionRow.to_id.in_(list(people)), SubmissionRow.closed_at.is_(None))
    )
    order = (SubmissionRow.at, SubmissionRow.id)
    if after:
        wanted = wanted.where(tuple_(*order) > tuple_(*_read(after)))
    found = [Lying(*row) for row in session.execute(wanted.order_by(*order).limit(limit + 1))]
    more = len(found) > limit
    last = found[limit - 1].submission if more else None
    return found[:limit], f"{last.at.isoformat()}|{last.id}" if last is not None else ""


def of_document(session: Session, document_id: str) -> Lying | None:
    """Return before whom the document lies; None where it lies before nobody."""
    found = session.execute(
        select(SubmissionRow, DocumentRow, _BY.full_name, _TO.full_name)
        .join(DocumentRow, DocumentRow.id == SubmissionRow.document_id)
        .join(_BY, _BY.id == SubmissionRow.by_id)
        .join(_TO, _TO.id == SubmissionRow.to_id)
        .where(SubmissionRow.document_id == document_id, SubmissionRow.closed_at.is_(None))
        .order_by(SubmissionRow.at.desc(), SubmissionRow.id)
        .limit(1)
    ).first()
    return Lying(*found) if found is not None else None


def proposed(session: Session, document_ids: Sequence[str]) -> dict[str, str]:
    """Return what was said when each document was submitted last, by its id."""
    wanted = select(RemarkRow.document_id, RemarkRow.words).where(
        RemarkRow.document_id.in_(list(document_ids)),
        RemarkRow.kind == RemarkKind.PROPOSAL.value,
        RemarkRow.task_id.is_(None),
    )
    rows = session.execute(wanted.order_by(RemarkRow.at, RemarkRow.id))
    return {str(document_id): words for document_id, words in rows}


def _read(cursor: str) -> tuple[object, object]:
    moment, _, name = cursor[:100].partition("|")
    try:
        at = datetime.fromisoformat(moment).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CursorInvalid(cursor[:100]) from None
    return literal(at, SubmissionRow.at.type), literal(name, SubmissionRow.id.type)
