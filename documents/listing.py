"""The lists of documents: queues, registers, the inbox; any of them page by page, at once.

A page begins after the last row of the page before (keyset), along an index of
documents/tables/lists.py; where a queue holds several states, each is read along its own part
of the index and they are merged. Which queues there are, says `queues`.
"""

import heapq
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, TextClause, and_, func, or_, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.util import ClauseAdapter

from documents.errors import Refused
from documents.lifecycle import Direction, states_of
from documents.queues import INVITATION, LASTING, OPEN_IN, Order, Queue
from documents.sieve import Sieve, conditions
from documents.tables import DocumentRow, lists

PAGE = 50
LONGEST_PAGE = 500
COUNTED = 1000
"""A queue's counter goes so far; then it says «1000+»."""
WINDOWS = (500, 10_000)
"""Of a list that holds most of a store, so many are looked through for what a sieve lets pass."""


class MarkInvalid(Refused):
    """The mark of a page is not one that this list gave."""

    code = "list.mark_invalid"
    vietnamese = "Dấu trang «{0}» không hợp lệ"
    english = "«{0}» is no page of this list"
    remedy = "Mở lại danh sách từ đầu / open the list from its beginning"


_D = DocumentRow
_KEYS: Mapping[Order, ColumnElement[Any]] = MappingProxyType(
    {
        Order.CREATED: _D.created_at.expression,
        Order.ARRIVAL: _D.arrival_date.expression,
        Order.PROMULGATED: _D.promulgated.expression,
        Order.DUE: _D.due_date.expression,
        Order.CODE: _D.code_number.expression,
        Order.RECEIPT: _D.receipt_number.expression,
    }
)


_SIEVED = (
    *(_D.id, _D.state, _D.created_at, _D.arrival_date, _D.promulgated, _D.due_date),
    *(_D.type_name, _D.urgency, _D.unit_id, _D.drafter_id, _D.signer_id, _D.sender_organ_id),
    *(_D.code_number, _D.code_notation, _D.receipt_number),
)
"""What sieves ask of, and what lists go by."""


@dataclass(frozen=True, slots=True)
class Only:
    """Whose documents of a queue; empty means everybody's."""

    unit_id: str = ""
    drafter_id: str = ""
    signer_id: str = ""
    drafters: tuple[str, ...] = ()
    """Any of these people: one's own, and of those one stands in for."""
    signers: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


