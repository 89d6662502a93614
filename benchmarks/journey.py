"""From approval to the recipient's register, in the demo's own world: real flows, hub, databases.

First one pouch through the outgoing and the incoming flow, with the CPU of every process split
by part; then, with the workers of `congvan up`, the latency of pouches of one.
"""

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

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
            for direction, home in (("outgoing", PROVINCE), ("incoming", MINISTRY)):
                before = processes.cpu()
                answer = carriers[home].answer({"flow": direction, "ids": ids})
                if len(ids) == 1:
                    continue
                time.sleep(SETTLE_SECONDS)
                after = processes.cpu()
                parts = dict(answer["parts"])
                parts["hub, process"] = after["hub"] - before["hub"]
                parts["Prefect, server"] = after["prefect"] - before["prefect"]
                assert _carried(world, direction) == DOCUMENTS + 1
                _show(direction, answer["wall"], parts)


def _env(world: World, home: str) -> dict[str, str]:
    return {
        **without_prefect(os.environ),
        **world.prefect_environment(),
        HOME_VARIABLE: str(world.folder / home),
    }


def _carried(world: World, direction: str) -> int:
    """Return how many documents reached the end of their flow."""
    home, state = {
        "outgoing": (PROVINCE, "dispatched"),
        "incoming": (MINISTRY, "registered"),
    }[direction]
    with contextlib.closing(sqlite3.connect(world.folder / home / "congvan.db")) as database:
        query = "SELECT count(*) FROM document WHERE direction = ? AND state = ?"
        return int(database.execute(query, (direction, state)).fetchone()[0])


def _show(direction: str, wall: float, parts: dict[str, float]) -> None:
    total = sum(parts.values())
    rows = [
        (name, 1000 * spent / DOCUMENTS, 100 * spent / total)
        for name, spent in sorted(parts.items(), key=lambda item: -item[1])
    ]
    rows.append(("all of it", 1000 * total / DOCUMENTS, 100.0))
    cores = len(os.sched_getaffinity(0))
    table(
        f"{direction}: one pouch of {DOCUMENTS} in {wall:.1f} s: {DOCUMENTS / wall:.1f} documents/s"
        f" (by CPU alone {cores * DOCUMENTS / total:.0f} on {cores} cores)",
        ("part", "CPU ms/document", "share %"),
        rows,
    )


if __name__ == "__main__":
    main()
