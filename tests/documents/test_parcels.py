"""Parcels: raw bytes kept first, entered once, and the axis told only of what is settled."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from documents import casefile, claims, incoming, ledger
from documents.arrival import Arrival
from documents.database import Database, WriteConflict
from documents.directory import AgencyUnknown
from documents.document import Attachment
from documents.lifecycle import State
from documents.tables import DocumentRow, FeedbackRow, ParcelRow
from tests.documents.parcels import confirmable, count, enter, keep, owed

Arrivals = Callable[..., Arrival]


def test_the_same_message_twice_is_one_document(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    first = enter(office, make_arrival(), at)
    again = enter(office, make_arrival(), at)
    other_id = enter(office, make_arrival(axis_id="m-2"), at)
    by_old_code = enter(office, make_arrival(axis_id="m-3", organ_id="000.00.02.H99"), at)
    assert {first, again, other_id, by_old_code} == {first}
    assert count(office, DocumentRow) == 1
    assert owed(office, first) == ["01"]
    with office.reading() as session:
        assert len(ledger.history(session, first)) == 1


def test_the_same_message_at_once_under_two_ids_is_one_document(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    names = [f"m-{n}" for n in range(4)]
    for name in names:
        assert keep(office, at, name)
    together = threading.Barrier(len(names))
    entered: list[str] = []

    def work(name: str) -> None:
        together.wait(30)
        for _ in range(3):  # as the sweeper does: what was slower comes again
            with suppress(WriteConflict), office.writing() as session:
                entered.append(incoming.arrived(session, make_arrival(axis_id=name), at))
                return

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert count(office, DocumentRow) == 1
    assert count(office, FeedbackRow) == 1
    with office.reading() as session:
        assert {p.document_id for p in session.scalars(select(ParcelRow))} == set(entered[-1:])


def test_a_known_parcel_is_kept_once(office: Database, at: datetime) -> None:
    assert keep(office, at, "m-1")
    assert not keep(office, at, "m-1", sha256="f" * 64)
    assert keep(office, at, "m-1", "H99.01")
    together = threading.Barrier(4)
    kept: list[bool] = []

    def work() -> None:
        together.wait(30)
        kept.append(keep(office, at, "m-9"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(kept) == [False, False, False, True]
    with office.reading() as session:
        row = session.get_one(ParcelRow, {"organ_id": "H99.02", "axis_id": "m-1"})
        assert row.sha256 == "a" * 64


def test_the_axis_is_told_of_exactly_what_is_settled_here(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    keep(office, at, "stored")
    keep(office, at, "junk")
    with office.writing() as session:
        incoming.junk(session, "H99.02", "junk", "không đọc được")
    keep(office, at, "status", kind="status", outcome="opened")
    states = [State.FETCHED, State.VERIFIED, State.REGISTERED, State.QUARANTINED, State.REFUSED]
    for state in states:
        arrival = make_arrival(axis_id=state.value, document_key=state.value)
        document = enter(office, arrival, at)
        enter(office, make_arrival(axis_id=f"{state}-again", document_key=state.value), at)
        with office.writing() as session:
            session.get_one(DocumentRow, document).state = state
    settled = ["quarantined", "refused", "registered"]
    wanted = ["junk", "status", *settled, *(f"{name}-again" for name in settled)]
    assert confirmable(office) == sorted(("H99.02", name) for name in wanted)
    with office.writing() as session:
        incoming.confirmed(session, "H99.02", "junk", at)
        incoming.confirmed(session, "H99.02", "registered", at)
    assert confirmable(office) == sorted(
        ("H99.02", name) for name in wanted if name not in {"junk", "registered"}
    )


def test_unopened_lists_what_was_kept_and_not_read_oldest_first(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    for turn, name in enumerate(["c", "a", "b", "d"]):
        keep(office, at + timedelta(seconds=turn), name)
    with office.writing() as session:
        incoming.junk(session, "H99.02", "a", "?")
        incoming.arrived(session, make_arrival(axis_id="b"), at)
        assert [p.axis_id for p in claims.unopened(session, 9)] == ["c", "d"]
        assert [p.axis_id for p in claims.unopened(session, 1)] == ["c"]


def test_what_comes_from_outside_fits_whatever_its_size(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    long = "Ố" * 5000
    names = (
        "type_name sender_name sender_organ_id document_key subject code_number code_notation"
        " place signer_name signer_position signer_competence"
    )
    arrival = make_arrival(
        **dict.fromkeys(names.split(), long),
        attachments=(Attachment(long, long, "b" * 64, 2**40),),
        to_places=(long,) * 20,
        warnings=(long,),
    )
    document = enter(office, arrival, at, sender="G01")
    again = make_arrival(axis_id="m-2", **dict.fromkeys(names.split(), long))
    assert enter(office, again, at, sender="G01") == document
    with office.reading() as session:
        (file,) = casefile.attachments_of(session, document)
        assert (file.name, file.size) == (long[:255], 2**40)


def test_an_arrival_without_a_pdf_or_a_date_is_entered(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    arrival = make_arrival(attachments=(), main_sha256="", main_size=0, promulgated=None)
    document = enter(office, arrival, at)
    with office.reading() as session:
        assert casefile.revisions_of(session, document) == []
        assert session.get_one(DocumentRow, document).current_sha256 is None


def test_an_arrival_for_nobody_enters_nothing(
    office: Database, make_arrival: Arrivals, at: datetime
) -> None:
    keep(office, at, "m-1", "X00")
    with pytest.raises(AgencyUnknown), office.writing() as session:
        incoming.arrived(session, make_arrival(organ_id="X00"), at)
    assert count(office, DocumentRow) == 0
