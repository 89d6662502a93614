"""A filled year: two runs of one seed give the same facts, and only the deliberate defects."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from documents import number_report
from documents.document import Role
from documents.lifecycle import Direction, State
from documents.tables import DocumentRow, LedgerRow, PersonRow, RegisterRow, RevisionRow
from workflows.__main__ import main
from workflows.cabinet import open_cabinet
from workflows.commands.demo_year import DemoWishInvalid
from workflows.demo_data import phrases
from workflows.demo_data.planning import Wish
from workflows.demo_people import PROVINCE
from workflows.demo_year.fill import Filled, fill

_UNTIL = datetime(2026, 11, 20, 10, tzinfo=UTC)
_WISH = Wish(7, 120, _UNTIL, 2)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Filled, Filled]:
    """Two worlds of one seed; the second takes over the keys of the first, to save time."""
    folders = [tmp_path_factory.mktemp("year") for _ in range(2)]
    first = fill(folders[0], _WISH)
    shutil.copytree(folders[0] / "pki", folders[1] / "pki")
    return first, fill(folders[1], _WISH)


def _home(filled: Filled) -> Path:
    return filled.world.folder / PROVINCE


def test_two_runs_of_one_seed_have_the_same_facts(runs: tuple[Filled, Filled]) -> None:
    first, second = (each.census.as_dict() for each in runs)
    assert first == second


def test_nothing_is_wrong_but_what_is_wrong_on_purpose(runs: tuple[Filled, Filled]) -> None:
    census = runs[0].census
    assert census.well
    assert census.documents == _WISH.documents
    assert census.ledger_breaks == 0
    assert census.statuses_owed == 0
    assert len({fault.defect for fault in census.defects}) == 8


def test_what_is_not_signed_says_so_and_what_says_nothing_is_signed(
    runs: tuple[Filled, Filled],
) -> None:
    cabinet = open_cabinet(_home(runs[0]))
    with cabinet.database.reading() as session:
        outgoing = session.scalars(
            select(DocumentRow).where(DocumentRow.direction == Direction.OUTGOING.value)
        ).all()
        sealed = dict(
            session.execute(
                select(RevisionRow.document_id, RevisionRow.sha256).where(
                    RevisionRow.kind == "sealed"
                )
            ).all()
        )
    real = [row for row in outgoing if row.description is None]
    assert len(real) == runs[0].census.signed >= 2
    for row in outgoing:
        marked = phrases.UNSIGNED_WARNING in row.warnings
        assert marked == (row.description == phrases.UNSIGNED) == (row not in real)
    for row in real:
        assert b"/ByteRange" in cabinet.blobs.get(sealed[row.id])
    samples = {sealed[row.id] for row in outgoing if row not in real and row.id in sealed}
    assert len(samples) == 1
    assert b"/ByteRange" not in cabinet.blobs.get(samples.pop())
    cabinet.database.close()


def test_numbers_run_with_time_and_the_book_of_the_year_before_is_closed(
    runs: tuple[Filled, Filled],
) -> None:
    cabinet = open_cabinet(_home(runs[0]))
    with cabinet.database.reading() as session:
        report = number_report.report(session, _UNTIL)
        closed = session.scalars(select(RegisterRow).where(RegisterRow.closed_at.is_not(None)))
        years = {row.year for row in closed}
    cabinet.database.close()
    assert report.sound
    assert {double.code for double in report.arrivals} == {
        fault.code for fault in runs[0].census.defects if fault.defect == "duplicate"
    }
    assert years == {2025}


def test_every_fact_is_of_the_past_year(runs: tuple[Filled, Filled]) -> None:
    cabinet = open_cabinet(_home(runs[0]))
    with cabinet.database.reading() as session:
        moments = session.scalars(select(LedgerRow.at)).all()
        people = session.scalars(select(PersonRow).where(PersonRow.role == Role.CLERK.value)).all()
        states = set(session.scalars(select(DocumentRow.state)))
    cabinet.database.close()
    assert max(moments) <= _UNTIL.isoformat(timespec="microseconds")
    assert min(moments) >= "2025-11-19"
    assert len(people) >= 31
    assert State.SIGNED.value not in states
    assert State.NUMBERED.value not in states


def test_the_ledger_holds_and_lists_show_the_year(
    runs: tuple[Filled, Filled], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", "verify", "--data", str(_home(runs[0]).parent)]) == 0
    capsys.readouterr()
    assert main(["number", "report", "--data", str(_home(runs[0]).parent), "--json"]) == 0
    assert "H99.03" in capsys.readouterr().out


def test_posts_units_and_counters_are_shown_in_words(
    runs: tuple[Filled, Filled], capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--agency", "H99.03", "--data", str(runs[1].world.folder)]
    assert main(["people", "list", *where]) == 0
    assert main(["people", "unit", *where]) == 0
    assert main(["task", "count", "--by", "h99-03.leader", *where]) == 0
    said = capsys.readouterr().out
    assert "True" not in said
    assert "Phòng Bảo vệ môi trường" in " ".join(said.split())
    assert "Chờ xử lý (mine)" in said


def test_search_counts_by_words_that_people_use(
    runs: tuple[Filled, Filled], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(runs[1].world.folder)
    for words in ("so nong nghiep", "báo cáo"):
        assert main(["search", words, "--facets", "--data", folder]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert "Chiều: đ" in said
        assert "Độ khẩn: thường" in said
        assert "Đơn vị: Phòng" in said or "· Phòng" in said
        assert "Nơi gửi: " in said
        assert "H99.03 " not in said.partition("Nơi gửi: ")[2]


@pytest.mark.parametrize(
    "options",
    [
        ["--documents", "5"],
        ["--documents", "9000000"],
        ["--documents", "100", "--signed", "101"],
        ["--documents", "100", "--signed", "-1"],
        ["--documents", "100", "--until", "31/12/2199"],
    ],
    ids=["few", "many", "signed", "negative", "future"],
)
def test_a_year_that_cannot_be_made_is_refused_before_anything_is(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "none"
    assert main(["demo", *options, "--data", str(folder)]) != 0
    assert DemoWishInvalid.vietnamese.split(":")[0] in "".join(capsys.readouterr())
    assert not folder.exists()
