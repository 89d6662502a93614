"""What was sent, matched: the axis's list against our deliveries and statuses, both ways round.

Source: axis.md §10.4. What the axis's list lacks is asked for by its id before it is called
lost: lists have an end, clocks differ, and a receipt is recorded after it was given.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from connectors.axis import PacketState, Track
from connectors.errors import AxisCannot, AxisContentCorrupt, AxisRefused
from documents import reconciliation_ours as ours
from documents.errors import Unavailable
from documents.reconciliation import Found, Kind
from documents.reconciliation_ours import Sent
from documents.tables import DocumentRow
from workflows import issuance, messages, settlement
from workflows.reconciliation_run import Days, Run

DOCUMENT_KINDS = (Kind.LOST, Kind.UNKNOWN, Kind.UNRECORDED, Kind.DOUBLED, Kind.FAILED, Kind.DIGEST)
STATUS_KINDS = (Kind.STATUS_LOST,)
CHUNK = 500
"""Ids in one question to the database."""
MOST_ASKED = 2000
"""Messages of one run that the axis is asked for one by one."""
MOST_COMPARED = 200
"""Contents that one run fetches to recognise a message by."""

Spans = Iterator[tuple[Days, list[Track]]]
T = TypeVar("T")


@dataclass(slots=True)
class _Missing:
    """What we sent and the list has not shown yet: the neighbouring spans may."""

    before: set[str] = field(default_factory=set)
    """What the list showed in the span before."""
    waiting: dict[str, Sent] = field(default_factory=dict)
    asked: int = 0


def documents(run: Run, spans: Spans) -> None:
    """Match documents.

    Raises:
        AxisUnavailable, AxisRefused, AxisCannot: as the axis says; what was found stands.
    """
    missing = _Missing()
    for days, tracks in spans:
        run.counts["axis_sent"] += len(tracks)
        for chunk in _chunks(tracks):
            _known(run, chunk)
        shown = {track.axis_id for track in tracks}
        earlier, missing.waiting = missing.waiting, {}
        for sent in _pages(run, days):
            run.counts["our_sent"] += 1
            if sent.axis_id not in shown and sent.axis_id not in missing.before:
                missing.waiting[sent.axis_id] = sent
        _ask(run, missing, [sent for name, sent in earlier.items() if name not in shown])
        missing.before = shown
    _ask(run, missing, list(missing.waiting.values()))


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _pages(run: Run, days: Days) -> Iterator[Sent]:
    after: tuple[datetime, str] | None = None
    while True:
        with run.office.database.reading() as session:
            page = ours.sent_page(session, run.organ_id, days, after, CHUNK)
        yield from page
        if len(page) < CHUNK:
            return
        last = page[-1]
        assert last.sent_at is not None  # noqa: S101  (the page is of those that have it)
        after = (last.sent_at, last.delivery_id)


def _known(run: Run, tracks: Sequence[Track]) -> None:
    """Judge what the axis lists of ours."""
    with run.office.database.reading() as session:
        known = ours.by_axis_id(session, run.organ_id, {track.axis_id for track in tracks})
    strange = _recognisable(run, [track for track in tracks if track.axis_id not in known])
    with run.office.database.reading() as session:
        ids = {track.message_id for track in strange if track.message_id}
        named = ours.by_message(session, run.organ_id, ids) if ids else {}
        digests = {t.sha256 for t in strange if t.sha256 and t.message_id not in named}
        named |= ours.by_digest(session, run.organ_id, digests) if digests else {}
    for track in tracks:
        if mine := known.get(track.axis_id):
            _compare(run, track, _for(track, mine))
    for track in strange:
        _strange(run, track, named.get(track.message_id) or named.get(track.sha256))


def _recognisable(run: Run, tracks: Sequence[Track]) -> list[Track]:
    """Return *tracks*, with the contents' digests where a wire says neither ids nor digests."""
    digests: dict[str, str] = {}
    for axis_id in {t.axis_id for t in tracks if not t.message_id and not t.sha256}:
        run.counts["contents_compared"] += 1
        if run.counts["contents_compared"] > MOST_COMPARED:
            break
        try:
            fetched = run.office.axis.fetch(run.organ_id, axis_id)
        except (AxisRefused, AxisCannot, AxisContentCorrupt) as error:
            run.notes.append(f"{axis_id}: {error}"[:300])
            continue
        fetched.content.close()
        digests[axis_id] = fetched.sha256
    return [replace(t, sha256=t.sha256 or digests.get(t.axis_id, "")) for t in tracks]


def _for(track: Track, mine: Sequence[Sent]) -> Sent:
    return next((sent for sent in mine if sent.recipient == track.recipient), mine[0])


