"""Reconciliation: every kind of difference is found, said in words, repaired in one step, ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from connectors.axis import Fetched, MessageKind, Outgoing, PacketState, Track
from connectors.errors import AxisCannot, AxisUnavailable, NotFound
from connectors.memory_axis import InMemoryAxis
from documents import reconciliation
from documents.lifecycle import Direction
from documents.reconciliation import MEANING, Kind
from documents.tables import DeliveryRow, FeedbackRow, FindingRow, LedgerRow, ParcelRow
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    MINISTRY,
    OFFICE,
    PROVINCE,
    House,
    approve,
    assert_sound,
    deliveries,
    documents,
    hand_in,
    issue,
    receive,
    turn,
)
from tests.workflows.hubs import HubProcess, catalogue
from workflows import reception, reconciliation_repairs
from workflows.office import Office
from workflows.reconciliation import last_days, reconcile
from workflows.reconciliation_run import Run

NOW = datetime.now(UTC)


class Forgetful(InMemoryAxis):
    """An axis whose lists can be changed behind everybody's back."""

    def __init__(self) -> None:
        super().__init__(catalogue())
        self.down: set[str] = set()
        self.cannot: set[str] = set()

    def forget(self, message_id: str) -> None:
        for key, message in list(self._by_key.items()):
            if message.message_id == message_id:
                del self._by_key[key]
                del self._messages[message.receipt.axis_id]

    def put_back(self, axis_id: str, recipient: str) -> None:
        message = self._messages[axis_id]
        message.states[recipient] = (PacketState.INITIAL, "", message.receipt.accepted_at)

    def _check(self, what: str) -> None:
        if what in self.down:
            raise AxisUnavailable("away")
        if what in self.cannot:
            raise AxisCannot("eDoc", what)

    def sent(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        self._check("sent")
        return super().sent(agency, since, until, kind)

    def received(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        self._check("received")
        return super().received(agency, since, until, kind)


@pytest.fixture
def axis() -> Forgetful:
    return Forgetful()


@pytest.fixture
def here(house: House, make_sqlite: MakeDatabase, tmp_path: Path, axis: Forgetful) -> Office:
    return opened(house, make_sqlite(), tmp_path, axis)


@pytest.fixture
def each(house: House, make_database: MakeDatabase, tmp_path: Path, axis: Forgetful) -> Office:
    """An office on each kind of database."""
    return opened(house, make_database(), tmp_path, axis)


def opened(house: House, database: str, folder: Path, axis: Forgetful) -> Office:
    house.install(folder / "tinh", database, (PROVINCE, OFFICE))
    office = house.open(folder / "tinh", axis)
    axis._clock = lambda: office.now()
    return office


def send_letter(office: Office, recipient: str = OFFICE) -> str:
    document_id = approve(office, hand_in(office, PROVINCE, (recipient,)))
    issue(office, [document_id])
    return document_id


def later(office: Office, **span: float) -> None:
    office.now = lambda: datetime.now(UTC) + timedelta(**span)


def found(office: Office) -> dict[str, list[FindingRow]]:
    by_code: dict[str, list[FindingRow]] = {}
    with office.database.reading() as session:
        for row in reconciliation.open_findings(session, (PROVINCE, OFFICE)):
            by_code.setdefault(row.code, []).append(row)
    return by_code


def codes(office: Office) -> dict[str, int]:
    return {code: len(rows) for code, rows in found(office).items()}


def repair(office: Office, kind: Kind) -> str:
    (finding,) = found(office)[kind.value]
    return reconciliation_repairs.repair(office, finding)


def test_where_all_agree_nothing_is_found_and_what_was_compared_is_said(
    here: Office, axis: Forgetful
) -> None:
    for _ in range(2):
        send_letter(here)
    assert turn(here) == []
    later(here, hours=1)
    runs = {run.organ_id: run for run in reconcile(here)}
    assert codes(here) == {}
    assert (runs[PROVINCE].counts["axis_sent"], runs[OFFICE].counts["axis_received"]) == (2, 2)
    assert runs[OFFICE].counts["our_statuses"] == 4
    assert [run.notes for run in runs.values()] == [[], []]


def test_every_kind_is_found_repaired_once_and_ended(each: Office, axis: Forgetful) -> None:
    here = each
    letter = send_letter(here)
    assert len(axis.pending([OFFICE])) == 1
    # lost: we recorded it as sent
    axis.forget(letter)
    later(here, hours=1)
    reconcile(here)
    assert codes(here) == {"lost": 1}
    (lost,) = found(here)["lost"]
    assert repair(here, Kind.LOST) == ""
    assert reconciliation_repairs.repair(here, lost) == ""
    assert len(axis.pending([OFFICE])) == 1
    # unfetched
    later(here, hours=2)
    reconcile(here)
    assert codes(here) == {"unfetched": 1}
    assert repair(here, Kind.UNFETCHED) == ""
    receive(here)
    # unconfirmed: the axis gives it out though it was told
    (arrived,) = documents(here, Direction.INCOMING)
    assert arrived.state == "registered"
    (tracked,) = axis.received(OFFICE, NOW - timedelta(days=1), NOW + timedelta(days=1))
    axis.put_back(tracked.axis_id, OFFICE)
    later(here, hours=4)
    reconcile(here)
    assert codes(here) == {"unconfirmed": 1, "unfetched": 2}  # and two statuses for the province
    assert repair(here, Kind.UNCONFIRMED) == ""
    assert turn(here) == []
    # a status that the axis has no more
    with here.database.reading() as session:
        status = session.query(FeedbackRow).filter_by(code="03").one().id
    axis.forget(status)
    reconcile(here)
    assert codes(here) == {"status_lost": 1}
    assert repair(here, Kind.STATUS_LOST) == ""
    assert turn(here) == []
    later(here, hours=5)
    reconcile(here)
    assert codes(here) == {}
    assert deliveries(here, letter) == {OFFICE: "accepted"}
    with here.database.reading() as session:
        steps = [row.detail for row in session.query(LedgerRow).filter_by(step="reconcile")]
        assert len(steps) == 5
        rows = session.query(FindingRow).all()
        assert all(row.resolved_at and row.first_seen <= row.last_seen for row in rows)
    assert_sound(here)


def test_what_the_axis_has_and_we_did_not_record_is_settled(here: Office, axis: Forgetful) -> None:
    letter = approve(here, hand_in(here, PROVINCE, (OFFICE,)))
    axis.lost_replies = 1
    issue(here, [letter])
    assert deliveries(here, letter) == {OFFICE: "outcome_unknown"}
    later(here, hours=1)
    reconcile(here)
    assert codes(here)["unrecorded"] == 1
    assert repair(here, Kind.UNRECORDED) == ""
    assert deliveries(here, letter) == {OFFICE: "sent"}


def test_messages_we_do_not_know_doubles_other_bytes_and_failures_are_told(
    here: Office, axis: Forgetful
) -> None:
    letter = send_letter(here, HOME_AFFAIRS)
    axis.send(Outgoing("foreign", PROVINCE, (HOME_AFFAIRS,), b"<x/>"))
    with here.database.reading() as session:
        (delivery,) = session.query(DeliveryRow).all()
        content = here.blobs.get(documents(here, Direction.OUTGOING)[0].message_sha256 or "")
    axis.send(Outgoing("again", PROVINCE, (HOME_AFFAIRS,), content))
    axis.reject(HOME_AFFAIRS, delivery.axis_id or "", "không đọc được")
    message = axis._messages[delivery.axis_id or ""]
    message.sha256 = "0" * 64
    later(here, hours=1)
    reconcile(here)
    assert codes(here) == {"unknown_to_us": 1, "doubled": 1, "failed_there": 1, "digest_differs": 1}
    by = found(here)
    assert by["failed_there"][0].evidence["note"] == "không đọc được"
    assert by["doubled"][0].document_id == letter
    assert by["doubled"][0].evidence["known_as"] == delivery.axis_id
    assert by["unknown_to_us"][0].document_id is None
    refused = reconciliation_repairs.repair(here, by["unknown_to_us"][0])
    assert "reconciliation.no_repair" in refused
    assert codes(here)["unknown_to_us"] == 1


def test_a_message_that_the_axis_says_we_took_and_that_is_not_here_is_fetched_again(
    here: Office, axis: Forgetful
) -> None:
    send_letter(here)
    receive(here)
    with here.database.writing() as session:
        session.query(ParcelRow).filter_by(organ_id=OFFICE).delete()
    later(here, hours=1)
    reconcile(here, agency=OFFICE)
    assert codes(here) == {"confirmed_unseen": 1}
    assert repair(here, Kind.UNSEEN) == ""
    receive(here)
    assert len(documents(here, Direction.INCOMING)) == 1


def test_who_is_silent_and_what_is_owed_is_found_and_ends_when_they_speak(each: Office) -> None:
    here = each
    letter = send_letter(here)
    send_letter(here, MINISTRY)
    later(here, days=6)
    reception.fetch(here, reception.waiting(here, MessageKind.EDOC))
    reception.open_parcels(here)  # 01 is owed from now on
    later(here, days=12)
    reconcile(here)
    assert codes(here) == {"unacknowledged": 2, "silent_partner": 2, "status_owed": 1}
    (owed,) = found(here)["status_owed"]
    assert (owed.evidence["status"], owed.partner) == ("01", PROVINCE)
    packet = {
        row.partner: reconciliation_repairs.repair(here, row)
        for row in found(here)["unacknowledged"]
    }
    assert "nơi nhận chưa lấy" in packet[MINISTRY]
    assert repair(here, Kind.OWED) == ""
    assert turn(here) == []
    reconcile(here)
    assert deliveries(here, letter) == {OFFICE: "accepted"}
    assert codes(here) == {"unacknowledged": 1, "silent_partner": 1}
    assert {row.partner for rows in found(here).values() for row in rows} == {MINISTRY}


def test_arrived_and_never_accepted_is_found(here: Office) -> None:
    letter = send_letter(here, MINISTRY)
    with here.database.writing() as session:
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.document_id == letter)
            .values(state="arrived", status_code="01")
        )
    later(here, days=4)
    reconcile(here)
    assert codes(here) == {"unaccepted": 1}


