"""What a person had before them when they decided: a step on what changed since is refused.

A page carries the document's version, or the task's state and deadline; two people on one document
never overwrite each other.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.document import VIETNAM
from documents.errors import Refused
from documents.step_words import STEPS
from documents.tables import DocumentRow, LedgerRow, PersonRow, TaskRow

_SAID = {**STEPS, "draft": "soạn thảo", "edit": "sửa thông tin", "revise": "nộp bản mới"}
_UNTOUCHING = (
    *("ask_opinion", "give_opinion", "settle_opinion", "check_content", "check_form"),
    *("inform", "read_copy"),
)
"""What the ledger tells of a document and leaves it as it was."""


class DocumentChanged(Refused):
    """Somebody took a step since the page was read. ({0} who, {1} when, {2} the step)."""

    code = "document.changed"
    vietnamese = "Văn bản đã thay đổi: {0} lúc {1} ({2})"
    english = "the document changed since you read it: {0} at {1} ({2})"
    remedy = "Xem lại trạng thái mới rồi quyết định / look at it as it is now, then decide"


class TaskChanged(Refused):
    """The task is not as it was when the page was read. ({0} how it is)."""

    code = "task.changed"
    vietnamese = "Nhiệm vụ đã thay đổi: nay là «{0}»"
    english = "the task changed since you read it: it is «{0}» now"
    remedy = "Xem lại nhiệm vụ rồi quyết định / look at it as it is now, then decide"


@dataclass(frozen=True, slots=True)
class LastChange:
    """The last thing that the ledger tells of a document."""

    by_id: str
    name: str
    step: str
    at: datetime


def last_change(session: Session, document_id: str) -> LastChange | None:
    """Return the last thing that changed the document, and whose it was."""
    found = session.execute(
        select(LedgerRow, PersonRow.full_name)
        .outerjoin(PersonRow, PersonRow.id == LedgerRow.actor)
        .where(LedgerRow.document_id == document_id, LedgerRow.step.not_in(_UNTOUCHING))
        .order_by(LedgerRow.sequence.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    row, name = found
    at = datetime.fromisoformat(row.at)
    return LastChange(row.actor, name or "hệ thống / the system", row.step, at)


def ensure(session: Session, row: DocumentRow, version: int) -> None:
    """Return if the document is as the person saw it.

    Raises:
        DocumentChanged: it is not.
    """
    if row.version == version:
        return
    if (last := last_change(session, row.id)) is None:
        raise DocumentChanged("?", "?", "?")
    when = last.at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    raise DocumentChanged(last.name, when, f"{_SAID.get(last.step, last.step)} / {last.step}")


def of_task(task: TaskRow) -> str:
    """Return how the task stands, as a page carries it."""
    return f"{task.state}|{task.due_on.isoformat()}|{task.person_id or task.unit_id}"


def ensure_task(task: TaskRow, seen: str, named: str) -> None:
    """Return if the task is as the person saw it; *named* is its state for people.

    Raises:
        TaskChanged: it is not.
    """
    if of_task(task) != seen:
        raise TaskChanged(named)
