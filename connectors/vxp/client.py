"""`VxpAxis`: the axis behind the national SDK's wire (axis.md §10).

The wire has no message id, no digest and no page: a message is known by its content, a
list comes whole, and one call moves one message.
"""

import json
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from connectors.abreast import each, fetched, reported
from connectors.access import MAX_SIZE
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
from connectors.edxml.routing import addressed
from connectors.errors import (
    AxisOutcomeUnknown,
    AxisRefused,
    NoSuchCall,
)
from connectors.measure import measured
from connectors.soap.connection import Connections, Timeouts
from connectors.vxp.calls import Calls, FileBody
from connectors.vxp.codes import Codes
from connectors.vxp.headers import hash_file, plain, wire_time
from connectors.vxp.inbox import Inbox
from connectors.vxp.rows import (
    agency_changes,
    agency_entries,
    old_codes,
    received_track,
    rows,
    sent_track,
    usable,
    usable_id,
)
from connectors.vxp.settling import settled

_NAMED = 3000
"""Characters of the `to` header; servers take heads of 8 KB, and it stands there twice."""
_WINDOW = timedelta(days=31)
"""Longest span that is asked for in one list."""
_SKEW = timedelta(days=1)
"""How far the axis's clock may be ahead of ours."""
_SERVICE = "eDoc"
_QUEUED = (PacketState.INITIAL, PacketState.PROCESSING)


