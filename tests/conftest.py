"""What every test may use: databases of both kinds, and values with full defaults.

The PostgreSQL server is private: loopback, a folder of its own, started by the first
test that asks for it and stopped by its process id. The schema is migrated once a
session; each test finds it empty.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from documents.database import Database
from documents.document import Agency, DocumentType, Person, Role
from documents.outgoing import Draft
from documents.placement import Box, Placement
from documents.tables import Base
from tests.workflows import prefect_home  # noqa: F401  (before anything imports Prefect)

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=IN_CI, database=None, print_blob=True
)
hypothesis.settings.load_profile("house")


@dataclass(slots=True)
class PostgresServer:
    """A running private server and the databases made on it."""

    port: int
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of the database *name*."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def run(self, *statements: str, name: str = "postgres") -> None:
        """Run statements as the server's owner, each in a transaction of its own."""
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname={name}"
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def empty(self, name: str) -> None:
        """End every connection to the database *name* and delete every row in it."""
        tables = reversed(Base.metadata.sorted_tables)
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            # not even the append-only guards may keep a row
            "SET session_replication_role = replica; "  # noqa: S608
            + "; ".join(f"DELETE FROM {table.name}" for table in tables),  # noqa: S608
            name=name,
        )

    @contextmanager
    def new_database(self, template: str = "template1") -> Iterator[str]:
        """Give the URL of a fresh copy of *template*; it is dropped afterwards."""
        name = f"test_{next(self._names)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield self.url(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Start a private PostgreSQL 15; an answer is owed for it only while tests run."""
    if not (POSTGRES_BIN / "initdb").exists():
        missing = f"{POSTGRES_BIN}/initdb is missing: apt-get install postgresql-15"
        if IN_CI:
            pytest.fail(missing)
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {missing}")
    folder = Path(tempfile.mkdtemp(prefix="congvan-postgres-"))
    port = _free_port()
    try:
        process = _started(folder, port)
        try:
            _answering(process, port, folder / "log")
            yield PostgresServer(port)
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)
    finally:
        shutil.rmtree(folder)


def _started(folder: Path, port: int) -> subprocess.Popen[bytes]:
    # the server refuses to run as root; setpriv keeps the process id and ends it with us
    run = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        run += ["--reuid=postgres", "--regid=postgres", "--init-groups"]
    data = folder / "data"
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
        "full_page_writes": "off",
        "autovacuum": "off",
        "shared_buffers": "32MB",
        "max_connections": "100",
    }
    options = [f"-c{name}={value}" for name, value in settings.items()]
    initdb = ["--auth=trust", "--username=postgres", "--no-sync", "--locale=C.UTF-8"]
    subprocess.run(
        [*run, str(POSTGRES_BIN / "initdb"), "-D", str(data), "-E", "UTF8", *initdb],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*run, str(POSTGRES_BIN / "postgres"), "-D", str(data), *options],
            cwd=folder,
            stdout=log,
            stderr=log,
        )


def _answering(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once the server takes connections."""
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        ready = [str(POSTGRES_BIN / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.05)
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """Return the name of a migrated database to copy."""
    postgres_server.run("CREATE DATABASE migrated")
    database = Database(postgres_server.url("migrated"))
    database.upgrade()
    database.close()
    return "migrated"


@pytest.fixture(scope="session")
def postgres_shared(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """Give the name of the migrated database that tests use one after the other."""
    with postgres_server.new_database(postgres_template) as url:
        yield url.rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.close()
    return path


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Give the URL of a fresh PostgreSQL database with no tables."""
    with postgres_server.new_database() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_shared: str) -> Iterator[str]:
    """Give the URL of a migrated PostgreSQL database without rows."""
    yield postgres_server.url(postgres_shared)
    # a copy of the template for each test costs ten times as much
    postgres_server.empty(postgres_shared)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the URL of a fresh migrated SQLite file."""
    path = tmp_path / "congvan.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a fresh migrated database; the test runs once on each kind."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a fresh migrated database; the test runs once on each kind."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def make_agency() -> Callable[..., Agency]:
    """Return a maker of agencies: `make_agency(organ_id="H99.02")`."""

    def make(**given: Any) -> Agency:
        values: dict[str, Any] = {
            "organ_id": "H99.01",
            "name": "Sở Nội vụ",
            "abbreviation": "SNV",
            "place": "Sơn Hải",
            "parent_name": "Ủy ban nhân dân tỉnh Sơn Hải",
        }
        return Agency(**values | given)

    return make


@pytest.fixture
def make_person() -> Callable[..., Person]:
    """Return a maker of people: `make_person(role=Role.CLERK)`; the id follows from the role."""

    def make(**given: Any) -> Person:
        role = given.get("role", Role.SPECIALIST)
        organ_id = given.get("organ_id", "H99.01")
        values: dict[str, Any] = {
            "id": f"{organ_id}-{role}",
            "organ_id": organ_id,
            "full_name": f"Người {role} {organ_id}",
            "position": str(role),
            "role": role,
        }
        return Person(**values | given)

    return make


@pytest.fixture
def make_draft() -> Callable[..., Draft]:
    """Return a maker of drafts by H99.01's specialist, for its leader to sign, to H99.02."""

    def make(**given: Any) -> Draft:
        organ_id = given.get("organ_id", "H99.01")
        box = Box(0, 100.0, 700.0, 130.0, 715.0)
        values: dict[str, Any] = {
            "organ_id": organ_id,
            "type": DocumentType.DECISION,
            "subject": "Về việc ban hành kế hoạch công tác",
            "recipients": ("H99.02",),
            "signer_id": f"{organ_id}-{Role.LEADER}",
            "drafter_id": f"{organ_id}-{Role.SPECIALIST}",
            "source_sha256": "1" * 64,
            "source_size": 1000,
            "pdf_sha256": "2" * 64,
            "pdf_size": 1200,
            "pages": 2,
            "placement": Placement(number=box, day=box, month=box, signature=box, seal=box),
        }
        return Draft(**values | given)

    return make
