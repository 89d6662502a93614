"""Sign sessions (phiên ký): one file lent to the token tool of one person, for some minutes.

The tool has no login here: whoever knows the session's token may fetch the file and bring it
back signed, once. Legal source: Decree 30/2020/ND-CP, Art. 13 (the competent person signs),
Art. 17.2 (the seal). The database's CHECK and its unique index are derived from this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from documents.document import Role
from documents.errors import Refused
from documents.lifecycle import State
from documents.signature_request import Purpose


class Operation(StrEnum):
    """What the tool is to do."""

    APPROVED = "approved"
    """ký phê duyệt: the leader signs."""
    ISSUED = "issued"
    """phát hành: number, date and the agency's seal."""


class SessionState(StrEnum):
    """Where a session stands."""

    OPEN = "open"
    """đang mở."""
    USED = "used"
    """đã dùng: the signed file came and was taken."""
    EXPIRED = "expired"
    """hết hạn."""
    CLOSED = "closed"
    """đã đóng: by a person, a newer session, or too many wrong files."""


PURPOSES: Mapping[Operation, Purpose] = MappingProxyType(
    {Operation.APPROVED: Purpose.LEADER, Operation.ISSUED: Purpose.SEAL}
)
DUE: Mapping[Operation, State] = MappingProxyType(
    {Operation.APPROVED: State.APPROVED, Operation.ISSUED: State.NUMBERED}
)
"""Where a document stands when the operation is due."""
SITTERS: Mapping[Operation, Role] = MappingProxyType(
    {Operation.APPROVED: Role.LEADER, Operation.ISSUED: Role.CLERK}
)
"""In which role whoever sits at the tool does it."""

SHORTEST, LIFETIME, LONGEST = timedelta(minutes=1), timedelta(minutes=15), timedelta(minutes=20)
MOST_REFUSALS = 20
"""Wrong files that one session takes: each costs a verification."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A session that was just opened: the only moment at which its token is known."""

    session_id: str
    token: str = field(repr=False)
    until: datetime


class SessionUnknown(Refused):
    """No session has this token or id."""

    code = "sign_session.unknown"
    vietnamese = "Không có phiên ký này"
    english = "there is no such sign session"
    remedy = "Mở phiên ký mới / open a new session"


class SessionOver(Refused):
    """The session was used, closed, or its time is over; the document is as it was."""

    code = "sign_session.over"
    vietnamese = "Phiên ký đã kết thúc: {0}"
    english = "the sign session is over: {0}"
    remedy = "Mở phiên ký mới nếu văn bản chưa được ký / open a new one unless it is signed"


class SessionUsed(Refused):
    """Another signed file was taken in this session already."""

    code = "sign_session.used"
    vietnamese = "Phiên ký đã nhận một tệp khác"
    english = "another signed file was taken in this session already"
    remedy = "Văn bản đã ký; không cần gửi lại / the document is signed; send nothing more"


class SessionRefused(Refused):
    """No session can be opened for this document now."""

    code = "sign_session.refused"
    vietnamese = "Không mở được phiên ký: {0}"
    english = "no sign session can be opened: {0}"
    remedy = "Xem docs/vgca.md / see docs/vgca.md"
