"""Every fault of the hub at every step, on every face: nothing is lost, nothing doubled.

The matrix itself (`congvan bench exactly_once`) with few messages: all steps of a fault together,
hub and offices real processes that are killed besides.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from benchmarks import once_count
from benchmarks.exactly_once import cells_of, line, matrix, steps_of
from benchmarks.once_count import Tally
from benchmarks.once_world import FACES, World
from connectors.hub.faults import FaultKind
from tests.conftest import PostgresServer
from tests.workflows.fixtures import MakeDatabase

COSTLIEST = (FaultKind.DROP_REPLY, FaultKind.DIE, FaultKind.DUPLICATE)
"""Faults after an effect: done on PostgreSQL too."""
DOCUMENTS = 2


def assert_carried_once(
    folder: Path, face: str, databases: Sequence[str], kinds: Sequence[FaultKind]
) -> None:
    world = World.make(folder / face, face, databases)
    cells = [c for c in cells_of(face, DOCUMENTS, together=True) if c.kind in kinds]
    results, wrong = matrix(world, cells, 1, lambda _: None)
    assert wrong == []
    assert [line(each) for each in results if not each.tally.clean] == []
    assert [(each.cell.kind, each.unstruck) for each in results if each.unstruck] == []
    assert all(each.kills >= 2 for each in results)
    assert len(results) == len(kinds)


@pytest.mark.parametrize("face", list(FACES))
def test_every_fault_at_every_step_loses_and_doubles_nothing(
    face: str, make_sqlite: MakeDatabase, tmp_path: Path, forkserver: None
) -> None:
    databases = []
    for name in ("sender", "receiver"):
        found = Path(make_sqlite().removeprefix("sqlite:///"))
        databases.append(f"sqlite:///{found.rename(tmp_path / f'{name}.db')}")
    assert_carried_once(tmp_path, face, databases, list(FaultKind))


def test_what_strikes_after_an_effect_does_so_on_postgresql(
    postgres_server: PostgresServer, postgres_template: str, tmp_path: Path, forkserver: None
) -> None:
    with ExitStack() as stack:
        made = [
            stack.enter_context(postgres_server.new_database(postgres_template)) for _ in range(2)
        ]
        assert_carried_once(tmp_path, "soap", made, COSTLIEST)


def test_the_matrix_has_every_fault_at_every_step() -> None:
    for face in FACES:
        cells = cells_of(face, 1)
        assert len({(cell.kind, cell.steps) for cell in cells}) == len(cells)
        assert {cell.kind for cell in cells} == set(FaultKind)
        assert {"send", "fetch", "confirm", "status"} <= set(steps_of(face))
        assert len(cells) == len(FaultKind) * len(steps_of(face))


@pytest.fixture
def counted(tmp_path: Path) -> "Counted":
    return Counted(tmp_path)


class Counted:
    """Three databases with only what is counted: one document, carried as it should be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        document = (
            "CREATE TABLE document (id, document_key, message_sha256, current_sha256, state,"
            " direction, receipt_number)"
        )
        self.run(
            "sender.db",
            document,
            "INSERT INTO document VALUES ('d', 'K', 'm', 'p', 'dispatched', 'outgoing', NULL)",
            "CREATE TABLE ledger (document_id, step)",
            "INSERT INTO ledger VALUES ('d', 'dispatch'), ('d', 'status_01'), ('d', 'status_03')",
        )
        self.run(
            "receiver.db",
            document,
            "INSERT INTO document VALUES ('i', 'K', 'm', 'p', 'registered', 'incoming', 1)",
        )
        self.run(
            "hub.sqlite",
            "CREATE TABLE messages (kind, message_id, document_id, status_code)",
            "INSERT INTO messages VALUES ('status', 's', 'K', '01'), ('status', 's~', 'K', '01')",
        )

    def run(self, name: str, *statements: str) -> None:
        with closing(sqlite3.connect(self.folder / name)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def tally(self, face: str = "soap") -> Tally:
        sender, receiver = (f"sqlite:///{self.folder}/{one}.db" for one in ("sender", "receiver"))
        return once_count.tally(face, sender, self.folder, receiver, ["d"])


@pytest.mark.parametrize(
    ("name", "statement", "found"),
    [
        ("receiver.db", "UPDATE document SET id = 'j'", Tally()),
        ("receiver.db", "DELETE FROM document", Tally(lost=1)),
        ("receiver.db", "UPDATE document SET state = 'quarantined'", Tally(lost=1)),
        ("sender.db", "UPDATE document SET state = 'sealed'", Tally(lost=1)),
        ("receiver.db", "INSERT INTO document SELECT * FROM document", Tally(doubled=1)),
        ("sender.db", "INSERT INTO ledger VALUES ('d', 'dispatch')", Tally(doubled=1)),
        ("hub.sqlite", "INSERT INTO messages SELECT * FROM messages LIMIT 1", Tally(doubled=1)),
        ("receiver.db", "UPDATE document SET message_sha256 = 'x'", Tally(wrong=1)),
        ("receiver.db", "UPDATE document SET current_sha256 = 'x'", Tally(wrong=1)),
        ("sender.db", "DELETE FROM ledger WHERE step = 'status_01'", Tally(statuses_lost=1)),
        (
            "sender.db",
            "INSERT INTO ledger VALUES ('d', 'status_03')",
            Tally(statuses_doubled=1),
        ),
    ],
)
def test_the_count_sees_what_is_lost_doubled_or_changed(
    name: str, statement: str, found: Tally, counted: Counted
) -> None:
    assert counted.tally().clean
    counted.run(name, statement)
    assert counted.tally() == found
    assert found + found == Tally(*(2 * getattr(found, each) for each in Tally.__slots__))
