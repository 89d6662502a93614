"""Numbers per second: eight writers, one series, each number its own committed transaction.

The floor is a counter that the same eight writers move (`UPDATE … RETURNING`, COMMIT): the
register's row is locked until the commit is on disk, so both end where one commit after the
other does. A number is the question for the series, the count and the entry of a document.
Durable: PostgreSQL with fsync and synchronous_commit, SQLite with synchronous=FULL.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, insert, select, text

from benchmarks.measure import machine, percentile, table
from documents import directory, register, series_rules
from documents.database import Database
from documents.document import Agency
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.tables import DocumentRow, RegisterEntryRow

WRITERS = 8
EACH = 150
"""Numbers that each writer takes in one round."""
ROUNDS = 3
GOAL = 500
AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
ORGAN = "H99.01"
Work = Callable[[Database, list[str]], list[float]]


def main() -> int:
    """Measure and print; 1 where the goal is missed on PostgreSQL."""
    print(f"numbers: {WRITERS} writers, {EACH} numbers each\n{machine('sqlalchemy', 'psycopg')}")
    rows, worst = [], 0
    for name, opened in (("PostgreSQL", _postgresql()), ("SQLite", _sqlite())):
        with opened as url:
            if url is None:
                print(f"{name}: not installed here, not measured")
                continue
            floor, number = measured(url)
            rows += [(name, "floor: counter", *floor, ""), (name, "number", *number, "")]
            rows[-1] = (*rows[-1][:-1], f"{number[0] / floor[0]:.2f}")
            worst |= name == "PostgreSQL" and number[0] < GOAL
    columns = ("", "", "per second", "p50 ms", "p95 ms", "of the floor")
    table(f"medians of {ROUNDS} rounds; goal {GOAL} a second on PostgreSQL", columns, rows)
    return worst


def measured(url: str) -> tuple[tuple[int, float, float], tuple[int, float, float]]:
    """Return (per second, p50 ms, p95 ms) of the floor and of numbers; turn by turn."""
    database = Database(url)
    database.upgrade()
    _prepare(database)
    database.close()
    laps: dict[str, list[tuple[float, list[float]]]] = {"floor": [], "number": []}
    for round_number in range(ROUNDS):
        for name, work in (("floor", _floor), ("number", _number)):
            laps[name].append(_together(url, work, round_number))
    _judge(url)
    return _figures(laps["floor"]), _figures(laps["number"])


def _figures(laps: list[tuple[float, list[float]]]) -> tuple[int, float, float]:
    rate = statistics.median(len(waits) / seconds for seconds, waits in laps)
    every = [wait for _, waits in laps for wait in waits]
    return round(rate), round(percentile(every, 0.5), 2), round(percentile(every, 0.95), 2)


def _prepare(database: Database) -> None:
    with database.writing() as session:
        directory.put_agency(session, Agency(ORGAN, "Sở số 1", "S1", "Sơn Hải"), served=True)
        session.execute(text("CREATE TABLE counter (id INTEGER PRIMARY KEY, newest INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (1, 0)"))
        bare = {
            "direction": "outgoing",
            "organ_id": ORGAN,
            "state": "signed",
            "created_at": AT,
            "updated_at": AT,
            "type_name": "Quyết định",
            "subject": "x",
            "sender_organ_id": ORGAN,
            "code_notation": "QĐ-S1",
        }
        for turn in range(ROUNDS):
            for writer in range(WRITERS):
                ids = _ids(turn, writer)
                session.execute(insert(DocumentRow), [{**bare, "id": each} for each in ids])


def _ids(turn: int, writer: int) -> list[str]:
    return [f"{turn}-{writer}-{number}" for number in range(EACH)]


def _together(url: str, work: Work, turn: int) -> tuple[float, list[float]]:
    """Let every writer begin at once; return the seconds it took and each number's wait in ms."""
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(WRITERS + 1), context.Queue()
    writers = [
        context.Process(target=_write, args=(url, work, _ids(turn, each), ready, results))
        for each in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    ready.wait(60)
    begun = time.perf_counter()
    waits = [wait for _ in writers for wait in results.get(timeout=300)]
    seconds = time.perf_counter() - begun
    for writer in writers:
        writer.join(30)
    return seconds, waits


def _write(
    url: str,
    work: Work,
    ids: list[str],
    ready: "multiprocessing.synchronize.Barrier",
    results: "multiprocessing.Queue[list[float]]",
) -> None:
    database = Database(url)
    with database.reading() as session:
        session.scalar(select(func.count()).select_from(RegisterEntryRow))
    ready.wait(60)
    results.put(work(database, ids))
    database.close()


def _floor(database: Database, ids: list[str]) -> list[float]:
    move = text("UPDATE counter SET newest = newest + 1 WHERE id = 1 RETURNING newest")
    waits = []
    for _ in ids:
        begun = time.perf_counter()
        with database.writing() as session:
            session.connection().scalar(move)
        waits.append((time.perf_counter() - begun) * 1000)
    return waits


def _number(database: Database, ids: list[str]) -> list[float]:
    day = local_day(AT)
    waits = []
    for each in ids:
        begun = time.perf_counter()
        with database.writing() as session:
            series = series_rules.series_for(session, ORGAN, "Quyết định", "QĐ-S1", None, day)
            register.enter(session, ORGAN, Direction.OUTGOING, series, day, each, "QĐ-S1")
        waits.append((time.perf_counter() - begun) * 1000)
    return waits


def _judge(url: str) -> None:
    """Say so where a number is missing or double."""
    database = Database(url)
    with database.reading() as session:
        given = session.scalar(select(func.count()).select_from(RegisterEntryRow))
        if register.gaps(session) or given != ROUNDS * WRITERS * EACH:
            raise AssertionError("numbers are not 1…n")
    database.close()


@contextmanager
def _sqlite() -> Iterator[str | None]:
    with tempfile.TemporaryDirectory(prefix="congvan-bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'numbers.db'}"


@contextmanager
def _postgresql() -> Iterator[str | None]:
    from benchmarks.postgres import server

    with server() as url:
        yield url


if __name__ == "__main__":
    raise SystemExit(main())
