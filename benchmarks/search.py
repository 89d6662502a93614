"""Search over a generated store: every kind of query, against reading one row by its key."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date

from sqlalchemy import select

from benchmarks import store
from benchmarks.both_stores import on_both
from benchmarks.measure import machine, percentile, table
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
    on_both(on_sqlite, on_postgresql, _report)


def _report(said: str, database: Database, took: float) -> None:
    print(f"\n{said}, {store.size(database)}, made in {took:.0f} s")
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


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