_EVERYBODY = Only()
_ALL = Sieve()


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list."""

    documents: tuple[DocumentRow, ...]
    next: str
    """Mark of the page after this one; empty at the end."""
    cut: bool = False
    """The sieve looked through its window; what follows may have more, the page is not full."""


@dataclass(frozen=True, slots=True)
class Counter:
    """How many stand in a queue."""

    count: int
    more: bool
    """More than were counted."""

    def __str__(self) -> str:
        return f"{self.count}{'+' if self.more else ''}"


def listed(
    session: Session,
    organ_id: str,
    of: Queue,
    today: date,
    *,
    only: Only = _EVERYBODY,
    sieve: Sieve = _ALL,
    order: Order | None = None,
    ascending: bool | None = None,
    page: str = "",
    size: int = PAGE,
) -> Page:
    """Return a page of the queue *of* an agency.

    Args:
        session: Only read from.
        organ_id: Whose documents.
        of: The queue.
        today: In Vietnam; what is due before it is overdue.
        only: Narrows it to a unit or a person.
        sieve: What else they must be; of a list without end only the next ones are looked at.
        order: Another order than the queue's own.
        ascending: Another direction than the queue's own.
        page: The `next` of the page before.
        size: Rows, at most `LONGEST_PAGE`.

    Raises:
        MarkInvalid: *page* is none of this list's.
        YearMissing: the sieve asks for deadlines, and the calendar does not know the year.
    """
    by = order or of.order
    up = of.ascending if ascending is None else ascending
    size = max(1, min(size, LONGEST_PAGE))
    after = _opened(page, by) if page else None
    besides = conditions(sieve, of.direction, today) if sieve else []
    if besides and _endless(of) and not _personal(only):
        wanted = _from(organ_id, of, by, only, today)
        return _looked(session, wanted.where(*_states(of, by)), by, size, besides, up, after)
    parts = []
    for where in _parts(of, by):
        wanted = _from(organ_id, of, by, only, today).where(*where, *besides)
        parts.append(_rows(session, wanted, by, size + 1, up=up, after=after))
    rows = _merged(parts, by, up=up)[: size + 1]
    mark = mark_of(rows[size - 1], by) if len(rows) > size else ""
    return Page(tuple(rows[:size]), mark)


def counted(
    session: Session,
    organ_id: str,
    of: Queue,
    today: date,
    *,
    only: Only = _EVERYBODY,
    sieve: Sieve = _ALL,
    most: int = COUNTED,
) -> Counter:
    """Return how many stand in a queue, counted up to *most*."""
    inner = countable(organ_id, of, today, only=only, sieve=sieve, most=most).subquery()
    count = session.scalar(select(func.count()).select_from(inner)) or 0
    return Counter(min(count, most), count > most)


def countable(
    organ_id: str,
    of: Queue,
    today: date,
    *,
    only: Only = _EVERYBODY,
    sieve: Sieve = _ALL,
    most: int = COUNTED,
) -> Select[Any]:
    """Return the question for what stands in a queue, one more than *most* at most.

    Raises:
        YearMissing: the sieve asks for deadlines, and the calendar does not know the year.
    """
    few = _from(organ_id, of, of.order, only, today).where(*_states(of, of.order))
    if of.order is not Order.CREATED:
        few = few.where(_KEYS[of.order].is_not(None))
    if _told(of, of.order):  # its order leads SQLite to its index
        few = few.order_by(_KEYS[of.order])
    besides = conditions(sieve, of.direction, today) if sieve else []
    ids = few.with_only_columns(_D.id)
    if besides and _endless(of) and not _personal(only):
        key = _KEYS[of.order]
        near = few.order_by(None).order_by(key if of.ascending else key.desc())
        ids, _ = _passing(near, WINDOWS[-1], besides)
        return ids.limit(most + 1)
    return ids.where(*besides).limit(most + 1)


def _passing(
    ordered: Select[DocumentRow], window: int, besides: Collection[ColumnElement[bool]]
) -> tuple[Select[str], Subquery]:
    """Return the ids that the sieve lets pass of the next *window*, and these.

    The sieve is laid over what was found, never joined with the store: no planner can take it for
    a reason to read the whole of it.
    """
    near = ordered.with_only_columns(*_SIEVED).limit(window).subquery()
    over = ClauseAdapter(near)
    return select(near.c.id).where(*(over.traverse(each) for each in besides)), near


def holds(
    session: Session,
    organ_id: str,
    of: Queue,
    today: date,
    document_id: str,
    *,
    only: Only = _EVERYBODY,
    sieve: Sieve = _ALL,
) -> bool:
    """Return whether the document stands in the queue now."""
    wanted = _from(organ_id, of, Order.CREATED, only, today).where(
        _D.id == document_id,
        _D.state.in_(sorted(of.states)),
        *(conditions(sieve, of.direction, today) if sieve else ()),
    )
    return session.scalar(wanted.with_only_columns(_D.id)) is not None


def _states(of: Queue, by: Order) -> list[ColumnElement[bool]]:
    """Return the condition on states, where it is one and not told already."""
    if _told(of, by) or of.states == states_of(of.direction):
        return []
    return [_D.state.in_(sorted(of.states))]


def _endless(of: Queue) -> bool:
    """Return whether the queue may hold most of a store's documents."""
    return not of.held and not of.types and bool(of.states & LASTING)


def _personal(only: Only) -> bool:
    return bool(only.drafters or only.signers or only.drafter_id or only.signer_id)


def _looked(
    session: Session,
    wanted: Select[DocumentRow],
    by: Order,
    size: int,
    besides: Collection[ColumnElement[bool]],
    up: bool,
    after: tuple[Any, str] | None,
) -> Page:
    """Return what the sieve lets pass of the next ones, looking further while it is too little."""
    key = _KEYS[by]
    ordered = _after(wanted, by, up=up, after=after)
    rows: list[DocumentRow] = []
    for window in WINDOWS:
        passing, near = _passing(ordered, window, besides)
        place = near.c[key.key or ""]
        placed = (place, near.c.id) if up else (place.desc(), near.c.id.desc())
        ids = list(session.scalars(passing.order_by(*placed).limit(size + 1)))
        found = session.scalars(select(_D).where(_D.id.in_(ids)))
        by_id = {row.id: row for row in found}
        rows = [by_id[each] for each in ids if each in by_id]
        if len(rows) > size:
            return Page(tuple(rows[:size]), mark_of(rows[size - 1], by))
    last = session.scalars(ordered.offset(WINDOWS[-1] - 1).limit(2)).all()
    return Page(tuple(rows), mark_of(last[0], by) if len(last) > 1 else "", len(last) > 1)


def _parts(of: Queue, by: Order) -> Iterable[tuple[ColumnElement[bool], ...]]:
    """Return how the queue's states are asked for: one by one along an index, or together."""
    states = _states(of, by)
    if states and by is Order.CREATED and not of.urgent:
        return [(_D.state == state,) for state in sorted(of.states)]
    return [tuple(states)]


