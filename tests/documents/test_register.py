"""Registers: numbers are gapless, unique, and keep their years, whoever dies meanwhile."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from documents import number_report, numbering, register
from documents.database import Database, WriteConflict
from documents.document import DocumentType
from documents.kinds import BY_NAME
from documents.lifecycle import Direction
from documents.notation import written
from documents.register import ReasonMissing
from documents.tables import DocumentRow, RegisterEntryRow, RegisterRow, ReservationRow
from tests.documents.register_writers import TYPES, notation_of, place

WRITERS = Path(__file__).with_name("register_writers.py")
DAY = date(2026, 3, 9)


def enter(database: Database, names: list[str], at: datetime, **other: object) -> None:
    """Enter bare documents that may be numbered."""
    rows = [
        {
            "id": name,
            "direction": "outgoing",
            "organ_id": "H99.01",
            "state": "signed",
            "created_at": at,
            "updated_at": at,
            "type_name": "Công văn",
            "subject": "x",
            "sender_organ_id": "H99.01",
            **other,
        }
        for name in names
    ]
    with database.writing() as session:
        session.execute(insert(DocumentRow), rows)


def give(session: Session, document: str, **other: object) -> int:
    values: dict[str, object] = {
        "organ_id": "H99.01",
        "direction": Direction.OUTGOING,
        "series": "QĐ",
        "day": DAY,
    }
    return register.next_number(session, document_id=document, **{**values, **other})  # type: ignore[arg-type]


@pytest.fixture
def registers(office: Database, at: datetime) -> Database:
    """Give an office with documents d1 … d9 to be numbered."""
    enter(office, [f"d{n}" for n in range(1, 10)], at)
    return office


@pytest.fixture
def durable(office: Database, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give an office whose server keeps what it commits even where power fails."""
    if office.engine.dialect.name == "sqlite":
        yield office
        return
    server = request.getfixturevalue("postgres_server")
    server.run("ALTER SYSTEM SET fsync = on", "ALTER SYSTEM SET full_page_writes = on")
    server.run("SELECT pg_reload_conf()")
    yield office
    server.run("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()")


