"""What waits for somebody beside the queues of documents: tasks, submissions, opinions, and such.

Source: ux.md §1.2 (queues and counters of each role). As `task_lists` for one person, here for a
desk: whom the person stands in for is on it too. Every list goes along an index over what is
open; a page begins after the last row of the one before (keyset).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, func, literal, null, or_, select, tuple_
from sqlalchemy.orm import Session

from documents import calendar, editing, results, task_lists
from documents.change import ChangeState, Side
from documents.desk import Desk
from documents.listing import LONGEST_PAGE, MarkInvalid
from documents.sieve import Sieve, conditions, of_due
from documents.tables import (
    ChangeRow,
    DocumentRow,
    DraftOpinionRow,
    ExtensionRow,
    RemarkRow,
    SubmissionRow,
    TaskRow,
)
from documents.task import NO_DAY, TaskPart, overdue_through


class Work(StrEnum):
    """The lists of what waits."""

    WAITING = "waiting"
    """trình, chờ chỉ đạo."""
    LEADING = "leading"
    """chủ trì: given to the people of the desk, or to a unit that they head."""
    COOPERATING = "cooperating"
    """phối hợp, likewise."""
    TO_READ = "to_read"
    """nhận để biết."""
    UNIT = "unit"
    """công việc phòng: everything open of the units that they head."""
    DONE_BELOW = "done_below"
    """hoàn thành chờ duyệt: results of what they gave wait for their word (`results`)."""
    GIVEN = "given"
    """đã giao, đang theo dõi."""
    OVERDUE = "overdue"
    """quá hạn đang xử lý, of the agency."""
    UNIT_OVERDUE = "unit_overdue"
    OWN_OVERDUE = "own_overdue"
    EXTENSIONS = "extensions"
    """xin gia hạn."""
    OPINIONS = "opinions"
    """chờ cho ý kiến."""
    DRAFT_OPINIONS = "draft_opinions"
    """dự thảo chờ góp ý."""
    RETURNED = "returned"
    """bị trả lại, chờ văn thư."""
    ASKED_BACK = "asked_back"
    """nơi gửi yêu cầu thu hồi, cập nhật, thay thế."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of such a list."""

    id: str
    """Of the task, submission, extension, question or opinion."""
    document: DocumentRow | None
    task: TaskRow | None
    due: date | None
    words: str
    """What is to be done, or is asked."""
    place: date | datetime | None
    """What the list goes by."""

    @property
    def ids(self) -> frozenset[str]:
        """Its id, its document's and its task's."""
        others = (each.id for each in (self.document, self.task) if each is not None)
        return frozenset({self.id, *others})


