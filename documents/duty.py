"""Which step on an incoming document owes its sender which status (phản hồi trạng thái).

Legal source: Decision 28/2018/QD-TTg (codes, axis.md §7); Decree 30/2020/ND-CP, Art. 21.2.
The table is read in the one place where steps are taken (`casefile.take`): a step that is
in it owes its status however it is taken. Status 01 follows from arriving, which is no step.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import cast

from sqlalchemy import Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from documents.identity import new_id
from documents.lifecycle import Direction, Step
from documents.tables import FeedbackRow

ARRIVED = "01"
"""Owed when a document is entered, by the system (axis.md §7)."""
IN_WORK = "05"
"""The one status that may be owed again and again."""
NOTE_LENGTH = 1000
"""Characters of a status's `Description` (axis.md §7); the whole reason is in the ledger."""

STATUS_OF: Mapping[tuple[Direction, Step], str] = MappingProxyType(
    {
        (Direction.INCOMING, Step.REFUSE): "02",
        (Direction.INCOMING, Step.REGISTER): "03",
        (Direction.INCOMING, Step.ASSIGN): "04",
        (Direction.INCOMING, Step.START): IN_WORK,
        (Direction.INCOMING, Step.COMPLETE): "06",
    }
)
"""The status that a step owes to the document's sender."""
TOLD_WHY = frozenset({Step.REFUSE})
"""Steps whose reason the sender is told; any other stays in the house."""

# built once: building a statement takes longer than the database takes to run it
_FEEDBACK = cast("Table", FeedbackRow.__table__)
_OCCURRED = (
    select(func.count())
    .select_from(_FEEDBACK)
    .where(_FEEDBACK.c.document_id == bindparam("document"), _FEEDBACK.c.code == bindparam("owed"))
)
_OWE = insert(_FEEDBACK)


def owe(session: Session, document_id: str, code: str, at: datetime, note: str = "") -> None:
    """Owe the sender of an incoming document a status; each code once, 05 as often as it comes."""
    connection = session.connection()
    occurred = connection.scalar(_OCCURRED, {"document": document_id, "owed": code}) or 0
    if occurred and code != IN_WORK:
        return
    values = {"document_id": document_id, "code": code, "note": note, "created_at": at}
    connection.execute(_OWE, {"id": new_id(), **values, "occurrence": occurred + 1, "attempts": 0})


def follow(
    session: Session, document_id: str, taken: tuple[Direction, Step], at: datetime, reason: str
) -> None:
    """Owe what the step that was *taken* owes, if anything."""
    if (code := STATUS_OF.get(taken)) is not None:
        note = reason[:NOTE_LENGTH] if taken[1] in TOLD_WHY else ""
        owe(session, document_id, code, at, note)
