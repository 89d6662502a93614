"""Stretches of time as words of the index: what was created, promulgated or due in them.

A GIN index gives no order. What is wanted newest first is therefore asked for span by span,
from the newest back, until there is enough: the words of a span keep the rest out. Days of a
field are words too, by day and by month, so that a range of days is a few words.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from documents.search_expression import AnyOf, Phrase, word

SPAN = 2 * 86_400 * 1_000_000
"""Microseconds of a span."""
WIDE = 16
"""Spans of a wide one."""
MOST_DAYS = 64
"""Words of a range; one of more is not worth its words: it leaves most documents."""


def of_place(seq: int) -> tuple[str, str]:
    """Return the words for the place *seq* (microseconds since 1970)."""
    span = seq // SPAN
    return f"ta_{span}", f"tb_{span // WIDE}"


def back(newest: int) -> Iterator[tuple[int, AnyOf | None]]:
    """Yield, from *newest* back, where a stretch begins and its words; at last 0 and None.

    Two spans, four, those to a wide one's beginning; two wide ones, eight, all that is older:
    each about as much as all before, so that little is read which is not wanted.
    """
    span = newest // SPAN
    near = span - 5
    wide = near // WIDE - 1
    for kind, size, first, end in (
        ("ta", SPAN, span - 1, span + 1),
        ("ta", SPAN, near, span - 1),
        ("ta", SPAN, wide * WIDE, near),
        ("tb", SPAN * WIDE, wide - 2, wide),
        ("tb", SPAN * WIDE, wide - 10, wide - 2),
    ):
        if first > 0:
            yield first * size, AnyOf(tuple(word(f"{kind}_{n}") for n in range(first, end)))
    yield 0, None


def of_day(kind: str, day: date) -> tuple[str, str]:
    """Return the words for *day* in a field."""
    return f"{kind}d_{day:%Y%m%d}", f"{kind}m_{day:%Y%m}"


def between(kind: str, first: date | None, last: date | None) -> AnyOf | None:
    """Return the words for the days from *first* to *last*; None where they are too many."""
    if first is None or last is None or (last - first).days > MOST_DAYS * 30:
        return None
    if last.year == date.max.year:  # where the calendar of Python ends
        return None
    found: list[Phrase] = []
    day = first
    while day <= last and len(found) <= MOST_DAYS:
        after = (day.replace(day=1) + timedelta(31)).replace(day=1)
        whole = day.day == 1 and after - timedelta(1) <= last
        by_day, by_month = of_day(kind, day)
        found.append(word(by_month if whole else by_day))
        day = after if whole else day + timedelta(1)
    if len(found) > MOST_DAYS:
        return None
    return AnyOf(tuple(found) or (word("v_nothing"),))
