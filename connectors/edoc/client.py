"""`EdocAxis`: a provincial axis that speaks the eDoc dialect (axis.md §12).

What the dialect does otherwise than the port, and what is made of it:

* `pending` of documents gives bare numbers; who sent them and what they are is known once fetched.
* Traces (statuses) have no queue: they are kept in `Memory`, under an id made of their content.
* ConfirmReceived makes the axis write status 01 itself, so a report of 01 goes no further than
  here; nothing is said twice.
* There is no call to reject: status 02 with the reason, then ConfirmReceived.
* Lists of what was sent and received, and changes of the catalogue, are not to be had.
"""

import hashlib
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from connectors.access import MAX_SIZE
from connectors.axis import (
    AgencyChange,
    AgencyEntry,
    Fetched,
    MessageKind,
    Outgoing,
    Pending,
    Receipt,
    Report,
    Track,
)
from connectors.edoc.dialect import Action
from connectors.edoc.envelope import (
    Credential,
    letter_envelope,
    letter_in,
    permission_envelope,
    request_envelope,
    status_envelope,
    texts_in,
)
from connectors.edoc.exchange import Exchange
from connectors.edoc.intake import SwaMessage
from connectors.edoc.letter import Letter, read_edxml, write_edxml
from connectors.edoc.memory import Memory, Trace
from connectors.edoc.plain import known_children, text_at
from connectors.edoc.sending import Sending, receipt
from connectors.edoc.status import refusal
from connectors.edoc.swa import plain_body, related_body, wire_ids
from connectors.edoc.traces import Traces, is_trace, not_found, sender_of
from connectors.edxml.fields import local_name
from connectors.edxml.spool import Spool
from connectors.errors import (
    AxisCannot,
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisRefused,
    EnvelopeInvalid,
    EnvelopeTooLarge,
    TooLarge,
)
from connectors.measure import measured
from connectors.soap.connection import Timeouts
from connectors.soap.version import SOAP11, Version

ARRIVED = "01"
_NAME = "eDoc"