def _partial(of: Queue, by: Order) -> list[TextClause]:
    """Return what SQLite must be told word for word to go along a partial index."""
    still_open = of.direction is Direction.INCOMING and of.states <= set(OPEN_IN)
    if of.types == INVITATION and by is Order.CREATED:
        return [text(lists.INVITATION)]
    if still_open and of.urgent and by is Order.CREATED:
        return [text(lists.OPEN_ARRIVAL), text("urgency > 0")]
    return [text(lists.OPEN_ARRIVAL)] if still_open and by is Order.DUE else []


def _told(of: Queue, by: Order) -> bool:
    """Return whether `_partial` has told the states already."""
    return of.states == set(OPEN_IN) and bool(_partial(of, by))


def _from(organ_id: str, of: Queue, by: Order, only: Only, today: date) -> Select[DocumentRow]:
    # a person's own: no index of the agency's is to seem better than theirs
    organ = _D.organ_id.concat("") if _personal(only) else _D.organ_id
    wanted = select(_D).where(organ == organ_id, _D.direction == of.direction.value)
    wanted = wanted.where(*_partial(of, by))
    for among, values in (
        (_D.drafter_id, only.drafters),
        (_D.signer_id, only.signers),
        (_D.unit_id, only.units),
    ):
        if values:
            wanted = wanted.where(among.in_(values))
    for narrowed, value in (
        (_D.unit_id, only.unit_id),
        (_D.drafter_id, only.drafter_id),
        (_D.signer_id, only.signer_id),
    ):
        if value:
            wanted = wanted.where(narrowed == value)
    if of.overdue:
        wanted = wanted.where(_D.due_date < today)
    if of.types:
        wanted = wanted.where(_D.type_name.in_(of.types))
    if of.held:
        wanted = wanted.where(_D.held.is_(True))
    return wanted.where(_D.urgency > 0) if of.urgent else wanted


def _rows(
    session: Session,
    wanted: Select[DocumentRow],
    by: Order,
    most: int,
    *,
    up: bool,
    after: tuple[Any, str] | None,
) -> Sequence[DocumentRow]:
    return list(session.scalars(_after(wanted, by, up=up, after=after).limit(most)))


def _after(
    wanted: Select[DocumentRow], by: Order, *, up: bool, after: tuple[Any, str] | None
) -> Select[DocumentRow]:
    """Return *wanted* in order, from *after* on."""
    key = _KEYS[by]
    if by is not Order.CREATED:
        wanted = wanted.where(key.is_not(None))
    if after is not None:
        value, last = after
        beyond = key > value if up else key < value
        further = _D.id > last if up else _D.id < last
        # said twice, the index is entered at the right place on both databases
        wanted = wanted.where(key >= value if up else key <= value)
        wanted = wanted.where(or_(beyond, and_(key == value, further)))
    return wanted.order_by(key, _D.id) if up else wanted.order_by(key.desc(), _D.id.desc())


def _merged(parts: Iterable[Sequence[DocumentRow]], by: Order, *, up: bool) -> list[DocumentRow]:
    merged = heapq.merge(*parts, key=lambda row: (_value(row, by), row.id), reverse=not up)
    return list(merged)


def _value(row: DocumentRow, by: Order) -> Any:
    return getattr(row, _KEYS[by].key or "")


def mark_of(row: DocumentRow, by: Order) -> str:
    """Return the mark of the page that begins after *row*; empty where it has no such value."""
    if _value(row, by) is None:
        return ""
    value = _value(row, by)
    said = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
    return urlsafe_b64encode(f"{by}\n{row.id}\n{said}".encode()).decode().rstrip("=")


def _opened(page: str, by: Order) -> tuple[Any, str]:
    try:
        padded = page[:400] + "=" * (-len(page[:400]) % 4)
        kind, last, said = urlsafe_b64decode(padded.encode("ascii")).decode("utf-8").split("\n", 2)
        if kind != by or "\x00" in last + said:
            raise MarkInvalid(page[:60])
        return _read(said, by), last[:36]
    except (ValueError, OverflowError):
        raise MarkInvalid(page[:60]) from None


def _read(said: str, by: Order) -> Any:
    """Return a value as a mark writes it.

    Raises:
        ValueError: it is none.
    """
    match by:
        case Order.CREATED:
            at = datetime.fromisoformat(said)
            if at.tzinfo is None:
                raise ValueError(said)
            return at
        case Order.CODE:
            return said[:30]
        case Order.RECEIPT:
            if len(said) > 18:
                raise ValueError(said)
            return int(said)
    return date.fromisoformat(said)
