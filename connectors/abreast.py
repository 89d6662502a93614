"""A few calls at once, on wires where one call moves one message."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from connectors.axis import Fetched, Receipt, Report
from connectors.errors import AxisOutcomeUnknown, AxisRefused
from documents.errors import OutcomeUnknown, Unavailable

AT_ONCE = 4
"""Calls in flight for one caller."""
T = TypeVar("T")


def each(do: Callable[[T], object], over: Iterable[T]) -> None:
    """Do it for all, a few at once; what one raises comes out after the others have ended."""
    items = list(over)
    if len(items) < 2:
        for item in items:
            do(item)
        return
    with ThreadPoolExecutor(min(AT_ONCE, len(items))) as threads:
        for done in [threads.submit(do, item) for item in items]:
            done.result()


def fetched(fetch: Callable[[str], Fetched], axis_ids: Iterable[str]) -> list[Fetched]:
    """Return what *fetch* brings of each, in their order; all or none (see `Axis.fetch_all`)."""
    asked = list(axis_ids)
    found: dict[str, Fetched] = {}

    def go(axis_id: str) -> None:
        found[axis_id] = fetch(axis_id)

    try:
        each(go, dict.fromkeys(asked))
    except BaseException:
        for one in found.values():
            one.content.close()
        raise
    return [found[axis_id] for axis_id in asked]


def reported(
    say: Callable[[Report], Receipt], reports: Sequence[Report], call: str
) -> list[Receipt | AxisRefused]:
    """Say them by *call*, those about one document one after the other (see `Axis.report`)."""
    lines: dict[tuple[str, str], list[int]] = {}
    for place, report in enumerate(reports):
        lines.setdefault((report.recipient, report.document_id), []).append(place)
    answers: dict[int, Receipt | AxisRefused] = {}
    failed: list[Unavailable | OutcomeUnknown] = []

    def go(line: list[int]) -> None:
        for place in line:
            try:
                answers[place] = say(reports[place])
            except AxisRefused as refused:
                answers[place] = refused
            except (Unavailable, OutcomeUnknown) as error:
                failed.append(error)
                return  # the order of a document's statuses is kept

    each(go, lines.values())
    if failed:
        unsent = not answers and all(isinstance(error, Unavailable) for error in failed)
        raise failed[0] if unsent else AxisOutcomeUnknown(call, str(failed[0].args))
    return [answers[place] for place in range(len(reports))]
