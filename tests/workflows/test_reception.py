"""What waits at the axis is fetched once; what cannot be had or opened turns nothing in circles."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.antivirus import AntivirusSettings
from connectors.axis import Fetched, MessageKind, Outgoing, Pending, Report
from connectors.errors import AxisRefused, NotFound
from connectors.memory_axis import InMemoryAxis
from documents.document import Role
from documents.errors import OfficeError, Unavailable
from documents.lifecycle import Direction
from tests.connectors.clamd import NAME, unix_clamd
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    House,
    approve,
    deliveries,
    document,
    documents,
    hand_in,
    issue,
    parcels,
    person_of,
    receive,
    take_statuses,
    turn,
)
from tests.workflows.hubs import catalogue
from workflows import backlog, reception
from workflows.jobs import Job
from workflows.office import Office
from workflows.workshop import WorkshopBroken


class CountingAxis(InMemoryAxis):
    """Counts what is fetched, and may refuse to give some of it."""

    def __init__(self) -> None:
        super().__init__(catalogue())
        self.fetched: Counter[str] = Counter()
        self.withheld: set[str] = set()

    def fetch(self, agency: str, axis_id: str) -> Fetched:
        self.fetched[axis_id] += 1
        if axis_id in self.withheld:
            raise NotFound(NotFound.axis_code, axis_id)
        return super().fetch(agency, axis_id)


class Down:
    """Worker processes whose disk is full."""

    def run(self, jobs: Sequence[Job]) -> list[OfficeError]:
        return list(self.each(jobs))

    def each(self, jobs: Sequence[Job]) -> Iterator[OfficeError]:
        return (WorkshopBroken("OSError: no space left on device") for _ in jobs)


@pytest.fixture
def axis() -> CountingAxis:
    return CountingAxis()


@pytest.fixture
def office(house: House, make_sqlite: MakeDatabase, tmp_path: Path, axis: CountingAxis) -> Office:
    """An office that has sent two letters to itself."""
    house.install(tmp_path / "tinh", make_sqlite(), (PROVINCE, OFFICE, HOME_AFFAIRS))
    office = house.open(tmp_path / "tinh", axis)
    ids = [approve(office, hand_in(office, PROVINCE, (OFFICE,))) for _ in range(2)]
    issue(office, ids)
    return office


def later(office: Office, seconds: int) -> None:
    office.now = lambda: datetime.now(UTC) + timedelta(seconds=seconds)


def test_a_document_that_waits_for_its_next_attempt_is_not_fetched_again(
    office: Office, axis: CountingAxis
) -> None:
    reception.fetch(office, reception.waiting(office, MessageKind.EDOC))
    ids = reception.open_parcels(office)
    workshop, office.workshop = office.workshop, Down()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        reception.verify(office, ids)
    assert {document(office, i).error_code for i in ids} == {"workshop.broken"}
    assert reception.waiting(office, MessageKind.EDOC) == []
    assert not backlog.incoming_due(office)
    later(office, 10)
    assert backlog.incoming_due(office)
    office.workshop = workshop
    assert turn(office) == []
    assert {document(office, i).state for i in ids} == {"registered"}
    assert {axis.fetched[p.axis_id] for p in axis.pending([OFFICE])} <= {1}
    assert set(axis.fetched.values()) == {1}


def test_messages_that_cannot_be_opened_for_our_own_trouble_are_opened_later(
    office: Office, axis: CountingAxis
) -> None:
    reception.fetch(office, reception.waiting(office, MessageKind.EDOC))
    workshop, office.workshop = office.workshop, Down()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        reception.open_parcels(office)
    assert [parcel.outcome for parcel in parcels(office)] == ["stored", "stored"]
    reception.confirm(office)
    assert len(axis.pending([OFFICE])) == 2
    office.workshop = workshop
    assert turn(office) == []
    assert {row.state for row in documents(office, Direction.INCOMING)} == {"registered"}
    assert axis.pending([OFFICE], MessageKind.EDOC) == []


def test_a_message_the_axis_does_not_give_is_left_alone_and_the_others_go_on(
    office: Office, axis: CountingAxis
) -> None:
    first, second = axis.pending([OFFICE])
    axis.withheld.add(first.axis_id)
    receive(office)
    assert [row.state for row in documents(office, Direction.INCOMING)] == ["registered"]
    assert not backlog.incoming_due(office)
    assert (axis.fetched[first.axis_id], axis.fetched[second.axis_id]) == (1, 1)
    axis.withheld.clear()
    later(office, 120)
    assert backlog.incoming_due(office)
    receive(office)
    states = [row.state for row in documents(office, Direction.INCOMING)]
    assert states == ["registered", "registered"]
    assert axis.pending([OFFICE], MessageKind.EDOC) == []


def test_a_message_of_the_other_kind_is_junk_that_says_so(
    office: Office, axis: CountingAxis
) -> None:
    receive(office)
    take_statuses(office)
    statuses = [parcel for parcel in parcels(office) if parcel.kind == MessageKind.STATUS]
    edocs = [parcel for parcel in parcels(office) if parcel.kind == MessageKind.EDOC]
    status, edoc = (office.blobs.get(found[0].sha256) for found in (statuses, edocs))
    axis.send(Outgoing("wrong", HOME_AFFAIRS, (OFFICE,), status))
    answers = axis.report([Report("also-wrong", HOME_AFFAIRS, OFFICE, "x", "01", edoc)])
    assert not any(isinstance(answer, AxisRefused) for answer in answers)
    receive(office)
    take_statuses(office)
    junk = [parcel.error or "" for parcel in parcels(office) if parcel.outcome == "junk"]
    assert len(junk) == 2
    assert any("announced as edoc, is a status" in error for error in junk)
    assert any("announced as status, is an edoc" in error for error in junk)
    assert axis.pending([PROVINCE, OFFICE, HOME_AFFAIRS]) == []


def test_the_clerk_of_the_agency_is_who_reports(office: Office) -> None:
    receive(office)
    take_statuses(office)
    status = next(parcel for parcel in parcels(office) if parcel.kind == MessageKind.STATUS)
    said = office.blobs.get(status.sha256).decode()
    assert person_of(OFFICE, Role.CLERK).full_name in said


def test_a_letter_is_its_senders_though_the_axiss_queue_names_no_sender(
    office: Office, axis: CountingAxis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the eDoc dialect, which names the sender with the content (axis.md §12)."""
    named = axis.pending

    def nameless(*asked: Any) -> list[Pending]:
        return [
            replace(item, sender="", message_id="", sha256="", size=0) for item in named(*asked)
        ]

    monkeypatch.setattr(axis, "pending", nameless)
    assert turn(office) == []
    came = documents(office, Direction.INCOMING)
    assert {(row.state, row.sender_organ_id) for row in came} == {("registered", PROVINCE)}
    take_statuses(office)
    sent = documents(office, Direction.OUTGOING)
    assert {state for row in sent for state in deliveries(office, row.id).values()} == {"accepted"}


def test_what_the_virus_scanner_knows_waits_in_quarantine_and_nothing_goes_by_one_that_is_down(
    office: Office, tmp_path: Path
) -> None:
    reception.fetch(office, reception.waiting(office, MessageKind.EDOC))
    ids = reception.open_parcels(office)
    with unix_clamd(tmp_path) as (clamd, address):
        there = AntivirusSettings(address=address, seconds=2)
        office.settings = office.settings.model_copy(update={"antivirus": there})
        clamd.answer = b""
        with pytest.raises(Unavailable):
            reception.verify(office, ids)
        told = {(document(office, i).state, document(office, i).error_code) for i in ids}
        assert told == {("fetched", "antivirus.unavailable")}
        later(office, 10)
        clamd.answer = f"stream: {NAME} FOUND\0".encode()
        reception.verify(office, ids[:1])
        clamd.answer = None
        reception.verify(office, ids[1:])
    held, clean = (document(office, i) for i in ids)
    assert (held.state, held.error_code, clean.state) == (
        *("quarantined", "antivirus.infected"),
        "verified",
    )
    assert NAME in (held.error_text or "")
