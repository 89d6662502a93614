"""The axis's lists come in spans of time: every moment once, never much more than a page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.axis import MessageKind, PacketState, Track
from tests.workflows.house import OFFICE, PROVINCE
from workflows.reconciliation_run import LEAST_SPAN, PAGE, spans


def many(
    count: int, since: datetime, step: timedelta
) -> Callable[[datetime, datetime], list[Track]]:
    """Return a list of *count* messages, one each *step*, that is made as it is asked for."""
    held: list[int] = []

    def lists(start: datetime, end: datetime) -> list[Track]:
        first = max(0, -((since - start) // step))
        last = min(count, -((since - end) // step))
        one = Track(
            *("a", MessageKind.EDOC, PROVINCE, OFFICE, PacketState.DONE, ""),
            *(since, since, "m", ""),
        )
        held.append(last - first)
        return [
            replace(one, axis_id=f"a-{n}", accepted_at=since + step * n) for n in range(first, last)
        ]

    lists.held = held  # type: ignore[attr-defined]
    return lists


@pytest.mark.parametrize("seconds", [1, 6, 60])
def test_a_hundred_thousand_entries_come_in_spans_of_a_page(seconds: int) -> None:
    since, step = datetime(2026, 1, 1, tzinfo=UTC), timedelta(seconds=seconds)
    lists = many(100_000, since, step)
    seen: set[str] = set()
    most = 0
    for _, tracks in spans(lists, (since, since + step * 100_000)):
        most = max(most, len(tracks))
        assert seen.isdisjoint(track.axis_id for track in tracks)
        seen.update(track.axis_id for track in tracks)
    assert len(seen) == 100_000
    assert most <= PAGE


def test_spans_cover_every_moment_once_however_much_there_is() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    ends = [since]
    for (start, end), _ in spans(lambda _s, _e: [], (since, since + timedelta(days=90))):
        assert start == ends[-1]
        ends.append(end)
    assert ends[-1] == since + timedelta(days=90)
    crowd = many(20_000, since, timedelta(milliseconds=1))
    (only, tracks), *_ = spans(crowd, (since, since + LEAST_SPAN))
    assert (len(tracks), only[1] - only[0]) == (20_000, LEAST_SPAN)
