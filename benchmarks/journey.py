"""From approval to the recipient's register, in the demo's own world: real flows, hub, databases.

First one pouch through the outgoing and the incoming flow, with the CPU of every process split
by part; then, with the workers of `congvan up`, the latency of pouches of one.
"""

import contextlib
import os
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import latency, peer
from benchmarks.letters import Drafter
from benchmarks.measure import machine, process_cpu, table
from workflows.child import Process
from workflows.demo_people import MINISTRY, PROVINCE
from workflows.installation import make_demo_world
from workflows.office import open_office
from workflows.prefect_server import without_prefect
from workflows.settings import HOME_VARIABLE
from workflows.watchdog import Watchdog
from workflows.world import World

DOCUMENTS = int(os.environ.get("JOURNEY_DOCUMENTS", "200"))
"""In the one pouch: the settings' largest."""
REPEATS = int(os.environ.get("JOURNEY_REPEATS", "24"))
FLOWS = {"outgoing": (PROVINCE,), "incoming": (MINISTRY,), "statuses": (MINISTRY, PROVINCE)}
"""Each flow that carries the pouch, and where; the statuses are two a document, 01 and 03."""
MOST_RUNS = 12
SETTLE_SECONDS = 1.5
"""Prefect's server writes task runs a second late."""


def main() -> None:
    """Measure and print."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="journey-") as folder, contextlib.ExitStack() as stack:
        world = make_demo_world(Path(folder) / "world")
        print(f"journey: the demo's world\n{machine('prefect', 'sqlalchemy', 'pyhanko', 'zeep')}")
        made = time.monotonic()
        processes = stack.enter_context(served(world))
        print(
            f"  world made in {made - begun:.1f} s, servers up in {time.monotonic() - made:.1f} s"
        )
        office = open_office(world.folder / PROVINCE)
        stack.callback(office.close)
        drafter = Drafter(office)
        _throughput(world, drafter, processes)
        begun = time.monotonic()
        processes.start(world, lambda name: name.startswith("worker"))
        print(f"\n  workers up in {time.monotonic() - begun:.1f} s")
        latency.measure(world, drafter, REPEATS)


@dataclass(slots=True)
class Served:
    """The running processes of the world, by name."""

    token: str
    running: dict[str, Process] = field(default_factory=dict)

    def start(self, world: World, chosen: Callable[[str], bool]) -> None:
        """Start the world's processes with the *chosen* names, in order."""
        for child in world.children():
            if chosen(child.name):
                process = self.running[child.name] = Process(child)
                process.start(self.token)
                process.wait_ready()

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds of every process so far."""
        return {name: process_cpu(process.pid) for name, process in self.running.items()}


@contextlib.contextmanager
def served(world: World) -> Iterator[Served]:
    """Run Prefect's server and the hub until the block ends, and whatever is started beside."""
    watchdog = Watchdog()
    watchdog.start()
    processes = Served(watchdog.token)
    try:
        processes.start(world, lambda name: not name.startswith("worker"))
        yield processes
    finally:
        for process in reversed(processes.running.values()):
            process.stop()
        watchdog.stop()


def _throughput(world: World, drafter: Drafter, processes: Served) -> None:
    """Carry one pouch in each direction and print where the time went."""
    begun = time.monotonic()
    # a pouch of one first: what a process loads once is not the documents'
    pouches = (drafter.approved(1), drafter.approved(DOCUMENTS))
    print(f"  {DOCUMENTS} drafts handed in and approved in {time.monotonic() - begun:.1f} s")
    carriers = {}
    with contextlib.ExitStack() as stack:
        for home in (PROVINCE, MINISTRY):
            carriers[home] = stack.enter_context(
                peer.running("benchmarks.carrier", str(world.folder / home), env=_env(world, home))
            )
        for ids in pouches:
            for flow, homes in FLOWS.items():
                before = processes.cpu()
                runs: list[dict[str, Any]] = []
                # more statuses than fit into one pouch: as often as it takes
                while _carried(world, flow) < len(ids) + (len(ids) > 1) and len(runs) < MOST_RUNS:
                    runs += [carriers[home].answer({"flow": flow, "ids": ids}) for home in homes]
                time.sleep(SETTLE_SECONDS)
                after = processes.cpu()
                if len(ids) > 1:
                    assert _carried(world, flow) == DOCUMENTS + 1
                    _show(flow, runs, {name: after[name] - before[name] for name in after})


def _env(world: World, home: str) -> dict[str, str]:
    return {
        **without_prefect(os.environ),
        **world.prefect_environment(),
        HOME_VARIABLE: str(world.folder / home),
    }


def _carried(world: World, flow: str) -> int:
    """Return how many documents the flow has carried to its end."""
    query = {
        "outgoing": "SELECT count(*) FROM document WHERE state = 'dispatched'",
        "incoming": "SELECT count(*) FROM document WHERE state = 'registered'",
        # 01 and 03 came back for each
        "statuses": "SELECT count(*) FROM delivery WHERE state = 'accepted'",
    }[flow]
    path = world.folder / FLOWS[flow][-1] / "congvan.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        return int(database.execute(query).fetchone()[0])


def _show(flow: str, runs: Sequence[Mapping[str, Any]], servers: Mapping[str, float]) -> None:
    """Print what the runs of a flow cost a document, by part."""
    wall = sum(run["wall"] for run in runs)
    parts: dict[str, float] = defaultdict(float)
    for run in runs:
        for part, spent in run["parts"].items():
            parts[part] += spent
    parts["hub, process"] = servers["hub"]
    parts["Prefect, server"] = servers["prefect"]
    total = sum(parts.values())
    rows = [
        (name, 1000 * spent / DOCUMENTS, 100 * spent / total)
        for name, spent in sorted(parts.items(), key=lambda item: -item[1])
    ]
    rows.append(("all of it", 1000 * total / DOCUMENTS, 100.0))
    cores = len(os.sched_getaffinity(0))
    table(
        f"{flow}: {DOCUMENTS} documents, {len(runs)} runs, {wall:.1f} s:"
        f" {DOCUMENTS / wall:.1f} documents/s"
        f" (by CPU alone {cores * DOCUMENTS / total:.0f} on {cores} cores)",
        ("part", "CPU ms/document", "share %"),
        rows,
    )


if __name__ == "__main__":
    main()
