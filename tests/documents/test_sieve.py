"""Chips of a list let through exactly what they say, page after page, however long the list is."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from documents import listing
from documents.database import Database
from documents.deadline_words import DueWords, due_words
from documents.lifecycle import State
from documents.listing import Only, counted, holds, listed
from documents.queues import QUEUES
from documents.sieve import Due, Sieve
from documents.tables import DocumentRow
from tests.documents.test_search import AT, ORGAN, enter

TODAY = date(2026, 3, 9)
TYPES = ("Công văn", "Báo cáo", "Giấy mời")
STATES = ("filed", "registered", "completed", "in_progress")
COUNT = 40


@pytest.fixture
def shelf(office: Database) -> Database:
    """Give a database with arrivals of several types, senders, days and states."""
    for number in range(1, COUNT + 1):
        enter(
            office,
            number,
            state=STATES[number % 4],
            type_name=TYPES[number % 3],
            urgency=number % 5,
            unit_id=f"u{number % 2}",
            sender_organ_id=f"G0{number % 4}",
            receipt_number=number,
            arrival_date=TODAY - timedelta(number % 7),
            due_date=TODAY + timedelta(number - 20) if number % 2 else None,
            drafter_id=None,
        )
    return office


def walked(database: Database, sieve: Sieve, name: str = "inbox", size: int = 4) -> Iterator[int]:
    """Yield the numbers of a list's documents, page after page."""
    page = ""
    while True:
        with database.reading() as session:
            found = listed(session, ORGAN, QUEUES[name], TODAY, sieve=sieve, page=page, size=size)
        yield from (int(row.id[-12:]) for row in found.documents)
        page = found.next
        if not page:
            return


Rule = Callable[[DocumentRow], bool]
CHIPS: dict[str, tuple[Sieve, Rule]] = {
    "types": (Sieve(types=("Báo cáo",)), lambda row: row.type_name == "Báo cáo"),
    "two-types": (Sieve(types=TYPES[:2]), lambda row: row.type_name in TYPES[:2]),
    "urgency": (Sieve(urgencies=(3, 4)), lambda row: row.urgency >= 3),
    "unit": (Sieve(units=("u1",)), lambda row: row.unit_id == "u1"),
    "sender": (Sieve(senders=("G02",)), lambda row: row.sender_organ_id == "G02"),
    "days": (
        Sieve(since=TODAY - timedelta(2), until=TODAY - timedelta(1)),
        lambda row: (TODAY - (row.arrival_date or TODAY)).days in {1, 2},
    ),
    "overdue": (
        Sieve(due=Due.OVERDUE),
        lambda row: (
            row.due_date is not None
            and row.due_date <= date(2026, 3, 6)
            and row.state in {"registered", "in_progress"}
        ),
    ),
    "soon": (
        Sieve(due=Due.SOON),
        lambda row: (
            row.due_date is not None
            and date(2026, 3, 6) < row.due_date <= date(2026, 3, 12)
            and row.state in {"registered", "in_progress"}
        ),
    ),
    "none-due": (Sieve(due=Due.NONE), lambda row: row.due_date is None),
    "code": (Sieve(code="17/BNV-VP"), lambda row: row.code_number == "17"),
    "number": (Sieve(code="17"), lambda row: 17 in {int(row.code_number or 0), row.receipt_number}),
    "both": (
        Sieve(types=("Báo cáo",), units=("u0",)),
        lambda row: row.type_name == "Báo cáo" and row.unit_id == "u0",
    ),
}


def test_chips_let_through_what_they_say_once_and_in_order(
    shelf: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for windows in ((500, 4_000), (3, 5)):
        monkeypatch.setattr(listing, "WINDOWS", windows)
        for chip, (sieve, rule) in CHIPS.items():
            with shelf.reading() as session:
                rows = session.query(DocumentRow).filter_by(organ_id=ORGAN).all()
                count = counted(session, ORGAN, QUEUES["inbox"], TODAY, sieve=sieve).count
                inside = {
                    row.id
                    for row in rows
                    if holds(session, ORGAN, QUEUES["inbox"], TODAY, row.id, sieve=sieve)
                }
            passing = {row.id for row in rows if rule(row)}
            numbers = list(walked(shelf, sieve))
            assert numbers == sorted((int(each[-12:]) for each in passing), reverse=True), chip
            assert inside == passing, chip
            assert count == len(passing) or windows == (3, 5), chip


def test_a_long_list_that_is_cut_says_so_and_goes_on(
    shelf: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "WINDOWS", (2, 6))
    only_first = Sieve(code="1/BNV-VP")
    with shelf.reading() as session:
        page = listed(session, ORGAN, QUEUES["inbox"], TODAY, sieve=only_first)
    assert page.cut
    assert page.documents == ()
    assert page.next
    assert list(walked(shelf, only_first)) == [1]


def test_a_short_queue_is_looked_through_whole(
    shelf: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "WINDOWS", (1, 2))
    with shelf.reading() as session:
        page = listed(session, ORGAN, QUEUES["to-submit"], TODAY, sieve=Sieve(types=("Báo cáo",)))
    assert not page.cut
    assert {row.state for row in page.documents} == {State.REGISTERED}
    assert all(row.type_name == "Báo cáo" for row in page.documents)


def test_ones_own_list_holds_nobody_elses(office: Database) -> None:
    clerk, leader = f"{ORGAN}-clerk", f"{ORGAN}-leader"
    for number in range(1, 9):
        mine = clerk if number % 2 else leader
        enter(office, number, direction="outgoing", state="draft", drafter_id=mine)
    with office.reading() as session:
        queue = QUEUES["drafts"]
        own = listed(session, ORGAN, queue, TODAY, only=Only(drafters=(clerk,)))
        both = counted(session, ORGAN, queue, TODAY, only=Only(drafters=(clerk, leader)))
        other = counted(session, "H99.02", queue, TODAY, only=Only(drafters=(clerk, leader)))
    assert {row.drafter_id for row in own.documents} == {clerk}
    assert (both.count, other.count) == (8, 0)


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (None, None),
        (date(2026, 3, 6), DueWords("late", "quá hạn 3 ngày")),
        # Saturday and Sunday end with the Monday that it is
        (date(2026, 3, 7), DueWords("soon", "hạn hôm nay")),
        (date(2026, 3, 9), DueWords("soon", "hạn hôm nay")),
        (date(2026, 3, 11), DueWords("soon", "còn 2 ngày làm việc")),
        (date(2026, 3, 14), DueWords("quiet", "còn 5 ngày làm việc")),
        (date(2026, 6, 30), DueWords("quiet", "hạn 30/06/2026")),
        (date(2099, 1, 1), DueWords("quiet", "hạn 01/01/2099")),
        (date.max, None),
    ],
    ids=["none", "late", "rest", "today", "soon", "week", "far", "unknown-year", "no-day"],
)
def test_a_deadline_is_said_in_working_days(due: date | None, said: DueWords | None) -> None:
    assert due_words(due, AT.date()) == said
