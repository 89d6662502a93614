"""How often one caller may do one thing: a bucket of turns that fills again with time."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

MOST_CALLERS = 10_000
"""Callers remembered; the one that was quiet longest is forgotten first."""


@dataclass(slots=True)
class _Bucket:
    turns: float
    at: float


class Pace:
    """*burst* turns at once, then *rate* a second, for each caller.

    Args:
        rate: Turns a second.
        burst: Turns that may be saved up.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def wait(self, caller: str, now: float, takes: float = 1) -> float:
        """Take a turn; return 0, or how many seconds until there is one.

        Args:
            caller: Who, as they are known: an address, a token's id.
            now: Monotonic seconds.
            takes: 0 only asks.
        """
        with self._lock:
            bucket = self._buckets.setdefault(caller, _Bucket(self._burst, now))
            self._buckets.move_to_end(caller)
            if len(self._buckets) > MOST_CALLERS:
                self._buckets.popitem(last=False)
            gained = max(0.0, now - bucket.at) * self._rate
            bucket.turns, bucket.at = min(self._burst, bucket.turns + gained), now
            if bucket.turns < 1:
                return (1 - bucket.turns) / self._rate
            bucket.turns -= takes
            return 0.0
