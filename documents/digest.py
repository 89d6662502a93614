"""The life of a digest: laid down once a morning and person, sent once or never known to be.

Practice: ux.md §1.5 (one digest). A digest is marked before the mail server is spoken to: a
process that dies in between leaves it marked, and what may have been sent is never sent again.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class DigestState(StrEnum):
    """How far a digest came."""

    SHOWN = "shown"
    """trong hệ thống: no address, or no mail server."""
    PENDING = "pending"
    """chờ gửi."""
    SENDING = "sending"
    """đang gửi."""
    SENT = "sent"
    """đã gửi: the server took it."""
    UNKNOWN = "unknown"
    """không rõ đã gửi hay chưa; never sent again."""
    REFUSED = "refused"
    """máy chủ từ chối."""
    STALE = "stale"
    """không gửi kịp trong ngày: the next morning's takes its place."""


DIGEST_NAMES: Mapping[str, str] = MappingProxyType(
    {
        DigestState.SHOWN: "trong hệ thống",
        DigestState.PENDING: "chờ gửi",
        DigestState.SENDING: "đang gửi",
        DigestState.SENT: "đã gửi",
        DigestState.UNKNOWN: "không rõ kết quả gửi",
        DigestState.REFUSED: "máy chủ từ chối",
        DigestState.STALE: "không gửi kịp",
    }
)