class EdocAxis:
    """An `Axis`; build one per process and share it between threads.

    *organ_id* is any agency of ours, *token* the secret that all of ours are registered with.
    """

    def __init__(
        self,
        address: str,
        organ_id: str,
        token: str,
        memory: Memory,
        *,
        version: Version = SOAP11,
        timeouts: Timeouts | None = None,
        tls: ssl.SSLContext | None = None,
        max_size: int = MAX_SIZE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._exchange = Exchange(address, version, timeouts or Timeouts(), tls, max_size)
        self._token = token
        self._memory = memory
        self._sending = Sending(_NAME.lower(), memory, clock)
        self._max_size = max_size
        self._clock = clock
        self._organ_id = organ_id
        self._traces = Traces(self._exchange, memory, self._credential, clock)

    def close(self) -> None:
        """Close the idle connections and the memory."""
        self._exchange.close()
        self._memory.close()

    def _credential(self, agency: str) -> Credential:
        return Credential(agency, self._token)

    def _ask(self, action: Action, name: str, agency: str, **more: str) -> SwaMessage:
        version, credential = self._exchange.version, self._credential(agency)
        return self._exchange.ask(action, request_envelope(version, name, credential, **more))

    def check_permission(self, agency: str) -> None:
        """Ask whether our token may speak for *agency*.

        Raises:
            AccessDenied: it may not.
        """
        envelope = permission_envelope(self._exchange.version, self._credential(agency))
        self._exchange.ask(Action.PERMISSION, envelope).close()

    def send(self, message: Outgoing) -> Receipt:
        """See `Axis.send`; the dialect addresses by the message's own `To` alone."""
        try:
            letter = read_edxml(message.edxml, self._max_size)
        except EnvelopeTooLarge as error:
            raise TooLarge(TooLarge.axis_code, str(error)) from None
        try:
            _check_recipients(letter, message.recipients)
            digest = _digest(message.edxml, message.recipients)
            return self._sending.once(
                message.sender, message.message_id, digest, lambda: self._handed_over(letter)
            )
        finally:
            letter.close()

    def _handed_over(self, letter: Letter) -> str:
        version, ids = self._exchange.version, wire_ids(letter.enclosures)
        envelope = letter_envelope(version, letter, ids, day_first=False)
        envelope.sign(self._credential(text_at(letter.header, "From", "OrganId")))
        body = related_body(version, envelope.root, letter.enclosures, ids, Action.SEND)
        answer = self._exchange.call(Action.SEND, body)
        numbers = texts_in(answer, "DocumentId")
        answer.close()
        if len(numbers) != 1:
            raise AxisOutcomeUnknown(
                Action.SEND, "trả lời thiếu DocumentId / the answer has no DocumentId"
            )
        return numbers[0][:100]

    def report(self, reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        """See `Axis.report`; one call a status, and none for 01, which the axis writes itself."""
        return [self._reported(report) for report in reports]

    def _reported(self, report: Report) -> Receipt | AxisRefused:
        try:
            digest = _digest(report.edxml, (report.recipient,))
            return self._sending.once(
                report.sender, report.message_id, digest, lambda: self._updated(report)
            )
        except AxisRefused as refused:
            return refused

    def _updated(self, report: Report) -> str:
        name = self._sending.unnamed(report.sender, report.message_id)
        if report.status_code != ARRIVED:
            self._update(report.sender, read_edxml(report.edxml, self._max_size))
        return name

    def _update(self, sender: str, letter: Letter) -> None:
        envelope = status_envelope(self._exchange.version, letter)
        envelope.sign(self._credential(sender))
        body = plain_body(self._exchange.version, envelope.root, Action.UPDATE)
        self._exchange.call(Action.UPDATE, body).close()

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        """See `Axis.pending`; in the axis's own order, agency by agency, documents first.

        Ask under one code an agency: the dialect does not tell which codes are one agency's.
        """
        found: list[Pending] = []
        asked = dict.fromkeys(agencies)
        if kind is not MessageKind.STATUS:
            for agency in asked:
                numbers = dict.fromkeys(self._numbers(agency))
                found += [Pending(n, MessageKind.EDOC, agency, "", "", "", 0) for n in numbers]
        if kind is not MessageKind.EDOC:
            for agency in asked:
                found += [_waiting(trace) for trace in self._traces.waiting(agency, limit)]
        return found[:limit]

    def _numbers(self, agency: str) -> list[str]:
        answer = self._ask(Action.PENDING, "GetPendingDocumentIdsRequest", agency)
        numbers = [text for text in texts_in(answer, "DocumentId") if _is_number(text)]
        answer.close()
        return numbers

    def fetch(self, agency: str, axis_id: str) -> Fetched:
        """See `Axis.fetch`; repeated, it gives the same bytes."""
        if is_trace(axis_id):
            return self._traces.fetch(agency, axis_id)
        letter = self._letter(agency, axis_id)
        spool = Spool(self._max_size * 2)
        try:
            write_edxml(letter, spool.write)
        finally:
            letter.close()
        kind = text_at(letter.trace, "Bussiness", "BussinessDocType") or "0"
        return Fetched(
            axis_id=axis_id,
            kind=MessageKind.EDOC,
            sender=text_at(letter.header, "From", "OrganId"),
            message_id=f"{letter.document_id}#{kind}",
            sha256=spool.sha256(),
            content=spool.open(),
        )

    def _letter(self, agency: str, axis_id: str) -> Letter:
        if not _is_number(axis_id):
            raise not_found(agency, axis_id)
        answer = self._ask(Action.GET, "GetDocumentRequest", agency, documentId=axis_id)
        try:
            return letter_in(answer)
        except EnvelopeInvalid as error:
            answer.close()
            raise AxisContentCorrupt(axis_id, "?") from error

    def fetch_all(self, agency: str, axis_ids: Sequence[str]) -> list[Fetched]:
        """See `Axis.fetch_all`; one call each."""
        fetched: list[Fetched] = []
        try:
            for axis_id in axis_ids:
                fetched.append(self.fetch(agency, axis_id))
        except BaseException:
            for one in fetched:
                one.content.close()
            raise
        return fetched

    def confirm(self, agency: str, receipts: Sequence[tuple[str, str]]) -> None:
        """See `Axis.confirm`; one call each, and the axis cannot compare a document's digest."""
        traces = [receipt for receipt in receipts if is_trace(receipt[0])]
        self._traces.check(agency, traces)
        for axis_id, _ in receipts:
            if not is_trace(axis_id):
                self._confirm_document(agency, axis_id)
        self._memory.confirm(agency, [axis_id for axis_id, _ in traces])

    def _confirm_document(self, agency: str, axis_id: str) -> None:
        if not _is_number(axis_id):
            raise not_found(agency, axis_id)
        name = str(Action.CONFIRM)
        self._ask(Action.CONFIRM, name, agency, documentId=axis_id).close()

    def reject(self, agency: str, axis_id: str, reason: str) -> None:
        """See `Axis.reject`: status 02 to the sender, if its header can be read; then out.

        Who sent what is larger than we take is not known here: it only leaves the queue.
        """
        if is_trace(axis_id):
            self._memory.confirm(agency, [axis_id])
            return
        if not self._memory.is_refused(agency, axis_id):
            with suppress(TooLarge):
                letter = self._letter(agency, axis_id)
                letter.close()
                self._update(agency, refusal(letter, agency, reason, self._clock()))
                self._memory.refuse(agency, axis_id)
        self._confirm_document(agency, axis_id)

    def settle(self, message: Outgoing) -> Receipt | None:
        """See `Axis.settle`: what is remembered, then what a trace gives away."""
        known = self._sending.known(message.sender, message.message_id)
        if known is None:
            return None
        if not known.axis_id:
            letter = read_edxml(message.edxml, self._max_size)
            letter.close()
            if not self._traces.told(message.sender, letter.document_id):
                why = "the dialect has no call that would tell; send again, unchanged"
                raise AxisOutcomeUnknown("settle", why)
            axis_id = self._sending.unnamed(message.sender, message.message_id)
            return self._sending.arrived(
                message.sender, message.message_id, known.digest, axis_id, again=True
            )
        return receipt(known)

    def agencies(self) -> list[AgencyEntry]:
        """Return the catalogue by organ_id: codes and names; the dialect has no more."""
        answer = self._ask(Action.ORGANIZATIONS, str(Action.ORGANIZATIONS), self._organ_id)
        entries = {
            organ_id: AgencyEntry(organ_id, text_at(one, "OrganName"), email=text_at(one, "Email"))
            for one in answer.body.iter("{*}Organization")
            if (organ_id := text_at(one, "OrganId"))
        }
        answer.close()
        return [entries[organ_id] for organ_id in sorted(entries)]

    def sent(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """Raise AxisCannot."""
        _cannot("danh sách văn bản đã gửi / a list of what was sent")

    def received(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """Raise AxisCannot."""
        _cannot("danh sách văn bản đã nhận / a list of what was received")

    def agency_changes(self, since: int = 0) -> list[AgencyChange]:
        """Raise AxisCannot; `agencies` gives the whole."""
        _cannot("thay đổi của danh mục / changes of the catalogue")


def _check_recipients(letter: Letter, recipients: Sequence[str]) -> None:
    to = [c for c in known_children(letter.header) if local_name(c) == "To"]
    if {text_at(one, "OrganId") for one in to} != set(recipients):
        _cannot("gửi khác với nơi nhận ghi trong gói tin / to send to others than `To` names")


def _digest(edxml: bytes | Path, recipients: Sequence[str]) -> str:
    sha256, _ = measured(edxml)
    return f"{sha256} {' '.join(sorted(recipients))}"


def _waiting(trace: Trace) -> Pending:
    sha256 = hashlib.sha256(trace.content).hexdigest()
    return Pending(
        axis_id=trace.trace_id,
        kind=MessageKind.STATUS,
        recipient=trace.agency,
        sender=sender_of(trace.content),
        message_id="",
        sha256=sha256,
        size=len(trace.content),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19


def _cannot(what: str) -> NoReturn:
    raise AxisCannot(_NAME, what)
