"""The hub's store: durable, idempotent, true per recipient."""

import hashlib
import io
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import AgencyEntry, MessageKind, PacketState, Receipt
from connectors.errors import UnknownRecipient
from connectors.hub.message import Posting
from connectors.hub.queueing import QUEUE
from connectors.hub.store import IN_ROW, HubStore
from connectors.hub.writer import Writer

START = datetime(2026, 11, 22, 3, 0, 0, 123456, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, agencies: list[AgencyEntry], clock: Clock) -> Iterator[HubStore]:
    opened = HubStore(tmp_path, clock=clock)
    opened.put_agencies(agencies)
    yield opened
    opened.close()


def posting(message_id: str = "m", content: bytes = b"x", **changes: Any) -> Posting:
    fields: dict[str, Any] = {
        "message_id": message_id,
        "kind": MessageKind.EDOC,
        "sender": "H99",
        "recipients": ("H99.01", "H99.02"),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "content": io.BytesIO(content),
    }
    return Posting(**(fields | changes))


def accepted(store: HubStore, given: Posting) -> Receipt:
    (answer,) = store.accept([given])
    assert isinstance(answer, Receipt)
    return answer


@pytest.mark.parametrize("size", [0, IN_ROW, IN_ROW + 1, 3 << 20])
def test_what_was_accepted_is_there_after_a_restart(
    store: HubStore, tmp_path: Path, size: int
) -> None:
    content = b"\0" * size
    receipt = accepted(store, posting(content=content))
    again = HubStore(tmp_path)
    (stored,) = again.fetch("H99.01", [receipt.axis_id])
    held = stored.content if isinstance(stored.content, bytes) else stored.content.read_bytes()
    assert held == content
    assert [pending.axis_id for pending in again.pending(["H99.02"])] == [receipt.axis_id]
    assert again.agencies() == store.agencies()
    assert again.accept([posting(content=content)]) == [
        Receipt(receipt.axis_id, duplicate=True, accepted_at=START)
    ]
    again.close()


def test_each_recipient_has_a_state_of_its_own(store: HubStore, clock: Clock) -> None:
    receipt = accepted(store, posting())
    clock.now += timedelta(minutes=1)
    store.fetch("H99.01", [receipt.axis_id])
    clock.now += timedelta(minutes=1)
    store.fetch("H99.01", [receipt.axis_id])
    store.confirm("H99.01", [(receipt.axis_id, posting().sha256)])
    clock.now += timedelta(minutes=1)
    assert store.confirm("H99.01", [(receipt.axis_id, posting().sha256)]) == 0

    first, second = store.deliveries("000.00.00.H99", "m")
    assert (first.recipient, first.state) == ("H99.01", PacketState.DONE)
    assert first.accepted_at == START
    assert first.fetched_at == START + timedelta(minutes=1)
    assert first.settled_at == START + timedelta(minutes=2)
    assert (second.recipient, second.state) == ("H99.02", PacketState.INITIAL)
    assert store.deliveries("H99", "never sent") == []


def test_the_queues_tell_how_much_waits_and_since_when(store: HubStore, clock: Clock) -> None:
    first = accepted(store, posting("a"))
    clock.now += timedelta(hours=1)
    accepted(store, posting("b"))
    store.confirm("H99.01", [(first.axis_id, posting().sha256)])
    found = {queue.recipient: (queue.waiting, queue.oldest) for queue in store.queues()}
    assert found == {"H99.01": (1, START + timedelta(hours=1)), "H99.02": (2, START)}
    assert store.counts() == {"messages": 2, "waiting": 3}


def test_an_answer_of_many_keeps_what_can_be_kept(store: HubStore) -> None:
    given = [posting("a"), posting("b", recipients=("H1",)), posting("c")]
    first, second, third = store.accept(given)
    assert isinstance(first, Receipt)
    assert isinstance(second, UnknownRecipient)
    assert isinstance(third, Receipt)
    assert store.counts()["messages"] == 2


def test_an_agency_that_moves_keeps_its_queue_under_the_new_code(store: HubStore) -> None:
    with_old = AgencyEntry("H98.05", "Sở mới", "000.00.05.H98")
    store.put_agencies([with_old])
    receipt = accepted(store, posting(recipients=("000.00.05.H98",)))
    (pending,) = store.pending(["H98.05"])
    assert (pending.axis_id, pending.recipient) == (receipt.axis_id, "H98.05")


def test_the_catalogue_comes_in_pages(store: HubStore) -> None:
    store.put_agencies([AgencyEntry(f"H50.{n:03}", f"Đơn vị {n}") for n in range(25)])
    seen: list[AgencyEntry] = []
    while page := store.agencies(seen[-1].organ_id if seen else "", 10):
        seen += page
    assert len(seen) == 28
    assert seen == store.agencies()


def test_ids_follow_the_order_of_acceptance_and_cannot_be_guessed(
    store: HubStore, clock: Clock
) -> None:
    identifiers = []
    for number in range(20):
        identifiers.append(accepted(store, posting(f"m-{number}")).axis_id)
        clock.now += timedelta(microseconds=1)
    assert identifiers == sorted(identifiers)
    assert len({identifier.rpartition("-")[2] for identifier in identifiers}) == 20


def test_the_queue_is_read_through_its_index(store: HubStore) -> None:
    explained = store._reader.execute(f"EXPLAIN QUERY PLAN {QUEUE}", ("H99", "edoc", 5))
    plan = " ".join(row[3] for row in explained)
    assert "USING INDEX queue" in plan
    assert "TEMP B-TREE" not in plan


def test_a_failing_job_does_not_undo_its_neighbours(tmp_path: Path) -> None:
    connection = sqlite3.connect(
        tmp_path / "x.sqlite", isolation_level=None, check_same_thread=False
    )
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    writer = Writer(connection)
    together = threading.Barrier(16)

    def insert(number: int) -> str:
        together.wait()
        try:
            writer.run(lambda to: to.execute("INSERT INTO t VALUES (?)", (number // 2,)).rowcount)
        except sqlite3.IntegrityError:
            return "refused"
        return "kept"

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(insert, range(16)))
    assert sorted(outcomes) == ["kept"] * 8 + ["refused"] * 8
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (8,)
    writer.close()


def test_when_the_commit_fails_nobody_is_told_it_was_kept(tmp_path: Path) -> None:
    writer = Writer(sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None))
    writer.run(lambda to: to.execute("CREATE TABLE t (n)"))

    def end_the_transaction(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES (1)")
        connection.execute("ROLLBACK")

    with pytest.raises(sqlite3.OperationalError):
        writer.run(end_the_transaction)
    assert writer.run(lambda to: to.execute("SELECT count(*) FROM t").fetchone()) == (0,)
    writer.close()


def test_a_hubs_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    HubStore(tmp_path / "hub").close()
    assert (tmp_path / "hub").stat().st_mode & 0o077 == 0
