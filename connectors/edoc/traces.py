"""The statuses that an axis of the dialect tells: asked for by time, kept until confirmed.

GetTraces gives every trace since a moment and nothing confirms one (axis.md §12.1). So the
agency's mark goes along with the answers, each look goes some way behind it, and `Memory` knows
again what it has seen: nothing is lost, nothing comes twice.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from lxml import etree

from connectors.axis import Fetched, MessageKind
from connectors.edoc.dialect import Action
from connectors.edoc.envelope import Credential, request_envelope, status_letter
from connectors.edoc.exchange import Exchange
from connectors.edoc.intake import SwaMessage
from connectors.edoc.letter import read_edxml, write_edxml
from connectors.edoc.memory import Memory, Trace
from connectors.edoc.plain import text_at, wire_time
from connectors.edxml.dates import NotADate, read_time
from connectors.edxml.spool import Spool
from connectors.errors import DigestMismatch, EnvelopeInvalid, NotFound

NARROW = timedelta(minutes=10)
"""How far behind the mark traces are asked for again: clocks differ."""
WIDE = timedelta(days=7)
"""The same, once in `WIDE_EVERY`: an axis may go by the reporter's time, which may be days old."""
WIDE_EVERY = timedelta(hours=1)
FULL = 500
"""An answer of so many traces may be cut: the mark then goes no further than the newest in it."""
_PREFIX = "trace-"
_LONGEST = 1 << 20
"""Bytes of one trace."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Traces:
    """The traces of any number of agencies."""

    def __init__(
        self,
        exchange: Exchange,
        memory: Memory,
        credential: Callable[[str], Credential],
        clock: Callable[[], datetime],
    ) -> None:
        self._exchange = exchange
        self._memory = memory
        self._credential = credential
        self._clock = clock
        self._wide_at: dict[str, datetime] = {}

    def waiting(self, agency: str, limit: int) -> list[Trace]:
        """Take what is new from the axis; return what is not confirmed, oldest first."""
        now = self._clock()
        wide = now - self._wide_at.get(agency, _NEVER) >= WIDE_EVERY
        mark = self._memory.mark(agency) or now
        statuses = self._since(agency, mark - (WIDE if wide else NARROW))
        traces = [_trace(agency, status) for status in statuses]
        self._memory.enter(agency, traces, _next_mark(mark, now, statuses), now)
        if wide:
            self._memory.forget(now)
            self._wide_at[agency] = now
        return self._memory.waiting(agency, limit)

    def told(self, agency: str, document_id: str) -> bool:
        """Return whether somebody has reported on *agency*'s document: then the axis had it."""
        statuses = self._since(agency, self._clock() - WIDE)
        return any(text_at(one, "ResponseFor", "DocumentId") == document_id for one in statuses)

    def _since(self, agency: str, since: datetime) -> list[etree._Element]:
        envelope = request_envelope(
            self._exchange.version,
            str(Action.TRACES),
            self._credential(agency),
            TimeStamp=wire_time(since),
        )
        answer: SwaMessage = self._exchange.ask(Action.TRACES, envelope)
        answer.close()
        return list(answer.body.iter("{*}Status"))

    def fetch(self, agency: str, trace_id: str) -> Fetched:
        """Return a trace that is not confirmed.

        Raises:
            NotFound: there is none of this id.
        """
        content = self._memory.trace(agency, trace_id)
        if not content:
            raise not_found(agency, trace_id)
        spool = Spool(len(content))
        spool.write(content)
        sha256 = spool.sha256()
        sender = sender_of(content)
        return Fetched(trace_id, MessageKind.STATUS, sender, sha256, sha256, spool.open())

    def check(self, agency: str, receipts: Sequence[tuple[str, str]]) -> None:
        """Return if (trace id, sha256) pairs may be confirmed; what was confirmed may again.

        Raises:
            NotFound: one of them never came.
            DigestMismatch: one of the digests is another's.
        """
        for trace_id, sha256 in receipts:
            content = self._memory.trace(agency, trace_id)
            if content is None:
                raise not_found(agency, trace_id)
            if content and hashlib.sha256(content).hexdigest() != sha256:
                raise DigestMismatch(DigestMismatch.axis_code, trace_id)


def is_trace(axis_id: str) -> bool:
    """Return whether an axis id is a trace's, which `Memory` knows, or a document's number."""
    return axis_id.startswith(_PREFIX)


def sender_of(content: bytes) -> str:
    """Return who reports, in a status message; empty when it cannot be read."""
    try:
        return text_at(read_edxml(content, _LONGEST).header, "From", "OrganId")
    except EnvelopeInvalid:
        return ""


def not_found(agency: str, axis_id: str) -> NotFound:
    """Return the refusal for an id that is not *agency*'s."""
    return NotFound(NotFound.axis_code, f"{axis_id[:100]} ({agency})")


def _trace(agency: str, status: etree._Element) -> Trace:
    pieces: list[bytes] = []
    write_edxml(status_letter(status), pieces.append)
    content = b"".join(pieces)
    return Trace(agency, _PREFIX + hashlib.sha256(content).hexdigest()[:40], content)


def _next_mark(mark: datetime, now: datetime, statuses: Sequence[etree._Element]) -> datetime:
    if len(statuses) < FULL:
        return now
    times = [moment for one in statuses if (moment := _moment(text_at(one, "Timestamp")))]
    return max(mark, min(now, max(times, default=mark)))


def _moment(text: str) -> datetime | None:
    try:
        return read_time(text)[0]
    except NotADate:
        return None
