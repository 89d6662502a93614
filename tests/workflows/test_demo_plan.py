"""The plan of the demo's year: pure, seeded, and in the shares that docs/demo.md states."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.calendar import vietnam
from documents.document import VIETNAM, DocumentType
from documents.field_text import check_subject
from workflows.demo_data import seasons
from workflows.demo_data.bureaus import Province, province
from workflows.demo_data.letters import Defect, Letter, Outcome
from workflows.demo_data.patterns import PATTERNS, WEIGHTS
from workflows.demo_data.planning import Wish, letters_of

_UNTIL = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def people() -> Province:
    return province(1)


@pytest.fixture(scope="module")
def year(people: Province) -> list[Letter]:
    return letters_of(Wish(1, 3000, _UNTIL, 90), people)


def _rows(letters: list[Letter]) -> int:
    doubles = sum(letter.defect is Defect.DUPLICATE for letter in letters)
    return sum(letter.own + len(letter.handlings) for letter in letters) + doubles


def test_the_same_seed_gives_the_same_year(people: Province, year: list[Letter]) -> None:
    assert letters_of(Wish(1, 3000, _UNTIL, 90), province(1)) == year
    assert letters_of(Wish(2, 3000, _UNTIL, 90), people) != year


@settings(max_examples=15, deadline=None)
@given(count=st.integers(20, 400), seed=st.integers(0, 2**32))
def test_the_registers_hold_as_many_documents_as_were_wished(count: int, seed: int) -> None:
    people = province(seed)
    assert _rows(letters_of(Wish(seed, count, _UNTIL, 0), people)) == count


def test_every_type_has_a_weight_and_patterns_that_the_decree_takes_as_subjects() -> None:
    assert set(WEIGHTS) == set(PATTERNS) == set(DocumentType)
    assert sum(map(len, PATTERNS.values())) >= 60


def test_every_subject_of_the_year_passes_the_door(year: list[Letter]) -> None:
    for letter in year:
        assert check_subject(letter.subject) == letter.subject


def test_every_step_is_in_working_hours_and_in_the_order_of_the_law(year: list[Letter]) -> None:
    for letter in year:
        steps = (letter.drafted, letter.submitted, letter.approved, letter.issued)
        assert list(steps) == sorted(steps)
        for at in steps:
            local = at.astimezone(VIETNAM)
            assert vietnam().is_working(local.date())
            assert 7 <= local.hour < 17


def test_nothing_arrives_before_it_was_issued_or_is_worked_on_before_it_came(
    year: list[Letter],
) -> None:
    for letter in year:
        for made in letter.handlings:
            assert letter.issued < made.arrived < made.submitted < made.directed


def test_urgency_and_results_are_in_the_shares_that_are_stated(year: list[Letter]) -> None:
    urgencies = Counter(letter.urgency.value for letter in year)
    assert 0.78 < urgencies[0] / len(year) < 0.88
    outcomes = Counter(
        made.outcome for letter in year for made in letter.handlings if made.due is not None
    )
    whole = outcomes.total()
    assert 0.88 <= outcomes[Outcome.ON_TIME] / whole <= 0.95
    assert 0.03 <= outcomes[Outcome.LATE] / whole <= 0.08
    assert 0.015 <= outcomes[Outcome.OPEN] / whole <= 0.045


def test_every_defect_is_there_and_they_are_about_two_in_a_hundred(year: list[Letter]) -> None:
    faults = Counter(letter.defect for letter in year if letter.defect)
    assert set(faults) == set(Defect)
    assert 0.01 < faults.total() / len(year) < 0.035


def test_as_many_letters_are_signed_as_were_wished_and_only_where_there_is_a_key(
    people: Province, year: list[Letter]
) -> None:
    signed = [letter for letter in year if letter.signed]
    broken = sum(letter.defect is Defect.BROKEN for letter in year)
    assert len(signed) == 90 + broken
    for letter in signed:
        bureau = people.bureaus[letter.sender]
        assert bureau.keyed
        assert letter.signer == bureau.leaders[0]


def test_about_180_people_work_in_31_agencies(people: Province) -> None:
    assert len(people.bureaus) == 31
    assert 170 <= people.people <= 190


@given(
    day=st.sampled_from(seasons.working_days(_UNTIL.date())),
    minute=st.floats(0, 410),
    more=st.floats(0, 4000),
)
@settings(max_examples=200)
def test_working_minutes_go_forward_and_stay_in_working_hours(
    day: object, minute: float, more: float
) -> None:
    begin = seasons.moment(day, minute)  # type: ignore[arg-type]
    end = seasons.after(begin, more)
    assert end >= begin
    local = end.astimezone(VIETNAM)
    assert vietnam().is_working(local.date())
