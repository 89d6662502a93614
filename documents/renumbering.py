"""Another receipt number for an arrival: the old one is void with its reason, the next is taken.

Legal source: Decree 30/2020/ND-CP, Art. 22.2; law.md §1.3 N-09, N-11: numbers run in the order of
time, without gap, and none is used twice. Nobody chooses a number. This mends an arrival that
stands in the wrong register, as an invitation among the others.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from documents import posts, register, series_rules
from documents.arrival_edits import EDITABLE, ArrivalClosed
from documents.casefile import locked, note
from documents.document import Role
from documents.errors import Refused, storable
from documents.freezing import ensure_free
from documents.identity import new_id
from documents.joining import REASON_LENGTH, ReasonWanted
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.register import RegisterClosed
from documents.series import ReservationState
from documents.stead import Matter
from documents.tables import RegisterEntryRow, RegisterRow, ReservationRow

STEP = "renumber"


class NumberShared(Refused):
    """The document has no entry of its own in the register. ({0} its id.)."""

    code = "renumber.no_entry"
    vietnamese = "Văn bản {0} không có mục riêng trong sổ"
    english = "{0} has no entry of its own in the register"
    remedy = "Đổi số của văn bản có mục trong sổ / renumber the document that has the entry"


def renumber(session: Session, document_id: str, who: str, at: datetime, reason: str) -> int:
    """Give the arrival the next number of the register that it is of now; return it.

    Raises:
        ArrivalClosed, DocumentFrozen, ChangeUnderway: it cannot be changed now.
        ReasonWanted: *reason* is empty.
        NumberShared, RegisterClosed, DayPast: its number stays.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    if row.direction != Direction.INCOMING or row.state not in EDITABLE:
        raise ArrivalClosed(row.state)
    ensure_free(session, row)
    if not reason.strip():
        raise ReasonWanted("đổi số đến / another receipt number")
    matter = Matter(row.type_name, row.unit_id, STEP)
    acting = posts.acting(session, row.organ_id, who, (Role.CLERK,), at, STEP, matter=matter)
    why = storable(reason.strip())[:REASON_LENGTH]
    day = local_day(at)
    series = series_rules.incoming_series(session, row, day)
    before = _given_back(session, document_id, row.organ_id, row.type_name, acting, at, why)
    entered = register.enter(session, row.organ_id, Direction.INCOMING, series, day, row.id)
    row.receipt_number = entered.number
    row.version += 1
    row.updated_at = at
    detail: dict[str, Any] = {
        "receipt_number": entered.number,
        "series": series,
        "before": before,
        "reason": why,
    }
    note(session, row, STEP, acting.actor, at, detail=detail | acting.detail())
    session.flush()
    return entered.number


def _given_back(
    session: Session,
    document_id: str,
    organ_id: str,
    type_name: str,
    acting: posts.Acting,
    at: datetime,
    why: str,
) -> dict[str, Any]:
    """Make the number void, so that it stays visible and is nobody's; return what it was."""
    wanted = select(RegisterEntryRow).where(RegisterEntryRow.document_id == document_id)
    entry = session.scalars(wanted).one_or_none()
    if entry is None:
        raise NumberShared(document_id)
    held = session.get_one(RegisterRow, entry.register_id, with_for_update=True)
    if held.closed_at is not None:
        raise RegisterClosed(held.series, held.year)
    was = {"number": entry.number, "series": held.series, "year": held.year}
    session.execute(delete(RegisterEntryRow).where(RegisterEntryRow.document_id == document_id))
    session.add(
        ReservationRow(
            id=new_id(),
            organ_id=organ_id,
            register_id=held.id,
            number=entry.number,
            day=entry.entered_on,
            code="",
            type_name=type_name,
            owner_id=acting.person.id,
            reserved_by=acting.person.id,
            reserved_at=at,
            reason=why,
            expires_at=at,
            state=ReservationState.VOID,
            void_reason=why,
            ended_by=acting.person.id,
            ended_at=at,
        )
    )
    session.flush()
    return was
