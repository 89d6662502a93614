"""GetTraces: the statuses that came for an agency since a moment (axis.md §12.1).

The dialect does not confirm traces. Who asks for what came since a moment says that it has what
came before: that is then out of the agency's queue, if it was given out. An answer lost on its
way is asked for again with the same moment and is the same answer.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from connectors.axis import MessageKind, PacketState, Track
from connectors.edoc.envelope import status_element
from connectors.edoc.letter import read_edxml
from connectors.edxml.dates import NotADate, read_time
from connectors.errors import AxisRefused, EnvelopeInvalid, NotFound
from connectors.hub import call
from connectors.hub.message import Stored
from connectors.hub.store import HubStore

MOST = 15_000
"""Traces in one answer; the oldest, where there are more."""
_PAGE = 1000
_TOGETHER = 100
_log = logging.getLogger(__name__)


def traces_since(store: HubStore, agency: str, since: str) -> Iterator[etree._Element]:
    """Yield the `Status` of each trace since the moment *since*, as the request wrote it.

    Raises:
        AxisRefused: the moment is none.
    """
    try:
        moment, _ = read_time(since)
    except NotADate as error:
        code = "T.TimeStamp" if since else "N.TimeStamp"
        raise AxisRefused(code, f"{since[:40]!r}: {error}") from None
    _acknowledge(store, agency, moment)
    for stored in _contents(store, agency, list(_tracks(store, agency, moment))):
        try:
            letter = read_edxml(stored.content, store.max_size)
        except EnvelopeInvalid:
            _log.warning("status %s cannot be read and is not told", stored.axis_id)
            continue
        if letter.is_status:
            yield status_element(letter, day_first=True)


def _acknowledge(store: HubStore, agency: str, moment: datetime) -> None:
    receipts = []
    for pending in store.pending([agency], MessageKind.STATUS, _PAGE):
        found = store.received([agency], axis_id=pending.axis_id, until=moment)
        if any(track.state is PacketState.PROCESSING for track in found):
            receipts.append((pending.axis_id, pending.sha256))
    if receipts:
        store.confirm(agency, receipts)


def _tracks(store: HubStore, agency: str, moment: datetime) -> Iterator[Track]:
    seen: set[str] = set()
    while len(seen) < MOST:
        page = store.received([agency], since=moment, kind=MessageKind.STATUS, limit=_PAGE)
        new = [track for track in page if track.axis_id not in seen]
        yield from new
        seen.update(track.axis_id for track in new)
        if len(page) < _PAGE or not new:
            return
        moment = page[-1].accepted_at


def _contents(store: HubStore, agency: str, tracks: list[Track]) -> Iterator[Stored]:
    for start in range(0, len(tracks), _TOGETHER):
        some = tracks[start : start + _TOGETHER]
        new = [track.axis_id for track in some if track.state is PacketState.INITIAL]
        again = [track.axis_id for track in some if track.state is not PacketState.INITIAL]
        found = {stored.axis_id: stored for stored in _fetched(store, agency, new)}
        # given out before, and audited then: the overlap of two looks says nothing new
        with call.opened(call.Call()):
            found |= {stored.axis_id: stored for stored in _fetched(store, agency, again)}
        yield from (found[track.axis_id] for track in some if track.axis_id in found)


def _fetched(store: HubStore, agency: str, ids: list[str]) -> list[Stored]:
    stored: list[Stored] = []
    while len(stored) < len(ids):
        try:
            stored += store.fetch(agency, ids[len(stored) :])
        except NotFound:  # one of them was pruned
            return [*stored, *_one_by_one(store, agency, ids[len(stored) :])]
    return stored


def _one_by_one(store: HubStore, agency: str, ids: list[str]) -> Iterator[Stored]:
    for axis_id in ids:
        try:
            yield from store.fetch(agency, [axis_id])
        except NotFound:
            continue
