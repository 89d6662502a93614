"""What tests run in processes of their own: a hub, and an installation that dies on purpose.

Nothing but what the forkserver has imported: a fresh process costs milliseconds.
"""

import os
import re
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.hub.__main__ import main as serve_hub
from documents import claims
from documents.errors import Unavailable
from workflows import backlog
from workflows.engine_session import engine_session
from workflows.incoming import incoming
from workflows.jobs import Open
from workflows.office import Office, open_office, serving
from workflows.outgoing import outgoing
from workflows.retry import PAUSES
from workflows.statuses import statuses
from workflows.sweep import sweep

MOST_SWEEPS = 12
"""More are needed only if something goes round in circles."""


def hub(folder: str, port: int) -> None:
    """Serve an axis node on a loopback port until killed."""
    data = Path(folder)
    agencies = data / "agencies.json"
    words = ["--open", "--port", str(port), "--data", str(data), "--agencies", str(agencies)]
    raise SystemExit(serve_hub(words))


@asynccontextmanager
async def started(home: str, minutes: int = 0) -> AsyncIterator[Office]:
    """Serve the installation as its worker does after a start, its clock set ahead."""
    PAUSES[:] = [0.05, 0.05]
    here = open_office(Path(home))
    here.now = lambda: datetime.now(UTC) + timedelta(minutes=minutes)
    try:
        with here.database.writing() as session:
            claims.release_owner(session, here.owner)
        with serving(here):
            async with engine_session():
                yield here
    finally:
        here.close()


async def run_one(home: str, name: str) -> None:
    """Run one flow once: `outgoing` with what is due, `incoming` or `statuses`."""
    async with started(home) as here:
        if name == "outgoing":
            await outgoing(backlog.outgoing_due(here))
        else:
            await {"incoming": incoming, "statuses": statuses}[name]()


async def carry(home: str, minutes: int = 0) -> None:
    """Sweep until nothing is due; *minutes* sets the clock past the pauses between attempts."""
    async with started(home, minutes) as here:
        for _ in range(MOST_SWEEPS):
            if not is_due(here) or not await sweep():
                return
        raise AssertionError(f"something is due after {MOST_SWEEPS} sweeps")


def abandon(home: str, told: str) -> None:
    """Start the worker processes, tell their ids, and die without a word to them."""
    here = open_office(Path(home))
    here.workshop.warm()
    assert here.workshop._pool is not None
    Path(told).write_text(" ".join(map(str, here.workshop._pool._processes)))
    os.kill(os.getpid(), signal.SIGKILL)


def is_due(here: Office) -> bool:
    """Return whether a sweep would find anything; an axis that is away gives nothing."""
    looks: tuple[Callable[[Office], object], ...] = (
        backlog.outgoing_due,
        backlog.incoming_due,
        backlog.statuses_due,
    )
    for look in looks:
        with suppress(Unavailable):
            if look(here):
                return True
    return False


class Deadly(Open):
    """A job whose file kills the process that opens it."""

    def __init__(self) -> None: ...

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return type(self), ()

    @property
    def sha256(self) -> str:  # type: ignore[override]
        os.kill(os.getpid(), signal.SIGKILL)
        return ""


class Endless(Deadly):
    """A job whose file is never done."""

    @property
    def sha256(self) -> str:  # type: ignore[override]
        time.sleep(600)
        return ""


class Stuck(Deadly):
    """A job whose file is lost in native code, which holds Python's lock."""

    @property
    def sha256(self) -> str:  # type: ignore[override]
        re.match(r"(a+)+$", "a" * 60 + "b")
        return ""
