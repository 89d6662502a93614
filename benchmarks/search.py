"""Search over a generated store: every kind of query, against reading one row by its key."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import select

from benchmarks import store
from benchmarks.measure import machine, percentile, table
from benchmarks.postgres import server
from documents.database import Database
from documents.search import Facet, Sort, search
from documents.search_query import Filters
from documents.tables import DocumentRow

ON_SQLITE = 100_000
ON_POSTGRESQL = 1_000_000
ROUNDS = 7
LIMIT_MS = 200
_TODAY = date(2026, 11, 20)

QUERIES: dict[str, tuple[str, ...]] = {
    "one common word": ("ubnd", "bao", "năm", "thực hiện"),
    "common words": ("báo cáo kết quả", "ủy ban nhân dân", "cai cach hanh chinh"),
    "one rare word": ("mã12345", "mã777", "ma99"),
    "rare and common": ("bão số 17", "huỳnh thị hạnh", "tái định cư Bãi Cháy 31"),
    "accents wanted": ('"bão"', '"đất"', "lũ", "sơn đông"),
    "phrase": ('"phòng cháy"', '"chuyển đổi số"', '"dan nhan"', '"so 17"'),
    "a beginning": ("chuy*", "nghi*", "mã123*", "ph*"),
    "excluding": ("báo cáo -tuần", "kế hoạch -năm", "-ubnd"),
    "a code": ("15/QĐ-UBND7", "4321/UBND", "8999/bc-ubnd3"),
    "in a field": ("số:15 ký hiệu:QĐ", "trích yếu:bão", 'nơi gửi:"bãi cháy"'),
    "no words": ("",),
}
FILTERS: dict[str, Filters] = {
    "of a year": Filters(years=frozenset({2026}), directions=frozenset({"incoming"})),
    "in a rare state": Filters(states=frozenset({"quarantined"})),
    "of some days": Filters(since=date(2025, 6, 1), until=date(2025, 6, 7)),
    "overdue": Filters(deadline="overdue", today=_TODAY),
}


def main(on_sqlite: int = ON_SQLITE, on_postgresql: int = ON_POSTGRESQL) -> None:
    """Measure and print."""
    print(machine("sqlalchemy", "psycopg"))
    for name, opened, count in (
        ("SQLite", _sqlite, on_sqlite),
        ("PostgreSQL", server, on_postgresql),
    ):
        with opened() as url:
            if url is None:
                print(f"{name}: not installed here, not measured")
                continue
            begun = time.perf_counter()
            with store.filled(url, count) as database:
                took = time.perf_counter() - begun
                print(f"\n{name}: {count} documents, {store.size(database)}, made in {took:.0f} s")
                columns = ("", "p50 ms", "p95 ms", "worst ms", f"over {LIMIT_MS} ms")
                table("search", columns, measured(database))


def measured(database: Database) -> Iterator[tuple[str, float, float, float, int]]:
    """Yield what each kind of query took."""
    key = _some_key(database)

    def lookup() -> None:
        with database.reading() as session:
            session.scalar(select(DocumentRow).where(DocumentRow.id == key))

    yield _line("floor: one row by its key", [lookup] * 20)
    for kind, queries in QUERIES.items():
        yield _line(kind, [_asking(database, query) for query in queries])
    for kind, filters in FILTERS.items():
        yield _line(f"«báo cáo» {kind}", [_asking(database, "báo cáo", filters)])
    facets: dict[str, object] = {"facets": list(Facet)}
    yield _line("facets, common word", [_asking(database, "ubnd", **facets)])
    yield _line("facets, rare word", [_asking(database, "huỳnh thị hạnh", **facets)])
    yield _line("common word by deadline", [_asking(database, "ubnd", sort=Sort.DUE)])


def _some_key(database: Database) -> str:
    with database.reading() as session:
        return session.scalar(select(DocumentRow.id).limit(1)) or ""


def _asking(database: Database, query: str, *rest: object, **more: object) -> Callable[[], None]:
    def ask() -> None:
        with database.reading() as session:
            search(session, [store.ORGAN], query, *rest, **more)  # type: ignore[arg-type]

    return ask


def _line(kind: str, asked: list[Callable[[], None]]) -> tuple[str, float, float, float, int]:
    laps: list[float] = []
    for number in range(ROUNDS + 1):
        for ask in asked:
            begun = time.perf_counter()
            ask()
            if number:  # the first round warms up
                laps.append((time.perf_counter() - begun) * 1000)
    over = sum(lap > LIMIT_MS for lap in laps)
    return kind, statistics.median(laps), percentile(laps, 0.95), max(laps), over


@contextmanager
def _sqlite() -> Iterator[str | None]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'search.db'}"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
