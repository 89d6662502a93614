"""Rows of a face's lists as the port's values, under the names that `connectors.vxp.rows` reads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.axis import AgencyEntry, MessageKind, PacketState, Track
from connectors.rest.meaning import member, text
from connectors.rest.profile import Operation, Profile
from connectors.vxp.rows import MAX_ROWS, agency_entries, received_track, usable

_TRACK = {
    "id": "docId",
    "sender": "from",
    "recipient": "to",
    "note": "status_desc",
    "accepted_at": "created_time",
    "updated_at": "updated_time",
}
_AGENCY = {
    "id": "id",
    "code": "code",
    "name": "name",
    "parent": "pid",
    "email": "mail",
    "old_code": "oldCode",
}


def _rows(operation: Operation, answer: Any) -> Iterator[Any]:
    lists = (member(answer, path) for path in operation.rows)
    found = next((one for one in lists if isinstance(one, list)), [])
    yield from found[:MAX_ROWS]


def _named(row: Any, operation: Operation, names: dict[str, str]) -> dict[str, Any]:
    """Return the row's texts under other names; the row itself may be its id."""
    return {
        theirs: text(member(row, operation.row[ours]))
        for ours, theirs in names.items()
        if ours in operation.row
    }


def tracks(
    profile: Profile, operation: Operation, answer: Any, kind: MessageKind, at: datetime
) -> list[Track]:
    """Return a list's rows of *kind*; *at* stands for times that cannot be read."""
    states = {word.lower(): name for name, word in profile.states.items()}
    kinds = {word.lower(): name for name, word in profile.kinds.items()}
    found: list[Track | None] = []
    for row in _rows(operation, answer):
        if "kind" in operation.row:
            said = text(member(row, operation.row["kind"]), 40).lower()
            if kinds.get(said, kind.value) != kind.value:
                continue
        track = received_track(_named(row, operation, _TRACK), kind, at)
        if track is None:
            found.append(None)
            continue
        word = text(member(row, operation.row.get("state", "?")), 40).lower()
        state = PacketState(states.get(word, "initial"))
        note = track.note if state is PacketState.FAIL else ""
        axis_id = f"{kind}-{track.axis_id}" if profile.kind_in_id else track.axis_id
        found.append(replace(track, axis_id=axis_id, state=state, note=note))
    return usable(found)


def entries(operation: Operation, answer: Any) -> list[AgencyEntry]:
    """Return the catalogue, by organ_id."""
    data = [_named(row, operation, _AGENCY) for row in _rows(operation, answer)]
    for row in data:
        row.setdefault("id", row.get("code"))
    return agency_entries({"data": data}, {})
