"""The words for states, steps and roles: every one has its own, and refusals use them."""

import pytest

from documents.document import Role
from documents.errors import StepRefused
from documents.initials import STEP as INITIAL
from documents.lifecycle import Direction, State, Step, advance
from documents.step_words import ROLES, STATES, STEPS, both


def test_every_state_step_and_role_has_a_word_of_its_own() -> None:
    assert set(STATES) == set(State)
    assert set(STEPS) == {*Step, INITIAL}
    assert set(ROLES) == set(Role)
    for words in (STATES, STEPS, ROLES):
        assert len(set(words.values())) == len(words)


def test_a_refused_step_says_state_step_and_role_in_each_language() -> None:
    with pytest.raises(StepRefused) as caught:
        advance(Direction.INCOMING, State.REGISTERED, Step.ASSIGN, Role.LEADER)
    said = caught.value.as_dict()
    assert said["vi"] == (
        "Không thể thực hiện bước «phân công» khi văn bản đang ở trạng thái «đã vào sổ» "
        "(của văn thư, không phải của lãnh đạo)"
    )
    assert said["en"] == "cannot assign a document that is registered (for clerk, not for leader)"


def test_a_code_without_a_word_stays_as_it_is() -> None:
    assert both("leader signature", STEPS) == "leader signature"
