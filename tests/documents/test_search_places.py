"""Old documents, rare phrases, days and huge texts are found as new, plain ones are."""

from datetime import date, timedelta

import pytest

from documents import search_index, search_spans, search_words
from documents.database import Database
from documents.search_query import Filters
from documents.search_spans import SPAN, WIDE, back, between
from tests.documents.test_search import AT, asked, enter, follow, found

DAYS = (0, 1, 7, 8, 9, 16, 17, 63, 64, 70, 130, 200, 520, 600, 700, 3000)


def test_stretches_leave_no_time_out_and_none_twice() -> None:
    newest = int(AT.timestamp() * 1_000_000)
    for shift in range(WIDE * 2):
        last = newest + shift * SPAN
        upper = last + 1
        for begins, words in back(last):
            assert begins < upper
            for seq in (begins, upper - 1, begins + (upper - begins) // 2):
                if words is not None:
                    named = {phrase.words[0] for phrase in words.parts}  # type: ignore[union-attr]
                    assert named & set(search_spans.of_place(seq))
            upper = begins
        assert upper == 0


def test_what_was_created_long_ago_is_found_in_its_order(office: Database) -> None:
    for number, days in enumerate(DAYS, 1):
        enter(office, number, subject="Phòng cháy", created_at=AT - timedelta(days))
    follow(office)
    for query in ("cháy", '"phòng cháy"', "phòng"):
        assert found(office, query, size=3) == list(range(1, len(DAYS) + 1))
    assert asked(office, "cháy").total == len(DAYS)


def test_a_range_of_days_is_told_by_its_words_and_holds(office: Database) -> None:
    first = date(2026, 1, 20)
    for number in range(1, 120, 7):
        day = first + timedelta(number)
        enter(office, number, subject="bão", promulgated=day, arrival_date=day, due_date=day)
    follow(office)
    for least, most in ((1, 1), (1, 30), (8, 75), (40, 119), (3, 5)):
        since, until = first + timedelta(least), first + timedelta(most)
        wanted = [n for n in range(113, 0, -7) if least <= n <= most]
        for filters in (
            Filters(since=since, until=until),
            Filters(arrived_since=since, arrived_until=until),
            Filters(due_since=since, due_until=until),
        ):
            assert found(office, "bão", filters) == wanted


def test_a_long_range_of_days_is_few_words() -> None:
    words = between("pro", date(2025, 1, 30), date(2026, 12, 2))
    assert words is not None
    assert len(words.parts) <= 2 + 22 + 2
    assert between("pro", date(1900, 1, 1), date(2026, 1, 1)) is None
    assert between("pro", date(9999, 12, 1), date.max) is None


@pytest.mark.parametrize("letter", ["字", "ế", "q"])
def test_a_text_of_huge_words_is_indexed(office: Database, letter: str) -> None:
    key = enter(office, 1, current_sha256="a" * 64, subject="khổng lồ")
    follow(office)
    text = " ".join(f"{letter * 38}{number:x}" for number in range(40_000))
    with office.writing() as session:
        assert search_index.read(session, key, ["a" * 64], text[: search_words.PLACES * 100], AT)
    assert found(office, "khổng lồ") == [1]
    assert found(office, f"{letter * 38}0") == [1]
