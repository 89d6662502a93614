"""What a client remembers of messages it has seen: the wire says each thing only once.

Bounded; whoever is forgotten is treated as never seen.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock

from connectors.axis import MessageKind

MOST = 20_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One message, as lists and fetches showed it."""

    recipient: str = ""
    sender: str = ""
    kind: MessageKind | None = None
    sha256: str = ""
    """Empty until it was fetched."""


class Memory:
    """The newest MOST messages by axis id; safe for many threads."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._lock = Lock()

    def of(self, axis_id: str) -> Seen:
        """Return what is known; empty members when nothing is."""
        with self._lock:
            return self._seen.get(axis_id, Seen())

    def listed(self, axis_id: str, recipient: str, sender: str, kind: MessageKind) -> None:
        """Note a row of a list."""
        with self._lock:
            sha256 = self._seen.get(axis_id, Seen()).sha256
            self._keep(axis_id, Seen(recipient, sender, kind, sha256))

    def fetched(self, axis_id: str, sha256: str) -> None:
        """Note what was fetched."""
        with self._lock:
            self._keep(axis_id, replace(self._seen.get(axis_id, Seen()), sha256=sha256))

    def _keep(self, axis_id: str, seen: Seen) -> None:
        self._seen[axis_id] = seen
        self._seen.move_to_end(axis_id)
        if len(self._seen) > MOST:
            self._seen.popitem(last=False)
