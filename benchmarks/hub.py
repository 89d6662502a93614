"""The hub under load: messages of 100 KB accepted, listed, fetched and confirmed over SOAP.

One hub in a process of its own, two processes of clients on the same machine: each sends
from some threads and takes off its queue in another. A message counts when its recipient has
confirmed it; every answer comes after the commit. Beside it, in turns, the same work with
zeep's own transport (requests, content inline: it sends no MTOM) against the same hub.
"""

import hashlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.measure import TICK, machine, table
from connectors.axis import MessageKind, Outgoing
from connectors.soap.client import SoapAxis

SIZE = 100_000
PROCESSES = 2
SENDERS = 3
"""Threads of each process that send; one more receives."""
ROUNDS = 3
OURS, ZEEP = 1200, 60
"""Messages in one round."""


@dataclass(slots=True)
class Load:
    """What one process of clients saw; seconds."""

    sends: list[float] = field(default_factory=list)
    fetches: list[float] = field(default_factory=list)
    cpu: float = 0.0


@dataclass(slots=True)
class Round:
    """One round of one candidate."""

    messages: int
    wall: float
    hub_cpu: float
    loads: list[Load]


def main() -> None:
    """Measure and print."""
    print(f"hub: messages of {SIZE // 1000} KB, {PROCESSES} processes of clients")
    print(machine("zeep", "lxml", "uvicorn"))
    context = get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as (address, pid),
        ProcessPoolExecutor(PROCESSES, mp_context=context) as pool,
    ):
        rounds: dict[str, list[Round]] = {"ours, MTOM": [], "zeep's transport, inline": []}
        candidates = (("ours, MTOM", ours, OURS), ("zeep's transport, inline", with_zeep, ZEEP))
        for number in range(ROUNDS + 1):
            for name, work, messages in candidates:
                found = one_round(pool, work, address, pid, number, messages)
                if number:  # the first one warms up
                    rounds[name].append(found)
    table(
        "client",
        ("", "messages/s", "send p50", "send p95", "fetch p95", "hub CPU", "client CPU"),
        [(name, *row(found)) for name, found in rounds.items()],
    )
    print("\n  send, fetch: ms an answer takes; CPU: ms a message, from sending to confirming")


def row(rounds: list[Round]) -> tuple[str, ...]:
    """Return a candidate's figures: medians of the rounds, percentiles over all of them."""
    sends = sorted(each for one in rounds for load in one.loads for each in load.sends)
    fetches = sorted(each for one in rounds for load in one.loads for each in load.fetches)
    messages = sum(one.messages for one in rounds)
    clients = sum(load.cpu for one in rounds for load in one.loads)
    return (
        f"{statistics.median(one.messages / one.wall for one in rounds):.0f}",
        f"{1000 * sends[len(sends) // 2]:.1f}",
        f"{1000 * sends[len(sends) * 95 // 100]:.1f}",
        f"{1000 * fetches[len(fetches) * 95 // 100]:.1f}",
        f"{1000 * sum(one.hub_cpu for one in rounds) / messages:.2f}",
        f"{1000 * clients / messages:.2f}",
    )


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the address and the process id of a hub that knows two agencies a process."""
    catalogue = folder / "agencies.json"
    entries = [
        {"organ_id": f"H{side}0.{number}", "name": "Sở"}
        for side in (1, 2)
        for number in range(PROCESSES)
    ]
    catalogue.write_text(json.dumps(entries), "utf-8")
    words = ("--open", "--port", "0", "--data", str(folder / "hub"), "--agencies", str(catalogue))
    process = subprocess.Popen(
        [sys.executable, "-m", "connectors.hub", *words], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def one_round(
    pool: ProcessPoolExecutor,
    work: Callable[[str, int, str, int], Load],
    address: str,
    pid: int,
    number: int,
    messages: int,
) -> Round:
    """Let every process carry its share; return what that took."""
    cpu, started = _cpu(pid), time.perf_counter()
    share = messages // PROCESSES
    futures = [
        pool.submit(work, address, one, f"{work.__name__}-{number}", share)
        for one in range(PROCESSES)
    ]
    loads = [future.result() for future in futures]
    return Round(share * PROCESSES, time.perf_counter() - started, _cpu(pid) - cpu, loads)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _content(name: str) -> bytes:
    return random.Random(name).randbytes(SIZE)  # noqa: S311


def carry(load: Load, count: int, send: Callable[[int], None], receive: Callable[[], int]) -> Load:
    """Send *count* messages from some threads and receive as many in one; note the times."""
    before = time.process_time()

    def timed(number: int) -> None:
        started = time.perf_counter()
        send(number)
        load.sends.append(time.perf_counter() - started)

    broken = Event()

    def receiving() -> None:
        left = count
        while left and not broken.is_set():
            left -= receive()

    with ThreadPoolExecutor(SENDERS + 1) as threads:
        receiver = threads.submit(receiving)
        try:
            list(threads.map(timed, range(count)))
        except BaseException:
            broken.set()
            raise
        receiver.result()
    load.cpu = time.process_time() - before
    return load


def ours(address: str, side: int, name: str, count: int) -> Load:
    """Carry messages from one agency to another with our client."""
    axis = SoapAxis(address)
    sender, recipient = f"H10.{side}", f"H20.{side}"
    content = _content(name)
    load = Load()

    def send(number: int) -> None:
        axis.send(Outgoing(f"{name}-{number}", sender, (recipient,), content))

    def receive() -> int:
        receipts = []
        for waiting in axis.pending([recipient], MessageKind.EDOC, 20):
            started = time.perf_counter()
            fetched = axis.fetch(recipient, waiting.axis_id)
            assert len(fetched.content.read()) == SIZE
            fetched.content.close()
            load.fetches.append(time.perf_counter() - started)
            receipts.append((waiting.axis_id, fetched.sha256))
        if receipts:
            axis.confirm(recipient, receipts)
        return len(receipts)

    try:
        return carry(load, count, send, receive)
    finally:
        axis.close()


def with_zeep(address: str, side: int, name: str, count: int) -> Load:
    """Carry messages with zeep as it comes: requests, content inline."""
    from zeep import Client, Settings
    from zeep.transports import Transport

    settings = Settings(xml_huge_tree=True)
    transport = Transport()  # type: ignore[no-untyped-call]
    client: Any = Client(f"{address}?wsdl&soap11", transport=transport, settings=settings)  # type: ignore[no-untyped-call]
    sender, recipient = f"H10.{side}", f"H20.{side}"
    content = _content(name)
    sha256 = hashlib.sha256(content).hexdigest()
    load = Load()

    def send(number: int) -> None:
        client.service.SendDocument(
            **{"from": sender},
            to=[recipient],
            messageId=f"{name}-{number}",
            urgency=0,
            sentAt=datetime.now(UTC),
            sha256=sha256,
            edxml=content,
        )

    def receive() -> int:
        receipts = []
        for waiting in client.service.GetPendingDocumentIds(agency=[recipient], max=20) or ():
            started = time.perf_counter()
            (fetched,) = client.service.GetDocument(agency=recipient, axisId=[waiting.axisId])
            assert len(fetched.edxml) == SIZE
            load.fetches.append(time.perf_counter() - started)
            receipts.append({"axisId": waiting.axisId, "sha256": fetched.sha256})
        if receipts:
            client.service.ConfirmReceived(agency=recipient, receipt=receipts)
        return len(receipts)

    return carry(load, count, send, receive)


if __name__ == "__main__":
    main()
