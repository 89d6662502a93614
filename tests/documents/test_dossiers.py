"""Dossiers are opened from the plan or outside it and filled; what cannot be is refused."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from documents import (
    dossier_forms,
    dossier_listing,
    dossiers,
    filings,
    ledger,
)
from documents.casefile import DocumentUnknown
from documents.database import Database
from documents.directory import RightMissing
from documents.dossier import DossierInvalid, FileCode
from documents.dossiers import (
    DossierUnknown,
    EntryMissing,
    NotationTaken,
    NotTheirs,
    Opening,
)
from documents.errors import Refused
from documents.field_text import DayRefused, FieldRefused
from documents.filing_plans import PlanMissing
from documents.filings import DocumentNotFilable, NotInDossier
from documents.retention import Retention
from documents.tables import DocumentRow, DossierRow, PostRow
from tests.documents.dossier_shelf import (
    ADMINISTRATOR,
    CLERK,
    HEAD,
    LEADER,
    ORGAN,
    REASON,
    SPECIALIST,
    enter,
    in_force,
    outside,
    state_of,
)


def test_a_dossier_of_the_plan_is_as_the_plan_says(office: Database, at: datetime) -> None:
    with office.writing() as session:
        in_force(session, at)
        row = dossiers.open_(session, Opening(ORGAN, "01.TCCB"), CLERK, at)
    with office.reading() as session:
        assert str(dossiers.code_of(row)) == "H99.01.2026.01.TCCB"
        assert dossier_forms.summary(session, row) == {
            "FileCode": {"OrganId": ORGAN, "FileCatalog": 2026, "FileNotation": "01.TCCB"},
            "Title": "Hồ sơ tuyển dụng viên chức",
            "Maintenance": "70 năm",
            "Rights": "Công khai",
            "Creator": f"Người specialist {ORGAN}",
            "Language": "Tiếng Việt",
            "StartDate": date(2026, 3, 9),
            "EndDate": None,
            "DocTotal": 0,
            "PageTotal": 0,
            "Description": "",
        }
        assert [r.id for r in dossier_listing.of_person(session, SPECIALIST)] == [row.id]
        assert dossiers.found(session, FileCode(ORGAN, 2026, "01.TCCB")) is not None


BAD_OPENINGS = {
    "a-year-without-a-plan": (Opening(ORGAN, "01.TCCB", year=2025), PlanMissing),
    "not-in-the-plan": (Opening(ORGAN, "07.TCCB"), EntryMissing),
    "shorter-than-the-plan": (Opening(ORGAN, "01.TCCB", retention=Retention(10)), DossierInvalid),
    "no-retention": (outside(retention=None), DossierInvalid),
    "no-title": (outside(title="  "), DossierInvalid),
    "title-too-long": (outside(title="x" * 501), FieldRefused),
    "title-of-a-megabyte": (outside(title="x" * (1 << 20)), FieldRefused),
    "title-with-a-control": (outside(title="x\x00y"), FieldRefused),
    "title-with-a-lone-surrogate": (outside(title="x\ud800y"), FieldRefused),
    "notation-too-long": (outside("123456789012345678901"), FieldRefused),
    "notation-with-a-space": (outside("09 VP"), DossierInvalid),
    "notation-empty": (outside(""), DossierInvalid),
    "start-to-come": (outside(start=date(2026, 3, 10)), DayRefused),
    "year-to-come": (outside(year=2027), DossierInvalid),
    "compiler-unknown": (outside(compiler="không có ai"), Refused),
    "compiler-without-such-a-post": (outside(compiler=ADMINISTRATOR), RightMissing),
    "language-empty": (outside(language=""), DossierInvalid),
}


def test_what_cannot_be_opened_is_refused_and_nothing_kept(office: Database, at: datetime) -> None:
    with office.writing() as session:
        in_force(session, at)
    for opening, kind in BAD_OPENINGS.values():
        with pytest.raises(kind), office.writing() as session:
            dossiers.open_(session, opening, SPECIALIST, at)
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(DossierRow)) == 0


def test_a_notation_is_taken_once_a_year(office: Database, at: datetime) -> None:
    with office.writing() as session:
        dossiers.open_(session, outside(), SPECIALIST, at)
        dossiers.open_(session, outside(year=2025), SPECIALIST, at)
    with pytest.raises(NotationTaken), office.writing() as session:
        dossiers.open_(session, outside(), HEAD, at)


def test_someone_whose_post_ended_compiles_nothing(office: Database, at: datetime) -> None:
    with office.writing() as session:
        posted = select(PostRow).where(PostRow.person_id == SPECIALIST)
        for post in session.scalars(posted):
            post.until = date(2026, 3, 8)
    with pytest.raises(Refused, match=r"person\.post_ended"), office.writing() as session:
        dossiers.open_(session, outside(compiler=SPECIALIST), HEAD, at)


def test_one_document_in_dossiers_of_several_people_is_one_document(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        document = enter(session)
        held = [
            dossiers.open_(session, outside(f"{number}.VP"), who, at).id
            for number, who in enumerate((SPECIALIST, HEAD, LEADER), 1)
        ]
        for dossier, who in zip(held, (SPECIALIST, HEAD, LEADER), strict=True):
            assert filings.file_in(session, dossier, document, who, at).new
            assert not filings.file_in(session, dossier, document, who, at).new
    with office.reading() as session:
        assert [d.id for d in filings.dossiers_of(session, [document])[document]] == held
        assert session.scalar(select(func.count()).select_from(DocumentRow)) == 1
        steps = [row.step for row in ledger.history(session, document)]
        assert steps == ["file_in", "file", "file_in", "file_in"]


def test_only_what_is_finished_becomes_filed_by_its_first_dossier(
    office: Database, at: datetime, dossier: str
) -> None:
    for direction, before, after in (
        ("outgoing", "dispatched", "filed"),
        ("outgoing", "draft", "draft"),
        ("incoming", "completed", "filed"),
        ("incoming", "in_progress", "in_progress"),
    ):
        with office.writing() as session:
            document = enter(session, direction=direction, state=before)
            filings.file_in(session, dossier, document, SPECIALIST, at)
        assert state_of(office, document) == after


def test_what_was_not_taken_in_is_not_filed(office: Database, at: datetime, dossier: str) -> None:
    for state in ("fetched", "quarantined", "refused", "recalled"):
        with office.writing() as session:
            document = enter(session, direction="incoming", state=state)
        with pytest.raises(DocumentNotFilable), office.writing() as session:
            filings.file_in(session, dossier, document, SPECIALIST, at)


def test_another_agencys_document_is_not_filed(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        document = enter(session, organ_id="H99.02")
    with pytest.raises(DocumentNotFilable), office.writing() as session:
        filings.file_in(session, dossier, document, SPECIALIST, at)
    with pytest.raises(DocumentUnknown), office.writing() as session:
        filings.file_in(session, dossier, "không có", SPECIALIST, at)
    with pytest.raises(DossierUnknown), office.writing() as session:
        filings.file_in(session, "không có", document, SPECIALIST, at)


def test_a_dossier_is_worked_on_by_its_compiler_and_superiors_only(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        document = enter(session)
        theirs = dossiers.open_(session, outside(), LEADER, at).id
    with pytest.raises(NotTheirs), office.writing() as session:
        filings.file_in(session, theirs, document, SPECIALIST, at)
    with pytest.raises(RightMissing), office.writing() as session:
        filings.file_in(session, theirs, document, ADMINISTRATOR, at)


def test_what_was_taken_out_stays_in_the_history_with_its_reason(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        document = enter(session)
        filings.file_in(session, dossier, document, SPECIALIST, at)
    with pytest.raises(DossierInvalid), office.writing() as session:
        filings.take_out(session, dossier, document, SPECIALIST, at, "nhầm")
    with office.writing() as session:
        filings.take_out(session, dossier, document, SPECIALIST, at, REASON)
        filings.file_in(session, dossier, document, SPECIALIST, at)
    with office.reading() as session:
        history = filings.history(session, dossier)
        assert [row.reason for row in history] == [REASON, ""]
        assert [filed.ordinal for filed in filings.documents_in(session, dossier)] == [1]
    with office.writing() as session:
        filings.take_out(session, dossier, document, SPECIALIST, at, REASON)
    with pytest.raises(NotInDossier), office.writing() as session:
        filings.take_out(session, dossier, document, SPECIALIST, at, REASON)


def test_the_thousandth_document_is_refused(
    office: Database, at: datetime, dossier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filings, "MOST_DOCUMENTS", 2)
    with office.writing() as session:
        for _ in range(2):
            filings.file_in(session, dossier, enter(session), SPECIALIST, at)
        third = enter(session)
    with pytest.raises(Refused, match=r"dossier\.full"), office.writing() as session:
        filings.file_in(session, dossier, third, SPECIALIST, at)
