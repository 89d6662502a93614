"""The lists on people's desks: queues, registers, the inbox; any of them page by page, at once.

A page begins after the last row of the page before (keyset), along an index of
documents/tables/lists.py; where a queue holds several states, each is read along its own part
of the index and they are merged. Queues follow ux.md §1.2; states Decree 30/2020/ND-CP,
Art. 10 to 24 (lifecycle.py).
"""

import heapq
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, and_, func, or_, select, text
from sqlalchemy.orm import Session

from documents.errors import Refused
from documents.lifecycle import Direction, State, states_of
from documents.tables import DocumentRow, lists

PAGE = 50
LONGEST_PAGE = 500
COUNTED = 1000
"""A queue's counter goes so far; then it says «1000+»."""


class MarkInvalid(Refused):
    """The mark of a page is not one that this list gave."""

    code = "list.mark_invalid"
    vietnamese = "Dấu trang «{0}» không hợp lệ"
    english = "«{0}» is no page of this list"
    remedy = "Mở lại danh sách từ đầu / open the list from its beginning"


class QueueUnknown(Refused):
    """There is no queue of this name."""

    code = "list.queue_unknown"
    vietnamese = "Không có danh sách «{0}»"
    english = "there is no list «{0}»"
    remedy = "Xem tên các danh sách bằng `congvan list` / `congvan list` names them"


class Order(StrEnum):
    """What a list goes by. A document without the value is not in a list that goes by it."""

    CREATED = "created"
    ARRIVAL = "arrival"
    PROMULGATED = "promulgated"
    DUE = "due"
    CODE = "code"
    """Outgoing: the number as it is written; incoming: that of the sender."""
    RECEIPT = "receipt"
    """Số đến."""


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


@dataclass(frozen=True, slots=True)
class Queue:
    """Which documents stand in a list."""

    vietnamese: str
    english: str
    direction: Direction
    states: frozenset[State]
    overdue: bool = False
    """Only those whose deadline is over."""
    types: tuple[str, ...] = ()
    urgent: bool = False
    order: Order = Order.CREATED
    ascending: bool = False


def _queue(
    vietnamese: str, english: str, direction: Direction, *states: State, **more: Any
) -> Queue:
    chosen = frozenset(states) or states_of(direction)
    return Queue(vietnamese, english, direction, chosen, **more)


_IN, _OUT = Direction.INCOMING, Direction.OUTGOING
_OPEN_IN = (State.REGISTERED, State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS)
_INVITATION = ("Giấy mời",)
_OLDEST: dict[str, Any] = {"ascending": True}

QUEUES: Mapping[str, Queue] = MappingProxyType(
    {
        "inbox": _queue("Văn bản đến", "incoming", _IN),
        "outbox": _queue("Văn bản đi", "outgoing", _OUT),
        "quarantine": _queue("Giữ lại chờ văn thư", "held", _IN, State.QUARANTINED, **_OLDEST),
        "to-register": _queue("Chờ vào sổ", "to register", _IN, State.VERIFIED, **_OLDEST),
        "to-submit": _queue("Chờ trình", "to submit", _IN, State.REGISTERED, **_OLDEST),
        "to-direct": _queue("Chờ bút phê", "to direct", _IN, State.SUBMITTED, **_OLDEST),
        "to-handle": _queue("Chờ xử lý", "to handle", _IN, State.ASSIGNED, **_OLDEST),
        "in-progress": _queue("Đang xử lý", "in progress", _IN, State.IN_PROGRESS),
        "completed": _queue("Đã xử lý, chờ lưu", "done, to file", _IN, State.COMPLETED),
        "overdue": _queue(
            "Quá hạn", "overdue", _IN, *_OPEN_IN, overdue=True, order=Order.DUE, ascending=True
        ),
        "deadlines": _queue(
            "Theo hạn", "by deadline", _IN, *_OPEN_IN, order=Order.DUE, ascending=True
        ),
        "urgent": _queue("Khẩn chưa xong", "urgent", _IN, *_OPEN_IN, urgent=True),
        "invitations-in": _queue("Giấy mời đến", "invitations in", _IN, types=_INVITATION),
        "invitations-out": _queue("Giấy mời đi", "invitations out", _OUT, types=_INVITATION),
        "returned-in": _queue("Văn bản đến trả lại", "sent back", _IN, State.REFUSED),
        "drafts": _queue("Dự thảo", "drafts", _OUT, State.DRAFT),
        "returned": _queue("Bị trả lại", "returned", _OUT, State.RETURNED),
        "to-approve": _queue("Chờ duyệt", "to approve", _OUT, State.SUBMITTED, **_OLDEST),
        "to-sign": _queue("Chờ ký", "to sign", _OUT, State.APPROVED, **_OLDEST),
        "to-number": _queue("Chờ số", "to number", _OUT, State.SIGNED, **_OLDEST),
        "to-seal": _queue("Chờ đóng dấu", "to seal", _OUT, State.NUMBERED, **_OLDEST),
        "to-dispatch": _queue("Chờ phát hành", "to dispatch", _OUT, State.SEALED, **_OLDEST),
        "dispatched": _queue("Đã phát hành", "dispatched", _OUT, State.DISPATCHED),
        "recalled": _queue("Bị thu hồi, hủy", "recalled, void", _OUT, State.RECALLED, State.VOID),
    }
)
"""Every list of documents by its name; by their direction and states, whoever looks."""


