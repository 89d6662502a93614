"""What came, matched: the axis's list of what it has for an agency against our parcels.

Source: axis.md §10.4. What the axis took a moment ago is on its way and no finding.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from connectors.axis import PacketState, Track
from documents import reconciliation_ours as ours
from documents.reconciliation import Found, Kind
from documents.tables import ParcelRow
from workflows.reconciliation_run import Days, Run

KINDS = (Kind.UNFETCHED, Kind.UNSEEN, Kind.UNCONFIRMED, Kind.DIGEST)
CHUNK = 500
"""Ids in one question to the database."""
ON_ITS_WAY = timedelta(minutes=15)
"""What waits for less is being fetched, opened or confirmed."""
_IN_QUEUE = (PacketState.INITIAL, PacketState.PROCESSING)


def messages(run: Run, spans: Iterator[tuple[Days, list[Track]]]) -> None:
    """Match documents and statuses that came.

    Raises:
        AxisUnavailable, AxisRefused, AxisCannot: as the axis says; what was found stands.
    """
    for _, tracks in spans:
        run.counts["axis_received"] += len(tracks)
        for start in range(0, len(tracks), CHUNK):
            _judge(run, tracks[start : start + CHUNK])


def _judge(run: Run, tracks: Sequence[Track]) -> None:
    with run.office.database.reading() as session:
        kept = ours.parcels(session, run.codes, {track.axis_id for track in tracks})
    run.counts["our_received"] += len(kept)
    for track in tracks:
        parcel = kept.get(track.axis_id)
        if parcel is not None:
            _compare(run, track, parcel)
        elif run.started - track.accepted_at > ON_ITS_WAY:
            run.add(_found(Kind.UNFETCHED if track.state in _IN_QUEUE else Kind.UNSEEN, track, {}))


def _compare(run: Run, track: Track, parcel: ParcelRow) -> None:
    facts: dict[str, Any] = {"outcome": parcel.outcome, "document": parcel.document_id}
    if track.sha256 and track.sha256 != parcel.sha256:
        digests = {"axis": track.sha256, "ours": parcel.sha256}
        run.add(_found(Kind.DIGEST, track, facts | digests))
    since = parcel.confirmed_at or parcel.fetched_at
    if track.state in _IN_QUEUE and run.started - since > ON_ITS_WAY:
        facts["confirmed"] = parcel.confirmed_at.isoformat() if parcel.confirmed_at else None
        run.add(_found(Kind.UNCONFIRMED, track, facts))


def _found(kind: Kind, track: Track, facts: dict[str, Any]) -> Found:
    evidence = {
        "kind": track.kind.value,
        "packet": track.state.value,
        "recipient": track.recipient,
        "message_id": track.message_id,
        "sha256": track.sha256,
        **facts,
    }
    return Found(
        kind,
        f"{track.axis_id} {track.recipient}",
        partner=track.sender,
        document_id=facts.get("document"),
        axis_id=track.axis_id,
        event_at=track.accepted_at,
        evidence=evidence,
    )
