"""The life of a task (nhiệm vụ): its states and steps, its part in a direction, how it stands.

Legal source: Decree 30/2020/ND-CP, Art. 23.2 to 23.4 (lead, co-operating, deadline), 24;
law.md §7.2 (the four states of VBHN 01/VBHN-VPCP). A last day that is a day off ends with the
next working day (Civil Code 2015, Art. 148.5). The table is the only place that says what may
follow what; the database CHECK and the property tests are derived from it.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from documents.calendar import Calendar
from documents.errors import Refused

NO_DAY = date.max
"""Stands for «no deadline»: such tasks come last in every list."""


class TaskPart(StrEnum):
    """What is expected of whom a task is given to."""

    LEAD = "lead"
    """chủ trì: answers for the result; one for each direction."""
    COOPERATE = "cooperate"
    """phối hợp."""
    INFORM = "inform"
    """nhận để biết: to be read only."""


class TaskState(StrEnum):
    """Where a task stands."""

    GIVEN = "given"
    """đã giao, chưa nhận."""
    ACCEPTED = "accepted"
    """đã nhận."""
    IN_WORK = "in_work"
    """đang thực hiện."""
    DONE = "done"
    """đã hoàn thành; for information: đã đọc."""
    RETURNED = "returned"
    """đã trả lại người giao."""
    WITHDRAWN = "withdrawn"
    """người giao đã thu hồi."""


class TaskStep(StrEnum):
    """What can be done to a task."""

    ACCEPT = "accept"
    START = "start"
    COMPLETE = "complete"
    READ = "read"
    RETURN = "return"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class TaskStanding(StrEnum):
    """How a task stands towards its deadline (law.md §7.2), and those that are void."""

    ON_TIME = "on_time"
    """đúng hạn: done in time."""
    LATE = "late"
    """quá hạn: done, but late."""
    RUNNING = "running"
    """đang thực hiện trong hạn."""
    OVERDUE = "overdue"
    """đang thực hiện quá hạn."""
    VOID = "void"
    """Returned or withdrawn: counts nowhere."""


STANDING_NAMES: Mapping[str, str] = MappingProxyType(
    {
        TaskStanding.ON_TIME: "hoàn thành đúng hạn",
        TaskStanding.LATE: "hoàn thành quá hạn",
        TaskStanding.RUNNING: "đang thực hiện trong hạn",
        TaskStanding.OVERDUE: "đang thực hiện quá hạn",
        TaskStanding.VOID: "đã trả lại hoặc thu hồi",
    }
)
PART_NAMES: Mapping[str, str] = MappingProxyType(
    {
        TaskPart.LEAD: "chủ trì",
        TaskPart.COOPERATE: "phối hợp",
        TaskPart.INFORM: "nhận để biết",
    }
)
STATE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        TaskState.GIVEN: "đã giao",
        TaskState.ACCEPTED: "đã nhận",
        TaskState.IN_WORK: "đang thực hiện",
        TaskState.DONE: "đã hoàn thành",
        TaskState.RETURNED: "đã trả lại",
        TaskState.WITHDRAWN: "đã thu hồi",
    }
)


class TaskStepRefused(Refused):
    """The task's lifecycle has no such step from this state. ({0} the state, {1} the step)."""

    code = "task.step_refused"
    vietnamese = "Không thể thực hiện bước «{1}» khi nhiệm vụ ở trạng thái «{0}»"
    english = "cannot {1} a task that is {0}"
    remedy = "Xem `congvan task show` / see `congvan task show`"


_BEFORE_WORK = (TaskState.GIVEN, TaskState.ACCEPTED)
_UNDONE = (*_BEFORE_WORK, TaskState.IN_WORK)

TASK: Mapping[tuple[TaskState, TaskStep], TaskState] = MappingProxyType(
    {
        (TaskState.GIVEN, TaskStep.ACCEPT): TaskState.ACCEPTED,
        (TaskState.GIVEN, TaskStep.READ): TaskState.DONE,
        **{(state, TaskStep.START): TaskState.IN_WORK for state in _BEFORE_WORK},
        **{(state, TaskStep.RETURN): TaskState.RETURNED for state in _BEFORE_WORK},
        **{(state, TaskStep.COMPLETE): TaskState.DONE for state in _UNDONE},
        **{(state, TaskStep.WITHDRAW): TaskState.WITHDRAWN for state in _UNDONE},
        # the one who gave it is not content with the result
        (TaskState.DONE, TaskStep.REOPEN): TaskState.IN_WORK,
    }
)
"""(state, step) -> state."""

OPEN = frozenset(_UNDONE)
"""Somebody still has to do something."""
_READING = frozenset({TaskStep.READ, TaskStep.WITHDRAW})
"""What can be done to a task for information only."""


def follow(state: TaskState, step: TaskStep, part: TaskPart) -> TaskState:
    """Return the state that follows *step*.

    Raises:
        TaskStepRefused: the table has no such step from *state*, or not for *part*.
    """
    after = TASK.get((state, step))
    fits = step in _READING if part is TaskPart.INFORM else step is not TaskStep.READ
    if after is None or not fits:
        raise TaskStepRefused(f"{state}, {part}", step)
    return after


def last_day(due: date, calendar: Calendar) -> date:
    """Return the day with which the deadline *due* ends: itself, or the next working day.

    Raises:
        YearMissing: the calendar does not know its year.
    """
    return due if calendar.is_working(due) else calendar.next_working(due)


def overdue_through(today: date, calendar: Calendar) -> date:
    """Return the latest deadline that is over on *today*: the last working day before it.

    `due <= overdue_through(today)` holds exactly where `last_day(due) < today`.

    Raises:
        YearMissing: the calendar does not know the year.
    """
    return calendar.previous_working(today)


def standing(
    state: TaskState, due: date, closed_on: date | None, today: date, calendar: Calendar
) -> TaskStanding:
    """Return how a task stands on *today*; *closed_on* is the day in Vietnam it was done.

    Raises:
        YearMissing: the calendar does not know the deadline's year.
    """
    if state in {TaskState.RETURNED, TaskState.WITHDRAWN}:
        return TaskStanding.VOID
    day = closed_on if state is TaskState.DONE and closed_on is not None else today
    late = due != NO_DAY and day > due and day > last_day(due, calendar)
    if state is TaskState.DONE:
        return TaskStanding.LATE if late else TaskStanding.ON_TIME
    return TaskStanding.OVERDUE if late else TaskStanding.RUNNING
