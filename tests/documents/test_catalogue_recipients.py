"""Recipients by the catalogue: known, still there, once each; readdressed with consent only."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from documents import (
    catalogue_history,
    catalogue_recipients,
    directory,
    feedback,
    incoming,
    outgoing,
    readdressing,
)
from documents.arrival import Arrival, StatusArrival
from documents.catalogue import Alias, Entry, Succession
from documents.catalogue_history import News, Source
from documents.catalogue_recipients import (
    RecipientAbolished,
    RecipientIsExchange,
    RecipientNotYet,
    RecipientUnknown,
)
from documents.change import DispatchRunning
from documents.database import Database
from documents.delivery import DeliveryState
from documents.directory import RightMissing
from documents.document import Role
from documents.outgoing import Draft
from documents.readdressing import AlreadyLeft, NotAbolished, NotARecipient, NotASuccessor
from documents.tables import DocumentRow, LedgerRow, ParcelRow, PostRow

CLERK = f"H99.01-{Role.CLERK}"
HALF = date(2025, 7, 1)


@pytest.fixture
def reform(office: Database, at: datetime) -> Database:
    """Give the office with a catalogue in which H53 became H54 and H55, and H52 became H99.02."""
    news = News(
        (
            Entry("G12", "Bộ Tài chính"),
            *(Entry(code, f"Tỉnh {code}") for code in ("H52", "H53", "H54", "H55")),
            Entry("00.53.W00", "Trung tâm"),
        ),
        (Alias("000.00.00.G12", "G12"), Alias("000.00.00.H52", "H52")),
        (
            Succession("H53", "H54", "merge", HALF, "NQ 202/2025/QH15"),
            Succession("H53", "H55", "merge", HALF, "NQ 202/2025/QH15"),
            Succession("H52", "H99.02", "merge", HALF, "NQ 202/2025/QH15"),
        ),
    )
    with office.writing() as session:
        catalogue_history.learn(session, news, Source("file"), at)
    return office


def addressed(database: Database, draft: Draft, at: datetime) -> str:
    """Enter a draft; return its id."""
    with database.writing() as session:
        return outgoing.create(session, draft, at).id


def late(database: Database, document_id: str, **values: object) -> None:
    """Put a draft's first delivery, and the document, into a state."""
    with database.writing() as session:
        delivery = outgoing.deliveries_of(session, document_id)[0]
        delivery.organ_id = str(values.get("organ_id", delivery.organ_id))
        delivery.state = str(values.get("state", delivery.state))
        row = session.get_one(DocumentRow, document_id)
        row.message_sha256 = str(values["message"]) if "message" in values else None
        row.held, row.error_code = True, RecipientAbolished.code


