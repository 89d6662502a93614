"""A hub on a real loopback socket, in a thread of the test's own process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from connectors.axis import AgencyEntry
from connectors.hub.faults import Fault, Faults, set_faults
from connectors.hub.server import PATH, create_app, listening
from connectors.hub.store import HubStore
from connectors.hub.systems import Systems
from connectors.soap.security import Gatekeeping
from signing.testpki import Subject, TestPki, make_pki

AGENCIES = [
    AgencyEntry("H99", "UBND tỉnh Sơn Hải", "000.00.00.H99"),
    AgencyEntry("H99.01", "Văn phòng UBND tỉnh", "000.00.01.H99", "H99"),
    AgencyEntry("H99.02", "Sở Nội vụ <&> Tư pháp", parent="H99"),
]


@dataclass(frozen=True)
class Hub:
    """A running hub."""

    address: str
    store: HubStore

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://").partition("/")[0]

    def faults(self, *faults: Fault) -> None:
        set_faults(self.store.folder, faults)


@contextmanager
def running_hub(
    folder: Path,
    max_size: int = 30 << 20,
    systems: Systems | None = None,
    gatekeeping: Gatekeeping | None = None,
    **config: Any,
) -> Iterator[Hub]:
    """*config*: what else uvicorn is told."""
    store = HubStore(folder, max_size=max_size)
    store.put_agencies(AGENCIES)
    listener = listening("127.0.0.1", 0)
    app = create_app(store, Faults(folder), systems, gatekeeping=gatekeeping)
    told = uvicorn.Config(app, lifespan="off", log_level="critical", **config)
    server = uvicorn.Server(told)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        scheme = "https" if "ssl_certfile" in config else "http"
        yield Hub(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}{PATH}", store)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join()
        store.close()


@pytest.fixture(scope="session")
def axis_pki(tmp_path_factory: pytest.TempPathFactory) -> TestPki:
    """Keys that sign envelopes: a hub's, a system's, and one that nobody registered."""
    subjects = [Subject(name, name, "UBND tỉnh Sơn Hải") for name in ("hub", "system", "other")]
    return make_pki(tmp_path_factory.mktemp("axis-pki"), subjects)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with running_hub(tmp_path / "hub") as running:
        yield running


@pytest.fixture(scope="module")
def lasting_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One hub for the module: for tests that leave nothing in it."""
    with running_hub(tmp_path_factory.mktemp("hub"), max_size=1 << 20) as running:
        yield running


@pytest.fixture
def agencies() -> list[AgencyEntry]:
    return list(AGENCIES)


from tests.connectors.axis_worlds import axis, world  # noqa: E402, F401  (it needs what is above)
