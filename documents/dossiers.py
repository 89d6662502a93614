"""Dossiers in the store: opened from the plan or outside it, read, mended while they are open.

Legal source: Decree 30/2020/ND-CP, Art. 29.1, 29.2; Appendix VI, Part I, III.4, Part II, III
(law.md H-02, §1.11). Each function runs in the caller's writing transaction and writes the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    access_rights,
    directory,
    field_check,
    field_text,
    fields,
    filing_plans,
    ledger,
    posts,
)
from documents.document import Role
from documents.dossier import (
    DossierInvalid,
    DossierState,
    FileCode,
    Use,
    check_notation,
    check_text,
)
from documents.errors import Refused
from documents.filing_plans import COMPILING
from documents.identity import new_id
from documents.ledger import Fact
from documents.numbering import local_day
from documents.posts import Acting
from documents.retention import Retention
from documents.tables import DossierRow, PlanEntryRow

KEEPERS = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK)
"""Posts that may work on a dossier: as its compiler, its unit's head, the head, the clerk."""


class DossierUnknown(Refused):
    """The agency has no dossier with this id or code."""

    code = "dossier.unknown"
    vietnamese = "Không có hồ sơ «{0}»"
    english = "there is no dossier «{0}»"
    remedy = "Xem danh sách: `congvan dossier list` / see the list"


class NotationTaken(Refused):
    """Another dossier of the year has this number and symbol."""

    code = "dossier.notation_taken"
    vietnamese = "Ký hiệu hồ sơ «{0}» năm {1} đã có hồ sơ khác"
    english = "another dossier of {1} has the symbol «{0}»"
    remedy = "Chọn số, ký hiệu khác, hoặc dùng hồ sơ đã mở / choose another, or use that dossier"


class EntryMissing(Refused):
    """The plan of the year has no such file. ({0} the symbol, {1} the year)."""

    code = "dossier.entry_missing"
    vietnamese = "Danh mục hồ sơ năm {1} không có «{0}»"
    english = "the plan of files for {1} has no «{0}»"
    remedy = (
        "Mở ngoài danh mục, có tiêu đề và thời hạn bảo quản: --outside / "
        "open it outside the plan, with a title and its retention"
    )


class DossierClosed(Refused):
    """The dossier is closed: nothing in it changes."""

    code = "dossier.closed"
    vietnamese = "Hồ sơ «{0}» đã kết thúc, không thay đổi được"
    english = "the dossier «{0}» is closed and does not change"
    remedy = "Người đứng đầu cho mở lại: `congvan dossier reopen` / the head may reopen it"


class NotTheirs(Refused):
    """The dossier is another person's. ({0} who, {1} the dossier)."""

    code = "dossier.not_theirs"
    vietnamese = "«{0}» không lập và không quản lý hồ sơ «{1}»"
    english = "«{0}» neither compiles nor oversees the dossier «{1}»"
    remedy = "Người lập, trưởng đơn vị, lãnh đạo hoặc văn thư làm / its compiler or a superior does"


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said when a dossier is opened; what is empty the plan's entry says."""

    organ_id: str
    notation: str
    outside: bool = False
    """Not in the plan: title and retention must be given (H-02)."""
    year: int = 0
    """Of the plan; 0: that of the start."""
    title: str = ""
    retention: Retention | None = None
    compiler: str = ""
    """Id or full name; empty: as the plan says, else who opens it."""
    start: date | None = None
    """None: today."""
    language: str = fields.LANGUAGE
    description: str = ""
    construction: bool = False
    restricted: bool = False
    """Seen by whom it is granted only, from the start."""


