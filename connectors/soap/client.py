"""`SoapAxis`: the axis behind the SOAP contract.

zeep makes and reads the envelopes; the wire is ours: content streamed both ways, every
answer checked against the schema, hard time limits (zeep's default has none and its
MTOM loses bytes: soap.md §6).
"""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.access import MAX_SIZE
from connectors.axis import (
    MAX_BATCH,
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
from connectors.errors import (
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    DuplicateDifferent,
)
from connectors.measure import measured
from connectors.soap import wire
from connectors.soap.calls import Answer, Calls, Credential
from connectors.soap.connection import Timeouts
from connectors.soap.form import Form
from connectors.soap.security import Correspondence
from connectors.soap.version import SOAP11, Version
from connectors.soap.xroad import XRoad

_PAGE = 2000
_FETCH = 100
_MOST = 5000
"""The contract's largest page: more than the recipients of one message, so that pages go on."""
_REASON = 1000


class SoapAxis:
    """An `Axis`; build one per process and share it between threads.

    *form* says how content travels; signed messages (*correspondence*) use swaRef whatever it is.
    """

    def __init__(
        self,
        address: str,
        *,
        version: Version = SOAP11,
        timeouts: Timeouts | None = None,
        tls: ssl.SSLContext | None = None,
        max_size: int = MAX_SIZE,
        form: Form = Form.MTOM,
        credential: Credential | None = None,
        correspondence: Correspondence | None = None,
        through: XRoad | None = None,
    ) -> None:
        self._calls = Calls(
            address,
            version=version,
            timeouts=timeouts or Timeouts(),
            max_size=max_size,
            tls=tls,
            credential=credential,
            correspondence=correspondence,
            through=through,
        )
        self._form = form
        # a status is some kilobytes: a MIME part for each costs more than its base64
        self._small = Form.INLINE if form is Form.MTOM else form

    def close(self) -> None:
        """Close the idle connections."""
        self._calls.connections.close()

    def send(self, message: Outgoing) -> Receipt:
        """See `Axis.send`."""
        values = {
            "messageId": message.message_id,
            "from": message.sender,
            "to": list(message.recipients),
            "sentAt": datetime.now(UTC),
            "urgency": message.urgency,
            "sha256": measured(message.edxml)[0],
            "edxml": b"",
        }
        content = wire.Content.of(message.edxml)
        return _receipt(self._call("SendDocument", values, (content,), self._form).values)

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
                "sha256": measured(report.edxml)[0],
                "edxml": b"",
            }
            for report in reports
        ]
        contents = [wire.Content.of(report.edxml) for report in reports]
        values = self._call("UpdateStatus", {"status": statuses}, contents).values
        if [answer.messageId for answer in values.answer] != [r.message_id for r in reports]:
            raise AxisOutcomeUnknown(
                "UpdateStatus",
                "trả lời không khớp trạng thái đã gửi / the answers are not for these statuses",
            )
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
        answer = self._call("GetDocument", asked, form=self._form)
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
            entries += map(_entry, page.agency)
            if not page.more or not page.agency:
                return entries
            values["after"] = page.agency[-1].organId

    def agency_changes(self, since: int = 0) -> list[AgencyChange]:
        """See `Axis.agency_changes`."""
        changes: list[AgencyChange] = []
        while True:
            page = self._call("GetAgencyChanges", {"since": since, "max": _PAGE}).values
            changes += [
                AgencyChange(_entry(one.agency), one.version, one.deleted, _utc(one.modifiedAt))
                for one in page.change
            ]
            if not page.more or not page.change:
                return changes
            since = page.change[-1].version

    def reject(self, agency: str, axis_id: str, reason: str) -> None:
        """See `Axis.reject`; of a longer reason the first thousand characters go out."""
        reason = "".join(one if one.isprintable() else " " for one in reason)[:_REASON]
        self._call("RejectReceived", {"agency": agency, "axisId": axis_id, "reason": reason})

    def settle(self, message: Outgoing) -> Receipt | None:
        """See `Axis.settle`: asks by the message's own id, then compares the content.

        Raises:
            DuplicateDifferent: the axis has other content under this id.
        """
        values = {"agency": message.sender, "messageId": message.message_id}
        found = self._call("GetSentDocuments", values).values.document
        if not found:
            return None
        first = found[0]
        if first.messageId != message.message_id or first.kind != MessageKind.EDOC:
            raise AxisOutcomeUnknown(
                "GetSentDocuments", "trục nêu gói tin khác / it lists another message"
            )
        if first.sha256 != measured(message.edxml)[0]:
            what = f"{message.sender} {message.message_id}"
            raise DuplicateDifferent(DuplicateDifferent.axis_code, what)
        return Receipt(first.axisId, duplicate=True, accepted_at=_utc(first.acceptedAt))

    def sent(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.sent`."""
        return self._tracks("GetSentDocuments", agency, since, until, kind)

    def received(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.received`."""
        return self._tracks("GetReceivedDocuments", agency, since, until, kind)

    def _tracks(
        self,
        operation: str,
        agency: str,
        since: datetime,
        until: datetime,
        kind: MessageKind | None,
    ) -> list[Track]:
        values: dict[str, Any] = {"agency": agency, "until": until, "max": _MOST}
        if kind is not None:
            values["kind"] = str(kind)
        found: dict[tuple[str, str], Track] = {}
        while True:
            page = self._call(operation, values | {"since": since}).values
            tracks = [_track(one) for one in page.document]
            found |= {(track.axis_id, track.recipient): track for track in tracks}
            if not page.more:
                return list(found.values())
            if not tracks or tracks[-1].accepted_at <= since:
                raise AxisUnavailable(
                    f"{operation}: không có trang tiếp / its pages do not go on after {since}"
                )
            since = tracks[-1].accepted_at

    def _call(
        self,
        operation: str,
        values: dict[str, Any],
        contents: Sequence[wire.Content] = (),
        form: Form | None = None,
    ) -> Answer:
        return self._calls.call(operation, values, contents, form or self._small)


def _track(one: Any) -> Track:
    return Track(
        axis_id=one.axisId,
        kind=MessageKind(one.kind),
        sender=one["from"],
        recipient=one.to,
        state=PacketState(one.state),
        note=one.note or "",
        accepted_at=_utc(one.acceptedAt),
        updated_at=_utc(one.updatedAt),
        message_id=one.messageId,
        sha256=one.sha256,
    )


def _entry(one: Any) -> AgencyEntry:
    return AgencyEntry(
        one.organId, one.name, one.oldOrganId or "", one.parent or "", one.email or ""
    )


def _utc(at: datetime) -> datetime:
    """Return a time off the wire; one without a zone is UTC, as the contract's servers write."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _receipt(values: Any) -> Receipt:
    return Receipt(values.axisId, values.duplicate, _utc(values.acceptedAt))


def _status_answer(answer: Any) -> Receipt | AxisRefused:
    if answer.fault is not None:
        return AxisRefused.of(answer.fault.code, answer.fault.description)
    return _receipt(answer)
