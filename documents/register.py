"""Registers: gapless, unique numbers per agency, series and year.

Legal source: Decree 30/2020/ND-CP, Art. 15, 16, 22 and Appendix I, Part I, II.3:
numbers run from 01 on 1 January to 31 December, given by a system function, never
used twice, in the order of time. The register's row is locked until the caller's
transaction ends, so a number exists exactly when the step that took it was committed:
no gap, no double.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select, union_all, update
from sqlalchemy.orm import Session

from documents import counting
from documents.database import WriteConflict
from documents.errors import Refused
from documents.lifecycle import Direction
from documents.numbering import written_number
from documents.tables import CertifiedCopyRow, RegisterEntryRow, RegisterRow, ReservationRow


class NumberTaken(Refused):
    """The document already has a number, or the number has a document."""

    code = "register.number_taken"
    vietnamese = "Số {0} trong sổ «{1}» năm {2} đã được cấp"
    english = "number {0} of register «{1}», {2}, is taken"
    remedy = "Dùng số tiếp theo của sổ / use the register's next number"


class ReasonMissing(Refused):
    """A void number stays visible, with its reason (Decree 30/2020, Appendix VI)."""

    code = "register.reason_missing"
    vietnamese = "Hủy số {0} phải nêu lý do"
    english = "number {0} cannot be void without a reason"
    remedy = "Nêu lý do hủy / give the reason"


class CodeTaken(Refused):
    """Number and notation are once in an agency's year, whatever the series (law.md N-01)."""

    code = "register.code_taken"
    vietnamese = "Số, ký hiệu «{0}» năm {1} đã cấp cho văn bản khác"
    english = "the code «{0}» of {1} is another document's"
    remedy = (
        "Sửa ký hiệu, hoặc lấy số trước rồi hủy số này có lý do / mend the notation, or reserve "
        "this number and give it back"
    )


class RegisterClosed(Refused):
    """The year's register was closed: it takes no number any more."""

    code = "register.closed"
    vietnamese = "Sổ «{0}» năm {1} đã khóa, không cấp số nữa"
    english = "register «{0}» of {1} is closed and takes no number"
    remedy = "Cấp số của năm nay / take a number of this year"


class DayPast(Refused):
    """Numbers are in the order of time: a later number has no earlier date."""

    code = "register.day_past"
    vietnamese = "Sổ «{0}» đã có số ngày {1}; không cấp số lùi về ngày {2}"
    english = "register «{0}» has a number of {1}; none is given for {2} any more"
    remedy = "Cấp số với ngày hiện tại; xem đồng hồ máy chủ / use today; look at the clock"


class NotReserved(Refused):
    """The number that waits for the document is of another series than the document now is."""

    code = "register.not_reserved"
    vietnamese = "Số giữ trước thuộc hệ thống số «{0}», văn bản thuộc «{1}»"
    english = "the reserved number is of series «{0}», the document of «{1}»"
    remedy = "Trả lại số đã giữ / give the reserved number back"


@dataclass(frozen=True, slots=True)
class Entered:
    """A number in a register."""

    register_id: int
    number: int
    day: date
    """Of the number, in Vietnam: what the document bears."""


_A_DAY = timedelta(days=1)


