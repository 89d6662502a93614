"""One agency's run of reconciliation: what it found, what could not be compared, its spans.

Sources: axis.md §10.4. The axis's lists are asked for in spans of time that shrink where
much was sent, so that memory does not grow with the days that are matched.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.axis import Track
from connectors.errors import AxisCannot
from documents import reconciliation
from documents.errors import OutcomeUnknown, Refused, Unavailable
from documents.reconciliation import Found, Kind
from workflows.office import Office

PAGE = 4000
"""Entries of the axis's list that are held at once; a span with more is halved."""
FIRST_SPAN = timedelta(hours=6)
LEAST_SPAN = timedelta(minutes=1)
LONGEST_SPAN = timedelta(days=1)
MOST_OF_A_KIND = 1000
"""Findings of one kind that one run enters for one agency; more of them are only counted."""
TOGETHER = 200
"""Findings in one transaction."""

Days = tuple[datetime, datetime]
Lists = Callable[[datetime, datetime], list[Track]]


@dataclass(slots=True)
class Run:
    """One agency's run and what it found so far."""

    office: Office
    organ_id: str
    codes: tuple[str, ...]
    """The agency's codes, old and new."""
    days: Days
    started: datetime
    id: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    """What was not compared, and why."""
    lists_lacking: list[str] = field(default_factory=list)
    """What was not compared because the axis has no call for it: true of all its agencies."""
    failed: bool = False
    """Something was down: the run is to be made again; what an axis has no call for is not."""
    _waiting: list[Found] = field(default_factory=list)

    def add(self, found: Found) -> None:
        """Enter a finding, soon."""
        self.counts[found.kind.value] += 1
        if self.counts[found.kind.value] <= MOST_OF_A_KIND:
            self._waiting.append(found)
        if len(self._waiting) >= TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Enter what waits."""
        if self._waiting:
            with self.office.database.writing() as session:
                reconciliation.record(session, self.organ_id, self._waiting, self.started)
            self._waiting.clear()

    def part(self, name: str, kinds: tuple[Kind, ...], work: Callable[["Run"], None]) -> None:
        """Do one part of the run; what it no longer finds is resolved, if it was done whole."""
        try:
            work(self)
        except (Unavailable, OutcomeUnknown) as error:
            self.notes.append(f"{name}: {error}")
            self.failed = True
            self.flush()
            return
        except AxisCannot:
            self.lists_lacking.append(name)
            self.flush()
            return
        except Refused as error:
            self.notes.append(f"{name}: trục không cho đối chiếu / cannot be compared: {error}")
            self.failed = True
            self.flush()
            return
        self.flush()
        whole = [kind for kind in kinds if self.counts[kind.value] <= MOST_OF_A_KIND]
        with self.office.database.writing() as session:
            reconciliation.resolve(session, self.organ_id, whole, self.days, self.started)

    def as_dict(self) -> dict[str, object]:
        """Return the run as commands print it."""
        return {
            "run": self.id,
            "agency": self.organ_id,
            "since": self.days[0].isoformat(),
            "until": self.days[1].isoformat(),
            "counts": dict(self.counts),
            "notes": self.notes,
            "lists_lacking": self.lists_lacking,
        }


def lacking(runs: Iterable[Run]) -> str:
    """Return what could not be compared on the axis of *runs*, in one sentence; empty: all was."""
    parts = dict.fromkeys(part for run in runs for part in run.lists_lacking)
    if not parts:
        return ""
    return (
        f"trục không có danh sách, không đối chiếu / the axis has no lists, not compared: "
        f"{'; '.join(parts)}"
    )


def spans(lists: Lists, days: Days) -> Iterator[tuple[Days, list[Track]]]:
    """Yield *days* in spans with the axis's list of each; none holds much more than a page.

    Raises:
        AxisUnavailable, AxisRefused: as the axis says.
    """
    since, until = days
    span = FIRST_SPAN
    while since < until:
        end = min(since + span, until)
        tracks = lists(since, end)
        if len(tracks) > PAGE and end - since > LEAST_SPAN:
            span = max((end - since) / 2, LEAST_SPAN)
            continue
        yield (since, end), tracks
        since = end
        if len(tracks) < PAGE // 4:
            span = min(span * 2, LONGEST_SPAN)
