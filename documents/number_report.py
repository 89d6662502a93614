"""What is wrong with an agency's numbers: gaps, doubles, dates against the order of numbers.

Legal source: Decree 30/2020/ND-CP, Art. 15.1 (numbers continuous in the order of time, once a
year), Appendix VI, Part I, III.1h (an arrival that is there twice), law.md §1.3 N-01, N-09, N-12.
Every register is read number by number; memory holds what was found, at most MOST of a sort.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, extract, func, literal, select, union_all
from sqlalchemy.orm import Session

from documents.lifecycle import Direction
from documents.series import ReservationState
from documents.tables import (
    CertifiedCopyRow,
    DocumentRow,
    RegisterEntryRow,
    RegisterRow,
    ReservationRow,
)

MOST = 1000
"""Findings of one sort that are told; the count says how many there are more."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that were counted, and are nobody's."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Backwards:
    """A later number with an earlier date."""

    number: int
    day: date
    before: int
    """The number before it, whose date is later."""
    day_before: date


@dataclass(frozen=True, slots=True)
class Double:
    """One code that several have."""

    organ_id: str
    year: int
    code: str
    count: int
    first_id: str
    last_id: str
    sender_organ_id: str = ""
    """Of arrivals: whose code it is."""


@dataclass(slots=True)
class RegisterState:
    """One register: how far it counted, what it holds, what is wrong."""

    organ_id: str
    direction: str
    series: str
    year: int
    last_number: int
    closed_at: datetime | None = None
    documents: int = 0
    copies: int = 0
    reserved: int = 0
    """Open reservations."""
    expired: int = 0
    """Open ones that are over their end."""
    void: int = 0
    """Void documents and void reservations."""
    missing: int = 0
    gaps: list[Gap] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)
    """Numbers that were never counted."""
    backwards: list[Backwards] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong; open and void numbers are not wrong."""
        return not (self.gaps or self.twice or self.beyond or self.backwards)


@dataclass(slots=True)
class NumberReport:
    """The registers asked for, the codes that are there twice, the arrivals likewise."""

    registers: list[RegisterState]
    doubles: list[Double]
    arrivals: list[Double]
    """Same number, notation and sender: to be looked at, not necessarily wrong."""

    @property
    def sound(self) -> bool:
        """Whether no number is missing, double or out of order."""
        return not self.doubles and all(each.sound for each in self.registers)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it; dates stay dates."""
        return {"sound": self.sound, **asdict(self)}


def report(
    session: Session, at: datetime, organ_id: str = "", year: int | None = None
) -> NumberReport:
    """Return what is to be said of the numbers of the agency, or of all, in *year*, or ever."""
    wanted = select(RegisterRow).order_by(
        RegisterRow.organ_id, RegisterRow.year, RegisterRow.direction, RegisterRow.series
    )
    if organ_id:
        wanted = wanted.where(RegisterRow.organ_id == organ_id)
    if year is not None:
        wanted = wanted.where(RegisterRow.year == year)
    registers = [_state(session, row, at) for row in session.scalars(wanted).all()]
    return NumberReport(
        registers, _doubles(session, organ_id, year), _arrivals(session, organ_id, year)
    )


def _state(session: Session, row: RegisterRow, at: datetime) -> RegisterState:
    state = RegisterState(
        row.organ_id, row.direction, row.series, row.year, row.last_number, row.closed_at
    )
    last, last_day = 0, None
    for number, day, kind, void, expires_at in _numbers(session, row.id):
        _tally(state, kind, void=void, over=expires_at is not None and expires_at <= at)
        if number > row.last_number:
            _keep(state.beyond, number)
        elif number == last:
            _keep(state.twice, number)
        elif number > last + 1:
            state.missing += number - last - 1
            _keep(state.gaps, Gap(last + 1, number - 1))
        if last_day is not None and day < last_day:
            _keep(state.backwards, Backwards(number, day, last, last_day))
        last, last_day = number, day
    if last < row.last_number:
        state.missing += row.last_number - last
        _keep(state.gaps, Gap(last + 1, row.last_number))
    return state


def _tally(state: RegisterState, kind: str, *, void: bool, over: bool) -> None:
    state.void += void
    match kind:
        case "document":
            state.documents += 1
        case "copy":
            state.copies += 1
        case "open":
            state.reserved += 1
            state.expired += over


def _keep(found: list[Any], new: object) -> None:
    if len(found) < MOST:
        found.append(new)


