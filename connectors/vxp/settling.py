"""Whether the axis has a message whose outcome is unknown: by its list, then by contents.

The wire has no id of ours, so that only a content can be recognised. An axis adds its own
trace to a message (axis.md §4.3): an equal header is the same message too.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from connectors.axis import Outgoing, Receipt, Track
from connectors.edxml.routing import Addressed, addressed
from connectors.errors import (
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisRefused,
    EnvelopeInvalid,
)
from connectors.soap.blob import Blob

MOST = 200
"""Contents that are compared; when there are more candidates, a person must look."""


def settled(
    message: Outgoing,
    sha256: str,
    recipients: Collection[str],
    tracks: Collection[Track],
    fetch: Callable[[str], Blob],
) -> Receipt | None:
    """Return the receipt if one of *tracks* is *message*, None if certainly none is.

    *recipients* are the message's, under the codes that *tracks* use; *sha256* its digest.

    Raises:
        AxisUnavailable: the axis does not answer.
        AxisOutcomeUnknown: one of them may be.
    """
    ours = addressed(message.edxml)
    doubtful = ""
    for number, (axis_id, at) in enumerate(_candidates(recipients, tracks)):
        if number == MOST:
            doubtful = f"> {MOST} gói tin / messages"
            break
        try:
            theirs = fetch(axis_id)
        except (AxisRefused, AxisContentCorrupt) as error:
            doubtful = f"{axis_id}: {error.code}"
            continue
        try:
            same = _same(ours, theirs, sha256)
        finally:
            theirs.close()
        if same:
            return Receipt(axis_id, duplicate=True, accepted_at=at)
        if same is None:
            doubtful = f"{axis_id}: cùng mã, nội dung khác / the same id, another content"
    if doubtful:
        raise AxisOutcomeUnknown("sendEdoc", doubtful)
    return None


def _candidates(
    recipients: Collection[str], tracks: Collection[Track]
) -> Iterator[tuple[str, datetime]]:
    """Yield the id and time of what went to all *recipients*, newest first."""
    found: dict[str, list[Track]] = {}
    for track in tracks:
        found.setdefault(track.axis_id, []).append(track)
    for axis_id, lines in sorted(found.items(), key=lambda each: each[1][0].accepted_at)[::-1]:
        went_to = {line.recipient for line in lines}
        if "" in went_to or went_to >= {*recipients}:
            yield axis_id, lines[0].accepted_at


def _same(ours: Addressed, theirs: Blob, sha256: str) -> bool | None:
    """Return whether it is the same message; None when that cannot be told."""
    if theirs.sha256 == sha256:
        return True
    try:
        header = addressed(theirs.open())
    except EnvelopeInvalid:
        return False
    if header == ours:
        return True
    same_id = header.document_id == ours.document_id and header.business_type == ours.business_type
    return None if same_id and ours.document_id else False
