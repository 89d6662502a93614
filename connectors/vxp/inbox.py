"""What waits for our agencies, on wires that say each thing once.

A list names a message's recipient and kind, and a fetch shows its digest: both are kept, so that
nobody takes what is another's, or confirms what it has not seen.
"""

from collections.abc import Callable, Sequence

from connectors.axis import Fetched, MessageKind, Track
from connectors.edxml.routing import addressed
from connectors.errors import DigestMismatch, EnvelopeInvalid, NotFound
from connectors.soap.blob import Blob
from connectors.vxp.codes import Codes
from connectors.vxp.memory import Memory


class Inbox:
    """The messages of one axis that lists and fetches have shown."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._memory = Memory()

    def listed(
        self, tracks: list[Track], agencies: Sequence[str], kind: MessageKind
    ) -> list[Track]:
        """Return those of *tracks* that are for *agencies*."""
        found = self._codes.own(tracks, agencies, lambda track: track.recipient)
        for track in found:
            self._memory.listed(track.axis_id, track.recipient, track.sender, kind)
        return found

    def kind(self, axis_id: str) -> MessageKind:
        """Return a message's kind, a document where no list has shown it."""
        return self._memory.of(axis_id).kind or MessageKind.EDOC

    def ensure_own(self, agency: str, axis_id: str) -> None:
        """Raise NotFound for what a list showed to be another agency's."""
        recipient = self._memory.of(axis_id).recipient
        if recipient and not self._codes.same({recipient}, {agency}):
            raise NotFound(NotFound.axis_code, f"{axis_id} ({agency})")

    def ensure_seen(self, agency: str, receipts: Sequence[tuple[str, str]]) -> None:
        """Raise DigestMismatch for a digest other than what was fetched had, where known."""
        for axis_id, sha256 in receipts:
            self.ensure_own(agency, axis_id)
            known = self._memory.of(axis_id).sha256
            if known and sha256 and known != sha256:
                raise DigestMismatch(DigestMismatch.axis_code, f"{axis_id} has {known}")

    def fetched(self, agency: str, axis_id: str, fetch: Callable[[], Blob]) -> Fetched:
        """Return what *fetch* brings, known by its content; the wire announces no digest."""
        self.ensure_own(agency, axis_id)
        blob = fetch()
        content = blob.open()
        try:
            way = addressed(content)
            kind, sender, message_id = way.kind, way.sender, way.message_id(blob.sha256)
        except EnvelopeInvalid:  # whoever asked decides what becomes of it
            kind, sender = self.kind(axis_id), self._memory.of(axis_id).sender
            message_id = blob.sha256
        content.seek(0)
        self._memory.fetched(axis_id, blob.sha256)
        return Fetched(axis_id, kind, sender, message_id, blob.sha256, content)
