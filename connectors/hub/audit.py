"""The hub's audit: who did what to which message, when, from where, and what came of it.

Append-only, in the hub's database. What changes something is entered in the transaction of
the change; what changes nothing (refusals, a content given out again) within a second.
Questions that find or list are not entered: they come every second. Never a secret or content.
"""

import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from connectors.hub.call import Call, Line
from connectors.hub.moments import microseconds, utc
from connectors.hub.writer import Writer

_MOST_WAITING = 10_000
"""A flood of refusals must fill neither memory nor disk: what is beyond is counted only."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    at: datetime
    """Aware UTC."""
    system: str
    """Who; empty: no credential was asked."""
    peer: str
    """The network address."""
    operation: str
    axis_id: str
    """Empty where no message is concerned."""
    outcome: str
    """OK, REPEATED, a packet state, or the code of the refusal."""


def enter(connection: sqlite3.Connection, call: Call, lines: Sequence[Line], at: int) -> None:
    """Enter *lines* in the transaction that is open."""
    connection.executemany(
        _ENTER,
        [(at, call.system, call.peer, call.operation, n.axis_id, n.outcome) for n in lines],
    )


class Waiting:
    """Lines that no transaction carries; `flush` enters them."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._calls: deque[tuple[int, Call]] = deque()
        self.dropped = 0
        """Calls not entered since the start."""

    def add(self, call: Call, at: datetime) -> None:
        """Take the lines of a call that has ended, except what a transaction has entered."""
        if len(self._calls) >= _MOST_WAITING:
            self.dropped += 1
        else:
            self._calls.append((microseconds(at), call))

    def flush(self) -> None:
        """Enter what waits."""
        taken = [self._calls.popleft() for _ in range(len(self._calls))]

        def enter_all(connection: sqlite3.Connection) -> None:
            for at, call in taken:
                enter(connection, call, call.lines[call.entered :], at)

        if not taken:
            return
        try:
            self._writer.run(enter_all)
        except BaseException:
            self._calls.extendleft(reversed(taken))
            raise


def entries(
    connection: sqlite3.Connection,
    *,
    since: datetime | None = None,
    system: str = "",
    axis_id: str = "",
    limit: int = 100,
) -> list[Entry]:
    """Return the newest *limit* lines that fit, oldest first."""
    rows = connection.execute(_NEWEST, ((since and microseconds(since)) or 0,))
    fitting = (
        Entry(utc(row[0]), *row[1:])
        for row in rows
        if (not system or row[1] == system) and (not axis_id or row[4] == axis_id)
    )
    return list(islice(fitting, limit))[::-1]


_ENTER = """
    INSERT INTO audit (at, system, peer, operation, axis_id, outcome) VALUES (?, ?, ?, ?, ?, ?)
"""
_NEWEST = """
    SELECT at, system, peer, operation, axis_id, outcome FROM audit WHERE at >= ? ORDER BY id DESC
"""
