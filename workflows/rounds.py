"""A worker's rounds: look whether anything waits, run the flow that carries it, look again.

While something is down the rounds grow rarer: each run costs rows in Prefect's database.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import httpx
from prefect.client.schemas.objects import State
from prefect.exceptions import PrefectException

from documents.errors import OfficeError, Unavailable
from workflows.office import Office
from workflows.worker_health import WorkerHealth

LONGEST_PAUSE = 10.0
"""Seconds between looks while something is down."""

_log = logging.getLogger("congvan.worker")


class PrefectUnavailable(Unavailable):
    """Prefect's server does not answer; documents wait where they are."""

    code = "prefect.unavailable"
    vietnamese = "Máy chủ Prefect không phản hồi: {0}"
    english = "Prefect's server does not answer: {0}"
    remedy = "Hệ thống tự thử lại; xem logs/prefect.log / it is tried again; see logs/prefect.log"


@dataclass(frozen=True, slots=True)
class Round:
    """One direction of work."""

    what: str
    """Its name in the health line."""
    look: Callable[[Office], Any]
    """Finds what waits, in a thread; false for nothing."""
    carry: Callable[[Any], Coroutine[Any, Any, State[Any]]]
    """Runs the flow with what was found."""

    async def go(self, here: Office, health: WorkerHealth, stop: asyncio.Event) -> None:
        """Make rounds until *stop* is set; no error ends them."""
        wait = 0.0
        while not stop.is_set():
            try:
                wait = await self._once(here, health)
            except Exception as error:
                health.failed(self.what, _told(error, self.what))
                wait = min(max(wait, here.settings.poll_seconds) * 2, LONGEST_PAUSE)
            if wait:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)

    async def _once(self, here: Office, health: WorkerHealth) -> float:
        """Look and carry once; return how many seconds to wait before the next look.

        Raises:
            OfficeError: what kept a whole step of the flow from being taken.
        """
        found = await asyncio.to_thread(self.look, here)
        if not found:
            health.well(self.what)
            return here.settings.poll_seconds
        state = await self.carry(found)
        if (error := await failure(state)) is not None:
            raise error
        health.ran(self.what)
        return 0.0


async def failure(state: State[Any]) -> BaseException | None:
    """Return why a flow run failed: its own error, or that of its first step that failed."""
    if state.is_completed():
        return None
    result = await state.aresult(raise_on_failure=False)
    for step in result if isinstance(result, list) else ():
        if isinstance(step, State) and (error := await failure(step)) is not None:
            return error
    return result if isinstance(result, BaseException) else RuntimeError(str(state.message))


def _told(error: BaseException, what: str) -> BaseException:
    """Return *error* as people are told of it; what is nobody's known trouble is logged whole."""
    if isinstance(error, httpx.HTTPError | PrefectException):
        return PrefectUnavailable(str(error) or type(error).__name__)
    if not isinstance(error, OfficeError):
        _log.error("the %s rounds go on after an error", what, exc_info=error)
    return error
