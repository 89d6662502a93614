"""Dossiers are checked, closed, kept back, submitted and handed over; periods of retention."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from documents import (
    audit,
    dossier_closing,
    dossier_forms,
    dossier_handover,
    dossier_submission,
    dossiers,
    filing_rules,
    filings,
    retention_tables,
)
from documents.database import Database
from documents.directory import RightMissing
from documents.document import Attachment
from documents.dossier import DossierInvalid, DossierState, MaterialKind
from documents.dossier_closing import DossierSubmitted, DossierUnready, FindingKind
from documents.dossier_handover import HandoverInvalid
from documents.dossier_submission import DossierNotClosed
from documents.dossiers import (
    DossierClosed,
)
from documents.retention import Retention, Schedule
from documents.tables import DocumentRow, DossierRow
from tests.documents.dossier_shelf import (
    CLERK,
    HEAD,
    LEADER,
    ORGAN,
    REASON,
    SPECIALIST,
    closed,
    enter,
    in_force,
    outside,
)


def test_a_document_that_must_be_kept_longer_is_warned_of(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        decision = enter(session, type_name="Quyết định")
        done = filings.file_in(session, dossier, decision, SPECIALIST, at)
        assert len(done.warnings) == 1
        assert "Vĩnh viễn" in done.warnings[0]
        letter = filings.file_in(session, dossier, enter(session), SPECIALIST, at)
        assert letter.warnings == ()
        found = dossier_closing.findings(session, session.get_one(DossierRow, dossier), at)
    assert [finding.kind for finding in found] == [FindingKind.RETENTION_OF_DOCUMENT]
    assert not found[0].blocking


def test_closing_tells_everything_that_is_to_be_mended(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        session_row = session.get_one(DossierRow, dossier)
        found = dossier_closing.findings(session, session_row, at)
        assert [finding.kind for finding in found] == [FindingKind.EMPTY]
        for given in (
            {"state": "draft", "code_number": None},
            {"direction": "incoming", "state": "assigned"},
            {"code_number": "15", "pages": 0},
            {"code_number": "15"},
        ):
            filings.file_in(session, dossier, enter(session, **given), SPECIALIST, at)
        file = Attachment("bản thảo.docx", "application/msword", "c" * 64, 10)
        filings.add_material(session, dossier, MaterialKind.DRAFT, file, SPECIALIST, at)
    with office.reading() as session:
        assert "c" * 64 in set(audit.blobs(session))
        found = dossier_closing.findings(session, session.get_one(DossierRow, dossier), at)
    kinds = sorted(finding.kind for finding in found)
    assert kinds == sorted(
        [
            *(FindingKind.DRAFT, FindingKind.DRAFT, FindingKind.WORK),
            *(FindingKind.DUPLICATE, FindingKind.PAGES),
        ]
    )
    with pytest.raises(DossierUnready), office.writing() as session:
        dossier_closing.close(session, dossier, SPECIALIST, at)


def test_what_is_closed_is_refused_every_change(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        other = enter(session)
    closed(office, dossier, at)
    file = Attachment("ảnh.jpg", "image/jpeg", "d" * 64, 10)
    for change in (
        lambda s: filings.file_in(s, dossier, other, SPECIALIST, at),
        lambda s: filings.take_out(s, dossier, other, SPECIALIST, at, REASON),
        lambda s: filings.add_material(s, dossier, MaterialKind.PHOTO, file, SPECIALIST, at),
        lambda s: dossiers.mend(s, dossier, SPECIALIST, at, title="Khác"),
        lambda s: filing_rules.add(s, dossier, {"words": ["x"]}, SPECIALIST, at),
        lambda s: dossier_closing.close(s, dossier, SPECIALIST, at),
    ):
        with pytest.raises(DossierClosed), office.writing() as session:
            change(session)


def test_only_the_head_reopens_and_never_what_was_submitted(
    office: Database, at: datetime, dossier: str
) -> None:
    closed(office, dossier, at)
    with pytest.raises(RightMissing), office.writing() as session:
        dossier_closing.reopen(session, dossier, SPECIALIST, at, REASON)
    with office.writing() as session:
        row = dossier_closing.reopen(session, dossier, LEADER, at, REASON)
        assert (row.state, row.end_date, row.doc_total) == (DossierState.OPEN, None, None)
        dossier_closing.close(session, dossier, SPECIALIST, at)
        for _ in range(2):
            dossier_submission.submit(session, [dossier], SPECIALIST, at)
    with pytest.raises(DossierSubmitted), office.writing() as session:
        dossier_closing.reopen(session, dossier, LEADER, at, REASON)


def test_the_last_day_lies_between_the_first_and_today(
    office: Database, at: datetime, dossier: str
) -> None:
    for end in (date(2026, 3, 8), date(2026, 3, 10)):
        with pytest.raises(DossierInvalid):
            closed(office, dossier, at, end=end)


def test_when_a_dossier_is_due_follows_from_what_it_is(office: Database, at: datetime) -> None:
    cases: tuple[tuple[dict[str, Any], date | None], ...] = (
        ({"construction": True}, date(2026, 6, 9)),
        ({}, date(2027, 3, 9)),
        ({"retention": Retention(3)}, None),
        ({"retention": Retention(None)}, date(2027, 3, 9)),
    )
    for number, (given, due) in enumerate(cases):
        with office.writing() as session:
            row = dossiers.open_(session, outside(f"{number}.VP", **given), SPECIALIST, at)
        closed(office, row.id, at)
        with office.reading() as session:
            assert session.get_one(DossierRow, row.id).due_on == due
    with office.reading() as session:
        first = date(2026, 6, 9)
        for days, found in ((31, 0), (30, 1), (-1, 1)):
            listed = dossier_submission.due(session, ORGAN, first - timedelta(days=days))
            assert len(listed) == found
        assert listed[0].overdue
        assert len(dossier_submission.due(session, ORGAN, date(2027, 3, 9))) == 3


def test_the_head_sets_the_terms_and_keeps_back_two_years_at_most(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        dossier_submission.set_terms(session, ORGAN, 2, 3, LEADER, at, "Thông tư 05/2025/TT-BNV")
    with pytest.raises(DossierNotClosed), office.writing() as session:
        dossier_submission.keep_back(session, dossier, date(2027, 1, 1), LEADER, at, REASON)
    closed(office, dossier, at)
    due, latest = date(2026, 5, 9), date(2028, 5, 9)
    for until in (due, latest + timedelta(days=1)):
        with pytest.raises(DossierInvalid), office.writing() as session:
            dossier_submission.keep_back(session, dossier, until, LEADER, at, REASON)
    with pytest.raises(RightMissing), office.writing() as session:
        dossier_submission.keep_back(session, dossier, latest, HEAD, at, REASON)
    with office.writing() as session:
        dossier_submission.keep_back(session, dossier, latest, LEADER, at, REASON)
        assert dossier_submission.due(session, ORGAN, due) == []
        assert [each.on for each in dossier_submission.due(session, ORGAN, latest)] == [latest]


def test_everything_of_who_leaves_goes_to_one_other(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        in_force(session, at)
        second = dossiers.open_(session, outside("10.VP"), SPECIALIST, at).id
        filings.file_in(session, second, enter(session), SPECIALIST, at)
        gone = dossiers.open_(session, outside("11.VP"), SPECIALIST, at).id
        filings.file_in(session, gone, enter(session), SPECIALIST, at)
        for each in (second, gone):
            dossier_closing.close(session, each, SPECIALIST, at)
        dossier_submission.submit(session, [gone], SPECIALIST, at)
        done = dossier_handover.hand_over(
            session, ORGAN, SPECIALIST, HEAD, LEADER, at, "nghỉ hưu từ 01/4/2026"
        )
        assert {row.id for row in done.dossiers} == {dossier, second}
        assert done.entries == 1
    with office.reading() as session:
        assert dossier_handover.left_with(session, ORGAN, SPECIALIST) == []
        ((row, items),) = dossier_handover.handovers(session, ORGAN)
        minutes = dossier_forms.of_handover(session, row, items)
        assert (minutes.dossiers, minutes.computer_files) == (2, 0)
        assert len(minutes.form().rows) == 10
    with pytest.raises(HandoverInvalid), office.writing() as session:
        dossier_handover.hand_over(session, ORGAN, SPECIALIST, HEAD, LEADER, at, REASON)
    with pytest.raises(HandoverInvalid), office.writing() as session:
        dossier_handover.hand_over(session, ORGAN, HEAD, HEAD, LEADER, at, REASON)
    with pytest.raises(DBAPIError, match="append-only"), office.writing() as session:
        session.merge(row).reason = "khác"


TABLE = """
name = "Bảng của cơ quan"
valid_from = {day}
[[groups]]
name = "Công văn tuyển dụng"
shortest = "{years} năm"
source = "Quyết định 01/QĐ-S1"
when = {{words = ["tuyển dụng"]}}
"""


def test_an_agencys_table_stands_beside_the_common_one_and_is_succeeded(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        first = Schedule.parse(TABLE.format(day="2026-01-01", years=30))
        assert retention_tables.add(session, ORGAN, first, LEADER, at) == 1
        assert retention_tables.add(session, ORGAN, first, LEADER, at) == 0
        second = Schedule.parse(TABLE.format(day="2026-07-01", years=50))
        assert retention_tables.add(session, ORGAN, second, LEADER, at) == 1
        again = Schedule.parse(TABLE.format(day="2026-02-01", years=20))
        with pytest.raises(DossierInvalid):
            retention_tables.add(session, ORGAN, again, LEADER, at)
        row = session.get_one(DocumentRow, enter(session))
        found = ((date(2025, 6, 1), 10), (date(2026, 6, 30), 30), (date(2026, 7, 1), 50))
        for day, years in found:
            assert retention_tables.shortest_for(session, [row], day)[row.id] == Retention(years)
    with pytest.raises(RightMissing), office.writing() as session:
        retention_tables.add(session, ORGAN, second, CLERK, at)


def test_dossiers_lists_are_read_along_an_index(office: Database) -> None:
    with office.reading() as session:
        if session.get_bind().dialect.name != "sqlite":
            return
        plan = session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM dossier WHERE organ_id='H99.01' AND state='open'"
            " ORDER BY opened_at DESC LIMIT 50"
        )
        assert any("ix_dossier_list" in str(row) for row in plan)
