"""One hostile message, one lying axis, one damaged file: the others of the pouch go on."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connectors import envelope
from connectors.axis import Fetched, MessageKind, Outgoing, Pending, Receipt, Report
from connectors.edxml import OutgoingFile, write_edoc
from connectors.errors import AxisContentCorrupt, AxisRefused, AxisUnavailable
from connectors.memory_axis import InMemoryAxis
from documents import incoming
from documents.departure import Departure
from documents.document import DocumentCode, Urgency
from documents.lifecycle import Direction
from documents.tables import AgencyRow, FeedbackRow
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    MINISTRY,
    OFFICE,
    PROVINCE,
    House,
    approve,
    desk_of,
    document,
    documents,
    hand_in,
    issue,
    parcels,
    receive,
)
from tests.workflows.hubs import catalogue
from workflows import backlog, issuance, reception, reporting
from workflows.office import Office

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000053 00000 n \n"
    b"0000000102 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n158\n%%EOF\n"
)


class HostileAxis(InMemoryAxis):
    """An axis that refuses some statuses with all that come with them, and lies about queues."""

    def __init__(self) -> None:
        super().__init__(catalogue())
        self.poison = ""
        """A document id; a call with a status about it is refused as a whole."""
        self.foreign: list[Pending] = []

    def report(self, reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        if any(self.poison and self.poison in report.document_id for report in reports):
            raise AxisRefused("INVALID", "schema")
        return super().report(reports)

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        return [*self.foreign, *super().pending(agencies, kind, limit)]


@pytest.fixture
def axis() -> HostileAxis:
    return HostileAxis()


@pytest.fixture
def office(house: House, make_database: MakeDatabase, tmp_path: Path, axis: HostileAxis) -> Office:
    house.install(tmp_path / "tinh", make_database(), (PROVINCE, OFFICE), accepts_unsigned=True)
    return house.open(tmp_path / "tinh", axis)


def message(number: int, sender: str = MINISTRY, **given: Any) -> bytes:
    """Return an unsigned letter from *sender* to the province's office."""
    departure = Departure(
        sender=desk_of(sender).agency,
        recipients=(desk_of(OFFICE).agency,),
        document_key=f"{sender},2026/11/22,{number}/CV",
        code=DocumentCode(str(number), "CV"),
        place="Hà Nội",
        promulgated=date(2026, 11, 22),
        type_name="Công văn",
        subject=f"Công văn số {number}",
        signer_name="",
        signer_position="",
        signer_competence="",
        urgency=Urgency.ROUTINE,
        pages=1,
        due_date=None,
        to_places=(),
        at=datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
    )
    return write_edoc(envelope.edoc(replace(departure, **given)), [OutgoingFile("a.pdf", data=PDF)])


def send(axis: InMemoryAxis, number: int, sender: str = MINISTRY, **given: Any) -> None:
    axis.send(Outgoing(f"m-{number}", sender, (OFFICE,), message(number, **given)))


def states(office: Office) -> dict[str, str]:
    """Return the state of each incoming document, by its number."""
    return {row.code_number or "": row.state for row in documents(office, Direction.INCOMING)}


def test_a_status_that_the_axis_refuses_does_not_hold_the_others_back(
    office: Office, axis: HostileAxis
) -> None:
    axis.poison = "2/CV"
    for number in (1, 2, 3):
        send(axis, number)
    receive(office)
    assert len(axis.pending([MINISTRY], MessageKind.STATUS)) == 4
    with office.database.reading() as session:
        waits = select(FeedbackRow.error).where(FeedbackRow.sent_at.is_(None))
        assert all("axis.refused" in (error or "") for error in session.scalars(waits))
    assert reporting.owed(office) == []


def test_a_sender_with_an_endless_code_is_held_and_the_others_go_on(
    office: Office, axis: HostileAxis
) -> None:
    send(axis, 1)
    send(axis, 2, sender="A" * 60)
    send(axis, 3)
    receive(office)
    assert states(office) == {"1": "registered", "2": "quarantined", "3": "registered"}


