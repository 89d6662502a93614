"""One action on many documents at once: its states, its limits, what is refused.

Source: ux.md §1.4, §3.1 (bulk acts with a result for each document). Decree 30/2020/ND-CP knows
no such thing: each document is decided upon for itself, by the same function as a single step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from documents.errors import Refused

MOST = 1000
"""Documents of one batch."""
LONGEST_KEY = 64


class BatchState(StrEnum):
    """Where a batch stands."""

    OPEN = "open"
    """đang thực hiện."""
    DONE = "done"
    """đã xong: every document has its result."""


class Outcome(StrEnum):
    """What became of one document of a batch."""

    WAITING = "waiting"
    """đang chờ."""
    DONE = "done"
    """đã thực hiện."""
    REFUSED = "refused"
    """bị từ chối: a repeat cannot help."""
    UNAVAILABLE = "unavailable"
    """chưa thực hiện được: something was down, it may be tried again."""
    CANCELLED = "cancelled"
    """đã hủy trước khi thực hiện."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document that a person ticked, and what they saw of it."""

    document_id: str
    state: str = ""
    """Empty: they were not shown any."""
    sha256: str = ""
    """Of the file they had before them; empty: none was shown."""


@dataclass(frozen=True, slots=True)
class Order:
    """One document of a batch, as its action gets it."""

    document_id: str
    organ_id: str
    who: str
    """Id of the person who asked."""
    seen_state: str = ""
    seen_sha256: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """The same for every document of the batch."""
    prepared: Any = None
    """What the action's preparation made, outside of the transaction."""


class BatchUnknown(Refused):
    """The person has no such batch."""

    code = "batch.unknown"
    vietnamese = "Không có lượt xử lý hàng loạt này"
    english = "there is no such batch"
    remedy = "Xem các lượt của bạn ở trang «Xử lý hàng loạt» / see your batches"


class BatchInvalid(Refused):
    """Nothing can be done with these documents so. ({0} why)."""

    code = "batch.invalid"
    vietnamese = "Không thực hiện hàng loạt được: {0}"
    english = "the batch cannot be taken: {0}"
    remedy = "Chọn lại văn bản rồi thực hiện lại / choose the documents again"


class BatchKeyUsed(Refused):
    """The same key was sent before with another wish."""

    code = "batch.key_used"
    vietnamese = "Biểu mẫu này đã được gửi với nội dung khác"
    english = "this form was sent before with other content"
    remedy = "Mở lại danh sách rồi chọn lại / open the list anew and choose again"


class SeenMoved(Refused):
    """The document is not in the state the person saw. ({0} now, {1} then)."""

    code = "batch.document_moved"
    vietnamese = "Văn bản đã thay đổi sau khi bạn xem: nay là «{0}», khi đó là «{1}»"
    english = "the document has changed since you saw it: it is {0}, it was {1}"
    remedy = "Mở văn bản xem lại rồi quyết định / look at it again and decide"
