"""The directory: one agency by either code, one person by id or name."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from documents import directory
from documents.boxes import MILLIMETRE
from documents.database import Database, DatabaseUnavailable, ValueRefused
from documents.directory import (
    AgencyNotServed,
    AgencyUnknown,
    OrganIdInvalid,
    PersonAmbiguous,
    PersonUnknown,
    check_organ_id,
)
from documents.document import Agency, DocumentType, Person, Role, document_type_named, folded
from documents.identity import new_id
from documents.placement import Box, Placement, seal_over
from documents.tables import DocumentRow, LedgerHeadRow, ParcelRow


@pytest.mark.parametrize(
    "code",
    ["H99", "H99.01", "G01", "H99.01.02.AB", "000.00.00.H99", "001.02.16.H40", "012345678901"],
)
def test_both_forms_of_codes_are_accepted(code: str) -> None:
    check_organ_id(code)


@pytest.mark.parametrize(
    "code",
    [
        *("", "H9", "h99", "H99.", "H99..1", "H99.01\n", "\nH99", "H٩٩", "H99 ", "000.00.00"),
        *("A" * 36, "H99.01/..", "H99;DROP", "H99." + "1" * 40),
    ],
)
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(OrganIdInvalid):
        check_organ_id(code)


@given(code=st.text(max_size=40))
def test_an_accepted_code_is_short_plain_and_safe_in_a_path(code: str) -> None:
    try:
        check_organ_id(code)
    except OrganIdInvalid:
        return
    assert code.isascii()
    assert len(code) <= 35
    assert code.replace(".", "").isalnum()


def test_an_agency_is_found_by_either_code(office: Database) -> None:
    with office.reading() as session:
        for code in ("H99.02", "000.00.02.H99"):
            assert directory.agency_row(session, code).organ_id == "H99.02"
            assert directory.served_agency(session, code).organ_id == "H99.02"
        with pytest.raises(AgencyUnknown):
            directory.agency_row(session, "H77")
        with pytest.raises(AgencyNotServed):
            directory.served_agency(session, "H99.03")
        assert [row.organ_id for row in directory.served(session)] == ["H99.01", "H99.02"]


def test_a_catalogue_update_takes_nothing_from_a_served_agency(
    office: Database, make_agency: Callable[..., Agency]
) -> None:
    with office.writing() as session:
        directory.put_agency(session, make_agency(), accepts_unsigned=True)
        directory.put_agency(session, make_agency(name="Tên mới"))
        row = directory.served_agency(session, "H99.01")
        assert (row.name, row.seal_key, row.accepts_unsigned) == ("Tên mới", "seal", True)
        assert directory.as_agency(row) == make_agency(name="Tên mới")


def test_a_person_is_found_by_id_or_name_in_their_own_agency_while_active(
    office: Database, make_person: Callable[..., Person]
) -> None:
    person = make_person(role=Role.LEADER)
    with office.writing() as session:
        for who in (person.id, person.full_name):
            assert directory.as_person(directory.person_row(session, "H99.01", who)) == person
        with pytest.raises(PersonUnknown):
            directory.person_row(session, "H99.02", person.id)
        directory.person_row(session, "H99.01", person.id).active = False
        with pytest.raises(PersonUnknown):
            directory.person_row(session, "H99.01", person.full_name)
        with pytest.raises(PersonUnknown):
            directory.person_with(session, "H99.01", [Role.LEADER])
        assert person.id not in {row.id for row in directory.people(session, ["H99.01"])}
        directory.put_person(session, person)
        assert directory.person_row(session, "H99.01", person.id).signing_key == "key"


def test_a_name_of_two_people_is_refused_and_their_ids_are_not(
    office: Database, make_person: Callable[..., Person]
) -> None:
    with office.writing() as session:
        for name in ("a1", "a2"):
            directory.put_person(session, make_person(id=name, full_name="Nguyễn Văn An"))
        # someone is called by another's id
        directory.put_person(session, make_person(id="a3", full_name="a1"))
        with pytest.raises(PersonAmbiguous):
            directory.person_row(session, "H99.01", "Nguyễn Văn An")
        for name in ("a1", "a2", "a3"):
            assert directory.person_row(session, "H99.01", name).id == name


# --- values ----------------------------------------------------------------------------


def test_types_are_found_whatever_case_and_accents() -> None:
    for kind in DocumentType:
        for name in (kind.value, kind.value.upper(), f" {kind.value.lower()} ", folded(kind.value)):
            assert document_type_named(name) is kind
    assert document_type_named("Sắc lệnh") is None


def test_ids_are_version_7_and_in_order_of_time() -> None:
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == len(ids)
    assert {(UUID(i).version, UUID(i).variant) for i in ids} == {(7, RFC_4122)}
    stamps = [UUID(i).int >> 80 for i in ids]
    assert stamps == sorted(stamps)
    now = datetime.now(UTC).timestamp() * 1000
    assert abs(stamps[-1] - now) < 5000


lengths = st.floats(0, 1000, allow_nan=False, width=32)
boxes = st.builds(Box, st.integers(0, 9), lengths, lengths, lengths, lengths)


@given(made=st.builds(Placement, boxes, boxes, boxes, boxes, boxes))
def test_a_placement_survives_its_way_through_json(made: Placement) -> None:
    assert Placement.from_dict(json.loads(json.dumps(made.as_dict()))) == made


def test_the_seal_covers_the_left_third_of_the_signature_at_its_real_size() -> None:
    seal = seal_over(Box(2, 300, 100, 420, 160))
    assert seal.page == 2
    assert seal.x1 == 340
    assert seal.width == pytest.approx(40 * MILLIMETRE)
    assert (seal.y0 + seal.y1) / 2 == 130


# --- the database as a border ----------------------------------------------------------


def test_times_come_back_as_the_same_instant_in_utc(office: Database, at: datetime) -> None:
    hanoi = at.astimezone(timezone(timedelta(hours=7))) + timedelta(microseconds=7)
    with office.writing() as session:
        row = ParcelRow(organ_id="a", axis_id="b", kind="x", sender="s", sha256="", outcome="junk")
        row.fetched_at = hanoi
        session.add(row)
    with office.reading() as session:
        found = session.scalars(select(ParcelRow.fetched_at)).one()
        assert found == hanoi
        assert found.utcoffset() == timedelta(0)
        later = ParcelRow.fetched_at > hanoi - timedelta(microseconds=1)
        assert session.scalar(select(ParcelRow.axis_id).where(later)) == "b"


def test_a_time_without_its_zone_is_refused(office: Database, at: datetime) -> None:
    naive = at.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without its zone"), office.reading() as session:
        session.scalar(select(DocumentRow.id).where(DocumentRow.created_at == naive))


def test_rows_stay_readable_after_reading_and_writing(office: Database) -> None:
    with office.reading() as session:
        read = directory.agency_row(session, "H99.01")
    with office.writing() as session:
        written = directory.agency_row(session, "H99.02")
    assert (read.name, written.name) == ("Sở số 1", "Sở số 2")


def test_reading_keeps_nothing(office: Database) -> None:
    with office.reading() as session:
        session.execute(text("DELETE FROM post"))
    with office.reading() as session:
        assert directory.people(session, ["H99.01"])


def test_a_value_too_long_for_postgresql_is_refused_in_our_words(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(ValueRefused) as refused, database.writing() as session:
        session.add(LedgerHeadRow(organ_id="x" * 36, sequence=0, digest=""))
    assert "x" * 36 not in str(refused.value)
    database.close()


def test_a_database_that_is_away_is_unavailable(sqlite_url: str) -> None:
    for url in ("postgresql+psycopg://postgres@127.0.0.1:1/none", "sqlite:////no/such/folder/x.db"):
        database = Database(url)
        with pytest.raises(DatabaseUnavailable), database.reading() as session:
            session.execute(text("SELECT 1"))
        database.close()


def test_connections_that_the_server_ends_are_made_anew(
    postgres_url: str, make_agency: Callable[..., Agency]
) -> None:
    database = Database(postgres_url)
    end_others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    other = Database(postgres_url)

    def broken_off() -> None:
        with database.writing() as session:
            directory.put_agency(session, make_agency())
            with other.writing() as ending:
                ending.execute(end_others)
            session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailable):
        broken_off()
    other.close()
    with database.reading() as session, pytest.raises(AgencyUnknown):
        directory.agency_row(session, "H99.01")
    database.close()


def test_sqlite_writers_wait_their_turn(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.reading() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    with database.writing() as session:
        session.execute(text("SELECT 1"))
        with database.reading() as reader:  # readers are not kept waiting
            assert reader.execute(text("SELECT count(*) FROM agency")).scalar() == 0
    database.close()