def enter(
    session: Session,
    organ_id: str,
    direction: Direction,
    series: str,
    day: date,
    document_id: str,
    notation: str = "",
) -> Entered:
    """Give *document_id* the next number of the register of *day*'s year and enter it.

    A document that has a number keeps it: a repeat returns the same one. One for which a number
    was reserved gets that, with its date. *day* is the day in Vietnam; where another writer's
    number bears the next day already, this one does so too. Runs in the caller's writing
    transaction. *notation* makes the number a code; incoming documents have none of ours.

    Raises:
        RegisterClosed, DayPast, NumberTaken, CodeTaken, NotReserved: as they say.
        WriteConflict: another worker gave the document a number at the same moment.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        key = _key(organ_id, direction, series, day)
        if (at_once := _at_once(connection, key, day, document_id, notation)) is not None:
            return at_once
    held = connection.execute(counting.HELD, {"document": document_id}).all()
    entered = next((row for row in held if row.reservation is None), None)
    if entered is not None:
        return Entered(entered.register_id, entered.number, entered.entered_on)
    if held:
        taken = _reserved(session, held[0], series, day, document_id)
    else:
        taken = count_on(session, organ_id, direction, series, day)
    values = {
        "register_id": taken.register_id,
        "number": taken.number,
        "document_id": document_id,
        "entered_on": taken.day,
        "organ_id": organ_id,
        "year": taken.day.year,
        "code": _code(taken.number, notation),
    }
    if connection.scalar(counting.ENTER[connection.dialect.name], values) is None:
        if not held:
            connection.execute(counting.UNCOUNT, {"register": taken.register_id})
        raise _contradiction(connection, taken, series, document_id, notation)
    return taken


def _at_once(
    connection: Connection, key: dict[str, Any], day: date, document_id: str, notation: str
) -> Entered | None:
    """Count and enter in one statement; None where more must be asked, and nothing was done."""
    values = {**key, **_days(day), "document": document_id, "notation": notation or None}
    row = connection.execute(counting.COUNT_AND_ENTER, values).one_or_none()
    if row is None:
        return None
    taken = Entered(row[0], row[1], row[2])
    if row[3] is None:
        connection.execute(counting.UNCOUNT, {"register": taken.register_id})
        raise _contradiction(connection, taken, key["its_series"], document_id, notation)
    return taken


def _key(organ_id: str, direction: Direction, series: str, day: date) -> dict[str, Any]:
    given = (organ_id, direction.value, series, day.year)
    return {f"its_{name}": value for name, value in zip(counting.KEY, given, strict=True)}


def _days(day: date) -> dict[str, date]:
    return {"day": day, "latest": day + _A_DAY}


def _code(number: int, notation: str) -> str | None:
    return f"{written_number(number)}/{notation}" if notation else None


def next_number(
    session: Session,
    organ_id: str,
    direction: Direction,
    series: str,
    day: date,
    document_id: str,
) -> int:
    """Give *document_id* its number as `enter` does; return only the number."""
    return enter(session, organ_id, direction, series, day, document_id).number


def take_number(
    session: Session, organ_id: str, direction: Direction, series: str, day: date
) -> tuple[int, int]:
    """Count the register on as `count_on` does; return its id and the number."""
    taken = count_on(session, organ_id, direction, series, day)
    return taken.register_id, taken.number


def count_on(
    session: Session, organ_id: str, direction: Direction, series: str, day: date
) -> Entered:
    """Count the register of *day*'s year on, locked from here to the transaction's end.

    Whoever takes a number enters it in the same transaction, or the register has a gap.

    Raises:
        RegisterClosed, DayPast: as they say.
        WriteConflict: the register was closed at the same moment.
    """
    connection = session.connection()
    key, days = _key(organ_id, direction, series, day), _days(day)
    if (row := connection.execute(counting.COUNT, {**key, **days}).one_or_none()) is None:
        _open(connection, key, series, day)
        row = connection.execute(counting.COUNT, {**key, **days}).one_or_none()
    if row is None:
        raise WriteConflict(f"{series} {day.year}")
    return Entered(row[0], row[1], row[2])


def number_of(session: Session, document_id: str) -> int | None:
    """Return the number the document has in its register, if any."""
    number: int | None = session.connection().scalar(counting.NUMBER_OF, {"document": document_id})
    return number


def void(session: Session, document_id: str, reason: str) -> None:
    """Mark the document's number void with *reason*; the number stays and is never used again.

    A document without a number needs nothing here.

    Raises:
        ReasonMissing: it has a number, and *reason* is empty.
    """
    number = number_of(session, document_id)
    if number is not None and not reason.strip():
        raise ReasonMissing(number)
    session.execute(
        update(RegisterEntryRow)
        .where(RegisterEntryRow.document_id == document_id)
        .values(void_reason=reason)
    )
    session.execute(
        update(ReservationRow)
        .where(ReservationRow.document_id == document_id, ReservationRow.state == "open")
        .values(document_id=None)
    )


def mark(session: Session, document_id: str, text: str) -> None:
    """Write beside the document's number what became of it; number and document stay.

    A document without a number needs nothing here.
    """
    session.execute(
        update(RegisterEntryRow)
        .where(RegisterEntryRow.document_id == document_id)
        .values(mark=text)
    )


def numbers_of(register_id: int) -> Select[int]:
    """Return the question for every number the register gave, in order, doubles twice.

    A number is a document's, a copy's, or reserved: open or void; one that was used is its
    document's.
    """
    everything = union_all(
        select(RegisterEntryRow.number).where(RegisterEntryRow.register_id == register_id),
        select(CertifiedCopyRow.number).where(CertifiedCopyRow.register_id == register_id),
        select(ReservationRow.number).where(
            ReservationRow.register_id == register_id, ReservationRow.state != "used"
        ),
    ).subquery()
    return select(everything.c.number).order_by(everything.c.number)


def gaps(session: Session) -> list[tuple[str, str, int, list[int]]]:
    """Return every register whose numbers are not 1…n: (agency, series, year, missing)."""
    found = []
    for register in session.scalars(select(RegisterRow)).all():
        numbers = set(session.scalars(numbers_of(register.id)))
        missing = sorted(set(range(1, register.last_number + 1)) ^ numbers)
        if missing:
            found.append((register.organ_id, register.series, register.year, missing))
    return found


def _open(connection: Connection, key: dict[str, Any], series: str, day: date) -> None:
    """Begin a register that is new; say why one that is there takes no number."""
    register = connection.execute(counting.REGISTER, key).one_or_none()
    if register is not None:
        if register.closed_at is not None:
            raise RegisterClosed(series, day.year)
        if register.last_day is not None and register.last_day > day + _A_DAY:
            raise DayPast(series, f"{register.last_day:%d/%m/%Y}", f"{day:%d/%m/%Y}")
        return
    whole_year = {name: value for name, value in key.items() if name != "its_series"}
    if connection.scalar(counting.YEAR_CLOSED, whole_year) is not None:
        raise RegisterClosed(series, day.year)
    values = {name.removeprefix("its_"): value for name, value in key.items()}
    new = counting.INSERTS[connection.dialect.name](counting.REGISTERS).values(
        **values, last_number=0
    )
    connection.execute(new.on_conflict_do_nothing())


def _reserved(
    session: Session, held: Row[Any], series: str, day: date, document_id: str
) -> Entered:
    """Use the number that was reserved for the document."""
    register = session.get_one(RegisterRow, held.register_id, with_for_update={"read": True})
    if register.closed_at is not None:
        raise RegisterClosed(register.series, register.year)
    # another year may have other rules; which were those of its day was asked when it was kept
    if register.series != series and register.year == day.year:
        raise NotReserved(register.series, series)
    key = {"reservation": held.reservation, "document": document_id}
    if session.connection().scalar(counting.USE, key) is None:
        raise WriteConflict(f"{register.series} {held.number}")  # expired at this moment
    return Entered(held.register_id, held.number, held.entered_on)


def _contradiction(
    connection: Connection, taken: Entered, series: str, document_id: str, notation: str
) -> Refused | WriteConflict:
    """Return which rule the entry breaks."""
    if connection.scalar(counting.NUMBER_OF, {"document": document_id}) is not None:
        return WriteConflict(f"{series} {document_id}")
    key = {"register": taken.register_id, "newest": taken.number}
    if connection.scalar(counting.TAKEN, key) is not None:
        return NumberTaken(taken.number, series, taken.day.year)
    return CodeTaken(_code(taken.number, notation) or taken.number, taken.day.year)
