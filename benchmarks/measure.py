"""Timing and printing: every measurement compares things in one run, turn by turn.

Two programs measured one after the other compare the machine's two moods. Here each
round runs every candidate once, so that noise meets all of them, and the medians of
CPU time are compared: other processes take wall time, not CPU time.
"""

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
"""Clock ticks a second, the unit of /proc/PID/stat."""


@dataclass(frozen=True, slots=True)
class Lap:
    """What one piece of work took, in milliseconds; measured where it was done."""

    cpu: float
    wall: float


@dataclass(slots=True)
class Timing:
    """What the rounds of one candidate took, in milliseconds."""

    cpu: list[float] = field(default_factory=list)
    """This process's CPU, all threads."""
    wall: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """Median CPU."""
        return statistics.median(self.cpu)

    @property
    def wall_ms(self) -> float:
        """Median wall time."""
        return statistics.median(self.wall)


def interleaved(
    candidates: Mapping[str, Callable[[], object]],
    seconds: float,
    *,
    least: int = 5,
    most: int = 200,
) -> dict[str, Timing]:
    """Run every candidate once a round, for about *seconds*; one round more warms up.

    A candidate that works in another process returns its `Lap`.
    """
    timings = {name: Timing() for name in candidates}
    for work in candidates.values():
        work()
    until = time.monotonic() + seconds
    rounds = 0
    while rounds < least or (rounds < most and time.monotonic() < until):
        for name, work in candidates.items():
            lap = timed(work)
            timings[name].cpu.append(lap.cpu)
            timings[name].wall.append(lap.wall)
        rounds += 1
    return timings


def timed(work: Callable[[], object]) -> Lap:
    """Do *work* once; return what it took, here or where it says it was done."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    if isinstance(done, Lap):
        return done
    return Lap((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that *share* (0 to 1) of *values* do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def process_cpu(pid: int) -> float:
    """Return the CPU seconds *pid* has used, its dead children's included (proc(5), stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / TICK


def children_of(pid: int) -> list[int]:
    """Return the process ids of *pid*'s living children and of theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text("utf-8").split():
            found += [int(child), *children_of(int(child))]
    return found


def machine(*packages: str) -> str:
    """Return one line: processor, cores, load, Python, and the versions of *packages*."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{model}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {versions}"
    )


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table: the first column to the left, figures to the right."""
    cells = [columns, *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    print(f"\n{title}")
    for number, row in enumerate(cells):
        first, *others = (
            text.ljust(width) if index == 0 else text.rjust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([f"  {first}", *others]).rstrip())
        if number == 0:
            print("  " + "─" * (sum(widths) + 2 * (len(widths) - 1)))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    return str(value)


def rows_against(
    timings: Mapping[str, Timing], reference: str
) -> list[tuple[str, float, float, float, float, int]]:
    """Return (name, CPU ms, wall ms, a second of CPU does, times *reference*'s rate, rounds)."""
    floor = timings[reference].cpu_ms
    return [
        (
            name,
            timing.cpu_ms,
            timing.wall_ms,
            1000 / timing.cpu_ms,
            floor / timing.cpu_ms,
            len(timing.cpu),
        )
        for name, timing in timings.items()
    ]
