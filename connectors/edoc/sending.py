"""Messages that leave, each once: what was answered is remembered, so that a repeat gets it again.

Provincial axes have no word for a repeat. A message is entered before it leaves and gets its
axis id when the answer comes (`Memory`, a file of the installation).
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from connectors.axis import Receipt
from connectors.edoc.memory import Departed, Memory
from connectors.errors import AxisRefused, AxisUnavailable, DuplicateDifferent


class Sending:
    """Hands messages over, one of an id at a time."""

    def __init__(self, name: str, memory: Memory, clock: Callable[[], datetime]) -> None:
        self._name = name
        self._memory = memory
        self._clock = clock
        self._lock = Lock()
        self._under_way: dict[tuple[str, str], tuple[Lock, int]] = {}

    def once(
        self, sender: str, message_id: str, digest: str, hand_over: Callable[[], str]
    ) -> Receipt:
        """Return the receipt; *hand_over* returns the axis id. A repeat gets the first answer.

        Raises:
            DuplicateDifferent: the id was used for another *digest*, or by another system of ours.
        """
        with self._alone(sender, message_id):
            memory = self._memory
            known = memory.departing(sender, message_id, digest, self._clock())
            if known is not None and known.digest != digest:
                raise DuplicateDifferent(DuplicateDifferent.axis_code, f"{sender} {message_id}")
            if known is not None and known.axis_id:
                return receipt(known)
            try:
                axis_id = hand_over()
            except DuplicateDifferent:
                if known is None:  # never tried before, so it is another one's
                    memory.never_left(sender, message_id)
                    raise
                axis_id = self.unnamed(sender, message_id)
            except (AxisUnavailable, AxisRefused):
                if known is None:
                    memory.never_left(sender, message_id)
                raise
            return self.arrived(sender, message_id, digest, axis_id, again=known is not None)

    def arrived(
        self, sender: str, message_id: str, digest: str, axis_id: str, *, again: bool
    ) -> Receipt:
        """Note that the axis has a message; return the receipt."""
        first = self._memory.arrived(sender, message_id, digest, axis_id, self._clock())
        return Receipt(first.axis_id, again or first.axis_id != axis_id, first.at)

    def known(self, sender: str, message_id: str) -> Departed | None:
        """Return what is known of a message; None: it was certainly never tried."""
        return self._memory.departed(sender, message_id)

    def unnamed(self, sender: str, message_id: str) -> str:
        """Return an axis id for what the axis took without giving it one."""
        name = hashlib.sha256(f"{sender}\n{message_id}".encode()).hexdigest()[:32]
        return f"{self._name}-{name}"

    @contextmanager
    def _alone(self, sender: str, message_id: str) -> Iterator[None]:
        key = (sender, message_id)
        with self._lock:
            lock, users = self._under_way.get(key, (Lock(), 0))
            self._under_way[key] = lock, users + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, users = self._under_way[key]
                if users == 1:
                    del self._under_way[key]
                else:
                    self._under_way[key] = lock, users - 1


def receipt(known: Departed) -> Receipt:
    """Return the receipt of a message that was answered before."""
    return Receipt(known.axis_id, duplicate=True, accepted_at=known.at)
