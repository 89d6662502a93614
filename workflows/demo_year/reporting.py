"""Statuses of the year: sent as the office owes them, received by senders whose desk is here.

They go from desk to desk without an axis; what is due is marked as sent.
"""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from connectors.axis import MessageKind
from documents import change_messages, feedback, incoming
from documents.arrival import StatusArrival
from documents.tables import DocumentRow, FeedbackRow, ParcelRow
from workflows.demo_year.filling import Filling

# built once: it is asked after every step
_DUE = (
    select(FeedbackRow.id, FeedbackRow.code, FeedbackRow.note)
    .where(FeedbackRow.document_id == bindparam("document"), FeedbackRow.sent_at.is_(None))
    .order_by(FeedbackRow.code)
)


def report(filling: Filling, session: Session, document_id: str, at: datetime) -> None:
    """Send what is owed about an arrival to its sender."""
    session.flush()
    due = session.execute(_DUE, {"document": document_id}).all()
    if not due:
        return
    row = session.get_one(DocumentRow, document_id)
    for feedback_id, code, note in due:
        feedback.sent(session, feedback_id, at)
        if filling.serves(row.sender_organ_id):
            tell(filling, session, row, row.organ_id, code, note, at)


def tell(
    filling: Filling,
    session: Session,
    row: DocumentRow,
    reporter: str,
    code: str,
    note: str,
    at: datetime,
    to: str = "",
) -> None:
    """Let a status about the document *row* arrive at *to*, else at its sender."""
    organ_id = to or row.sender_organ_id
    axis_id = f"demo-status-{row.id}-{reporter}-{code}-{int(at.timestamp())}"
    keep(filling, session, organ_id, axis_id, reporter, MessageKind.STATUS, at)
    status = StatusArrival(
        organ_id=organ_id,
        axis_id=axis_id,
        message_sha256=filling.message_sha256,
        reporter_organ_id=reporter,
        reporter_name=filling.agency(reporter).name,
        document_key=row.document_key or "",
        document_code=f"{row.code_number}/{row.code_notation}",
        code=code,
        note=note,
        at=at,
    )
    feedback.received(session, status, at)
    incoming.confirmed(session, organ_id, axis_id, at)


def keep(
    filling: Filling,
    session: Session,
    organ_id: str,
    axis_id: str,
    sender: str,
    kind: MessageKind,
    at: datetime,
    sha256: str = "",
) -> None:
    """Keep a message as the inbox does before it is read."""
    parcel = ParcelRow(
        organ_id=organ_id,
        axis_id=axis_id,
        kind=kind.value,
        sender=sender,
        sha256=sha256 or filling.message_sha256,
        fetched_at=at,
        outcome="stored",
    )
    incoming.keep_parcel(session, parcel)


def changes(filling: Filling, session: Session, at: datetime) -> None:
    """Send what is owed of recalls: the question (13) and the answers (15, 16)."""
    session.flush()
    for owed in change_messages.owed(session, change_messages.unsent(session, at, 100)):
        said = owed.departure
        about = session.get(DocumentRow, owed.document_id or "")
        change_messages.sent(session, owed.change_id, at)
        if about is not None and filling.serves(said.recipient_organ_id):
            reporter = said.reporter.organ_id
            tell(
                filling, session, about, reporter, said.code, said.note, at, said.recipient_organ_id
            )
