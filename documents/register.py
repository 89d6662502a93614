"""Registers: gapless, unique numbers per agency, series and year.

Legal source: Decree 30/2020/ND-CP, Art. 15, 16, 22 and Appendix I, Part I, II.3:
numbers run from 01 on 1 January to 31 December, given by a system function, never
used twice. The register's row is locked until the caller's transaction ends, so a
number exists exactly when the step that took it was committed: no gap, no double.
"""

from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from documents.errors import Refused
from documents.lifecycle import Direction
from documents.tables import CertifiedCopyRow, RegisterEntryRow, RegisterRow


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


# built once: building a statement takes longer than the database takes to run it
_REGISTERS = cast("Table", RegisterRow.__table__)
_ENTRIES = cast("Table", RegisterEntryRow.__table__)
_KEY = ("organ_id", "direction", "series", "year")
_REGISTER = (
    select(_REGISTERS.c.id, _REGISTERS.c.last_number)
    .where(*(_REGISTERS.c[name] == bindparam(name) for name in _KEY))
    .with_for_update()
)
_COUNT = (
    update(_REGISTERS)
    .where(_REGISTERS.c.id == bindparam("register"))
    .values(last_number=bindparam("newest"))
)
_NUMBER_OF = select(_ENTRIES.c.number).where(_ENTRIES.c.document_id == bindparam("document"))
_TAKEN = select(_ENTRIES.c.number).where(
    _ENTRIES.c.register_id == bindparam("register"), _ENTRIES.c.number == bindparam("newest")
)
_ENTER = insert(_ENTRIES)


def next_number(
    session: Session,
    organ_id: str,
    direction: Direction,
    series: str,
    day: date,
    document_id: str,
) -> int:
    """Give *document_id* the next number of the register of *day*'s year and enter it.

    A document that has a number keeps it: a repeat returns the same number.
    *day* is the day in Vietnam. Runs in the caller's writing transaction.

    Raises:
        NumberTaken: the register's count is behind its entries.
    """
    if (taken := number_of(session, document_id)) is not None:
        return taken
    register, number = take_number(session, organ_id, direction, series, day)
    entry = {"register_id": register, "number": number, "document_id": document_id}
    session.connection().execute(_ENTER, {**entry, "entered_on": day})
    return number


def take_number(
    session: Session, organ_id: str, direction: Direction, series: str, day: date
) -> tuple[int, int]:
    """Count the register of *day*'s year on; return its id and the number, to be entered.

    Whoever takes a number enters it in the same transaction, or the register has a gap.

    Raises:
        NumberTaken: the register's count is behind its entries.
    """
    register, last = _locked(session, organ_id, direction, series, day.year)
    number = last + 1
    connection = session.connection()
    key = {"register": register, "newest": number}
    if connection.scalar(_TAKEN, key) is not None:
        raise NumberTaken(number, series, day.year)
    connection.execute(_COUNT, key)
    return register, number


def number_of(session: Session, document_id: str) -> int | None:
    """Return the number the document has in its register, if any."""
    number: int | None = session.connection().scalar(_NUMBER_OF, {"document": document_id})
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


def mark(session: Session, document_id: str, text: str) -> None:
    """Write beside the document's number what became of it; number and document stay.

    A document without a number needs nothing here.
    """
    session.execute(
        update(RegisterEntryRow)
        .where(RegisterEntryRow.document_id == document_id)
        .values(mark=text)
    )


def gaps(session: Session) -> list[tuple[str, str, int, list[int]]]:
    """Return every register whose numbers are not 1…n: (agency, series, year, missing)."""
    found = []
    for register in session.scalars(select(RegisterRow)):
        entries, copies = (
            select(table.number).where(table.register_id == register.id)
            for table in (RegisterEntryRow, CertifiedCopyRow)
        )
        numbers = set(session.scalars(entries)) | set(session.scalars(copies))
        missing = sorted(set(range(1, register.last_number + 1)) ^ numbers)
        if missing:
            found.append((register.organ_id, register.series, register.year, missing))
    return found


def _locked(
    session: Session, organ_id: str, direction: Direction, series: str, year: int
) -> tuple[int, int]:
    """Return the register's (id, last number), locked; opens it where it is new."""
    key = dict(zip(_KEY, (organ_id, direction, series, year), strict=True))
    connection = session.connection()
    if (row := connection.execute(_REGISTER, key).one_or_none()) is not None:
        return row[0], row[1]
    upsert: Any = (
        sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    )
    session.execute(upsert(RegisterRow).values(**key, last_number=0).on_conflict_do_nothing())
    row = connection.execute(_REGISTER, key).one()
    return row[0], row[1]
