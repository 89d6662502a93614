"""Long-term preservation (bảo quản lâu dài): which archive copies wait for a higher level.

Legal source: Decree 30/2020/ND-CP, Art. 18.1c and 19 (the original is kept in the system),
Circular 15/2025/TT-BKHCN (signatures that can be checked for as long as the document is kept).
Standard: ETSI EN 319 142-1, 6. A signature is never held up: what a TSA or an OCSP responder
could not give in time stands in this queue until it is had, and again before it ends.
Each function runs in the caller's writing transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from documents import casefile
from documents.casefile import locked
from documents.errors import OfficeError
from documents.ledger import SYSTEM
from documents.level import Level
from documents.tables import DocumentRow, RevisionRow, UpgradeRow

LEASE = timedelta(minutes=20)
"""Longer than any pouch takes."""
RENEW_AHEAD = timedelta(days=30)
"""How long before its certificates end an archive timestamp is renewed."""
ARCHIVED = ("sealed", "preserved")
"""Kinds of revisions that may be raised; the newest one is."""


@dataclass(frozen=True, slots=True)
class Order:
    """One archive copy that is to be raised or renewed."""

    document_id: str
    organ_id: str
    sha256: str
    wanted: Level


@dataclass(frozen=True, slots=True)
class Raised:
    """What became of it."""

    reached: Level
    renew_before: datetime | None
    sha256: str = ""
    """The new archive copy; empty where the old one was good enough."""
    size: int = 0
    fault: OfficeError | None = None
    """Why it is less than was wanted."""


def noted(
    session: Session,
    document_id: str,
    wanted: Level,
    reached: Level,
    at: datetime,
    *,
    sealed: bool,
    fault: OfficeError | None = None,
) -> None:
    """Note what a signature just recorded has reached; what lacks waits, from the seal on."""
    row = session.get(UpgradeRow, document_id, with_for_update=True)
    if fault is not None:
        document = locked(session, document_id)
        detail = {"wanted": wanted, "level": reached, "why": fault.code}
        casefile.note(session, document, "degrade", SYSTEM, at, detail=detail)
    # levels above B-T are made of the sealed file; B-T alone of a signature that has none
    lacks = not reached.reaches(wanted)
    if row is None:
        if not lacks or not (sealed or wanted is Level.B_T or fault is not None):
            return
        row = UpgradeRow(document_id=document_id, created_at=at, reached=reached, attempts=0)
        session.add(row)
    row.wanted = wanted
    row.reached = min(Level(row.reached), reached, key=lambda level: level.rank)
    row.next_attempt_at = at if sealed else None
    if fault is not None:
        row.error_code, row.error_text = fault.code, str(fault)


def _due(owner: str, at: datetime) -> Select[str]:
    return select(UpgradeRow.document_id).where(UpgradeRow.next_attempt_at <= at, _free(owner, at))


def _free(owner: str, at: datetime) -> ColumnElement[bool]:
    return or_(
        UpgradeRow.lease_owner.is_(None),
        UpgradeRow.lease_owner == owner,
        UpgradeRow.lease_until < at,
    )


def waiting(session: Session, owner: str, at: datetime) -> bool:
    """Return whether `due` would give *owner* anything (reads only)."""
    return session.scalar(_due(owner, at).limit(1)) is not None


def due(
    session: Session, owner: str, at: datetime, limit: int, only: Iterable[str] | None = None
) -> list[str]:
    """Claim copies that are to be raised or renewed, those first that wait longest."""
    wanted = _due(owner, at).order_by(UpgradeRow.next_attempt_at).limit(limit)
    if only is not None:
        wanted = wanted.where(UpgradeRow.document_id.in_(list(only)))
    ids = list(session.scalars(wanted.with_for_update(skip_locked=True)))
    if ids:
        session.execute(
            update(UpgradeRow)
            .where(UpgradeRow.document_id.in_(ids))
            .values(lease_owner=owner, lease_until=at + LEASE)
        )
    return ids


def release_owner(session: Session, owner: str) -> None:
    """Give up every lease of *owner*, which has just started anew."""
    session.execute(
        update(UpgradeRow)
        .where(UpgradeRow.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


def orders(session: Session, ids: Sequence[str]) -> list[Order]:
    """Return what is to be done for each of *ids*, with its newest archive copy."""
    newest = (
        select(RevisionRow.document_id, func.max(RevisionRow.ordinal).label("ordinal"))
        .where(RevisionRow.document_id.in_(list(ids)), RevisionRow.kind.in_(ARCHIVED))
        .group_by(RevisionRow.document_id)
        .subquery()
    )
    rows = session.execute(
        select(UpgradeRow, DocumentRow.organ_id, RevisionRow.sha256)
        .join(newest, newest.c.document_id == UpgradeRow.document_id)
        .join(
            RevisionRow,
            (RevisionRow.document_id == newest.c.document_id)
            & (RevisionRow.ordinal == newest.c.ordinal),
        )
        .join(DocumentRow, DocumentRow.id == UpgradeRow.document_id)
        .order_by(DocumentRow.organ_id, UpgradeRow.next_attempt_at)
    )
    return [
        Order(row.document_id, organ_id, sha256, Level(row.wanted))
        for row, organ_id, sha256 in rows
    ]


def raised(session: Session, document_id: str, copy: Raised, at: datetime) -> None:
    """Record a new archive copy, and when its turn comes again."""
    document = locked(session, document_id)
    row = session.get_one(UpgradeRow, document_id, with_for_update=True)
    if copy.sha256:
        casefile.add_archive_copy(session, document, copy.sha256, copy.size, at)
        detail = {"level": copy.reached, "renew_before": copy.renew_before}
        casefile.note(
            session, document, "preserve", SYSTEM, at, evidence=copy.sha256, detail=detail
        )
    row.reached = copy.reached
    row.lease_owner = row.lease_until = None
    if copy.reached.reaches(Level(row.wanted)):
        row.done_at, row.attempts, row.renew_before = at, 0, copy.renew_before
        row.error_code = row.error_text = None
        row.next_attempt_at = renewal(copy.renew_before, at)
    elif copy.fault is not None:
        _wait(row, copy.fault, at)


def renewal(before: datetime | None, at: datetime) -> datetime | None:
    """Return when a timestamp made at *at* that ends at *before* is renewed; None for never."""
    if before is None:
        return None
    # a TSA whose own certificate ends soon must not be asked for one after the other
    return max(before - RENEW_AHEAD, at + max((before - at) / 2, timedelta(days=1)))


def put_off(session: Session, document_id: str, error: OfficeError, at: datetime) -> None:
    """Try again after a growing pause; shown until it is done."""
    _wait(session.get_one(UpgradeRow, document_id, with_for_update=True), error, at)


def _wait(row: UpgradeRow, error: OfficeError, at: datetime) -> None:
    row.attempts += 1
    row.done_at = None
    row.error_code, row.error_text = error.code, str(error)
    row.next_attempt_at = at + casefile.pause(row.attempts)
    row.lease_owner = row.lease_until = None


def of_document(session: Session, document_id: str) -> UpgradeRow | None:
    """Return what is known of the document's level; None where nothing was ever lacking."""
    return session.get(UpgradeRow, document_id)


def unfinished(session: Session, limit: int) -> list[tuple[UpgradeRow, DocumentRow]]:
    """Return what waits for its level or its renewal, the oldest first."""
    rows = session.execute(
        select(UpgradeRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == UpgradeRow.document_id)
        .where(UpgradeRow.done_at.is_(None))
        .order_by(UpgradeRow.created_at)
        .limit(limit)
    )
    return [(upgrade, document) for upgrade, document in rows]


def by_error(session: Session) -> dict[str, int]:
    """Return how many copies wait after an error, by the error's code."""
    rows = session.execute(
        select(UpgradeRow.error_code, func.count())
        .where(UpgradeRow.done_at.is_(None), UpgradeRow.error_code.is_not(None))
        .group_by(UpgradeRow.error_code)
    )
    return {code: count for code, count in rows if code}
