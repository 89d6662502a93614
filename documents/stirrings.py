"""What stirred on the desks of those who look: one small question for all of them.

A page need not ask for itself every few seconds; whoever keeps the pages informed asks this once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.tables import LedgerHeadRow, NoticeRow


@dataclass(frozen=True, slots=True)
class Stirrings:
    """How far agencies and people are; whatever changes is news."""

    agencies: Mapping[str, int]
    """Length of each agency's ledger."""
    unread: Mapping[str, tuple[int, str]]
    """Of each person: how many notices are unread, and the id of the newest of them."""


def stirrings(
    session: Session, organ_ids: Collection[str], person_ids: Collection[str]
) -> Stirrings:
    """Return how far these agencies and people are."""
    heads = session.execute(
        select(LedgerHeadRow.organ_id, LedgerHeadRow.sequence).where(
            LedgerHeadRow.organ_id.in_(sorted(organ_ids))
        )
    )
    agencies = {organ_id: sequence for organ_id, sequence in heads}  # noqa: C416
    counted = session.execute(
        select(NoticeRow.person_id, func.count(), func.max(NoticeRow.id))
        .where(NoticeRow.person_id.in_(sorted(person_ids)), NoticeRow.read_at.is_(None))
        .group_by(NoticeRow.person_id)
    )
    return Stirrings(agencies, {person: (count, newest) for person, count, newest in counted})
