"""A fact that a deadline begins with: what is open, since when, whose.

Legal source: law.md §9. The questions are in `obligation_papers` and `obligation_works`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from documents.document import Urgency
from documents.lifecycle import Direction, State
from documents.numbering import local_day
from documents.obligation import Duty
from documents.reminder import FURTHEST
from documents.tables import (
    DocumentRow,
)
from documents.task import NO_DAY

MOST = 5000
"""Facts of one duty and agency that are looked at: the newest."""
AHEAD = timedelta(days=2 * FURTHEST)
"""How far ahead a day may lie and be of interest: no rule says more."""
SHORT_ID = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """Something open that has a limit."""

    duty: Duty
    subject_id: str
    code: str
    title: str
    since: datetime
    urgent: bool = False
    due: date | None = None
    """Its last day, where it has one of its own."""
    moment: datetime | None = None
    """Its end, where that is a moment."""
    document_id: str | None = None
    people: tuple[str, ...] = ()
    unit_id: str | None = None
    type_name: str = ""
    leader_id: str | None = None


def named(row: DocumentRow | None) -> str:
    """Return a document's code as people name it; never its subject."""
    if row is None:
        return ""
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.code_notation
    if row.direction == Direction.INCOMING:
        number = f"Đến {row.receipt_number}" if row.receipt_number else "Đến, chưa vào sổ"
        return f"{number} ({code})" if code else number
    return code if row.code_number else f"Dự thảo {row.id[:SHORT_ID]}"


def of_document(
    duty: Duty, row: DocumentRow, since: datetime, *, due: date | None = None, **given: Any
) -> Fact:
    """Return what is open at a document; its own id is the subject's."""
    return Fact(
        duty,
        row.id,
        named(row),
        row.subject,
        since,
        urgent=row.urgency > Urgency.ROUTINE,
        due=due,
        document_id=row.id,
        type_name=row.type_name,
        **given,
    )


def in_states(
    organ_id: str, direction: Direction, *states: State, urgent: bool = False
) -> list[Select[DocumentRow]]:
    """Return a question for each of *states*: the newest first, at most `MOST`.

    One for all of them would be answered along the dates, past every document that is done.
    """
    wanted = select(DocumentRow).where(
        DocumentRow.organ_id == organ_id, DocumentRow.direction == direction.value
    )
    if urgent:
        wanted = wanted.where(DocumentRow.urgency > Urgency.ROUTINE)
    ordered = wanted.order_by(DocumentRow.created_at.desc()).limit(MOST)
    return [ordered.where(DocumentRow.state == state.value) for state in states]


def clerk_of(row: DocumentRow) -> tuple[str, ...]:
    """Return the clerk who has the document, if one is named."""
    return (row.clerk_id,) if row.clerk_id else ()


def about(fact: Fact, subject_id: str) -> Fact:
    """Return the fact as one about something else than the document."""
    return replace(fact, subject_id=subject_id)


def horizon(at: datetime) -> date:
    """Return the last day that any rule may want to speak of."""
    return min(local_day(at) + AHEAD, NO_DAY - timedelta(days=1))
