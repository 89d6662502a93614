"""The agency catalogue: what was known when, one agency under several codes, who came after."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from documents import catalogue, catalogue_history, directory
from documents.catalogue import Alias, Entry, Succession
from documents.catalogue_history import News, Source, TooManyClosed
from documents.database import Database

AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
DAY = date(2026, 3, 9)
AXIS = Source("axis", mark=1)
FILE = Source("file", "mergers.csv")
WHOLE = Source("axis", complete=True, closing_share=1)
HALF = date(2025, 7, 1)


def learn(
    database: Database,
    entries: Sequence[Entry] = (),
    aliases: Sequence[Alias] = (),
    ways: Sequence[Succession] = (),
    source: Source = FILE,
    at: datetime = AT,
) -> catalogue_history.Change:
    """Enter news in a transaction of their own."""
    news = News(tuple(entries), tuple(aliases), tuple(ways))
    with database.writing() as session:
        return catalogue_history.learn(session, news, source, at)


def merged(*successors: str, predecessor: str = "H53", kind: str = "merge") -> list[Succession]:
    """Return that *predecessor* became *successors* on 1 July 2025."""
    return [Succession(predecessor, code, kind, HALF, "NQ 202/2025/QH15") for code in successors]


def test_what_was_known_on_a_past_day_stays_known(database: Database) -> None:
    learn(database, [Entry("H99", "Tỉnh Cũ")], at=AT)
    learn(database, [Entry("H99", "Tỉnh Mới")], at=AT + timedelta(days=10))
    with database.reading() as session:
        before = catalogue.entries(session, ["H99"], AT + timedelta(days=5))
        assert before["H99"].name == "Tỉnh Cũ"
        assert catalogue.entries(session, ["H99"])["H99"].name == "Tỉnh Mới"
        assert catalogue.entries(session, ["H99"], AT - timedelta(days=1)) == {}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE catalogue_entry SET name = 'X'",
        "DELETE FROM catalogue_entry",
        "UPDATE catalogue_entry SET superseded = 9 WHERE superseded IS NOT NULL",
        "UPDATE catalogue_alias SET agency = 'X'",
        "UPDATE catalogue_succession SET succeeded_on = '2020-01-01'",
    ],
)
def test_the_database_refuses_to_rewrite_history(database: Database, change: str) -> None:
    learn(database, [Entry("H99", "A")], [Alias("000.00.00.H99", "H99")], merged("H99"))
    learn(database, [Entry("H99", "B")])
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text(change))


codes = st.sampled_from(["H10", "H11", "H12", "H13"])
snapshots = st.lists(st.dictionaries(codes, st.sampled_from("ABC")), min_size=1, max_size=5)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=snapshots)
def test_every_past_version_is_what_was_told_then(
    database: Database, told: list[dict[str, str]]
) -> None:
    with database.reading() as session:
        start = len(list(catalogue.all_entries(session)))
        newest = session.scalar(text("SELECT max(at) FROM catalogue_version"))
    assert start >= 0
    base = datetime.fromisoformat(str(newest)).replace(tzinfo=UTC) if newest else AT
    for turn, names in enumerate(told, 1):
        entries = [Entry(code, name) for code, name in names.items()]
        learn(database, entries, source=WHOLE, at=base + timedelta(hours=turn))
    with database.reading() as session:
        for turn, names in enumerate(told, 1):
            known = catalogue.all_entries(session, base + timedelta(hours=turn, minutes=1))
            assert {each.code: each.name for each in known if not each.deleted} == names


def test_what_the_axis_lists_no_more_is_closed_and_what_a_file_said_stays(
    database: Database,
) -> None:
    learn(database, [Entry("H98", "Từ tệp")])
    learn(database, [Entry("H10", "A"), Entry("H11", "B")], source=WHOLE)
    change = learn(database, [Entry("H10", "A")], source=WHOLE)
    assert (change.added, change.changed, change.closed) == (0, 0, 1)
    with database.reading() as session:
        found = catalogue.entries(session, ["H10", "H11", "H98"])
    assert [found[code].deleted for code in ("H10", "H11", "H98")] == [False, True, False]
    assert learn(database, [Entry("H10", "A"), Entry("H11", "B")], source=WHOLE).changed == 1


@pytest.mark.parametrize("complete", [True, False])
def test_a_source_that_would_close_too_much_is_refused_and_changes_nothing(
    database: Database, complete: bool
) -> None:
    everyone = [Entry(f"H{number}", "A") for number in range(10, 50)]
    learn(database, everyone, source=WHOLE)
    left = everyone[3:]
    gone = [] if complete else [replace(each, deleted=True) for each in everyone[:3]]
    source = Source("axis", complete=complete, mark=9)
    with pytest.raises(TooManyClosed, match=r"3 of 40 agencies.*catalogue\.too_many_closed"):
        learn(database, [*left, *gone], source=source)
    with database.reading() as session:
        assert not any(entry.deleted for entry in catalogue.all_entries(session))
        assert catalogue_history.mark(session) == 0
    assert learn(database, everyone[2:], source=Source("axis", complete=True)).closed == 2


def test_the_mark_is_kept_with_the_rows(database: Database) -> None:
    learn(database, [Entry("H10", "A")], source=Source("axis", mark=17))
    learn(database, [Entry("H11", "B")])
    with database.reading() as session:
        assert catalogue_history.mark(session) == 17
    with pytest.raises(TooManyClosed):
        learn(database, [Entry("H12", "C"), Entry("H10", "", deleted=True)], source=AXIS)
    with database.reading() as session:
        assert catalogue_history.mark(session) == 17
        assert catalogue.entries(session, ["H12"]) == {}


def test_one_source_does_not_erase_what_another_said(database: Database) -> None:
    learn(database, [Entry("H10", "A", valid_to=date(2025, 6, 30), email="a@b.example")])
    learn(database, [Entry("H10", "A mới")], source=AXIS)
    with database.reading() as session:
        found = catalogue.entries(session, ["H10"])["H10"]
    assert (found.name, found.valid_to, found.email) == ("A mới", date(2025, 6, 30), "a@b.example")


def test_the_same_file_again_makes_no_version(database: Database) -> None:
    news = ([Entry("H10", "A")], [Alias("000.00.00.H10", "H10")], merged("H10"))
    assert learn(database, *news).version == 1
    assert learn(database, *news).version is None


def test_codes_that_cannot_be_kept_are_told_and_others_taken(database: Database) -> None:
    change = learn(database, [Entry("", "A"), Entry("H" * 36, "B"), Entry("vxp.saas.03", "C")])
    assert (change.added, change.skipped) == (1, ("", "H" * 36))


def test_several_codes_are_one_agency_whichever_was_named_first(database: Database) -> None:
    both = [Entry("G12", "Bộ"), Entry("000.00.00.G12", "Bộ (Mã cũ) (qd20)")]
    circle = [Alias("000.00.00.G12", "G12"), Alias("G12", "000.00.00.G12")]
    learn(database, both, circle, source=AXIS)
    with database.reading() as session:
        known_by = catalogue.canonical(session, ["G12", "000.00.00.G12", "H1"])
        assert known_by == {"G12": "G12", "000.00.00.G12": "G12", "H1": "H1"}
        assert directory.same_agency(session, "000.00.00.G12", "G12")
        row = directory.agency_row(session, "000.00.00.G12")
        assert (row.organ_id, row.name, row.old_organ_id) == ("G12", "Bộ", "000.00.00.G12")
        assert not session.new
        assert not session.dirty


def test_a_circle_of_codes_ends(database: Database) -> None:
    learn(database, aliases=[Alias("H1.1", "H1.2"), Alias("H1.2", "H1.3"), Alias("H1.3", "H1.1")])
    with database.reading() as session:
        assert catalogue.canonical(session, ["H1.1"])["H1.1"] in {"H1.1", "H1.2", "H1.3"}


def test_an_agency_that_ended_names_who_came_after_it_through_every_merger(
    database: Database,
) -> None:
    entries = [Entry(code, f"Tỉnh {code}") for code in ("H53", "H36", "H37")]
    second = Succession("H36", "H37", "rename", date(2026, 1, 1), "NQ 1")
    learn(database, entries, [Alias("000.00.00.H53", "H53")], [*merged("H36"), second])
    with database.reading() as session:
        then = catalogue.standings(session, ["H53"], date(2025, 6, 30))["H53"]
        assert not then.abolished
        between = catalogue.standings(session, ["000.00.00.H53"], HALF)["000.00.00.H53"]
        assert between.abolished
        assert (between.on, [heir.code for heir in between.heirs]) == (HALF, ["H36"])
        now = catalogue.standings(session, ["H36", "H37", "H53"], DAY)["H53"]
        assert [(heir.code, heir.name) for heir in now.heirs] == [("H37", "Tỉnh H37")]


def test_who_gave_a_part_away_goes_on(database: Database) -> None:
    learn(database, [Entry("H53", "A"), Entry("H36", "B")], ways=merged("H36", kind="split"))
    with database.reading() as session:
        assert not catalogue.standings(session, ["H53"], DAY)["H53"].abolished
    learn(database, [Entry("H53", "A", valid_to=date(2025, 6, 30))], source=WHOLE)
    with database.reading() as session:
        found = catalogue.standings(session, ["H53"], DAY)["H53"]
    assert found.abolished
    assert found.on == HALF


def test_successions_in_a_circle_end(database: Database) -> None:
    learn(database, ways=[*merged("H36"), *merged("H53", predecessor="H36")])
    with database.reading() as session:
        found = catalogue.standings(session, ["H53", "H36"], DAY)
        assert found["H53"].heirs == found["H36"].heirs == ()
        assert catalogue.inherited(session, ["H53"], DAY) == {"H36": "H53"}


def test_a_succession_entered_wrongly_is_withdrawn_and_remembered(database: Database) -> None:
    learn(database, ways=merged("H36"))
    learn(database, ways=[replace(merged("H36")[0], withdrawn=True)], at=AT + timedelta(days=1))
    with database.reading() as session:
        assert not catalogue.standings(session, ["H53"], DAY)["H53"].abolished
        assert len(catalogue.successions(session, as_of=AT + timedelta(hours=1))) == 1


def test_a_successor_inherits_every_code_of_who_ended(database: Database) -> None:
    aliases = [Alias("000.00.00.H53", "H53"), Alias("000.00.00.H36", "H36")]
    learn(database, [Entry("H53", "A"), Entry("H36", "B")], aliases, merged("H36"))
    with database.reading() as session:
        assert catalogue.inherited(session, ["H36"], DAY) == {
            "000.00.00.H36": "H36",
            "H53": "H36",
            "000.00.00.H53": "H36",
        }
        assert catalogue.inherited(session, ["H36"], date(2025, 6, 30)) == {"000.00.00.H36": "H36"}
