"""Fixtures of installations, hubs and databases; `conftest.py` takes them over."""

import multiprocessing
import multiprocessing.forkserver
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.workflows.house import (
    House,
    make_house,
)
from tests.workflows.hubs import HubProcess, make_hub

MakeDatabase = Callable[[], str]

PRELOAD = (
    *("prefect", "prefect.flow_engine", "prefect.task_engine", "prefect.events.clients"),
    *("tests.workflows.processes", "connectors.hub.server", "workflows.jobs"),
    "benchmarks.once_world",
)


@pytest.fixture(scope="session")
def forkserver() -> None:
    """One process that has imported what fresh processes need; all are forked from it."""
    multiprocessing.set_forkserver_preload(["pytest", *PRELOAD])
    multiprocessing.forkserver.ensure_running()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, forkserver: None) -> Iterator[House]:
    """Keys, stamps, trust, blobs and worker processes that all installations share."""
    made = make_house(tmp_path_factory.mktemp("house"))
    yield made
    made.workshop.close()


@pytest.fixture(autouse=True)
def offices_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close the offices a test opened."""
    yield
    if "house" in request.fixturenames:
        request.getfixturevalue("house").close_offices()


@pytest.fixture
def hub(tmp_path: Path, forkserver: None) -> Iterator[HubProcess]:
    """An axis node of this test's own."""
    process = make_hub(tmp_path / "hub").start()
    yield process
    process.kill()


@pytest.fixture(params=["sqlite", "postgresql"])
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDatabase]:
    """Return a maker of fresh migrated databases; the test runs once on each kind."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield request.getfixturevalue("make_sqlite")
            return
        server = request.getfixturevalue("postgres_server")
        template = request.getfixturevalue("postgres_template")
        yield lambda: stack.enter_context(server.new_database(template))
        # the databases are dropped by force: nothing of ours may hold a connection to them
        request.getfixturevalue("house").close_offices()


@pytest.fixture
def make_sqlite(sqlite_template: Path, tmp_path: Path) -> MakeDatabase:
    """Return a maker of fresh migrated SQLite files."""

    def make() -> str:
        number = len(list(tmp_path.glob("*.db")))
        path = tmp_path / f"{number}.db"
        shutil.copyfile(sqlite_template, path)
        return f"sqlite:///{path}"

    return make