class VxpAxis:
    """An `Axis`; build one per process and share it between threads."""

    def __init__(
        self,
        address: str,
        system_id: str,
        secret: str,
        *,
        legacy_hex: bool = True,
        to_header: bool = True,
        timeouts: Timeouts | None = None,
        tls: ssl.SSLContext | None = None,
        max_size: int = MAX_SIZE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        connections = Connections(address, timeouts or Timeouts(), tls)
        self._calls = Calls(connections, system_id, secret.encode(), clock)
        self._clock = clock
        self._legacy_hex = legacy_hex
        self._to_header = to_header
        self._max_size = max_size
        self._codes = Codes(self.agencies, clock)
        self._inbox = Inbox(self._codes)

    def close(self) -> None:
        """Close the idle connections."""
        self._calls.close()

    def send(self, message: Outgoing) -> Receipt:
        """See `Axis.send`; the id the axis goes by is made of the content."""
        return self._send(MessageKind.EDOC, message.sender, message.recipients, message.edxml)

    def _send(
        self, kind: MessageKind, sender: str, recipients: Sequence[str], edxml: bytes | Path
    ) -> Receipt:
        sha256, size = measured(edxml)
        parameters = {
            "servicetype": _SERVICE,
            "messagetype": str(kind),
            "hash-file": hash_file(sha256, legacy_hex=self._legacy_hex),
            "from": sender,
        }
        named = json.dumps(list(recipients), separators=(",", ":"))
        if self._to_header and len(named) <= _NAMED:
            parameters["to"] = named
        elif set(addressed(edxml).recipients) != set(recipients):
            raise AxisRefused("TO", f"{len(recipients)} nơi nhận / recipients, others in edXML")
        accepted = self._calls.send(parameters, FileBody(edxml, size))
        axis_id = usable_id(accepted.values, "DocId")
        if not axis_id:
            raise AxisOutcomeUnknown("sendEdoc", "trả lời thiếu DocId / no DocId in the answer")
        at = _moment(accepted.accepted_at) or self._clock()
        return Receipt(axis_id, accepted.duplicate, at)

    def report(self, reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        """See `Axis.report`: a call for each, those about one document one after the other."""

        def say(report: Report) -> Receipt:
            to = [report.recipient]
            return self._send(MessageKind.STATUS, report.sender, to, report.edxml)

        return reported(say, reports, "sendEdoc")

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        """See `Axis.pending`; in the axis's order, documents before statuses."""
        found: list[Pending] = []
        for one in [kind] if kind else list(MessageKind):
            for track in self._received(agencies, one, {}):
                if track.state in _QUEUED and len(found) < limit:
                    found.append(
                        Pending(track.axis_id, one, track.recipient, track.sender, "", "", 0)
                    )
        return found

    def _received(
        self, agencies: Sequence[str], kind: MessageKind, parameters: dict[str, str]
    ) -> list[Track]:
        asked = {"servicetype": _SERVICE, "messagetype": str(kind), **parameters}
        answer = self._calls.ask("getReceivedEdocList", asked)
        tracks = usable(received_track(row, kind, self._clock()) for row in rows(answer))
        return self._inbox.listed(tracks, agencies, kind)

    def fetch(self, agency: str, axis_id: str) -> Fetched:
        """See `Axis.fetch`."""
        return self._inbox.fetched(
            agency, axis_id, lambda: self._calls.message(axis_id, self._max_size)
        )

    def fetch_all(self, agency: str, axis_ids: Sequence[str]) -> list[Fetched]:
        """See `Axis.fetch_all`: a call for each."""
        return fetched(partial(self.fetch, agency), axis_ids)

    def confirm(self, agency: str, receipts: Sequence[tuple[str, str]]) -> None:
        """See `Axis.confirm`; digests are compared here, with what was fetched where known."""
        self._inbox.ensure_seen(agency, receipts)
        each(lambda receipt: self._move(receipt[0], PacketState.DONE), receipts)

    def reject(self, agency: str, axis_id: str, reason: str) -> None:
        """See `Axis.reject`; the reason goes without its marks, a header holds no others."""
        self._inbox.ensure_own(agency, axis_id)
        self._move(axis_id, PacketState.FAIL, plain(reason))

    def _move(self, axis_id: str, state: PacketState, description: str = "") -> None:
        parameters = {"docId": axis_id, "status": str(state)}
        if description:
            parameters["description"] = description
        self._calls.ask("updateStatus", parameters, b"{}", 1 << 20)

    def settle(self, message: Outgoing) -> Receipt | None:
        """See `Axis.settle`: by the list of what was sent, then by the contents in question."""
        until = self._clock() + _SKEW
        tracks = self.sent(message.sender, until - _WINDOW, until, MessageKind.EDOC)
        if not tracks:
            return None
        recipients = self._codes.organ_ids(message.recipients)
        lines = self._codes.renewed(tracks)
        sha256, _ = measured(message.edxml)
        fetch = partial(self._calls.message, limit=self._max_size)
        return settled(message, sha256, recipients, lines, fetch)

    def sent(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.sent`."""

        def ask(one: MessageKind, span: dict[str, str]) -> list[Track]:
            asked = {"servicetype": _SERVICE, "messagetype": str(one), **span}
            answer = self._calls.ask("getSentEdocList", asked)
            found = usable(sent_track(row, one, since) for row in rows(answer))
            return self._codes.own(found, [agency], lambda track: track.sender)

        return _over(since, until, kind, ask)

    def received(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.received`."""
        return _over(since, until, kind, lambda one, span: self._received([agency], one, span))

    def agencies(self) -> list[AgencyEntry]:
        """See `Axis.agencies`; old codes come from both of the axis's lists."""
        return agency_entries(self._calls.ask("getAgenciesList", {}), self._old_codes())

    def _old_codes(self) -> dict[str, str]:
        """Return old codes by new ones; an axis that has no such list has told them elsewhere."""
        try:
            return old_codes(self._calls.ask("getAgenciesListQD20", {"level": "0"}))
        except (AxisRefused, NoSuchCall):
            return {}

    def agency_changes(self, since: int = 0) -> list[AgencyChange]:
        """See `Axis.agency_changes`; the list comes whole, its old codes from another one."""
        answer = self._calls.ask("getSynchronizeUnit", {})
        return agency_changes(answer, self._old_codes, since, self._clock())

    def register_agency(self, entry: AgencyEntry, mobile: str = "", fax: str = "") -> None:
        """Enter an agency below one of ours.

        Raises:
            AxisRefused: we may not, or the axis has another reason.
        """
        values = {
            "id": entry.organ_id,
            "pcode": entry.parent,
            "code": entry.organ_id,
            "name": entry.name,
            "mail": entry.email,
            "mobile": mobile,
            "fax": fax,
        }
        body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
        self._calls.ask("registerAgency", {}, body, 1 << 20)
        self._codes.forget()

    def delete_agency(self, organ_id: str) -> None:
        """Take an agency below one of ours out of the catalogue.

        Raises:
            AxisRefused: we may not, or there is none.
        """
        self._calls.ask("deleteAgency", {"AgencyCode": organ_id}, b"{}", 1 << 20)
        self._codes.forget()


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _over(
    since: datetime,
    until: datetime,
    kind: MessageKind | None,
    ask: Callable[[MessageKind, dict[str, str]], list[Track]],
) -> list[Track]:
    """Return what *ask* lists within [since, until), a month at a time; the wire knows seconds."""
    found: dict[tuple[str, str], Track] = {}
    start, first = since, since.replace(microsecond=0)
    while start < until:
        end = min(start + _WINDOW, until)
        span = {"fromDate": wire_time(start), "toDate": wire_time(end + timedelta(seconds=1))}
        for one in [kind] if kind else list(MessageKind):
            for track in ask(one, span):
                if first <= track.accepted_at < until:
                    found.setdefault((track.axis_id, track.recipient), track)
        start = end
    return list(found.values())
