"""What an agency sent and received, one line a recipient, as the axis's lists have it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.axis import MessageKind, PacketState, Track
from connectors.hub.moments import microseconds, utc


@dataclass(frozen=True, slots=True)
class Search:
    """Which lines: [since, until) of acceptance; what is None or empty does not limit."""

    since: datetime | None = None
    until: datetime | None = None
    kind: MessageKind | None = None
    message_id: str = ""
    axis_id: str = ""
    limit: int = 1000


def sent(connection: sqlite3.Connection, senders: Sequence[str], search: Search) -> list[Track]:
    """Return what *senders* handed over, oldest first."""
    return _found(connection, "m.sender", "m.accepted_at", senders, search)


def received(
    connection: sqlite3.Connection, recipients: Sequence[str], search: Search
) -> list[Track]:
    """Return what came for *recipients*, oldest first."""
    return _found(connection, "d.recipient", "d.accepted_at", recipients, search)


def of_message(connection: sqlite3.Connection, axis_id: str) -> list[Track]:
    """Return one message at each of its recipients; empty when there is none."""
    rows = connection.execute(f"{_TRACKS} WHERE m.axis_id = ? ORDER BY recipient", (axis_id,))
    return [_track(row) for row in rows]


def _found(
    connection: sqlite3.Connection, whose: str, when: str, codes: Sequence[str], search: Search
) -> list[Track]:
    conditions = [f"{whose} IN ({', '.join('?' * len(codes))})"]
    values: list[Any] = [*codes]
    limits = (
        (f"{when} >= ?", search.since and microseconds(search.since)),
        (f"{when} < ?", search.until and microseconds(search.until)),
        ("m.kind = ?", search.kind),
        ("m.message_id = ?", search.message_id),
        ("m.axis_id = ?", search.axis_id),
    )
    for condition, value in limits:
        if value:
            conditions.append(condition)
            values.append(value)
    rows = connection.execute(
        f"{_TRACKS} WHERE {' AND '.join(conditions)} ORDER BY {when}, m.seq, recipient LIMIT ?",
        (*values, search.limit),
    )
    return [_track(row) for row in rows]


def _track(row: Sequence[Any]) -> Track:
    axis_id, kind, sender, recipient, state, note, accepted_at, updated_at, message_id, sha256 = row
    return Track(
        axis_id=axis_id,
        kind=MessageKind(kind),
        sender=sender,
        recipient=recipient,
        state=PacketState(state),
        note=note,
        accepted_at=utc(accepted_at),
        updated_at=utc(updated_at),
        message_id=message_id,
        sha256=sha256,
    )


_TRACKS = """
    SELECT axis_id, m.kind, sender, recipient, state, note, m.accepted_at, updated_at, message_id,
           sha256
    FROM messages AS m JOIN deliveries AS d USING (seq)
"""