def test_mail_for_nobody_here_is_left_alone(office: Office, axis: HostileAxis) -> None:
    send(axis, 1)
    axis.foreign = [
        Pending("x-1", MessageKind.EDOC, "G98", MINISTRY, "m", "0" * 64, 1),
        Pending("x-2", MessageKind.EDOC, "nobody", MINISTRY, "m", "0" * 64, 1),
    ]
    receive(office)
    assert states(office) == {"1": "registered"}
    assert not backlog.incoming_due(office)


@pytest.mark.parametrize("fault", [AxisContentCorrupt("x", "0" * 64), ZeroDivisionError()])
def test_messages_that_cannot_be_had_do_not_stand_before_the_others(
    office: Office, axis: HostileAxis, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    for number in range(4):
        send(axis, number)
    waiting = axis.pending([OFFICE], MessageKind.EDOC, 1000)
    bad = {item.axis_id for item in waiting[:-1]}
    fetch = axis.fetch

    def faulty(agency: str, axis_id: str) -> Fetched:
        if axis_id in bad:
            raise fault
        return fetch(agency, axis_id)

    monkeypatch.setattr(axis, "fetch", faulty)
    with suppress(AxisUnavailable):
        reception.fetch(office, reception.waiting(office, MessageKind.EDOC))
    assert reception.waiting(office, MessageKind.EDOC) == []
    send(axis, 9)
    (found,) = reception.waiting(office, MessageKind.EDOC)
    assert reception.fetch(office, [found]) == 1


def test_a_message_that_is_announced_and_never_given_is_told_until_it_is(
    office: Office, axis: HostileAxis, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(axis, 1)
    with monkeypatch.context() as patched:
        refused = AxisRefused("M.Document", "1212")
        patched.setattr(axis, "fetch", lambda *_: (_ for _ in ()).throw(refused))
        (item,) = reception.waiting(office, MessageKind.EDOC)
        reception.fetch(office, [item])
    assert backlog.standing_still(office) == {"axis.not_given": 1}
    (told,) = reception.not_given(office)
    assert item.axis_id in told
    assert "M.Document" in told

    assert reception.fetch(office, [item]) == 1
    assert reception.not_given(office) == []


def test_an_id_that_no_database_holds_is_left_alone(office: Office, axis: HostileAxis) -> None:
    send(axis, 1)
    axis.foreign = [Pending("x" * 129, MessageKind.EDOC, OFFICE, MINISTRY, "m", "0" * 64, 9)]
    receive(office)
    assert states(office) == {"1": "registered"}


def test_a_message_damaged_on_our_disk_is_fetched_again(office: Office, axis: HostileAxis) -> None:
    send(axis, 1)
    reception.fetch(office, reception.waiting(office, MessageKind.EDOC))
    (parcel,) = parcels(office)
    path = office.blobs.path(parcel.sha256)
    path.write_bytes(path.read_bytes().replace("Công văn số".encode(), b"Cong van so xxxx"))
    for _ in range(2):
        receive(office)
    assert states(office) == {"1": "registered"}
    assert path.with_suffix(".damaged").exists()
    assert axis.pending([OFFICE], MessageKind.EDOC) == []


def test_a_sealed_file_damaged_on_our_disk_is_not_sent(office: Office, axis: HostileAxis) -> None:
    ids = [approve(office, hand_in(office, PROVINCE, [MINISTRY])) for _ in range(2)]
    for step in (issuance.sign, issuance.number, issuance.seal):
        step(office, ids)
    path = office.blobs.path(document(office, ids[0]).current_sha256 or "")
    path.write_bytes(path.read_bytes()[:-1] + b"\r")
    issue(office, ids)
    row = document(office, ids[0])
    assert (row.state, row.held, row.error_code) == ("sealed", True, "blob.damaged")
    assert document(office, ids[1]).state == "dispatched"
    assert len(axis.pending([MINISTRY], MessageKind.EDOC)) == 1


def test_a_fault_nobody_foresaw_costs_its_document_alone(
    office: Office, axis: HostileAxis, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = incoming.verified

    def faulty(session: Any, document_id: str, **given: Any) -> Any:
        if document(office, document_id).code_number == "2":
            raise ZeroDivisionError
        return verified(session, document_id, **given)

    monkeypatch.setattr(incoming, "verified", faulty)
    for number in (1, 2, 3):
        send(axis, number)
    receive(office)
    assert states(office) == {"1": "registered", "2": "fetched", "3": "registered"}
    held = next(r for r in documents(office, Direction.INCOMING) if r.code_number == "2")
    assert (held.held, held.error_code) == (True, "office.step_broken")
    # it waits for a person here; the axis need not keep it
    assert axis.pending([OFFICE], MessageKind.EDOC) == []
    assert not backlog.incoming_due(office)


def test_a_message_that_cannot_be_entered_is_junk_and_the_others_go_on(
    office: Office, axis: HostileAxis, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = incoming.arrived

    def faulty(session: Any, arrival: Any, at: datetime) -> str:
        if arrival.code_number == "2":
            raise ZeroDivisionError
        return arrived(session, arrival, at)

    monkeypatch.setattr(incoming, "arrived", faulty)
    for number in (1, 2, 3):
        send(axis, number)
    receive(office)
    assert states(office) == {"1": "registered", "3": "registered"}
    assert sorted(p.outcome for p in parcels(office)) == ["junk", "opened", "opened"]


def test_dates_and_numbers_at_the_edge_of_the_calendar_are_only_odd(
    office: Office, axis: HostileAxis
) -> None:
    send(axis, 1, promulgated=date(1, 1, 1), due_date=date(9999, 12, 31))
    odd = message(2).replace(b"<edXML:Priority>0<", b"<edXML:Priority>9<")
    odd = odd.replace(b"2026/11/22<", b"9999/99/99<").replace(b"2026/11/22 ", b"0001/01/01 ")
    axis.send(Outgoing("m-2", MINISTRY, (OFFICE,), odd))
    huge = message(3).replace(b"<edXML:PageAmount>1<", b"<edXML:PageAmount>" + b"9" * 30 + b"<")
    axis.send(Outgoing("m-3", MINISTRY, (OFFICE,), huge))
    receive(office)
    assert states(office) == {"1": "registered", "2": "registered", "3": "registered"}
    assert len(axis.pending([MINISTRY], MessageKind.STATUS)) == 6


def test_a_message_sent_again_after_months_is_entered_once(
    office: Office, axis: HostileAxis
) -> None:
    send(axis, 1)
    receive(office)
    now = office.now()
    office.now = lambda: now + timedelta(days=400)
    axis.send(Outgoing("again", MINISTRY, (OFFICE,), message(1)))
    axis.send(Outgoing("changed", MINISTRY, (OFFICE,), message(1) + b"\n"))
    receive(office)
    found = documents(office, Direction.INCOMING)
    assert sorted(row.state for row in found) == ["quarantined", "registered"]


def test_one_message_to_both_codes_of_an_agency_is_one_document(
    office: Office, axis: HostileAxis
) -> None:
    old = desk_of(OFFICE).agency.old_organ_id
    axis.send(Outgoing("both", MINISTRY, (OFFICE, old), message(1)))
    with office.database.writing() as session:
        twice = axis.pending([OFFICE], MessageKind.EDOC)[0]
        row = session.get_one(AgencyRow, OFFICE)
        assert row.old_organ_id == old
    axis.foreign = [replace(twice, recipient=old)]
    receive(office)
    assert states(office) == {"1": "registered"}
    assert len(parcels(office)) == 2
    assert all(parcel.confirmed_at for parcel in parcels(office))
