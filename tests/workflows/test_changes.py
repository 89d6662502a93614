"""Recalls over a real hub between two installations, by the command; and an axis with faults."""

import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from connectors.memory_axis import InMemoryAxis
from documents import change_decisions, outgoing
from documents import changes as recalls
from documents.change import ChangeKind
from documents.change_letters import Asks
from documents.delivery import DeliveryState
from documents.document import Role
from documents.errors import OutcomeUnknown, Unavailable
from documents.lifecycle import Direction
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    House,
    approve,
    assert_sound,
    deliveries,
    document,
    documents,
    hand_in,
    person_of,
    steps_of,
    turn,
)
from tests.workflows.hubs import HubProcess
from tests.workflows.worlds import Said, call, make_world
from workflows import backlog, changes, faultpoint, issuance
from workflows.office import Office

Offices = tuple[Office, Office]
REASON = "Sai nội dung tại Điều 2"


@pytest.fixture
def two(house: House, make_sqlite: MakeDatabase, tmp_path: Path, hub: HubProcess) -> Offices:
    """The province, and its office of home affairs, each with an installation, and a hub."""
    found = []
    for name, served in (("tinh", (PROVINCE,)), ("so", (HOME_AFFAIRS,))):
        home = tmp_path / "the-gioi" / name
        house.install(home, make_sqlite(), served, hub.url)
        found.append(house.open(home))
    make_world(tmp_path / "the-gioi", "tinh", "so")
    sender, receiver = found
    return sender, receiver


