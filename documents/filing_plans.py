"""Plans of files in the store: drafted, approved by the head, sent to all units, amended.

Legal source: Decree 30/2020/ND-CP, Art. 28, Appendix V; Appendix VI, Part I, III.4 (law.md H-01).
Each function runs in the caller's writing transaction and writes the ledger.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from documents import directory, ledger, posts
from documents.document import Role
from documents.dossier import check_text
from documents.errors import Refused
from documents.filing_plan import (
    Arrangement,
    Entry,
    Heading,
    Numbering,
    PlanInvalid,
    numbered,
    written,
)
from documents.identity import new_id
from documents.ledger import Fact
from documents.numbering import local_day
from documents.retention import Retention
from documents.tables import (
    DossierRow,
    PersonRow,
    PlanEntryRow,
    PlanHeadingRow,
    PlanRow,
    UnitRow,
)

DRAFTING = (Role.CLERK, Role.UNIT_HEAD, Role.SPECIALIST, Role.LEADER)
COMPILING = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK)
"""Posts whose holders compile dossiers (Art. 29.1)."""
EARLIEST = 1945
"""The first year of which a plan may be recorded."""
_DRAFT, _IN_FORCE = "draft", "in_force"


class PlanMissing(Refused):
    """The agency has no plan of files in force for the year. ({0} the agency, {1} the year)."""

    code = "plan.missing"
    vietnamese = "Cơ quan «{0}» chưa có danh mục hồ sơ có hiệu lực năm {1}"
    english = "the agency «{0}» has no plan of files in force for {1}"
    remedy = (
        "Lập và duyệt danh mục: `congvan dossier plan`, hoặc mở hồ sơ ngoài danh mục / "
        "draft and approve one, or open a dossier outside the plan"
    )


class PlanInForce(Refused):
    """The plan of the year is approved already: it is amended, not drafted anew."""

    code = "plan.in_force"
    vietnamese = "Danh mục hồ sơ năm {1} của «{0}» đã được duyệt"
    english = "the plan of files of «{0}» for {1} is approved already"
    remedy = "Bổ sung bằng `congvan dossier plan amend` / amend it"


def of_year(session: Session, organ_id: str, year: int) -> PlanRow | None:
    """Return the agency's plan for *year*, draft or in force; None where there is none."""
    wanted = select(PlanRow).where(PlanRow.organ_id == organ_id, PlanRow.year == year)
    return session.scalar(wanted)


def in_force(session: Session, organ_id: str, year: int) -> PlanRow:
    """Return the agency's approved plan for *year*.

    Raises:
        PlanMissing: there is none, or only a draft.
    """
    row = of_year(session, organ_id, year)
    if row is None or row.approved_at is None:
        raise PlanMissing(organ_id, year)
    return row


def draft(
    session: Session,
    organ_id: str,
    year: int,
    headings: tuple[Heading, ...],
    who: str,
    at: datetime,
    *,
    numbering: Numbering = Numbering.WHOLE,
    arrangement: Arrangement = Arrangement.ORGANISATION,
) -> PlanRow:
    """Write the plan of *year*, instead of an earlier draft.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing: as they say.
        PlanInForce: it is approved already.
        PlanInvalid, DossierInvalid: the plan is wrong; a compiler holds no post.
    """
    agency = directory.served_agency(session, organ_id)
    acting = posts.acting(session, agency.organ_id, who, DRAFTING, at, "lập danh mục / draft")
    if not EARLIEST <= year <= local_day(at).year + 1:
        raise PlanInvalid(year, "năm chưa tới / a year to come")
    plan = numbered(headings, numbering)
    row = of_year(session, agency.organ_id, year)
    if row is not None:
        if row.approved_at is not None:
            raise PlanInForce(agency.name, year)
        for table in (PlanEntryRow, PlanHeadingRow):
            session.execute(delete(table).where(table.plan_id == row.id))
    else:
        row = PlanRow(id=new_id(), organ_id=agency.organ_id, year=year)
    row.numbering, row.arrangement = numbering.value, arrangement.value
    row.drafted_by, row.drafted_at = acting.person.id, at
    session.add(row)
    session.flush()
    _write(session, row, plan, at)
    count = sum(1 for heading in plan for _ in heading.all_entries())
    _told(session, row, "draft_plan", acting, at, {"files": count})
    return row


