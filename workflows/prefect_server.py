"""Prefect's local server on SQLite: how it is tuned, started and stopped.

Every setting that differs from Prefect's default stands in one table with its reason. Figures
are CPU milliseconds of one flow run with four async tasks, Prefect 3.8.8 on two cores, as
`benchmarks/prefect_run.py` prints them. A PostgreSQL server elsewhere brings its own
environment and needs nothing of this but the client rows.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import random
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from workflows.child import Child, Process
from workflows.watchdog import Watchdog

START_SECONDS: Final = 120.0
"""A fresh home runs 110 migrations (10 s idle here), four times that on a loaded machine."""

SETTINGS: Final[Mapping[str, str]] = {
    # Closed networks: nothing may call home.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # Without a URL fail at once: the hidden temporary server takes 10 to 26 s and is left behind.
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    # The ledger is the record. Log rows cost 20 ms a run on client and server each.
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    # The loopback server has CSRF off and is the same version: two requests less a process.
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    # A server that restarts is back within 14 s (2 + 4 + 8); the default waits 62 s.
    "PREFECT_CLIENT_MAX_RETRIES": "3",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    # Steps have effects: a cached task result must never stand in for doing one.
    "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
    "PREFECT_TASKS_DEFAULT_PERSIST_RESULT": "false",
    # One row per transaction is the default and a third of the server's time.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # Event rows are two thirds of the database and a quarter of the server's time; nothing
    # here reads them: no automations, and task runs are recorded from the stream, not the rows.
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED": "false",
    # Loops for what is not used: paused runs, work-pool workers.
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    # An interval of 30 s would keep 100 future runs an hour ahead in the database.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "2",
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT3M",
    # Bounded: finished runs go after a day, at the start and hourly; SQLite reuses the freed
    # pages. A run with its steps is some 30 kB; the ledger is the record.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "86400",
    # Blocks are not used; registering them writes 30 rows at the first start.
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
}
"""Prefect settings that never change, as environment variables."""


def prefect_environment(
    home: Path, api_url: str | None, ca_file: Path | None = None, *, ui: bool = True
) -> dict[str, str]:
    """Return every Prefect variable for the server and for each of its clients.

    Args:
        home: Prefect's folder, made if missing; its SQLite file (WAL) lies there.
        api_url: The server's API, `http://127.0.0.1:PORT/api`; None only before it is known.
        ca_file: PEM of the authorities an https API is trusted by. Left out, a small one is
            made: each client builds two TLS contexts a run even for http, and loading the
            whole bundle costs 44 ms each time.
        ui: Whether the server shows its pages; they are unpacked below *home*.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        **SETTINGS,
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home}/prefect.db",
        "PREFECT_API_SSL_CERT_FILE": str(ca_file or _small_bundle(home)),
        "PREFECT_SERVER_UI_ENABLED": str(ui).lower(),
        # The default is inside the installation, which may be read-only.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
    }
    if api_url is not None:
        environment |= {"PREFECT_API_URL": api_url, "PREFECT_SERVER_UI_API_URL": api_url}
    return environment


def without_prefect(environment: Mapping[str, str]) -> dict[str, str]:
    """Return *environment* without Prefect's variables: a stray API key or URL must not leak in."""
    return {name: value for name, value in environment.items() if not name.startswith("PREFECT_")}


def free_port() -> int:
    """Return a loopback TCP port that was free a moment ago.

    It lies below the range the kernel takes ports from by itself (32768 and up), so nobody
    else gets it by chance before it is used.
    """
    for port in random.sample(range(20_000, 32_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_child(home: Path, port: int, log: Path, *, ui: bool = True) -> Child:
    """Return the server as a supervised child listening on 127.0.0.1:*port*."""
    url = f"http://127.0.0.1:{port}"
    return Child(
        name="prefect",
        # uvicorn at once, not `prefect server start`: that one imports the whole command line
        # first and starts uvicorn as a child of its own, which survives it when it is killed.
        argv=(
            *(sys.executable, "-m", "uvicorn", "--factory", "workflows.prefect_application:create"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--log-level", "warning", "--no-access-log"),
            # Longer than a client keeps a quiet connection (25 s), so none is cut in use.
            *("--timeout-keep-alive", "30", "--timeout-graceful-shutdown", "5"),
        ),
        env=without_prefect(os.environ) | prefect_environment(home, f"{url}/api", ui=ui),
        ready=f"{url}/api/health",
        log=log,
        ready_seconds=START_SECONDS,
    )


class PrefectServer:
    """One server as a child of this process, for tests, benchmarks and short commands."""

    def __init__(self, home: Path, *, port: int | None = None, ui: bool = False) -> None:
        self.port = port or free_port()
        self.home = home
        self.api_url = f"http://127.0.0.1:{self.port}/api"
        self._child = server_child(home, self.port, home / "server.log", ui=ui)
        self._process = Process(self._child)
        self._watchdog = Watchdog()

    @property
    def environment(self) -> dict[str, str]:
        """The variables a client process needs; merge them into its environment."""
        return prefect_environment(self.home, self.api_url)

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def start(self) -> Self:
        """Start the server and wait until it answers.

        Raises:
            ChildNotReady: it died or did not answer within `START_SECONDS`.
        """
        try:
            self._watchdog.start()
            self._process.start(self._watchdog.token)
            self._process.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the server: politely, then by force after ten seconds."""
        self._process.stop()
        self._watchdog.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()


def _small_bundle(home: Path) -> Path:
    """Return a PEM with one authority nobody holds the key of; made once per home."""
    target = home / "loopback-ca.pem"
    if target.exists():
        return target
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "congvan loopback")])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(day)
        .not_valid_after(day.replace(year=2056))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    partial = target.with_suffix(f".{os.getpid()}")
    partial.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    partial.replace(target)
    return target