@dataclass(frozen=True, slots=True)
class Only:
    """Whose documents of a queue; empty means everybody's."""

    unit_id: str = ""
    drafter_id: str = ""
    signer_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list."""

    documents: tuple[DocumentRow, ...]
    next: str
    """Mark of the page after this one; empty at the end."""


@dataclass(frozen=True, slots=True)
class Counter:
    """How many stand in a queue."""

    count: int
    more: bool
    """More than were counted."""

    def __str__(self) -> str:
        return f"{self.count}{'+' if self.more else ''}"


def queue(name: str) -> Queue:
    """Return the queue called *name*.

    Raises:
        QueueUnknown: there is none.
    """
    if name not in QUEUES:
        raise QueueUnknown(name[:60])
    return QUEUES[name]


def listed(
    session: Session,
    organ_id: str,
    of: Queue,
    today: date,
    *,
    only: Only = Only(),
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
        order: Another order than the queue's own.
        ascending: Another direction than the queue's own.
        page: The `next` of the page before.
        size: Rows, at most `LONGEST_PAGE`.

    Raises:
        MarkInvalid: *page* is none of this list's.
    """
    by = order or of.order
    up = of.ascending if ascending is None else ascending
    size = max(1, min(size, LONGEST_PAGE))
    after = _opened(page, by) if page else None
    parts = []
    for where in _parts(of, by):
        wanted = _from(organ_id, of, by, only, today).where(*where)
        parts.append(_rows(session, wanted, by, size + 1, up=up, after=after))
    rows = _merged(parts, by, up=up)[: size + 1]
    mark = _mark(rows[size - 1], by) if len(rows) > size else ""
    return Page(tuple(rows[:size]), mark)


def counted(
    session: Session,
    organ_id: str,
    of: Queue,
    today: date,
    *,
    only: Only = Only(),
    most: int = COUNTED,
) -> Counter:
    """Return how many stand in a queue, counted up to *most*."""
    few = _from(organ_id, of, of.order, only, today)
    if of.order is not Order.CREATED:
        few = few.where(_KEYS[of.order].is_not(None))
    if not _told(of, of.order) and of.states != states_of(of.direction):
        few = few.where(_D.state.in_(sorted(of.states)))
    if _told(of, of.order):  # its order leads SQLite to its index
        few = few.order_by(_KEYS[of.order])
    inner = few.with_only_columns(_D.id).limit(most + 1).subquery()
    count = session.scalar(select(func.count()).select_from(inner)) or 0
    return Counter(min(count, most), count > most)


def _parts(of: Queue, by: Order) -> Iterable[tuple[ColumnElement[bool], ...]]:
    """Return how the queue's states are asked for: one by one along an index, or together."""
    if _told(of, by) or of.states == states_of(of.direction):
        return [()]
    if by is Order.CREATED and not of.urgent:
        return [(_D.state == state,) for state in sorted(of.states)]
    return [(_D.state.in_(sorted(of.states)),)]


def _partial(of: Queue, by: Order) -> list[TextClause]:
    """Return what SQLite must be told word for word to go along a partial index."""
    still_open = of.direction is Direction.INCOMING and of.states <= set(_OPEN_IN)
    if of.types == _INVITATION and by is Order.CREATED:
        return [text(lists.INVITATION)]
    if still_open and of.urgent and by is Order.CREATED:
        return [text(lists.OPEN_ARRIVAL), text("urgency > 0")]
    return [text(lists.OPEN_ARRIVAL)] if still_open and by is Order.DUE else []


def _told(of: Queue, by: Order) -> bool:
    """Return whether `_partial` has told the states already."""
    return of.states == set(_OPEN_IN) and bool(_partial(of, by))


def _from(organ_id: str, of: Queue, by: Order, only: Only, today: date) -> Select[DocumentRow]:
    wanted = select(_D).where(_D.organ_id == organ_id, _D.direction == of.direction.value)
    wanted = wanted.where(*_partial(of, by))
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
    ordered = wanted.order_by(key, _D.id) if up else wanted.order_by(key.desc(), _D.id.desc())
    return list(session.scalars(ordered.limit(most)))


def _merged(parts: Iterable[Sequence[DocumentRow]], by: Order, *, up: bool) -> list[DocumentRow]:
    merged = heapq.merge(*parts, key=lambda row: (_value(row, by), row.id), reverse=not up)
    return list(merged)


def _value(row: DocumentRow, by: Order) -> Any:
    return getattr(row, _KEYS[by].key or "")


def _mark(row: DocumentRow, by: Order) -> str:
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
