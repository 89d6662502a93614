"""What is shown of tasks, submissions, extensions and questions, to people and to programs."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import deadline, extensions, task_lists
from documents.tables import (
    DocumentRow,
    ExtensionRow,
    PersonRow,
    RemarkRow,
    SubmissionRow,
    TaskRow,
    UnitRow,
)
from documents.task import PART_NAMES, STANDING_NAMES, STATE_NAMES
from workflows.commands.console import one_line


def facts_of(session: Session, task: TaskRow, at: datetime) -> dict[str, Any]:
    """Return what a task is, for programs."""
    return {
        "id": task.id,
        "document": task.document_id,
        "code": _code(session, task.document_id),
        "parent": task.parent_id,
        "part": task.part,
        "state": task.state,
        "standing": task_lists.standing_of(task, at).value,
        "unit": _unit(session, task.unit_id),
        "person": _person(session, task.person_id),
        "given_by": _person(session, task.given_by),
        "given_at": task.given_at,
        "content": task.content,
        "product": task.product,
        "source": task.source,
        "due": deadline.written(task.due_on),
        "first_due": deadline.written(task.first_due_on),
        "closed_at": task.closed_at,
        "result": task.result,
        "extensions": [_extension(session, each) for each in extensions.history(session, task.id)],
    }


def line_of(facts: dict[str, Any]) -> str:
    """Return a task on one line, as people read it."""
    who = " – ".join(name for name in (facts["person"], facts["unit"]) if name)
    until = f", hạn {facts['due']}" if facts["due"] else ""
    return one_line(
        f"{facts['id']} {who} ({PART_NAMES[facts['part']]}{until}): {facts['content']} "
        f"[{STATE_NAMES[facts['state']]}; {STANDING_NAMES[facts['standing']]}]"
    )


def row_facts(session: Session, row: Any, at: datetime) -> dict[str, Any]:
    """Return what a row of any list is, for programs."""
    if isinstance(row, TaskRow):
        return facts_of(session, row, at)
    if isinstance(row, ExtensionRow):
        return {"task": row.task_id, **_extension(session, row)}
    if isinstance(row, SubmissionRow):
        return {
            "id": row.id,
            "document": row.document_id,
            "code": _code(session, row.document_id),
            "by": _person(session, row.by_id),
            "at": row.at,
            "lead": row.lead,
            "due": deadline.written(row.due_on) if row.due_on else "",
        }
    assert isinstance(row, RemarkRow)  # noqa: S101  (the lists have no other rows)
    return {
        "id": row.id,
        "document": row.document_id,
        "task": row.task_id,
        "code": _code(session, row.document_id),
        "by": row.name,
        "at": row.at,
        "words": row.words,
    }


def _extension(session: Session, row: ExtensionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "asked_by": _person(session, row.asked_by),
        "asked_at": row.asked_at,
        "reason": row.reason,
        "before": deadline.written(row.before_on),
        "wished": deadline.written(row.wished_on),
        "granted": deadline.written(row.granted_on) if row.granted_on else "",
        "decided_at": row.decided_at,
        "answer": row.answer,
    }


def _code(session: Session, document_id: str | None) -> str:
    row = session.get(DocumentRow, document_id) if document_id else None
    return f"{row.code_number}/{row.code_notation}" if row is not None and row.code_number else ""


def _person(session: Session, person_id: str | None) -> str:
    row = session.get(PersonRow, person_id) if person_id else None
    return row.full_name if row is not None else ""


def _unit(session: Session, unit_id: str | None) -> str:
    row = session.get(UnitRow, unit_id) if unit_id else None
    return row.name if row is not None else ""
