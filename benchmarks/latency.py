"""How long a pouch of one takes: from the leader's approval to both ends of its way."""

import contextlib
import sqlite3
import statistics
import time
from datetime import datetime
from pathlib import Path

from benchmarks.letters import Drafter
from benchmarks.measure import percentile, table
from documents.delivery import REACHED
from workflows.demo_people import MINISTRY, PROVINCE
from workflows.world import World

LOOK_SECONDS = 0.01
"""Pause between looks at the two databases."""
PATIENCE_SECONDS = 60.0
_REACHED = {state.value for state in REACHED}
_STEPS = (
    ("approve", "sign"),
    ("sign", "dispatch"),
    ("dispatch", "fetch"),
    ("fetch", "report_01"),
    ("report_01", "status_01"),
    ("fetch", "register"),
)
"""Between which ledger rows the time is shown; the first five follow one another to ARRIVED."""


def measure(world: World, drafter: Drafter, repeats: int) -> None:
    """Send *repeats* documents, one after the other, and print the latencies."""
    arrived: list[float] = []
    registered: list[float] = []
    parts: dict[str, list[float]] = {f"{first} to {last}": [] for first, last in _STEPS}
    with contextlib.ExitStack() as stack:
        ours, theirs = (
            stack.enter_context(contextlib.closing(_reader(world.folder / home)))
            for home in (PROVINCE, MINISTRY)
        )
        for _ in range(repeats):
            (document_id,) = drafter.submitted(1)
            begun = time.perf_counter()
            drafter.approve(document_id)
            there, back = _followed(ours, theirs, document_id)
            registered.append((there - begun) * 1000)
            arrived.append((back - begun) * 1000)
            for name, spent in _between(ours, theirs, document_id).items():
                parts[name].append(spent)
    rows = [
        (name, statistics.median(values), percentile(values, 0.95), max(values))
        for name, values in (
            ("the recipient's register", registered),
            ("ARRIVED at the sender", arrived),
            *((f"  ledger: {name}", spent) for name, spent in parts.items()),
        )
    ]
    columns = ("from approval to", "p50 ms", "p95 ms", "longest ms")
    table(f"A pouch of one, {repeats} times, the workers of `congvan up`", columns, rows)


def _reader(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{home / 'congvan.db'}?mode=ro", uri=True)


def _followed(
    ours: sqlite3.Connection, theirs: sqlite3.Connection, document_id: str
) -> tuple[float, float]:
    """Return when the document was in the register there, and when ARRIVED was here."""
    there = back = 0.0
    until = time.monotonic() + PATIENCE_SECONDS
    while not (there and back):
        if time.monotonic() > until:
            raise TimeoutError(f"{document_id} is not there after {PATIENCE_SECONDS:.0f} s")
        key, state = ours.execute(
            "SELECT document_key, delivery.state FROM document JOIN delivery"
            " ON delivery.document_id = document.id WHERE document.id = ?",
            (document_id,),
        ).fetchone()
        if not back and state in _REACHED:
            back = time.perf_counter()
        if not there and key and _is_registered(theirs, key):
            there = time.perf_counter()
        time.sleep(LOOK_SECONDS)
    return there, back


def _is_registered(theirs: sqlite3.Connection, key: str) -> bool:
    query = "SELECT 1 FROM document WHERE document_key = ? AND receipt_number IS NOT NULL"
    return theirs.execute(query, (key,)).fetchone() is not None


def _between(
    ours: sqlite3.Connection, theirs: sqlite3.Connection, document_id: str
) -> dict[str, float]:
    """Return how many milliseconds lie between the ledgers' rows about one document."""
    query = "SELECT step, at FROM ledger WHERE document_id = ?"
    times = dict(ours.execute(query, (document_id,)))
    (key,) = ours.execute(
        "SELECT document_key FROM document WHERE id = ?", (document_id,)
    ).fetchone()
    query = (
        "SELECT step, at FROM ledger JOIN document ON document.id = document_id"
        " WHERE document_key = ?"
    )
    times.update(theirs.execute(query, (key,)))
    at = {step: datetime.fromisoformat(when) for step, when in times.items()}
    return {
        f"{first} to {last}": (at[last] - at[first]).total_seconds() * 1000
        for first, last in _STEPS
        if first in at and last in at
    }
