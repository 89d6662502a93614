"""Facts of work that deadlines begin with: tasks, extensions, opinions, loans, numbers, dossiers.

Legal source: law.md §9; Decree 30/2020/ND-CP, Art. 10.3, 13.3, 19, 23, 24, 30, 31.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents.document import VIETNAM, Urgency
from documents.dossier import DossierState
from documents.lifecycle import State
from documents.numbering import local_day
from documents.obligation import DUTIES, Duty
from documents.obligation_fact import (
    AHEAD,
    MOST,
    SHORT_ID,
    Fact,
    about,
    horizon,
    named,
    of_document,
)
from documents.series import ReservationState
from documents.tables import (
    DelegationRow,
    DocumentRow,
    DossierRow,
    DraftOpinionRow,
    ExtensionRow,
    IncidentRow,
    LoanRow,
    ReservationRow,
    RevocationRow,
    TaskRow,
    WorkDelegationRow,
)
from documents.task import TaskPart, TaskState
from documents.time_limit import Limit


def working(session: Session, organ_id: str, at: datetime) -> Iterator[Fact]:
    """Yield tasks that have a last day."""
    wanted = (
        select(TaskRow, DocumentRow)
        .outerjoin(DocumentRow, DocumentRow.id == TaskRow.document_id)
        .where(
            TaskRow.closed_at.is_(None),
            TaskRow.organ_id == organ_id,
            TaskRow.due_on <= horizon(at),
            TaskRow.part != TaskPart.INFORM.value,
        )
        .order_by(TaskRow.due_on.desc(), TaskRow.id)
        .limit(MOST)
    )
    for row, document in session.execute(wanted):
        yield _task(Duty.TASK, row, document, due=row.due_on)


def beginning(session: Session, organ_id: str, _: datetime) -> Iterator[Fact]:
    """Yield tasks of urgent documents that nobody has begun."""
    wanted = (
        select(TaskRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == TaskRow.document_id)
        .where(
            TaskRow.closed_at.is_(None),
            TaskRow.organ_id == organ_id,
            TaskRow.state == TaskState.GIVEN.value,
            TaskRow.part != TaskPart.INFORM.value,
            DocumentRow.urgency > Urgency.ROUTINE,
        )
        .order_by(TaskRow.due_on.desc(), TaskRow.id)
        .limit(MOST)
    )
    for row, document in session.execute(wanted):
        yield _task(Duty.BEGIN, row, document)


def _task(duty: Duty, row: TaskRow, document: DocumentRow | None, due: date | None = None) -> Fact:
    return Fact(
        duty,
        row.id,
        named(document) or f"Nhiệm vụ {row.id[:SHORT_ID]}",
        document.subject if document is not None else row.content,
        row.given_at,
        urgent=document is not None and document.urgency > Urgency.ROUTINE,
        due=due,
        document_id=row.document_id,
        people=(row.person_id,) if row.person_id else (),
        unit_id=row.unit_id,
        type_name=document.type_name if document is not None else "",
        leader_id=row.given_by,
    )


def extending(session: Session, organ_id: str, _: datetime) -> Iterator[Fact]:
    """Yield questions for more time that nobody answered."""
    wanted = (
        select(ExtensionRow, TaskRow, DocumentRow)
        .join(TaskRow, TaskRow.id == ExtensionRow.task_id)
        .outerjoin(DocumentRow, DocumentRow.id == TaskRow.document_id)
        .where(ExtensionRow.decided_at.is_(None), ExtensionRow.organ_id == organ_id)
        .order_by(ExtensionRow.asked_at.desc())
        .limit(MOST)
    )
    for row, task, document in session.execute(wanted):
        yield Fact(
            Duty.EXTENSION,
            row.id,
            named(document) or f"Nhiệm vụ {task.id[:SHORT_ID]}",
            document.subject if document is not None else task.content,
            row.asked_at,
            document_id=task.document_id,
            people=(row.decider_id,),
            type_name=document.type_name if document is not None else "",
        )


def advising(session: Session, organ_id: str, at: datetime) -> Iterator[Fact]:
    """Yield opinions on drafts that are wanted by a day."""
    wanted = (
        select(DraftOpinionRow)
        .where(DraftOpinionRow.given_at.is_(None), DraftOpinionRow.due_date <= horizon(at))
        .order_by(DraftOpinionRow.due_date.desc())
        .limit(MOST)
    )
    opinions = list(session.scalars(wanted))
    # asked apart: joined, a database may begin with the agency's documents, of which there are most
    drafts = _drafts(session, {row.document_id for row in opinions})
    for row in opinions:
        document = drafts.get(row.document_id)
        if document is None or document.organ_id != organ_id:
            continue
        fact = of_document(
            Duty.OPINION,
            document,
            row.asked_at,
            due=row.due_date,
            people=(row.person_id,) if row.person_id else (),
            unit_id=row.unit_id,
        )
        yield about(fact, row.id)


_STEP = 500
_DRAFTS = frozenset({State.DRAFT, State.SUBMITTED, State.RETURNED})


def _drafts(session: Session, ids: set[str]) -> dict[str, DocumentRow]:
    """Return those of the documents that are drafts still, by id."""
    found: dict[str, DocumentRow] = {}
    every = sorted(ids)
    for start in range(0, len(every), _STEP):
        wanted = select(DocumentRow).where(DocumentRow.id.in_(every[start : start + _STEP]))
        found |= {row.id: row for row in session.scalars(wanted) if row.state in _DRAFTS}
    return found


def lending(session: Session, organ_id: str, _: datetime) -> Iterator[Fact]:
    """Yield archived copies that are out."""
    wanted = (
        select(LoanRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == LoanRow.document_id)
        .where(
            LoanRow.returned_on.is_(None),
            LoanRow.void_reason.is_(None),
            LoanRow.organ_id == organ_id,
        )
        .order_by(LoanRow.used_on.desc())
        .limit(MOST)
    )
    for row, document in session.execute(wanted):
        since = datetime.combine(row.used_on, datetime.min.time(), VIETNAM)
        fact = of_document(Duty.LOAN, document, since, people=(row.clerk_id,))
        yield about(fact, row.id)


def reserving(session: Session, organ_id: str, at: datetime) -> Iterator[Fact]:
    """Yield numbers that are held and not used."""
    wanted = (
        select(ReservationRow)
        .where(
            ReservationRow.state == ReservationState.OPEN.value,
            ReservationRow.organ_id == organ_id,
            ReservationRow.expires_at > at,
        )
        .order_by(ReservationRow.expires_at)
        .limit(MOST)
    )
    for row in session.scalars(wanted):
        given: dict[str, Any] = {
            "moment": row.expires_at,
            "people": (row.owner_id,),
            "type_name": row.type_name,
        }
        yield Fact(Duty.RESERVATION, row.id, row.code, row.reason, row.reserved_at, **given)


def archiving(session: Session, organ_id: str, at: datetime) -> Iterator[Fact]:
    """Yield closed dossiers that are to go to the archive."""
    wanted = (
        select(DossierRow)
        .where(
            DossierRow.organ_id == organ_id,
            DossierRow.state == DossierState.CLOSED.value,
            DossierRow.due_on <= horizon(at),
        )
        .order_by(DossierRow.due_on.desc())
        .limit(MOST)
    )
    for row in session.scalars(wanted):
        yield Fact(
            Duty.DOSSIER,
            row.id,
            f"{row.notation} ({row.year})",
            row.title,
            row.closed_at or row.opened_at,
            due=row.kept_until or row.due_on,
            people=(row.compiler_id,),
            unit_id=row.unit_id,
        )


def delegating(session: Session, organ_id: str, at: datetime) -> Iterator[Fact]:
    """Yield delegations, of handling and of signing, that end soon."""
    today = local_day(at)
    handling = select(WorkDelegationRow).where(
        WorkDelegationRow.organ_id == organ_id,
        WorkDelegationRow.until >= today,
        WorkDelegationRow.until <= horizon(at),
        or_(WorkDelegationRow.withdrawn_at.is_(None), WorkDelegationRow.withdrawn_at > at),
    )
    for row in session.scalars(handling.limit(MOST)):
        people = (row.from_id, row.to_id)
        code = f"Ủy quyền xử lý {row.id[:SHORT_ID]}"
        yield Fact(
            Duty.DELEGATION, row.id, code, row.reason, row.recorded_at, due=row.until, people=people
        )
    signing = (
        select(DelegationRow)
        .outerjoin(RevocationRow, RevocationRow.delegation_id == DelegationRow.id)
        .where(
            DelegationRow.organ_id == organ_id,
            DelegationRow.valid_until > at,
            DelegationRow.valid_until <= at + AHEAD,
            or_(RevocationRow.delegation_id.is_(None), RevocationRow.revoked_at > at),
        )
    )
    for grant in session.scalars(signing.limit(MOST)):
        both = tuple(each for each in (grant.grantor_id, grant.grantee_id) if each)
        code = f"Giao quyền ký {grant.basis}"[:200]
        yield Fact(
            Duty.DELEGATION,
            grant.id,
            code,
            grant.scope,
            grant.recorded_at,
            moment=grant.valid_until,
            people=both,
        )


def happening(session: Session, organ_id: str, _: datetime) -> Iterator[Fact]:
    """Yield incidents and requests that are not answered."""
    wanted = (
        select(IncidentRow)
        .where(IncidentRow.done_at.is_(None), IncidentRow.organ_id == organ_id)
        .order_by(IncidentRow.began_at.desc())
        .limit(MOST)
    )
    for row in session.scalars(wanted):
        duty = Duty(row.duty)
        days = DUTIES[duty].days if DUTIES[duty].limit is Limit.DATE else 0
        due = local_day(row.began_at) + timedelta(days=days) if days else None
        code = f"Sự việc {row.id[:SHORT_ID]}"
        yield Fact(duty, row.id, code, row.words, row.began_at, due=due, people=(row.owner_id,))
