"""How values look on a page: days, moments, states, urgency; the filters of the templates."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from documents.document import VIETNAM, Urgency
from documents.lifecycle import Direction, State
from documents.step_words import ROLES
from workflows.plain_words import DELIVERY
from workflows.timeline import deed

OUTGOING_STATES: Mapping[str, str] = {
    State.DRAFT: "Dự thảo",
    State.SUBMITTED: "Chờ duyệt",
    State.RETURNED: "Bị trả lại",
    State.APPROVED: "Chờ ký",
    State.SIGNED: "Chờ cấp số",
    State.NUMBERED: "Chờ đóng dấu",
    State.SEALED: "Chờ phát hành",
    State.DISPATCHED: "Đã phát hành",
    State.FILED: "Đã lưu hồ sơ",
    State.VOID: "Đã hủy",
    State.RECALLED: "Đã thu hồi",
    State.REPLACED: "Bị thay thế",
}
INCOMING_STATES: Mapping[str, str] = {
    State.FETCHED: "Mới đến",
    State.VERIFIED: "Chờ vào sổ",
    State.QUARANTINED: "Giữ lại chờ văn thư",
    State.REGISTERED: "Chờ phân xử lý",
    State.REFUSED: "Đã trả lại",
    State.SUBMITTED: "Chờ cho ý kiến",
    State.ASSIGNED: "Chờ xử lý",
    State.IN_PROGRESS: "Đang xử lý",
    State.COMPLETED: "Đã xử lý",
    State.FILED: "Đã lưu hồ sơ",
    State.RECALLED: "Bị thu hồi",
    State.REPLACED: "Bị thay thế",
}
"""ux.md §1.2: the words that people who use such systems know, by direction."""
URGENCIES: Mapping[int, str] = {
    Urgency.ROUTINE: "Thường",
    Urgency.URGENT: "Khẩn",
    Urgency.VERY_URGENT: "Thượng khẩn",
    Urgency.EXPRESS: "Hỏa tốc",
    Urgency.TIMED_EXPRESS: "Hỏa tốc hẹn giờ",
}
_KINDS: Mapping[str, str] = {
    **dict.fromkeys((State.RETURNED, State.QUARANTINED, State.REFUSED, State.RECALLED), "bad"),
    **dict.fromkeys((State.DISPATCHED, State.COMPLETED, State.FILED), "good"),
    **dict.fromkeys((State.DRAFT, State.VOID, State.REPLACED), "quiet"),
}


def day(value: date | datetime | None) -> str:
    """Return `22/11/2026`, the day in Vietnam; empty for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(VIETNAM)
    return f"{value:%d/%m/%Y}"


def moment(value: datetime | None) -> str:
    """Return `22/11/2026 14:05`, the time in Vietnam; empty for None."""
    return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if value is not None else ""


def hour(value: datetime | None) -> str:
    """Return `14:05`, the time in Vietnam."""
    return f"{value.astimezone(VIETNAM):%H:%M}" if value is not None else ""


def state(row: Any) -> str:
    """Return a document's state as its readers say it."""
    words = INCOMING_STATES if row.direction == Direction.INCOMING else OUTGOING_STATES
    return words.get(row.state, row.state)


def state_kind(row: Any) -> str:
    """Return how a state's chip looks: `good`, `bad`, `quiet` or `now`."""
    return _KINDS.get(row.state, "now")


def urgency(value: int | None) -> str:
    """Return the degree of urgency in words."""
    return URGENCIES.get(value or 0, "")


def number(value: int | float) -> str:
    """Return `1.234`: Vietnamese groups thousands with a point."""
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else f"{value:.1f}"


def size(value: int) -> str:
    """Return bytes as `1,2 MB`."""
    amount = float(value)
    for unit in ("B", "KB", "MB"):
        if amount < 1000 or unit == "MB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}".replace(".", ",")


FILTERS: Mapping[str, Callable[..., str]] = {
    "ngay": day,
    "gio": moment,
    "luc": hour,
    "trang_thai": state,
    "loai_trang_thai": state_kind,
    "do_khan": urgency,
    "so": number,
    "co": size,
    "buoc": deed,
    "vai_tro": lambda role: ROLES.get(role, role),
    "giao_nhan": lambda state: DELIVERY.get(state, state),
}

SPOKEN = ("trang_thai", "do_khan", "buoc", "vai_tro", "giao_nhan")
"""Filters whose answers are words of a language."""
