"""Facts of documents that deadlines begin with: what came and is to be entered, what is to leave.

Legal source: law.md §9; Decree 30/2020/ND-CP, Art. 15.2, 18.1, 21.2, 22, 23.1, 23.2.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from documents.document import Urgency
from documents.lifecycle import Direction, State
from documents.obligation import Duty
from documents.obligation_fact import MOST, Fact, about, clerk_of, horizon, in_states, of_document
from documents.remark import RemarkKind
from documents.tables import (
    DocumentRow,
    DraftTermsRow,
    FeedbackRow,
    RemarkRow,
    RevisionRow,
    SubmissionRow,
    TaskRow,
)
from documents.task import TaskPart


def entering(
    session: Session, organ_id: str, _: datetime, *, urgent: bool = False
) -> Iterator[Fact]:
    """Yield arrivals that are to be registered, looked at, or go on."""
    states = (State.FETCHED, State.VERIFIED, State.QUARANTINED)
    every = in_states(organ_id, Direction.INCOMING, *states, urgent=urgent)
    for row in chain.from_iterable(session.scalars(each) for each in every):
        duty = Duty.QUARANTINE if row.state == State.QUARANTINED else Duty.REGISTER
        yield of_document(
            # what waits for the clerk's entry only is no trouble
            *(Duty.HELD if row.held and row.awaits is None else duty, row, row.created_at),
            people=clerk_of(row),
        )


def submitting(
    session: Session, organ_id: str, _: datetime, *, urgent: bool = False
) -> Iterator[Fact]:
    """Yield registered arrivals that are to be submitted, or were returned to the clerk."""
    back = (
        select(func.max(RemarkRow.at))
        .where(
            RemarkRow.document_id == DocumentRow.id,
            RemarkRow.kind == RemarkKind.RETURN.value,
            RemarkRow.task_id.is_(None),
        )
        .correlate(DocumentRow)
        .scalar_subquery()
    )
    (wanted,) = in_states(organ_id, Direction.INCOMING, State.REGISTERED, urgent=urgent)
    for row, returned in session.execute(wanted.add_columns(back)):
        yield of_document(Duty.SUBMIT, row, returned or row.created_at, people=clerk_of(row))


def directing(
    session: Session, organ_id: str, _: datetime, *, urgent: bool = False
) -> Iterator[Fact]:
    """Yield submissions that wait for direction."""
    wanted = (
        select(SubmissionRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == SubmissionRow.document_id)
        .where(SubmissionRow.closed_at.is_(None), SubmissionRow.organ_id == organ_id)
        .order_by(SubmissionRow.at.desc())
        .limit(MOST)
    )
    if urgent:
        wanted = wanted.where(DocumentRow.urgency > Urgency.ROUTINE)
    for row, document in session.execute(wanted):
        fact = of_document(Duty.DIRECT, document, row.at, people=(row.to_id,))
        yield about(fact, row.id)


def leaving(
    session: Session, organ_id: str, _: datetime, *, urgent: bool = False
) -> Iterator[Fact]:
    """Yield signed documents that are to be numbered and issued."""
    states = (State.APPROVED, State.SIGNED, State.NUMBERED, State.SEALED)
    signed = RevisionRow
    at_signing = and_(signed.document_id == DocumentRow.id, signed.kind == "signed")
    every = [
        each.outerjoin(signed, at_signing).add_columns(signed.created_at)
        for each in in_states(organ_id, Direction.OUTGOING, *states, urgent=urgent)
    ]
    for row, signed_at in chain.from_iterable(session.execute(each) for each in every):
        leader = {"people": clerk_of(row), "leader_id": row.signer_id}
        if row.held:
            yield of_document(Duty.HELD, row, row.updated_at, **leader)
        elif signed_at is not None and row.frozen_by is None:
            duty = Duty.NUMBER if row.state == State.SIGNED else Duty.ISSUE
            yield of_document(duty, row, signed_at, **leader)


def acknowledging(session: Session, organ_id: str, _: datetime) -> Iterator[Fact]:
    """Yield arrivals whose sender does not know yet that they came."""
    wanted = (
        select(FeedbackRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == FeedbackRow.document_id)
        .where(FeedbackRow.code == "01", DocumentRow.organ_id == organ_id)
        .limit(MOST)
    )
    unsent = wanted.where(FeedbackRow.sent_at.is_(None), FeedbackRow.given_up_at.is_(None))
    given_up = wanted.where(FeedbackRow.given_up_at.is_not(None), FeedbackRow.sent_at.is_(None))
    for these in (
        unsent.order_by(FeedbackRow.created_at.desc()),
        given_up.order_by(FeedbackRow.given_up_at.desc()),
    ):
        for row, document in session.execute(these):
            yield about(of_document(Duty.ACKNOWLEDGE, document, row.created_at), row.id)


_OPEN_ARRIVAL = (State.REGISTERED, State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS)


def answering(session: Session, organ_id: str, at: datetime) -> Iterator[Fact]:
    """Yield arrivals whose sender wants an answer by a day that their lead's task does not have."""
    lead = aliased(TaskRow)
    leads = and_(
        lead.document_id == DocumentRow.id,
        lead.part == TaskPart.LEAD.value,
        lead.parent_id.is_(None),
        lead.closed_at.is_(None),
    )
    every = [
        each.where(DocumentRow.due_date <= horizon(at)).outerjoin(lead, leads).add_columns(lead)
        for each in in_states(organ_id, Direction.INCOMING, *_OPEN_ARRIVAL)
    ]
    for row, task in chain.from_iterable(session.execute(each) for each in every):
        if task is None:
            yield of_document(
                Duty.ANSWER, row, row.created_at, due=row.due_date, people=clerk_of(row)
            )
        elif task.due_on != row.due_date:
            yield of_document(
                Duty.ANSWER,
                row,
                row.created_at,
                due=row.due_date,
                people=(task.person_id,) if task.person_id else (),
                unit_id=task.unit_id,
                leader_id=task.given_by,
            )


_UNISSUED = (
    *(State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED),
    *(State.SIGNED, State.NUMBERED, State.SEALED),
)


def issuing(session: Session, organ_id: str, at: datetime) -> Iterator[Fact]:
    """Yield documents that are wanted issued by a day."""
    every = [
        each.join(DraftTermsRow, DraftTermsRow.document_id == DocumentRow.id)
        .where(DraftTermsRow.issue_by <= horizon(at))
        .add_columns(DraftTermsRow.issue_by)
        for each in in_states(organ_id, Direction.OUTGOING, *_UNISSUED)
    ]
    for row, day in chain.from_iterable(session.execute(each) for each in every):
        people = (row.drafter_id,) if row.drafter_id else ()
        given = {"people": people, "unit_id": row.unit_id, "leader_id": row.signer_id}
        yield of_document(Duty.ISSUE_BY, row, row.created_at, due=day, **given)
