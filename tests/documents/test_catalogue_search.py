"""Searching the catalogue: no accents, abbreviations, beginnings, codes; hostile names."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents import catalogue_history, catalogue_index, catalogue_search, catalogue_words
from documents.catalogue import Alias, Entry, Succession
from documents.catalogue_history import News, Source
from documents.database import Database

AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
DAY = date(2026, 3, 9)
ENTRIES = (
    Entry("H99", "Ủy ban nhân dân tỉnh Sơn Hải"),
    Entry("H99.02", "Sở Nội vụ tỉnh Sơn Hải"),
    Entry("H99.21", "UBND xã Hải An"),
    Entry("H99.22", "Ủy ban nhân dân xã Đông Đa"),
    Entry("H99.30", "Trường THCS Đống Đa"),
    Entry("00.99.W00", "Trung tâm trao đổi Sơn Hải"),
    Entry("000.00.02.H99", "Sở Nội vụ (Mã cũ) (qd20)"),
    Entry("H53", "Ủy ban nhân dân tỉnh Cũ"),
)
ALIASES = (Alias("000.00.02.H99", "H99.02"), Alias("000.00.00.H53", "H53"))
WAYS = (Succession("H53", "H99", "merge", date(2025, 7, 1), "NQ 202/2025/QH15"),)


def learn(database: Database, entries: Sequence[Entry], *, whole: bool = False) -> None:
    """Enter agencies, with the aliases and successions of all tests."""
    source = Source("axis" if whole else "file", complete=whole, closing_share=1)
    with database.writing() as session:
        catalogue_history.learn(session, News(tuple(entries), ALIASES, WAYS), source, AT)


def found(database: Database, text: str) -> list[str]:
    """Return the codes that search gives for *text*."""
    with database.reading() as session:
        return [hit.entry.code for hit in catalogue_search.search(session, text, DAY)]


TYPED: tuple[tuple[str, list[str]], ...] = (
    ("so noi vu", ["H99.02"]),
    ("SỞ NỘI VỤ", ["H99.02"]),
    ("So\u031b\u0309 No\u0323\u0302i", ["H99.02"]),
    ("vu son so", ["H99.02"]),
    ("dong da", ["H99.22", "H99.30"]),
    ("Đong Đa", ["H99.22", "H99.30"]),
    ("ubnd xa", ["H99.21", "H99.22"]),
    ("uy ban xa hai", ["H99.21"]),
    ("trung hoc co so", ["H99.30"]),
    ("thcs", ["H99.30"]),
    ("h99.2", ["H99.21", "H99.22"]),
    ("000.00.02", ["H99.02"]),
    ("000.00.00.H53", ["H53"]),
    ("trao doi", []),
    ("00.99.W00", []),
    *((nothing, []) for nothing in ("", "  ", "%", "_", "'", "\x00", "zzz", "so zzz")),
)


def test_an_agency_is_found_however_it_is_typed(database: Database) -> None:
    learn(database, ENTRIES)
    assert [(text, found(database, text)) for text, _ in TYPED] == list(TYPED)


def test_the_same_name_comes_before_longer_ones_and_who_ended_comes_last(
    database: Database,
) -> None:
    learn(database, [*ENTRIES, Entry("H99.22.1", "Xã"), Entry("H99.22.2", "Xã Đội")])
    assert found(database, "xa")[:2] == ["H99.22.1", "H99.22.2"]
    assert found(database, "ubnd tinh") == ["H99", "H53"]
    with database.reading() as session:
        hit = catalogue_search.search(session, "tinh cu", DAY)[0]
    assert hit.standing.abolished
    assert [heir.code for heir in hit.standing.heirs] == ["H99"]
    assert hit.codes == ("000.00.00.H53",)


def test_a_renamed_agency_is_found_by_its_new_name_only(database: Database) -> None:
    learn(database, ENTRIES)
    learn(database, [Entry("H99.21", "Ủy ban nhân dân xã Hải Bình")])
    assert found(database, "hai an") == []
    assert found(database, "hai binh") == ["H99.21"]


words = st.lists(st.sampled_from(["Sở", "UBND", "xã", "Đông", "An", "Hải"]), max_size=3)
names = st.dictionaries(
    st.sampled_from([f"H99.{number}" for number in range(6)]), words.map(" ".join), min_size=1
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=names, then=names)
def test_the_index_changed_bit_by_bit_is_the_index_made_anew(
    database: Database, first: dict[str, str], then: dict[str, str]
) -> None:
    for told in first, then:
        learn(database, [Entry(code, name) for code, name in told.items()])
    asked = ["so", "ubnd", "uy ban", "xa d", "an hai", "dong", "H99.3"]
    before = [sorted(found(database, text)) for text in asked]
    with database.writing() as session:
        catalogue_index.rebuild(session)
    assert [sorted(found(database, text)) for text in asked] == before


@pytest.mark.parametrize(
    "name",
    [
        *("Sở " * 100_000, "\u202eSở\x00\x1b[31m", "a\u0301" * 5000, "漢字機關" * 200),
        *("🏛️ Sở", "\ud800Sở", "﷽" * 600, "Sở\nNội\tvụ", "'; DROP TABLE catalogue_entry; --"),
    ],
)
def test_a_hostile_name_is_kept_short_and_plain_and_harms_nobody(
    database: Database, name: str
) -> None:
    learn(database, [*ENTRIES, Entry("H99.66", name)])
    with database.reading() as session:
        (hit,) = catalogue_search.search(session, "H99.66", DAY)
        catalogue_search.search(session, name, DAY)
    assert len(hit.entry.name) <= catalogue_words.NAME_LENGTH
    assert hit.entry.name.isprintable()
    assert "H99.02" in found(database, "so noi vu")


@given(text=st.text(max_size=80))
def test_any_text_becomes_plain_words(text: str) -> None:
    plain = catalogue_words.plain(text)
    assert catalogue_words.plain(plain) == plain
    assert catalogue_words.plain(text.upper()).isprintable()
    assert all(len(word) <= catalogue_words.WORD_LENGTH for word in catalogue_words.indexed(text))


def test_the_nearest_of_an_unknown_code_begin_as_it_does(database: Database) -> None:
    learn(database, ENTRIES)
    with database.reading() as session:
        near = catalogue_search.nearest(session, "H99.29", DAY)
        assert {entry.code for entry in near} >= {"H99.21", "H99.22"}
        named = catalogue_search.nearest(session, "Sở Nội vụ", DAY)
        assert [entry.code for entry in named] == ["H99.02"]
        assert catalogue_search.nearest(session, "G77", DAY) == []
