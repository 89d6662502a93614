"""`python -m connectors.hub`: one axis node on one port, until SIGTERM."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from connectors.catalogue import read_agencies
from connectors.hub.faults import Faults
from connectors.hub.server import PATH, create_app, listening
from connectors.hub.store import MAX_SIZE, HubStore

KEEP_ALIVE = 75
"""Seconds an idle connection stays open: longer than our client keeps one."""


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, after writing the address; return the exit code."""
    arguments = _parser().parse_args(argv)
    store = HubStore(arguments.data, max_size=arguments.max_size)
    try:
        listener = listening(arguments.host, arguments.port)
        if arguments.agencies is not None:
            store.put_agencies(read_agencies(arguments.agencies))
        config = uvicorn.Config(
            create_app(store, Faults(arguments.data)),
            access_log=False,
            log_level="warning",
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=10,
        )
        # uvicorn stops cleanly and then raises the signal once more, for whoever handled it
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        # from here on connections wait for us: whoever reads this line may call
        sys.stdout.write(f"http://{arguments.host}:{listener.getsockname()[1]}{PATH}\n")
        sys.stdout.flush()
        uvicorn.Server(config).run(sockets=[listener])
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m connectors.hub", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0: any free one")
    parser.add_argument("--data", type=Path, required=True, help="the hub's own folder")
    parser.add_argument("--agencies", type=Path, help="the catalogue: a JSON list of agencies")
    parser.add_argument("--max-size", type=int, default=MAX_SIZE, help="bytes of one message")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
