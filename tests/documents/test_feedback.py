"""Statuses: sent under one id until taken; shown forwards only; told in the ledger once."""

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from documents import feedback, incoming, ledger, outgoing
from documents.arrival import StatusArrival
from documents.casefile import RETRY_PAUSES
from documents.database import Database
from documents.delivery import BY_STATUS_CODE
from documents.document import Role
from documents.duty import STATUS_OF
from documents.errors import StepRefused
from documents.lifecycle import LIFECYCLES, Step
from documents.outgoing import Draft
from documents.tables import DocumentRow, FeedbackRow, ParcelRow

Sends = Callable[[], str]


@pytest.fixture
def send(office: Database, make_draft: Callable[..., Draft], at: datetime) -> Sends:
    """Return what sends a document to H99.02 and H99.03: 01/QĐ-S1, then 02/QĐ-S1."""

    def make() -> str:
        with office.writing() as session:
            draft = make_draft(recipients=("H99.02", "H99.03"))
            document = outgoing.create(session, draft, at).id
            outgoing.decide(session, document, Step.SUBMIT, f"H99.01-{Role.SPECIALIST}", at)
            outgoing.decide(session, document, Step.APPROVE, f"H99.01-{Role.LEADER}", at)
            outgoing.signed(session, document, "3" * 64, 1, at)
            outgoing.numbered(session, document, at)
            outgoing.sealed(session, document, "4" * 64, 1, at)
            outgoing.dispatched(session, document, "axis-1", at)
        return document

    return make


def report(
    office: Database, at: datetime, code: str, axis_id: str = "", number: str = "01", **given: Any
) -> bool:
    """Let H99.02 report *code* about H99.01's document *number*."""
    values: dict[str, Any] = {
        "organ_id": "H99.01",
        "axis_id": axis_id or f"s-{number}-{code}",
        "message_sha256": "d" * 64,
        "reporter_organ_id": "H99.02",
        "reporter_name": "Sở số 2",
        "document_key": f"H99.01,2026/03/09,{number}/QĐ-S1",
        "document_code": f"{number}/QĐ-S1",
        "code": code,
        "note": f"note {code}",
        "at": at,
    }
    status = StatusArrival(**values | given)
    parcel = ParcelRow(
        organ_id=status.organ_id,
        axis_id=status.axis_id,
        kind="status",
        sender=status.reporter_organ_id,
        sha256="d" * 64,
        fetched_at=at,
        outcome="stored",
    )
    with office.writing() as session:
        incoming.keep_parcel(session, parcel)
        return feedback.received(session, status, at)


def shown(office: Database, document: str) -> dict[str, str]:
    with office.reading() as session:
        return {d.organ_id: d.state for d in outgoing.deliveries_of(session, document)}


def told(office: Database, document: str) -> list[tuple[str, str]]:
    with office.reading() as session:
        return [
            (row.step.removeprefix("status_"), json.loads(row.detail)["recipient"])
            for row in ledger.history(session, document)
            if row.step.startswith("status_")
        ]


def parcels(office: Database) -> dict[str, tuple[str, str | None]]:
    with office.reading() as session:
        return {p.axis_id: (p.outcome, p.document_id) for p in session.scalars(select(ParcelRow))}


def test_a_status_moves_its_own_delivery_only(office: Database, send: Sends, at: datetime) -> None:
    document = send()
    assert report(office, at, "01")
    assert shown(office, document) == {"H99.02": "arrived", "H99.03": "sent"}
    assert report(office, at, "03")
    assert report(office, at, "01", "s-3", reporter_organ_id="000.00.03.H99")
    assert shown(office, document) == {"H99.02": "accepted", "H99.03": "arrived"}
    assert told(office, document) == [("01", "H99.02"), ("03", "H99.02"), ("01", "H99.03")]
    assert set(parcels(office).values()) == {("opened", document)}


def test_statuses_in_any_order_end_at_the_furthest_and_are_all_told(
    office: Database, send: Sends, at: datetime
) -> None:
    ranks = ["sent", "arrived", "accepted", "processing", "completed"]
    for turn, order in enumerate(permutations(["01", "03", "06"]), 1):
        document, number = send(), f"{turn:02d}"
        before = "sent"
        for code in order:
            assert report(office, at, code, number=number)
            now = shown(office, document)["H99.02"]
            assert ranks.index(now) >= ranks.index(before)
            before = now
        assert before == "completed"
        assert [code for code, _ in told(office, document)] == list(order)


def test_a_repeat_is_told_once_also_when_it_came_late(
    office: Database, send: Sends, at: datetime
) -> None:
    document = send()
    for turn, code in enumerate(["03", "03", "01", "01", "03", "01"]):
        assert report(office, at, code, f"s-{turn}")
    assert report(office, at, "01", "s-9", reporter_organ_id="H99.03")
    assert told(office, document) == [("03", "H99.02"), ("01", "H99.02"), ("01", "H99.03")]


