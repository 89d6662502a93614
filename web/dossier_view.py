"""What the pages of dossiers show: one that the visitor may see, its documents, what it lacks."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    accesses,
    dossier_closing,
    dossier_listing,
    dossiers,
    filing_plans,
    filings,
    posts,
    rights,
)
from documents.access import AccessKind, TargetKind
from documents.dossier import DossierState, Use
from documents.dossiers import KEEPERS, DossierUnknown
from documents.errors import Refused
from documents.retention import Retention
from documents.tables import DossierRow, PlanEntryRow
from web.visitor import Visitor

STATES = {
    DossierState.OPEN: "Đang lập",
    DossierState.CLOSED: "Đã kết thúc",
    DossierState.SUBMITTED: "Đã nộp lưu",
}
MOST_ENTRIES = 500
"""Of the plan, offered while one types."""


def seen_dossier(session: Session, here: Visitor, dossier_id: str) -> DossierRow:
    """Return the dossier, if the visitor may see it.

    Raises:
        DossierUnknown: there is none, it is another agency's, or not for them.
    """
    row = session.get(DossierRow, dossier_id[:36])
    if row is None or row.organ_id != here.organ_id:
        raise DossierUnknown(dossier_id[:60])
    if not rights.visible(session, here.visit, [row], here.at):
        raise DossierUnknown(dossier_id[:60])
    return row


def note_look(here: Visitor, row: DossierRow) -> None:
    """Count that the visitor looked at a restricted dossier."""
    if row.rights != Use.RESTRICTED:
        return
    with here.office.database.writing() as session:
        acting = posts.acting(session, row.organ_id, here.who, KEEPERS, here.at, "xem hồ sơ / look")
        accesses.accessed(session, acting, TargetKind.DOSSIER, row.id, AccessKind.VIEW, here.at)


def context(session: Session, here: Visitor, row: DossierRow) -> dict[str, Any]:
    """Return everything that the page of a dossier shows."""
    held = filings.documents_in(session, row.id)
    shown = {
        each.id
        for each in rights.visible(session, here.visit, [filed.document for filed in held], here.at)
    }
    is_open = row.state == DossierState.OPEN
    return {
        "row": row,
        "code": str(dossiers.code_of(row)),
        "retention": str(Retention(row.years)),
        "held": held,
        "shown": shown,
        "materials": filings.materials(session, row.id),
        "lacks": dossier_closing.findings(session, row, here.at) if is_open else [],
        "keeps": keeps(session, here, row),
        "compiler": dossier_listing.compilers(session, [row]).get(row.compiler_id, ""),
        "states": STATES,
        "is_open": is_open,
    }


def keeps(session: Session, here: Visitor, row: DossierRow) -> bool:
    """Return whether the visitor works on the dossier."""
    try:
        dossiers.keeper(session, row, here.who, here.at, "lập hồ sơ / keep")
    except Refused:
        return False
    return True


def own_open(session: Session, here: Visitor) -> list[DossierRow]:
    """Return the open dossiers that the visitor compiles, the newest first."""
    return dossier_listing.of_person(session, here.who, state=DossierState.OPEN)[:200]


def entries(session: Session, here: Visitor) -> list[PlanEntryRow]:
    """Return what the plan of this year foresees and nobody has opened yet, as it is ordered."""
    plan = filing_plans.of_year(session, here.organ_id, here.today.year)
    if plan is None or plan.approved_at is None:
        return []
    taken = select(DossierRow.entry_id).where(
        DossierRow.organ_id == here.organ_id,
        DossierRow.year == plan.year,
        DossierRow.entry_id.is_not(None),
    )
    wanted = (
        select(PlanEntryRow)
        .where(PlanEntryRow.plan_id == plan.id, PlanEntryRow.id.not_in(taken))
        .order_by(PlanEntryRow.number, PlanEntryRow.id)
    )
    return list(session.scalars(wanted.limit(MOST_ENTRIES)))
