"""What waits for a person's signature or initials: the leader's pile, the unit head's pile.

Source: ux.md §1.2, §1.4 (Ký nháy, Ký duyệt). Legal source: Decree 30/2020/ND-CP, Art. 12, 13.
Only open states are looked at, along the index of queues: the store may have a million others.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import initials, versions
from documents.lifecycle import Direction, State
from documents.tables import DocumentRow, LedgerRow

MOST = 200
"""Documents of a pile."""
SIGNING = (State.SUBMITTED, State.APPROVED)
"""Waits for the decision; decided, and waits for the signature itself."""


def to_sign(session: Session, organ_id: str, person_id: str) -> list[DocumentRow]:
    """Return what waits for the person to decide upon or to sign: urgent first, then oldest."""
    found: list[DocumentRow] = []
    for state in SIGNING:
        wanted = (
            select(DocumentRow)
            .where(DocumentRow.organ_id == organ_id, DocumentRow.direction == Direction.OUTGOING)
            .where(DocumentRow.state == state, DocumentRow.signer_id == person_id)
            .order_by(DocumentRow.urgency.desc(), DocumentRow.created_at, DocumentRow.id)
            .limit(MOST)
        )
        found += session.scalars(wanted)
    return found


def to_initial(
    session: Session, organ_id: str, person_id: str, unit_ids: Sequence[str]
) -> list[DocumentRow]:
    """Return the drafts of the units that were submitted and lack the person's initials."""
    wanted = (
        select(DocumentRow)
        .where(DocumentRow.organ_id == organ_id, DocumentRow.direction == Direction.OUTGOING)
        .where(DocumentRow.state == State.SUBMITTED, DocumentRow.unit_id.in_(list(unit_ids)))
        .where(DocumentRow.frozen_by.is_(None))
        .order_by(DocumentRow.urgency.desc(), DocumentRow.created_at, DocumentRow.id)
        .limit(MOST)
    )
    rows = list(session.scalars(wanted))
    done = _initialled(session, person_id, [row.id for row in rows])
    return [row for row in rows if row.id not in done]


def _initialled(session: Session, person_id: str, ids: Sequence[str]) -> set[str]:
    """Return those of *ids* whose newest version has the person's initials."""
    last = (
        select(
            LedgerRow.document_id,
            LedgerRow.step,
            func.max(LedgerRow.sequence),
        )
        .where(LedgerRow.document_id.in_(list(ids)))
        .where(
            (LedgerRow.step == versions.STEP)
            | ((LedgerRow.step == initials.STEP) & (LedgerRow.actor == person_id))
        )
        .group_by(LedgerRow.document_id, LedgerRow.step)
    )
    newest: dict[str, dict[str, int]] = {}
    for document_id, step, sequence in session.execute(last):
        newest.setdefault(document_id, {})[step] = sequence
    return {
        document_id
        for document_id, at in newest.items()
        if at.get(initials.STEP, 0) > at.get(versions.STEP, 0)
    }
