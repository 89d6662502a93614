"""Submitting dossiers to the agency's archive (nộp lưu): when it is due, keeping back, handing in.

Legal source: Decree 30/2020/ND-CP, Art. 30, 31 (law.md H-06 to H-08, §4.2); Appendix VI, Part I,
III.5b (announced 30 days ahead). Circular 05/2025/TT-BNV is read as 60 days by some: the terms
are an agency's parameter. Packages for another archive are another matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from documents import directory, dossiers, filings, ledger, posts
from documents.document import Role
from documents.dossier import (
    KEPT_BACK_YEARS,
    NOTICE_DAYS,
    SUBMITTED_FROM,
    DossierInvalid,
    DossierState,
    check_text,
    months_after,
)
from documents.errors import Refused
from documents.ledger import Fact
from documents.numbering import local_day
from documents.retention import Retention
from documents.tables import DossierRow, DossierTermsRow

MONTHS, MONTHS_CONSTRUCTION = 12, 3
"""After the work ended, and after a construction's final settlement (Art. 30)."""
_MOST_MONTHS = 24


class DossierNotClosed(Refused):
    """Only what is closed is submitted or kept back."""

    code = "dossier.not_closed"
    vietnamese = "Hồ sơ «{0}» chưa kết thúc"
    english = "the dossier «{0}» is not closed"
    remedy = "Kết thúc hồ sơ trước: `congvan dossier close` / close it first"


@dataclass(frozen=True, slots=True)
class Due:
    """A dossier that must go to the archive, and when."""

    dossier: DossierRow
    on: date
    """Kept back: the day until when."""
    overdue: bool


def set_terms(
    session: Session,
    organ_id: str,
    months: int,
    months_construction: int,
    who: str,
    at: datetime,
    basis: str,
) -> None:
    """Let the head set when dossiers are due, in months after their end.

    Raises:
        DossierInvalid, FieldRefused: not 1 to 24 months, or no basis.
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing: as they say.
    """
    agency = directory.served_agency(session, organ_id)
    acting = posts.acting(
        session, agency.organ_id, who, (Role.LEADER,), at, "thời hạn nộp lưu / terms"
    )
    for given in (months, months_construction):
        if not 1 <= given <= _MOST_MONTHS:
            raise DossierInvalid("Thời hạn nộp lưu", f"{given} tháng / months")
    row = session.get(DossierTermsRow, agency.organ_id)
    row = row or DossierTermsRow(organ_id=agency.organ_id)
    row.months, row.months_construction = months, months_construction
    row.basis = check_text("Căn cứ", basis, 500, needed=True)
    row.set_by, row.set_at = acting.person.id, at
    session.add(row)
    session.flush()
    said = (("months", months), ("construction", months_construction), ("basis", row.basis))
    fact = Fact("", "set_terms", "", acting.actor, "", (*said, *acting.detail().items()))
    ledger.append(session, agency.organ_id, fact, at)


def due_day(session: Session, row: DossierRow) -> date | None:
    """Return the last day for submitting a closed dossier; None where it need not be."""
    if row.end_date is None or Retention(row.years) < SUBMITTED_FROM:
        return None
    terms = session.get(DossierTermsRow, row.organ_id)
    if row.construction:
        months = terms.months_construction if terms else MONTHS_CONSTRUCTION
    else:
        months = terms.months if terms else MONTHS
    return months_after(row.end_date, months)


def due(session: Session, organ_id: str, day: date, *, within: int = NOTICE_DAYS) -> list[Due]:
    """Return the dossiers due by *within* days after *day*, the first due first."""
    until = func.coalesce(DossierRow.kept_until, DossierRow.due_on)
    rows = session.scalars(
        select(DossierRow)
        .where(DossierRow.organ_id == organ_id, DossierRow.state == DossierState.CLOSED.value)
        .where(DossierRow.due_on <= day + timedelta(days=within))
        .where(or_(DossierRow.kept_until.is_(None), until <= day + timedelta(days=within)))
        .order_by(until, DossierRow.id)
    )
    found = [(row, row.kept_until or row.due_on) for row in rows]
    return [Due(row, on, on < day) for row, on in found if on is not None]


def keep_back(
    session: Session, dossier_id: str, until: date, who: str, at: datetime, reason: str
) -> DossierRow:
    """Let the head keep a dossier back, two years after it was due at most (Art. 31.3d).

    Raises:
        DossierUnknown, DossierNotClosed: as they say.
        DossierInvalid, FieldRefused: too long, before it is due, not to be submitted; no reason.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: *who* does not lead the agency.
    """
    row = _closed(session, dossier_id)
    acting = posts.acting(
        session, row.organ_id, who, (Role.LEADER,), at, "cho giữ lại hồ sơ / keep back"
    )
    reason = filings.checked_reason(reason)
    if row.due_on is None:
        raise DossierInvalid("Giữ lại", "hồ sơ không phải nộp lưu / it need not be submitted")
    latest = months_after(row.due_on, 12 * KEPT_BACK_YEARS)
    if not row.due_on < until <= latest:
        raise DossierInvalid("Giữ lại đến", f"{until:%d/%m/%Y}, > {latest:%d/%m/%Y}")
    row.kept_until = until
    session.flush()
    dossiers.told(session, row, "keep_back", acting, at, {"until": until, "reason": reason})
    return row


def submit(
    session: Session, dossier_ids: Sequence[str], who: str, at: datetime
) -> list[DossierRow]:
    """Record that the archive took closed dossiers over, on the System (H-07).

    What was submitted already is not again. Locked in one order, so that nobody waits in a circle.

    Raises:
        DossierUnknown, DossierNotClosed, NotTheirs: as they say; nothing is kept.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
    """
    done = []
    for dossier_id in sorted(set(dossier_ids)):
        row = dossiers.locked(session, dossier_id)
        acting = dossiers.keeper(session, row, who, at, "nộp lưu hồ sơ / submit")
        if row.state == DossierState.OPEN:
            raise DossierNotClosed(dossiers.code_of(row))
        if row.state == DossierState.CLOSED:
            row.state, row.submitted_at = DossierState.SUBMITTED, at
            session.flush()
            late = row.due_on is not None and local_day(at) > (row.kept_until or row.due_on)
            dossiers.told(session, row, "submit_dossier", acting, at, {"late": late})
        done.append(row)
    return done


def _closed(session: Session, dossier_id: str) -> DossierRow:
    row = dossiers.locked(session, dossier_id)
    if row.state != DossierState.CLOSED:
        raise DossierNotClosed(dossiers.code_of(row))
    return row
