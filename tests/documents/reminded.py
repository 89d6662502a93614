"""An office whose people are reminded: an arrival directed, a whole run, what was told."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents import (
    digests,
    directing,
    reminders,
)
from documents.assignee import Share
from documents.calendar import Calendar, vietnam
from documents.database import Database
from documents.directing import Instruction
from documents.document import VIETNAM
from documents.obligation import Duty
from documents.tables import (
    FeedbackRow,
    NoticeRow,
)
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau

DUE = date(2026, 3, 12)


def here(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=VIETNAM).astimezone(UTC)


def directed(bureau: Bureau, session: Session, *shares: Share, **given_: Any) -> str:
    """Return a directed arrival; its lead has until Thursday."""
    document = bureau.arrive(session, **given_)
    directing.submit(session, document, LEADER, CLERK, bureau.at)
    directing.direct(session, document, Instruction("Xử lý", shares, DUE), LEADER, bureau.at)
    session.execute(update(FeedbackRow).values(sent_at=bureau.at))
    return document


def run(
    database: Database, at: datetime, calendar: Calendar | None = None, *, urgent: bool = False
) -> int:
    with database.reading() as session:
        plan = reminders.plan(session, ORGAN, at, calendar or vietnam(), urgent_only=urgent)
    with database.writing() as session:
        told = reminders.tell(session, plan, at)
        reminders.note_gaps(session, ORGAN, plan.gaps, at)
        return told


def told(database: Database, duty: Duty = Duty.TASK) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(NoticeRow).where(NoticeRow.duty == duty.value))
        return sorted((row.stage, row.person_id, row.in_stead_of or "") for row in rows)


def laid(database: Database, at: datetime, *, mailing: bool = True) -> int:
    with database.reading() as session:
        plan = reminders.plan(session, ORGAN, at, vietnam())
    with database.writing() as session:
        day = at.astimezone(VIETNAM).date()
        return digests.lay_down(session, day, [plan], at, mailing=mailing)
