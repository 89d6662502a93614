"""The ledger: what was written can be proved, what was changed is found."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from documents import ledger, outgoing
from documents.database import Database, WriteConflict
from documents.document import Role
from documents.ledger import Actor, Break, Fact
from documents.tables import LedgerHeadRow, LedgerRow

CLERK = Actor("H99.01-clerk", Role.CLERK)
ROWS = 5


class TakenBack(Exception):
    """Ends a transaction without keeping it."""


def write(session: Session, organ_id: str, number: int, at: datetime) -> None:
    fact = Fact(f"doc-{number}", "seal", "sealed", CLERK, "e" * 64, (("số", number), ("day", at)))
    ledger.append(session, organ_id, fact, at)


UNGUARD = {
    "sqlite": ("DROP TRIGGER ledger_no_update", "DROP TRIGGER ledger_no_delete"),
    "postgresql": ("ALTER TABLE ledger DISABLE TRIGGER USER",),
}


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger SET actor = 'x' WHERE sequence = 2", "DELETE FROM ledger"]
)
def test_the_database_itself_refuses_to_change_the_ledger(chains: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), chains.engine.begin() as connection:
        connection.execute(text(statement))
    with chains.reading() as session:
        assert list(ledger.verify(session)) == []


@pytest.fixture
def chains(database: Database, at: datetime) -> Database:
    """Give a database with a chain of five rows for each of two agencies."""
    with database.writing() as session:
        for number in range(1, ROWS + 1):
            for organ_id in ("H99.01", "H99.02"):
                write(session, organ_id, number, at + timedelta(seconds=number))
    return database


def after(database: Database, *statements: str, **values: Any) -> list[Break]:
    """Return what verification finds after raw SQL past the guards, then take it all back."""
    found: list[Break] = []
    with suppress(TakenBack), database.writing() as session:
        for guard in UNGUARD[session.get_bind().dialect.name]:
            session.execute(text(guard))
        for statement in statements:
            done = session.execute(text(statement), values)
            assert done.rowcount > 0  # type: ignore[attr-defined]
        found = list(ledger.verify(session))
        raise TakenBack
    with database.reading() as session:
        assert list(ledger.verify(session)) == []
    return found


def test_an_untouched_chain_holds(chains: Database) -> None:
    with chains.reading() as session:
        assert list(ledger.verify(session)) == []


def test_an_empty_ledger_holds(database: Database) -> None:
    with database.reading() as session:
        assert list(ledger.verify(session)) == []


def test_a_changed_column_is_found_at_its_row(chains: Database) -> None:
    columns = [c.name for c in LedgerRow.__table__.columns]
    for column in columns[2:]:
        for sequence in (1, 3, ROWS):
            found = after(
                chains,
                f"UPDATE ledger SET {column} = 'x' || substr({column}, 2)"  # noqa: S608
                " WHERE organ_id = 'H99.01' AND sequence = :sequence",
                sequence=sequence,
            )
            assert found, (column, sequence)
            assert {item.organ_id for item in found} == {"H99.01"}
            assert found[0].sequence == sequence


def test_a_row_rewritten_with_a_fitting_digest_is_found(chains: Database) -> None:
    for sequence in range(1, ROWS + 1):
        with chains.reading() as session:
            row = session.get_one(LedgerRow, {"organ_id": "H99.01", "sequence": sequence})
        values = {c.name: getattr(row, c.name) for c in LedgerRow.__table__.columns}
        values.pop("digest")
        values["actor"] = "someone else"
        found = after(
            chains,
            "UPDATE ledger SET actor = :actor, digest = :digest"
            " WHERE organ_id = 'H99.01' AND sequence = :sequence",
            actor=values["actor"],
            digest=ledger.digest_of(values),
            sequence=sequence,
        )
        # the next row, or the head, still has the old digest
        assert [item.sequence for item in found] == [min(sequence + 1, ROWS)]


def test_a_deleted_row_is_found_where_it_was(chains: Database) -> None:
    for sequence in range(1, ROWS + 1):
        found = after(
            chains,
            "DELETE FROM ledger WHERE organ_id = 'H99.01' AND sequence = :sequence",
            sequence=sequence,
        )
        missing = Break("H99.01", sequence, f"row {sequence} is missing")
        end = Break("H99.01", ROWS - 1, "the chain's end is missing")
        assert found[0] == (missing if sequence < ROWS else end)


def test_a_deleted_row_is_found_even_when_the_others_are_renumbered(chains: Database) -> None:
    renumbered = [
        f"UPDATE ledger SET sequence = {n - 1} WHERE organ_id = 'H99.01' AND sequence = {n}"  # noqa: S608
        for n in range(3, ROWS + 1)
    ]
    found = after(
        chains,
        "DELETE FROM ledger WHERE organ_id = 'H99.01' AND sequence = 2",
        *renumbered,
        "UPDATE ledger_head SET sequence = sequence - 1 WHERE organ_id = 'H99.01'",
    )
    assert found[0].sequence == 2


def test_a_truncated_chain_is_found(chains: Database) -> None:
    cut = "DELETE FROM ledger WHERE organ_id = 'H99.01' AND sequence > :kept"
    for kept in range(ROWS):
        found = after(chains, cut, kept=kept)
        assert found == [Break("H99.01", kept, "the chain's end is missing")]


def test_a_head_taken_away_or_set_back_is_found(chains: Database) -> None:
    gone = after(chains, "DELETE FROM ledger_head WHERE organ_id = 'H99.01'")
    assert gone == [Break("H99.01", ROWS, "the chain's end is missing")]
    back = after(chains, "UPDATE ledger_head SET sequence = 4 WHERE organ_id = 'H99.01'")
    assert back == gone


COPY = (
    "INSERT INTO ledger (organ_id, sequence, at, actor, role, step, document_id, state, evidence,"
    " detail, previous, digest) SELECT 'H99.01', :to, at, actor, role, step, document_id, state,"
    " evidence, detail, previous, digest FROM ledger"
    " WHERE organ_id = 'H99.02' AND sequence = :from"
)


def test_an_inserted_row_is_found(chains: Database) -> None:
    for place in (-1, 0, ROWS + 1, ROWS + 9):
        found = after(chains, COPY, **{"to": place, "from": 3})
        assert place in {item.sequence for item in found}


def test_a_row_of_another_chain_does_not_fit(chains: Database) -> None:
    found = after(
        chains,
        "DELETE FROM ledger WHERE organ_id = 'H99.01' AND sequence = :to",
        COPY,
        **{"to": 3, "from": 3},
    )
    assert [item.sequence for item in found] == [3, 3, 4]


def test_swapped_rows_are_found(chains: Database) -> None:
    swap = [
        "UPDATE ledger SET sequence = 99 WHERE organ_id = 'H99.01' AND sequence = 2",
        "UPDATE ledger SET sequence = 2 WHERE organ_id = 'H99.01' AND sequence = 3",
        "UPDATE ledger SET sequence = 3 WHERE organ_id = 'H99.01' AND sequence = 99",
    ]
    assert {item.sequence for item in after(chains, *swap)} == {2, 3, 4}


def test_one_agency_s_break_hides_nothing_of_another(chains: Database) -> None:
    found = after(chains, "UPDATE ledger SET actor = 'x' WHERE sequence = 2")
    assert {(item.organ_id, item.sequence) for item in found} == {("H99.01", 2), ("H99.02", 2)}


def test_a_whole_chain_taken_away_is_found_while_its_documents_stay(
    office: Database, at: datetime, make_draft: Any
) -> None:
    with office.writing() as session:
        outgoing.create(session, make_draft(), at)
    found = after(office, "DELETE FROM ledger", "DELETE FROM ledger_head")
    assert found == [Break("H99.01", 0, "the chain's end is missing")]


def test_what_was_written_reads_back_as_hashed(database: Database) -> None:
    hanoi = datetime(2026, 3, 9, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=7)))
    detail = (("reason", "“ngoặc” \\ \n đủ dấu \u0000"), ("n", 1), ("day", hanoi.date()))
    with database.writing() as session:
        ledger.append(session, "H99", Fact("d", "void", "void", CLERK, "", detail), hanoi)
    with database.reading() as session:
        (row,) = ledger.history(session, "d")
        assert row.at == "2026-03-09T02:00:00.000005+00:00"
        assert "đủ dấu" in row.detail
        assert list(ledger.verify(session)) == []


def test_a_step_taken_back_leaves_no_row(chains: Database, at: datetime) -> None:
    with suppress(TakenBack), chains.writing() as session:
        write(session, "H99.01", 99, at)
        raise TakenBack
    with chains.reading() as session:
        assert ledger.history(session, "doc-99") == []
        assert session.get_one(LedgerHeadRow, "H99.01").sequence == ROWS


def test_history_is_the_document_s_own_in_order(chains: Database, at: datetime) -> None:
    with chains.writing() as session:
        write(session, "H99.01", 2, at + timedelta(days=1))
        write(session, "H99.01", 2, at + timedelta(days=1))
    with chains.reading() as session:
        rows = [row for row in ledger.history(session, "doc-2") if row.organ_id == "H99.01"]
    assert [row.sequence for row in rows] == [2, 6, 7]


def test_many_writers_make_one_chain_without_a_fork(database: Database) -> None:
    writers, each = 6, 12
    together = threading.Barrier(writers)
    failures: list[BaseException] = []

    def work(name: int) -> None:
        try:
            together.wait(30)
            for turn in range(each):
                with database.writing() as session:
                    write(session, "H99.07", name * 100 + turn, datetime.now(UTC))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    with database.reading() as session:
        assert list(ledger.verify(session)) == []
        sequences = list(session.scalars(select(LedgerRow.sequence).order_by(LedgerRow.sequence)))
        assert sequences == list(range(1, writers * each + 1))


def test_the_database_itself_refuses_a_second_row_at_one_place(chains: Database) -> None:
    with chains.reading() as session:
        row = session.get_one(LedgerRow, {"organ_id": "H99.01", "sequence": 2})
        values = {c.name: getattr(row, c.name) for c in LedgerRow.__table__.columns}
    with pytest.raises((IntegrityError, WriteConflict)), chains.writing() as session:
        session.execute(insert(LedgerRow).values(**values))


def test_a_chain_holds_over_savepoints_kept_and_taken_back(chains: Database, at: datetime) -> None:
    with chains.writing() as session:
        write(session, "H99.01", 10, at)
        with suppress(TakenBack), session.begin_nested():
            write(session, "H99.01", 11, at)
            raise TakenBack
        write(session, "H99.01", 12, at)
        with session.begin_nested():
            write(session, "H99.01", 13, at)
        write(session, "H99.01", 14, at)
    with chains.reading() as session:
        assert list(ledger.verify(session)) == []
        wanted = select(LedgerRow.document_id).where(LedgerRow.sequence > ROWS)
        written = list(session.scalars(wanted.order_by(LedgerRow.sequence)))
        assert written == ["doc-10", "doc-12", "doc-13", "doc-14"]
