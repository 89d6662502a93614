"""The hub that the foreign peers meet, and what went over its wire."""

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


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A hub that asks for a secret, and the peers' secret."""
    systems = Systems(tmp_path / "systems")
    secret = systems.add(SYSTEM, frozenset({"H99", "H99.01", "H99.02"}))
    with running_hub(tmp_path / "hub", systems=systems) as hub:
        yield World(hub, systems, secret)


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
