"""`RestAxis`: a province's REST face in front of the axis, as a profile describes it (axis.md §11).

What no face is known to have, and what is made of it: no word for a repeat (`Sending` remembers),
no digest, no message id (a message is known by its content), no recipients beside those of the
message. What a face's profile leaves out raises AxisCannot.
"""

import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NoReturn

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
from connectors.edoc.memory import Memory
from connectors.edoc.sending import Sending, receipt
from connectors.edxml.routing import addressed
from connectors.errors import (
    AxisCannot,
    AxisOutcomeUnknown,
    AxisRefused,
    NotFound,
    TooLarge,
)
from connectors.measure import measured
from connectors.rest.calls import Calls
from connectors.rest.credentials import Credentials
from connectors.rest.listing import Listing
from connectors.rest.meaning import first
from connectors.rest.profile import Operation, Profile
from connectors.rest.request import Source
from connectors.rest.rows import entries
from connectors.soap.blob import Blob
from connectors.soap.connection import Connections, Timeouts
from connectors.vxp.codes import Codes
from connectors.vxp.headers import plain
from connectors.vxp.inbox import Inbox
from connectors.vxp.settling import settled

_SKEW = timedelta(days=1)
"""How far the axis's clock may be ahead of ours."""
_SETTLING = timedelta(days=31)
_QUEUED = (PacketState.INITIAL, PacketState.PROCESSING)


