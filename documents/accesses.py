"""How often dossiers and documents are looked at, and by whom.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.5a, III.6b (law.md VI-22, VI-27).
Rows are added, never changed; adding one is one cheap statement and locks nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from documents.access import AccessKind, TargetKind
from documents.identity import new_id
from documents.posts import Acting
from documents.tables import AccessRow

_ADD = insert(cast("Table", AccessRow.__table__))


def accessed(
    session: Session,
    acting: Acting,
    target: TargetKind,
    target_id: str,
    kind: AccessKind,
    at: datetime,
) -> None:
    """Count one access of who acts to a dossier or a document."""
    values = {
        "id": new_id(),
        "target": target.value,
        "target_id": target_id,
        "person_id": acting.person.id,
        "kind": kind.value,
        "at": at,
    }
    session.connection().execute(_ADD, values)


def counts(session: Session, target_ids: Iterable[str]) -> dict[str, dict[AccessKind, int]]:
    """Return for each of *target_ids* how often it was accessed, by kind."""
    found: dict[str, dict[AccessKind, int]] = {target_id: {} for target_id in target_ids}
    for target_id, kind, times in session.execute(
        select(AccessRow.target_id, AccessRow.kind, func.count())
        .where(AccessRow.target_id.in_(list(found)))
        .group_by(AccessRow.target_id, AccessRow.kind)
    ):
        found[target_id][AccessKind(kind)] = times
    return found