def _write(session: Session, row: PlanRow, plan: tuple[Heading, ...], at: datetime) -> None:
    compilers: dict[str, str] = {}
    for ordinal, heading in enumerate(plan, 1):
        for place, part in enumerate((heading, *heading.below)):
            kept = PlanHeadingRow(
                id=new_id(),
                plan_id=row.id,
                above=ordinal if place else 0,
                ordinal=place or ordinal,
                title=part.title,
                abbreviation=part.abbreviation,
            )
            session.add(kept)
            session.flush()
            for entry in part.entries:
                if entry.compiler not in compilers:
                    compilers[entry.compiler] = _compiler(session, row.organ_id, entry, at)
                session.add(_entry(row, kept, entry, compilers[entry.compiler]))
    session.flush()


def _compiler(session: Session, organ_id: str, entry: Entry, at: datetime) -> str:
    """Return the id of who will compile *entry*."""
    try:
        return posts.acting(session, organ_id, entry.compiler, COMPILING, at).person.id
    except Refused as error:
        said = error.as_dict()
        raise PlanInvalid(entry.notation, f"{said['vi']} / {said['en']}") from error


def _entry(plan: PlanRow, heading: PlanHeadingRow, entry: Entry, compiler: str) -> PlanEntryRow:
    return PlanEntryRow(
        id=new_id(),
        plan_id=plan.id,
        heading_id=heading.id,
        number=entry.number,
        notation=entry.notation,
        title=entry.title,
        years=entry.retention.years,
        compiler_id=compiler,
        note=entry.note,
        added_at=None,
        basis="",
    )


def approve(session: Session, organ_id: str, year: int, who: str, at: datetime) -> PlanRow:
    """Let the head approve the plan: it is in force from now on; a repeat changes nothing.

    Raises:
        PlanMissing: nobody has drafted one.
        PlanInvalid: a dossier opened outside the plan has one of its symbols.
        PersonUnknown, PersonAmbiguous, RightMissing: *who* does not lead the agency.
    """
    acting = posts.acting(session, organ_id, who, (Role.LEADER,), at, "duyệt danh mục / approve")
    row = of_year(session, organ_id, year)
    if row is None:
        raise PlanMissing(organ_id, year)
    if row.approved_at is None:
        notations = select(PlanEntryRow.notation).where(PlanEntryRow.plan_id == row.id)
        if taken := _taken(session, organ_id, year, notations):
            raise PlanInvalid(taken, "hồ sơ đã mở có ký hiệu này / an open dossier bears it")
        row.approved_by, row.approved_at = acting.person.id, at
        _told(session, row, "approve_plan", acting, at, {})
    return row


def _taken(session: Session, organ_id: str, year: int, notations: object) -> str | None:
    return session.scalar(
        select(DossierRow.notation).where(
            DossierRow.organ_id == organ_id,
            DossierRow.year == year,
            DossierRow.notation.in_(notations),  # type: ignore[arg-type]
        )
    )


def sent(session: Session, organ_id: str, year: int, who: str, at: datetime) -> PlanRow:
    """Record that the plan went to every unit of the agency; a repeat changes nothing.

    Raises:
        PlanMissing: no plan is in force.
        PersonUnknown, PersonAmbiguous, RightMissing: *who* may not send it.
    """
    acting = posts.acting(session, organ_id, who, DRAFTING, at, "gửi danh mục / send")
    row = in_force(session, organ_id, year)
    if row.sent_at is None:
        day = local_day(at)
        units = session.scalars(
            select(UnitRow.name)
            .where(UnitRow.organ_id == organ_id, UnitRow.since <= day)
            .where((UnitRow.until.is_(None)) | (UnitRow.until >= day))
            .order_by(UnitRow.name)
        ).all()
        row.sent_at = at
        _told(session, row, "send_plan", acting, at, {"units": list(units)})
    return row


