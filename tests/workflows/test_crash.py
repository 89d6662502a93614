"""A worker or a hub that dies anywhere loses nothing and doubles nothing.

The process is killed by SIGKILL at each of its fault points; a new one sweeps. Then every
document is in every recipient's register once, and its statuses are back.
"""

import ast
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import workflows
from connectors.axis import MessageKind
from connectors.hub.faults import Fault, FaultKind
from connectors.memory_axis import InMemoryAxis
from documents.delivery import DeliveryState
from documents.lifecycle import Direction
from tests.workflows import processes
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    House,
    approve,
    assert_registered_once,
    assert_sound,
    delivery_states,
    document,
    documents,
    entries,
    hand_in,
    issue,
    parcels,
    receive,
    steps_of,
    turn,
)
from tests.workflows.hubs import HubProcess, catalogue, until_true
from workflows import faultpoint
from workflows.office import Office

POINTS = (*faultpoint.OUTGOING, *faultpoint.INCOMING)
COSTLIEST = ("sign.done", "number.recorded", "dispatch.sent", "register.recorded", "report.sent")
"""Points right after an effect outside, or inside a register: done on PostgreSQL too."""
RECIPIENTS = (OFFICE, HOME_AFFAIRS)
LETTERS = 2
MESSAGES = LETTERS * (1 + 2 * len(RECIPIENTS))
"""What the hub takes: a document for all recipients, 01 and 03 from each."""

FIRST_KINDS = (
    *(FaultKind.DROP_REPLY, FaultKind.DELAY, FaultKind.UNAVAILABLE, FaultKind.DIE),
    FaultKind.CORRUPT,
)
"""The others are met at every step in test_exactly_once.py."""

RunInFreshProcess = Callable[..., int]


@pytest.fixture
def home(house: House, make_sqlite: MakeDatabase, hub: HubProcess, tmp_path: Path) -> Path:
    """An installation that serves sender and recipients, on SQLite."""
    return installed(house, make_sqlite(), hub, tmp_path)


def installed(house: House, url: str, hub: HubProcess, tmp_path: Path) -> Path:
    home = tmp_path / "tinh"
    house.install(home, url, (PROVINCE, *RECIPIENTS), hub.url, processes=1)
    return home


def flow_with(point: str) -> str:
    """Return the flow that passes *point*."""
    if point in faultpoint.OUTGOING:
        return "outgoing"
    return "statuses" if point.startswith("status.") else "incoming"


def hand_in_all(office: Office) -> list[str]:
    return [approve(office, hand_in(office, PROVINCE, RECIPIENTS)) for _ in range(LETTERS)]


def assert_carried_once(office: Office, ids: list[str]) -> None:
    """Assert that every letter went once, arrived once, and its statuses are back."""
    rows = [document(office, document_id) for document_id in ids]
    assert [(row.state, row.error_code) for row in rows] == [("dispatched", None)] * len(ids)
    assert sorted(row.code_number or "" for row in rows) == ["01", "02"]
    for organ_id in RECIPIENTS:
        assert_registered_once(office, organ_id, [row.document_key or "" for row in rows])
    assert entries(office) == LETTERS * (1 + len(RECIPIENTS))
    assert delivery_states(office) == [DeliveryState.ACCEPTED] * LETTERS * len(RECIPIENTS)
    assert_sound(office)
    for document_id in ids:
        taken = Counter(steps_of(office, document_id))
        assert [taken[step] for step in ("sign", "assign_number", "seal", "dispatch")] == [1] * 4
        assert [taken[status] for status in ("status_01", "status_03")] == [len(RECIPIENTS)] * 2
    for row in documents(office, Direction.INCOMING):
        # reports go when they go: a worker tells of the arrival while it still verifies
        taken_in = [step for step in steps_of(office, row.id) if not step.startswith("report_")]
        assert taken_in[:3] == ["fetch", "verify", "register"]
    assert all(parcel.confirmed_at for parcel in parcels(office))


def assert_hub_took_each_once(hub: HubProcess) -> None:
    status = hub.status()
    assert (status["queues"], status["messages"], status["waiting"]) == ([], MESSAGES, 0)


