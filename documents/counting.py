"""The statements of registers, built once: building one takes longer than running it.

PostgreSQL counts and enters in one: the register's row is locked until the commit, and all
writers wait for whoever holds it, also while it asks its next question.
"""

from typing import Any, cast

from sqlalchemy import (
    String,
    Table,
    bindparam,
    case,
    exists,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from documents.series import ReservationState
from documents.tables import RegisterEntryRow, RegisterRow, ReservationRow

REGISTERS = cast("Table", RegisterRow.__table__)
ENTRIES = cast("Table", RegisterEntryRow.__table__)
RESERVED = cast("Table", ReservationRow.__table__)
KEY = ("organ_id", "direction", "series", "year")
THE_REGISTER = tuple(REGISTERS.c[name] == bindparam(f"its_{name}") for name in KEY)
REGISTER = select(REGISTERS).where(*THE_REGISTER)
YEAR_CLOSED = (
    select(REGISTERS.c.id)
    .where(*(each for each, name in zip(THE_REGISTER, KEY, strict=True) if name != "series"))
    .where(REGISTERS.c.closed_at.is_not(None))
    .limit(1)
)
# locks the register until the transaction ends
COUNT = (
    update(REGISTERS)
    .where(*THE_REGISTER, REGISTERS.c.closed_at.is_(None))
    .where(or_(REGISTERS.c.last_day.is_(None), REGISTERS.c.last_day <= bindparam("latest")))
    .values(
        last_number=REGISTERS.c.last_number + 1,
        last_day=case(
            (REGISTERS.c.last_day > bindparam("day"), REGISTERS.c.last_day),
            else_=bindparam("day", type_=REGISTERS.c.last_day.type),
        ),
    )
    .returning(REGISTERS.c.id, REGISTERS.c.last_number, REGISTERS.c.last_day)
)
UNCOUNT = (
    update(REGISTERS)
    .where(REGISTERS.c.id == bindparam("register"))
    .values(last_number=REGISTERS.c.last_number - 1)
)
NUMBER_OF = select(ENTRIES.c.number).where(ENTRIES.c.document_id == bindparam("document"))
TAKEN = select(ENTRIES.c.number).where(
    ENTRIES.c.register_id == bindparam("register"), ENTRIES.c.number == bindparam("newest")
)
# the document's number, or the one that was reserved for it
HELD = union_all(
    select(
        ENTRIES.c.register_id,
        ENTRIES.c.number,
        ENTRIES.c.entered_on,
        null().label("reservation"),
    ).where(ENTRIES.c.document_id == bindparam("document")),
    select(RESERVED.c.register_id, RESERVED.c.number, RESERVED.c.day, RESERVED.c.id).where(
        RESERVED.c.document_id == bindparam("document"),
        RESERVED.c.state == literal(ReservationState.OPEN.value),
    ),
)
USE = (
    update(RESERVED)
    .where(
        RESERVED.c.id == bindparam("reservation"),
        RESERVED.c.document_id == bindparam("document"),
        RESERVED.c.state == ReservationState.OPEN.value,
    )
    .values(state=ReservationState.USED.value)
    .returning(RESERVED.c.id)
)
INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
ENTER = {
    # a row that is there already ends no transaction: it is told which rule it breaks
    name: insert(ENTRIES).on_conflict_do_nothing().returning(ENTRIES.c.number)
    for name, insert in INSERTS.items()
}


def _count_and_enter() -> Any:
    counted = COUNT.where(~exists(HELD.subquery().select())).cte("counted")
    number = as_type(counted.c.last_number, String)
    written = case((counted.c.last_number < 10, "0" + number), else_=number)
    entry = {
        "register_id": counted.c.id,
        "number": counted.c.last_number,
        "document_id": bindparam("document", type_=ENTRIES.c.document_id.type),
        "entered_on": counted.c.last_day,
        "organ_id": bindparam("its_organ_id", type_=ENTRIES.c.organ_id.type),
        "year": bindparam("its_year", type_=ENTRIES.c.year.type),
        # null where the notation is
        "code": written + "/" + bindparam("notation", type_=String()),
    }
    entered = (
        postgresql_insert(ENTRIES)
        .from_select(list(entry), select(*entry.values()))
        .on_conflict_do_nothing()
        .returning(ENTRIES.c.number)
        .cte("entered")
    )
    return select(
        counted.c.id, counted.c.last_number, counted.c.last_day, entered.c.number.label("entered")
    ).select_from(counted.outerjoin(entered, true()))


COUNT_AND_ENTER = _count_and_enter()
"""PostgreSQL's, for a document that has no number and none reserved.

No row: it has, or the register is not open to the day. `entered` is null where the entry
contradicts another; the register is counted on then all the same.
"""
