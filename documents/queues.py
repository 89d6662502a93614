"""The queues of documents by name: which direction and states stand in each, and in what order.

Sources: ux.md §1.2; states Decree 30/2020/ND-CP, Art. 10 to 24 (lifecycle.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from documents.errors import Refused
from documents.lifecycle import Direction, State, carried_states, states_of


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
    held: bool = False
    """Only those that wait for a person because a step failed."""
    order: Order = Order.CREATED
    ascending: bool = False


def _queue(
    vietnamese: str, english: str, direction: Direction, *states: State, **more: Any
) -> Queue:
    chosen = frozenset(states) or states_of(direction)
    return Queue(vietnamese, english, direction, chosen, **more)


_IN, _OUT = Direction.INCOMING, Direction.OUTGOING
LASTING = frozenset({State.DISPATCHED, State.COMPLETED, State.FILED})
"""Where documents stay: such a queue grows with the store."""
OPEN_IN = (State.REGISTERED, State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS)
INVITATION = ("Giấy mời",)
_OLDEST: dict[str, Any] = {"ascending": True}

QUEUES: Mapping[str, Queue] = MappingProxyType(
    {
        "inbox": _queue("Văn bản đến", "incoming", _IN),
        "mailbox": _queue(
            "Hòm thư công", "mailbox", _IN, State.FETCHED, State.VERIFIED, State.QUARANTINED
        ),
        "outbox": _queue("Văn bản đi", "outgoing", _OUT),
        "quarantine": _queue("Giữ lại chờ văn thư", "held", _IN, State.QUARANTINED, **_OLDEST),
        "to-register": _queue("Chờ vào sổ", "to register", _IN, State.VERIFIED, **_OLDEST),
        "to-submit": _queue("Chờ trình", "to submit", _IN, State.REGISTERED, **_OLDEST),
        "to-direct": _queue("Chờ bút phê", "to direct", _IN, State.SUBMITTED, **_OLDEST),
        "to-handle": _queue("Chờ xử lý", "to handle", _IN, State.ASSIGNED, **_OLDEST),
        "in-progress": _queue("Đang xử lý", "in progress", _IN, State.IN_PROGRESS),
        "completed": _queue("Đã xử lý, chờ lưu", "done, to file", _IN, State.COMPLETED),
        "overdue": _queue(
            "Quá hạn", "overdue", _IN, *OPEN_IN, overdue=True, order=Order.DUE, ascending=True
        ),
        "deadlines": _queue(
            "Theo hạn", "by deadline", _IN, *OPEN_IN, order=Order.DUE, ascending=True
        ),
        "urgent": _queue("Khẩn chưa xong", "urgent", _IN, *OPEN_IN, urgent=True),
        "invitations-in": _queue("Giấy mời đến", "invitations in", _IN, types=INVITATION),
        "invitations-out": _queue("Giấy mời đi", "invitations out", _OUT, types=INVITATION),
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
        "stuck-in": _queue(
            "Văn bản đến cần xử lý lỗi",
            "incoming, stuck",
            _IN,
            *carried_states(_IN),
            held=True,
            **_OLDEST,
        ),
        "stuck-out": _queue(
            "Văn bản đi cần xử lý lỗi",
            "outgoing, stuck",
            _OUT,
            *carried_states(_OUT),
            held=True,
            **_OLDEST,
        ),
    }
)
"""Every list of documents by its name; by their direction and states, whoever looks."""


def queue(name: str) -> Queue:
    """Return the queue called *name*.

    Raises:
        QueueUnknown: there is none.
    """
    if name not in QUEUES:
        raise QueueUnknown(name[:60])
    return QUEUES[name]
