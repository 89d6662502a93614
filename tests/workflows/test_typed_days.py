"""Days as people type them in a hurry are read by the server, not only by a script."""

from datetime import date

import pytest

from workflows.calendar_days import DayInvalid, typed_day

TODAY = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", None),
        ("t", TODAY),
        (" T ", TODAY),
        ("+1", date(2026, 11, 23)),
        ("+ 3", date(2026, 11, 25)),
        ("2211", date(2026, 11, 22)),
        ("221126", date(2026, 11, 22)),
        ("22112025", date(2025, 11, 22)),
        ("5/1", date(2026, 1, 5)),
        ("05.01.25", date(2025, 1, 5)),
        ("31/12/2026", date(2026, 12, 31)),
        ("2026-12-31", date(2026, 12, 31)),
    ],
    ids=str,
)
def test_a_day_is_read(text: str, day: date | None) -> None:
    assert typed_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    ["3002", "0000", "mai", "1/13", "+", "-3", "22112", "\u0661\u0662/11", "1" * 5000, "\0"],
    ids=["february", "zero", "word", "month", "plus", "minus", "five", "digits", "long", "nul"],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(DayInvalid):
        typed_day(text, TODAY)
