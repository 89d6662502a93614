"""An axis node in a process of its own, that can be killed and started again."""

import json
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx

from connectors.axis import AgencyEntry, Outgoing
from connectors.hub.faults import Fault, set_faults
from connectors.soap.client import SoapAxis
from documents.document import Agency
from tests.workflows import processes
from tests.workflows.house import ALL
from workflows.demo_people import desk_of
from workflows.prefect_server import free_port


@dataclass(slots=True)
class HubProcess:
    """An axis node in a process of its own, on a durable folder and one port for all its lives."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: BaseProcess | None = None

    @property
    def url(self) -> str:
        """The SOAP address."""
        return f"http://127.0.0.1:{self.port}/soap"

    def start(self) -> "HubProcess":
        """Start it, and return when it answers."""
        context = multiprocessing.get_context("forkserver")
        self._process = context.Process(target=processes.hub, args=(str(self.folder), self.port))
        self._process.start()
        until_true(self.answers, 30)
        return self

    def answers(self) -> bool:
        """Return whether it takes connections."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def alive(self) -> bool:
        """Return whether the process lives."""
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def revive(self) -> None:
        """Start it again on what is durable, its faults mended."""
        until_true(lambda: not self.alive())
        self.faults()
        self.start()

    def faults(self, *faults: Fault) -> None:
        """Make its next calls go wrong."""
        set_faults(self.folder, faults)

    def status(self) -> dict[str, Any]:
        """Return its queues and counts."""
        answer: dict[str, Any] = httpx.get(
            f"http://127.0.0.1:{self.port}/status.json", timeout=20, trust_env=False
        ).json()
        return answer

    def put(self, content: bytes, sender: str, recipients: Sequence[str], message_id: str) -> None:
        """Hand a message over as a foreign system would."""
        axis = SoapAxis(self.url)
        axis.send(Outgoing(message_id, sender, tuple(recipients), content))
        axis.close()


def make_hub(folder: Path, agencies: Iterable[AgencyEntry] = ()) -> HubProcess:
    """Write the catalogue of a hub; start it with `start()`."""
    folder.mkdir(parents=True)
    known = [*catalogue(), *agencies]
    facts = [
        {"organ_id": a.organ_id, "name": a.name, "old_organ_id": a.old_organ_id} for a in known
    ]
    (folder / "agencies.json").write_text(json.dumps(facts), "utf-8")
    return HubProcess(folder)


def catalogue() -> list[AgencyEntry]:
    """Return the axis's entries of the agencies."""
    found: list[Agency] = [desk_of(organ_id).agency for organ_id in ALL]
    return [AgencyEntry(a.organ_id, a.name, a.old_organ_id) for a in found]


def until_true(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Return when *condition* holds; poll, at most *seconds*."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
