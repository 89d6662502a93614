"""The agency catalogue at 125,000 entries: searching it, filling it, keeping it up to date.

The national one has 123,265 (axis.md §10.4). Each database is filled as the axis's whole
catalogue would, then 500 entries change; 200 mixed queries are asked in turns.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import machine, table
from documents import catalogue_history, catalogue_search
from documents.catalogue import Alias, Entry, Succession
from documents.catalogue_history import News, Source
from documents.database import Database
from documents.numbering import local_day

ENTRIES = 125_000
CHANGED = 500
QUERIES = 200
LIMIT_MS = 50
AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
_KINDS = (
    *("Ủy ban nhân dân xã", "UBND phường", "Hội đồng nhân dân xã", "Trường Tiểu học"),
    *("Trường THCS", "Trường Mầm non", "Trường Trung học phổ thông", "Trạm Y tế xã"),
    *("Phòng Nội vụ", "Phòng Giáo dục và Đào tạo", "Trung tâm Y tế", "Hạt Kiểm lâm"),
    *("Công ty Cổ phần", "Hợp tác xã", "Đảng ủy xã", "Chi cục Thuế khu vực", "Sở Tài chính"),
)
_SYLLABLES = (
    *("An", "Bình", "Cao", "Châu", "Dương", "Đông", "Đức", "Hà", "Hải", "Hòa", "Hưng", "Khánh"),
    *("Lâm", "Long", "Lộc", "Minh", "Mỹ", "Nam", "Nghĩa", "Phong", "Phú", "Phước", "Quang", "Sơn"),
    *("Tân", "Tây", "Thanh", "Thịnh", "Thuận", "Tiên", "Trung", "Vân", "Việt", "Vĩnh", "Xuân"),
)


def main() -> None:
    """Measure and print."""
    print(f"catalogue: {ENTRIES} agencies\n{machine('sqlalchemy', 'psycopg')}")
    news, queries = generated()
    rows = []
    for name, opened in (("SQLite", _sqlite()), ("PostgreSQL", _postgresql())):
        with opened as url:
            if url is None:
                print(f"{name}: not installed here, not measured")
                continue
            rows.append((name, *measured(url, news, queries)))
    columns = (
        *("", "whole s", "the same again s", f"{CHANGED} changed s"),
        *("query p50 ms", "p95 ms", "slowest ms", f"over {LIMIT_MS} ms"),
    )
    table(f"{QUERIES} mixed queries: names, prefixes, abbreviations, codes", columns, rows)


def generated(entries: int = ENTRIES) -> tuple[News, list[str]]:
    """Return a made-up catalogue of *entries* agencies and the queries asked of it."""
    chance = random.Random(2025)  # noqa: S311  (made-up names)
    agencies: list[Entry] = []
    for number in range(entries):
        top = f"H{number % 63 + 10}"
        code = f"{top}.{number // 63 % 60 + 1:02d}.{number}"
        name = f"{chance.choice(_KINDS)} {' '.join(chance.choices(_SYLLABLES, k=2))}"
        place = " ".join(chance.choices(_SYLLABLES, k=2))
        agencies.append(Entry(code, f"{name}, tỉnh {place}", parent=code.rpartition(".")[0]))
    aliases = tuple(
        Alias(f"{number % 1000:03d}.{number // 1000:02d}.01.Z99", agencies[number].code)
        for number in range(0, entries, 5)
    )
    ended = agencies[: entries // 100]
    ways = tuple(
        Succession(each.code, agencies[-1 - place].code, "merge", AT.date(), "NQ 202/2025/QH15")
        for place, each in enumerate(ended)
    )
    queries = [_query(chance, chance.choice(agencies)) for _ in range(QUERIES)]
    return News(tuple(agencies), aliases, ways), queries


def _query(chance: random.Random, agency: Entry) -> str:
    words = agency.name.replace(",", "").split()
    kind = chance.randrange(6)
    if kind == 0:
        return agency.code[: chance.randrange(3, len(agency.code) + 1)]
    if kind == 1:
        return words[0][: chance.randrange(1, 4)]
    if kind == 2:
        return f"ubnd {' '.join(words[-2:])}"
    if kind == 3:
        return " ".join(word[:2] for word in words)
    if kind == 4:
        return " ".join(chance.sample(words, 3))
    return agency.name


def measured(url: str, news: News, queries: list[str]) -> tuple[float, ...]:
    """Fill the database at *url*; return what that and the queries took."""
    database = Database(url)
    database.upgrade()
    whole = Source("axis", complete=True, mark=1)
    changed = News(
        tuple(replace(each, name=f"{each.name} mới") for each in news.entries[-CHANGED:])
    )
    took = [
        _learned(database, news, whole),
        _learned(database, news, whole),
        _learned(database, changed, Source("axis", mark=2)),
    ]
    laps = []
    for query in queries[:10] + queries:
        start = time.perf_counter()
        with database.reading() as session:
            catalogue_search.search(session, query, local_day(AT))
        laps.append((time.perf_counter() - start) * 1000)
    laps = laps[10:]  # the first ones warm up
    cuts = statistics.quantiles(laps, n=100)
    database.close()
    return (*took, cuts[49], cuts[94], max(laps), sum(lap > LIMIT_MS for lap in laps))


def _learned(database: Database, news: News, source: Source) -> float:
    start = time.perf_counter()
    with database.writing() as session:
        catalogue_history.learn(session, news, source, AT)
    return time.perf_counter() - start


@contextmanager
def _sqlite() -> Iterator[str | None]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'catalogue.db'}"


@contextmanager
def _postgresql() -> Iterator[str | None]:
    from benchmarks.postgres import server

    with server() as url:
        yield url


if __name__ == "__main__":
    main()
