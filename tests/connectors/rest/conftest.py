"""Clients of the stand-ins."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import AgencyEntry
from connectors.rest.client import RestAxis
from tests.connectors.rest.faces import RunningFace, rest_client, running_face

BARE = [
    AgencyEntry("H99", "UBND tỉnh Sơn Hải"),
    AgencyEntry("H99.01", "Văn phòng UBND tỉnh", parent="H99"),
    AgencyEntry("H99.02", "Sở Nội vụ <&> Tư pháp", parent="H99"),
]
"""Without old codes: the faces are not known to say any."""


Opened = Callable[..., tuple[RunningFace, RestAxis]]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Return a maker of a running stand-in and its client."""
    with ExitStack() as stack:

        def make(name: str = "langson", **more: Any) -> tuple[RunningFace, RestAxis]:
            size = more.pop("face_size", 60 << 20)
            running = stack.enter_context(running_face(name, tmp_path / name, BARE, size))
            axis = rest_client(running, name, tmp_path / f"{name}.sqlite", **more)
            stack.callback(axis.close)
            return running, axis

        yield make