@dataclass(frozen=True, slots=True)
class Items:
    """Some rows, and the mark of the page after them; empty at the end."""

    items: tuple[Item, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A list as it is asked for."""

    rows: Select[Any]
    """The row itself, its document, its task."""
    key: ColumnElement[str]
    place: ColumnElement[Any]
    due: ColumnElement[Any]
    words: ColumnElement[str]


def page(
    session: Session,
    work: Work,
    desk: Desk,
    *,
    sieve: Sieve | None = None,
    after: str = "",
    before: str = "",
    size: int = 50,
) -> Items:
    """Return a page: the nearest deadline or the oldest first.

    Args:
        session: Only read from.
        work: Which list.
        desk: Whose.
        sieve: What the documents must be besides.
        after: The mark of the row that the page begins after.
        before: The mark of a row: the page is what comes before it, the nearest first.
        size: Rows, at most `LONGEST_PAGE`.

    Raises:
        MarkInvalid: *after* or *before* is no mark of this list.
        YearMissing: deadlines are asked for, and the calendar does not know the year.
    """
    size = max(1, min(size, LONGEST_PAGE))
    asked = _asked(work, desk)
    wanted = _sifted(asked, sieve, desk.today)
    order: tuple[Any, ...] = (asked.place, asked.key)
    if mark := before or after:
        here = tuple_(*_opened(mark, asked))
        wanted = wanted.where(tuple_(*order) < here if before else tuple_(*order) > here)
    if before:
        order = tuple(each.desc() for each in order)
    columns = (asked.key, asked.place, asked.due, asked.words, DocumentRow, TaskRow)
    found = session.execute(wanted.with_only_columns(*columns).order_by(*order).limit(size + 1))
    items = [
        Item(key, document, task, None if due == NO_DAY else due, words or "", place)
        for key, place, due, words, document, task in found
    ]
    more = mark_of(items[size - 1]) if len(items) > size else ""
    return Items(tuple(items[:size]), more)


def countable(work: Work, desk: Desk, most: int, sieve: Sieve | None = None) -> Select[Any]:
    """Return the question for what stands in a list, one more than *most* at most.

    Raises:
        YearMissing: deadlines are asked for, and the calendar does not know the year.
    """
    asked = _asked(work, desk)
    return _sifted(asked, sieve, desk.today).with_only_columns(asked.key).limit(most + 1)


def holds(session: Session, work: Work, desk: Desk, row_id: str) -> bool:
    """Return whether the row stands in the list now."""
    asked = _asked(work, desk)
    wanted = asked.rows.where(asked.key == row_id).with_only_columns(asked.key)
    return session.scalar(wanted) is not None


def found(session: Session, work: Work, organ_id: str, row_id: str) -> Item | None:
    """Return a row of the agency by its id, though it may stand in the list no more."""
    entity = _ENTITIES[work]
    row = session.get(entity, row_id)
    if row is None:
        return None
    task = row if isinstance(row, TaskRow) else None
    task_id = getattr(row, "task_id", None)
    if task is None and task_id:
        task = session.get(TaskRow, task_id)
    document_id = getattr(row, "document_id", None) or (task.document_id if task else None)
    document = session.get(DocumentRow, document_id) if document_id else None
    if any(each is not None and each.organ_id != organ_id for each in (task, document)):
        return None
    place = row.closed_at if work is Work.DONE_BELOW else getattr(row, _PLACES[entity].key)
    return Item(row_id, document, task, None, "", place)


def mark_of(item: Item) -> str:
    """Return the mark of a row."""
    said = item.place.isoformat() if item.place is not None else ""
    return f"{said}|{item.id}"


_NO_TASK = TaskRow.id == ""
"""Joins none, by its key: of a mere FALSE SQLite makes a walk through all tasks."""


def _opened(mark: str, asked: _Asked) -> tuple[Any, Any]:
    moment, _, name = mark[:100].partition("|")
    try:
        value: date = (
            date.fromisoformat(moment)
            if isinstance(asked.place.type, Date)
            else datetime.fromisoformat(moment).astimezone(UTC)
        )
    except (ValueError, OverflowError):
        raise MarkInvalid(mark[:60]) from None
    return literal(value, asked.place.type), literal(name, asked.key.type)


def _sifted(asked: _Asked, sieve: Sieve | None, today: date) -> Select[Any]:
    if not sieve:
        return asked.rows
    own = [] if sieve.due is None else [of_due(sieve.due, func.nullif(asked.due, NO_DAY), today)]
    rest = replace(sieve, due=None)
    return asked.rows.where(*own, *(conditions(rest, None, today) if rest else ()))


def _asked(work: Work, desk: Desk) -> _Asked:
    return _QUESTIONS.get(work, _tasks)(work, desk)


def _tasks(work: Work, desk: Desk) -> _Asked:
    rows = (
        select(TaskRow)
        .outerjoin(DocumentRow, DocumentRow.id == TaskRow.document_id)
        .where(*_whose_tasks(work, desk))
    )
    return _Asked(
        rows,
        TaskRow.id.expression,
        TaskRow.due_on.expression,
        TaskRow.due_on.expression,
        TaskRow.content.expression,
    )


def _whose_tasks(work: Work, desk: Desk) -> list[ColumnElement[bool]]:
    still = TaskRow.closed_at.is_(None)
    mine = or_(
        TaskRow.person_id.in_(desk.people),
        TaskRow.person_id.is_(None) & TaskRow.unit_id.in_(desk.headed),
    )
    late = TaskRow.due_on <= overdue_through(desk.today, calendar.vietnam())
    working = TaskRow.part != TaskPart.INFORM.value
    headed = TaskRow.unit_id.in_(desk.headed)
    match work:
        case Work.LEADING:
            return [still, mine, TaskRow.part == TaskPart.LEAD.value]
        case Work.COOPERATING:
            return [still, mine, TaskRow.part == TaskPart.COOPERATE.value]
        case Work.TO_READ:
            reading = or_(
                TaskRow.person_id.in_(desk.people),
                TaskRow.person_id.is_(None) & TaskRow.unit_id.in_(desk.units),
            )
            return [still, reading, ~working]
        case Work.UNIT:
            return [still, headed, working]
        case Work.GIVEN:
            return [still, TaskRow.given_by.in_(desk.people), working]
        case Work.UNIT_OVERDUE:
            return [still, headed, late, working]
        case Work.OWN_OVERDUE:
            return [still, mine, late, working]
    return [still, TaskRow.organ_id == desk.organ_id, late, working]


def _waiting(_: Work, desk: Desk) -> _Asked:
    rows = (
        select(SubmissionRow)
        .join(DocumentRow, DocumentRow.id == SubmissionRow.document_id)
        .outerjoin(TaskRow, _NO_TASK)
        .where(SubmissionRow.to_id.in_(desk.people), SubmissionRow.closed_at.is_(None))
    )
    due = func.coalesce(SubmissionRow.due_on, DocumentRow.due_date)
    row = SubmissionRow
    return _Asked(rows, row.id.expression, row.at.expression, due, row.lead.expression)


def _done_below(_: Work, desk: Desk) -> _Asked:
    row = TaskRow
    return _Asked(
        results.waiting(desk.people, desk.at),
        row.id.expression,
        row.closed_at.expression,
        row.due_on.expression,
        row.result.expression,
    )


def _extensions(_: Work, desk: Desk) -> _Asked:
    row = ExtensionRow
    rows = (
        select(row)
        .join(TaskRow, TaskRow.id == row.task_id)
        .outerjoin(DocumentRow, DocumentRow.id == TaskRow.document_id)
        .where(row.decider_id.in_(desk.people), row.decided_at.is_(None))
    )
    return _Asked(
        rows,
        row.id.expression,
        row.asked_at.expression,
        row.before_on.expression,
        row.reason.expression,
    )


def _opinions(_: Work, desk: Desk) -> _Asked:
    row = RemarkRow
    rows = (
        select(row)
        .outerjoin(TaskRow, TaskRow.id == row.task_id)
        .outerjoin(
            DocumentRow, DocumentRow.id == func.coalesce(row.document_id, TaskRow.document_id)
        )
        .where(row.asked_id.in_(desk.people), row.answered_at.is_(None))
    )
    due = func.coalesce(TaskRow.due_on, DocumentRow.due_date)
    return _Asked(rows, row.id.expression, row.at.expression, due, row.words.expression)


def _draft_opinions(_: Work, desk: Desk) -> _Asked:
    row = DraftOpinionRow
    rows = (
        select(row)
        .join(DocumentRow, DocumentRow.id == row.document_id)
        .outerjoin(TaskRow, _NO_TASK)
        .where(
            row.given_at.is_(None),
            or_(row.person_id.in_(desk.people), row.unit_id.in_(desk.headed)),
            # few are open: SQLite is not to begin with the agency's documents
            DocumentRow.organ_id.concat("") == desk.organ_id,
            DocumentRow.state.concat("").in_(sorted(state.value for state in editing.EDITORS)),
        )
    )
    return _Asked(
        rows,
        row.id.expression,
        row.asked_at.expression,
        row.due_date.expression,
        row.question.expression,
    )


def _returned(_: Work, desk: Desk) -> _Asked:
    rows = task_lists.returned(desk.organ_id).outerjoin(TaskRow, _NO_TASK)
    row = RemarkRow
    due = DocumentRow.due_date.expression
    return _Asked(rows, row.id.expression, row.at.expression, due, row.words.expression)


def _asked_back(_: Work, desk: Desk) -> _Asked:
    row = ChangeRow
    rows = (
        select(row)
        .join(DocumentRow, DocumentRow.id == row.document_id)
        .outerjoin(TaskRow, _NO_TASK)
        .where(
            row.organ_id == desk.organ_id,
            row.side == Side.RECEIVER.value,
            row.state == ChangeState.ASKED.value,
        )
    )
    none = null().cast(Date)
    return _Asked(rows, row.id.expression, row.asked_at.expression, none, row.reason.expression)


_QUESTIONS: Mapping[Work, Callable[[Work, Desk], _Asked]] = {
    Work.WAITING: _waiting,
    Work.DONE_BELOW: _done_below,
    Work.EXTENSIONS: _extensions,
    Work.OPINIONS: _opinions,
    Work.DRAFT_OPINIONS: _draft_opinions,
    Work.RETURNED: _returned,
    Work.ASKED_BACK: _asked_back,
}
_ENTITIES: Mapping[Work, Any] = {
    **dict.fromkeys(Work, TaskRow),
    Work.WAITING: SubmissionRow,
    Work.EXTENSIONS: ExtensionRow,
    Work.OPINIONS: RemarkRow,
    Work.DRAFT_OPINIONS: DraftOpinionRow,
    Work.RETURNED: RemarkRow,
    Work.ASKED_BACK: ChangeRow,
}
_PLACES: Mapping[Any, Any] = {
    TaskRow: TaskRow.due_on,
    SubmissionRow: SubmissionRow.at,
    ExtensionRow: ExtensionRow.asked_at,
    RemarkRow: RemarkRow.at,
    DraftOpinionRow: DraftOpinionRow.asked_at,
    ChangeRow: ChangeRow.asked_at,
}
