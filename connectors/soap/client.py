"""`SoapAxis`: the axis behind the SOAP contract.

zeep makes and reads the envelopes; the wire is ours: MTOM streamed both ways, every
answer checked against the schema, hard time limits (zeep's default has none and its
MTOM loses bytes: soap.md §6).
"""

import hashlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.axis import (
    MAX_BATCH,
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
from connectors.errors import (
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    TooLarge,
)
from connectors.soap import wire
from connectors.soap.connection import BrokenOff, Connections, HttpAnswer, NotSent, Timeouts
from connectors.soap.fault import Blame, SoapFault, fault_in
from connectors.soap.intake import Intake, MediaTypeUnknown, Message
from connectors.soap.model import shared_model
from connectors.soap.version import SOAP11, Version
from schemas.axis.contract import NAMESPACE

MAX_SIZE = 100 << 20
"""Bytes of one fetched message by default."""
_PAGE = 2000
_FETCH = 100
_MOST = 5000
"""The contract's largest page."""
_EFFECTS = frozenset({"SendDocument", "UpdateStatus", "ConfirmReceived"})
"""Operations that change something: without an answer their outcome is unknown."""


@dataclass(frozen=True, slots=True)
class _Answer:
    values: Any
    message: Message


class SoapAxis:
    """An `Axis`; build one per process and share it between threads."""

    def __init__(
        self,
        address: str,
        *,
        version: Version = SOAP11,
        timeouts: Timeouts | None = None,
        tls: ssl.SSLContext | None = None,
        max_size: int = MAX_SIZE,
    ) -> None:
        self._connections = Connections(address, timeouts or Timeouts(), tls)
        self._version = version
        self._model = shared_model()
        self._max_size = max_size

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()

    def send(self, message: Outgoing) -> Receipt:
        """See `Axis.send`."""
        values = {
            "messageId": message.message_id,
            "from": message.sender,
            "to": list(message.recipients),
            "sentAt": datetime.now(UTC),
            "urgency": message.urgency,
            "sha256": _sha256(message.edxml),
            "edxml": b"",
        }
        content = wire.Content.of(message.edxml)
        return _receipt(self._call("SendDocument", values, (content,), mtom=True).values)

    def report(self, reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        """See `Axis.report`."""
        answers: list[Receipt | AxisRefused] = []
        for start in range(0, len(reports), MAX_BATCH):
            answers += self._report(reports[start : start + MAX_BATCH])
        return answers

    def _report(self, reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        statuses = [
            {
                "messageId": report.message_id,
                "from": report.sender,
                "to": report.recipient,
                "documentId": report.document_id,
                "statusCode": report.status_code,
                "edxml": b"",
            }
            for report in reports
        ]
        contents = [wire.Content.of(report.edxml) for report in reports]
        values = self._call("UpdateStatus", {"status": statuses}, contents).values
        if [answer.messageId for answer in values.answer] != [r.message_id for r in reports]:
            raise AxisOutcomeUnknown("UpdateStatus", "the answers are not for these statuses")
        return [_status_answer(answer) for answer in values.answer]

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        """See `Axis.pending`."""
        values: dict[str, Any] = {"agency": list(agencies), "max": min(limit, _MOST)}
        if kind is not None:
            values["kind"] = str(kind)
        found = self._call("GetPendingDocumentIds", values).values.document
        return [
            Pending(
                axis_id=one.axisId,
                kind=MessageKind(one.kind),
                recipient=one.to,
                sender=one["from"],
                message_id=one.messageId,
                sha256=one.sha256,
                size=one.size,
            )
            for one in found
        ]

    def fetch(self, agency: str, axis_id: str) -> Fetched:
        """See `Axis.fetch`."""
        (fetched,) = self.fetch_all(agency, [axis_id])
        return fetched

    def fetch_all(self, agency: str, axis_ids: Sequence[str]) -> list[Fetched]:
        """See `Axis.fetch_all`; what the axis leaves out of an answer is asked for again."""
        fetched: list[Fetched] = []
        try:
            while len(fetched) < len(axis_ids):
                asked = axis_ids[len(fetched) : len(fetched) + _FETCH]
                fetched += self._fetch(agency, asked)
        except BaseException:
            for one in fetched:
                one.content.close()
            raise
        return fetched

    def _fetch(self, agency: str, axis_ids: Sequence[str]) -> list[Fetched]:
        asked = {"agency": agency, "axisId": list(axis_ids)}
        answer = self._call("GetDocument", asked, mtom=True)
        found = list(zip(answer.values.document, answer.message.blobs, strict=True))
        # a shorter answer is the axis's right: it keeps its answers within bounds
        for axis_id, (document, blob) in zip(axis_ids, found, strict=False):
            if document.axisId != axis_id or document.sha256 != blob.sha256:
                answer.message.close()
                raise AxisContentCorrupt(axis_id, document.sha256)
        return [
            Fetched(
                axis_id=document.axisId,
                kind=MessageKind(document.kind),
                sender=document["from"],
                message_id=document.messageId,
                sha256=blob.sha256,
                content=blob.open(),
            )
            for document, blob in found[: len(axis_ids)]
        ]

    def confirm(self, agency: str, receipts: Sequence[tuple[str, str]]) -> None:
        """See `Axis.confirm`; more than MAX_BATCH receipts go in several calls."""
        for start in range(0, len(receipts), MAX_BATCH):
            batch = [
                {"axisId": axis_id, "sha256": sha256}
                for axis_id, sha256 in receipts[start : start + MAX_BATCH]
            ]
            self._call("ConfirmReceived", {"agency": agency, "receipt": batch})

    def agencies(self) -> list[AgencyEntry]:
        """See `Axis.agencies`."""
        entries: list[AgencyEntry] = []
        values: dict[str, Any] = {"max": _PAGE}
        while True:
            page = self._call("GetAgencies", values).values
            entries += [
                AgencyEntry(one.organId, one.name, one.oldOrganId or "", one.parent or "")
                for one in page.agency
            ]
            if not page.more or not page.agency:
                return entries
            values["after"] = page.agency[-1].organId

    def agency_changes(self, since: int = 0) -> list[AgencyChange]:
        """See `Axis.agency_changes`."""
        raise NotImplementedError

    def reject(self, agency: str, axis_id: str, reason: str) -> None:
        """See `Axis.reject`."""
        raise NotImplementedError

    def settle(self, message: Outgoing) -> Receipt | None:
        """See `Axis.settle`."""
        raise NotImplementedError

    def sent(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.sent`."""
        raise NotImplementedError

    def received(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.received`."""
        raise NotImplementedError

    def _call(
        self,
        operation: str,
        values: dict[str, Any],
        contents: Sequence[wire.Content] = (),
        *,
        mtom: bool = False,
    ) -> _Answer:
        envelope = self._model.request(self._version, operation, values)
        written = wire.mtom if mtom else wire.plain
        headers = {"SOAPAction": f'"{NAMESPACE}/{operation}"'} if self._version is SOAP11 else {}
        try:
            out = written(self._version, envelope, contents)
            with self._connections.exchange(out, headers) as answer:
                return self._read(operation, answer)
        except NotSent as why:
            raise AxisUnavailable(str(why)) from why
        except (BrokenOff, MediaTypeUnknown) as why:
            raise _unanswered(operation, str(why)) from why
        except SoapFault as fault:
            raise _refusal(operation, fault) from fault

    def _read(self, operation: str, answer: HttpAnswer) -> _Answer:
        if answer.status == 413:
            raise TooLarge(TooLarge.axis_code, "HTTP 413")
        if answer.status == 503 or 400 < answer.status < 500:  # nothing was done (RFC 9110 §15.5)
            raise AxisUnavailable(f"HTTP {answer.status}")
        if answer.status not in (200, 400, 500):
            raise _unanswered(operation, f"HTTP {answer.status}")
        try:
            intake = Intake(answer.header("content-type"), self._max_size)
            for chunk in answer.chunks():
                intake.feed(chunk)
            message = intake.close()
            fault = fault_in(message.body, message.version)
            if fault is None:
                version, body = message.version, message.body
                return _Answer(self._model.response_values(version, operation, body), message)
        except SoapFault as wrong:  # in the answer, which is the axis's doing and not ours
            raise _unanswered(operation, f"the answer is not understood: {wrong}") from wrong
        raise fault


def _refusal(operation: str, fault: SoapFault) -> Exception:
    if fault.detail is None:
        if fault.blame is Blame.SERVER:
            return _unanswered(operation, str(fault))
        return AxisRefused(fault.blame, str(fault))
    if fault.detail.retryable:
        return AxisUnavailable(f"{fault.detail.code}: {fault.detail.description}")
    return AxisRefused.of(fault.detail.code, fault.detail.description)


def _unanswered(operation: str, why: str) -> AxisUnavailable | AxisOutcomeUnknown:
    if operation in _EFFECTS:
        return AxisOutcomeUnknown(operation, why)
    return AxisUnavailable(f"{operation}: {why}")


def _receipt(values: Any) -> Receipt:
    return Receipt(values.axisId, values.duplicate, values.acceptedAt.astimezone(UTC))


def _status_answer(answer: Any) -> Receipt | AxisRefused:
    if answer.fault is not None:
        return AxisRefused.of(answer.fault.code, answer.fault.description)
    return _receipt(answer)


def _sha256(source: bytes | Path) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
