"""What a serving hub does beside answering: audit's last lines, the log, what is old."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread

from connectors.hub import lack
from connectors.hub.store import HubStore

FLUSH_SECONDS = 1.0
PRUNE_SECONDS = 3600.0
_log = logging.getLogger(__name__)


class Housekeeping:
    """A thread; a context manager that ends it."""

    def __init__(
        self, store: HubStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._now = now
        self._ending = Event()
        self._thread = Thread(target=self._run, name="housekeeping", daemon=True)

    def __enter__(self) -> "Housekeeping":
        """Start: the first pruning is at once."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, after what is being done."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        due = 0.0
        while not self._ending.is_set():
            try:
                self._store.audit.flush()
                self._store.checkpoint()
                if time.monotonic() >= due:
                    due = time.monotonic() + PRUNE_SECONDS
                    self._store.prune(self._now())
            except Exception as error:
                # a full disk today must not end it for good
                if not lack.passing(error):
                    _log.exception("housekeeping failed; it is tried again")
            self._ending.wait(FLUSH_SECONDS)
