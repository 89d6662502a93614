"""When something ends, and which reminder is due: pure rules over calendars and moments."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.calendar import Calendar, Year, YearMissing, vietnam
from documents.document import VIETNAM
from documents.obligation import DUTIES, Duty, Owed
from documents.reminder import DEFAULTS, Rule, RuleInvalid, Stage, reached
from documents.time_limit import Limit, Until, by_day, by_moment, on_day, shown_end, until


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def a_task(last: date, since: datetime | None = None) -> Owed:
    ends = by_day(last, vietnam())
    return Owed(Duty.TASK, "t", "1/SNV", "x", since or here("2026-01-05 08:00"), ends)


@pytest.mark.parametrize(
    ("limit", "since", "last"),
    [
        (Limit.SAME_DAY, "2026-03-09 23:59", "2026-03-09"),
        (Limit.SAME_DAY, "2026-03-10 00:00", "2026-03-10"),
        (Limit.SAME_DAY, "2026-03-14 09:00", "2026-03-16"),  # a Saturday
        (Limit.NEXT_WORKING_DAY, "2026-03-09 00:00", "2026-03-10"),
        (Limit.NEXT_WORKING_DAY, "2026-02-13 17:00", "2026-02-23"),  # before Tết 2026
        (Limit.NEXT_WORKING_DAY, "2026-01-09 17:00", "2026-01-10"),  # a Saturday that is worked
        (Limit.NEXT_WORKING_DAY, "2025-12-31 17:00", "2026-01-05"),
    ],
)
def test_a_limit_ends_with_a_day_of_vietnam(limit: Limit, since: str, last: str) -> None:
    ends = until(limit, here(since).astimezone(UTC), vietnam())
    assert ends.on == date.fromisoformat(last)
    assert ends.at == here(last) + timedelta(days=1)


def test_what_is_urgent_ends_at_once_in_any_year_and_a_missing_year_says_so() -> None:
    since = here("2031-06-01 09:00")
    assert until(Limit.AT_ONCE, since, vietnam()).at == since + timedelta(minutes=30)
    for limit in (Limit.SAME_DAY, Limit.NEXT_MORNING, Limit.NEXT_WORKING_DAY):
        with pytest.raises(YearMissing, match="2031"):
            until(limit, since, vietnam())
    with pytest.raises(YearMissing, match="9999"):
        by_day(date.max, vietnam())


def test_a_midnight_is_said_as_the_day_that_it_ends() -> None:
    assert on_day(date(2026, 3, 9)).shown == "09/03/2026"
    assert by_moment(here("2026-03-09 14:05")).shown == "14:05 09/03/2026"
    assert shown_end(date(2026, 3, 10), here("2026-03-10 12:00")) == "12:00 10/03/2026"


def stages(owed: Owed, rule: Rule, at: str) -> list[tuple[str, str]]:
    found = reached(owed, rule, here(at), vietnam())
    return [(each.stage.value, f"{each.day:%d/%m}") for each in found]


def test_a_task_is_spoken_of_ahead_on_its_day_and_after_to_whom_it_concerns() -> None:
    owed, rule = a_task(date(2026, 3, 12)), DEFAULTS[Duty.TASK]  # a Thursday
    assert stages(owed, rule, "2026-03-08 23:59") == []
    assert stages(owed, rule, "2026-03-09 00:00") == [("ahead", "09/03")]
    assert stages(owed, rule, "2026-03-10 09:00") == [("ahead", "09/03")]
    assert stages(owed, rule, "2026-03-11 09:00") == [("ahead", "11/03")]
    assert stages(owed, rule, "2026-03-12 23:59") == [("due", "12/03")]
    assert stages(owed, rule, "2026-03-13 00:00") == [("late", "13/03"), ("head", "13/03")]
    late = [("late", "13/03"), ("head", "13/03")]
    assert stages(owed, rule, "2026-03-16 09:00") == late
    assert stages(owed, rule, "2026-03-17 09:00") == [*late, ("leader", "17/03")]
    assert stages(owed, rule, "2026-03-25 09:00") == [*late, ("leader", "17/03")]


def test_days_ahead_are_working_days_and_a_dossiers_are_calendar_days() -> None:
    owed = a_task(date(2026, 2, 24))  # the second day after Tết
    assert stages(owed, Rule(ahead=(3,)), "2026-02-11 09:00") == []
    assert stages(owed, Rule(ahead=(2,)), "2026-02-13 09:00") == [("ahead", "13/02")]
    dossier = Owed(
        Duty.DOSSIER, "d", "01.TC", "x", here("2026-01-05 08:00"), on_day(date(2026, 4, 30))
    )
    assert stages(dossier, DEFAULTS[Duty.DOSSIER], "2026-03-30 09:00") == []
    assert stages(dossier, DEFAULTS[Duty.DOSSIER], "2026-03-31 09:00") == [("ahead", "31/03")]


def test_what_is_urgent_is_spoken_of_at_once_and_goes_up_by_the_hour() -> None:
    since = here("2026-02-17 23:50")  # in the middle of Tết, just before midnight
    owed = Owed(Duty.ISSUE, "d", "x", "x", since, by_moment(since + timedelta(minutes=30)), True)
    rule = DEFAULTS[Duty.ISSUE]
    assert stages(owed, rule, "2026-02-17 23:50") == [("due", "17/02")]
    assert stages(owed, rule, "2026-02-18 00:20") == [("late", "18/02")]
    assert stages(owed, rule, "2026-02-18 01:20") == [("late", "18/02"), ("head", "18/02")]
    assert stages(owed, rule, "2026-02-18 04:20")[-1] == ("leader", "18/02")


def test_the_days_after_ask_for_no_year_to_come() -> None:
    owed = a_task(date(2027, 12, 30))
    rule = Rule(late=(1, 5), head_after=1, leader_after=90)
    assert stages(owed, rule, "2027-12-31 09:00") == [("late", "31/12"), ("head", "31/12")]
    with pytest.raises(YearMissing, match="2028"):
        reached(owed, rule, here("2028-01-03 09:00"), vietnam())


@pytest.mark.parametrize(
    "rule",
    [
        Rule(ahead=(0,)),
        Rule(ahead=(91,)),
        Rule(late=(-1,)),
        Rule(head_after=1000),
        Rule(days=-3),
        Rule(ahead=(1, 2, 3, 4, 5, 6)),
    ],
    ids=["zero", "far", "negative", "head", "days", "many"],
)
def test_a_rule_of_no_days_is_refused(rule: Rule) -> None:
    with pytest.raises(RuleInvalid):
        rule.check()


def test_every_duty_has_its_terms_and_a_rule_that_holds() -> None:
    assert set(DUTIES) == set(Duty) == set(DEFAULTS)
    for duty, rule in DEFAULTS.items():
        rule.check()
        assert DUTIES[duty].name
        assert DUTIES[duty].article


days = st.integers(0, 364).map(lambda count: date(2030, 1, 1) + timedelta(days=count))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    off = draw(st.sets(days, max_size=60))
    worked = frozenset(
        day for day in draw(st.sets(days, max_size=20)) if day.weekday() >= 5 and day not in off
    )
    names = dict.fromkeys(off, "nghỉ")
    years = [Year(2030, names, worked, announced=True, sources=("x",))]
    years += [Year(y, {}, frozenset(), announced=True, sources=("x",)) for y in (2029, 2031)]
    return Calendar.of(years)


@given(
    calendar=calendars(),
    last=days,
    ahead=st.lists(st.integers(1, 10), max_size=3).map(tuple),
    late=st.lists(st.integers(1, 10), max_size=3).map(tuple),
    head=st.one_of(st.none(), st.integers(1, 10)),
)
def test_each_stage_has_one_day_and_comes_in_order_on_any_calendar(
    calendar: Calendar, last: date, ahead: tuple[int, ...], late: tuple[int, ...], head: int | None
) -> None:
    ends = Until(last, on_day(last).at)
    owed = Owed(Duty.TASK, "t", "x", "x", here("2029-06-01 08:00"), ends)
    rule = Rule(ahead, on_day=True, late=late, head_after=head, leader_after=None)
    seen: dict[tuple[Stage, date], date] = {}
    before: date | None = None
    for count in range(-40, 60):
        day = last + timedelta(days=count)
        moment = datetime.combine(day, time(9), VIETNAM)
        own = []
        for each in reached(owed, rule, moment, calendar):
            assert each.day <= day
            seen.setdefault((each.stage, each.day), day)
            own += [each.day] if each.stage is not Stage.HEAD else []
        if own:
            assert before is None or own[0] >= before  # what was later is not taken back
            before = own[0]
    assert (Stage.DUE, last) in seen
    told = [stage for stage, _ in seen]
    assert told.count(Stage.LATE) == len(set(late))
    assert told.count(Stage.HEAD) == (head is not None)
    assert all(first == day for (_, day), first in seen.items())  # on the very day, every day run
    ahead_days = [day for stage, day in seen if stage is Stage.AHEAD]
    assert ahead_days == sorted({calendar.previous_working(last, each) for each in ahead} - {last})
