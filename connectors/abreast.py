"""A few calls at once, on wires where one call moves one message."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

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
