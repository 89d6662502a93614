"""The hub that the foreign peers meet, and what went over its wire."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from connectors.hub import replies, soap_face
from connectors.hub.systems import Systems
from connectors.soap.intake import Intake
from tests.connectors.conftest import running_hub
from tests.connectors.foreign.journey import SYSTEM, World

HERE = Path(__file__).parent
JAXWS = Path("/usr/share/java/jaxws-tools.jar")
"""It names the other jars that it needs."""
FAST = ["-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A hub that asks for a secret, and the peers' secret."""
    systems = Systems(tmp_path / "systems")
    secret = systems.add(SYSTEM, frozenset({"H99", "H99.01", "H99.02"}))
    with running_hub(tmp_path / "hub", systems=systems) as hub:
        yield World(hub, systems, secret)


@pytest.fixture(scope="session")
def java(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the command that runs our Java classes beside those that JAX-WS RI makes of the WSDL.

    wsimport reads it where a hub publishes it; `-extension` keeps its SOAP 1.2 port.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all processes of this run: one of them does it
    folder /= "java"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _compile(folder)
            (folder / "done").touch()
    return ["java", *FAST, "-cp", f"{folder}:{JAXWS}"]


def _compile(folder: Path) -> None:
    with running_hub(folder / "hub") as hub:
        wsimport = ["com.sun.tools.ws.WsImport", "-Xnocompile", "-extension", "-quiet"]
        made = ["-p", "axis.v1", "-s", str(folder), f"{hub.address}?wsdl"]
        subprocess.run(["java", *FAST, "-cp", str(JAXWS), *wsimport, *made], check=True)
    sources = [*folder.glob("axis/v1/*.java"), *HERE.glob("*.java")]
    javac = ["javac", *(f"-J{option}" for option in FAST), "-encoding", "UTF-8", "-proc:none"]
    path = f"{folder}:{JAXWS}"
    subprocess.run([*javac, "-cp", path, "-d", folder, *map(str, sources)], check=True)


@dataclass
class Traffic:
    """The content types that went over the wire."""

    asked: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """Note what the hub in this process takes in and gives out."""
    traffic = Traffic()

    class NotedIntake(Intake):
        def __init__(self, content_type: str, *given: Any) -> None:
            traffic.asked.append(content_type)
            super().__init__(content_type, *given)

    class NotedResponse(replies.WireResponse):
        def __init__(self, wire: Any, *given: Any) -> None:
            traffic.answered.append(wire.content_type)
            super().__init__(wire, *given)

    monkeypatch.setattr(soap_face, "Intake", NotedIntake)
    monkeypatch.setattr(replies, "WireResponse", NotedResponse)
    return traffic
