"""A world: the folder with one or more installations, their hub and Prefect's server.

`congvan init` makes one, `congvan up` serves it: `world.json` says which
installations there are and which loopback ports they use.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from connectors.access import MAX_SIZE
from documents.errors import Refused
from workflows.child import Child
from workflows.instance import AlreadyRunning, Instance, running_instance
from workflows.prefect_server import (
    free_port,
    prefect_environment,
    server_child,
    without_prefect,
)
from workflows.settings import AXIS_SECRET, HOME_VARIABLE, Settings, SettingsInvalid
from workflows.watchdog import end_all
from workflows.worker_health import worker_lives
from workflows.worker_lock import has_worker

FILE_NAME = "world.json"


class WorldMissing(Refused):
    """There is no world in this folder."""

    code = "world.missing"
    vietnamese = "Thư mục «{0}» chưa có hệ thống congvan"
    english = "there is no congvan world in «{0}»"
    remedy = "Chạy `congvan demo` hoặc `congvan init THƯ-MỤC` / run one of these"


class WebNotServed(Refused):
    """The installation's web service was never started, so nobody knows its address."""

    code = "world.web_not_served"
    vietnamese = "Dịch vụ web của «{0}» chưa chạy"
    english = "the web service of {0} was never started"
    remedy = "Chạy `congvan up`, hoặc đặt public_url / run `congvan up`, or set public_url"


@dataclass(frozen=True, slots=True)
class World:
    """One folder and what runs in it."""

    folder: Path
    installations: tuple[str, ...]
    prefect_port: int
    hub_port: int | None
    """None when the installations use an axis elsewhere."""
    web_ports: Mapping[str, int] = field(default_factory=dict)
    """Of each installation's web service, by name; they are chosen when it is first served."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the world in *folder*; a port that another program took is given up.

        Raises:
            WorldMissing: there is none.
        """
        try:
            data = json.loads((folder / FILE_NAME).read_text("utf-8"))
        except (OSError, ValueError):
            raise WorldMissing(str(folder)) from None
        return cls(
            folder.resolve(),
            tuple(data["installations"]),
            data["prefect_port"],
            data["hub_port"],
            dict(data.get("web_ports", {})),
        )

    def save(self) -> None:
        """Write `world.json`."""
        data = {
            "installations": self.installations,
            "prefect_port": self.prefect_port,
            "hub_port": self.hub_port,
            "web_ports": dict(self.web_ports),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / FILE_NAME).write_text(json.dumps(data, indent=2) + "\n", "utf-8")

    def with_free_ports(self) -> "World":
        """Return the world with ports nobody listens on, saved where one changed.

        Raises:
            AlreadyRunning: the world is served already; on the very ports it names.
        """
        if self.is_served():
            running = running_instance(self.folder)
            raise AlreadyRunning(self.folder, running.pid if running else "?")
        if (killed := Instance.read(self.folder)) is not None:
            # what a killed supervisor left still has the ports
            end_all(killed.token)
        hub = self.hub_port if self.hub_port is None or _is_free(self.hub_port) else free_port()
        prefect = self.prefect_port if _is_free(self.prefect_port) else free_port()
        web = {name: self._web_port(name) for name in self.installations}
        world = World(self.folder, self.installations, prefect, hub, web)
        if world == self:
            return self
        world.save()
        return world

    def with_web_port(self, name: str) -> "World":
        """Return the world with a port for one desk, saved where it had none (systemd)."""
        if name in self.web_ports or name not in self.installations:
            return self
        ports = {**self.web_ports, name: free_port()}
        world = World(self.folder, self.installations, self.prefect_port, self.hub_port, ports)
        world.save()
        return world

    def _web_port(self, name: str) -> int:
        port = self.web_ports.get(name)
        return port if port is not None and _is_free(port) else free_port()

    def is_served(self) -> bool:
        """Return whether a supervisor runs, or workers that something else started."""
        if running_instance(self.folder) is not None:
            return True
        # with a stale state file they are what a killed supervisor left, about to be ended
        return Instance.read(self.folder) is None and any(map(has_worker, self.homes))

    @property
    def homes(self) -> tuple[Path, ...]:
        """The installations' folders."""
        return tuple(self.folder / name for name in self.installations)

    @property
    def hub_url(self) -> str:
        """The hub's SOAP address."""
        return f"http://127.0.0.1:{self.hub_port}/soap"

    @property
    def prefect_url(self) -> str:
        """Prefect's address for people: the run view."""
        return f"http://127.0.0.1:{self.prefect_port}"

    def web_url(self, name: str) -> str:
        """Return the loopback address of an installation's web service.

        Raises:
            WebNotServed: it has none yet.
        """
        if name not in self.web_ports:
            raise WebNotServed(name)
        return f"http://127.0.0.1:{self.web_ports[name]}"

    def prefect_environment(self) -> dict[str, str]:
        """Return Prefect's settings for the processes of this world."""
        return prefect_environment(self.folder / "prefect", f"{self.prefect_url}/api")

    def children(self) -> list[Child]:
        """Return the processes of this world in the order they start."""
        logs = self.folder / "logs"
        return [
            server_child(self.folder / "prefect", self.prefect_port, logs / "prefect.log"),
            *([self._hub(logs)] if self.hub_port else []),
            *(self._worker(home, logs) for home in self.homes),
            *(self._web(home, logs) for home in self.homes if home.name in self.web_ports),
        ]

    def _hub(self, logs: Path) -> Child:
        hub = self.folder / "hub"
        command = (
            *(sys.executable, "-m", "connectors.hub"),
            *("--host", "127.0.0.1", "--port", str(self.hub_port)),
            *("--data", str(hub), "--agencies", str(hub / "agencies.json")),
            *("--max-size", str(max(map(_message_size, self.homes), default=MAX_SIZE))),
            # installations made before hubs asked for credentials have none
            *(() if all(map(_has_secret, self.homes)) else ("--open",)),
        )
        return Child(
            name="hub",
            argv=command,
            env=without_prefect(os.environ),
            ready=f"http://127.0.0.1:{self.hub_port}/healthz",
            log=logs / "hub.log",
        )

    def _web(self, home: Path, logs: Path) -> Child:
        port = str(self.web_ports[home.name])
        return Child(
            name=f"web-{home.name}",
            argv=(sys.executable, "-m", "web", str(home), "--port", port),
            env=without_prefect(os.environ),
            ready=f"http://127.0.0.1:{port}/healthz",
            log=logs / f"web-{home.name}.log",
            may_be_late=True,
        )

    def _worker(self, home: Path, logs: Path) -> Child:
        return Child(
            name=f"worker-{home.name}",
            argv=(sys.executable, "-m", "workflows.worker", str(home)),
            env={
                **without_prefect(os.environ),
                **self.prefect_environment(),
                HOME_VARIABLE: str(home),
            },
            ready=partial(worker_lives, home),
            log=logs / f"worker-{home.name}.log",
            may_be_late=True,
            # Prefect answers TERM by crashing the flow in the middle of a step
            stop_signal=signal.SIGINT,
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _message_size(home: Path) -> int:
    """Return what the installation in *home* takes, bytes; the default where it cannot be read."""
    try:
        return Settings.load(home).axis.max_size
    except SettingsInvalid:
        return MAX_SIZE  # its worker says what is wrong


def _has_secret(home: Path) -> bool:
    return (home / AXIS_SECRET).exists()
