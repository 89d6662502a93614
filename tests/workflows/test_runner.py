"""The runner: deployments run in this process, once each, and the server may go away."""

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect import Flow, flow, task
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.states import Running, Scheduled

from workflows import runner
from workflows.engine_session import NO_RESULTS
from workflows.prefect_server import PrefectServer, free_port
from workflows.runner import ServedFlow, serve

pytestmark = pytest.mark.usefixtures("prefect_server")

ran: list[int] = []
processes: set[int] = set()


@task
async def note(number: int) -> int:
    ran.append(number)
    return number


@flow
async def counted(number: int) -> int:
    processes.add(os.getpid())
    return await note(number)


@flow(persist_result=False, result_storage=NO_RESULTS)
async def silent(number: int) -> None:
    """Without a task: nothing but a few requests, none of which blocks the event loop."""
    ran.append(number)


@flow
async def failing() -> None:
    raise ValueError("the flow's own error")


@flow
def blocking() -> None: ...


@pytest.fixture(autouse=True)
def clean() -> None:
    ran.clear()
    processes.clear()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def serving(*served: ServedFlow, poll_seconds: float = 0.1) -> AsyncIterator[None]:
    stop = asyncio.Event()
    job = asyncio.create_task(serve(served, stop, poll_seconds))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(job, 60)


async def deployment_id(client: PrefectClient, served: ServedFlow) -> UUID:
    """The deployment of *served*, registered without running anything of it."""
    return await runner._register(client, served)


async def runs_of(client: PrefectClient, deployment: UUID) -> list[FlowRun]:
    filters = {"deployment_id": {"any_": [str(deployment)]}}
    answer = await client.request("POST", "/flow_runs/filter", json={"flow_runs": filters})
    return FlowRun.model_validate_list(answer.json())


def states(runs: Sequence[FlowRun]) -> list[str]:
    return sorted(str(run.state_name) for run in runs)


async def due(client: PrefectClient, deployment: UUID, number: int, *, auto: bool) -> UUID:
    """One run due *number* seconds after a fixed past moment, as the scheduler makes it."""
    at = datetime.now(UTC) - timedelta(minutes=5) + timedelta(seconds=number)
    state: State[Any] = Scheduled(scheduled_time=at)
    run = await client.create_flow_run_from_deployment(
        deployment, parameters={"number": number}, state=state
    )
    if auto:
        await _as_scheduled(run.id)
    return run.id


async def _as_scheduled(run: UUID) -> None:
    """Mark the run as the scheduler's: the API has no way to, its database has."""
    with closing(
        sqlite3.connect(f"{os.environ['PREFECT_HOME']}/prefect.db", timeout=20)
    ) as database:
        changed = database.execute(
            "UPDATE flow_run SET auto_scheduled = 1 WHERE id = ?", (str(run),)
        )
        assert changed.rowcount == 1
        database.commit()


def test_a_schedule_runs_in_this_process() -> None:
    async def story() -> None:
        served = ServedFlow(counted, "by-schedule", timedelta(seconds=1), {"number": 7})
        async with serving(served):
            await until(lambda: _true(len(ran) >= 2))

    asyncio.run(story())
    assert set(ran) == {7}
    assert processes == {os.getpid()}


async def _true(value: bool) -> bool:
    return value


async def _ended(client: PrefectClient, deployment: UUID) -> bool:
    runs = await runs_of(client, deployment)
    return all(run.state is not None and run.state.is_final() for run in runs)


async def _completed(client: PrefectClient, deployment: UUID, count: int) -> bool:
    return states(await runs_of(client, deployment)) == ["Completed"] * count


def test_runs_started_by_people_all_run_with_their_parameters() -> None:
    async def story() -> list[FlowRun]:
        async with get_client() as client:
            deployment = await deployment_id(client, ServedFlow(counted, "by-hand"))
            for number in (1, 2, 3):
                await due(client, deployment, number, auto=False)
            async with serving(ServedFlow(counted, "by-hand")):
                await until(lambda: _true(len(ran) == 3))
            return await runs_of(client, deployment)

    runs = asyncio.run(story())
    assert ran == [1, 2, 3]
    assert states(runs) == ["Completed"] * 3
    assert all(str(os.getpid()) in str(run.infrastructure_pid) for run in runs)


def test_late_runs_do_not_pile_up() -> None:
    async def story() -> list[FlowRun]:
        async with get_client() as client:
            deployment = await deployment_id(client, ServedFlow(counted, "late"))
            for number in (1, 2, 3):
                await due(client, deployment, number, auto=True)
            await due(client, deployment, 0, auto=False)
            async with serving(ServedFlow(counted, "late")):
                await until(lambda: _true(len(ran) == 2))
            return await runs_of(client, deployment)

    runs = asyncio.run(story())
    assert sorted(ran) == [0, 3]
    assert states(runs) == ["Completed", "Completed", "Skipped", "Skipped"]


def test_a_failing_run_is_failed_and_the_next_one_runs() -> None:
    async def story() -> list[FlowRun]:
        async with get_client() as client:
            first = await deployment_id(client, ServedFlow(failing, "fails"))
            second = await deployment_id(client, ServedFlow(counted, "after-failure"))
            await client.create_flow_run_from_deployment(first)
            await due(client, second, 4, auto=False)
            async with serving(ServedFlow(failing, "fails"), ServedFlow(counted, "after-failure")):
                await until(lambda: _true(ran == [4]))
                await until(lambda: _ended(client, first))
            return await runs_of(client, first)

    (run,) = asyncio.run(story())
    assert run.state_type is StateType.FAILED
    assert run.state is not None
    assert "the flow's own error" in str(run.state.message)


