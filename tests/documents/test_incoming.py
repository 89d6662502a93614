"""Incoming documents: entered once, registered once, told of once; the axis told last."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from documents import casefile, feedback, incoming, ledger, register
from documents.arrival import Arrival
from documents.database import Database
from documents.directory import PersonUnknown
from documents.errors import StepRefused, Unavailable
from documents.incoming import Finding
from documents.lifecycle import State
from documents.tables import DocumentRow, FeedbackRow, RegisterEntryRow
from tests.documents.parcels import confirmable, count, enter, owed

GOOD = Finding("TOTAL-PASSED", {"signatures": 2})
Arrivals = Callable[..., Arrival]


def verify(office: Database, document: str, at: datetime, finding: Finding = GOOD) -> State:
    with office.writing() as session:
        return incoming.verified(session, document, finding, at)


def test_the_whole_way_to_the_register(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    document = enter(office, make_arrival(), at)
    assert owed(office, document) == ["01"]
    assert verify(office, document, at) is State.VERIFIED
    with office.writing() as session:
        assert incoming.registered(session, document, at) == 1
    assert owed(office, document) == ["01", "03"]
    with office.reading() as session:
        row = session.get_one(DocumentRow, document)
        assert (row.state, row.receipt_number) == ("registered", 1)
        assert (row.verdict, row.verification) == ("TOTAL-PASSED", {"signatures": 2})
        assert row.current_sha256 == "b" * 64
        assert [item.step for item in ledger.history(session, document)] == [
            "fetch",
            "verify",
            "register",
        ]
        assert list(ledger.verify(session)) == []
        assert register.gaps(session) == []


def test_one_message_for_two_agencies_is_a_document_of_each(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    first = enter(office, make_arrival(), at)
    second = enter(office, make_arrival(organ_id="H99.01"), at)
    assert first != second
    for document in (first, second):
        verify(office, document, at)
        with office.writing() as session:
            assert incoming.registered(session, document, at) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_same_document_id_with_other_content_is_quarantined(
    office: Database, make_arrival: Arrivals, at: datetime, order: tuple[int, int]
) -> None:
    first = enter(office, make_arrival(), at)
    second = enter(office, make_arrival(axis_id="m-2", message_sha256="c" * 64), at)
    assert first != second
    answers = {
        document: verify(office, document, at) for document in ([first, second][i] for i in order)
    }
    # whichever is verified first, the one that came first is the document
    assert answers == {first: State.VERIFIED, second: State.QUARANTINED}
    with office.reading() as session:
        row = session.get_one(DocumentRow, second)
        assert row.held
        assert row.error_code == "incoming.quarantined"
        assert "G01,2026/03/01,15/QĐ-BNV" in (row.error_text or "")


def test_a_duplicate_names_the_receipt_number_it_collides_with(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    first = enter(office, make_arrival(), at)
    verify(office, first, at)
    with office.writing() as session:
        incoming.registered(session, first, at)
    second = enter(office, make_arrival(axis_id="m-2", message_sha256="c" * 64), at)
    assert verify(office, second, at) is State.QUARANTINED
    with office.reading() as session:
        assert "số đến 1 " in (session.get_one(DocumentRow, second).error_text or "")


@pytest.mark.parametrize(
    "other",
    [
        {"document_key": "G01,2026/03/01,16/QĐ-BNV"},
        {"business_type": 3},
        {"sender_organ_id": "G02"},
        {"organ_id": "H99.01"},
    ],
)
def test_another_key_purpose_sender_or_recipient_is_no_duplicate(
    office: Database, make_arrival: Arrivals, at: datetime, other: dict[str, Any]
) -> None:
    first = enter(office, make_arrival(), at)
    second = enter(office, make_arrival(axis_id="m-2", message_sha256="c" * 64, **other), at)
    assert [verify(office, document, at) for document in (first, second)] == [State.VERIFIED] * 2


def test_two_that_are_verified_at_once_are_not_both_accepted(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    for turn in range(5):
        key = f"G01,2026/03/01,{turn}/QĐ-BNV"
        pair = [
            enter(
                office,
                make_arrival(axis_id=f"{turn}-{n}", message_sha256=str(n) * 64, document_key=key),
                at,
            )
            for n in range(2)
        ]
        together = threading.Barrier(2)

        def work(document: str, together: threading.Barrier = together) -> None:
            together.wait(30)
            verify(office, document, at)

        threads = [threading.Thread(target=work, args=(document,)) for document in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        with office.reading() as session:
            states = [session.get_one(DocumentRow, document).state for document in pair]
        assert states == [State.VERIFIED, State.QUARANTINED]


def test_a_quarantined_document_waits_until_the_clerk_lets_it_in_or_returns_it(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    bad = Finding("TOTAL-FAILED", {}, "Chữ ký không hợp lệ / the signature does not hold")
    first = enter(office, make_arrival(), at)
    second = enter(office, make_arrival(axis_id="m-2", document_key="other"), at)
    for document in (first, second):
        assert verify(office, document, at, bad) is State.QUARANTINED
        with pytest.raises(StepRefused), office.writing() as session:
            incoming.registered(session, document, at)
    for wrong in ("H99.02-specialist", "H99.02-leader"):
        with pytest.raises(StepRefused), office.writing() as session:
            incoming.released(session, first, wrong, at, "vì")
        with pytest.raises(StepRefused), office.writing() as session:
            incoming.refused(session, first, wrong, at, "vì")
    with pytest.raises(PersonUnknown), office.writing() as session:
        incoming.released(session, first, "H99.01-clerk", at, "vì")
    with office.writing() as session:
        incoming.released(session, first, "H99.02-clerk", at, "Đã gọi điện xác nhận")
        assert not session.get_one(DocumentRow, first).held
        assert incoming.registered(session, first, at) == 1
        incoming.refused(session, second, "H99.02-clerk", at, "Sai nơi nhận")
    assert owed(office, first) == ["01", "03"]
    assert owed(office, second) == ["01", "02"]
    with office.reading() as session:
        notes = session.scalars(select(FeedbackRow.note).where(FeedbackRow.code == "02"))
        assert list(notes) == ["Sai nơi nhận"]


def test_a_refused_registration_takes_no_number(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    document = enter(office, make_arrival(), at)
    with office.writing() as session, suppress(StepRefused):  # goes on after the refusal
        incoming.registered(session, document, at)
    assert count(office, RegisterEntryRow) == 0
    verify(office, document, at)
    with office.writing() as session:
        incoming.registered(session, document, at)
        with pytest.raises(StepRefused):
            incoming.registered(session, document, at)
    assert count(office, RegisterEntryRow) == 1
    assert owed(office, document) == ["01", "03"]


def test_a_verification_is_recorded_once(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    document = enter(office, make_arrival(), at)
    verify(office, document, at)
    with pytest.raises(StepRefused), office.writing() as session:
        incoming.verified(session, document, Finding("TOTAL-FAILED", {}, "x"), at)
    with office.reading() as session:
        assert session.get_one(DocumentRow, document).verdict == "TOTAL-PASSED"


def test_receipt_numbers_restart_at_midnight_in_vietnam(
    office: Database, make_arrival: Arrivals
) -> None:
    turn = datetime.fromisoformat("2026-12-31T17:00:00+00:00")
    numbers = []
    for offset in (-2, -1, 0, 1):
        moment = turn + timedelta(seconds=offset)
        arrival = make_arrival(axis_id=str(offset), document_key=str(offset))
        document = enter(office, arrival, moment)
        verify(office, document, moment)
        with office.writing() as session:
            numbers.append(incoming.registered(session, document, moment))
    assert numbers == [1, 2, 1, 2]


def test_what_fails_for_a_while_comes_again(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    document = enter(office, make_arrival(), at)
    with office.writing() as session:
        casefile.put_off(session, document, Unavailable("no OCSP"), at)
    assert confirmable(office) == []
    assert verify(office, document, at) is State.VERIFIED


def test_owing_the_same_status_is_said_once_but_progress_as_often_as_it_is_made(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    document = enter(office, make_arrival(), at)
    with office.writing() as session:
        for code in ("01", "03", "03", "05", "05", "05", "06", "06"):
            feedback.owe(session, document, code, at, f"{code}!")
    assert owed(office, document) == ["01", "03", "05", "05", "05", "06"]
