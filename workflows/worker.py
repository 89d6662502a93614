"""The worker: one long-lived process per installation that carries whatever waits.

It keeps keys, fonts and schemas loaded, runs the flows in itself (a subprocess per
run costs seconds), looks for work at short intervals, and serves the sweeper's
schedule. Started anew, it takes its own leases back first.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from documents import claims, requests
from documents import preservation as queue
from documents.errors import OfficeError
from workflows import backlog, equipment, reception
from workflows.catalogue import EACH_NIGHT, NIGHT, catalogue
from workflows.engine_session import engine_session
from workflows.incoming import incoming
from workflows.indexing import following, indexing
from workflows.nightly import nightly
from workflows.office import Office, open_office, serving
from workflows.outgoing import attempted, outgoing
from workflows.preservation import preservation
from workflows.reminding import hourly
from workflows.rounds import Round
from workflows.runner import ServedFlow, serve
from workflows.settings import HOME_VARIABLE
from workflows.signatures import deferred
from workflows.statuses import statuses
from workflows.sweep import sweep
from workflows.worker_health import WorkerHealth
from workflows.worker_lock import sole_worker

_UNFINISHED_SECONDS = 86_400.0
"""Blobs that a killed process left half written for so long are nobody's any more."""
STOCK_SECONDS = 10.0
"""Pause between looks at what stands still."""
_log = logging.getLogger("congvan.worker")


async def work(here: Office, stop: asyncio.Event) -> None:
    """Carry what waits until *stop* is set."""
    with here.database.writing() as session:
        claims.release_owner(session, here.owner)
        queue.release_owner(session, here.owner)
        requests.release_owner(session, here.owner, here.now())
    await asyncio.to_thread(here.blobs.tidy, _UNFINISHED_SECONDS)
    await asyncio.to_thread(here.workshop.warm)
    health = here.health = WorkerHealth(here.settings.home)
    health.write()
    interval = timedelta(seconds=here.settings.sweep_seconds)
    sweeper = ServedFlow(sweep, f"sweep-{here.owner}", interval, {})
    nights = [
        ServedFlow(catalogue, f"catalogue-{here.owner}", EACH_NIGHT, anchor=NIGHT),
        nightly(here.owner, here.settings.reconcile_at),
        hourly(here.owner, here.settings.remind_at),
    ]
    rounds = [
        Round("outgoing", backlog.outgoing_due, lambda ids: attempted(outgoing, ids)),
        Round("incoming", backlog.incoming_due, lambda _: attempted(incoming)),
        Round("statuses", backlog.statuses_due, lambda _: attempted(statuses)),
        Round("deferred", backlog.requests_due, lambda _: attempted(deferred)),
        Round("preservation", backlog.preservation_due, lambda ids: attempted(preservation, ids)),
    ]
    carried: list[Any] = [outgoing, incoming, statuses, deferred, preservation, indexing]
    async with engine_session(), asyncio.TaskGroup() as group:
        for each in rounds:
            group.create_task(each.go(here, health, stop))
        group.create_task(_take_stock(here, health, stop))
        group.create_task(following(here, stop))
        group.create_task(serve([sweeper, *nights], stop, poll_seconds=5, carried=carried))


async def _take_stock(here: Office, health: WorkerHealth, stop: asyncio.Event) -> None:
    """Note now and then what stands still and what is lacking, until *stop* is set."""
    while not stop.is_set():
        try:
            waiting = await asyncio.to_thread(backlog.standing_still, here)
            health.stands(waiting, await asyncio.to_thread(_lacking, here))
        except OfficeError as error:
            _log.info("no stock was taken: %s", error)
        except Exception:
            _log.exception("no stock was taken")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), STOCK_SECONDS)


def _lacking(here: Office) -> list[str]:
    lacking = equipment.lacking(here.settings, here.database, here.now())
    return [*lacking, *reception.not_given(here)]


async def run(home: Path) -> None:
    """Serve the installation in *home* until TERM or INT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    here = await asyncio.to_thread(open_office, home)
    try:
        with serving(here):
            await work(here, stop)
    finally:
        here.close()


def main(arguments: list[str] | None = None) -> int:
    """Run the worker: `python -m workflows.worker FOLDER`."""
    parser = argparse.ArgumentParser(prog="congvan-worker")
    parser.add_argument("home", type=Path)
    home = parser.parse_args(arguments).home.resolve()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    os.environ[HOME_VARIABLE] = str(home)
    try:
        with sole_worker(home):
            asyncio.run(run(home))
    except OfficeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