def _compare(run: Run, track: Track, sent: Sent) -> None:
    if track.sha256 and sent.message_sha256 and track.sha256 != sent.message_sha256:
        digests = {"axis": track.sha256, "ours": sent.message_sha256}
        run.add(_found(Kind.DIGEST, track, sent.document_id, digests))
    if track.state is PacketState.FAIL:
        run.add(_found(Kind.FAILED, track, sent.document_id, {"note": track.note[:500]}))


def _strange(run: Run, track: Track, sent: Sent | None) -> None:
    """Judge a message of ours whose axis id we have not."""
    facts = {"message_id": track.message_id, "sha256": track.sha256}
    if sent is None:
        run.add(_found(Kind.UNKNOWN, track, None, facts))
    elif not sent.axis_id:
        run.add(_found(Kind.UNRECORDED, track, sent.document_id, facts))
    else:
        both = {**facts, "known_as": sent.axis_id}
        run.add(_found(Kind.DOUBLED, track, sent.document_id, both))


def _found(kind: Kind, track: Track, document_id: str | None, facts: dict[str, Any]) -> Found:
    evidence = {"packet": track.state.value, **facts}
    return Found(
        kind,
        f"{track.axis_id} {track.recipient}",
        partner=track.recipient,
        document_id=document_id,
        axis_id=track.axis_id,
        event_at=track.accepted_at,
        evidence=evidence,
    )


def _ask(run: Run, missing: _Missing, sent: Sequence[Sent]) -> None:
    """Ask the axis for each message that no list showed; what it has not is lost."""
    for each in sent:
        missing.asked += 1
        if missing.asked > MOST_ASKED:
            run.counts["not_asked"] += 1
            continue
        receipt = asked(run, each.document_id)
        if receipt == "":
            run.add(_of_ours(Kind.LOST, each, {}))
        elif receipt not in (None, each.axis_id):
            run.add(_of_ours(Kind.DOUBLED, each, {"known_as": receipt}))


def asked(run: Run, document_id: str) -> str | None:
    """Return the axis's id for a document's message; empty: it has none; None: it cannot say.

    Raises:
        AxisUnavailable: it does not answer.
    """
    office = run.office
    with office.database.reading() as session:
        row = session.get_one(DocumentRow, document_id)
    try:
        (dossier,) = messages.dossiers(office, [row])
        message = issuance.outgoing_message(office, dossier)
        receipt = settlement.settled(office.axis, message)
    except Unavailable:
        raise
    except Exception as error:
        run.notes.append(f"{document_id}: {error}"[:300])
        return None
    return receipt.axis_id if receipt else ""


def _of_ours(kind: Kind, sent: Sent, facts: dict[str, Any]) -> Found:
    return Found(
        kind,
        f"{sent.axis_id} {sent.recipient}",
        partner=sent.recipient,
        document_id=sent.document_id,
        axis_id=sent.axis_id,
        event_at=sent.sent_at,
        evidence={"shown": sent.state, **facts},
    )


def statuses(run: Run, spans: Spans) -> None:
    """Match statuses, where the axis names them by their message ids.

    Raises:
        AxisUnavailable, AxisRefused, AxisCannot: as the axis says; what was found stands.
    """
    before: set[str] = set()
    waiting: dict[str, Found] = {}
    for days, tracks in spans:
        run.counts["axis_statuses"] += len(tracks)
        if any(not track.message_id for track in tracks):
            run.notes.append(_NAMELESS)
            return
        shown = {track.message_id for track in tracks}
        _enter(run, (found for name, found in waiting.items() if name not in shown))
        waiting = {
            name: found
            for name, found in _told(run, days)
            if name not in shown and name not in before
        }
        before = shown
    # the newest may be listed in a moment: the next run sees them
    _enter(run, waiting.values())


_NAMELESS = "trục không nêu mã của trạng thái / the axis does not name statuses by their ids"


def _enter(run: Run, found: Iterable[Found]) -> None:
    add: Callable[[Found], None] = run.add
    for each in found:
        add(each)


def _told(run: Run, days: Days) -> Iterator[tuple[str, Found]]:
    after: tuple[datetime, str] | None = None
    days = (max(days[0], run.days[0]), days[1])
    while True:
        with run.office.database.reading() as session:
            page = ours.statuses_page(session, run.organ_id, days, after, CHUNK)
        for feedback, document in page:
            run.counts["our_statuses"] += 1
            yield (
                feedback.id,
                Found(
                    Kind.STATUS_LOST,
                    feedback.id,
                    partner=document.sender_organ_id,
                    document_id=document.id,
                    event_at=feedback.sent_at,
                    evidence={"status": feedback.code},
                ),
            )
        if len(page) < CHUNK:
            return
        last = page[-1][0]
        assert last.sent_at is not None  # noqa: S101  (the page is of those that have it)
        after = (last.sent_at, last.id)
