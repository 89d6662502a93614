"""What the hub does wrong on purpose, as each face's client meets it."""

import http.client
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from connectors.axis import Axis, MessageKind, Outgoing, PacketState
from connectors.errors import (
    AccessDenied,
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    NotFound,
)
from connectors.hub.door import Door
from connectors.hub.faults import Fault, FaultKind, Faults, set_faults
from connectors.soap.client import SoapAxis
from tests.connectors.conftest import Hub, running_hub
from tests.connectors.edoc.world import letter

SEND, LIST, GET, CONFIRM = "SendDocument", "GetPendingDocumentIds", "GetDocument", "ConfirmReceived"


@pytest.fixture
def axis(hub: Hub) -> Axis:
    return SoapAxis(hub.address)


def message(number: int = 1) -> Outgoing:
    return Outgoing(f"m-{number}", "H99", ("H99.01",), letter(str(number)))


@pytest.mark.parametrize("kind", [FaultKind.TRUNCATE, FaultKind.CORRUPT, FaultKind.HANG_UP])
def test_an_answer_that_is_none_leaves_the_outcome_unknown_and_a_repeat_settles_it(
    kind: FaultKind, axis: Axis, hub: Hub
) -> None:
    hub.faults(Fault(SEND, kind))
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(message())
    assert axis.send(message()).duplicate is (kind is not FaultKind.HANG_UP)
    assert hub.store.counts() == {"messages": 1, "waiting": 1}


def test_half_a_content_and_a_damaged_one_are_noticed(axis: Axis, hub: Hub) -> None:
    axis_id = axis.send(message()).axis_id
    hub.faults(Fault(GET, FaultKind.TRUNCATE))
    with pytest.raises(AxisUnavailable):
        axis.fetch("H99.01", axis_id)
    hub.faults(Fault(GET, FaultKind.CORRUPT))
    with pytest.raises(AxisContentCorrupt):
        axis.fetch("H99.01", axis_id)
    with axis.fetch("H99.01", axis_id).content as content:
        assert content.read() == letter("1")


@pytest.mark.parametrize("operation", [SEND, GET])
def test_a_duplicate_is_the_same_message_under_another_id(
    operation: str, axis: Axis, hub: Hub
) -> None:
    hub.faults(Fault(operation, FaultKind.DUPLICATE))
    axis_id = axis.send(message()).axis_id
    axis.fetch("H99.01", axis_id).content.close()
    first, second = axis.pending(["H99.01"])
    assert (first.axis_id, first.sha256) == (axis_id, second.sha256)
    assert second.axis_id != axis_id
    with axis.fetch("H99.01", second.axis_id).content as content:
        assert content.read() == letter("1")


def test_what_was_confirmed_comes_again_under_its_own_id(axis: Axis, hub: Hub) -> None:
    receipt = axis.send(message())
    (waiting,) = axis.pending(["H99.01"])
    hub.faults(Fault(CONFIRM, FaultKind.DUPLICATE))
    for left in (1, 0):
        axis.confirm("H99.01", [(receipt.axis_id, waiting.sha256)])
        assert [p.axis_id for p in axis.pending(["H99.01"])] == [receipt.axis_id] * left


def test_lists_are_doubled_and_shuffled_and_begin_with_statuses(axis: Axis, hub: Hub) -> None:
    sent = [axis.send(message(number)).axis_id for number in range(8)]
    hub.faults(Fault(LIST, FaultKind.DUPLICATE))
    assert [p.axis_id for p in axis.pending(["H99.01"])] == [i for i in sent for _ in range(2)]
    set_faults(hub.store.folder, [Fault(LIST, FaultKind.REORDER)], seed=1)
    listed = [p.axis_id for p in axis.pending(["H99.01"])]
    assert listed != sent
    assert sorted(listed) == sorted(sent)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("*", FaultKind.REFUSE, code="NOT_FOUND"), NotFound),
        (Fault("*", FaultKind.REFUSE, code="ANOTHER"), AxisRefused),
        (Fault("*", FaultKind.REFUSE, code="INVALID", retryable=True), AxisUnavailable),
        (Fault("*", FaultKind.EXPIRE_CREDENTIALS), AccessDenied),
    ],
)
def test_a_refusal_is_the_one_that_was_asked_for_and_nothing_is_done(
    fault: Fault, error: type[Exception], axis: Axis, hub: Hub
) -> None:
    hub.faults(fault)
    with pytest.raises(error):
        axis.send(message())
    assert hub.store.counts()["messages"] == 0
    assert not axis.send(message()).duplicate


