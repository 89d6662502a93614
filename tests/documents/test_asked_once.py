"""What a transaction asks of connections and of the directory, and what it need not ask again."""

import time
from datetime import date

import pytest
from sqlalchemy import event, text

from documents import directory
from documents.database import IDLE_SECONDS, Database


def cut(database: Database) -> None:
    """End every other connection to the database at the server."""
    others = Database(database.url)
    with others.engine.connect() as other:
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    others.close()


def test_a_connection_that_broke_while_it_lay_unused_is_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.reading() as session:
        session.execute(text("SELECT 1"))
    if database.engine.dialect.name == "postgresql":  # a file has no server that ends it
        cut(database)
    later = time.monotonic() + IDLE_SECONDS + 1
    monkeypatch.setattr("documents.database.time.monotonic", lambda: later)
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_transaction_asks_once_who_takes_in_the_mail_of_a_code(office: Database) -> None:
    asked: list[str] = []
    day = date(2026, 3, 9)

    def note(*execution: object) -> None:
        asked.append(str(execution[2]))

    with office.writing() as session:
        first = directory.receiving(session, "H99.02", day)
        event.listen(office.engine, "before_cursor_execute", note)
        try:
            again = directory.receiving(session, "H99.02", day)
        finally:
            event.remove(office.engine, "before_cursor_execute", note)
    assert again is first
    assert asked == []


def test_the_next_transaction_asks_anew_and_sees_what_changed(office: Database) -> None:
    day = date(2026, 3, 9)
    with office.writing() as session:
        row = directory.receiving(session, "H99.02", day)
        row.name = "Sở mới"
    with office.writing() as session:
        assert directory.receiving(session, "H99.02", day).name == "Sở mới"