def test_an_axis_that_is_down_or_cannot_list_ends_no_finding_and_the_rest_stands(
    here: Office, axis: Forgetful
) -> None:
    letter = send_letter(here)
    axis.forget(letter)
    later(here, hours=1)
    reconcile(here)
    assert codes(here) == {"lost": 1}
    later(here, days=2)
    axis.down, axis.cannot = {"sent"}, {"received"}
    run = reconcile(here, agency=PROVINCE)[0]
    assert codes(here) == {"lost": 1, "unacknowledged": 1}
    assert len(run.notes) == 2
    assert run.lists_lacking == ["đã đến / received"]
    axis.down, axis.cannot = set(), set()
    assert repair(here, Kind.LOST) == ""
    assert reconcile(here, agency=PROVINCE)[0].notes == []


def test_days_that_do_not_hold_a_finding_do_not_end_it(here: Office, axis: Forgetful) -> None:
    letter = send_letter(here)
    axis.forget(letter)
    later(here, hours=1)
    reconcile(here)
    old = datetime.now(UTC) - timedelta(days=30)
    reconcile(here, (old, old + timedelta(days=2)))
    assert codes(here) == {"lost": 1}


# --- scale ------------------------------------------------------------------------------


def test_more_of_a_kind_than_one_run_enters_are_counted_and_nothing_is_ended(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.reconciliation_run.MOST_OF_A_KIND", 3)
    days = last_days(here)
    run = Run(here, PROVINCE, (PROVINCE,), days, here.now())

    def work(run: Run) -> None:
        for number in range(5):
            run.add(reconciliation.Found(Kind.UNKNOWN, str(number), event_at=days[0]))

    run.part("x", (Kind.UNKNOWN,), work)
    assert (run.counts["unknown_to_us"], codes(here)) == (5, {"unknown_to_us": 3})


def test_every_kind_says_what_it_is_in_both_languages() -> None:
    assert set(MEANING) == set(Kind)
    assert all(each.vietnamese and each.english for each in MEANING.values())


def test_a_wire_without_ids_is_asked_for_contents_before_anybody_is_accused(
    here: Office, axis: Forgetful, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = send_letter(here, HOME_AFFAIRS)
    content = here.blobs.get(documents(here, Direction.OUTGOING)[0].message_sha256 or "")
    twice = axis.send(Outgoing("again", PROVINCE, (HOME_AFFAIRS,), content)).axis_id
    axis.send(Outgoing("foreign", PROVINCE, (HOME_AFFAIRS,), b"<x/>"))
    lost = axis.send(Outgoing("lost", PROVINCE, (HOME_AFFAIRS,), b"<y/>")).axis_id
    listed, given = axis.sent, axis.fetch

    def nameless(*asked: Any) -> list[Track]:
        return [replace(track, message_id="", sha256="") for track in listed(*asked)]

    def own(agency: str, axis_id: str) -> Fetched:
        assert agency == PROVINCE
        if axis_id == lost:
            raise NotFound(NotFound.axis_code, axis_id)
        return given(HOME_AFFAIRS, axis_id)

    monkeypatch.setattr(axis, "sent", nameless)
    monkeypatch.setattr(axis, "fetch", own)
    later(here, hours=1)
    (run,) = reconcile(here, agency=PROVINCE)
    assert codes(here) == {"unknown_to_us": 2, "doubled": 1}
    (doubled,) = found(here)["doubled"]
    assert (doubled.document_id, doubled.axis_id) == (letter, twice)
    assert any(lost in note for note in run.notes)


def test_a_real_hub_is_reconciled(
    house: House, hub: HubProcess, make_sqlite: MakeDatabase, tmp_path: Path
) -> None:
    house.install(tmp_path / "so", make_sqlite(), (PROVINCE, OFFICE), hub.url)
    office = house.open(tmp_path / "so")
    for _ in range(2):
        send_letter(office)
    assert turn(office) == []
    hub.put(b"<edXML/>", PROVINCE, (HOME_AFFAIRS,), "foreign")
    later(office, hours=1)
    runs = reconcile(office)
    assert [run.notes for run in runs] == [[], []]
    assert codes(office) == {"unknown_to_us": 1}
    hub.kill()
    assert all(run.notes for run in reconcile(office))
    assert codes(office) == {"unknown_to_us": 1}
