"""What waits for whom in handling: tasks, submissions, extensions, opinions, with counters.

Source: ux.md §1.2 (queues and counters of each role). Every list is answered from an index over
what is open, in pages that begin after the last row of the one before (keyset).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from documents import assignee, calendar
from documents.errors import Refused
from documents.lifecycle import State
from documents.numbering import local_day
from documents.remark import RemarkKind
from documents.tables import (
    DocumentRow,
    ExtensionRow,
    Instant,
    PersonRow,
    RemarkRow,
    SubmissionRow,
    TaskRow,
)
from documents.task import TaskPart, TaskStanding, TaskState, overdue_through, standing

MOST = 200
"""Rows of a page."""


class TaskList(StrEnum):
    """The lists of handling."""

    MINE = "mine"
    """chờ xử lý: given to the person, to lead or to co-operate."""
    TO_READ = "to_read"
    """nhận để biết, chưa đọc."""
    UNIT = "unit"
    """của đơn vị: given to a unit of theirs, or to somebody in it."""
    GIVEN = "given"
    """đã giao, chưa xong."""
    OVERDUE = "overdue"
    """quá hạn đang xử lý, of the whole agency."""
    WAITING = "waiting"
    """chờ chỉ đạo, bút phê."""
    EXTENSIONS = "extensions"
    """xin gia hạn, chờ duyệt."""
    OPINIONS = "opinions"
    """chờ cho ý kiến."""
    RETURNED = "returned"
    """bị trả lại, chờ văn thư: of the whole agency."""


class CursorInvalid(Refused):
    """A page does not begin after this. ({0} the cursor)."""

    code = "handling.cursor_invalid"
    vietnamese = "Vị trí trang «{0}» không hợp lệ"
    english = "no page begins after «{0}»"
    remedy = "Dùng giá trị «next» của trang trước / use the page before's «next»"


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and where the next page begins."""

    rows: tuple[Any, ...]
    """TaskRow, SubmissionRow, ExtensionRow or RemarkRow, as the list has them."""
    next: str = ""
    """Cursor; empty at the end."""


def page(
    session: Session,
    which: TaskList,
    person: PersonRow,
    at: datetime,
    *,
    after: str = "",
    limit: int = 50,
) -> Page:
    """Return a page of the list, the most urgent or the oldest first.

    Raises:
        CursorInvalid: *after* is no cursor.
        YearMissing: overdue tasks are asked for, and the calendar does not know the year.
    """
    limit = min(max(limit, 1), MOST)
    wanted, order = _wanted(session, which, person, at)
    if after:
        wanted = wanted.where(tuple_(*order) > tuple_(*_read(after, order)))
    found = list(session.scalars(wanted.order_by(*order).limit(limit + 1)))
    last = found[limit - 1] if len(found) > limit else None
    return Page(tuple(found[:limit]), _cursor(last, order[0].key) if last is not None else "")


def counters(session: Session, person: PersonRow, at: datetime) -> dict[str, int]:
    """Return how many rows each list has for the person."""
    counted = {}
    for which in TaskList:
        wanted, _ = _wanted(session, which, person, at)
        counted[which.value] = (
            session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        )
    return counted


def standings(tasks: Sequence[TaskRow], at: datetime) -> dict[TaskStanding, int]:
    """Return how many of *tasks* stand how (law.md §7.2); those for information count nowhere."""
    counted = dict.fromkeys(TaskStanding, 0)
    for task in tasks:
        if task.part != TaskPart.INFORM:
            counted[standing_of(task, at)] += 1
    return counted


def standing_of(task: TaskRow, at: datetime) -> TaskStanding:
    """Return how the task stands at *at*.

    Raises:
        YearMissing: the calendar does not know the deadline's year.
    """
    closed = local_day(task.closed_at) if task.closed_at is not None else None
    return standing(TaskState(task.state), task.due_on, closed, local_day(at), calendar.vietnam())


def _wanted(
    session: Session, which: TaskList, person: PersonRow, at: datetime
) -> tuple[Select[Any], tuple[Any, Any]]:
    """Return what the list asks, and the two columns that order it."""
    if which is TaskList.WAITING:
        return (
            select(SubmissionRow).where(
                SubmissionRow.to_id == person.id, SubmissionRow.closed_at.is_(None)
            ),
            (SubmissionRow.at, SubmissionRow.id),
        )
    if which is TaskList.EXTENSIONS:
        return (
            select(ExtensionRow).where(
                ExtensionRow.decider_id == person.id, ExtensionRow.decided_at.is_(None)
            ),
            (ExtensionRow.asked_at, ExtensionRow.id),
        )
    if which is TaskList.OPINIONS:
        return (
            select(RemarkRow).where(
                RemarkRow.asked_id == person.id, RemarkRow.answered_at.is_(None)
            ),
            (RemarkRow.at, RemarkRow.id),
        )
    if which is TaskList.RETURNED:
        return returned(person.organ_id), (RemarkRow.at, RemarkRow.id)
    return _tasks(session, which, person, at), (TaskRow.due_on, TaskRow.id)


def returned(organ_id: str) -> Select[Any]:
    """Return the last word of each return of a document that the clerk has not submitted since."""
    later = select(func.max(RemarkRow.at)).where(
        RemarkRow.document_id == DocumentRow.id, RemarkRow.kind == RemarkKind.RETURN.value
    )
    return (
        select(RemarkRow)
        .join(DocumentRow, DocumentRow.id == RemarkRow.document_id)
        .where(
            RemarkRow.organ_id == organ_id,
            RemarkRow.kind == RemarkKind.RETURN.value,
            RemarkRow.task_id.is_(None),
            DocumentRow.state == State.REGISTERED.value,
            RemarkRow.at == later.correlate(DocumentRow).scalar_subquery(),
        )
    )


def _tasks(session: Session, which: TaskList, person: PersonRow, at: datetime) -> Select[Any]:
    day = local_day(at)
    still = select(TaskRow).where(TaskRow.closed_at.is_(None))
    if which is TaskList.OVERDUE:
        return still.where(
            TaskRow.organ_id == person.organ_id,
            TaskRow.due_on <= overdue_through(day, calendar.vietnam()),
        )
    if which is TaskList.GIVEN:
        return still.where(TaskRow.given_by == person.id, TaskRow.part != TaskPart.INFORM.value)
    if which is TaskList.UNIT:
        return still.where(TaskRow.unit_id.in_(assignee.units_of(session, person.id, day)))
    reading = TaskRow.part == TaskPart.INFORM.value
    return still.where(
        TaskRow.person_id == person.id, reading if which is TaskList.TO_READ else ~reading
    )


def _cursor(row: Any, column: str) -> str:
    return f"{getattr(row, column).isoformat()}|{row.id}"


def _read(cursor: str, order: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return where a page begins, as values of the columns that order it."""
    moment, _, name = cursor[:100].partition("|")
    try:
        if isinstance(order[0].type, Instant):
            value: date = datetime.fromisoformat(moment).astimezone(UTC)
        else:
            value = date.fromisoformat(moment)
    except (ValueError, OverflowError):
        raise CursorInvalid(cursor[:100]) from None
    return literal(value, order[0].type), literal(name, order[1].type)