def amend(
    session: Session,
    organ_id: str,
    year: int,
    place: tuple[int, int],
    entry: Entry,
    who: str,
    at: datetime,
    basis: str,
) -> PlanEntryRow:
    """Add an entry to the plan in force; it gets the next number, and those given stay.

    Args:
        session: a writing transaction.
        organ_id: whose plan it is.
        year: of which year.
        place: ordinals of the main heading and of the sub-heading in it; 0 for none.
        entry: the file; number and symbol are given here.
        who: the head.
        at: aware UTC.
        basis: why, or by which document.

    Raises:
        PlanMissing: no plan is in force.
        PlanInvalid: no such heading, no basis, or the symbol is a dossier's already.
        PersonUnknown, PersonAmbiguous, RightMissing, DossierInvalid: as they say.
    """
    acting = posts.acting(session, organ_id, who, (Role.LEADER,), at, "bổ sung danh mục / amend")
    plan = in_force(session, organ_id, year)
    basis = check_text("Căn cứ", basis, 500, needed=True)
    main, sub = place
    headings = {(h.above, h.ordinal): h for h in _headings(session, plan)}
    top = headings.get((0, main))
    heading = headings.get((main, sub)) if sub else top
    if top is None or heading is None:
        raise PlanInvalid(f"{main}.{sub}", "không có đề mục này / no such heading")
    session.refresh(plan, with_for_update=True)
    used = select(func.coalesce(func.max(PlanEntryRow.number), 0)).where(
        PlanEntryRow.plan_id == plan.id
    )
    if plan.numbering == Numbering.HEADING:
        under = [h.id for key, h in headings.items() if main in (key[0], key[1] * (key[0] == 0))]
        used = used.where(PlanEntryRow.heading_id.in_(under))
    number = (session.scalar(used) or 0) + 1
    given = replace(
        entry,
        title=check_text("Tiêu đề hồ sơ", entry.title, 500, needed=True),
        note=check_text("Ghi chú", entry.note, 500),
        number=number,
        notation=written(number, top.abbreviation),
    )
    if _taken(session, organ_id, year, [given.notation]):
        raise PlanInvalid(given.notation, "hồ sơ đã mở có ký hiệu này / an open dossier bears it")
    row = _entry(plan, heading, given, _compiler(session, organ_id, given, at))
    row.added_at, row.basis = at, basis
    session.add(row)
    session.flush()
    detail = {"notation": given.notation, "title": given.title, "basis": basis}
    _told(session, plan, "amend_plan", acting, at, detail)
    return row


def _headings(session: Session, plan: PlanRow) -> list[PlanHeadingRow]:
    wanted = select(PlanHeadingRow).where(PlanHeadingRow.plan_id == plan.id)
    return list(session.scalars(wanted.order_by(PlanHeadingRow.above, PlanHeadingRow.ordinal)))


def contents(session: Session, plan: PlanRow, *, names: bool = True) -> tuple[Heading, ...]:
    """Return what the plan holds; compilers by name, or by id for another plan."""
    said = PersonRow.full_name if names else PersonRow.id
    found: dict[str, list[Entry]] = {}
    for row, compiler in session.execute(
        select(PlanEntryRow, said)
        .join(PersonRow, PersonRow.id == PlanEntryRow.compiler_id)
        .where(PlanEntryRow.plan_id == plan.id)
        .order_by(PlanEntryRow.number)
    ):
        entry = Entry(row.title, Retention(row.years), compiler, row.note, row.notation, row.number)
        found.setdefault(row.heading_id, []).append(entry)
    below: dict[int, list[Heading]] = {}
    for kept in _headings(session, plan):
        heading = Heading(kept.title, kept.abbreviation, tuple(found.get(kept.id, ())))
        below.setdefault(kept.above, []).append(heading)
    return tuple(
        replace(heading, below=tuple(below.get(ordinal, ())))
        for ordinal, heading in enumerate(below.get(0, ()), 1)
    )


def carried_over(
    session: Session, organ_id: str, year: int, instead: Mapping[str, str] | None = None
) -> tuple[Heading, ...]:
    """Return the plan of *year* for the next one; *instead* names other compilers, by id.

    Raises:
        PlanMissing: *year* has no plan in force.
    """
    plan = contents(session, in_force(session, organ_id, year), names=False)
    others = instead or {}

    def moved(heading: Heading) -> Heading:
        entries = (
            replace(entry, compiler=others.get(entry.compiler, entry.compiler))
            for entry in heading.entries
        )
        return replace(heading, entries=tuple(entries), below=tuple(map(moved, heading.below)))

    return tuple(map(moved, plan))


def entry_of(session: Session, plan: PlanRow, notation: str) -> PlanEntryRow | None:
    """Return the plan's entry with this number and symbol; None where there is none."""
    return session.scalar(
        select(PlanEntryRow).where(
            PlanEntryRow.plan_id == plan.id, PlanEntryRow.notation == notation
        )
    )


def _told(
    session: Session,
    row: PlanRow,
    what: str,
    acting: posts.Acting,
    at: datetime,
    detail: Mapping[str, object],
) -> None:
    said = {"year": row.year, **detail, **acting.detail()}
    state = _DRAFT if row.approved_at is None else _IN_FORCE
    fact = Fact(row.id, what, state, acting.actor, "", tuple(said.items()))
    ledger.append(session, row.organ_id, fact, at)
