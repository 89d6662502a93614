"""What answers an arrival: linked to it, and what follows when the answer leaves.

Legal source: Decree 30/2020/ND-CP, Art. 24; Decision 28/2018/QD-TTg (status 06: the answer is
issued). When the answer is dispatched the arrival and its tasks are completed in the same
transaction; where somebody holds the arrival at that moment the sweeper does it (`heal`).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from documents import casefile, directing, relations, remarks, tasks
from documents.casefile import locked, take
from documents.holding import holding
from documents.ledger import SYSTEM, Actor
from documents.lifecycle import Direction, State, Step
from documents.relation import RelationKind
from documents.relations import RelationInvalid
from documents.remark import RemarkKind
from documents.tables import DocumentRow
from documents.task import OPEN, TaskPart, TaskStep

_ISSUED = (State.DISPATCHED, State.FILED)
_UNDONE = (State.REGISTERED, State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS)
_ANSWERABLE = (*_UNDONE, State.COMPLETED, State.FILED)
_OVER = (State.VOID, State.RECALLED, State.REPLACED)


def link(
    session: Session, row: DocumentRow, incoming_ids: Sequence[str], actor: Actor, at: datetime
) -> None:
    """Record that the outgoing document *row* answers arrivals of the same agency.

    If it was issued already, they are completed at once. A repeat changes nothing.

    Raises:
        RelationInvalid: an arrival is not registered, or no arrival of the agency; or *row* is
            void, or itself an arrival.
        DocumentUnknown: there is no such document.
    """
    kind = RelationKind.ANSWERS
    if row.direction != Direction.OUTGOING or row.state in _OVER:
        raise RelationInvalid(kind, f"văn bản trả lời «{row.state}» / the answer is {row.state}")
    known = set(relations.about(session, row.id, kind))
    fresh = [each for each in dict.fromkeys(incoming_ids) if each not in known]
    for incoming_id in fresh:
        about = casefile.known(session, incoming_id)
        if about.direction != Direction.INCOMING or about.state not in _ANSWERABLE:
            raise RelationInvalid(
                kind, f"văn bản đến «{about.state}» / the arrival is {about.state}"
            )
        relations.relate(session, row, kind, incoming_id, at)
        casefile.note(session, row, "answers", actor, at, detail={"about": incoming_id})
    answered(session, row, at)


def answered(session: Session, row: DocumentRow, at: datetime) -> None:
    """Complete what the outgoing document *row*, which was just issued, answers.

    Costs nothing where it answers nothing. An arrival that somebody holds locked is left to
    `heal`: a dispatch never waits for a person's step.
    """
    if not row.answers or row.state not in _ISSUED:
        return
    wanted = sorted(relations.about(session, row.id, RelationKind.ANSWERS))
    free = (
        select(DocumentRow)
        .where(DocumentRow.id.in_(wanted), DocumentRow.frozen_by.is_(None))
        .order_by(DocumentRow.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    session.flush()
    found = list(session.scalars(free))
    holding(session).documents.update({each.id: each for each in found})
    for arrival in found:
        _complete(session, arrival, row, at)
    row.answers = len(found) < len(wanted)


def heal(session: Session, at: datetime, most: int = 100) -> int:
    """Complete what answers that left have still to complete; returns how many were looked at."""
    due = unhealed(session, most)
    for document_id in due:
        answered(session, locked(session, document_id), at)
    return len(due)


def unhealed(session: Session, most: int = 100) -> list[str]:
    """Return ids of issued answers that have still to complete what they answer."""
    wanted = select(DocumentRow.id).where(
        text("document.answers"), DocumentRow.state.in_([state.value for state in _ISSUED])
    )
    return list(session.scalars(wanted.order_by(DocumentRow.id).limit(most)))


def _complete(session: Session, arrival: DocumentRow, answer: DocumentRow, at: datetime) -> None:
    """Complete an arrival and what is open of its tasks, unless it is over already."""
    if arrival.state not in _UNDONE:
        return
    said = f"Văn bản trả lời {answer.code_number}/{answer.code_notation}"
    given = [task for task in tasks.of_document(session, arrival.id) if task.state in OPEN]
    for task in given:
        if tasks.leads(task):
            tasks.close(session, task, TaskStep.COMPLETE, SYSTEM, said, at)
            tasks.note(session, task, arrival, "task_complete", None, at, answer=answer.id)
    others = [task for task in given if task.state in OPEN and task.part != TaskPart.INFORM]
    tasks.withdraw(session, others, arrival, None, said, at)
    directing.close_submissions(session, arrival, "answered", at)
    detail = {"answer": answer.id, "code": f"{answer.code_number}/{answer.code_notation}"}
    take(session, arrival, Step.COMPLETE, SYSTEM, at, detail=detail)
    remarks.record(session, arrival, RemarkKind.RESULT, None, said, at)