def open_(session: Session, opening: Opening, who: str, at: datetime) -> DossierRow:
    """Open a dossier.

    Raises:
        PlanMissing: it is to be of the plan, and the year has none in force.
        EntryMissing: the plan has no such file.
        NotationTaken: a dossier of the year bears the symbol already.
        DossierInvalid, FieldRefused, RetentionUnknown: a field is wrong; the retention is
            shorter than the plan's; the start is to come.
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, PostEnded, RightMissing:
            as they say, of who opens it and of the compiler.
    """
    agency = directory.served_agency(session, opening.organ_id)
    acting = posts.acting(session, agency.organ_id, who, KEEPERS, at, "mở hồ sơ / open a dossier")
    today = local_day(at)
    start = field_text.check_past_day(
        "Thời gian bắt đầu (StartDate)", opening.start or today, today
    )
    year = opening.year or start.year
    if not filing_plans.EARLIEST <= year <= today.year:
        raise DossierInvalid("Năm hình thành hồ sơ (FileCatalog)", year)
    notation = check_notation(opening.notation)
    entry = _entry(session, agency.organ_id, year, notation, outside=opening.outside)
    compiler = posts.acting(
        session,
        agency.organ_id,
        opening.compiler or (entry.compiler_id if entry else acting.person.id),
        COMPILING,
        at,
        "lập hồ sơ / compile a dossier",
    )
    row = DossierRow(
        id=new_id(),
        organ_id=agency.organ_id,
        year=year,
        notation=notation,
        entry_id=entry.id if entry else None,
        state=DossierState.OPEN,
        title=opening.title or (entry.title if entry else ""),
        years=_retention(opening.retention, entry).years,
        rights=Use.OPEN,
        compiler_id=compiler.person.id,
        unit_id=compiler.unit_id,
        language=opening.language,
        description=opening.description,
        construction=opening.construction,
        start_date=start,
        opened_at=at,
        closing_note="",
    )
    _check(row)
    if found(session, FileCode(agency.organ_id, year, notation)) is not None:
        raise NotationTaken(notation, year)
    session.add(row)
    session.flush()
    if opening.restricted:
        access_rights.restrict_from_start(session, row, acting, at)
    said = {
        "title": row.title,
        "retention": str(Retention(row.years)),
        "compiler": compiler.person.id,
    }
    told(session, row, "open_dossier", acting, at, {**said, "outside": entry is None})
    return row


def _entry(
    session: Session, organ_id: str, year: int, notation: str, *, outside: bool
) -> PlanEntryRow | None:
    """Return the plan's entry; outside the plan none, unless the plan has it after all."""
    plan = filing_plans.of_year(session, organ_id, year)
    if plan is None or plan.approved_at is None:
        if outside:
            return None
        raise filing_plans.PlanMissing(organ_id, year)
    entry = filing_plans.entry_of(session, plan, notation)
    if entry is None and not outside:
        raise EntryMissing(notation, year)
    return entry


def _retention(given: Retention | None, entry: PlanEntryRow | None) -> Retention:
    if entry is None:
        if given is None:
            raise DossierInvalid("Thời hạn bảo quản (Maintenance)", "còn trống / empty")
        return given
    planned = Retention(entry.years)
    if given is not None and given < planned:
        why = f"ngắn hơn danh mục ({planned}) / shorter than the plan's"
        raise DossierInvalid("Thời hạn bảo quản (Maintenance)", why)
    return given or planned


def _check(row: DossierRow) -> None:
    """Bring the row's texts to their one form; table III decides what they may be."""
    row.title = check_text("Tiêu đề hồ sơ (Title)", row.title, 500, needed=True)
    row.description = check_text("Ghi chú (Description)", row.description, 500)
    row.language = check_text("Ngôn ngữ (Language)", row.language, 50, needed=True)
    field_check.ensure(fields.FILE, record(row))


def record(row: DossierRow, compiler: str = "") -> dict[str, Any]:
    """Return the dossier's fields by their names in Appendix VI, Part II, III."""
    return {
        "FileCode": {
            "OrganId": row.organ_id,
            "FileCatalog": row.year,
            "FileNotation": row.notation,
        },
        "Title": row.title,
        "Maintenance": str(Retention(row.years)),
        "Rights": str(row.rights),
        "Creator": compiler,
        "Language": row.language,
        "StartDate": row.start_date,
        "EndDate": row.end_date,
        "DocTotal": row.doc_total,
        "PageTotal": row.page_total,
        "Description": row.description,
    }


