"""What was not acknowledged, or not registered, on the day it came (báo nhận trong ngày).

Legal source: Decree 30/2020/ND-CP, Art. 21.2c, 22 (law.md §1.7, E4): the sender is told the same
day; Decision 28/2018/QD-TTg: 01 on arrival, 03 when registered or 02 when refused.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.document import VIETNAM
from documents.duty import ARRIVED
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.tables import DocumentRow, FeedbackRow

ACCEPTED = ("02", "03")
MOST = 1000
"""Documents that are told."""


@dataclass(frozen=True, slots=True)
class Late:
    """One arrival, and what its sender was not told on the day it came."""

    document_id: str
    arrived_at: datetime
    sender: str
    code: str
    state: str
    lacking: tuple[str, ...]
    """`01`: that it came; `02/03`: whether it is accepted."""


def day_of(day: date) -> tuple[datetime, datetime]:
    """Return beginning and end of *day* in Vietnam, UTC."""
    begins = datetime.combine(day, time(), VIETNAM).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(), VIETNAM).astimezone(UTC)
    return begins, ends


def not_told(session: Session, organ_id: str, day: date) -> list[Late]:
    """Return the agency's arrivals by the axis on *day* whose senders were not told that day."""
    since, until = day_of(day)
    wanted = (
        select(DocumentRow)
        .where(DocumentRow.organ_id == organ_id, DocumentRow.direction == Direction.INCOMING)
        .where(DocumentRow.created_at >= since, DocumentRow.created_at < until)
        .where(DocumentRow.channel.is_(None))
        .order_by(DocumentRow.created_at, DocumentRow.id)
    )
    rows = list(session.scalars(wanted))
    told: dict[str, set[str]] = {row.id: set() for row in rows}
    for start in range(0, len(rows), 500):
        ids = [row.id for row in rows[start : start + 500]]
        said = select(FeedbackRow.document_id, FeedbackRow.code, FeedbackRow.sent_at).where(
            FeedbackRow.document_id.in_(ids), FeedbackRow.code.in_([ARRIVED, *ACCEPTED])
        )
        for document_id, code, sent_at in session.execute(said):
            if sent_at is not None and local_day(sent_at) == day:
                told[document_id].add(code)
    return [late for row in rows if (late := _late(row, told[row.id])).lacking][:MOST]


def _late(row: DocumentRow, told: set[str]) -> Late:
    lacking = [] if ARRIVED in told else [ARRIVED]
    lacking += [] if told & set(ACCEPTED) else ["/".join(ACCEPTED)]
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.code_notation
    sender = row.sender_name or row.sender_organ_id
    return Late(row.id, row.created_at, sender, code, row.state, tuple(lacking))
