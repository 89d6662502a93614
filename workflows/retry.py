"""The one retry rule: only Unavailable is worth another try; and the tasks that follow it."""

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE

from documents.errors import Unavailable

PAUSES: list[float] = [1, 5]
"""Seconds before a step that found something down is tried again within the run."""

P = ParamSpec("P")
R = TypeVar("R")
Work = Callable[P, Coroutine[Any, Any, R]]


async def if_unavailable(_task: Any, _run: Any, state: Any) -> bool:
    """Return whether Prefect should run the task again."""
    try:
        await state.aresult()
    except Unavailable:
        return True
    except BaseException:
        return False
    return False


def retried(name: str) -> Callable[[Work[P, R]], Task[P, Coroutine[Any, Any, R]]]:
    """Make a function the task *name* of a flow: tried again while something is down, uncached."""
    return task(
        name=name,
        retries=len(PAUSES),
        retry_delay_seconds=PAUSES,
        retry_condition_fn=if_unavailable,
        cache_policy=NO_CACHE,
    )