def test_several_codes_of_one_agency_are_one_recipient(
    reform: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    draft = make_draft(recipients=("000.00.00.G12", "H99.02", "G12", "000.00.02.H99"))
    document_id = addressed(reform, draft, at)
    with reform.reading() as session:
        deliveries = outgoing.deliveries_of(session, document_id)
        assert [(each.organ_id, each.name) for each in deliveries] == [
            ("G12", "Bộ Tài chính"),
            ("H99.02", "Sở số 2"),
        ]


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        ("H56", RecipientUnknown, r"H54 Tỉnh H54.*recipient\.unknown"),
        ("H53", RecipientAbolished, r"since 01/07/2025.*H54 Tỉnh H54, H55 Tỉnh H55"),
        ("000.00.00.H52", RecipientAbolished, r"H99\.02.*recipient\.abolished"),
        ("00.53.W00", RecipientIsExchange, r"recipient\.exchange_centre"),
    ],
)
def test_a_draft_to_nobody_is_refused_and_says_who_may_be_meant(
    reform: Database,
    make_draft: Callable[..., Draft],
    at: datetime,
    code: str,
    error: type[Exception],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        addressed(reform, make_draft(recipients=("H99.02", code)), at)
    with reform.reading() as session:
        assert session.scalars(select(DocumentRow)).all() == []


def test_the_clerk_sends_to_the_successor_she_chooses_and_the_ledger_knows(
    reform: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    document_id = addressed(reform, make_draft(recipients=("G12",)), at)
    late(reform, document_id, organ_id="H53")
    with reform.writing() as session:
        done = readdressing.readdress(session, document_id, "H53", "H55", CLERK, at)
    assert (done.predecessor, done.successor, done.joined) == ("H53", "H55", False)
    with reform.reading() as session:
        (delivery,) = outgoing.deliveries_of(session, document_id)
        assert (delivery.organ_id, delivery.name, delivery.state) == ("H55", "Tỉnh H55", "queued")
        row = session.get_one(DocumentRow, document_id)
        assert (row.held, row.error_code) == (False, None)
        fact = session.scalars(select(LedgerRow).where(LedgerRow.step == "readdress")).one()
        assert fact.actor == CLERK
        said = json.loads(fact.detail)
        assert session.get_one(PostRow, said.pop("post")).person_id == CLERK
        assert said == {
            "from": "H53",
            "to": "H55",
            "on": "2025-07-01",
            "basis": "NQ 202/2025/QH15",
            "joined": False,
        }


def test_a_successor_that_is_a_recipient_already_gets_one_copy(
    reform: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    document_id = addressed(reform, make_draft(recipients=("G12", "H54")), at)
    late(reform, document_id, organ_id="H53")
    with reform.writing() as session:
        assert readdressing.readdress(session, document_id, "H53", "H54", CLERK, at).joined
    with reform.reading() as session:
        (delivery,) = outgoing.deliveries_of(session, document_id)
        assert delivery.organ_id == "H54"


@pytest.mark.parametrize(
    ("codes", "who", "values", "error"),
    [
        (("H53", "H54"), f"H99.01-{Role.LEADER}", {}, RightMissing),
        (("H53", "G12"), CLERK, {}, NotASuccessor),
        (("H54", "H55"), CLERK, {}, NotARecipient),
        (("G12", "H54"), CLERK, {"organ_id": "G12"}, NotAbolished),
        (("H53", "H54"), CLERK, {"message": "a" * 64}, AlreadyLeft),
        (("H53", "H54"), CLERK, {"state": DeliveryState.OUTCOME_UNKNOWN}, AlreadyLeft),
        (("H53", "H54"), CLERK, {"state": DeliveryState.SENT, "message": "a" * 64}, AlreadyLeft),
    ],
)
def test_nothing_else_is_readdressed(
    reform: Database,
    make_draft: Callable[..., Draft],
    at: datetime,
    codes: tuple[str, str],
    who: str,
    values: dict[str, object],
    error: type[Exception],
) -> None:
    document_id = addressed(reform, make_draft(recipients=("G12",)), at)
    late(reform, document_id, **{"organ_id": "H53", **values})
    with pytest.raises(error), reform.writing() as session:
        readdressing.readdress(session, document_id, *codes, who, at)
    with reform.reading() as session:
        (delivery,) = outgoing.deliveries_of(session, document_id)
        assert delivery.organ_id == values.get("organ_id", "H53")


def test_a_message_that_the_axis_refused_may_be_readdressed_and_is_made_anew(
    reform: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    document_id = addressed(reform, make_draft(recipients=("G12",)), at)
    late(reform, document_id, organ_id="H53", state=DeliveryState.FAILED, message="a" * 64)
    with reform.writing() as session:
        readdressing.readdress(session, document_id, "H53", "H54", CLERK, at)
    with reform.reading() as session:
        assert session.get_one(DocumentRow, document_id).message_sha256 is None


def test_mail_for_an_agency_that_ended_is_taken_in_by_its_successor_once(
    reform: Database, make_arrival: Callable[..., Arrival], at: datetime
) -> None:
    ids = set()
    for axis_id, code in enumerate(("H52", "000.00.00.H52", "H99.02")):
        with reform.writing() as session:
            incoming.keep_parcel(
                session,
                ParcelRow(
                    organ_id=code,
                    axis_id=str(axis_id),
                    kind="edoc",
                    sender="G01",
                    sha256="a" * 64,
                    fetched_at=at,
                    outcome="stored",
                ),
            )
            arrival = make_arrival(organ_id=code, axis_id=str(axis_id))
            ids.add(incoming.arrived(session, arrival, at))
    with reform.reading() as session:
        (document_id,) = ids
        assert session.get_one(DocumentRow, document_id).organ_id == "H99.02"


def test_an_agency_of_the_catalogue_is_described_and_not_written_down(
    reform: Database,
) -> None:
    with reform.writing() as session:
        assert directory.agency_row(session, "H54").name == "Tỉnh H54"
        assert not session.new
    with reform.reading() as session:
        assert {row.organ_id for row in directory.served(session)} == {"H99.01", "H99.02"}


def test_an_agency_that_begins_later_is_refused_with_its_first_day(
    reform: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    coming = News((Entry("H56", "Tỉnh mới", valid_from=date(2999, 7, 1)),))
    with reform.writing() as session:
        catalogue_history.learn(session, coming, Source("file"), at)
    with pytest.raises(RecipientNotYet, match=r"01/07/2999"):
        addressed(reform, make_draft(recipients=("H56",)), at)
    with reform.reading() as session:
        (row,) = catalogue_recipients.checked(session, ["H56"], date(2999, 7, 1))
    assert row.organ_id == "H56"


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.OUTCOME_UNKNOWN])
def test_what_the_axis_has_not_goes_to_the_successor_though_its_message_was_made(
    reform: Database, make_draft: Callable[..., Draft], at: datetime, state: DeliveryState
) -> None:
    document_id = addressed(reform, make_draft(recipients=("H99.02",)), at)
    late(reform, document_id, organ_id="H53", state=state, message="1" * 64)
    with reform.reading() as session:
        before = readdressing.attempt(session, session.get_one(DocumentRow, document_id))
    assert before is not None
    with reform.writing() as session, pytest.raises(AlreadyLeft):
        readdressing.readdress(session, document_id, "H53", "H54", CLERK, at)
    other = replace(before, message="2" * 64)
    with reform.writing() as session, pytest.raises(AlreadyLeft):
        readdressing.readdress(session, document_id, "H53", "H54", CLERK, at, other)
    with reform.writing() as session:
        readdressing.readdress(session, document_id, "H53", "H54", CLERK, at, before)
    with reform.reading() as session:
        row = session.get_one(DocumentRow, document_id)
        (delivery,) = outgoing.deliveries_of(session, document_id)
        assert (row.message_sha256, row.held) == (None, False)
        assert (delivery.organ_id, delivery.state) == ("H54", DeliveryState.QUEUED)


def test_what_is_being_sent_at_this_moment_is_not_readdressed(
    reform: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    document_id = addressed(reform, make_draft(recipients=("H99.02",)), at)
    late(reform, document_id, organ_id="H53", state=DeliveryState.QUEUED)
    with reform.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        row.held, row.lease_until = False, at + timedelta(minutes=1)
    with reform.writing() as session, pytest.raises(DispatchRunning):
        readdressing.readdress(session, document_id, "H53", "H54", CLERK, at)


def test_a_successors_status_finds_what_was_sent_to_its_predecessor(
    reform: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    document_id = addressed(reform, make_draft(recipients=("H99.02",)), at)
    late(reform, document_id, organ_id="H53", state=DeliveryState.SENT)
    with reform.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        row.document_key = key = "H99.01,2025/06/30,1/QĐ-S1"
        for axis_id, reporter in (("s-1", "H54"), ("s-2", "H52")):
            parcel = ParcelRow(organ_id="H99.01", axis_id=axis_id, kind="status", sender=reporter)
            parcel.sha256, parcel.fetched_at, parcel.outcome = "d" * 64, at, "stored"
            incoming.keep_parcel(session, parcel)
            told = StatusArrival(
                organ_id="H99.01",
                axis_id=axis_id,
                message_sha256="d" * 64,
                reporter_organ_id=reporter,
                reporter_name="",
                document_key=key,
                document_code="1/QĐ-S1",
                code="03",
                note="",
                at=at,
            )
            # H52 ended too, but its successor has nothing to do with H53
            assert feedback.received(session, told, at) is (reporter == "H54")
        (delivery,) = outgoing.deliveries_of(session, document_id)
        assert delivery.state == DeliveryState.ACCEPTED
