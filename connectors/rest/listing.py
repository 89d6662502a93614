"""Lists of a face: asked once for all agencies where the call names none, a span at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.axis import MessageKind, Track
from connectors.edoc.memory import Memory, Trace
from connectors.rest.calls import Calls
from connectors.rest.profile import Operation, Profile
from connectors.rest.rows import tracks
from documents.document import VIETNAM

_SPAN = timedelta(days=31)
"""Longest that is asked for at once."""
_WAITING = b"-"
"""Content of a message that is kept track of here: it lies at the axis."""


class Listing:
    """The lists of one face."""

    def __init__(self, calls: Calls, profile: Profile, clock: Callable[[], datetime]) -> None:
        self._calls = calls
        self._profile = profile
        self._clock = clock

    def of(
        self,
        operation: Operation,
        agencies: Sequence[str],
        kind: MessageKind,
        since: datetime,
        until: datetime,
    ) -> list[Track]:
        """Return the rows of *kind*; more than was asked for where the face does not filter."""
        found: dict[tuple[str, str], Track] = {}
        for values in self._spans(operation, since, until):
            values["kind"] = self._profile.kinds[kind.value]
            asked: set[tuple[str, ...]] = set()
            for agency in dict.fromkeys(agencies):
                key = self._calls.key(operation, agency, values)
                if key in asked:
                    continue
                asked.add(key)
                answer = self._calls.ask(operation, "list", agency, values)
                for track in self._tracks(operation, answer, kind, agency):
                    found.setdefault((track.axis_id, track.recipient), track)
        return list(found.values())

    def _tracks(
        self, operation: Operation, answer: Any, kind: MessageKind, agency: str
    ) -> list[Track]:
        rows = tracks(self._profile, operation, answer, kind, self._clock())
        if "recipient" in operation.row or "sender" in operation.row:
            return rows
        return [replace(track, recipient=agency) for track in rows]  # it was asked for by agency

    def _spans(
        self, operation: Operation, since: datetime, until: datetime
    ) -> Iterator[dict[str, str]]:
        if not operation.mentions("from_date"):
            yield {}
            return
        while since < until:
            end = min(since + _SPAN, until)
            yield {"from_date": self._date(since), "to_date": self._date(end)}
            since = end

    def _date(self, at: datetime) -> str:
        return at.astimezone(VIETNAM).strftime(self._profile.dates)

    def unconfirmed(self, memory: Memory, listed: Sequence[Track]) -> list[Track]:
        """Return what was not confirmed, of messages that the face goes on listing."""
        at = self._clock()
        for agency in {track.recipient for track in listed}:
            ids = [track.axis_id for track in listed if track.recipient == agency]
            memory.enter(agency, [Trace(agency, axis_id, _WAITING) for axis_id in ids], at, at)
        return [track for track in listed if memory.trace(track.recipient, track.axis_id)]

    def confirm(self, memory: Memory, agency: str, axis_id: str) -> None:
        """Note that a message was taken; nothing is asked."""
        at = self._clock()
        memory.enter(agency, [Trace(agency, axis_id, _WAITING)], at, at)
        memory.confirm(agency, [axis_id])
