"""The database: SQLite (WAL) embedded, PostgreSQL beyond; the same code on both.

`reading()` and `writing()` give a session in one transaction. On SQLite a writing
transaction takes the single writer's lock at once (BEGIN IMMEDIATE), so that it
waits its turn instead of failing at its first write.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,
)
from sqlalchemy.orm import Session

from documents.errors import Refused, Unavailable

VERSION_TABLE = "congvan_schema"
"""Alembic's own table name is Prefect's where both share a database."""
BUSY_SECONDS = 60
"""How long a writer waits for SQLite's single writer."""
UNIQUE_VIOLATION = "23505"
"""SQLSTATE (ISO 9075) of a row that exists already."""
IDLE_SECONDS = 5.0
"""How long a connection may have lain unused before it is asked whether it still holds."""
_USED = "congvan_used"


_UPGRADING = Lock()
"""Alembic keeps what it works on in module globals: one thread at a time."""


class DatabaseUnavailable(Unavailable):
    """The database does not answer or stays locked; nothing was changed."""

    code = "database.unavailable"
    vietnamese = "Cơ sở dữ liệu không phản hồi: {0}"
    english = "the database does not answer: {0}"
    remedy = "Kiểm tra máy chủ cơ sở dữ liệu / check the database server"


class WriteConflict(Unavailable):
    """Another worker wrote the same row at the same moment; nothing was changed."""

    code = "database.conflict"
    vietnamese = "Một tiến trình khác vừa ghi cùng dữ liệu: {0}"
    english = "another worker wrote the same row at the same moment: {0}"


class ValueRefused(Refused):
    """A value does not fit its column; nothing was changed."""

    code = "database.value_refused"
    vietnamese = "Dữ liệu không hợp lệ hoặc quá dài: {0}"
    english = "a value is not valid or too long for the database: {0}"
    remedy = "Sửa hoặc rút ngắn dữ liệu / mend or shorten the value"


class SchemaUnknown(Refused):
    """The database's schema is from a newer congvan."""

    code = "database.schema_unknown"
    vietnamese = "Cơ sở dữ liệu thuộc phiên bản congvan mới hơn: {0}"
    english = "the database is from a newer congvan: {0}"
    remedy = "Dùng phiên bản congvan mới hơn / use the newer congvan"


class Database:
    """One database, by SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading; nothing is kept.

        Raises:
            DatabaseUnavailable: it does not answer.
        """
        # closing rolls back and, unlike rollback(), leaves the rows read usable afterwards
        with _translated(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Give a session for reading whose questions are all answered as of one moment.

        Raises:
            DatabaseUnavailable: it does not answer.
        """
        engine = self.engine
        if engine.dialect.name != "sqlite":  # which reads so anyhow
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with _translated(), Session(engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are committed together when the block ends well.

        Raises:
            DatabaseUnavailable: it does not answer, or stayed locked; nothing was changed.
            WriteConflict: another worker was faster; a repeat sees what it wrote.
            ValueRefused: a value does not fit its column.
        """
        engine = self.engine.execution_options(congvan_writing=True)
        with _translated(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the schema to the newest migration.

        Raises:
            DatabaseUnavailable: it does not answer.
            SchemaUnknown: it is at a migration this congvan does not have.
        """
        config = self._alembic()
        with _translated():
            if self.schema_version() == _newest(config):
                return
            try:
                with _UPGRADING:
                    command.upgrade(config, "head")
            except CommandError as error:
                raise SchemaUnknown(str(error)) from error

    def is_current(self) -> bool:
        """Return whether the schema is at this congvan's newest migration.

        Raises:
            DatabaseUnavailable: it does not answer.
        """
        with _translated():
            return self.schema_version() == _newest(self._alembic())

    def downgrade(self, revision: str) -> None:
        """Take the schema back to *revision* (`base` for nothing)."""
        command.downgrade(self._alembic(), revision)

    def schema_version(self) -> str | None:
        """Return the migration the database is at; None for an empty one."""
        with self.engine.connect() as connection:
            options = {"version_table": VERSION_TABLE}
            return MigrationContext.configure(connection, opts=options).get_current_revision()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _alembic(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["engine"] = self.engine
        return config


def _newest(config: Config) -> str | None:
    return ScriptDirectory.from_config(config).get_current_head()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise DatabaseUnavailable(_said(error)) from error
    except TimeoutError as error:  # no free connection in the pool
        raise DatabaseUnavailable(str(error)) from error
    except DataError as error:
        raise ValueRefused(_said(error)) from error
    except (UnicodeError, OverflowError) as error:  # the driver's, before the database sees it
        raise ValueRefused(str(error)) from error
    except IntegrityError as error:
        # SQLite has one writer: what is not unique there is our own mistake
        if getattr(error.orig, "sqlstate", None) == UNIQUE_VIOLATION:
            raise WriteConflict(_said(error)) from error
        raise


def _said(error: DBAPIError) -> str:
    """Return what the database said, without the statement and its values."""
    said = str(error.orig or type(error).__name__).splitlines()
    return said[0] if said else type(error).__name__


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return _asking_after_idleness(create_engine(url, pool_size=8, max_overflow=8))
    engine = create_engine(
        url,
        # we begin; with `autocommit` of Python 3.12 commit() would do nothing
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("congvan_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _asking_after_idleness(engine: Engine) -> Engine:
    """Let the pool replace connections that broke while they lay unused.

    `pool_pre_ping` asks at every checkout: one round trip more for every transaction.
    """

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(_USED, 0.0) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool opens another

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    return engine
