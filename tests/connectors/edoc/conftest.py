"""A hub's eDoc face on a real socket, and clients of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.edoc.client import EdocAxis
from connectors.edoc.memory import Memory
from connectors.hub.systems import Systems
from tests.connectors.edoc.world import SENDER, EdocHub, served


@pytest.fixture
def edoc_hub(tmp_path: Path) -> Iterator[EdocHub]:
    """A hub that asks for no credential."""
    with served(tmp_path / "hub", None) as hub:
        yield hub


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[EdocHub]:
    """A hub that asks for a token."""
    with served(tmp_path / "hub", Systems(tmp_path / "systems")) as hub:
        yield hub


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdocHub]:
    """One open hub for the module."""
    with served(tmp_path_factory.mktemp("hub"), None) as hub:
        yield hub


Opener = Callable[..., EdocAxis]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Opener]:
    """Open clients of a hub; all with one memory unless told otherwise."""
    opened: list[EdocAxis] = []

    def open_client(hub: EdocHub, token: str = "t" * 20, **more: Any) -> EdocAxis:
        memory = Memory(tmp_path / more.pop("memory", "memory.sqlite"))
        organ_id = more.pop("organ_id", SENDER)
        axis = EdocAxis(hub.address, organ_id, token, memory, **more)
        opened.append(axis)
        return axis

    yield open_client
    for axis in opened:
        axis.close()
