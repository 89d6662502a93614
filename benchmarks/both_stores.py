"""The generated store on SQLite, then on PostgreSQL, for what measures reading it."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import store
from benchmarks.postgres import server
from documents.database import Database

Report = Callable[[str, Database, float], None]
"""Told what the store is (`SQLite: 100 documents`), its database, the seconds it took to make."""


def on_both(on_sqlite: int, on_postgresql: int, report: Report, *, words: bool = True) -> None:
    """Make a store of so many documents on each, one after the other, and *report* on it."""
    for name, opened, count in (
        ("SQLite", _sqlite, on_sqlite),
        ("PostgreSQL", server, on_postgresql),
    ):
        with opened() as url:
            if url is None:
                print(f"{name}: not installed here, not measured")
                continue
            begun = time.perf_counter()
            with store.filled(url, count, words=words) as database:
                report(f"{name}: {count} documents", database, time.perf_counter() - begun)


@contextmanager
def _sqlite() -> Iterator[str | None]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'store.db'}"
