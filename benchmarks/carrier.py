"""A process that carries pouches through the real flows and says where its CPU went.

Started with a worker's environment, it does what a worker does once it has found work: awaits
a flow among Prefect's shared clients, its workshop warm. One JSON request a line on standard
input, `{"flow", "ids"}`; one answer a line: `{"wall", "cpu", "parts"}` in seconds.
"""

import asyncio
import json
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure import children_of, process_cpu
from workflows import incoming, messages, outgoing, statuses
from workflows.engine_session import engine_session
from workflows.office import Office, open_office, serving

STEPS = "steps: the rest"
PREFECT = "Prefect, client"
DATABASE, AXIS, MESSAGE, BLOBS = "database + ledger", "SOAP client", "edXML", "blobs"


class Meter:
    """CPU seconds by part, each measured in the thread that did the work."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._inside = threading.local()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what happens inside for *name*, and not for the part around it."""
        outer = getattr(self._inside, "spent", 0.0)
        self._inside.spent = 0.0
        begun = time.thread_time()
        try:
            yield
        finally:
            spent = time.thread_time() - begun
            with self._lock:
                self.parts[name] += spent - self._inside.spent
            self._inside.spent = outer + spent

    def metered(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return *work*, counted for *name*."""

        def counted(*arguments: Any, **named: Any) -> Any:
            with self.part(name):
                return work(*arguments, **named)

        return counted

    def context(self, name: str, opens: Callable[..., Any]) -> Callable[..., Any]:
        """Return *opens*, a context manager whose whole block counts for *name*."""

        @contextmanager
        def counted(*arguments: Any, **named: Any) -> Iterator[Any]:
            opened: AbstractContextManager[Any] = opens(*arguments, **named)
            with self.part(name), opened as value:
                yield value

        return counted


def install(meter: Meter, office: Office) -> None:
    """Put the meter around every part of *office* and of the steps."""
    for name in ("reading", "writing"):
        setattr(office.database, name, meter.context(DATABASE, getattr(office.database, name)))
    for name in ("send", "report", "pending", "fetch", "confirm"):
        setattr(office.axis, name, meter.metered(AXIS, getattr(office.axis, name)))
    for name in ("put", "get"):
        setattr(office.blobs, name, meter.metered(BLOBS, getattr(office.blobs, name)))
    vars(messages)["written"] = meter.metered(MESSAGE, messages.written)
    vars(asyncio)["to_thread"] = _to_thread(meter)
    office.workshop.each = _workshop(meter, office)  # type: ignore[method-assign]


def _to_thread(meter: Meter) -> Callable[..., Any]:
    to_thread = asyncio.to_thread

    async def counted(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return await to_thread(meter.metered(STEPS, work), *arguments, **named)

    return counted


def _workshop(meter: Meter, office: Office) -> Callable[..., Any]:
    each = office.workshop.each

    def counted(jobs: Sequence[Any]) -> Iterator[Any]:
        before = workshop_cpu()
        try:
            yield from each(jobs)
        finally:  # whoever has all the answers need not ask for the end
            for job in jobs[:1]:
                meter.parts[f"workshop: {type(job).__name__.lower()}"] += workshop_cpu() - before

    return counted


def workshop_cpu() -> float:
    """Return the CPU seconds of this process's workshop."""
    return sum(process_cpu(pid) for pid in children_of(os.getpid()))


FLOWS: dict[str, Callable[[list[str]], Any]] = {
    "outgoing": lambda ids: outgoing.outgoing(ids),
    "incoming": lambda _: incoming.incoming(),
    "statuses": lambda _: statuses.statuses(),
}


async def carry(office: Office, meter: Meter) -> None:
    """Answer requests until standard input ends."""
    office.workshop.warm()
    async with engine_session():
        while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
            request = json.loads(line)
            meter.parts.clear()
            wall, cpu = time.perf_counter(), time.process_time()
            await FLOWS[request["flow"]](request["ids"])
            spent = time.process_time() - cpu
            ours = sum(v for name, v in meter.parts.items() if not name.startswith("workshop"))
            answer = {
                "wall": time.perf_counter() - wall,
                "parts": {**meter.parts, PREFECT: spent - ours},
            }
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def main() -> None:
    """Carry for the installation in the folder named on the command line."""
    office = open_office(Path(sys.argv[1]))
    meter = Meter()
    install(meter, office)
    try:
        with serving(office):
            asyncio.run(carry(office, meter))
    finally:
        office.close()


if __name__ == "__main__":
    main()
