"""A deferred signature comes once, whoever dies or races on the way."""

import multiprocessing
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from documents import casefile, outgoing, requests
from documents.database import WriteConflict
from documents.errors import StepRefused
from documents.tables import RevisionRow
from tests.workflows import phones
from tests.workflows.deaths import Killed, dies_at
from tests.workflows.deferred_places import LEADER, Place
from tests.workflows.house import (
    assert_sound,
    document,
    steps_of,
)
from tests.workflows.phones import carry, counted, later
from workflows import backlog, deferral, faultpoint, issuance


def carry_at(place: Place, *minutes: int) -> None:
    """Do all that a worker does for signatures, at each of those minutes from now."""
    for minute in minutes:
        later(place.office, minutes=minute)
        issuance.sign(place.office, backlog.outgoing_due(place.office))
        carry(place.office)


@pytest.mark.parametrize("point", [p for p in faultpoint.DEFERRED if p != "expire.recorded"])
def test_a_worker_that_dies_at_any_point_signs_once(
    point: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = place.approved()
    place.phone.say("decision", "yes")
    dies_at(point, monkeypatch, "deferral", "remote_signing")
    with pytest.raises(Killed):
        carry_at(place, 0, 1, 2)
    place.reopened()
    carry_at(place, 3, 30, 60)  # past every lease
    assert place.state(document_id) == ("signed", "completed", None)
    taken = counted(steps_of(place.office, document_id))
    assert (taken["sign"], taken["signature_complete"]) == (1, 1)
    assert len(place.phone.started) == 1
    assert_sound(place.office)


def test_a_worker_that_starts_anew_goes_on_at_once(place: Place) -> None:
    place.frozen()
    at = place.office.now()
    with place.office.database.writing() as session:
        assert len(requests.due(session, "tinh", at, 9)) == 1
        assert requests.due(session, "other", at, 9) == []
    with place.office.database.writing() as session:
        requests.release_owner(session, "other", at)
        assert requests.due(session, "other", at, 9) == []
        requests.release_owner(session, "tinh", at)
        assert len(requests.due(session, "tinh", at, 9)) == 1


def at_the_same_moment(*deeds: Callable[[], object]) -> list[BaseException | None]:
    """Do all *deeds* in threads that start together; return what each raised."""
    gate = threading.Barrier(len(deeds))
    raised: list[BaseException | None] = [None] * len(deeds)

    def do(number: int, deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            deed()
        except Exception as error:
            raised[number] = error

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_two_completions_at_once_make_one_signature(each_place: Place) -> None:
    document_id, request = each_place.frozen()
    value = each_place.phone.key.sign(each_place.pending(request).to_sign)

    def deliver() -> None:
        deferral.deliver_value(each_place.office, request.id, value)

    raised = at_the_same_moment(deliver, deliver, deliver)
    assert sorted(type(error).__name__ for error in raised) == [
        "NoneType",
        "RequestStepRefused",
        "RequestStepRefused",
    ]
    assert each_place.state(document_id) == ("signed", "completed", None)
    with each_place.office.database.reading() as session:
        signed = session.query(RevisionRow).filter_by(document_id=document_id, kind="signed")
        assert signed.count() == 1
    assert_sound(each_place.office)


def test_a_completion_and_a_withdrawal_at_once_have_one_winner(each_place: Place) -> None:
    document_id, request = each_place.frozen()
    value = each_place.phone.key.sign(each_place.pending(request).to_sign)
    office = each_place.office

    def withdraw() -> None:
        with office.database.writing() as session:
            requests.withdrawn(session, request.id, LEADER, "thu hồi để sửa", office.now())

    raised = at_the_same_moment(lambda: deferral.deliver_value(office, request.id, value), withdraw)
    assert sum(error is None for error in raised) == 1
    assert each_place.state(document_id)[:2] in {
        ("signed", "completed"),
        ("approved", "withdrawn"),
    }
    assert_sound(office)


def test_two_requests_at_once_for_one_document_leave_one(each_place: Place) -> None:
    document_id = each_place.approved()
    office = each_place.office
    until = office.now() + timedelta(hours=1)

    def ask() -> None:
        with office.database.writing() as session:
            row = casefile.locked(session, document_id)
            deferral.open_request(session, row, "A", until, key=LEADER, at=office.now())

    def sign_now() -> None:
        with office.database.writing() as session:
            outgoing.signed(session, document_id, "3" * 64, 1, office.now())

    raised = at_the_same_moment(ask, ask, sign_now)
    assert sum(error is None for error in raised) == 1
    assert all(isinstance(e, StepRefused | WriteConflict) for e in raised if e is not None)


def test_a_process_killed_in_the_middle_is_followed_by_one_that_goes_on(
    place: Place, tmp_path: Path, forkserver: None
) -> None:
    document_id = place.approved()
    point = "order.sent"  # the order left, and nobody knows
    place.phone.say("decision", "yes")
    fired = tmp_path / "fired"
    armed = {"CONGVAN_FAULT": point, "CONGVAN_FAULT_ONCE": str(fired)}
    told = str(place.house.keys / f"{LEADER}.p12")
    context = multiprocessing.get_context("forkserver")

    def work(minutes: int) -> int | None:
        arguments = (str(place.home), str(place.phone.folder), told, minutes, armed)
        process = context.Process(target=phones.carry_in_a_process, args=arguments)
        process.start()
        process.join(60)
        return process.exitcode

    assert work(0) == -signal.SIGKILL
    assert fired.read_text() == point
    later(place.reopened(), minutes=40)
    carry_at(place, 40, 41)
    assert place.state(document_id) == ("signed", "completed", None)
    assert counted(steps_of(place.office, document_id))["sign"] == 1
    assert len(place.phone.started) == 1
    assert_sound(place.office)


def test_the_sweeper_s_flow_carries_requests_to_the_service_and_back(
    place: Place, run_in_fresh_process: Callable[..., int]
) -> None:
    document_id = place.approved()
    place.phone.say("decision", "yes")
    arguments = (str(place.home), str(place.phone.folder), str(place.house.keys / f"{LEADER}.p12"))
    assert run_in_fresh_process(phones.sweep_in_a_process, *arguments) == 0
    assert document(place.office, document_id).state == "dispatched"
    assert place.request(document_id).state == "completed"
