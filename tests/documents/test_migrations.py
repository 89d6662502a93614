"""The migrations lead to exactly the tables, on both databases, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from documents.database import VERSION_TABLE, Database, WriteConflict
from documents.tables import Base

VERSIONS = Path(__file__).parents[2] / "documents" / "migrations" / "versions"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Give an empty database of each kind."""
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path / 'empty.db'}")
    return Database(request.getfixturevalue("empty_postgres_url"))


def _of_the_house(
    _thing: object, name: str | None, _kind: str, _reflected: bool, _compared: object
) -> bool:
    """Leave out what holds the words of search: FTS5's own tables, or PostgreSQL's GIN index."""
    return not (name or "").startswith(("search_text", "ix_search_entry_words"))


def test_head_equals_the_tables(empty: Database) -> None:
    empty.upgrade()
    with empty.engine.connect() as connection:
        options = {
            "version_table": VERSION_TABLE,
            "compare_type": True,
            "compare_server_default": True,
            "include_object": _of_the_house,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    empty.close()


def test_the_migration_writes_the_checks_of_the_tables(empty: Database) -> None:
    empty.upgrade()
    found = inspect(empty.engine)
    for name, table in Base.metadata.tables.items():
        wanted = {c.name for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        assert {check["name"] for check in found.get_check_constraints(name)} == wanted
    empty.close()


def test_downgrade_to_base_leaves_nothing_and_head_comes_back(empty: Database) -> None:
    assert empty.schema_version() is None
    empty.upgrade()
    head = empty.schema_version()
    assert head is not None
    empty.downgrade("base")
    assert set(inspect(empty.engine).get_table_names()) == {VERSION_TABLE}
    empty.upgrade()
    assert empty.schema_version() == head
    empty.close()


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    empty.upgrade()
    with empty.writing() as session:
        session.execute(
            text("INSERT INTO ledger_head (organ_id, sequence, digest) VALUES ('H99', 0, '')")
        )
    empty.upgrade()
    with empty.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM ledger_head")) == 1
    empty.close()


def test_the_check_on_states_is_the_lifecycle_of_the_tables() -> None:
    """The head's CHECK texts are those of the tables: a new state needs a new migration."""
    written = "".join(path.read_text() for path in sorted(VERSIONS.glob("*.py")))
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            if type(constraint).__name__ == "CheckConstraint":
                assert str(constraint.sqltext) in written  # type: ignore[attr-defined]


def test_migrations_are_numbered_in_one_line() -> None:
    files = sorted(VERSIONS.glob("[0-9]*.py"))
    assert {path.name for path in files} == {
        path.name for path in VERSIONS.glob("*.py") if path.name != "__init__.py"
    }
    before = None
    for number, path in enumerate(files, 1):
        text_of = path.read_text()
        assert path.name.startswith(f"{number:04d}_")
        assert f'revision = "{number:04d}"' in text_of
        assert f"down_revision = {before!r}".replace("'", '"') in text_of
        before = f"{number:04d}"


def _add_revision(database: Database, ordinal: int, kind: str) -> None:
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO revision (document_id, ordinal, kind, sha256, size, created_at)"
                " VALUES ('d', :ordinal, :kind, '', 0, '2026-11-22 03:00:00')"
            ),
            {"ordinal": ordinal, "kind": kind},
        )


@pytest.fixture
def loose(empty: Database) -> Iterator[Database]:
    """Give a database before archive copies, with one revision of one document in it."""
    command.upgrade(empty._alembic(), "0003")
    with empty.writing() as session:
        session.execute(
            text(
                "INSERT INTO agency (organ_id, name, abbreviation, parent_name, place, address,"
                " email, telephone, served, seal_key, accepts_unsigned)"
                " VALUES ('H99', '', '', '', '', '', '', '', false, '', false)"
            )
        )
        session.execute(
            text(
                "INSERT INTO document (id, direction, organ_id, state, version, created_at,"
                " updated_at, type_name, subject, urgency, place, to_places, pages,"
                " sender_organ_id, sender_name, code_notation, business_type, signer_name,"
                " signer_position, signer_competence, verdict, warnings, attempts, held)"
                " VALUES ('d', 'outgoing', 'H99', 'sealed', 0, '2026-11-22', '2026-11-22', '',"
                " '', 0, '', '[]', 0, '', '', '', 0, '', '', '', '', '[]', 0, false)"
            )
        )
    _add_revision(empty, 1, "sealed")
    yield empty
    empty.close()


def test_archive_copies_may_repeat_and_revisions_still_only_grow(loose: Database) -> None:
    loose.upgrade()
    _add_revision(loose, 2, "preserved")
    _add_revision(loose, 3, "preserved")
    with pytest.raises((IntegrityError, WriteConflict)):
        _add_revision(loose, 4, "sealed")
    for change in ("UPDATE revision SET size = 1", "DELETE FROM revision"):
        with pytest.raises(DBAPIError, match="append-only"), loose.writing() as session:
            session.execute(text(change))
    with loose.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM revision")) == 3


def test_the_way_back_keeps_the_guards_too(loose: Database) -> None:
    command.upgrade(loose._alembic(), "0004")
    loose.downgrade("0003")
    with pytest.raises(DBAPIError, match="append-only"), loose.writing() as session:
        session.execute(text("DELETE FROM revision"))
    with pytest.raises((IntegrityError, WriteConflict)):
        _add_revision(loose, 2, "sealed")