def test_numbers_are_gapless_and_unique_whoever_is_killed_or_takes_back(
    durable: Database, at: datetime
) -> None:
    documents, writers, seed = 48, 4, 1
    for number in range(documents):
        organ_id, series, _ = place(number)
        enter(
            durable,
            [f"doc-{number}"],
            at,
            organ_id=organ_id,
            sender_organ_id=organ_id,
            type_name=TYPES[series],
            code_notation=notation_of(series),
        )
    run = subprocess.run(
        [sys.executable, str(WRITERS), durable.url, str(seed), str(writers), str(documents)],
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | {"PYTHONPATH": str(WRITERS.parents[2])},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    killed = re.search(r"killed (\d+)", run.stderr)
    assert killed is not None
    assert int(killed[1]) > 0

    with durable.reading() as session:
        assert register.gaps(session) == []
        given = session.execute(
            select(
                RegisterRow.organ_id,
                RegisterRow.series,
                RegisterRow.year,
                RegisterEntryRow.number,
                RegisterEntryRow.entered_on,
                RegisterEntryRow.document_id,
            ).join(RegisterRow, RegisterRow.id == RegisterEntryRow.register_id)
        ).all()
        found = number_report.report(session, at)
        reserved = set(session.scalars(select(ReservationRow.state)))
    assert found.sound, found.as_dict()
    assert len(found.registers) == 8
    assert {"used", "void"} <= reserved
    assert sum(state.documents for state in found.registers) == documents
    for row in given:
        organ_id, series, day = place(int(row.document_id.removeprefix("doc-")))
        assert (row.organ_id, row.series, row.entered_on) == (organ_id, series, day)
        assert row.year == day.year
    of_document = {row.document_id: row.number for row in given}
    assert len(of_document) == documents
    for line in run.stdout.splitlines():
        document, written = line.rsplit(" ", 1)
        assert of_document[document] == int(written)
    if durable.engine.dialect.name == "postgresql":
        assert psql(durable, WRONG_NUMBERS) == ""


WRONG_NUMBERS = """
WITH given AS (
    SELECT register_id, number FROM register_entry
    UNION ALL SELECT register_id, number FROM reservation WHERE state <> 'used'
)
SELECT r.series, r.year, r.last_number, count(number), count(DISTINCT number), max(number)
FROM register r LEFT JOIN given g ON g.register_id = r.id
GROUP BY r.id
HAVING NOT (r.last_number = count(number) AND count(number) = count(DISTINCT number)
            AND max(number) = r.last_number AND min(number) = 1)
"""


def psql(database: Database, question: str) -> str:
    """Return what psql prints: a judge that shares no code with us."""
    url = database.engine.url
    words = ["psql", "-XAt", "-h", str(url.host), "-p", str(url.port), "-U", str(url.username)]
    answer = subprocess.run(
        [*words, "-d", str(url.database), "-c", question],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return answer.stdout.strip()


def test_a_repeat_gives_the_same_number(registers: Database) -> None:
    with registers.writing() as session:
        assert give(session, "d1") == 1
        assert give(session, "d1") == 1
    with registers.writing() as session:
        assert give(session, "d2") == 2
        assert give(session, "d1") == 1
        assert give(session, "d1", series="CT", day=date(2027, 1, 1)) == 1


def test_each_agency_direction_series_and_year_counts_for_itself(registers: Database) -> None:
    with registers.writing() as session:
        assert give(session, "d1") == 1
        assert give(session, "d2") == 2
        assert give(session, "d3", organ_id="H99.02") == 1
        assert give(session, "d4", direction=Direction.INCOMING) == 1
        assert give(session, "d5", series="CT") == 1
        assert give(session, "d6", day=date(2027, 1, 1)) == 1
        assert give(session, "d7") == 3


def test_a_number_taken_back_is_given_to_the_next(registers: Database) -> None:
    session = Session(registers.engine.execution_options(congvan_writing=True))
    assert give(session, "d1") == 1
    session.close()
    with registers.writing() as session:
        assert give(session, "d2") == 1


def test_a_void_number_stays_with_its_reason_and_is_not_used_again(registers: Database) -> None:
    reason = "In sai " * 200
    with registers.writing() as session:
        give(session, "d1")
        register.void(session, "d1", reason)
        assert give(session, "d2") == 2
    with registers.reading() as session:
        entry = session.scalars(
            select(RegisterEntryRow).where(RegisterEntryRow.document_id == "d1")
        ).one()
        assert (entry.number, entry.void_reason) == (1, reason)
        assert register.gaps(session) == []


def test_a_number_is_not_void_without_a_reason(registers: Database) -> None:
    with registers.writing() as session:
        give(session, "d1")
    with pytest.raises(ReasonMissing), registers.writing() as session:
        register.void(session, "d1", "  ")
    with registers.writing() as session:
        register.void(session, "d2", "")  # has no number: nothing to explain


def test_gaps_names_a_number_taken_away_and_one_too_many(registers: Database) -> None:
    with registers.writing() as session:
        for name in ("d1", "d2", "d3"):
            give(session, name)
    with registers.writing() as session:
        entry = session.scalars(select(RegisterEntryRow).where(RegisterEntryRow.number == 2)).one()
        entry.number = 7
    with registers.reading() as session:
        assert register.gaps(session) == [("H99.01", "QĐ", 2026, [2, 7])]


def test_writers_of_one_register_wait_for_each_other_and_none_fails(
    registers: Database, at: datetime
) -> None:
    together = threading.Barrier(4)
    numbers: list[int] = []
    failures: list[Exception] = []
    enter(registers, [f"e{writer}{turn}" for writer in range(4) for turn in range(8)], at)

    def work(writer: int) -> None:
        together.wait(30)
        try:
            for turn in range(8):
                with registers.writing() as session:
                    number = give(session, f"e{writer}{turn}")
                numbers.append(number)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert sorted(numbers) == list(range(1, 33))


def test_two_workers_with_the_same_document_give_it_one_number(registers: Database) -> None:
    together = threading.Barrier(2)
    given: list[tuple[str, int]] = []

    def work(series: str) -> None:
        for turn in range(1, 10):
            together.wait(30)
            # the slower one sees the number, or is told that it was slower
            with suppress(WriteConflict), registers.writing() as session:
                given.append((f"d{turn}", give(session, f"d{turn}", series=series)))

    threads = [threading.Thread(target=work, args=(series,)) for series in ("CT", "HD")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(given) >= 9
    with registers.reading() as session:
        assert register.gaps(session) == []
        assert {
            (entry.document_id, entry.number) for entry in session.scalars(select(RegisterEntryRow))
        } == set(given)


TURN = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)


def test_the_year_turns_at_midnight_in_vietnam() -> None:
    assert numbering.local_day(TURN - timedelta(microseconds=1)) == date(2026, 12, 31)
    assert numbering.local_day(TURN) == date(2027, 1, 1)
    summer = datetime(2026, 6, 30, 16, 59, 59, tzinfo=UTC)
    assert numbering.local_day(summer) == date(2026, 6, 30)
    assert numbering.local_day(summer + timedelta(seconds=1)) == date(2026, 7, 1)


def test_numbers_restart_at_midnight_in_vietnam(registers: Database) -> None:
    moments = {"d1": -1, "d2": -1, "d3": 0, "d4": 3600}
    with registers.writing() as session:
        numbers = [
            give(session, name, day=numbering.local_day(TURN + timedelta(seconds=offset)))
            for name, offset in moments.items()
        ]
    assert numbers == [1, 2, 1, 2]


@given(number=st.integers(1, 10**9))
def test_a_written_number_reads_back_and_has_two_digits_at_least(number: int) -> None:
    written = numbering.written_number(number)
    assert int(written) == number
    assert len(written) >= 2
    assert not (number >= 10 and written.startswith("0"))


@given(day=st.dates(date(2020, 1, 1), date(2099, 12, 31)))
def test_the_date_line_puts_zeros_where_the_decree_wants_them(day: date) -> None:
    assert numbering.written_day(day) == f"{day.day:02d}"
    assert numbering.written_month(day) == {1: "01", 2: "02"}.get(day.month, str(day.month))


@pytest.mark.parametrize(
    ("kind", "unit", "notation"),
    [
        (DocumentType.DECISION, "", "QĐ-UBND"),
        (DocumentType.DECISION, "VP", "QĐ-UBND"),
        (DocumentType.OFFICIAL_LETTER, "VP", "UBND-VP"),
        (DocumentType.OFFICIAL_LETTER, "", "UBND"),
    ],
)
def test_a_notation_has_the_type_only_where_the_type_is_named(
    kind: DocumentType, unit: str, notation: str
) -> None:
    assert written(BY_NAME[kind], "UBND", unit) == notation


def test_every_type_but_letters_has_an_abbreviation_of_its_own() -> None:
    short: Callable[[DocumentType], str] = lambda kind: kind.abbreviation  # noqa: E731
    without = {kind for kind in DocumentType if not short(kind)}
    assert without == {DocumentType.OFFICIAL_LETTER, DocumentType.OPEN_LETTER}
    named = [short(kind) for kind in DocumentType if short(kind)]
    assert len(named) == len(set(named)) == 27
