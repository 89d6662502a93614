"""A private PostgreSQL 15 for one measurement: loopback, a folder of its own, durable."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BIN = Path("/usr/lib/postgresql/15/bin")
START_SECONDS = 60


@contextmanager
def server() -> Iterator[str | None]:
    """Give the URL of its empty database; None where PostgreSQL is not installed."""
    if not (BIN / "initdb").exists():
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="congvan-bench-"))
    run = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:  # the server refuses to run as root
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        run += ["--reuid=postgres", "--regid=postgres", "--init-groups"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    initdb = (BIN / "initdb", "-D", data, "-E", "UTF8", "--auth=trust", "--username=postgres")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    listening = ("-clisten_addresses=127.0.0.1", f"-cport={port}", "-cunix_socket_directories=")
    try:
        subprocess.run([*run, *map(str, initdb), "--locale=C.UTF-8"], check=True, **quiet)  # type: ignore[call-overload]
        command = [*run, str(BIN / "postgres"), "-D", str(data), *listening]
        with subprocess.Popen(command, **quiet) as process:  # type: ignore[call-overload]
            try:
                _answers(port)
                yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
            finally:
                process.send_signal(signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int) -> None:
    """Return once the server takes connections."""
    ready = [str(BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    until = time.monotonic() + START_SECONDS
    while subprocess.run(ready, check=False).returncode:
        if time.monotonic() > until:
            raise TimeoutError("PostgreSQL does not answer")
        time.sleep(0.1)
