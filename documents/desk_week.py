"""The week's deadlines on a desk, day by day; for a leader those of the whole agency.

Source: ux.md §1.2 (lịch công tác tuần), §3.10 (home: sắp đến hạn, lịch tuần). Days off are as the
calendar of Vietnam has them; what is due on one ends with the next working day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from documents import calendar, desk_rows
from documents.calendar import YearMissing
from documents.desk import Desk
from documents.desk_rows import Line
from documents.document import Role
from documents.tables import DocumentRow, TaskRow
from documents.task import TaskPart

SHOWN = 3
"""Of one day."""
_READ = 200


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week."""

    day: date
    off: str
    """Why nobody works: a holiday's name, `nghỉ` of a weekend; empty on a working day."""
    count: int
    lines: tuple[Line, ...]
    """The first few that are due."""


def week(session: Session, desk: Desk) -> tuple[Day, ...]:
    """Return the days of this week, Monday first, with what is due on each and not done."""
    monday = desk.today - timedelta(days=desk.today.weekday())
    sunday = monday + timedelta(days=6)
    due = (
        TaskRow.closed_at.is_(None),
        TaskRow.part != TaskPart.INFORM.value,
        TaskRow.due_on.between(monday, sunday),
        _whose(desk),
    )
    counted = select(TaskRow.due_on, func.count()).where(*due).group_by(TaskRow.due_on)
    counts = {day: count for day, count in session.execute(counted)}  # noqa: C416
    rows = session.execute(
        select(TaskRow, DocumentRow)
        .outerjoin(DocumentRow, DocumentRow.id == TaskRow.document_id)
        .where(*due)
        .order_by(TaskRow.due_on, TaskRow.id)
        .limit(_READ)
    )
    lines = desk_rows.covered(
        session, desk, [Line(task.id, row, task, task.due_on, task.content) for task, row in rows]
    )
    return tuple(
        Day(day, _off(day), counts.get(day, 0), _of(lines, day))
        for day in (monday + timedelta(days=number) for number in range(7))
    )


def _whose(desk: Desk) -> ColumnElement[bool]:
    if Role.LEADER in desk.roles:
        return TaskRow.organ_id == desk.organ_id
    return or_(TaskRow.person_id.in_(desk.people), TaskRow.unit_id.in_(desk.headed))


def _of(lines: Sequence[Line], day: date) -> tuple[Line, ...]:
    return tuple([line for line in lines if line.due == day and not line.hidden][:SHOWN])


def _off(day: date) -> str:
    known = calendar.vietnam()
    try:
        return "" if known.is_working(day) else known.name(day) or "nghỉ"
    except YearMissing:
        return ""
