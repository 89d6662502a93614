"""The hub's figures in Prometheus's text format 0.0.4: counters since the start, gauges now."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock

from connectors.axis import PacketState
from connectors.errors import AxisRefused
from connectors.hub.call import OK, REPEATED, Call, Line

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the latency histogram, seconds."""
_SENDING = ("SendDocument", "UpdateStatus")
_CODES = {leaf.axis_code for leaf in AxisRefused.__subclasses__()}


@dataclass(slots=True)
class _Latency:
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure of this moment."""

    name: str
    labels: str
    """As they are written: `kind="edoc"`; empty for none."""
    value: float


class Metrics:
    """Counts calls; safe for threads."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._latencies: dict[str, _Latency] = {}
        self._lock = Lock()

    def add(self, call: Call, seconds: float, status: int) -> None:
        """Count a call that took *seconds* and was answered with the HTTP *status*."""
        with self._lock:
            for line in call.lines:
                for name, labels, amount in _counted(call.operation, line):
                    self._counts[name, labels] += amount
            labels = f'operation="{call.operation or "other"}",status="{status}"'
            self._counts["congvan_hub_calls_total", labels] += 1
            latency = self._latencies.setdefault(call.operation or "other", _Latency())
            latency.buckets[bisect_left(BOUNDS, seconds)] += 1
            latency.total += seconds

    def text(self, gauges: Iterable[Gauge]) -> str:
        """Return everything for a scrape."""
        with self._lock:
            lines = [*self._counters(), *self._histogram()]
        seen = set()
        for gauge in gauges:
            if gauge.name not in seen:
                seen.add(gauge.name)
                lines.append(f"# TYPE {gauge.name} gauge")
            lines.append(_sample(gauge.name, gauge.labels, gauge.value))
        return "\n".join(lines) + "\n"

    def _counters(self) -> Iterator[str]:
        last = ""
        for (name, labels), count in sorted(self._counts.items()):
            if name != last:
                yield f"# TYPE {name} counter"
            last = name
            yield _sample(name, labels, count)

    def _histogram(self) -> Iterator[str]:
        name = "congvan_hub_seconds"
        if self._latencies:
            yield f"# TYPE {name} histogram"
        for operation, latency in sorted(self._latencies.items()):
            below = 0
            for bound, count in zip((*BOUNDS, "+Inf"), latency.buckets, strict=True):
                below += count
                yield _sample(f"{name}_bucket", f'operation="{operation}",le="{bound}"', below)
            yield _sample(f"{name}_sum", f'operation="{operation}"', latency.total)
            yield _sample(f"{name}_count", f'operation="{operation}"', below)


def _counted(operation: str, line: Line) -> Iterator[tuple[str, str, int]]:
    if operation in _SENDING:
        if line.outcome == OK:
            yield "congvan_hub_accepted_total", f'kind="{line.kind}"', 1
            yield "congvan_hub_bytes_total", 'direction="in"', line.size
        elif line.outcome == REPEATED:
            yield "congvan_hub_repeated_total", f'kind="{line.kind}"', 1
    elif operation == "GetDocument" and line.outcome == OK:
        yield "congvan_hub_given_out_total", f'kind="{line.kind}"', 1
        yield "congvan_hub_bytes_total", 'direction="out"', line.size
    elif line.outcome == PacketState.DONE:
        yield "congvan_hub_delivered_total", "", 1
    elif line.outcome == PacketState.FAIL:
        yield "congvan_hub_failed_total", "", 1
    if line.outcome in _CODES:
        yield "congvan_hub_refused_total", f'code="{line.outcome}"', 1


def _sample(name: str, labels: str, value: float) -> str:
    return f"{name}{{{labels}}} {value!r}" if labels else f"{name} {value!r}"
