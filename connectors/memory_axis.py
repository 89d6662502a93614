"""An axis in memory: the hub's meaning without its disk and wire, for tests, demos and trials."""

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from connectors.axis import (
    AgencyChange,
    AgencyEntry,
    Fetched,
    MessageKind,
    Outgoing,
    PacketState,
    Pending,
    Receipt,
    Report,
    Track,
)
from connectors.catalogue import Catalogue
from connectors.errors import (
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    DigestMismatch,
    DuplicateDifferent,
    NotFound,
    TooLarge,
    UnknownRecipient,
)


@dataclass(slots=True)
class _Message:
    receipt: Receipt
    kind: MessageKind
    sender: str
    message_id: str
    recipients: frozenset[str]
    urgency: int
    sha256: str
    content: bytes = field(repr=False)
    states: dict[str, tuple[PacketState, str, datetime]]
    """By recipient: state, note, since when."""

    @property
    def confirmed(self) -> set[str]:
        """Whoever has it, or cannot read it."""
        over = (PacketState.DONE, PacketState.FAIL)
        return {recipient for recipient, (state, _, _) in self.states.items() if state in over}


class InMemoryAxis:
    """An `Axis` for any number of agencies; safe for threads.

    *failures*: the next so many calls fail with nothing done. *lost_replies*: the next so many
    sends and reports are done, and their answers lost. Both count down and may be set again.
    """

    def __init__(
        self,
        agencies: Iterable[AgencyEntry],
        *,
        failures: int = 0,
        lost_replies: int = 0,
        max_size: int = 100 << 20,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.failures = failures
        self.lost_replies = lost_replies
        self._catalogue = Catalogue(agencies)
        self._max_size = max_size
        self._clock = clock
        self._messages: dict[str, _Message] = {}
        self._by_key: dict[tuple[str, str], _Message] = {}
        self._lock = Lock()

    def close(self) -> None:
        """See `Axis.close`: nothing is open."""

    def send(self, message: Outgoing) -> Receipt:
        """See `Axis.send`."""
        edxml = message.edxml
        content = edxml.read_bytes() if isinstance(edxml, Path) else edxml
        with self._lock:
            self._maybe_fail()
            answer = self._entered(message, MessageKind.EDOC, content)
            if isinstance(answer, AxisRefused):
                raise answer
            self._maybe_lose("SendDocument")
            return answer

    def report(self, reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        """See `Axis.report`."""
        with self._lock:
            self._maybe_fail()
            answers = [
                self._entered(
                    Outgoing(report.message_id, report.sender, (report.recipient,), report.edxml),
                    MessageKind.STATUS,
                    report.edxml,
                )
                for report in reports
            ]
            self._maybe_lose("UpdateStatus")
            return answers

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        """See `Axis.pending`."""
        asked = dict.fromkeys(map(self._catalogue.organ_id, agencies))
        with self._lock:
            self._maybe_fail()
            waiting = [
                (message, recipient)
                for message in self._messages.values()
                if kind is None or message.kind is kind
                for recipient in asked
                if recipient in message.recipients - message.confirmed
            ]
        waiting.sort(key=lambda found: -found[0].urgency)  # stable: the oldest stay first
        return [
            Pending(
                axis_id=message.receipt.axis_id,
                kind=message.kind,
                recipient=recipient,
                sender=message.sender,
                message_id=message.message_id,
                sha256=message.sha256,
                size=len(message.content),
            )
            for message, recipient in waiting[:limit]
        ]

    def fetch(self, agency: str, axis_id: str) -> Fetched:
        """See `Axis.fetch`."""
        (fetched,) = self.fetch_all(agency, [axis_id])
        return fetched

    def fetch_all(self, agency: str, axis_ids: Sequence[str]) -> list[Fetched]:
        """See `Axis.fetch_all`."""
        with self._lock:
            self._maybe_fail()
            found = [self._found(agency, axis_id)[0] for axis_id in axis_ids]
            for message in found:
                recipient = self._catalogue.organ_id(agency)
                if message.states[recipient][0] is PacketState.INITIAL:
                    self._move(message, recipient, PacketState.PROCESSING)
        return [
            Fetched(
                axis_id=message.receipt.axis_id,
                kind=message.kind,
                sender=message.sender,
                message_id=message.message_id,
                sha256=message.sha256,
                content=io.BytesIO(message.content),
            )
            for message in found
        ]

    def confirm(self, agency: str, receipts: Sequence[tuple[str, str]]) -> None:
        """See `Axis.confirm`."""
        with self._lock:
            self._maybe_fail()
            found = [self._found(agency, axis_id) for axis_id, _ in receipts]
            for (message, _), (axis_id, sha256) in zip(found, receipts, strict=True):
                if message.sha256 != sha256:
                    text = f"{axis_id} has {message.sha256}"
                    raise DigestMismatch(DigestMismatch.axis_code, text)
            for message, recipient in found:
                if recipient not in message.confirmed:
                    self._move(message, recipient, PacketState.DONE)

    def reject(self, agency: str, axis_id: str, reason: str) -> None:
        """See `Axis.reject`."""
        with self._lock:
            self._maybe_fail()
            message, recipient = self._found(agency, axis_id)
            if recipient not in message.confirmed:
                self._move(message, recipient, PacketState.FAIL, reason)

    def settle(self, message: Outgoing) -> Receipt | None:
        """See `Axis.settle`."""
        with self._lock:
            self._maybe_fail()
            key = (self._catalogue.organ_id(message.sender), message.message_id)
            known = self._by_key.get(key)
        if known is None:
            return None
        return Receipt(known.receipt.axis_id, True, known.receipt.accepted_at)

    def sent(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.sent`."""
        own = self._catalogue.organ_id(agency)
        return [track for track in self._tracks(since, until, kind) if track.sender == own]

    def received(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.received`."""
        own = self._catalogue.organ_id(agency)
        return [track for track in self._tracks(since, until, kind) if track.recipient == own]

    def _tracks(self, since: datetime, until: datetime, kind: MessageKind | None) -> list[Track]:
        with self._lock:
            self._maybe_fail()
            return [
                Track(
                    axis_id=message.receipt.axis_id,
                    kind=message.kind,
                    sender=message.sender,
                    recipient=recipient,
                    state=state,
                    note=note,
                    accepted_at=message.receipt.accepted_at,
                    updated_at=at,
                    message_id=message.message_id,
                    sha256=message.sha256,
                )
                for message in self._messages.values()
                if since <= message.receipt.accepted_at < until
                and (kind is None or message.kind is kind)
                for recipient, (state, note, at) in message.states.items()
            ]

    def agencies(self) -> list[AgencyEntry]:
        """See `Axis.agencies`."""
        with self._lock:
            self._maybe_fail()
        return self._catalogue.entries()

    def agency_changes(self, since: int = 0) -> list[AgencyChange]:
        """See `Axis.agency_changes`; the catalogue here never changes."""
        return [
            AgencyChange(entry, version, deleted=False, modified_at=self._clock())
            for version, entry in enumerate(self.agencies(), start=1)
            if version > since
        ]

    def _move(self, message: _Message, recipient: str, state: PacketState, note: str = "") -> None:
        message.states[recipient] = (state, note, self._clock())

    def _maybe_fail(self) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise AxisUnavailable("hỏng có chủ ý / out of order on purpose")

    def _maybe_lose(self, operation: str) -> None:
        if self.lost_replies > 0:
            self.lost_replies -= 1
            raise AxisOutcomeUnknown(
                operation, "mất trả lời có chủ ý / the answer was lost on purpose"
            )

    def _found(self, agency: str, axis_id: str) -> tuple[_Message, str]:
        recipient = self._catalogue.organ_id(agency)
        message = self._messages.get(axis_id)
        if message is None or recipient not in message.recipients:
            raise NotFound(NotFound.axis_code, f"{axis_id} ({agency})")
        return message, recipient

    def _entered(
        self, outgoing: Outgoing, kind: MessageKind, content: bytes
    ) -> Receipt | AxisRefused:
        unknown = [code for code in outgoing.recipients if self._catalogue.known(code) is None]
        if unknown:
            return UnknownRecipient(UnknownRecipient.axis_code, ", ".join(unknown))
        if len(content) > self._max_size:
            text = f"{len(content)} > {self._max_size} bytes"
            return TooLarge(TooLarge.axis_code, text)
        sender = self._catalogue.organ_id(outgoing.sender)
        recipients = frozenset(map(self._catalogue.organ_id, outgoing.recipients))
        sha256 = hashlib.sha256(content).hexdigest()
        known = self._by_key.get((sender, outgoing.message_id))
        if known is not None:
            if (known.kind, known.sha256, known.recipients) != (kind, sha256, recipients):
                what = f"{sender} {outgoing.message_id}"
                return DuplicateDifferent(DuplicateDifferent.axis_code, what)
            return Receipt(known.receipt.axis_id, True, known.receipt.accepted_at)
        receipt = Receipt(f"memory-{len(self._messages) + 1}", False, self._clock())
        message = _Message(
            receipt,
            kind,
            sender,
            outgoing.message_id,
            recipients,
            outgoing.urgency,
            sha256,
            content,
            dict.fromkeys(recipients, (PacketState.INITIAL, "", receipt.accepted_at)),
        )
        self._messages[receipt.axis_id] = self._by_key[sender, outgoing.message_id] = message
        return receipt