def test_a_fault_of_one_agency_leaves_the_others_alone(axis: Axis, hub: Hub) -> None:
    hub.faults(Fault("*", FaultKind.UNAVAILABLE, count=9, agency="H99.02"))
    axis.send(message())
    assert len(axis.pending(["H99.01"])) == 1
    with pytest.raises(AxisUnavailable):
        axis.pending(["H99.02"])


def vxp_answer(hub: Hub, path: str, headers: dict[str, str]) -> "dict[str, object] | int":
    connection = http.client.HTTPConnection(hub.host, timeout=20)
    try:
        named = {f"XroadVnpt-{name}": value for name, value in headers.items()}
        connection.request("POST", path, b"{}", named)
        answer = connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            return answer.status
        found: dict[str, object] = json.loads(data)
        return found
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("code", "retryable", "said"),
    [("18", False, "18"), ("TOO_LARGE", False, "25"), ("INVALID", True, "20"), ("15", False, "15")],
)
def test_vxp_says_a_refusal_by_its_error_code(
    code: str, retryable: bool, said: str, hub: Hub
) -> None:
    hub.faults(Fault(LIST, FaultKind.REFUSE, code=code, retryable=retryable))
    answer = vxp_answer(hub, "/getReceivedEdocList", {"messagetype": "edoc"})
    assert isinstance(answer, dict)
    assert (answer["status"], answer["ErrorCode"]) == ("FAIL", said)


def test_a_hub_that_hangs_up_says_not_a_word(tmp_path: Path) -> None:
    with running_hub(tmp_path / "hub", http=Door) as hub:
        hub.faults(Fault(LIST, FaultKind.HANG_UP))
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            vxp_answer(hub, "/getReceivedEdocList", {"messagetype": "edoc"})
        assert isinstance(vxp_answer(hub, "/getReceivedEdocList", {}), dict)


DEATHS: dict[FaultKind, Callable[[bool], bool]] = {
    FaultKind.DIE: lambda done: done,
    FaultKind.DIE_ANSWERING: lambda done: done,
    FaultKind.DIE_BEFORE: lambda done: not done,
}


@pytest.mark.parametrize("kind", list(DEATHS))
def test_a_death_is_before_the_deed_or_after_its_commit(
    kind: FaultKind, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    died: list[int] = []

    def exit_(code: int) -> None:
        died.append(hub.store.counts()["messages"])
        raise ConnectionError(f"exit {code}")

    monkeypatch.setattr("connectors.hub.mishap.os._exit", exit_)
    hub.faults(Fault(SEND, kind))
    axis = SoapAxis(hub.address)
    with suppress(AxisOutcomeUnknown, AxisUnavailable):
        axis.send(message())
    axis.close()
    assert len(died) == 1
    assert DEATHS[kind](bool(died[0]))


def test_without_faults_statuses_and_documents_come_as_they_came(axis: Axis, hub: Hub) -> None:
    sent = [axis.send(message(number)).axis_id for number in range(3)]
    found = axis.pending(["H99.01"], MessageKind.EDOC)
    assert [one.axis_id for one in found] == sent
    assert {t.state for t in hub.store.track(sent[0])} == {PacketState.INITIAL}
    assert Faults(hub.store.folder).take(SEND) == []
