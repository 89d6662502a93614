"""One tuned Prefect server for all tests of workflows, and fresh processes that are cheap.

The server starts, on the port that `prefect_home` has chosen, with the first test that asks.
"""

import asyncio
import inspect
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.prefect_home import HOME, PORT
from workflows.prefect_server import PrefectServer

RunInFreshProcess = Callable[..., int]

PRELOAD = (
    *("pytest", "prefect", "prefect.flow_engine", "prefect.task_engine", "prefect.events.clients"),
    *("workflows.outgoing", "workflows.incoming", "workflows.statuses", "workflows.sweep"),
)


def pytest_unconfigure() -> None:
    if multiprocessing.parent_process() is None:
        shutil.rmtree(os.environ[HOME], ignore_errors=True)


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[PrefectServer]:
    """The server all tests share; it is up when a test asks for it."""
    with PrefectServer(Path(os.environ[HOME]), port=int(os.environ[PORT])) as server:
        yield server


@pytest.fixture(scope="session")
def run_in_fresh_process(prefect_server: PrefectServer) -> RunInFreshProcess:
    """Return `run(target, *args, env={}, timeout=60) -> exit code`; -9 when it was killed.

    *target*, plain or async, must be importable, as in a test module. The process is forked
    from one that has imported Prefect and the flows and nothing else (no threads, no open
    database): 20 ms instead of 3 s, and 0.3 s with a flow run in it.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOAD))

    def run(
        target: Callable[..., Any],
        *args: Any,
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> int:
        process = context.Process(target=_call, args=(target, args, dict(env or {})))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"{target.__name__} did not end in {timeout:.0f} s")
        return process.exitcode

    return run


def _call(target: Callable[..., Any], args: tuple[Any, ...], env: Mapping[str, str]) -> None:
    os.environ |= env
    outcome = target(*args)
    if inspect.iscoroutine(outcome):
        asyncio.run(outcome)


from tests.workflows.archive import (  # noqa: E402, F401  (Prefect's environment comes first)
    make_archive,
    served_house,
)
from tests.workflows.deferred_places import (  # noqa: E402, F401
    by_hand,
    each_place,
    leader,
    place,
    tool,
)
from tests.workflows.fixtures import (  # noqa: E402, F401
    forkserver,
    house,
    hub,
    make_database,
    make_sqlite,
    offices_closed,
)
from tests.workflows.small_world import axis, congvan, office, sealed  # noqa: E402, F401
from tests.workflows.typed_places import leaders_key, signing_host, typing  # noqa: E402, F401
