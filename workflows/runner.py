"""Runs deployments inside this process: no subprocess per run, which costs three seconds each.

`serve` registers each flow under its module entrypoint, so that Prefect's pages show its
schedule and can start it, then polls for runs that are due and awaits the flow. A run is
claimed by moving it to Pending, which the server grants once, so several runners do not run
it twice. Of several due runs of one schedule the newest runs and the older ones are skipped;
runs started by people all run.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.exceptions import Abort, PrefectException
from prefect.flow_engine import run_flow
from prefect.states import Cancelled, Crashed, Pending
from prefect.utilities.callables import parameter_schema

from workflows.engine_session import engine_session

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 15.0
SEARCH_SECONDS: Final = 900.0
"""Pause between looks for runs whose process is gone; the first is at the start."""
LOST_AFTER: Final = timedelta(hours=1)
"""A run that does not say which process carries it is given up after this long."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServedFlow:
    """One deployment: an async flow defined at the top of an importable module."""

    flow: Flow[..., Any]
    name: str
    """Unique per flow; the deployment of the same name is updated."""
    interval: timedelta | None = None
    """Time between scheduled runs; None runs only when started by hand."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    anchor: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    """A fixed moment from which the runs are counted: a restart does not move the schedule."""

    @property
    def entrypoint(self) -> str:
        """The module entrypoint, `workflows.sweep.sweep`."""
        return f"{self.flow.fn.__module__}.{self.flow.fn.__qualname__}"


async def serve(
    deployments: Sequence[ServedFlow],
    stop: asyncio.Event,
    poll_seconds: float = 5.0,
    *,
    carried: Sequence[Flow[..., Any]] = (),
) -> None:
    """Register *deployments* and run what is due, one run at a time, until *stop* is set.

    A run under way ends before this returns. While the server is away this waits with growing
    pauses and goes on; it is logged once.

    Args:
        deployments: What to register and run.
        stop: Set it to end.
        poll_seconds: Pause between looks for runs that are due.
        carried: Flows this installation awaits itself; runs of them that were left running by
            a killed process are marked as crashed after `LOST_AFTER`.
    """
    async with engine_session() as client:
        runner = _Runner(client, deployments, carried)
        pause = FIRST_PAUSE_SECONDS
        while not stop.is_set():
            try:
                await runner.turn(stop)
            except (httpx.HTTPError, PrefectException) as error:
                runner.note_away(error)
                await _sleep(stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            else:
                runner.note_back()
                pause = FIRST_PAUSE_SECONDS
                await _sleep(stop, poll_seconds)


class _Runner:
    """The deployments by id, and what is left to tell the server."""

    def __init__(
        self,
        client: PrefectClient,
        deployments: Sequence[ServedFlow],
        carried: Sequence[Flow[..., Any]],
    ) -> None:
        self._client = client
        self._deployments = deployments
        self._carried = carried
        self._next_search = 0.0
        self._served: dict[UUID, ServedFlow] = {}
        self._unsettled: dict[UUID, str] = {}
        """Runs that ended while the server was away, with what happened."""
        self._away = False

    async def turn(self, stop: asyncio.Event) -> None:
        """Register if not yet done, settle what is open, run what is due."""
        if not self._served:
            self._served = {await _register(self._client, each): each for each in self._deployments}
        if time.monotonic() >= self._next_search:
            self._next_search = time.monotonic() + SEARCH_SECONDS
            flows = [each.flow for each in self._deployments]
            await _settle_lost(self._client, [flow.name for flow in (*flows, *self._carried)])
        await self._settle()
        seen: set[UUID] = set()
        # Asked anew for each: another runner may have taken what was due a moment ago.
        while not stop.is_set() and (run := await self._next_due(seen)):
            seen.add(run.id)
            await self._run(run)

    def note_away(self, error: BaseException) -> None:
        if not self._away:
            _log.warning("Prefect's server does not answer, waiting for it: %r", error)
        self._away = True

    def note_back(self) -> None:
        if self._away:
            _log.warning("Prefect's server answers again")
        self._away = False

    async def _next_due(self, seen: set[UUID]) -> FlowRun | None:
        """Skip what is late and return the oldest run that is due and not in *seen*."""
        if not self._served:
            return None
        runs = await self._client.get_scheduled_flow_runs_for_deployments(
            list(self._served), scheduled_before=datetime.now(UTC)
        )
        newest = {run.deployment_id: run.id for run in runs if run.auto_scheduled}
        late = [run for run in runs if run.auto_scheduled and newest[run.deployment_id] != run.id]
        for run in late:
            skipped: State[Any] = Cancelled(
                name="Skipped", message="A newer run of the schedule is due."
            )
            await self._client.set_flow_run_state(run.id, skipped)
        return next((run for run in runs if run not in late and run.id not in seen), None)

    async def _run(self, run: FlowRun) -> None:
        if run.deployment_id is None or not await self._claim(run):
            return
        flow = self._served[run.deployment_id].flow
        # With its deployment's id the engine would start a thread and a websocket to watch for
        # suspension, and block this event loop while it connects. It reads the run anew anyway.
        anonymous = run.model_copy(update={"deployment_id": None})
        try:
            outcome = run_flow(flow, flow_run=anonymous, return_type="state")
            if asyncio.iscoroutine(outcome):
                await outcome
        except Abort:
            _log.info("run %s of %s was taken back by the server", run.name, flow.name)
        except Exception as error:
            # The flow's own errors are states. This is the engine: its server is away, or the
            # run's parameters do not fit.
            self._unsettled[run.id] = f"{type(error).__name__}: {error}"[:500]
            if isinstance(error, httpx.HTTPError):
                raise
            _log.exception("run %s of %s could not be carried out", run.name, flow.name)
            await self._settle()

    async def _claim(self, run: FlowRun) -> bool:
        """Return whether this runner may run *run*."""
        pending: State[Any] = Pending()
        answer = await self._client.set_flow_run_state(run.id, pending)
        if answer.state is None or answer.state.type is not StateType.PENDING:
            return False
        await self._client.update_flow_run(run.id, infrastructure_pid=_this_process())
        return answer.status.value == "ACCEPT"

    async def _settle(self) -> None:
        for run_id, why in list(self._unsettled.items()):
            run = await self._client.read_flow_run(run_id)
            if run.state is not None and not run.state.is_final():
                await _crash(self._client, run, why)
            del self._unsettled[run_id]


async def _register(client: PrefectClient, served: ServedFlow) -> UUID:
    """Create or update the deployment; return its id."""
    if not served.flow.isasync:
        raise TypeError(f"{served.entrypoint} must be an async flow")
    schedules = []
    if served.interval is not None:
        schedule = IntervalSchedule(interval=served.interval, anchor_date=served.anchor)
        schedules.append(DeploymentScheduleCreate(schedule=schedule, active=True))
    return await client.create_deployment(
        flow_id=await client.create_flow(served.flow),
        name=served.name,
        description=served.flow.description,
        entrypoint=served.entrypoint,
        schedules=schedules,
        parameters=dict(served.parameters),
        parameter_openapi_schema=parameter_schema(served.flow).model_dump(),
        enforce_parameter_schema=True,
        paused=False,
    )


async def _settle_lost(client: PrefectClient, flows: Sequence[str]) -> None:
    """Mark runs as crashed whose process is gone: nobody else would, and no vacuum takes them."""
    runs = await client.read_flow_runs(
        flow_filter=FlowFilter.model_validate({"name": {"any_": list(flows)}}),
        flow_run_filter=FlowRunFilter.model_validate(
            {"state": {"type": {"any_": [StateType.PENDING, StateType.RUNNING]}}}
        ),
    )
    for run in runs:
        if run.infrastructure_pid:
            lost = _process_is_gone(run.infrastructure_pid)
        else:
            lost = run.state is not None and datetime.now(UTC) - run.state.timestamp > LOST_AFTER
        if lost:
            await _crash(client, run, "Its process ended before the run did.")


async def _crash(client: PrefectClient, run: FlowRun, why: str) -> None:
    crashed: State[Any] = Crashed(message=why)
    await client.set_flow_run_state(run.id, crashed, force=True)


def _this_process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_birth(os.getpid())}"


def _process_is_gone(mark: str | None) -> bool:
    """Return whether *mark* names a process of this machine that lives no more."""
    host, _, process = (mark or "").rpartition(":")[0].rpartition(":")
    birth = (mark or "").rpartition(":")[2]
    return host == socket.gethostname() and process.isdigit() and _birth(int(process)) != birth


def _birth(pid: int) -> str:
    """Return the start time of *pid* in clock ticks since boot (proc(5), field 22); "" if gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[19]
    return ""


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, or wake when *stop* is set."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
