"""What the documents of a list must be besides standing in it: the chips over a list.

Source: ux.md §3.10 (chips for filters). Pure conditions on columns of `document`; how far a long
list is looked through for them is `listing`'s.
"""

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_

from documents import calendar
from documents.lifecycle import Direction
from documents.search_query import FINISHED
from documents.tables import DocumentRow
from documents.task import overdue_through

SOON = 3
"""Working days within which a deadline is near."""


class Due(StrEnum):
    """How a deadline stands."""

    OVERDUE = "overdue"
    """quá hạn."""
    SOON = "soon"
    """sắp đến hạn: within `SOON` working days."""
    GIVEN = "given"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Sieve:
    """Chips; empty lets everything pass."""

    types: tuple[str, ...] = ()
    urgencies: tuple[int, ...] = ()
    units: tuple[str, ...] = ()
    drafters: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    """Organ ids."""
    since: date | None = None
    """Ngày đến of an arrival, else ngày văn bản."""
    until: date | None = None
    due: Due | None = None
    code: str = ""
    """Its number, or its receipt number, as written."""

    def __bool__(self) -> bool:
        """Return whether it holds anything back."""
        return any(getattr(self, each.name) not in ((), None, "") for each in fields(self))


_D = DocumentRow


def conditions(sieve: Sieve, direction: Direction | None, today: date) -> list[ColumnElement[bool]]:
    """Return what *sieve* asks of a document; without *direction*, of either kind.

    Raises:
        YearMissing: deadlines are asked for, and the calendar does not know the year.
    """
    wanted: list[ColumnElement[bool]] = []
    for column, values in (
        (_D.type_name, sieve.types),
        (_D.urgency, sieve.urgencies),
        (_D.unit_id, sieve.units),
        (_D.drafter_id, sieve.drafters),
        (_D.signer_id, sieve.signers),
        (_D.sender_organ_id, sieve.senders),
    ):
        if values:
            wanted.append(column.in_(values))
    wanted += _days(sieve, direction)
    if sieve.due is not None:
        wanted.append(of_due(sieve.due, _D.due_date.expression, today))
        if sieve.due in {Due.OVERDUE, Due.SOON}:
            wanted.append(_D.state.not_in(sorted(state.value for state in FINISHED)))
    if sieve.code:
        number, _, notation = sieve.code.partition("/")
        same = _D.code_number == number.strip()[:30]
        if notation:
            same = same & (_D.code_notation == notation.strip()[:100])
        plain = number.strip()
        received = plain.isascii() and plain.isdigit() and len(plain) < 18 and not notation
        wanted.append(or_(same, _D.receipt_number == int(plain)) if received else same)
    return wanted


def _days(sieve: Sieve, direction: Direction | None) -> list[ColumnElement[bool]]:
    day: ColumnElement[Any] = func.coalesce(_D.arrival_date, _D.promulgated)
    if direction is Direction.OUTGOING:
        day = _D.promulgated.expression
    bounds: list[ColumnElement[bool]] = []
    if sieve.since is not None:
        bounds.append(day >= sieve.since)
    if sieve.until is not None:
        bounds.append(day <= sieve.until)
    return bounds


def of_due(due: Due, column: ColumnElement[Any], today: date) -> ColumnElement[bool]:
    """Return the condition that a deadline in *column* stands so on *today*.

    Raises:
        YearMissing: the calendar does not know the year.
    """
    over = overdue_through(today, calendar.vietnam())
    match due:
        case Due.NONE:
            return column.is_(None)
        case Due.GIVEN:
            return column.is_not(None)
        case Due.OVERDUE:
            return column <= over
    near = calendar.vietnam().next_working(today, SOON)
    return (column > over) & (column <= near)
