"""Values no database takes: cleaned where they are kept for people, refused where they name."""

from collections.abc import Callable
from datetime import datetime

import pytest

from connectors import envelope
from connectors.edxml import write_status
from documents import casefile, feedback, incoming, ledger, outgoing
from documents.arrival import Arrival
from documents.database import Database, ValueRefused
from documents.departure import StatusDeparture
from documents.document import Agency
from documents.errors import OfficeError, Refused
from documents.incoming import Finding
from documents.lifecycle import Step
from documents.outgoing import Draft
from documents.tables import DocumentRow, ParcelRow

BAD = "a\x00b\ud800c\x1b[2J\x9b"
Drafts = Callable[..., Draft]


@pytest.fixture
def document(office: Database, make_draft: Drafts, at: datetime) -> str:
    with office.writing() as session:
        return outgoing.create(session, make_draft(), at).id


def arrived(office: Database, arrival: Arrival, at: datetime) -> str:
    parcel = ParcelRow(organ_id="H99.02", axis_id="m-1", kind="edoc", sender="G01", sha256="a" * 64)
    parcel.fetched_at, parcel.outcome = at, "stored"
    with office.writing() as session:
        incoming.keep_parcel(session, parcel)
        return incoming.arrived(session, arrival, at)


def test_an_errors_details_can_be_stored_and_shown() -> None:
    error = OfficeError(BAD)
    assert str(error).encode()
    assert not set("\x00\x1b\x9b") & set(str(error))


def test_an_errors_details_forge_no_line_of_a_log() -> None:
    assert len(str(Refused("x\n2026-11-22 congvan.worker all is well\r\n")).splitlines()) == 1


def test_braces_and_markup_in_details_are_only_text() -> None:
    said = str(OfficeError("{0} {1.__class__} %s [bold]"))
    assert said.count("{0} {1.__class__} %s [bold]") == 2


def test_a_document_is_held_whatever_its_error_says(
    office: Database, document: str, at: datetime
) -> None:
    with office.writing() as session:
        casefile.put_off(session, document, Refused(BAD), at)
    with office.reading() as session:
        assert session.get_one(DocumentRow, document).held


def test_a_reason_that_is_no_text_does_not_break_the_chain(
    office: Database, document: str, at: datetime
) -> None:
    with office.writing() as session:
        who = session.get_one(DocumentRow, document).drafter_id or ""
        outgoing.decide(session, document, Step.VOID, who, at, BAD)
    with office.reading() as session:
        assert list(ledger.verify(session)) == []


def test_a_findings_reason_can_be_stored(
    office: Database, make_arrival: Callable[..., Arrival], at: datetime
) -> None:
    document = arrived(office, make_arrival(), at)
    with office.writing() as session:
        finding = Finding("INDETERMINATE", {"field": BAD}, BAD)
        assert incoming.verified(session, document, finding, at) == "quarantined"


@pytest.mark.parametrize("wanted", ["a\ud800", str(2**70)])
def test_a_name_no_database_takes_is_refused(office: Database, wanted: str) -> None:
    with pytest.raises(Refused), office.reading() as session:
        casefile.locked(session, wanted)


def test_a_number_too_large_is_refused(office: Database, document: str) -> None:
    with pytest.raises(ValueRefused), office.writing() as session:
        session.get_one(DocumentRow, document).receipt_number = 2**70


def test_a_long_reason_of_refusal_reaches_the_sender(
    office: Database, make_arrival: Callable[..., Arrival], at: datetime
) -> None:
    document = arrived(office, make_arrival(), at)
    with office.writing() as session:
        incoming.verified(session, document, Finding("UNSIGNED", {}, "no signature"), at)
        incoming.refused(session, document, "H99.02-clerk", at, f"{BAD}\uffff" + "x" * 5000)
    with office.reading() as session:
        owed = feedback.owed(session, feedback.unsent(session, at, 10))
        note = next(row.note for row, _ in owed if row.code == "02")
    sent = StatusDeparture(
        reporter=Agency("H99.02", "Sở số 2", "S2", "Sơn Hải"),
        recipient_organ_id="G01",
        document_key="G01,2026/03/01,15/QĐ-BNV",
        code_number="15",
        code_notation="QĐ-BNV",
        promulgated=None,
        staff="",
        code="02",
        note=note,
        at=at,
    )
    assert b"xxx" in write_status(envelope.status(sent))