def test_progress_is_told_as_often_as_it_is_made_but_each_message_once(
    office: Database, send: Sends, at: datetime
) -> None:
    document = send()
    for axis_id in ("a", "b", "b", "a", "c"):
        assert report(office, at, "05", axis_id)
    assert [code for code, _ in told(office, document)] == ["05"] * 3
    assert shown(office, document)["H99.02"] == "processing"


def test_the_note_shown_is_that_of_the_status_shown(
    office: Database, send: Sends, at: datetime
) -> None:
    document = send()
    report(office, at, "02", note="Sai thẩm quyền")
    report(office, at, "01", note="đến")
    with office.reading() as session:
        first, _ = outgoing.deliveries_of(session, document)
        assert (first.state, first.status_code, first.note) == ("refused", "02", "Sai thẩm quyền")


@pytest.mark.parametrize(
    "given",
    [
        {"document_key": "H99.01,2026/03/09,77/QĐ-S1", "document_code": "77/QĐ-S1"},
        {"document_key": "", "document_code": ""},
        {"document_key": "x", "document_code": "no slash"},
        {"reporter_organ_id": "H99.77"},
        {"reporter_organ_id": "H99.01"},
        {"reporter_organ_id": ""},
        {"organ_id": "H99.02"},
        {"code": "99"},
        {"code": ""},
        {"code": "0\u0661"},
    ],
)
def test_what_fits_no_delivery_is_junk_and_changes_nothing(
    office: Database, send: Sends, at: datetime, given: dict[str, Any]
) -> None:
    document = send()
    assert not report(office, at, axis_id="junk", **{"code": "01"} | given)
    assert parcels(office) == {"junk": ("junk", None)}
    assert set(shown(office, document).values()) == {"sent"}
    assert told(office, document) == []


def test_a_document_is_found_by_its_code_where_its_id_is_another_system_s(
    office: Database, send: Sends, at: datetime
) -> None:
    document = send()
    assert report(office, at, "01", document_key="0193-uuid", document_code=" 01 / QĐ-S1 ")
    assert shown(office, document)["H99.02"] == "arrived"


def test_of_two_years_with_one_code_the_newest_is_meant(
    office: Database, send: Sends, at: datetime
) -> None:
    old, new = send(), send()
    with office.writing() as session:
        session.get_one(DocumentRow, old).created_at = at - timedelta(days=365)
        session.get_one(DocumentRow, new).code_number = "01"
    assert report(office, at, "01", document_key="?")
    assert (shown(office, old)["H99.02"], shown(office, new)["H99.02"]) == ("sent", "arrived")


