"""An incoming document's life from the command line: each step tells the sender; urgent first."""

import json
from collections.abc import Callable

import pytest

from connectors.axis import MessageKind
from connectors.memory_axis import InMemoryAxis
from documents import feedback
from documents.document import Role, Urgency
from documents.lifecycle import Direction
from tests.workflows.house import (
    OFFICE,
    PROVINCE,
    approve,
    deliveries,
    documents,
    hand_in,
    issue,
    person_of,
    receive,
    take_statuses,
    turn,
)
from tests.workflows.worlds import Said
from workflows import backlog, reception, reporting
from workflows.office import Office

Congvan = Callable[..., Said]
LIFE = (
    ("submit", Role.CLERK, "accepted"),
    ("assign", Role.LEADER, "assigned"),
    ("start", Role.SPECIALIST, "processing"),
    ("complete", Role.SPECIALIST, "completed"),
    ("file", Role.SPECIALIST, "completed"),
)


@pytest.fixture
def letter(office: Office) -> str:
    """A letter of the province that is registered at its office."""
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    return document_id


def incoming_id(office: Office) -> str:
    return documents(office, Direction.INCOMING, OFFICE)[0].id


def test_the_sender_sees_each_step_as_it_is_taken(
    office: Office, letter: str, congvan: Congvan
) -> None:
    arrived = incoming_id(office)
    for step, role, shown in LIFE:
        said = congvan("step", step, arrived, "--by", person_of(OFFICE, role).id)
        assert (said.code, said.err) == (0, "")
        assert turn(office) == []
        assert deliveries(office, letter) == {OFFICE: shown}, step
    facts = json.loads(congvan("show", arrived, "--json").out)[0]
    assert [status["code"] for status in facts["statuses"]] == ["01", "03", "04", "05", "06"]
    assert facts["state"] == "filed"


@pytest.mark.parametrize(
    ("step", "role"), [("assign", Role.LEADER), ("submit", Role.SPECIALIST), ("start", Role.CLERK)]
)
def test_a_step_out_of_turn_or_by_the_wrong_role_tells_nobody_anything(
    office: Office, letter: str, congvan: Congvan, step: str, role: Role
) -> None:
    said = congvan("step", step, incoming_id(office), "--by", person_of(OFFICE, role).id)
    assert said.code == 1
    assert "document.step_refused" in said.err
    assert turn(office) == []
    assert deliveries(office, letter) == {OFFICE: "accepted"}


def test_a_status_that_was_given_up_is_shown_in_words_and_sent_again_by_one_step(
    office: Office, axis: InMemoryAxis, congvan: Congvan
) -> None:
    letter = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    issue(office, [letter])
    reception.fetch(office, reception.waiting(office, MessageKind.EDOC))
    reception.open_parcels(office)
    arrived = incoming_id(office)
    with office.database.writing() as session:
        (owed,) = feedback.of_document(session, arrived)
        feedback.refused(session, owed.id, "không có nơi nhận", office.now())
    assert reporting.owed(office) == []
    assert backlog.standing_still(office) == {"status.given_up": 1}
    shown = congvan("show", arrived).out
    assert "đã đến (01)" in shown
    assert "congvan step retry" in shown
    assert "1 trạng thái không báo được" in congvan("inbox").out
    clerk = person_of(OFFICE, Role.CLERK).id
    assert congvan("step", "retry", arrived, "--by", clerk).code == 0
    assert turn(office) == []
    take_statuses(office)
    assert deliveries(office, letter) == {OFFICE: "accepted"}
    assert "trạng thái không báo được" not in congvan("inbox").out


def test_the_urgent_letter_leaves_and_arrives_before_the_others(
    office: Office, axis: InMemoryAxis
) -> None:
    routine = [approve(office, hand_in(office, PROVINCE, (OFFICE,))) for _ in range(2)]
    urgent = approve(office, hand_in(office, PROVINCE, (OFFICE,), urgency=Urgency.EXPRESS))
    assert backlog.outgoing_due(office)[0] == urgent
    issue(office, [*routine, urgent])
    waiting = reception.waiting(office, MessageKind.EDOC)
    assert waiting[0].message_id == urgent
    receive(office)
    first = min(documents(office, Direction.INCOMING), key=lambda row: row.receipt_number or 0)
    assert first.urgency == Urgency.EXPRESS
