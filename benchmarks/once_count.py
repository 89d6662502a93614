"""What became of each message, read from the databases themselves, by none of the product's code.

The sender's ledger and messages, the hub's store, the receiver's register: SQL over each.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOUBLED_ON_PURPOSE = "~"
"""In the id of a message that the hub doubled on purpose (`Fault` duplicate)."""
STATUSES = ("status_01", "status_03")
_CONTENT_KEPT = ("soap", "vxp")
"""Faces that carry a message as it is; the eDoc dialect re-dresses it, its files are the same."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Of some documents and their statuses."""

    lost: int = 0
    """Sent, and in no register; or dispatched without a record."""
    doubled: int = 0
    """More than once in the register, in the sender's ledger or at the hub."""
    wrong: int = 0
    """In the register with another content."""
    statuses_lost: int = 0
    statuses_doubled: int = 0

    @property
    def clean(self) -> bool:
        """Nothing is to be said."""
        return self == Tally()

    def __add__(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(*(getattr(self, n) + getattr(other, n) for n in Tally.__slots__))


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Return what *statement* finds in the database, SQLite or PostgreSQL, of an SQLAlchemy URL."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)) as connection:
            return connection.execute(statement).fetchall()
    import psycopg

    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as server:
        return server.execute(statement).fetchall()


def _among(values: Iterable[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def tally(face: str, sender: str, hub: Path, receiver: str, ids: Collection[str]) -> Tally:
    """Count what became of the sender's documents *ids*; URLs, and the hub's folder."""
    sent = rows(
        sender,
        "SELECT id, document_key, message_sha256, current_sha256, state FROM document"  # noqa: S608
        f" WHERE id IN ({_among(ids)})",
    )
    keys = {row[1] for row in sent}
    arrived: dict[str, list[tuple[Any, ...]]] = {key: [] for key in keys}
    for key, *facts in rows(
        receiver,
        "SELECT document_key, message_sha256, current_sha256, state, receipt_number"  # noqa: S608
        f" FROM document WHERE direction = 'incoming' AND document_key IN ({_among(keys)})",
    ):
        arrived[key].append(tuple(facts))
    lost = doubled = wrong = 0
    for _, key, message, pdf, state in sent:
        copies = arrived[key]
        registered = [copy for copy in copies if copy[2] == "registered" and copy[3]]
        lost += not registered or state != "dispatched"
        doubled += max(0, len(copies) - 1)
        same = (message, pdf) if face in _CONTENT_KEPT else (None, pdf)
        wrong += any((same[0] not in (None, copy[0])) or copy[1] != pdf for copy in registered)
    counted = _statuses(sender, ids)
    doubled += sum(counted[each, "dispatch"] > 1 for each in ids)
    doubled += _at_hub(hub, keys)
    return Tally(
        lost,
        doubled,
        wrong,
        sum(counted[each, status] == 0 for each in ids for status in STATUSES),
        sum(max(0, counted[each, status] - 1) for each in ids for status in STATUSES),
    )


def _statuses(sender: str, ids: Collection[str]) -> Counter[tuple[str, str]]:
    """Return how often each step stands in the sender's ledger, by document."""
    found = rows(
        sender,
        "SELECT document_id, step, count(*) FROM ledger"  # noqa: S608
        f" WHERE document_id IN ({_among(ids)}) GROUP BY document_id, step",
    )
    return Counter({(document, step): count for document, step, count in found})


def _at_hub(hub: Path, keys: Collection[str]) -> int:
    """Return how many statuses the hub took more than once; documents it knows by their ids.

    Not those that it writes itself: in the eDoc dialect 01 for each copy that is confirmed, the
    ones doubled on purpose too. Whether the sender then has it twice, its ledger says.
    """
    found = rows(
        f"sqlite:///{hub}/hub.sqlite",
        "SELECT count(*) FROM messages WHERE kind = 'status'"  # noqa: S608
        f" AND message_id NOT LIKE '%{DOUBLED_ON_PURPOSE}%' AND document_id IN ({_among(keys)})"
        " AND message_id NOT LIKE '01#%' GROUP BY document_id, status_code",
    )
    return sum(count - 1 for (count,) in found)


def drained(face: str, sender: str, hub: Path, receiver: str) -> bool:
    """Return whether nothing is on its way: no queue at the hub, nothing owed or unconfirmed."""
    kinds = "('edoc', 'status')" if face in _CONTENT_KEPT else "('edoc')"
    waiting = [
        (
            f"sqlite:///{hub}/hub.sqlite",
            "SELECT count(*) FROM deliveries WHERE settled_at IS NULL"  # noqa: S608
            f" AND kind IN {kinds}",
        ),
        (receiver, "SELECT count(*) FROM feedback WHERE sent_at IS NULL"),
        *(
            (url, "SELECT count(*) FROM parcel WHERE confirmed_at IS NULL")
            for url in (sender, receiver)
        ),
    ]
    return all(rows(url, statement) == [(0,)] for url, statement in waiting)


def all_incoming(receiver: str) -> int:
    """Return how many documents are in the receiver's register and beside it."""
    return int(rows(receiver, "SELECT count(*) FROM document WHERE direction = 'incoming'")[0][0])