class RestAxis:
    """An `Axis`; build one per process and share it between threads. It owns *memory*."""

    def __init__(
        self,
        address: str,
        profile: Profile,
        credentials: Credentials,
        memory: Memory,
        *,
        timeouts: Timeouts | None = None,
        tls: ssl.SSLContext | None = None,
        max_size: int = MAX_SIZE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        connections = Connections(address, timeouts or Timeouts(), tls)
        self._calls = Calls(connections, profile, credentials, clock)
        self._listing = Listing(self._calls, profile, clock)
        self._sending = Sending("rest", memory, clock)
        self._profile = profile
        self._memory = memory
        self._max_size = max_size
        self._clock = clock
        self._codes = Codes(self._known_agencies, clock)
        self._inbox = Inbox(self._codes)
        memory.forget(clock())

    def close(self) -> None:
        """Close the idle connections and the memory."""
        self._calls.close()
        self._memory.close()

    def _call(self, name: str) -> Operation:
        found = self._profile.named().get(name)
        return found if found is not None else self._cannot(name)

    def _cannot(self, what: str) -> NoReturn:
        raise AxisCannot(self._profile.name, what)

    def send(self, message: Outgoing) -> Receipt:
        """See `Axis.send`; the faces address by the message's own `To` alone."""
        self._call("send")
        if not self._codes.same(addressed(message.edxml).recipients, message.recipients):
            self._cannot("gửi khác với nơi nhận ghi trong gói tin / other recipients than `To`")
        sha256, size = measured(message.edxml)
        digest = f"{sha256} {' '.join(sorted(message.recipients))}"
        source = Source(message.edxml, size)
        return self._sending.once(
            message.sender,
            message.message_id,
            digest,
            lambda: self._hand_over(MessageKind.EDOC, message.sender, source),
        )

    def _hand_over(self, kind: MessageKind, sender: str, source: Source) -> str:
        operation, most = self._call("send"), self._profile.max_size
        if most is not None and source.size > most:
            raise TooLarge(TooLarge.axis_code, f"{source.size} > {most} bytes")
        values = self._values(kind, file_name=f"{kind}.edxml")
        answer = self._calls.effect(operation, "send", sender, values, source)
        axis_id = first(answer, operation.id, 400)
        if not axis_id or len(axis_id) > 120 or not (axis_id.isascii() and axis_id.isprintable()):
            raise AxisOutcomeUnknown("send", "trả lời thiếu mã / no id in the answer")
        return f"{kind}-{axis_id}" if self._profile.kind_in_id else axis_id

    def _values(self, kind: MessageKind, **more: str) -> dict[str, str]:
        return {"kind": self._profile.kinds[kind.value], **more}

    def report(self, reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        """See `Axis.report`: a call for each, those about one document one after the other."""
        self._call("send")
        return reported(self._reported, reports, "send")

    def _reported(self, report: Report) -> Receipt:
        sha256, size = measured(report.edxml)
        source = Source(report.edxml, size)
        return self._sending.once(
            report.sender,
            report.message_id,
            f"{sha256} {report.recipient}",
            lambda: self._hand_over(MessageKind.STATUS, report.sender, source),
        )

    def pending(
        self, agencies: Sequence[str], kind: MessageKind | None = None, limit: int = 200
    ) -> list[Pending]:
        """See `Axis.pending`; in the face's order, documents before statuses."""
        found: list[Pending] = []
        operation, now = self._call("received"), self._clock()
        since = now - timedelta(days=operation.days)
        for one in [kind] if kind else list(MessageKind):
            waiting = [
                track
                for track in self._received(agencies, one, since, now + _SKEW)
                if track.state in _QUEUED
            ]
            if not self._confirms(one):
                waiting = self._listing.unconfirmed(self._memory, waiting)
            found += [
                Pending(track.axis_id, one, track.recipient, track.sender, "", "", 0)
                for track in waiting[: limit - len(found)]
            ]
        return found

    def _confirms(self, kind: MessageKind) -> bool:
        confirm = self._profile.operations.confirm
        return confirm is not None and kind.value in confirm.kinds

    def _received(
        self, agencies: Sequence[str], kind: MessageKind, since: datetime, until: datetime
    ) -> list[Track]:
        operation = self._call("received")
        tracks = self._listing.of(operation, agencies, kind, since, until)
        return self._inbox.listed(tracks, agencies, kind)

    def fetch(self, agency: str, axis_id: str) -> Fetched:
        """See `Axis.fetch`; the faces announce no digest."""
        return self._inbox.fetched(agency, axis_id, lambda: self._content(agency, axis_id))

    def _content(self, agency: str, axis_id: str) -> Blob:
        kind, doc_id = self._numbered(agency, axis_id)
        values = self._values(kind, doc_id=doc_id)
        operation = self._call("fetch")
        return self._calls.message(operation, agency, axis_id, self._max_size, values)

    def _numbered(self, agency: str, axis_id: str) -> tuple[MessageKind, str]:
        """Return a message's kind and the face's own id."""
        if not self._profile.kind_in_id:
            return self._inbox.kind(axis_id), axis_id
        kind, _, doc_id = axis_id.partition("-")
        if kind not in (*MessageKind,) or not doc_id:
            raise NotFound(NotFound.axis_code, f"{axis_id} ({agency})")
        return MessageKind(kind), doc_id

    def fetch_all(self, agency: str, axis_ids: Sequence[str]) -> list[Fetched]:
        """See `Axis.fetch_all`: a call for each."""
        return fetched(partial(self.fetch, agency), axis_ids)

    def confirm(self, agency: str, receipts: Sequence[tuple[str, str]]) -> None:
        """See `Axis.confirm`; digests are compared here, with what was fetched where known."""
        self._inbox.ensure_seen(agency, receipts)
        each(lambda one: self._move("confirm", agency, one[0], PacketState.DONE, ""), receipts)

    def reject(self, agency: str, axis_id: str, reason: str) -> None:
        """See `Axis.reject`."""
        self._inbox.ensure_own(agency, axis_id)
        self._move("reject", agency, axis_id, PacketState.FAIL, plain(reason))

    def _move(self, name: str, agency: str, axis_id: str, state: PacketState, why: str) -> None:
        kind, doc_id = self._numbered(agency, axis_id)
        if not self._confirms(kind):
            self._listing.confirm(self._memory, agency, axis_id)
            return
        word = self._profile.states[state.value]
        values = self._values(kind, doc_id=doc_id, state=word, reason=why)
        self._calls.effect(self._call(name), name, agency, values)

    def settle(self, message: Outgoing) -> Receipt | None:
        """See `Axis.settle`: what is remembered, else a list of what was sent."""
        known = self._sending.known(message.sender, message.message_id)
        if known is None:
            return None
        if known.axis_id:
            return receipt(known)
        if self._profile.operations.sent is None:
            why = "không có danh sách đã gửi; gửi lại nguyên vẹn / no list of what was sent"
            raise AxisOutcomeUnknown("settle", why)
        until = self._clock() + _SKEW
        tracks = self.sent(message.sender, until - _SETTLING, until, MessageKind.EDOC)
        recipients = self._codes.organ_ids(message.recipients)
        lines = self._codes.renewed(tracks)
        sha256, _ = measured(message.edxml)

        def fetch(axis_id: str) -> Blob:
            return self._content(message.sender, axis_id)

        found = settled(message, sha256, recipients, lines, fetch)
        if found is None:
            return None
        return self._sending.arrived(
            message.sender, message.message_id, known.digest, found.axis_id, again=True
        )

    def sent(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.sent`."""
        operation = self._call("sent")

        def ask(one: MessageKind) -> list[Track]:
            tracks = self._listing.of(operation, [agency], one, since, until)
            return self._codes.own(tracks, [agency], lambda track: track.sender)

        return _within(since, until, kind, ask)

    def received(
        self, agency: str, since: datetime, until: datetime, kind: MessageKind | None = None
    ) -> list[Track]:
        """See `Axis.received`."""
        if "accepted_at" not in self._call("received").row:
            self._cannot("danh sách đã nhận theo ngày / a list of what was received, by date")
        return _within(since, until, kind, lambda one: self._received([agency], one, since, until))

    def agencies(self) -> list[AgencyEntry]:
        """See `Axis.agencies`."""
        operation = self._call("agencies")
        return entries(operation, self._calls.ask(operation, "agencies", "", {}))

    def _known_agencies(self) -> list[AgencyEntry]:
        """Return none where the face does not say: every code is an agency of its own then."""
        return self.agencies() if self._profile.operations.agencies else []

    def agency_changes(self, since: int = 0) -> list[AgencyChange]:
        """Raise AxisCannot; `agencies` gives the whole."""
        self._cannot("thay đổi của danh mục / changes of the catalogue")


def _within(
    since: datetime,
    until: datetime,
    kind: MessageKind | None,
    ask: Callable[[MessageKind], list[Track]],
) -> list[Track]:
    """Return what *ask* lists within [since, until), each once; faces know whole seconds."""
    start = since.replace(microsecond=0)
    found: dict[tuple[str, str], Track] = {}
    for one in [kind] if kind else list(MessageKind):
        for track in ask(one):
            if start <= track.accepted_at < until:
                found.setdefault((track.axis_id, track.recipient), track)
    return list(found.values())
