"""The validator's coroutines, run to their end where nothing may wait.

`pyhanko_certvalidator` is asynchronous for the sake of what it fetches; here it fetches nothing.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def without_waiting(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* to its end, inside an event loop or not: with no network, nothing may wait."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("validation tried to wait")
