"""`python -m web HOME`: the web service of one installation, until SIGTERM."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import uvicorn

from documents.errors import OfficeError
from web.application import create_app
from web.rendering import warm
from workflows import batch_runner
from workflows.office import Office, open_office
from workflows.workshop import Workshop

KEEP_ALIVE = 30
GRACE = 10
"""Seconds for what is under way at the end."""


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m web", description=__doc__)
    parser.add_argument("home", type=Path, help="the installation's folder")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    try:
        office = lean(open_office(arguments.home.resolve()))
    except OfficeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        serve(office, arguments.host, arguments.port)
    finally:
        batch_runner.stop()
        office.close()
    return 0


def lean(office: Office) -> Office:
    """Return the office with one worker process, started when something is to be judged."""
    settings = office.settings.model_copy(update={"processes": 1})
    return replace(office, workshop=Workshop(settings))


def serve(office: Office, host: str, port: int) -> None:
    """Answer until SIGTERM or SIGINT."""
    threading.Thread(target=warm, name="templates", daemon=True).start()
    config = uvicorn.Config(
        create_app(office),
        host=host,
        port=port,
        access_log=False,  # its lines would hold tokens
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        limit_concurrency=2000,  # windows that listen count too
    )
    # uvicorn stops cleanly and then raises the signal once more, for whoever handled it
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run()


if __name__ == "__main__":
    raise SystemExit(main())
