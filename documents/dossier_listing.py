"""Lists of dossiers: of an account, of an agency, of a year, of a state.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.4 and V (law.md VI-19, VI-35).
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.dossier import DossierState
from documents.tables import DossierRow, PersonRow


def of_person(
    session: Session, person_id: str, *, state: DossierState | None = None
) -> list[DossierRow]:
    """Return every dossier that an account compiles, newest first (III.4đ; VI-19)."""
    wanted = select(DossierRow).where(DossierRow.compiler_id == person_id)
    if state is not None:
        wanted = wanted.where(DossierRow.state == state.value)
    return list(session.scalars(wanted.order_by(DossierRow.opened_at.desc(), DossierRow.id)))


def listed(
    session: Session,
    organ_id: str,
    *,
    year: int | None = None,
    state: DossierState | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[DossierRow]:
    """Return the agency's dossiers, newest first."""
    wanted = select(DossierRow).where(DossierRow.organ_id == organ_id)
    if year is not None:
        wanted = wanted.where(DossierRow.year == year)
    if state is not None:
        wanted = wanted.where(DossierRow.state == state.value)
    ordered = wanted.order_by(DossierRow.opened_at.desc(), DossierRow.id)
    return list(session.scalars(ordered.limit(limit).offset(offset)))


def compilers(session: Session, rows: Iterable[DossierRow]) -> dict[str, str]:
    """Return the names of who compiles *rows*, by id."""
    wanted = select(PersonRow.id, PersonRow.full_name).where(
        PersonRow.id.in_({row.compiler_id for row in rows})
    )
    return {row.id: row.full_name for row in session.execute(wanted)}
