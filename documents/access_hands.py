"""In whose hands documents are: who works on one sees it, restricted or not.

Legal source: Decree 30/2020/ND-CP, Art. 23, 24; Appendix VI, Part I, III.3b. A task, a submission
or a question gives sight until it is returned, withdrawn or dropped; who answered keeps it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from documents.access import GrantKind
from documents.tables import DraftOpinionRow, RemarkRow, SubmissionRow, TaskRow
from documents.task import TaskState

HEAD = "head"
"""Kind of a unit in whose hands it is: its head's."""
_GIVEN_BACK = (TaskState.RETURNED.value, TaskState.WITHDRAWN.value)
_UNDONE = ("returned", "dropped")


def hands(session: Session, ids: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
    """Return, of each document that somebody works on: a kind (person, head) and its id, each."""
    found: dict[str, set[tuple[str, str]]] = {}
    if not ids:
        return found
    for document_id, unit_id, person_id in session.execute(union_all(*_asked(ids))):
        held = found.setdefault(document_id, set())
        if person_id:
            held.add((GrantKind.PERSON.value, person_id))
        if unit_id:
            held.add((HEAD, unit_id))
    return found


def _asked(ids: Sequence[str]) -> list[Any]:
    nobody = literal("")
    task, submission, remark, opinion = TaskRow, SubmissionRow, RemarkRow, DraftOpinionRow
    held = select(task.document_id, task.unit_id, task.person_id)
    laid = select(submission.document_id, nobody, submission.to_id)
    return [
        held.where(task.document_id.in_(ids), task.state.not_in(_GIVEN_BACK)),
        laid.where(submission.document_id.in_(ids), submission.outcome.not_in(_UNDONE)),
        select(remark.document_id, nobody, remark.asked_id).where(
            remark.document_id.in_(ids), remark.asked_id.is_not(None)
        ),
        select(opinion.document_id, opinion.unit_id, opinion.person_id).where(
            opinion.document_id.in_(ids), opinion.asked_by != ""
        ),
    ]