def test_a_run_whose_parameters_do_not_fit_does_not_stop_the_runner() -> None:
    async def story() -> FlowRun:
        async with get_client() as client:
            deployment = await deployment_id(client, ServedFlow(counted, "misfit"))
            await client.update_deployment(
                deployment, DeploymentUpdate(enforce_parameter_schema=False)
            )
            run = await client.create_flow_run_from_deployment(deployment, parameters={"wrong": 1})
            await due(client, deployment, 5, auto=False)
            await runner_turns(client, deployment)
            return await client.read_flow_run(run.id)

    run = asyncio.run(story())
    assert ran == [5]
    assert run.state_type in {StateType.CRASHED, StateType.FAILED}


async def runner_turns(client: PrefectClient, deployment: UUID) -> None:
    """Two turns of a runner that serves *deployment* as it stands."""
    one = runner._Runner(client, [ServedFlow(counted, "misfit")], [])
    one._served = {deployment: ServedFlow(counted, "misfit")}
    for _ in range(2):
        await one.turn(asyncio.Event())


def test_two_runners_run_it_once() -> None:
    async def story() -> None:
        async with get_client() as client:
            served = ServedFlow(counted, "contested")
            deployment = await deployment_id(client, served)
            for number in range(6):
                await due(client, deployment, number, auto=False)
            async with serving(served), serving(served):
                await until(lambda: _completed(client, deployment, 6))

    asyncio.run(story())
    assert sorted(ran) == list(range(6))


def test_the_same_name_is_updated_and_not_doubled() -> None:
    async def story() -> None:
        async with get_client() as client:
            first = await deployment_id(
                client, ServedFlow(counted, "again", timedelta(minutes=1), {"number": 1})
            )
            second = await deployment_id(
                client, ServedFlow(counted, "again", timedelta(minutes=2), {"number": 2})
            )
            assert first == second
            deployment = await client.read_deployment(second)
            (schedule,) = deployment.schedules
            assert schedule.schedule.interval == timedelta(minutes=2)  # type: ignore[union-attr]
            assert deployment.parameters == {"number": 2}
            assert deployment.entrypoint == f"{__name__}.counted"
            assert deployment.work_pool_name is None
            assert not deployment.paused

    asyncio.run(story())


def test_runs_of_a_killed_process_are_settled() -> None:
    async def story() -> list[str]:
        async with get_client() as client:
            deployment = await deployment_id(client, ServedFlow(counted, "orphaned"))
            mark = {"gone": f"{runner.socket.gethostname()}:1:0", "ours": runner._this_process()}
            ids = {}
            for name in mark:
                run = await client.create_flow_run_from_deployment(
                    deployment, parameters={"number": 1}
                )
                running: State[Any] = Running()
                await client.set_flow_run_state(run.id, running, force=True)
                await client.update_flow_run(run.id, infrastructure_pid=mark[name])
                ids[name] = run.id
            await runner._settle_lost(client, [counted.name])
            return [str((await client.read_flow_run(ids[name])).state_name) for name in mark]

    assert asyncio.run(story()) == ["Crashed", "Running"]


def test_a_flow_that_would_block_is_refused() -> None:
    async def story() -> None:
        await serve([ServedFlow(blocking, "blocking")], asyncio.Event())

    with pytest.raises(TypeError, match="blocking must be an async flow"):
        asyncio.run(story())


def test_entrypoints_name_the_module() -> None:
    sweep: Flow[..., Any] = counted
    assert ServedFlow(sweep, "x").entrypoint == f"{__name__}.counted"


class Switchboard:
    """A way to the server that can be cut, as when the server is started again."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.own_port = free_port()
        self._lines: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.own_port)

    def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for line in self._lines:
            line.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        self._lines |= {writer, back}
        await asyncio.gather(self._copy(reader, back), self._copy(there, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        writer.close()


def test_outlives_a_server_that_restarts(
    caplog: pytest.LogCaptureFixture, prefect_server: PrefectServer
) -> None:
    board = Switchboard(prefect_server.port)

    async def story() -> None:
        served = ServedFlow(silent, "patient")
        async with PrefectClient(prefect_server.api_url) as client:
            deployment = await deployment_id(client, served)
            await due(client, deployment, 1, auto=False)
            await board.open()
            async with serving(served):
                await until(lambda: _true(ran == [1]))
                board.cut()
                await until(lambda: _true("does not answer" in caplog.text))
                await due(client, deployment, 2, auto=False)
                await board.open()
                await until(lambda: _true(ran == [1, 2] and "answers again" in caplog.text))

    url = f"http://127.0.0.1:{board.own_port}/api"
    with (
        caplog.at_level(logging.WARNING),
        temporary_settings({PREFECT_API_URL: url, PREFECT_CLIENT_MAX_RETRIES: 0}),
    ):
        asyncio.run(story())
    assert caplog.text.count("does not answer") == caplog.text.count("answers again") == 1


def test_a_fresh_process_is_killed_and_told_apart(run_in_fresh_process: Callable[..., int]) -> None:
    assert run_in_fresh_process(_run_one, 3) == 0
    assert run_in_fresh_process(_kill_itself) == -9
    assert run_in_fresh_process(_expect, env={"CONGVAN_EXPECTED": "yes"}) == 0


async def _run_one(number: int) -> None:
    assert await counted(number) == number


def _kill_itself() -> None:
    os.kill(os.getpid(), 9)


def _expect() -> None:
    assert os.environ["CONGVAN_EXPECTED"] == "yes"
