"""Which number a document will be given, out or in, looked at without taking it.

Legal source: Decree 30/2020/ND-CP, Art. 15, 16 (law.md §1.3). Nothing is locked and nothing
counted: another document may take the number first, and the next one is given then. Paper
documents count in the same registers, so that a number entered there is seen here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import counting, notation, series_rules
from documents.errors import Refused
from documents.lifecycle import Direction
from documents.numbering import local_day, written_number
from documents.register import CodeTaken, DayPast, NotReserved, RegisterClosed
from documents.tables import DocumentRow, RegisterEntryRow, RegisterRow, ReservationRow


@dataclass(frozen=True, slots=True)
class Expected:
    """What a document would be given now."""

    number: int
    code: str
    """`15/QĐ-UBND`."""
    day: date
    series: str
    reservation_id: str = ""
    """The number was reserved before (lấy số trước)."""
    refusal: Refused | None = None
    """Why it cannot be given, where it cannot."""


def expected(
    session: Session, row: DocumentRow, at: datetime, reservation: ReservationRow | None = None
) -> Expected:
    """Return what *row* would be given at *at*, with *reservation* or the one it has."""
    day = local_day(at)
    series = series_rules.outgoing_series(session, row, day)
    reservation = reservation or _reserved_for(session, row.id)
    if reservation is not None:
        return _reserved(session, row, reservation, series, day)
    register = _register(session, row.organ_id, series, day.year)
    last, newest = (register.last_number, register.last_day) if register else (0, None)
    given = max(day, newest) if newest is not None and (newest - day).days <= 1 else day
    return _judged(session, row, Expected(last + 1, "", given, series), register, newest)


def expected_receipt(session: Session, row: DocumentRow, at: datetime) -> int | None:
    """Return the receipt number that *row* would be given at *at* (Art. 22.2); None: none."""
    day = local_day(at)
    series = series_rules.incoming_series(session, row, day)
    place = _register(session, row.organ_id, series, day.year, Direction.INCOMING)
    if place is None:
        return 1
    return None if place.closed_at is not None else place.last_number + 1


def expected_of(session: Session, rows: Sequence[DocumentRow], at: datetime) -> dict[str, Expected]:
    """Return what each of *rows* of one agency would be given were they issued in this order.

    A question for each kind of document among them, not for each document.
    """
    kept = _reserved_among(session, [row.id for row in rows])
    first: dict[tuple[str, str, str | None], Expected] = {}
    given: Counter[tuple[str, int]] = Counter()
    found: dict[str, Expected] = {}
    for row in rows:
        if (reservation := kept.get(row.id)) is not None:
            found[row.id] = expected(session, row, at, reservation)
            continue
        kind = (row.type_name, row.code_notation, row.unit_id)
        if kind not in first:
            first[kind] = expected(session, row, at)
        one = first[kind]
        series = (one.series, one.day.year)
        number = one.number + given[series]
        given[series] += 1
        code = _code(number, row.code_notation)
        found[row.id] = Expected(number, code, one.day, one.series, "", one.refusal)
    return found


def _reserved_among(session: Session, ids: Sequence[str]) -> dict[str, ReservationRow]:
    wanted = select(ReservationRow).where(
        ReservationRow.document_id.in_(ids), ReservationRow.state == "open"
    )
    return {row.document_id: row for row in session.scalars(wanted) if row.document_id}


def _reserved_for(session: Session, document_id: str) -> ReservationRow | None:
    wanted = select(ReservationRow).where(
        ReservationRow.document_id == document_id, ReservationRow.state == "open"
    )
    return session.scalars(wanted).first()


def _register(
    session: Session,
    organ_id: str,
    series: str,
    year: int,
    direction: Direction = Direction.OUTGOING,
) -> RegisterRow | None:
    wanted = select(RegisterRow).where(
        RegisterRow.organ_id == organ_id,
        RegisterRow.direction == direction.value,
        RegisterRow.series == series,
        RegisterRow.year == year,
    )
    return session.scalars(wanted.execution_options(populate_existing=True)).first()


def _reserved(
    session: Session, row: DocumentRow, reservation: ReservationRow, series: str, day: date
) -> Expected:
    place = session.get_one(RegisterRow, reservation.register_id)
    refusal: Refused | None = None
    if place.closed_at is not None:
        refusal = RegisterClosed(place.series, place.year)
    elif place.series != series and place.year == day.year:
        refusal = NotReserved(place.series, series)
    code = _code(reservation.number, row.code_notation)
    kept = Expected(
        reservation.number, code, reservation.day, place.series, reservation.id, refusal
    )
    return kept if refusal is not None else _of_its_year(row, kept)


def _judged(
    session: Session,
    row: DocumentRow,
    one: Expected,
    register: RegisterRow | None,
    newest: date | None,
) -> Expected:
    code = _code(one.number, row.code_notation)
    one = Expected(one.number, code, one.day, one.series)
    refusal: Refused | None = None
    if (register and register.closed_at is not None) or _year_closed(session, row, one):
        refusal = RegisterClosed(one.series, one.day.year)
    elif newest is not None and newest > one.day:
        refusal = DayPast(one.series, f"{newest:%d/%m/%Y}", f"{one.day:%d/%m/%Y}")
    elif _taken(session, row, one):
        refusal = CodeTaken(code, one.day.year)
    return _with(one, refusal) if refusal else _of_its_year(row, one)


def _of_its_year(row: DocumentRow, one: Expected) -> Expected:
    try:
        notation.ensure_of_year(row.code_notation, one.day.year)
    except Refused as error:
        return _with(one, error)
    return one


def _with(one: Expected, refusal: Refused) -> Expected:
    return Expected(one.number, one.code, one.day, one.series, one.reservation_id, refusal)


def _year_closed(session: Session, row: DocumentRow, one: Expected) -> bool:
    key = {
        "its_organ_id": row.organ_id,
        "its_direction": Direction.OUTGOING.value,
        "its_year": one.day.year,
    }
    return session.connection().scalar(counting.YEAR_CLOSED, key) is not None


def _taken(session: Session, row: DocumentRow, one: Expected) -> bool:
    wanted = select(RegisterEntryRow.number).where(
        RegisterEntryRow.organ_id == row.organ_id,
        RegisterEntryRow.year == one.day.year,
        RegisterEntryRow.code == one.code,
    )
    return session.scalar(wanted.limit(1)) is not None


def _code(number: int, its_notation: str) -> str:
    return f"{written_number(number)}/{its_notation}"
