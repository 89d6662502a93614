"""The life of a task is whole, and how it stands follows from the working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import calendar
from documents.task import (
    NO_DAY,
    OPEN,
    PART_NAMES,
    STANDING_NAMES,
    STATE_NAMES,
    TASK,
    TaskPart,
    TaskStanding,
    TaskState,
    TaskStep,
    TaskStepRefused,
    follow,
    last_day,
    overdue_through,
    standing,
)

days = st.dates(date(2024, 2, 1), date(2027, 11, 30))


def test_every_state_is_reached_and_every_step_is_used() -> None:
    reached = {TaskState.GIVEN}
    while more := {to for (state, _), to in TASK.items() if state in reached} - reached:
        reached |= more
    assert reached == set(TaskState)
    assert {step for _, step in TASK} == set(TaskStep)
    assert {TaskState.GIVEN, TaskState.ACCEPTED, TaskState.IN_WORK} == OPEN


def test_every_value_has_a_vietnamese_name() -> None:
    assert set(PART_NAMES) == set(TaskPart)
    assert set(STATE_NAMES) == set(TaskState)
    assert set(STANDING_NAMES) == set(TaskStanding)


@given(part=st.sampled_from(TaskPart), steps=st.lists(st.sampled_from(TaskStep), max_size=20))
def test_a_walk_stays_in_the_table_and_work_is_never_returned(
    part: TaskPart, steps: list[TaskStep]
) -> None:
    state, begun = TaskState.GIVEN, False
    for step in steps:
        try:
            after = follow(state, step, part)
        except TaskStepRefused:
            continue
        begun = begun or after is TaskState.IN_WORK
        assert not (begun and after is TaskState.RETURNED)
        assert part is not TaskPart.INFORM or after in {TaskState.DONE, TaskState.WITHDRAWN}
        assert (step is TaskStep.READ) <= (part is TaskPart.INFORM)
        state = after


@pytest.mark.parametrize("state", [TaskState.RETURNED, TaskState.WITHDRAWN])
@pytest.mark.parametrize("part", TaskPart)
def test_nothing_leaves_what_was_returned_or_withdrawn(state: TaskState, part: TaskPart) -> None:
    for step in TaskStep:
        with pytest.raises(TaskStepRefused):
            follow(state, step, part)


@given(due=days, today=days)
def test_the_bound_of_overdue_says_the_same_as_the_last_day(due: date, today: date) -> None:
    known = calendar.vietnam()
    late = last_day(due, known) < today
    assert (due <= overdue_through(today, known)) is late
    shown = standing(TaskState.IN_WORK, due, None, today, known)
    assert shown is (TaskStanding.OVERDUE if late else TaskStanding.RUNNING)
    done = standing(TaskState.DONE, due, today, today + timedelta(days=30), known)
    assert done is (TaskStanding.LATE if late else TaskStanding.ON_TIME)


@pytest.mark.parametrize(
    ("due", "ends"),
    [
        (date(2026, 3, 13), date(2026, 3, 13)),  # a Friday
        (date(2026, 3, 14), date(2026, 3, 16)),  # a Saturday ends with Monday
        (date(2026, 2, 17), date(2026, 2, 23)),  # the first day of Tết
        (date(2026, 4, 30), date(2026, 5, 4)),
    ],
    ids=["friday", "saturday", "tet", "april"],
)
def test_a_deadline_on_a_day_off_ends_with_the_next_working_day(due: date, ends: date) -> None:
    assert last_day(due, calendar.vietnam()) == ends


def test_a_task_without_a_deadline_is_never_late_and_a_void_one_counts_nowhere() -> None:
    known, today = calendar.vietnam(), date(2026, 3, 9)
    assert standing(TaskState.GIVEN, NO_DAY, None, today, known) is TaskStanding.RUNNING
    assert standing(TaskState.DONE, NO_DAY, today, today, known) is TaskStanding.ON_TIME
    for state in (TaskState.RETURNED, TaskState.WITHDRAWN):
        assert standing(state, date(2026, 1, 5), today, today, known) is TaskStanding.VOID
