"""What of an agency does not go on by itself, and why: with its owner, so that nothing is silent.

Source: ux.md §1.5 (a file that sits and nobody is told), §3.10. Everything here is bounded: who
looks wants the first ones and how many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from documents.delivery import DeliveryState
from documents.lifecycle import Direction, State, carried_states
from documents.tables import (
    BindingRow,
    CertificateRow,
    DeliveryRow,
    DocumentRow,
    FindingRow,
    ParcelRow,
    ReminderGapRow,
)

MOST = 50
"""Rows of each kind that are shown."""
EXPIRING = timedelta(days=60)
"""How long ahead a certificate's end is told."""

_D = DocumentRow


@dataclass(frozen=True, slots=True)
class Reason:
    """How many stand still for one reason."""

    code: str
    count: int
    held: int
    """Those that wait for a person; the others are tried again by themselves."""
    example: str
    """Words of one of them."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """A certificate that ends soon, or has ended, and whose it is."""

    name: str
    not_after: datetime
    person_id: str
    """Empty: the agency's seal."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """Everything that somebody should look at."""

    reasons: tuple[Reason, ...]
    documents: tuple[DocumentRow, ...]
    """Held ones first, the oldest first."""
    deliveries: tuple[tuple[DeliveryRow, DocumentRow], ...]
    junk: tuple[ParcelRow, ...]
    findings: tuple[FindingRow, ...]
    certificates: tuple[Expiring, ...]
    gaps: tuple[ReminderGapRow, ...]


def troubles(session: Session, organ_id: str, at: datetime) -> Troubles:
    """Return what of the agency does not go on by itself, a page of each kind."""
    return Troubles(
        _reasons(session, organ_id),
        tuple(_documents(session, organ_id)),
        tuple(_deliveries(session, organ_id)),
        tuple(_junk(session, organ_id)),
        tuple(
            session.scalars(
                select(FindingRow)
                .where(FindingRow.organ_id == organ_id, FindingRow.resolved_at.is_(None))
                .order_by(FindingRow.first_seen)
                .limit(MOST)
            )
        ),
        tuple(_certificates(session, organ_id, at)),
        tuple(
            session.scalars(
                select(ReminderGapRow).where(ReminderGapRow.organ_id == organ_id).limit(MOST)
            )
        ),
    )


def _still() -> list[ColumnElement[bool]]:
    states = {State.QUARANTINED}.union(*(carried_states(direction) for direction in Direction))
    return [
        # said so, the work index finds these few without reading what is done
        _D.direction.in_([direction.value for direction in Direction]),
        _D.state.in_(sorted(state.value for state in states)),
        _D.error_code.is_not(None),
    ]


def _reasons(session: Session, organ_id: str) -> tuple[Reason, ...]:
    held = func.sum(case((_D.held, 1), else_=0))
    rows = session.execute(
        select(_D.error_code, func.count(), held, func.max(_D.error_text))
        .where(*_still(), _D.organ_id == organ_id)
        .group_by(_D.error_code)
        .order_by(func.count().desc(), _D.error_code)
    )
    return tuple(
        Reason(code or "", count, int(held or 0), (words or "")[:300])
        for code, count, held, words in rows
    )


def _documents(session: Session, organ_id: str) -> Sequence[DocumentRow]:
    return session.scalars(
        select(_D)
        .where(*_still(), _D.organ_id == organ_id)
        .order_by(_D.held.desc(), _D.updated_at, _D.id)
        .limit(MOST)
    ).all()


def _deliveries(session: Session, organ_id: str) -> Sequence[tuple[DeliveryRow, DocumentRow]]:
    wrong = (DeliveryState.FAILED.value, DeliveryState.OUTCOME_UNKNOWN.value)
    rows = session.execute(
        select(DeliveryRow, _D)
        .join(_D, _D.id == DeliveryRow.document_id)
        .where(DeliveryRow.state.in_(wrong), _D.organ_id == organ_id)
        .order_by(DeliveryRow.document_id)
        .limit(MOST)
    )
    return [(delivery, document) for delivery, document in rows]


def _junk(session: Session, organ_id: str) -> Sequence[ParcelRow]:
    return session.scalars(
        select(ParcelRow)
        .where(ParcelRow.organ_id == organ_id, ParcelRow.outcome == "junk")
        .order_by(ParcelRow.fetched_at.desc())
        .limit(MOST)
    ).all()


def _certificates(session: Session, organ_id: str, at: datetime) -> Sequence[Expiring]:
    rows = session.execute(
        select(CertificateRow.name, CertificateRow.not_after, BindingRow.person_id)
        .join(BindingRow, BindingRow.sha256 == CertificateRow.sha256)
        .where(BindingRow.organ_id == organ_id, BindingRow.bound.is_(True))
        .where(CertificateRow.not_after < at + EXPIRING)
        .order_by(CertificateRow.not_after)
        .limit(MOST)
    )
    return [Expiring(name, not_after, person or "") for name, not_after, person in rows]
