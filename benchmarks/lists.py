"""Every list over a generated store: first page, a page far in, its counter; and the floor."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator

from sqlalchemy import select

from benchmarks import store
from benchmarks.both_stores import on_both
from benchmarks.measure import machine, percentile, table
from documents.database import Database
from documents.listing import Only, counted, listed
from documents.numbering import local_day
from documents.queues import QUEUES, Order, Queue
from documents.tables import DocumentRow

ON_SQLITE = 100_000
ON_POSTGRESQL = 1_000_000
ROUNDS = 10
FAR = 40
"""Pages turned before the one that is measured."""
LIMIT_MS = 50
_TODAY = local_day(store.LAST)

Ask = Callable[[Database], object]


def main(on_sqlite: int = ON_SQLITE, on_postgresql: int = ON_POSTGRESQL) -> None:
    """Measure and print."""
    print(machine("sqlalchemy", "psycopg"))
    on_both(on_sqlite, on_postgresql, _report, words=False)


def _report(said: str, database: Database, took: float) -> None:
    print(f"\n{said}, made in {took:.0f} s")
    columns = ("", "p50 ms", "p95 ms", "worst ms", f"over {LIMIT_MS} ms")
    table("lists", columns, measured(database))


def measured(database: Database) -> Iterator[tuple[str, float, float, float, int]]:
    """Yield what each list took."""
    with database.reading() as session:
        key = session.scalar(select(DocumentRow.id).limit(1)) or ""
    yield _line("floor: one row by its key", database, _lookup(key))
    for name, queue in QUEUES.items():
        yield _line(name, database, _page(queue))
        yield _line(f"{name}: counter", database, _counter(queue))
    for name in ("inbox", "outbox"):
        for order in Order:
            if name == "outbox" and order in (Order.ARRIVAL, Order.RECEIPT):
                continue
            queue = QUEUES[name]
            yield _line(f"{name} by {order}", database, _page(queue, order))
            mark = _far(database, queue, order)
            yield _line(f"{name} by {order}, page {FAR}", database, _page(queue, order, mark))
    yield _line("a unit's in progress", database, _page(QUEUES["in-progress"], unit="u3"))
    yield _line("a drafter's returned", database, _page(QUEUES["returned"], drafter="p7"))
    yield _line("a signer's to sign", database, _page(QUEUES["to-sign"], signer="p7"))


def _lookup(key: str) -> Ask:
    def ask(database: Database) -> None:
        with database.reading() as session:
            session.scalar(select(DocumentRow).where(DocumentRow.id == key))

    return ask


def _page(
    queue: Queue,
    order: Order | None = None,
    mark: str = "",
    *,
    unit: str = "",
    drafter: str = "",
    signer: str = "",
) -> Ask:
    def ask(database: Database) -> str:
        with database.reading() as session:
            only = Only(unit, drafter, signer)
            found = listed(session, store.ORGAN, queue, _TODAY, only=only, order=order, page=mark)
            return found.next

    return ask


def _far(database: Database, queue: Queue, order: Order) -> str:
    mark = ""
    for _ in range(FAR):
        mark = str(_page(queue, order, mark)(database))
    return mark


def _counter(queue: Queue) -> Ask:
    def ask(database: Database) -> None:
        with database.reading() as session:
            counted(session, store.ORGAN, queue, _TODAY)

    return ask


def _line(name: str, database: Database, ask: Ask) -> tuple[str, float, float, float, int]:
    laps: list[float] = []
    for _ in range(ROUNDS + 1):
        begun = time.perf_counter()
        ask(database)
        laps.append((time.perf_counter() - begun) * 1000)
    laps = laps[1:]  # the first warms up
    over = sum(lap > LIMIT_MS for lap in laps)
    return name, statistics.median(laps), percentile(laps, 0.95), max(laps), over


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
