"""The ledger of numbers: every number of an agency's year in order, for an inspector.

Legal source: Decree 30/2020/ND-CP, Art. 15, 16; law.md §1.3 N-09. A number is a document's, a
copy's, or was reserved; void ones stay with their reason, who made them so, and when; one that is
nobody's is a line too. Lines come one by one: a year of 10^5 numbers is never in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import and_, func, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from documents.lifecycle import Direction, Step
from documents.numbering import local_day
from documents.series import ReservationState
from documents.tables import (
    CertifiedCopyRow,
    DocumentRow,
    LedgerRow,
    RegisterEntryRow,
    RegisterRow,
    ReservationRow,
)

GIVING = (
    Step.ASSIGN_NUMBER.value,
    Step.REGISTER.value,
    "enter_paper",
    "copy",
    "reserve_number",
)
"""Steps of the ledger that take a number."""
VOIDING = (Step.VOID.value, "void_number")


@dataclass(frozen=True, slots=True)
class NumberLine:
    """One number, or a run of numbers that are nobody's."""

    series: str
    number: int
    until: int
    """The last of a run; else the number itself."""
    what: str
    """document | copy | open | void (a reservation) | gap."""
    code: str = ""
    day: date | None = None
    content: str = ""
    """Type and subject; what was copied; what it was reserved for."""
    subject_id: str = ""
    """Of the document, copy or reservation."""
    taken_by: str = ""
    taken_at: datetime | None = None
    sequence: int | None = None
    """Of the agency's ledger, where the number's taking is written."""
    reserved_at: datetime | None = None
    """When a document's number was reserved, if it was."""
    reserved_by: str = ""
    void_reason: str = ""
    void_by: str = ""
    void_at: datetime | None = None
    mark: str = ""


def lines(
    session: Session, organ_id: str, year: int, direction: Direction, series: str = ""
) -> Iterator[NumberLine]:
    """Give every number of the agency's year in order, series after series.

    *series* empty: all of *direction*. What was counted and is nobody's is given as `gap`.
    """
    wanted = select(RegisterRow).where(
        RegisterRow.organ_id == organ_id,
        RegisterRow.year == year,
        RegisterRow.direction == direction,
    )
    if series:
        wanted = wanted.where(RegisterRow.series == series)
    for register in session.scalars(wanted.order_by(RegisterRow.series)).all():
        yield from _register(session, register)


def _register(session: Session, register: RegisterRow) -> Iterator[NumberLine]:
    last = 0
    rows = session.execute(_question(register).execution_options(yield_per=1000))
    for row in rows:
        if row.number > last + 1:
            yield NumberLine(register.series, last + 1, row.number - 1, "gap")
        yield _line(register.series, row)
        last = max(last, row.number)
    if last < register.last_number:
        yield NumberLine(register.series, last + 1, register.last_number, "gap")


def _line(series: str, row: Any) -> NumberLine:
    taken_at = _moment(row.taken_at)
    day = row.day or (local_day(taken_at) if taken_at else None)
    return NumberLine(
        series,
        row.number,
        row.number,
        row.what,
        row.code or "",
        day,
        row.content or "",
        row.subject_id,
        row.taken_by or "",
        taken_at,
        row.sequence,
        row.reserved_at,
        row.reserved_by or "",
        row.void_reason or "",
        row.void_by or "",
        _moment(row.void_at),
        row.mark or "",
    )


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written).astimezone(UTC) if written else None


def _question(register: RegisterRow) -> Any:
    """Return every number of the register with what the ledger says of it."""
    every = union_all(
        _documents(register.id), _copies(register.id), _reservations(register.id)
    ).subquery()
    taking, ending = aliased(LedgerRow), aliased(LedgerRow)
    return (
        select(
            every,
            taking.actor.label("taken_by"),
            taking.at.label("taken_at"),
            taking.sequence.label("sequence"),
            ending.actor.label("void_by"),
            ending.at.label("void_at"),
        )
        .select_from(every)
        .outerjoin(taking, _of_ledger(taking, register.organ_id, every.c.subject_id, GIVING))
        .outerjoin(
            ending,
            and_(
                every.c.void_reason.is_not(None),
                _of_ledger(ending, register.organ_id, every.c.subject_id, VOIDING),
            ),
        )
        .order_by(every.c.number, every.c.what)
    )


def _of_ledger(row: Any, organ_id: str, subject_id: Any, steps: tuple[str, ...]) -> Any:
    """Return that *row* is the first of *steps* that the ledger has of the subject."""
    first = (
        select(func.min(LedgerRow.sequence))
        .where(
            LedgerRow.document_id == subject_id,
            LedgerRow.organ_id == organ_id,
            LedgerRow.step.in_(steps),
        )
        .scalar_subquery()
    )
    return and_(row.organ_id == organ_id, row.sequence == first)


def _documents(register_id: int) -> Any:
    return (
        select(
            RegisterEntryRow.number.label("number"),
            literal("document").label("what"),
            # an incoming document's code is its sender's, shown with the subject
            RegisterEntryRow.code.label("code"),
            RegisterEntryRow.entered_on.label("day"),
            (DocumentRow.type_name + ": " + DocumentRow.subject).label("content"),
            DocumentRow.id.label("subject_id"),
            ReservationRow.reserved_at.label("reserved_at"),
            ReservationRow.reserved_by.label("reserved_by"),
            RegisterEntryRow.void_reason.label("void_reason"),
            RegisterEntryRow.mark.label("mark"),
        )
        .select_from(RegisterEntryRow)
        .join(DocumentRow, DocumentRow.id == RegisterEntryRow.document_id)
        .outerjoin(
            ReservationRow,
            and_(
                ReservationRow.document_id == DocumentRow.id,
                ReservationRow.state == ReservationState.USED,
            ),
        )
        .where(RegisterEntryRow.register_id == register_id)
    )


def _copies(register_id: int) -> Any:
    return select(
        CertifiedCopyRow.number,
        literal("copy"),
        CertifiedCopyRow.code,
        literal(None, RegisterEntryRow.entered_on.type),
        CertifiedCopyRow.original,
        CertifiedCopyRow.id,
        literal(None, ReservationRow.reserved_at.type),
        null(),
        null(),
        null(),
    ).where(CertifiedCopyRow.register_id == register_id)


def _reservations(register_id: int) -> Any:
    return select(
        ReservationRow.number,
        ReservationRow.state,
        ReservationRow.code,
        ReservationRow.day,
        ReservationRow.reason,
        ReservationRow.id,
        ReservationRow.reserved_at,
        ReservationRow.reserved_by,
        ReservationRow.void_reason,
        null(),
    ).where(
        ReservationRow.register_id == register_id, ReservationRow.state != ReservationState.USED
    )
