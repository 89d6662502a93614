"""A hundred thousand bent MIME messages and as many forged envelopes: counts, time and memory.

Not a measurement of speed, but a command of the same kind: `congvan bench attacks`. The
cases and what is right for each are the tests' own, which take a sample of them.
"""

import importlib
import os
import resource
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

CASES = 100_000
_SLICE = 2_500
_EVERY = 50
"""One case of so many is looked at for the memory that it takes."""
_ROW = "{:<22}{:>9}{:>9}{:>9}{:>7}{:>9}{:>7}{:>10}{:>10}{:>11}"

_HEADS = ("", "cases", "refused", "read", "wrong", "crashed", "s", "worst ms", "KiB/case", "grown")


@dataclass(slots=True)
class Tally:
    """What became of some cases."""

    ends: Counter[str] = field(default_factory=Counter)
    """refused, read, WRONG, CRASH."""
    seconds: float = 0.0
    worst: float = 0.0
    """Seconds of the slowest case."""
    memory: int = 0
    """Bytes that the hungriest of those looked at took."""
    grown: int = 0
    """KiB by which a process grew from its first case on."""
    found: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count *other* in."""
        self.ends += other.ends
        self.seconds += other.seconds
        self.worst, self.memory = max(self.worst, other.worst), max(self.memory, other.memory)
        self.grown, self.found = max(self.grown, other.grown), (self.found + other.found)[:5]


def main() -> None:
    """Run and print; the exit code is 1 if anything was believed that is wrong, or crashed."""
    count = int(os.environ.get("CONGVAN_ATTACKS", CASES))
    print(_ROW.format(*_HEADS))
    wrong = False
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as processes:
        _judge(folder)
        for name, run in (("MIME", _mime), ("signature wrapping", _wrapping)):
            tally, begun = Tally(), time.monotonic()
            starts = range(0, count, _SLICE)
            sizes = [min(_SLICE, count - start) for start in starts]
            for part in processes.map(run, starts, sizes, [folder] * len(sizes)):
                tally.add(part)
            wrong = _shown(name, tally, time.monotonic() - begun) or wrong
    if wrong:
        sys.exit(1)


def _shown(name: str, tally: Tally, seconds: float) -> bool:
    ends = tally.ends
    print(
        _ROW.format(
            name,
            ends.total(),
            *(ends[end] for end in ("refused", "read", "WRONG", "CRASH")),
            f"{seconds:.0f}",
            f"{tally.worst * 1000:.0f}",
            f"{tally.memory / 1024:.0f}",
            f"+{tally.grown} KiB",
        )
    )
    for one in tally.found:
        print(f"  {one}")
    return bool(ends["WRONG"] or ends["CRASH"])


def _mime(seed: int, count: int, _: str) -> Tally:
    cases = importlib.import_module("tests.connectors.hostile_mime")
    return _tallied(cases.cases(seed, count), cases.taken)


def _wrapping(seed: int, count: int, folder: str) -> Tally:
    judge = _judge(folder)
    return _tallied(judge.forgeries(seed, count), judge.believed)


def _judge(folder: str) -> Any:
    pki = importlib.import_module("signing.testpki")
    wrapping = importlib.import_module("tests.connectors.wrapping")
    names = ("system", "other")
    made = pki.make_pki(Path(folder), [pki.Subject(name, name, "UBND") for name in names])
    return wrapping.Judge(*map(made.key, names), datetime.now(UTC))


def _tallied(cases: Iterable[Any], ask: Callable[[Any], bool]) -> Tally:
    tally = Tally()
    begun, before = time.monotonic(), 0
    for number, case in enumerate(cases):
        looked_at = number % _EVERY == _EVERY - 1
        if looked_at:
            tracemalloc.start()
        started = time.perf_counter()
        end = _end(ask, case, tally)
        if looked_at:
            tally.memory = max(tally.memory, tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        else:
            tally.worst = max(tally.worst, time.perf_counter() - started)
        tally.ends[end] += 1
        before = before or _peak()
    tally.seconds = time.monotonic() - begun
    tally.grown = _peak() - before
    return tally


def _end(ask: Callable[[Any], bool], case: Any, tally: Tally) -> str:
    try:
        return "read" if ask(case) else "refused"
    except AssertionError:
        tally.found.append(f"WRONG {case!r:.2000}")
        return "WRONG"
    except Exception as error:  # what is not a refusal is what this looks for
        tally.found.append(f"CRASH {error!r:.200} {case!r:.2000}")
        return "CRASH"


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
