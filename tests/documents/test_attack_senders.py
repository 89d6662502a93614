"""Nobody speaks for another agency: the axis knows who sent a message, the message only says so."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from documents import claims, feedback, incoming, outgoing
from documents.arrival import Arrival, StatusArrival
from documents.database import Database
from documents.incoming import Finding
from documents.lifecycle import State
from documents.outgoing import Draft
from documents.tables import DocumentRow, FeedbackRow, ParcelRow

GOOD = Finding("TOTAL-PASSED", {})
Arrivals = Callable[..., Arrival]


def keep(office: Database, at: datetime, sender: str, axis_id: str, **given: str) -> None:
    values = {"organ_id": "H99.02", "kind": "edoc", "sha256": "a" * 64, "outcome": "stored"}
    row = ParcelRow(axis_id=axis_id, sender=sender, fetched_at=at, **values | given)
    with office.writing() as session:
        assert incoming.keep_parcel(session, row)


def enter(office: Database, at: datetime, arrival: Arrival, sender: str) -> str:
    keep(office, at, sender, arrival.axis_id)
    with office.writing() as session:
        return incoming.arrived(session, arrival, at)


def verify(office: Database, document: str, at: datetime) -> State:
    with office.writing() as session:
        return incoming.verified(session, document, GOOD, at)


def told(office: Database, document: str) -> set[str]:
    """Return whom the installation owes statuses about *document*."""
    with office.reading() as session:
        ids = session.scalars(select(FeedbackRow.id).where(FeedbackRow.document_id == document))
        return {row.sender_organ_id for _, row in feedback.owed(session, ids)}


def test_a_message_in_another_agencys_name_waits_and_that_agency_hears_nothing(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    document = enter(office, at, make_arrival(sender_organ_id="H99.01"), "H99.03")
    assert verify(office, document, at) is State.QUARANTINED
    assert told(office, document) == {"H99.03"}
    with office.reading() as session:
        row = session.get_one(DocumentRow, document)
        assert "H99.01" in (row.error_text or "")
        assert row.sender_organ_id == "H99.03"


@pytest.mark.parametrize("said", ["H99.03", "000.00.03.H99"])
@pytest.mark.parametrize("sender", ["H99.03", "000.00.03.H99"])
def test_old_and_new_codes_of_one_agency_are_one_sender(
    office: Database, make_arrival: Arrivals, at: datetime, said: str, sender: str
) -> None:
    document = enter(office, at, make_arrival(sender_organ_id=said), sender)
    assert verify(office, document, at) is State.VERIFIED


def test_a_stolen_copy_that_comes_first_does_not_swallow_the_real_message(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    stolen = enter(office, at, make_arrival(sender_organ_id="H99.01"), "H99.03")
    real = enter(office, at, make_arrival(sender_organ_id="H99.01", axis_id="m-2"), "H99.01")
    assert stolen != real
    assert verify(office, stolen, at) is State.QUARANTINED
    assert verify(office, real, at) is State.VERIFIED


@pytest.fixture
def sent(office: Database, make_draft: Callable[..., Draft], at: datetime) -> str:
    """Enter a document of H99.01 to H99.02 and H99.03, with its number."""
    with office.writing() as session:
        row = outgoing.create(session, make_draft(recipients=("H99.02", "H99.03")), at)
        row.document_key = "H99.01,2026/03/09,01/QĐ-S1"
        row.code_number, row.code_notation, row.promulgated = "01", "QĐ-S1", date(2026, 3, 9)
        return row.id


def status(**given: Any) -> StatusArrival:
    values: dict[str, Any] = {
        "organ_id": "H99.01",
        "axis_id": "s-1",
        "message_sha256": "d" * 64,
        "reporter_organ_id": "H99.02",
        "reporter_name": "Sở số 2",
        "document_key": "H99.01,2026/03/09,01/QĐ-S1",
        "document_code": "01/QĐ-S1",
        "code": "02",
        "note": "",
        "at": None,
    }
    return StatusArrival(**values | given)


def hear(office: Database, at: datetime, sender: str, message: StatusArrival) -> bool:
    keep(office, at, sender, message.axis_id, organ_id="H99.01", kind="status")
    with office.writing() as session:
        return feedback.received(session, message, at)


def shown(office: Database, document: str) -> dict[str, str]:
    with office.reading() as session:
        return {d.organ_id: d.state for d in outgoing.deliveries_of(session, document)}


def test_a_status_by_a_third_party_moves_nobodys_delivery(
    office: Database, sent: str, at: datetime
) -> None:
    assert not hear(office, at, "H99.03", status())
    assert shown(office, sent) == {"H99.02": "queued", "H99.03": "queued"}
    with office.reading() as session:
        assert [p.axis_id for p in claims.unconfirmed(session, 10)] == ["s-1"]


def test_a_late_status_about_last_years_number_moves_nothing_of_this_year(
    office: Database, sent: str, at: datetime
) -> None:
    assert not hear(office, at, "H99.02", status(document_key="H99.01,2025/03/09,01/QĐ-S1"))
    assert not hear(
        office, at, "H99.02", status(axis_id="s-2", document_key="H99.01,2026/13/41,01/QĐ-S1")
    )
    assert shown(office, sent)["H99.02"] == "queued"


def test_the_same_document_under_the_agencys_old_code_is_found(
    office: Database, sent: str, at: datetime
) -> None:
    old = "000.00.01.H99,2026/03/09,01/QĐ-S1"
    assert hear(office, at, "H99.02", status(document_key=old))
    assert shown(office, sent) == {"H99.02": "refused", "H99.03": "queued"}
