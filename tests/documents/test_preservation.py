"""The queue of archive copies, on both databases: nothing is lost, done twice or forgotten."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import casefile, ledger, outgoing
from documents import preservation as queue
from documents.database import Database
from documents.errors import Unavailable
from documents.level import Level
from documents.outgoing import Draft
from documents.preservation import Order, Raised
from documents.tables import UpgradeRow

A_WHILE = timedelta(hours=1)


@pytest.fixture
def sealed(office: Database, make_draft: Callable[..., Draft], at: datetime) -> str:
    """Return the id of a document whose seal and its revision are recorded as far as needed."""
    with office.writing() as session:
        row = outgoing.create(session, make_draft(), at)
        casefile.add_revision(session, row, "sealed", "5" * 64, 5, at)
        return row.id


def note(
    database: Database, document_id: str, reached: Level, at: datetime, **more: object
) -> None:
    with database.writing() as session:
        sealed, fault = bool(more.get("sealed", True)), more.get("fault")
        assert fault is None or isinstance(fault, Unavailable)
        wanted = Level(str(more.get("wanted", Level.B_LTA)))
        queue.noted(session, document_id, wanted, reached, at, sealed=sealed, fault=fault)


def row_of(database: Database, document_id: str) -> UpgradeRow | None:
    with database.reading() as session:
        return queue.of_document(session, document_id)


def due(database: Database, owner: str, at: datetime) -> list[str]:
    with database.writing() as session:
        return queue.due(session, owner, at, 10)


def test_a_sealed_copy_is_due_at_once_and_for_one_worker(
    office: Database, sealed: str, at: datetime
) -> None:
    note(office, sealed, Level.B_T, at)
    assert due(office, "first", at) == [sealed]
    assert due(office, "second", at) == []
    assert due(office, "first", at) == [sealed]  # started anew, it has it still
    with office.writing() as session:
        queue.release_owner(session, "first")
    assert due(office, "second", at) == [sealed]
    assert due(office, "first", at + queue.LEASE + A_WHILE) == [sealed]


def test_what_a_signature_lacks_waits_for_the_seal(
    office: Database, sealed: str, at: datetime
) -> None:
    down = Unavailable("TSA")
    note(office, sealed, Level.B_B, at, sealed=False, wanted=Level.B_T, fault=down)
    assert due(office, "first", at + A_WHILE) == []
    note(office, sealed, Level.B_T, at, wanted=Level.B_T)
    assert due(office, "first", at) == [sealed]
    row = row_of(office, sealed)
    assert row is not None
    assert row.reached == "B-B"
    with office.reading() as session:
        assert [each.step for each in ledger.history(session, sealed)][-1] == "degrade"


@pytest.mark.parametrize("sealed_too", [False, True])
def test_nothing_waits_where_the_level_is_reached(
    office: Database, sealed: str, at: datetime, sealed_too: bool
) -> None:
    note(office, sealed, Level.B_T, at, wanted=Level.B_T, sealed=sealed_too)
    assert row_of(office, sealed) is None


def test_the_newest_copy_is_raised_and_the_sent_one_stays_current(
    office: Database, sealed: str, at: datetime
) -> None:
    note(office, sealed, Level.B_T, at)
    ends = at + timedelta(days=400)
    for number, sha256 in enumerate(("6" * 64, "7" * 64)):
        moment = at + number * timedelta(days=390)
        assert due(office, "first", moment) == [sealed]
        with office.reading() as session:
            (order,) = queue.orders(session, [sealed])
        assert order == Order(sealed, "H99.01", "567"[number] * 64, Level.B_LTA)
        with office.writing() as session:
            queue.raised(session, sealed, Raised(Level.B_LTA, ends, sha256, 9), moment)
    with office.reading() as session:
        kinds = [each.kind for each in casefile.revisions_of(session, sealed)]
        assert kinds == ["source", "draft", "sealed", "preserved", "preserved"]
        assert casefile.locked(session, sealed).current_sha256 == "5" * 64
        assert list(ledger.verify(session)) == []
        assert queue.unfinished(session, 10) == []


def test_what_failed_comes_again_later_each_time_and_is_shown(
    office: Database, sealed: str, at: datetime
) -> None:
    note(office, sealed, Level.B_T, at)
    pauses = []
    for _ in range(8):
        assert due(office, "first", at) == [sealed]
        with office.writing() as session:
            queue.put_off(session, sealed, Unavailable("OCSP"), at)
        assert due(office, "first", at) == []
        row = row_of(office, sealed)
        assert row is not None
        assert row.next_attempt_at is not None
        pauses.append(row.next_attempt_at - at)
        at = row.next_attempt_at
    assert pauses == sorted(pauses)
    with office.reading() as session:
        assert queue.by_error(session) == {"office.error": 1}
        ((shown, document),) = queue.unfinished(session, 10)
    assert (shown.attempts, document.id) == (8, sealed)


def test_a_renewal_that_fails_is_shown_again(office: Database, sealed: str, at: datetime) -> None:
    note(office, sealed, Level.B_T, at)
    with office.writing() as session:
        copy = Raised(Level.B_LTA, at + timedelta(days=40), "6" * 64, 9)
        queue.raised(session, sealed, copy, at)
        assert queue.by_error(session) == {}
    with office.writing() as session:
        queue.put_off(session, sealed, Unavailable("TSA"), at + timedelta(days=20))
    with office.reading() as session:
        assert queue.by_error(session) == {"office.error": 1}


@given(days=st.integers(0, 4000), until=st.integers(1, 5000))
def test_a_renewal_is_due_before_the_end_unless_the_end_is_near(days: int, until: int) -> None:
    at = datetime.fromisoformat("2026-01-01T00:00:00+00:00") + timedelta(days=days)
    ends = at + timedelta(days=until)
    due_at = queue.renewal(ends, at)
    assert due_at is not None
    assert due_at >= at + timedelta(days=1)  # never one after the other
    assert due_at < ends or until == 1
    assert due_at == ends - queue.RENEW_AHEAD or until < 60


def test_levels_are_in_order() -> None:
    assert [level.rank for level in Level] == [0, 1, 2, 3]
    assert Level.B_LTA.reaches(Level.B_T)
    assert not Level.B_T.reaches(Level.B_LT)
