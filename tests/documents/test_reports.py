"""Reports in the store: they only grow, move with their step, and cannot be exchanged."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from documents import directory, incoming, ledger, reports
from documents.arrival import Arrival
from documents.database import Database
from documents.document import Agency
from documents.incoming import Finding
from documents.report import FiledReport, Verdict, canonical
from documents.tables import ParcelRow

AT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
FILE = "b" * 64


def filed(verdict: str = "TOTAL-PASSED", at: datetime = AT, **said: Any) -> FiledReport:
    content = canonical({"verdict": verdict, "signatures": [], **said})
    return FiledReport(FILE, at, Verdict(verdict), "p/1", "1" * 64, "2" * 64, "3" * 64, content)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give an empty store of each kind."""
    url = f"sqlite:///{tmp_path / 'reports.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("empty_postgres_url")
    database = Database(url)
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def arrived(
    store: Database, make_arrival: Callable[..., Arrival], make_agency: Callable[..., Agency]
) -> str:
    """An incoming document that is to be verified; returns its id."""
    with store.writing() as session:
        agency = make_agency(organ_id="H99.02", old_organ_id="000.00.02.H99", name="Sở số 2")
        directory.put_agency(session, agency, served=True)
        parcel = ParcelRow(
            organ_id="H99.02",
            axis_id="m-1",
            kind="edoc",
            sender="G01",
            sha256="a" * 64,
            fetched_at=AT,
            outcome="stored",
        )
        incoming.keep_parcel(session, parcel)
        return incoming.arrived(session, make_arrival(), AT)


def test_the_report_is_entered_with_the_step_or_not_at_all(store: Database, arrived: str) -> None:
    finding = Finding("TOTAL-PASSED", {}, filed=(filed(),))

    def killed() -> None:
        with store.writing() as session:
            incoming.verified(session, arrived, finding, AT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        killed()
    with store.reading() as session:
        assert reports.of_document(session, arrived) == []
    with store.writing() as session:
        incoming.verified(session, arrived, finding, AT)
    with store.reading() as session:
        (row,) = reports.of_document(session, arrived)
        assert reports.filed_of(row) == filed()
        assert row.sha256 in ledger.history(session, arrived)[-1].detail
        assert list(ledger.verify(session)) == []


@pytest.mark.parametrize("change", ["UPDATE report SET verdict = verdict", "DELETE FROM report"])
def test_the_database_changes_no_report(store: Database, arrived: str, change: str) -> None:
    with store.writing() as session:
        reports.examined(session, arrived, filed(), AT)
    with pytest.raises(DBAPIError, match="append-only"), store.writing() as session:
        session.execute(text(change))


def test_the_newest_report_about_a_moment_that_is_not_later_is_taken(
    store: Database, arrived: str
) -> None:
    days = [AT, AT + timedelta(days=10), AT + timedelta(days=20)]
    with store.writing() as session:
        for number, day in enumerate(days):
            reports.examined(session, arrived, filed(at=day, number=number), days[-1])
    with store.reading() as session:
        assert reports.as_of(session, arrived, FILE).at == days[2]
        assert reports.as_of(session, arrived, FILE, days[1]).at == days[1]
        assert reports.as_of(session, arrived, FILE, days[2] - timedelta(seconds=1)).at == days[1]
        for other, until in ((FILE, AT - timedelta(seconds=1)), ("c" * 64, None)):
            with pytest.raises(reports.ReportMissing):
                reports.as_of(session, arrived, other, until)
        steps = [row.step for row in ledger.history(session, arrived)]
    assert steps == ["fetch", "examine", "examine", "examine"]


def test_a_report_that_was_exchanged_behind_the_guards_is_found(
    store: Database, arrived: str
) -> None:
    with store.writing() as session:
        reports.examined(session, arrived, filed("TOTAL-FAILED"), AT)
    unguard = {
        "sqlite": "DROP TRIGGER report_no_update",
        "postgresql": "DROP TRIGGER report_append_only ON report",
    }
    with store.writing() as session:
        session.execute(text(unguard[store.engine.dialect.name]))
        session.execute(
            text("UPDATE report SET content = :good"), {"good": filed("TOTAL-PASSED").content}
        )
    with store.reading() as session, pytest.raises(reports.ReportChanged):
        reports.of_document(session, arrived)
    with store.reading() as session, pytest.raises(reports.ReportChanged):
        reports.as_of(session, arrived, FILE)


@pytest.mark.parametrize("name", ["Nguyễn\x00An", "half \ud800", "\u202ex", '"\\\n'])
def test_whatever_a_certificate_is_called_its_report_can_be_kept(
    store: Database, arrived: str, name: str
) -> None:
    with store.writing() as session:
        reports.examined(session, arrived, filed(signer=name), AT)
    with store.reading() as session:
        (row,) = reports.of_document(session, arrived)
        assert row.content == filed(signer=name).content
