"""The port to the national document axis (trục liên thông văn bản quốc gia).

Every way of reaching an axis stands behind `Axis`: the SOAP contract of
`schemas/axis`, the national SDK's wire, the eDoc dialect and the REST faces of
provinces, and the one in memory. The promise is an exactly-once effect over an
at-least-once transport: a message is known by (sender, message id), which is
made once and kept over every attempt; a repeat gets the first answer; an id leaves
the queue only by `confirm`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Protocol

from connectors.errors import AxisRefused

MAX_BATCH = 500
"""Most statuses or receipts in one call; implementations split longer lists themselves."""


class MessageKind(StrEnum):
    """What a message carries (axis.md §10.3 `messagetype`)."""

    EDOC = "edoc"
    """A document, its update, replacement or recall."""
    STATUS = "status"
    """A business status about a document sent earlier."""


class PacketState(StrEnum):
    """What the axis knows of one message at one recipient (axis.md §10.4); not its business."""

    INITIAL = "initial"
    """Waits in the recipient's queue."""
    PROCESSING = "processing"
    """Fetched, or said to be; it stays in the queue."""
    DONE = "done"
    """The recipient confirmed it."""
    FAIL = "fail"
    """The recipient could not read it, and said so."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A document on its way to one or many agencies."""

    message_id: str
    """Made once per message, at most 200 characters; the same over every attempt."""
    sender: str
    """The sending agency's organ_id."""
    recipients: tuple[str, ...]
    """Organ ids, new or old form; at least one."""
    edxml: bytes | Path
    """The whole edXML message, opaque here; a path is streamed and never read whole."""
    urgency: int = 0
    """edXML's `OtherInfo/Priority`, 0 (thường) to 4; the queue gives higher ones first."""


@dataclass(frozen=True, slots=True)
class Report:
    """A business status (01…16) as an edXML status message (axis.md §7)."""

    message_id: str
    sender: str
    """Who reports."""
    recipient: str
    """Who is told: the sender of the document, or its receiver for a recall (13)."""
    document_id: str
    """edXML `ResponseFor/DocumentId`."""
    status_code: str
    """Two digits, text: 01 to 06, 13, 15, 16."""
    edxml: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """The axis has the message and answers for it from now on."""

    axis_id: str
    duplicate: bool
    """True when the axis had it already; the id is then the first one's."""
    accepted_at: datetime
    """Aware UTC; of the first acceptance."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A message that waits for one recipient."""

    axis_id: str
    kind: MessageKind
    recipient: str
    """The organ_id under which the catalogue knows the recipient now."""
    sender: str
    message_id: str
    """Empty where the axis does not say (the national SDK's wire)."""
    sha256: str
    """Lowercase hex of the edXML message; empty where the axis does not say."""
    size: int
    """Bytes; 0 where the axis does not say."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message as the axis gave it; its digest has been compared with its content."""

    axis_id: str
    kind: MessageKind
    sender: str
    message_id: str
    sha256: str
    content: IO[bytes]
    """The edXML message: a file at its start, in memory when small; the caller closes it."""


@dataclass(frozen=True, slots=True)
class Track:
    """One message at one recipient, as the axis's lists of sent and received ones have it."""

    axis_id: str
    kind: MessageKind
    sender: str
    recipient: str
    state: PacketState
    note: str
    """What the recipient said of a failure; empty otherwise."""
    accepted_at: datetime
    """Aware UTC."""
    updated_at: datetime
    """Aware UTC; of the newest state."""
    message_id: str = ""
    """Empty where the axis does not say."""
    sha256: str = ""
    """Empty where the axis does not say."""


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    """An agency in the axis's catalogue (danh mục cơ quan)."""

    organ_id: str
    name: str
    old_organ_id: str = ""
    """The code of QCVN 102:2016 where one is still in use; it leads to the same queue."""
    parent: str = ""
    """The parent's organ_id; empty at the top."""
    email: str = ""


@dataclass(frozen=True, slots=True)
class AgencyChange:
    """A change of the catalogue (`getSynchronizeUnit`, axis.md §10.3)."""

    entry: AgencyEntry
    version: int
    """Grows with every change of the catalogue; what was seen last is where to go on."""
    deleted: bool
    modified_at: datetime
    """Aware UTC."""


class Axis(Protocol):
    """Sends documents to other agencies and gives what they sent.

    Every call may raise `AxisUnavailable` (certainly nothing was done; try again)
    or `AxisRefused` (retrying cannot help).
    """

    def close(self) -> None:
        """Close what is open; nothing is asked of it afterwards."""
        ...

    def send(self, message: Outgoing) -> Receipt:
        """Hand *message* over; calling again with the same message is always safe.

        Raises:
            AxisUnavailable: certainly nothing was sent.
            AxisOutcomeUnknown: the request left and no answer came; call again, unchanged.
            UnknownRecipient: no such agency; nothing was sent to any recipient.
            DuplicateDifferent: the id was used with other content or other recipients.
            TooLarge: the axis takes no message of this size.
        """
        ...

    def report(self, reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        """Hand over many statuses; one answer each, in order.

        Raises:
            AxisUnavailable: certainly nothing was sent.
            AxisOutcomeUnknown: no answer came; call again, unchanged.
        """
        ...

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        """Return what waits for any of *agencies*: urgent first, then oldest first."""
        ...

    def fetch(self, agency: str, axis_id: str) -> Fetched:
        """Return the message; it stays in the queue until confirmed.

        Raises:
            NotFound: no such message for *agency*.
            AxisContentCorrupt: what arrived is not what was announced; fetch again.
        """
        ...

    def fetch_all(self, agency: str, axis_ids: Sequence[str]) -> list[Fetched]:
        """Return many messages in as few calls as may be, in order: for statuses.

        Raises:
            NotFound: no such message for *agency*.
            AxisContentCorrupt: one of them is not what was announced; fetch again.
        """
        ...

    def confirm(self, agency: str, receipts: Sequence[tuple[str, str]]) -> None:
        """Take (axis_id, sha256) pairs out of the queue: only after our own commit. Idempotent.

        Raises:
            NotFound: no such message for *agency*; none of *receipts* was confirmed.
            DigestMismatch: the digest is another's; none of *receipts* was confirmed.
        """
        ...

    def reject(self, agency: str, axis_id: str, reason: str) -> None:
        """Say that a message cannot be read, why, and take it out of the queue. Idempotent.

        For what nobody can understand; a document that is refused is answered by status 02.

        Raises:
            NotFound: no such message for *agency*.
        """
        ...

    def settle(self, message: Outgoing) -> Receipt | None:
        """Ask whether the axis has *message*: its receipt, or None when it certainly has not.

        What follows an unknown outcome; nothing is sent.

        Raises:
            AxisUnavailable: it does not answer.
            AxisOutcomeUnknown: its answer decides nothing; a person must look.
        """
        ...

    def sent(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """Return what *agency* handed over within [since, until), one entry a recipient."""
        ...

    def received(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """Return what came for *agency* within [since, until), confirmed or not."""
        ...

    def agencies(self) -> list[AgencyEntry]:
        """Return the whole catalogue, by organ_id."""
        ...

    def agency_changes(self, since: int = 0) -> list[AgencyChange]:
        """Return the catalogue's changes after version *since*, by version."""
        ...
