"""The lifecycle tables are whole, and nothing gets around them."""

import re
from contextlib import suppress
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from documents.database import Database
from documents.delivery import BY_STATUS_CODE, REACHED, DeliveryState, later
from documents.document import Role
from documents.errors import StepRefused
from documents.lifecycle import (
    INITIAL,
    LIFECYCLES,
    Direction,
    State,
    Step,
    advance,
    carried_states,
    diagram,
    final_states,
    states_of,
)
from documents.tables import DocumentRow

FINAL = {
    Direction.OUTGOING: {State.VOID, State.RECALLED, State.REPLACED},
    Direction.INCOMING: {State.REFUSED, State.RECALLED, State.REPLACED},
}
directions = pytest.mark.parametrize("direction", Direction)
attempts = st.lists(st.tuples(st.sampled_from(Step), st.sampled_from(Role)), max_size=60)


def walk(direction: Direction, tried: list[tuple[Step, Role]]) -> list[State]:
    """Return the states passed when what the table refuses is left out."""
    passed = [INITIAL[direction]]
    for step, role in tried:
        with suppress(StepRefused):
            passed.append(advance(direction, passed[-1], step, role))
    return passed


@directions
def test_every_state_is_reachable(direction: Direction) -> None:
    reached = {INITIAL[direction]}
    table = LIFECYCLES[direction]
    while more := {row.to for (state, _), row in table.items() if state in reached} - reached:
        reached |= more
    assert reached == states_of(direction)


def test_every_state_and_step_belongs_to_a_lifecycle() -> None:
    assert set(State) == states_of(Direction.OUTGOING) | states_of(Direction.INCOMING)
    assert set(Step) == {step for table in LIFECYCLES.values() for _, step in table}


@directions
def test_the_final_states_are_exactly_these(direction: Direction) -> None:
    assert final_states(direction) == FINAL[direction]


@directions
def test_nothing_leaves_a_final_state(direction: Direction) -> None:
    for state in FINAL[direction]:
        for step in Step:
            for role in Role:
                with pytest.raises(StepRefused):
                    advance(direction, state, step, role)


@directions
def test_every_state_can_come_to_an_end(direction: Direction) -> None:
    ending = set(final_states(direction))
    table = LIFECYCLES[direction]
    while more := {state for (state, _), row in table.items() if row.to in ending} - ending:
        ending |= more
    assert ending == states_of(direction)


@directions
def test_every_transition_has_an_article_and_roles(direction: Direction) -> None:
    for row in LIFECYCLES[direction].values():
        assert re.match(r"Art\. \d+", row.article)
        assert row.roles


@directions
def test_the_administrator_takes_no_step(direction: Direction) -> None:
    assert not any(Role.ADMINISTRATOR in row.roles for row in LIFECYCLES[direction].values())


def test_the_system_signs_and_seals_nothing() -> None:
    assert not any(Role.SYSTEM in row.roles for row in LIFECYCLES[Direction.OUTGOING].values())


@directions
def test_what_a_flow_carries_on_is_never_a_choice_of_two_ways(direction: Direction) -> None:
    for state in carried_states(direction):
        ways = [s for (at, s), row in LIFECYCLES[direction].items() if at == state and row.carried]
        assert len(ways) == (2 if state is State.FETCHED else 1)


@given(tried=attempts)
def test_a_document_is_never_dispatched_unsealed_unnumbered_or_unsigned(
    tried: list[tuple[Step, Role]],
) -> None:
    passed = walk(Direction.OUTGOING, tried)
    order = [State.APPROVED, State.SIGNED, State.NUMBERED, State.SEALED, State.DISPATCHED]
    for earlier, reached in pairwise(order):
        if reached in passed:
            assert earlier in passed[: passed.index(reached)]


@given(tried=attempts)
def test_an_incoming_document_is_never_worked_on_before_it_is_registered(
    tried: list[tuple[Step, Role]],
) -> None:
    passed = walk(Direction.INCOMING, tried)
    later_on = {State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS, State.COMPLETED, State.FILED}
    for index, state in enumerate(passed):
        if state in later_on:
            assert State.REGISTERED in passed[:index]


@given(tried=attempts, direction=st.sampled_from(Direction))
def test_a_walk_stays_inside_the_lifecycle_and_ends_at_a_final_state(
    tried: list[tuple[Step, Role]], direction: Direction
) -> None:
    passed = walk(direction, tried)
    assert set(passed) <= states_of(direction)
    assert not set(passed[:-1]) & final_states(direction)


@given(tried=attempts, direction=st.sampled_from(Direction), role=st.sampled_from(Role))
def test_a_role_takes_only_its_own_steps(
    tried: list[tuple[Step, Role]], direction: Direction, role: Role
) -> None:
    state = INITIAL[direction]
    for step, _ in tried:
        row = LIFECYCLES[direction].get((state, step))
        if row is not None and role in row.roles:
            state = advance(direction, state, step, role)
        else:
            with pytest.raises(StepRefused):
                advance(direction, state, step, role)


@directions
def test_the_diagram_shows_every_transition(direction: Direction) -> None:
    drawn = diagram(direction)
    for (state, step), row in LIFECYCLES[direction].items():
        assert f"    {state} --> {row.to}: {step}" in drawn
    assert drawn.count("[*]") == 1 + len(final_states(direction))


def _document(at: datetime, direction: str, state: str) -> dict[str, object]:
    return {
        "id": f"{direction}-{state}",
        "direction": direction,
        "organ_id": "H99.01",
        "state": state,
        "created_at": at,
        "updated_at": at,
        "type_name": "Công văn",
        "subject": "x",
        "sender_organ_id": "H99.01",
    }


@directions
def test_the_database_takes_every_state_of_the_lifecycle_and_no_other(
    office: Database, at: datetime, direction: Direction
) -> None:
    known = {state.value for state in states_of(direction)}
    for state in [*State, "archived", ""]:
        row = _document(at, direction, str(state))
        if state in known:
            with office.writing() as session:
                session.execute(insert(DocumentRow).values(**row))
        else:
            with pytest.raises(IntegrityError), office.writing() as session:
                session.execute(insert(DocumentRow).values(**row))


def test_the_database_refuses_a_state_by_update_and_an_unknown_direction(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        session.execute(insert(DocumentRow).values(**_document(at, "outgoing", "draft")))
    with pytest.raises(IntegrityError), office.writing() as session:
        session.execute(update(DocumentRow).values(state="registered"))
    with pytest.raises(IntegrityError), office.writing() as session:
        session.execute(text("UPDATE document SET direction = 'sideways'"))


@given(codes=st.lists(st.sampled_from(sorted(BY_STATUS_CODE)), max_size=12))
def test_what_a_delivery_shows_never_goes_backwards(codes: list[str]) -> None:
    ranks = list(DeliveryState)
    shown = DeliveryState.SENT
    seen = {shown}
    for code in codes:
        after = later(shown, BY_STATUS_CODE[code])
        assert after is shown or after not in seen
        shown = after
        seen.add(shown)
    assert all(ranks.index(state) >= ranks.index(DeliveryState.SENT) for state in seen)


def test_statuses_prove_that_the_document_reached_the_recipient() -> None:
    assert set(BY_STATUS_CODE.values()) == REACHED