def code_of(row: DossierRow) -> FileCode:
    """Return the dossier's code (mã hồ sơ)."""
    return FileCode(row.organ_id, row.year, row.notation)


def found(session: Session, code: FileCode) -> DossierRow | None:
    """Return the dossier with *code*; None where there is none."""
    return session.scalar(
        select(DossierRow).where(
            DossierRow.organ_id == code.organ_id,
            DossierRow.year == code.year,
            DossierRow.notation == code.notation,
        )
    )


def known(session: Session, dossier_id: str) -> DossierRow:
    """Return the dossier, only to be read.

    Raises:
        DossierUnknown: there is none.
    """
    row = session.get(DossierRow, dossier_id)
    if row is None:
        raise DossierUnknown(dossier_id[:80])
    return row


def locked(session: Session, dossier_id: str) -> DossierRow:
    """Return the dossier, locked for this transaction.

    Raises:
        DossierUnknown: there is none.
    """
    row = session.get(DossierRow, dossier_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise DossierUnknown(dossier_id[:80])
    return row


def open_one(session: Session, dossier_id: str) -> DossierRow:
    """Return an open dossier, locked for this transaction.

    Raises:
        DossierUnknown: there is none.
        DossierClosed: it is closed.
    """
    row = locked(session, dossier_id)
    if row.state != DossierState.OPEN:
        raise DossierClosed(code_of(row))
    return row


def keeper(session: Session, row: DossierRow, who: str, at: datetime, what: str) -> Acting:
    """Return who works on the dossier: its compiler, its unit's head, a leader, the clerk.

    Raises:
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
        NotTheirs: the dossier is another's.
    """
    acting = posts.acting(session, row.organ_id, who, KEEPERS, at, what)
    theirs = acting.person.id == row.compiler_id or acting.role in {Role.LEADER, Role.CLERK}
    heads = acting.role is Role.UNIT_HEAD and acting.unit_id == row.unit_id
    if not (theirs or heads):
        raise NotTheirs(acting.person.full_name, code_of(row))
    return acting


def mend(
    session: Session,
    dossier_id: str,
    who: str,
    at: datetime,
    *,
    title: str | None = None,
    retention: Retention | None = None,
    description: str | None = None,
    notation: str | None = None,
) -> DossierRow:
    """Change what is said of an open dossier (Art. 29.3); what is None stays.

    Raises:
        DossierUnknown, DossierClosed, NotTheirs, NotationTaken: as they say.
        DossierInvalid: a field is wrong; a file of the plan keeps the plan's symbol, and its
            retention at least.
    """
    row = open_one(session, dossier_id)
    acting = keeper(session, row, who, at, "sửa hồ sơ / mend a dossier")
    before = {"title": row.title, "retention": str(Retention(row.years)), "notation": row.notation}
    entry = session.get(PlanEntryRow, row.entry_id) if row.entry_id else None
    if notation is not None and (notation := check_notation(notation)) != row.notation:
        if entry is not None:
            raise DossierInvalid("FileNotation", "theo danh mục / the plan's")
        if found(session, FileCode(row.organ_id, row.year, notation)) is not None:
            raise NotationTaken(notation, row.year)
        row.notation = notation
    if retention is not None:
        row.years = _retention(retention, entry).years
    row.title = row.title if title is None else title
    row.description = row.description if description is None else description
    _check(row)
    session.flush()
    after = {"title": row.title, "retention": str(Retention(row.years)), "notation": row.notation}
    changed = {
        name: [before[name], value] for name, value in after.items() if before[name] != value
    }
    told(session, row, "mend_dossier", acting, at, changed)
    return row


def told(
    session: Session,
    row: DossierRow,
    what: str,
    acting: Acting,
    at: datetime,
    detail: Mapping[str, Any],
    evidence: str = "",
) -> None:
    """Write a ledger row about the dossier."""
    said = {"dossier": str(code_of(row)), **detail, **acting.detail()}
    fact = Fact(row.id, what, str(row.state), acting.actor, evidence, tuple(said.items()))
    ledger.append(session, row.organ_id, fact, at)
