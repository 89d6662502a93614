"""Recalls and changes for people: who was asked, who answers, who has the document still.

Source: Decree 30/2020/ND-CP, Art. 18.4. A question without an answer shows its age in days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from documents.change import ChangeState, Side
from documents.deliveries import of_document
from documents.delivery import DeliveryState
from documents.numbering import local_day
from documents.tables import ChangeRow, DocumentRow

LONGEST = 200
"""Questions in one list."""
_NO_LINK = (ChangeState.DROPPED,)
_HAS = (DeliveryState.RECALLED, DeliveryState.REFUSED)


def about(session: Session, document_id: str) -> list[ChangeRow]:
    """Return every question about the document or asked by it, oldest first."""
    wanted = select(ChangeRow).where(
        or_(ChangeRow.document_id == document_id, ChangeRow.letter_id == document_id)
    )
    return list(session.scalars(wanted.order_by(ChangeRow.asked_at, ChangeRow.partner)))


@dataclass(frozen=True, slots=True)
class Linked:
    """The other document of a recall, update or replacement by letter."""

    kind: str
    way: str
    """`by`: it changes the one asked about; `of`: it is changed by the one asked about."""
    document_id: str
    code: str
    """Number and notation, or the id where it has none."""
    state: str
    message_sha256: str | None


def links(session: Session, document_id: str) -> list[Linked]:
    """Return what changes the document and what it changes, each once, oldest first."""
    found: dict[tuple[str, str, str], Linked] = {}
    for change in about(session, document_id):
        way, other = ("by", change.letter_id)
        if change.letter_id == document_id:
            way, other = ("of", change.document_id)
        row = session.get(DocumentRow, other) if other else None
        if row is not None and change.state not in _NO_LINK:
            code = _code(row)
            linked = Linked(change.kind, way, row.id, code, row.state, row.message_sha256)
            found.setdefault((change.kind, way, row.id), linked)
    return list(found.values())


def count_unanswered(session: Session, at: datetime, days: float) -> int:
    """Return how many questions, ours and others', have had no answer for more than *days*."""
    wanted = select(func.count()).select_from(ChangeRow)
    wanted = wanted.where(
        ChangeRow.state == ChangeState.ASKED, ChangeRow.asked_at < at - timedelta(days=days)
    )
    return session.scalar(wanted) or 0


def waiting(session: Session) -> list[ChangeRow]:
    """Return the questions without an answer, and answers against each other, oldest first."""
    wanted = select(ChangeRow).where(
        or_(
            ChangeRow.state.in_([ChangeState.ASKED, ChangeState.PLANNED]),
            ChangeRow.conflict != "",
            ChangeRow.owed.is_(True),
        )
    )
    return list(session.scalars(wanted.order_by(ChangeRow.asked_at).limit(LONGEST)))


def facts(session: Session, change: ChangeRow, at: datetime) -> Iterator[tuple[str, object]]:
    """Yield what people want to know of one question, by name."""
    yield "id", change.id
    yield "agency", change.organ_id
    yield "side", change.side
    yield "partner", change.partner
    yield "kind", change.kind
    yield "state", change.state
    yield "document", change.document_id
    yield "letter", change.letter_id
    yield "target", change.target_code or change.target_key
    yield "by_letter", _letter(session, change)
    yield "reason", change.reason
    yield "asked_at", change.asked_at
    yield "days", days(change, at)
    yield "waits", _waits(change, at)
    yield "answered_at", change.answered_at
    yield "note", change.answer_note
    yield "conflict", change.conflict and f"mâu thuẫn / conflict: {change.conflict}"
    yield "sent_at", change.sent_at
    yield "error", change.error


def _letter(session: Session, change: ChangeRow) -> str:
    letter = session.get(DocumentRow, change.letter_id) if change.letter_id else None
    if letter is None:
        return "(13)" if change.state != ChangeState.NOT_HELD else ""
    return f"(văn bản / letter {_code(letter)})"


def _code(row: DocumentRow) -> str:
    return f"{row.code_number}/{row.code_notation}" if row.code_number else row.id


def days(change: ChangeRow, at: datetime) -> int:
    """Return how many days in Vietnam the question has been without an answer; 0 if it has one."""
    if change.state != ChangeState.ASKED:
        return 0
    return (local_day(at) - local_day(change.asked_at)).days


def _waits(change: ChangeRow, at: datetime) -> str:
    if change.state == ChangeState.ASKED:
        unsent = change.side == Side.SENDER and change.owed
        sent = "chưa gửi được / not sent yet, " if unsent else ""
        return f"{sent}chưa trả lời {days(change, at)} ngày / days without an answer"
    return "chưa gửi trả lời / answer not sent yet" if change.owed else ""


def residual(session: Session, document: DocumentRow) -> list[str]:
    """Return, recipient by recipient, what remains of a document of ours that is recalled."""
    newest: dict[str, ChangeRow] = {}
    for change in about(session, document.id):
        if change.side == Side.SENDER and change.document_id == document.id:
            newest[change.partner] = change
    lines = []
    for delivery in of_document(session, document.id):
        asked = newest.get(delivery.organ_id)
        if asked is None:
            continue
        name = f"{delivery.name} ({delivery.organ_id})"
        if asked.state == ChangeState.AGREED and asked.answer_note:
            lines.append(f"{name}: đã hủy / cancelled. {asked.answer_note}")
        elif delivery.state in _HAS:
            lines.append(f"{name}: không giữ / has it not")
        elif asked.state == ChangeState.REFUSED:
            lines.append(f"{name}: từ chối, còn giữ / refused, has it: {asked.answer_note}")
        else:
            lines.append(f"{name}: chưa trả lời, còn giữ / no answer, has it")
    return lines