def test_statuses_and_dispatching_at_once_lose_nothing(
    office: Database, send: Sends, at: datetime
) -> None:
    document = send()
    for turn in range(6):
        with office.writing() as session:
            session.get_one(DocumentRow, document).state = "sealed"
            for delivery in outgoing.deliveries_of(session, document):
                delivery.state, delivery.status_code = "queued", None
        together = threading.Barrier(2)

        def dispatch(together: threading.Barrier = together) -> None:
            together.wait(30)
            with office.writing() as session:
                outgoing.dispatched(session, document, "axis-1", at)

        def arrive(together: threading.Barrier = together, turn: int = turn) -> None:
            together.wait(30)
            report(office, at, "01", f"s-{turn}")

        threads = [threading.Thread(target=work) for work in (dispatch, arrive)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert shown(office, document) == {"H99.02": "arrived", "H99.03": "sent"}


# --- statuses owed ---------------------------------------------------------------------


def test_an_owed_status_is_due_until_the_axis_has_it(
    office: Database, send: Sends, at: datetime
) -> None:
    document = send()
    with office.writing() as session:
        for code in ("03", "01"):  # at one moment: sent in the order of their meaning
            feedback.owe(session, document, code, at)
        ids = feedback.unsent(session, at, 10)
        assert [row.code for row, _ in feedback.owed(session, ids)] == ["01", "03"]
        assert [doc.id for _, doc in feedback.owed(session, ids)] == [document] * 2
        feedback.sent(session, ids[0], at)
        feedback.sent(session, ids[0], at + timedelta(hours=1))
        assert feedback.unsent(session, at, 10) == ids[1:]
        assert [row.id for row, _ in feedback.owed(session, ids)] == ids[1:]
        steps = [row.step for row in ledger.history(session, document)]
        assert steps.count("report_01") == 1
        assert session.get_one(FeedbackRow, ids[0]).sent_at == at


def test_a_status_that_could_not_be_sent_comes_again_under_its_id_after_growing_pauses(
    office: Database, send: Sends, at: datetime
) -> None:
    document = send()
    with office.writing() as session:
        feedback.owe(session, document, "01", at)
        (name,) = feedback.unsent(session, at, 1)
        moment = at
        for pause in RETRY_PAUSES:
            feedback.put_off(session, name, "axis down", moment)
            assert feedback.unsent(session, moment + timedelta(seconds=pause - 1), 9) == []
            moment += timedelta(seconds=pause)
            assert feedback.unsent(session, moment, 9) == [name]
        feedback.sent(session, name, moment)
        row = session.get_one(FeedbackRow, name)
        assert (row.error, row.attempts) == (None, len(RETRY_PAUSES))
        assert feedback.unsent(session, moment + timedelta(days=9), 9) == []


def steps_of(office: Database, document: str) -> list[str]:
    with office.reading() as session:
        return [row.step for row in ledger.history(session, document)]


def test_the_pauses_grow_and_last_for_days_and_end() -> None:
    for hours in (25, 72, 168, 24 * 60):
        series = feedback.pauses(timedelta(hours=hours))
        assert sum(series) >= hours * 3600
        assert list(series) == sorted(series)
        assert series[0] == 5
        assert sum(series[:-1]) < hours * 3600


def test_a_status_that_cannot_be_delivered_is_given_up_once_and_shown(
    office: Database, send: Sends, at: datetime
) -> None:
    document = send()
    series = feedback.pauses(timedelta(hours=25))
    with office.writing() as session:
        feedback.owe(session, document, "01", at)
        (name,) = feedback.unsent(session, at, 1)
        moment = at
        for pause in series:
            feedback.put_off(session, name, "axis down", moment, timedelta(hours=25))
            moment += timedelta(seconds=pause)
            assert feedback.unsent(session, moment, 9) == [name]
        for _ in range(2):
            feedback.put_off(session, name, "axis down", moment, timedelta(hours=25))
        assert feedback.unsent(session, moment + timedelta(days=99), 9) == []
        assert feedback.owed(session, [name]) == []
        assert [row.id for row, _ in feedback.given_up(session, 9)] == [name]
        assert feedback.count_given_up(session) == 1
    assert steps_of(office, document).count("give_up_01") == 1
    with office.writing() as session:
        assert feedback.try_again(session, document) == 1
        assert feedback.unsent(session, moment, 9) == [name]
        assert session.get_one(FeedbackRow, name, populate_existing=True).attempts == 0
        feedback.sent(session, name, moment)
        assert feedback.count_given_up(session) == 0


def test_a_status_refused_for_ever_is_shown_at_once(
    office: Database, send: Sends, at: datetime
) -> None:
    document = send()
    with office.writing() as session:
        feedback.owe(session, document, "03", at)
        (name,) = feedback.unsent(session, at, 1)
        feedback.refused(session, name, "no such recipient", at)
        assert feedback.unsent(session, at + timedelta(days=9), 9) == []
        (row, _), *_ = feedback.given_up(session, 9)
        assert (row.error, row.attempts) == ("no such recipient", 1)


def test_every_step_of_an_incoming_document_owes_what_the_table_says(
    office: Database, make_arrival: Callable[..., Any], at: datetime
) -> None:
    arrival = make_arrival()
    parcel = ParcelRow(
        organ_id="H99.02",
        axis_id=arrival.axis_id,
        kind="edoc",
        sender="G01",
        sha256="a" * 64,
        fetched_at=at,
        outcome="stored",
    )
    with office.writing() as session:
        incoming.keep_parcel(session, parcel)
        document = incoming.arrived(session, arrival, at)
        incoming.verified(session, document, incoming.Finding("TOTAL-PASSED", {}), at)
        incoming.registered(session, document, at)
        for step, role in (
            (Step.SUBMIT, Role.CLERK),
            (Step.ASSIGN, Role.LEADER),
            (Step.START, Role.SPECIALIST),
            (Step.COMPLETE, Role.SPECIALIST),
            (Step.FILE, Role.SPECIALIST),
        ):
            reason = "ghi chú nội bộ"
            incoming.handled(session, document, step, f"H99.02-{role}", at, reason)
        owed = [(row.code, row.note) for row in feedback.of_document(session, document)]
    assert owed == [(code, "") for code in ("01", "03", "04", "05", "06")]


@pytest.mark.parametrize("step", [Step.REGISTER, Step.REFUSE, Step.RELEASE, Step.APPROVE])
def test_handling_takes_no_other_step(
    office: Database, send: Sends, at: datetime, step: Step
) -> None:
    document = send()
    with office.writing() as session, pytest.raises(StepRefused):
        incoming.handled(session, document, step, f"H99.01-{Role.CLERK}", at)


def test_the_table_of_duties_fits_the_lifecycle_and_the_codes() -> None:
    for (direction, step), code in STATUS_OF.items():
        assert any(taken == step for _, taken in LIFECYCLES[direction])
        assert code in BY_STATUS_CODE
    assert sorted(STATUS_OF.values()) == ["02", "03", "04", "05", "06"]