def _numbers(
    session: Session, register_id: int
) -> Iterator[tuple[int, date, str, bool, datetime | None]]:
    """Give every number in order: number, date, whose, whether void, end of a reservation."""
    entries = select(
        RegisterEntryRow.number,
        RegisterEntryRow.entered_on.label("day"),
        literal("document").label("kind"),
        RegisterEntryRow.void_reason.is_not(None).label("void"),
        literal(None, ReservationRow.expires_at.type).label("expires_at"),
    ).where(RegisterEntryRow.register_id == register_id)
    copies = select(
        CertifiedCopyRow.number,
        # a copy's date is the day of its making in Vietnam: two columns tell one
        literal(None, RegisterEntryRow.entered_on.type),
        literal("copy"),
        literal(value=False),
        literal(None, ReservationRow.expires_at.type),
    ).where(CertifiedCopyRow.register_id == register_id)
    reserved = select(
        ReservationRow.number,
        ReservationRow.day,
        ReservationRow.state,
        ReservationRow.state == ReservationState.VOID,
        ReservationRow.expires_at,
    ).where(
        ReservationRow.register_id == register_id, ReservationRow.state != ReservationState.USED
    )
    every = union_all(entries, copies, reserved).subquery()
    wanted = select(every).order_by(every.c.number, every.c.kind)
    for row in session.execute(wanted.execution_options(yield_per=2000)):
        yield row[0], row[1] or date.min, row[2], bool(row[3]), row[4]


def _doubles(session: Session, organ_id: str, year: int | None) -> list[Double]:
    """Return the codes that several documents, copies or reservations of an agency have."""
    documents = select(
        DocumentRow.organ_id,
        extract("year", DocumentRow.promulgated).label("year"),
        (DocumentRow.code_number + "/" + DocumentRow.code_notation).label("code"),
        DocumentRow.id.label("id"),
    ).where(
        DocumentRow.direction == Direction.OUTGOING,
        DocumentRow.code_number.is_not(None),
        DocumentRow.promulgated.is_not(None),
    )
    copies = select(
        CertifiedCopyRow.organ_id, RegisterRow.year, CertifiedCopyRow.code, CertifiedCopyRow.id
    ).join(RegisterRow, RegisterRow.id == CertifiedCopyRow.register_id)
    reserved = select(
        ReservationRow.organ_id,
        extract("year", ReservationRow.day),
        ReservationRow.code,
        ReservationRow.id,
    ).where(ReservationRow.state == ReservationState.OPEN)
    if organ_id:
        documents = documents.where(DocumentRow.organ_id == organ_id)
        copies = copies.where(CertifiedCopyRow.organ_id == organ_id)
        reserved = reserved.where(ReservationRow.organ_id == organ_id)
    every = union_all(documents, copies, reserved).subquery()
    key = (every.c.organ_id, every.c.year, every.c.code)
    wanted = select(*key, *_several(every.c.id)).group_by(*key).having(func.count() > 1)
    if year is not None:
        wanted = wanted.where(every.c.year == year)
    return [
        Double(row.organ_id, int(row.year), row.code, row.count_of, row.first_id, row.last_id)
        for row in _first(session, wanted, key)
    ]


def _arrivals(session: Session, organ_id: str, year: int | None) -> list[Double]:
    """Return the arrivals whose number, notation and sender are the same (N-12)."""
    in_year = extract("year", DocumentRow.promulgated)
    key = (
        DocumentRow.organ_id,
        DocumentRow.sender_organ_id,
        in_year,
        DocumentRow.code_number,
        DocumentRow.code_notation,
    )
    wanted = (
        select(*key[:2], in_year.label("year"), *key[3:], *_several(DocumentRow.id))
        .where(
            DocumentRow.direction == Direction.INCOMING,
            DocumentRow.code_number.is_not(None),
            DocumentRow.promulgated.is_not(None),
        )
        .group_by(*key)
        .having(func.count() > 1)
    )
    if organ_id:
        wanted = wanted.where(DocumentRow.organ_id == organ_id)
    if year is not None:
        wanted = wanted.where(in_year == year)
    return [
        Double(
            row.organ_id,
            int(row.year),
            f"{row.code_number}/{row.code_notation}",
            row.count_of,
            row.first_id,
            row.last_id,
            row.sender_organ_id,
        )
        for row in _first(session, wanted, key)
    ]


def _several(identity: Any) -> tuple[ColumnElement[Any], ...]:
    return (
        func.count().label("count_of"),
        func.min(identity).label("first_id"),
        func.max(identity).label("last_id"),
    )


def _first(session: Session, wanted: Select[Any], key: tuple[Any, ...]) -> list[Any]:
    return list(session.execute(wanted.order_by(*key).limit(MOST)))
