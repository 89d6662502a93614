"""The law's deadline for sending: at once, or by the next working morning in Vietnam."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import dispatch_deadline, ledger, outgoing
from documents.calendar import Calendar, CalendarInvalid, Year, YearMissing, vietnam
from documents.database import Database
from documents.dispatch_deadline import deadline, overdue
from documents.document import VIETNAM, Role
from documents.lifecycle import Step
from documents.outgoing import Draft
from documents.tables import DocumentRow
from documents.time_limit import AT_ONCE

PLAIN = """
year = 2030
announced = true
sources = ["x"]
off = [{from = 2030-01-01, to = 2030-01-01, name = "Tết"}]
swapped = [{off = 2030-01-02, work = 2030-01-05}]
"""


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("signed", "until"),
    [
        ("2026-03-09 09:00", "2026-03-10 12:00"),
        ("2026-03-09 23:59", "2026-03-10 12:00"),
        ("2026-03-13 17:30", "2026-03-16 12:00"),  # Friday evening: Monday's morning
        ("2026-03-14 08:00", "2026-03-16 12:00"),  # a Saturday
        ("2026-01-01 10:00", "2026-01-05 12:00"),  # Friday 02/01 was swapped away
        ("2026-01-09 16:00", "2026-01-10 12:00"),  # Saturday 10/01 is worked in its stead
        ("2026-02-13 17:00", "2026-02-23 12:00"),  # before Tết 2026: nine days off
        ("2026-02-18 09:00", "2026-02-23 12:00"),  # in the middle of it
        ("2026-04-24 15:00", "2026-04-28 12:00"),  # Giỗ Tổ on Sunday is made up on Monday
        ("2026-04-29 15:00", "2026-05-04 12:00"),
        ("2026-08-21 15:00", "2026-08-22 12:00"),  # a made-up Saturday
        ("2026-08-28 15:00", "2026-09-03 12:00"),
        ("2027-02-04 15:00", "2027-02-12 12:00"),  # before Tết 2027
        ("2024-04-26 16:00", "2024-05-02 12:00"),
        ("2024-05-03 16:00", "2024-05-04 12:00"),
        ("2025-01-24 16:00", "2025-02-03 12:00"),
        ("2025-12-31 16:00", "2026-01-05 12:00"),
    ],
)
def test_what_is_not_urgent_leaves_by_the_next_working_morning(signed: str, until: str) -> None:
    assert deadline(here(signed), 0, vietnam()) == here(until)


@pytest.mark.parametrize("urgency", [1, 2, 3, 4])
def test_what_is_urgent_leaves_right_after_signing_on_any_day(urgency: int) -> None:
    for signed in ("2026-02-17 00:05", "2026-03-13 17:30", "2031-06-01 09:00"):
        assert deadline(here(signed), urgency, vietnam()) == here(signed) + AT_ONCE


def test_the_day_of_signing_is_vietnam_s() -> None:
    signed = datetime(2026, 3, 9, 17, 30, tzinfo=UTC)  # 00:30 on the 10th there
    assert deadline(signed, 0, vietnam()) == here("2026-03-11 12:00")


@given(st.dates(date(2024, 1, 1), date(2027, 12, 29)), st.times())
def test_the_deadline_is_a_working_noon_after_signing_with_no_working_day_between(
    day: date, clock: time
) -> None:
    signed = datetime.combine(day, clock, VIETNAM)
    until = deadline(signed, 0, vietnam())
    assert until > signed
    assert (until.hour, until.minute) == (12, 0)
    assert vietnam().is_working(until.date())
    between = range(1, (until.date() - signed.date()).days)
    assert not any(vietnam().is_working(signed.date() + timedelta(days=n)) for n in between)


def test_a_year_that_nobody_entered_is_an_error_that_says_so() -> None:
    for signed in ("2027-12-31 09:00", "2031-06-01 09:00"):
        with pytest.raises(YearMissing) as caught:
            deadline(here(signed), 0, vietnam())
        assert "calendar_data" in str(caught.value)


def test_the_known_years_have_their_days_and_say_where_from() -> None:
    assert sorted(vietnam().years) == [2024, 2025, 2026, 2027]
    assert [year for year in vietnam().years if not vietnam().year(year).announced] == [2027]
    assert vietnam().name(date(2026, 2, 17)) == "Tết Bính Ngọ"
    for number, year in vietnam().years.items():
        assert year.sources
        off = [day for day in year.off if day.weekday() < 5]
        # eleven days by Art. 112, each made up where it meets a weekend, and the swaps
        assert len(off) - len(year.worked) == 11, number


def test_files_that_contradict_themselves_are_refused() -> None:
    assert Calendar.of([Year.read(PLAIN)]).is_working(date(2030, 1, 5))
    for bad in (
        PLAIN.replace("2030-01-05", "2030-01-04"),
        PLAIN.replace("2030-01-05", "2031-01-04"),
        PLAIN.replace('["x"]', "[]"),
        PLAIN.replace("year = 2030", ""),
        PLAIN.replace("year", "="),
    ):
        with pytest.raises(CalendarInvalid):
            Year.read(bad)


Issue = Callable[..., str]


@pytest.fixture
def issued(office: Database, make_draft: Callable[..., Draft]) -> Issue:
    """Return what signs a document at one moment and dispatches it at another, if at all."""

    def issue(signed: datetime, sent: datetime | None, urgency: int = 0) -> str:
        with office.writing() as session:
            document = outgoing.create(session, make_draft(), signed).id
            outgoing.decide(session, document, Step.SUBMIT, f"H99.01-{Role.SPECIALIST}", signed)
            outgoing.decide(session, document, Step.APPROVE, f"H99.01-{Role.LEADER}", signed)
            session.get_one(DocumentRow, document).urgency = urgency
            outgoing.signed(session, document, "3" * 64, 1, signed)
            outgoing.numbered(session, document, signed)
            outgoing.sealed(session, document, "4" * 64, 1, signed)
            if sent is not None:
                outgoing.dispatched(session, document, "axis-1", sent)
        return document

    return issue


def test_what_leaves_late_is_marked_and_what_leaves_in_time_is_not(
    office: Database, issued: Issue
) -> None:
    friday = here("2026-03-13 17:30").astimezone(UTC)
    in_time = issued(friday, here("2026-03-16 11:59").astimezone(UTC))
    late = issued(friday, here("2026-03-16 12:01").astimezone(UTC))
    urgent = issued(friday, here("2026-03-13 18:30").astimezone(UTC), urgency=1)
    with office.reading() as session:
        warned = {name: session.get_one(DocumentRow, name).warnings for name in (late, urgent)}
        assert session.get_one(DocumentRow, in_time).warnings == []
        last = ledger.history(session, late)[-1]
    assert "16/03/2026 12:00" in warned[late][0]
    assert "13/03/2026 18:00" in warned[urgent][0]
    assert (last.step, "late" in last.detail) == ("dispatch", True)


def test_a_missing_year_stops_no_document(office: Database, issued: Issue) -> None:
    signed = here("2031-03-13 09:00").astimezone(UTC)
    document = issued(signed, signed + timedelta(days=30))
    with office.reading() as session:
        row = session.get_one(DocumentRow, document)
        assert (row.state, "2031" in row.warnings[0]) == ("dispatched", True)
        assert overdue(session, signed + timedelta(days=90)) == 0


def test_what_should_have_left_and_has_not_is_counted(office: Database, issued: Issue) -> None:
    friday = here("2026-03-13 17:30").astimezone(UTC)
    issued(friday, None)
    issued(friday, None, urgency=3)
    issued(friday, friday)
    with office.reading() as session:
        counts = [
            dispatch_deadline.overdue(session, here(at).astimezone(UTC))
            for at in ("2026-03-13 17:59", "2026-03-13 18:01", "2026-03-16 12:01")
        ]
    assert counts == [0, 1, 2]
