"""The life of one delivery: one document on its way to one recipient.

Source: Decision 28/2018/QD-TTg's status codes as axis.md §7 lists them. Statuses
come late, twice and out of order; what is shown never goes backwards, what
arrived is always in the ledger.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class DeliveryState(StrEnum):
    """What is known of a document at one recipient. *queued* is not *sent* is not *accepted*."""

    QUEUED = "queued"
    """chờ gửi: not yet accepted by the axis."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """chưa rõ: the request left, no answer came; being asked again under the same id."""
    SENT = "sent"
    """đã gửi: the axis accepted it."""
    FAILED = "failed"
    """gửi lỗi: the axis refused it; a person must look."""
    ARRIVED = "arrived"
    """01 đã đến."""
    REFUSED = "refused"
    """02 từ chối tiếp nhận."""
    ACCEPTED = "accepted"
    """03 đã tiếp nhận."""
    ASSIGNED = "assigned"
    """04 phân công."""
    PROCESSING = "processing"
    """05 đang xử lý."""
    COMPLETED = "completed"
    """06 hoàn thành."""
    RECALL_ASKED = "recall_asked"
    """13 lấy lại."""
    RECALLED = "recalled"
    """15 đồng ý lấy lại."""
    RECALL_REFUSED = "recall_refused"
    """16 từ chối lấy lại."""


BY_STATUS_CODE: Mapping[str, DeliveryState] = MappingProxyType(
    {
        "01": DeliveryState.ARRIVED,
        "02": DeliveryState.REFUSED,
        "03": DeliveryState.ACCEPTED,
        "04": DeliveryState.ASSIGNED,
        "05": DeliveryState.PROCESSING,
        "06": DeliveryState.COMPLETED,
        "13": DeliveryState.RECALL_ASKED,
        "15": DeliveryState.RECALLED,
        "16": DeliveryState.RECALL_REFUSED,
    }
)
"""Which state a status code of axis.md §7 leads to."""

_ORDER = (
    DeliveryState.QUEUED,
    DeliveryState.OUTCOME_UNKNOWN,
    DeliveryState.FAILED,
    DeliveryState.SENT,
    DeliveryState.ARRIVED,
    DeliveryState.ACCEPTED,
    DeliveryState.ASSIGNED,
    DeliveryState.PROCESSING,
    DeliveryState.COMPLETED,
    DeliveryState.REFUSED,
    DeliveryState.RECALL_ASKED,
    DeliveryState.RECALL_REFUSED,
    DeliveryState.RECALLED,
)
_RANK = {state: rank for rank, state in enumerate(_ORDER)}

REACHED: frozenset[DeliveryState] = frozenset(_ORDER[_RANK[DeliveryState.ARRIVED] :])
"""States that prove that the document is in the recipient's system."""

UNSENT: frozenset[DeliveryState] = frozenset(_ORDER[: _RANK[DeliveryState.SENT]])
"""States of a delivery that the axis has not accepted; one that failed may be tried again."""


def later(shown: DeliveryState, reported: DeliveryState) -> DeliveryState:
    """Return what to show: *reported*, unless it would go backwards (axis.md §7)."""
    return reported if _RANK[reported] > _RANK[shown] else shown