@pytest.fixture
def congvan(two: Offices, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command on the world of both."""
    world = two[0].settings.home.parent
    return lambda *words: call(capsys, *words, "--data", world)


def around(*offices: Office) -> None:
    """Let both do what their workers do, twice: questions there, answers back."""
    for _ in range(2):
        for office in offices:
            assert turn(office) == []
            changes.carry(office)


def letter(office: Office, target: str, kind: ChangeKind) -> str:
    asks = Asks(kind, target, REASON)
    return approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,), asks=asks))


def test_a_recall_goes_to_another_installation_and_its_answer_comes_back(
    two: Offices, congvan: Callable[..., Said]
) -> None:
    sender, receiver = two
    clerk, theirs = (person_of(code, Role.CLERK).id for code in (PROVINCE, HOME_AFFAIRS))
    first = approve(sender, hand_in(sender, PROVINCE, (HOME_AFFAIRS,)))
    around(sender, receiver)
    row = document(sender, first)
    code = f"{row.code_number}/{row.code_notation}"
    said = congvan("recall", code, "--by", clerk, "--reason", REASON, "--json")
    assert (said.code, [c["state"] for c in said.json["changes"]]) == (0, ["asked"])
    assert backlog.statuses_due(sender)
    around(sender, receiver)
    (arrived,) = documents(receiver, Direction.INCOMING)
    assert arrived.state == "registered"  # a message does nothing by itself
    (waiting,) = [c for c in congvan("recall", "show", "--json").json if c["side"] == "receiver"]
    assert (waiting["document"], waiting["reason"], waiting["days"]) == (arrived.id, REASON, 0)
    assert congvan("recall", "show").code == 0
    said = congvan("recall", "answer", code, "agree", "--by", theirs, "--json")
    assert (said.code, said.json[0]["state"]) == (0, "agreed")
    around(receiver, sender)
    assert (document(sender, first).state, document(receiver, arrived.id).state) == (
        "recalled",
        "recalled",
    )
    assert deliveries(sender, first) == {HOME_AFFAIRS: "recalled"}
    (left,) = congvan("recall", "show", first, "--json").json["residual"]
    assert "Không còn bản sao" in left
    assert congvan("recall", "show", first).code == 0
    both = {each["agency"]: each for each in congvan("recall", "show", code, "--json").json}
    assert {name: len(each["changes"]) for name, each in both.items()} == {
        PROVINCE: 1,
        HOME_AFFAIRS: 1,
    }
    assert both[PROVINCE]["residual"] == [left]
    assert congvan("recall", "show", code).code == 0  # the letter here and there, one code
    mine = congvan("recall", "show", code, "--agency", PROVINCE, "--json").json
    assert (mine["document"], mine["state"]) == (first, "recalled")
    again = congvan("recall", "answer", code, "agree", "--by", theirs, "--json")
    assert (again.code, again.error) == (1, "change.nothing_asked")
    for office in two:
        assert_sound(office)


def test_letters_recall_update_and_replace_over_the_wire(two: Offices) -> None:
    sender, receiver = two
    theirs = person_of(HOME_AFFAIRS, Role.CLERK).id
    outcomes = {
        ChangeKind.RECALL: ("recalled", "recalled"),
        ChangeKind.UPDATE: ("dispatched", "registered"),
        ChangeKind.REPLACE: ("replaced", "replaced"),
    }
    old = {kind: approve(sender, hand_in(sender, PROVINCE, (HOME_AFFAIRS,))) for kind in outcomes}
    around(sender, receiver)
    new = {kind: letter(sender, old[kind], kind) for kind in outcomes}
    around(sender, receiver)
    keys = {document(sender, each).document_key: each for each in (*old.values(), *new.values())}
    arrived = {keys[r.document_key]: r.id for r in documents(receiver, Direction.INCOMING)}
    with receiver.database.writing() as session:
        for kind in outcomes:
            at = receiver.now()
            change_decisions.answer(session, arrived[new[kind]], theirs, at, agree=True)
    around(receiver, sender)
    for kind, (here, there) in outcomes.items():
        states = (document(sender, old[kind]).state, document(receiver, arrived[old[kind]]).state)
        assert states == (here, there), kind
        assert document(receiver, arrived[new[kind]]).state == "registered"
    for office in two:
        assert_sound(office)


def test_old_and_new_show_each_other_and_the_bundle_proves_what_was_asked(
    two: Offices, congvan: Callable[..., Said], tmp_path: Path
) -> None:
    sender, receiver = two
    old = approve(sender, hand_in(sender, PROVINCE, (HOME_AFFAIRS,)))
    around(sender, receiver)
    new = letter(sender, old, ChangeKind.REPLACE)
    around(sender, receiver)
    theirs = {row.document_key: row.id for row in documents(receiver, Direction.INCOMING)}
    old_there, new_there = (theirs[document(sender, each).document_key] for each in (old, new))
    for first, second in ((old, new), (old_there, new_there)):
        for shown, way, other in ((first, "by", second), (second, "of", first)):
            (facts,) = congvan("show", shown, "--json").json
            assert [(c["kind"], c["state"]) for c in facts["changes"]] == [("replace", "asked")]
            (link,) = facts["links"]
            assert (link["kind"], link["way"], link["document"]) == ("replace", way, other)
    said = congvan("show", old)
    assert "thay thế" in said.out
    assert new in said.out
    for office in two:
        assert "change.unanswered" not in backlog.standing_still(office)
        at_once = office.settings.model_copy(update={"unanswered_days": 1e-6})
        asked = backlog.standing_still(replace(office, settings=at_once))
        assert asked["change.unanswered"] == 1
    with receiver.database.writing() as session:
        clerk = person_of(HOME_AFFAIRS, Role.CLERK).id
        change_decisions.answer(session, new_there, clerk, receiver.now(), agree=True)
    around(receiver, sender)
    for office, shown, other in ((sender, old, new), (receiver, old_there, new_there)):
        (facts,) = congvan("show", shown, "--json").json
        assert (facts["state"], facts["changes"][0]["state"]) == ("replaced", "agreed")
        target = tmp_path / f"{shown}.zip"
        assert congvan("evidence", shown, "-o", target).code == 0
        assert congvan("verify", target).code == 0
        with zipfile.ZipFile(target) as bundle:
            told = json.loads(bundle.read("facts/changes.json"))
            (message,) = (name for name in bundle.namelist() if "edxml/change" in name)
            digest = sha256(bundle.read(message)).hexdigest()
        assert digest == document(office, other).message_sha256
        assert [link["document_id"] for link in told["links"]] == [other]
        assert told["changes"][0]["state"] == "agreed"
        assert told["changes"][0]["answered_at"]


@pytest.mark.parametrize("reached", [True, False])
def test_what_may_have_left_is_settled_with_the_axis_before_anybody_is_asked(
    office: Office, axis: InMemoryAxis, reached: bool
) -> None:
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    for step in (issuance.sign, issuance.number, issuance.seal):
        step(office, [document_id])
    axis.lost_replies, axis.failures = (1, 0) if reached else (0, 1)
    with suppress(Unavailable):
        issuance.dispatch(office, [document_id])
    in_doubt, clerk = DeliveryState.OUTCOME_UNKNOWN, person_of(PROVINCE, Role.CLERK).id
    with office.database.writing() as session:
        outgoing.undelivered(session, document_id, in_doubt, "?", office.now())
        recalls.ask(session, document_id, clerk, office.now(), REASON)
    assert backlog.outgoing_due(office) == []
    assert backlog.statuses_due(office)
    axis.failures, axis.lost_replies = 1, 0
    changes.settle(office)
    assert document(office, document_id).state == "sealed"
    office.now = lambda: datetime.now(UTC) + timedelta(minutes=1)
    changes.carry(office)
    row = document(office, document_id)
    assert row.state == ("dispatched" if reached else "recalled")
    assert (row.frozen_by is not None) is reached
    assert deliveries(office, document_id) == {OFFICE: "recall_asked" if reached else "recalled"}


def test_a_13_whose_answer_was_lost_goes_again_under_its_id(
    office: Office, axis: InMemoryAxis
) -> None:
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    clerk, theirs = (person_of(code, Role.CLERK).id for code in (PROVINCE, OFFICE))
    with office.database.writing() as session:
        recalls.ask(session, document_id, clerk, office.now(), REASON)
    for lost, failures in ((1, 0), (0, 1)):
        axis.lost_replies, axis.failures = lost, failures
        with pytest.raises((OutcomeUnknown, Unavailable)):
            changes.carry(office)
        assert changes.carry(office) == 0  # waits
        minutes = timedelta(minutes=10 * (failures + 1))
        office.now = lambda minutes=minutes: datetime.now(UTC) + minutes
    assert changes.carry(office) == 1
    (arrived,) = documents(office, Direction.INCOMING)
    assert turn(office) == []
    with office.database.writing() as session:
        change_decisions.answer(session, arrived.id, theirs, office.now(), agree=True)
    assert changes.carry(office) == 1
    assert turn(office) == []
    assert (document(office, document_id).state, document(office, arrived.id).state) == (
        "recalled",
        "recalled",
    )
    sent = [step for step in steps_of(office, document_id) if step in {"report_13", "status_15"}]
    assert sent == ["report_13", "status_15"]
    assert_sound(office)


class Killed(BaseException):
    """Nothing of the process is left to mend anything."""


@pytest.mark.parametrize("point", ["recall.sent", "recall.recorded"])
def test_killed_at_any_point_each_question_and_answer_goes_once(
    office: Office, axis: InMemoryAxis, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert point in faultpoint.CHANGES
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    clerk, theirs = (person_of(code, Role.CLERK).id for code in (PROVINCE, OFFICE))
    with office.database.writing() as session:
        recalls.ask(session, document_id, clerk, office.now(), REASON)
    _killed_once(office, point, monkeypatch)
    assert turn(office) == []
    (arrived,) = documents(office, Direction.INCOMING)
    with office.database.writing() as session:
        change_decisions.answer(session, arrived.id, theirs, office.now(), agree=True)
    _killed_once(office, point, monkeypatch)
    assert turn(office) == []
    assert document(office, document_id).state == "recalled"
    now = office.now()
    sent = [
        track
        for code in (PROVINCE, OFFICE)
        for track in axis.sent(code, now - timedelta(hours=1), now + timedelta(hours=1))
    ]
    # the letter, 01 and 03 of its arrival, 13 and 15
    assert len({track.axis_id for track in sent}) == 5
    assert_sound(office)


def _killed_once(office: Office, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker die at *point*; the next one finds what it left."""

    def die(passed: str) -> None:
        if passed == point:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("workflows.changes.passing", die)
        with pytest.raises(Killed):
            changes.carry(office)
    changes.carry(office)
    assert changes.carry(office) == 0
