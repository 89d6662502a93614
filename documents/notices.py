"""What people were told in the system: listed, read.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.1i, III.1l (law.md VI-08, VI-09).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from documents import directory, stand_ins
from documents.errors import Refused
from documents.tables import DocumentRow, NoticeRow, PersonRow

MOST = 200
"""Notices of a page."""


class NoticeUnknown(Refused):
    """The person was told nothing of this id."""

    code = "notice.unknown"
    vietnamese = "«{1}» không có thông báo «{0}»"
    english = "«{1}» has no notice «{0}»"
    remedy = "Xem mã: `congvan notices --of NGƯỜI` / see the ids"


def of_person(
    session: Session,
    person: PersonRow,
    *,
    unread: bool = True,
    limit: int = MOST,
    before: datetime | None = None,
) -> list[tuple[NoticeRow, str]]:
    """Return the person's notices, the newest first, each with its document's subject."""
    wanted = (
        select(NoticeRow, DocumentRow.subject)
        .outerjoin(DocumentRow, DocumentRow.id == NoticeRow.document_id)
        .where(NoticeRow.person_id == person.id)
        .order_by(NoticeRow.created_at.desc(), NoticeRow.id.desc())
        .limit(min(max(limit, 1), MOST))
    )
    if unread:
        wanted = wanted.where(NoticeRow.read_at.is_(None))
    if before is not None:
        wanted = wanted.where(NoticeRow.created_at < before)
    return [(row, subject or "") for row, subject in session.execute(wanted)]


def unread(session: Session, person_id: str) -> int:
    """Return how many notices the person has not read."""
    wanted = select(func.count()).select_from(NoticeRow)
    these = wanted.where(NoticeRow.person_id == person_id, NoticeRow.read_at.is_(None))
    return session.scalar(these) or 0


def read(session: Session, organ_id: str, who: str, ids: Sequence[str], at: datetime) -> list[str]:
    """Mark notices as read by *who*, or by who stands in for whom they were for; returns their ids.

    No *ids*: all of their own. What was read stays as it was read first.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody of the agency is *who*.
        NoticeUnknown: one of the ids is no notice of theirs; none is marked.
    """
    person = directory.person_row(session, organ_id, who, at)
    queues = stand_ins.queues_of(session, organ_id, person.id, at)
    wanted = select(NoticeRow).where(
        NoticeRow.id.in_(list(ids)) if ids else NoticeRow.read_at.is_(None),
        NoticeRow.person_id.in_(queues if ids else [person.id]),
    )
    rows = list(session.scalars(wanted.with_for_update()))
    for missing in set(ids) - {row.id for row in rows}:
        raise NoticeUnknown(missing, person.full_name)
    fresh = [row.id for row in rows if row.read_at is None]
    if fresh:
        session.execute(
            update(NoticeRow)
            .where(NoticeRow.id.in_(fresh), NoticeRow.read_at.is_(None))
            .values(read_at=at, read_by=person.id)
        )
    return sorted(row.id for row in rows)
