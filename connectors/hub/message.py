"""A message in the hub, as it comes in, as it goes out, and what becomes of it."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from connectors.axis import MessageKind, PacketState


@dataclass(frozen=True, slots=True)
class Posting:
    """A message as it comes to the hub; *content* is at its start."""

    message_id: str
    kind: MessageKind
    sender: str
    recipients: tuple[str, ...]
    sha256: str
    size: int
    content: IO[bytes]
    urgency: int = 0
    document_id: str = ""
    status_code: str = ""
    system: str = ""
    """Who handed it over; empty: no credential was asked."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as the hub gives it out."""

    axis_id: str
    kind: MessageKind
    sender: str
    message_id: str
    sha256: str
    size: int
    """Bytes."""
    content: bytes | Path = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One recipient's copy; times are aware UTC."""

    recipient: str
    state: PacketState
    note: str
    """What the recipient said, of a failure above all."""
    accepted_at: datetime
    fetched_at: datetime | None
    """First given out."""
    settled_at: datetime | None
    """Done or fail: out of the queue."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for one recipient."""

    recipient: str
    waiting: int
    oldest: datetime
    """Aware UTC; when the oldest one was accepted."""
