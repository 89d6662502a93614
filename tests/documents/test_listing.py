"""Lists give every document of a queue once, in order, whatever the size of a page."""

from datetime import date, timedelta

import pytest

from documents.database import Database
from documents.listing import MarkInvalid, Only, counted, listed
from documents.queues import QUEUES, Order, QueueUnknown, queue
from tests.documents.test_search import AT, ORGAN, enter

TODAY = date(2026, 3, 9)


@pytest.fixture
def desk(office: Database) -> Database:
    """Give a database with documents in several states, dates and units."""
    states = ("assigned", "in_progress", "registered", "filed")
    for number in range(1, 21):
        enter(
            office,
            number,
            state=states[number % 4],
            created_at=AT + timedelta(minutes=number // 3),
            due_date=TODAY + timedelta(number - 10) if number % 2 else None,
            unit_id=f"u{number % 2}",
            receipt_number=number,
            arrival_date=TODAY,
            urgency=number % 3,
        )
    return office


def whole(database: Database, name: str, size: int = 3, **options: object) -> list[int]:
    """Return the numbers of a queue's documents, page after page."""
    numbers: list[int] = []
    page = ""
    while True:
        with database.reading() as session:
            found = listed(
                session,
                ORGAN,
                QUEUES[name],
                TODAY,
                page=page,
                size=size,
                **options,  # type: ignore[arg-type]
            )
        numbers += [int(row.id[-12:]) for row in found.documents]
        page = found.next
        if not page:
            return numbers


def test_a_queue_of_several_states_is_one_list_in_order(desk: Database) -> None:
    assert whole(desk, "inbox") == list(range(20, 0, -1))
    assert whole(desk, "inbox", ascending=True) == list(range(1, 21))
    assert whole(desk, "in-progress") == [17, 13, 9, 5, 1]
    assert whole(desk, "urgent") == [n for n in range(20, 0, -1) if n % 3 and n % 4 != 3]
    assert whole(desk, "drafts") == []


def test_a_list_goes_by_any_order_with_the_same_page_borders(desk: Database) -> None:
    for order in Order:
        for size in (1, 7, 50):
            up = whole(desk, "inbox", size, order=order, ascending=True)
            down = whole(desk, "inbox", size, order=order, ascending=False)
            assert up == down[::-1]
            assert len(up) == (10 if order is Order.DUE else 20)
    assert whole(desk, "inbox", order=Order.RECEIPT) == list(range(20, 0, -1))


def test_what_is_overdue_is_open_and_past_its_day(desk: Database) -> None:
    assert whole(desk, "overdue") == [n for n in (1, 5, 9) if n < 10]
    with desk.reading() as session:
        assert str(counted(session, ORGAN, QUEUES["overdue"], TODAY)) == "3"
        assert str(counted(session, ORGAN, QUEUES["inbox"], TODAY, most=7)) == "7+"
        only = Only(unit_id="u1")
        assert counted(session, ORGAN, QUEUES["inbox"], TODAY, only=only).count == 10


def test_a_unit_sees_its_own(desk: Database) -> None:
    assert whole(desk, "in-progress", only=Only(unit_id="u1")) == [17, 13, 9, 5, 1]
    assert whole(desk, "in-progress", only=Only(unit_id="u0")) == []


def test_a_mark_of_another_list_is_refused(desk: Database) -> None:
    with desk.reading() as session:
        page = listed(session, ORGAN, QUEUES["inbox"], TODAY, size=2)
        wrong = (page.next, "x", "é", "A" * 5000, "Y3JlYXRlZAo", "\x00")
        for mark in wrong:
            with pytest.raises(MarkInvalid):
                listed(session, ORGAN, QUEUES["inbox"], TODAY, order=Order.DUE, page=mark)


def test_a_queue_that_there_is_not_is_refused() -> None:
    with pytest.raises(QueueUnknown):
        queue("x" * 5000)
