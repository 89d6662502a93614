"""Types by configuration and the dictionary of abbreviations: kept, ended, never changed."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from documents import abbreviations, kind_list, ledger, outgoing
from documents.abbreviation import AbbreviationInvalid, Thing
from documents.abbreviations import (
    AbbreviationNotFound,
    AbbreviationTaken,
    AbbreviationUnknown,
    Entry,
)
from documents.database import Database
from documents.directory import RightMissing
from documents.document import Role
from documents.draft import Draft
from documents.field_text import FieldRefused
from documents.kind_list import NewKind, TypeInvalid, TypeTaken, TypeUnknown
from documents.lifecycle import Step
from documents.tables import AbbreviationRow, DocumentTypeRow, LedgerRow

ORGAN = "H99.01"
HEAD, CLERK, SPECIALIST = (f"{ORGAN}-{role}" for role in (Role.LEADER, Role.CLERK, Role.SPECIALIST))
TODAY = date(2026, 3, 9)


@pytest.fixture
def store(office: Database) -> Database:
    return office


def entry(**given: Any) -> Entry:
    values: dict[str, Any] = {
        "thing": Thing.UNIT,
        "name": "Văn phòng",
        "abbreviation": "VP",
        "since": TODAY,
    }
    return Entry(**values | given)


def fix(store: Database, at: datetime, who: str = HEAD, **given: Any) -> None:
    with store.writing() as session:
        abbreviations.fix(session, ORGAN, entry(**given), who, at)


def test_a_notation_has_the_words_of_its_day(
    store: Database, at: datetime, make_draft: Callable[..., Draft]
) -> None:
    fix(store, at)
    fix(store, at, thing=Thing.AGENCY, name="Sở số 1", abbreviation="SST")
    until = TODAY + timedelta(days=9)
    with store.writing() as session:
        for thing, name in ((Thing.UNIT, "Văn phòng"), (Thing.AGENCY, "Sở số 1")):
            abbreviations.end(session, ORGAN, (thing, name), until, HEAD, at)
    fix(store, at, abbreviation="VPS", since=until + timedelta(days=1))
    found = []
    for days in (0, 9, 10):
        with store.writing() as session:
            draft = make_draft(type="Công văn", unit="Văn phòng")
            row = outgoing.create(session, draft, at + timedelta(days=days))
            found.append(row.code_notation)
    assert found == ["SST-VP", "SST-VP", "S1-VPS"]


def test_an_abbreviation_nobody_fixed_is_refused_where_a_dictionary_is_kept(
    store: Database, at: datetime, make_draft: Callable[..., Draft]
) -> None:
    with store.writing() as session:
        outgoing.create(session, make_draft(notation="QĐ-XYZ"), at)
    fix(store, at)
    with store.writing() as session, pytest.raises(AbbreviationUnknown, match="XYZ"):
        outgoing.create(session, make_draft(notation="QĐ-XYZ"), at)
    with store.writing() as session:
        row = outgoing.create(session, make_draft(type="Công văn", notation="S1-VP"), at)
        assert row.code_notation == "S1-VP"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, AbbreviationTaken),
        ({"since": TODAY - timedelta(days=30), "until": TODAY}, AbbreviationTaken),
        ({"name": "Vụ Pháp chế"}, AbbreviationTaken),
        ({"name": "VĂN PHÒNG", "abbreviation": "VPS"}, AbbreviationTaken),
        ({"name": "x" * 201}, FieldRefused),
        ({"name": "  ", "abbreviation": "K"}, AbbreviationInvalid),
        ({"name": "Kho", "abbreviation": "K-1"}, AbbreviationInvalid),
        ({"name": "Kho", "abbreviation": "K", "until": date(2020, 1, 1)}, AbbreviationInvalid),
    ],
    ids=["again", "overlap", "two of one", "case", "long", "empty", "hyphen", "backwards"],
)
def test_what_contradicts_the_dictionary_is_refused(
    given: dict[str, Any], error: type[Exception], store: Database, at: datetime
) -> None:
    fix(store, at)
    with pytest.raises(error):
        fix(store, at, **given)
    with store.reading() as session:
        assert len(abbreviations.every(session, ORGAN)) == 1


def test_only_the_head_fixes_and_ends_and_the_ledger_remembers(
    store: Database, at: datetime
) -> None:
    with pytest.raises(RightMissing):
        fix(store, at, who=CLERK)
    fix(store, at)
    named = Thing.UNIT, "Văn phòng"
    with store.writing() as session, pytest.raises(AbbreviationInvalid):
        abbreviations.end(session, ORGAN, named, TODAY - timedelta(days=1), HEAD, at)
    with store.writing() as session:
        abbreviations.end(session, ORGAN, named, TODAY, HEAD, at)
    with store.writing() as session, pytest.raises(AbbreviationNotFound):
        abbreviations.end(session, ORGAN, named, TODAY, HEAD, at)
    with store.reading() as session:
        steps = session.scalars(select(LedgerRow.step).order_by(LedgerRow.sequence)).all()
        assert [s for s in steps if "abbrev" in s] == ["fix_abbreviation", "end_abbreviation"]
        assert list(ledger.verify(session)) == []


SPAN = st.tuples(st.integers(0, 40), st.integers(0, 20), st.sampled_from(["VP", "VPS"]))


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(spans=st.lists(SPAN, max_size=6))
def test_no_day_has_two_words_for_one_thing(
    spans: list[tuple[int, int, str]], store: Database, at: datetime
) -> None:
    with store.writing() as session:
        for row in abbreviations.every(session, ORGAN):
            session.delete(row)
    for start, length, short in spans:
        since = TODAY + timedelta(days=start)
        try:
            fix(store, at, abbreviation=short, since=since, until=since + timedelta(days=length))
        except AbbreviationTaken:
            continue
    with store.reading() as session:
        for day in range(0, 61, 3):
            found = abbreviations.of_day(session, ORGAN, TODAY + timedelta(days=day))
            assert len(found) <= 1


def add(store: Database, at: datetime, who: str = HEAD, **given: Any) -> None:
    values: dict[str, Any] = {
        "name": "Nghị định",
        "abbreviation": "NĐ",
        "since": TODAY,
        "normative": True,
    }
    with store.writing() as session:
        kind_list.add(session, ORGAN, NewKind(**values | given), who, at)


def test_a_document_of_a_configured_type_goes_to_its_number(
    store: Database, at: datetime, make_draft: Callable[..., Draft]
) -> None:
    with store.writing() as session, pytest.raises(TypeUnknown):
        outgoing.create(session, make_draft(type="Nghị định"), at)
    add(store, at)
    with store.writing() as session:
        row = outgoing.create(session, make_draft(type="nghị định"), at)
        assert (row.type_name, row.code_notation) == ("Nghị định", "2026/NĐ-S1")
        outgoing.decide(session, row.id, Step.SUBMIT, SPECIALIST, at)
        outgoing.decide(session, row.id, Step.APPROVE, HEAD, at)
        outgoing.signed(session, row.id, "3" * 64, 1300, at)
        assert str(outgoing.numbered(session, row.id, at)) == "01/2026/NĐ-S1"
        outgoing.sealed(session, row.id, "4" * 64, 1400, at)
        assert row.state == "sealed"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, TypeTaken),
        ({"name": "NGHỊ ĐỊNH"}, TypeTaken),
        ({"name": "Quyết định"}, TypeTaken),
        ({"name": "Thông tư", "code": "33"}, TypeInvalid),
        ({"name": "Thông tư", "abbreviation": ""}, TypeInvalid),
        ({"name": "Thông tư", "until": date(2020, 1, 1)}, TypeInvalid),
        ({"name": ""}, TypeInvalid),
        ({"name": "x" * 101}, FieldRefused),
        ({"name": "Thông\x00tư"}, FieldRefused),
        ({"name": "Thông tư", "abbreviation": "T T"}, AbbreviationInvalid),
    ],
    ids=[
        *("again", "case", "the decree's", "code", "no abbreviation", "backwards"),
        *("no name", "long name", "control", "spaces"),
    ],
)
def test_what_is_no_type_is_not_added(
    given: dict[str, Any], error: type[Exception], store: Database, at: datetime
) -> None:
    add(store, at)
    with pytest.raises(error):
        add(store, at, **given)
    with store.reading() as session:
        assert [row.name for row in kind_list.every(session)] == ["Nghị định"]


def test_an_ended_type_makes_no_more_documents_and_can_come_back(
    store: Database, at: datetime, make_draft: Callable[..., Draft]
) -> None:
    add(store, at)
    with store.writing() as session:
        kind_list.end(session, ORGAN, "Nghị định", TODAY, HEAD, at)
        assert kind_list.kind_of(session, "Nghị định", TODAY).configured
    tomorrow = at + timedelta(days=1)
    with store.writing() as session, pytest.raises(TypeUnknown):
        outgoing.create(session, make_draft(type="Nghị định"), tomorrow)
    add(store, at, since=TODAY + timedelta(days=1), abbreviation="NĐM")
    with store.reading() as session:
        assert kind_list.kind_of(session, "Nghị định", TODAY).abbreviation == "NĐ"
        later = TODAY + timedelta(days=5)
        assert kind_list.kind_of(session, "Nghị định", later).abbreviation == "NĐM"
        assert session.scalars(select(DocumentTypeRow.recorded_by)).all() == [HEAD, HEAD]
        assert session.scalars(select(AbbreviationRow)).all() == []