@pytest.mark.parametrize(
    ("point", "kind"),
    [
        *((point, "sqlite") for point in POINTS),
        *((point, "postgres") for point in COSTLIEST),
    ],
)
def test_a_worker_killed_at_any_point_loses_and_doubles_nothing(
    point: str,
    kind: str,
    house: House,
    hub: HubProcess,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    run_in_fresh_process: RunInFreshProcess,
) -> None:
    home = installed(house, request.getfixturevalue(f"{kind}_url"), hub, tmp_path)
    office = house.open(home)
    ids = hand_in_all(office)
    flow = flow_with(point)
    if flow != "outgoing":
        issue(office, ids)
    if flow == "statuses":
        receive(office)
    fired = tmp_path / "fired"
    armed = {"CONGVAN_FAULT": point, "CONGVAN_FAULT_ONCE": str(fired)}
    assert run_in_fresh_process(processes.run_one, str(home), flow, env=armed) == -signal.SIGKILL
    assert fired.read_text() == point
    assert run_in_fresh_process(processes.carry, str(home)) == 0
    assert_carried_once(office, ids)
    assert_hub_took_each_once(hub)
    house.close_offices()


def test_every_point_is_passed_on_a_journey_and_no_other(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = set()
    for module in [module for name, module in sys.modules.items() if name.startswith("workflows")]:
        if hasattr(module, "passing") and module is not faultpoint:
            monkeypatch.setattr(module, "passing", passed.add)
    home = tmp_path / "tinh"
    house.install(home, make_sqlite(), (PROVINCE, *RECIPIENTS))
    office = house.open(home, InMemoryAxis(catalogue()))
    ids = hand_in_all(office)
    assert turn(office) == []
    assert_carried_once(office, ids)
    assert passed == set(POINTS)


def test_every_point_in_the_source_is_listed() -> None:
    (folder,) = workflows.__path__
    found = set()
    for path in Path(folder).rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "passing":
                (argument,) = call.args
                found.add(ast.unparse(argument).removeprefix("f").strip("'"))
    spelt = {point for point in found if "{" not in point}
    listed = {*POINTS, *faultpoint.CHANGES, *faultpoint.DEFERRED, *faultpoint.PRESERVATION}
    listed |= {*faultpoint.REMINDERS, *faultpoint.INDEXING, *faultpoint.SCANS}
    listed |= {*faultpoint.BOOKS, *faultpoint.SECRETS, *faultpoint.BATCHES, *faultpoint.WORDS}
    endings = tuple(point.rpartition("}")[2] for point in found - spelt)
    assert found
    assert spelt <= listed
    assert all(point in spelt or point.endswith(endings) for point in listed)


def test_worker_processes_end_with_a_killed_owner(
    house: House, home: Path, tmp_path: Path, run_in_fresh_process: RunInFreshProcess
) -> None:
    told = tmp_path / "pids"
    dead = run_in_fresh_process(processes.abandon, str(home), str(told))
    assert dead == -signal.SIGKILL
    pids = told.read_text().split()
    assert pids
    until_true(lambda: not any(lives(pid) for pid in pids), 10)


def lives(pid: str) -> bool:
    """Return whether the process lives, and is more than its entry in the table."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def worker(home: Path, url: str, **more: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, **more, "PREFECT_API_URL": url}
    command = [sys.executable, "-m", "workflows.worker", str(home)]
    return subprocess.Popen(command, env=environment)


def test_a_real_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(
    house: House, home: Path, hub: HubProcess, tmp_path: Path, prefect_server: object
) -> None:
    url = os.environ["PREFECT_API_URL"]
    office = house.open(home)
    ids = hand_in_all(office)
    fired = tmp_path / "fired"
    armed = {"CONGVAN_FAULT": "seal.recorded", "CONGVAN_FAULT_ONCE": str(fired)}
    assert worker(home, url, **armed).wait(90) == -signal.SIGKILL
    assert {document(office, i).state for i in ids} <= {"numbered", "sealed"}
    # its leases are alive: only the next worker of the same name may go on at once
    assert all(document(office, i).lease_owner == "tinh" for i in ids)
    second = worker(home, url)
    try:
        accepted = [DeliveryState.ACCEPTED] * LETTERS * len(RECIPIENTS)
        until_true(lambda: delivery_states(office) == accepted, 90)
        until_true(lambda: hub.status()["queues"] == [], 30)
    finally:
        second.send_signal(signal.SIGINT)
        assert second.wait(60) == 0
    assert_carried_once(office, ids)
    assert_hub_took_each_once(hub)


@pytest.fixture
def office(house: House, home: Path) -> Office:
    """The office, with a clock that `later` sets ahead."""
    return house.open(home)


def later(office: Office, minutes: int) -> None:
    """Set the clock ahead, past the pauses between attempts."""
    office.now = lambda: datetime.now(UTC) + timedelta(minutes=minutes)


def settled(office: Office, ids: list[str], hub: HubProcess) -> Iterator[int]:
    """Turn until all is carried."""
    for minutes in range(5, 300, 60):
        later(office, minutes)
        turn(office)
        if not hub.status()["queues"] and set(delivery_states(office)) == {"accepted"}:
            return
        yield minutes


def assert_settles(office: Office, ids: list[str], hub: HubProcess) -> None:
    list(settled(office, ids, hub))
    assert_carried_once(office, ids)
    assert_hub_took_each_once(hub)


@pytest.mark.parametrize("operation", ["SendDocument", "GetDocument", "ConfirmReceived"])
@pytest.mark.parametrize("kind", FIRST_KINDS)
def test_a_hub_that_goes_wrong_once_is_only_slower(
    operation: str, kind: FaultKind, office: Office, hub: HubProcess
) -> None:
    ids = hand_in_all(office)
    hub.faults(Fault(operation, kind, seconds=0.3))
    turn(office)
    if kind is FaultKind.DIE:
        hub.revive()
    assert_settles(office, ids, hub)


@pytest.mark.parametrize("kind", [FaultKind.DIE, FaultKind.DROP_REPLY, FaultKind.UNAVAILABLE])
def test_a_hub_that_goes_wrong_at_statuses_is_only_slower(
    kind: FaultKind, office: Office, hub: HubProcess
) -> None:
    ids = hand_in_all(office)
    hub.faults(Fault("UpdateStatus", kind))
    turn(office)
    if kind is FaultKind.DIE:
        hub.revive()
    assert_settles(office, ids, hub)


@pytest.mark.parametrize("kind", [FaultKind.DIE, FaultKind.DROP_REPLY])
def test_a_lost_answer_is_shown_as_unknown_and_settled_under_the_same_id(
    kind: FaultKind, office: Office, hub: HubProcess
) -> None:
    (document_id,) = [approve(office, hand_in(office, PROVINCE, RECIPIENTS))]
    hub.faults(Fault("SendDocument", kind))
    issue(office, [document_id])
    row = document(office, document_id)
    assert (row.state, row.error_code, row.held) == ("sealed", "axis.outcome_unknown", False)
    assert set(delivery_states(office)) == {DeliveryState.OUTCOME_UNKNOWN}
    if kind is FaultKind.DIE:
        hub.revive()
    assert hub.status()["messages"] == 1  # it had accepted before it fell silent
    later(office, 5)
    issue(office, [document_id])
    row = document(office, document_id)
    assert (row.state, row.error_code) == ("dispatched", None)
    assert set(delivery_states(office)) == {DeliveryState.SENT}
    assert hub.status()["messages"] == 1


def test_a_busy_hub_leaves_documents_waiting_visibly(office: Office, hub: HubProcess) -> None:
    ids = hand_in_all(office)
    hub.faults(Fault("SendDocument", FaultKind.UNAVAILABLE, count=2))
    assert [error.code for error in turn(office)] == ["axis.unavailable"]
    for row in (document(office, document_id) for document_id in ids):
        assert (row.state, row.error_code, row.held) == ("sealed", "axis.unavailable", False)
        assert row.next_attempt_at is not None
    assert set(delivery_states(office)) == {DeliveryState.QUEUED}
    assert_settles(office, ids, hub)


def test_a_hub_that_is_down_for_everything_is_waited_for(
    house: House, home: Path, hub: HubProcess, run_in_fresh_process: RunInFreshProcess
) -> None:
    office = house.open(home)
    ids = hand_in_all(office)
    hub.kill()
    assert run_in_fresh_process(processes.carry, str(home)) == 0
    assert {document(office, i).state for i in ids} == {"sealed"}
    assert {document(office, i).error_code for i in ids} == {"axis.unavailable"}
    hub.start()
    assert run_in_fresh_process(processes.carry, str(home), 5) == 0
    assert_carried_once(office, ids)
    assert_hub_took_each_once(hub)


def test_the_same_message_under_two_ids_of_the_axis_is_registered_once(
    office: Office, hub: HubProcess
) -> None:
    ids = hand_in_all(office)
    issue(office, ids)
    for document_id in ids:
        message = office.blobs.get(document(office, document_id).message_sha256 or "")
        hub.put(message, PROVINCE, RECIPIENTS, f"again-{document_id}")
    receive(office)
    turn(office)
    assert len([p for p in parcels(office) if p.kind == MessageKind.EDOC]) == 8
    assert_carried_once(office, ids)
    assert hub.status()["queues"] == []


def test_a_hub_that_forgot_what_was_confirmed_is_told_again(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path
) -> None:
    axis = InMemoryAxis(catalogue())
    house.install(tmp_path / "tinh", make_sqlite(), (PROVINCE, *RECIPIENTS))
    office = house.open(tmp_path / "tinh", axis)
    ids = hand_in_all(office)
    assert turn(office) == []
    for message in axis._messages.values():
        message.confirmed.clear()
    assert turn(office) == []
    assert axis.pending([PROVINCE, *RECIPIENTS]) == []
    assert_carried_once(office, ids)
