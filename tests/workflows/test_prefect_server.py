"""Prefect's local server: its settings exist, it starts, it schedules, it leaves nothing behind."""

import asyncio
import os
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import prefect
import pytest
from prefect.settings import get_current_settings
from prefect.settings.models.root import Settings
from pydantic import BaseModel

from workflows import prefect_application
from workflows.child import ChildNotReady
from workflows.prefect_application import Application, Message, Receive, Send, patient
from workflows.prefect_server import (
    PrefectServer,
    free_port,
    prefect_environment,
    without_prefect,
)


def known_variables(model: type[BaseModel] = Settings) -> set[str]:
    """Every environment variable Prefect's settings are read from."""
    prefix = str(model.model_config.get("env_prefix", ""))
    names = set()
    for name, setting in model.model_fields.items():
        if isinstance(setting.annotation, type) and issubclass(setting.annotation, BaseModel):
            names |= known_variables(setting.annotation)
        names.add(f"{prefix}{name}".upper())
    return names


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_every_setting_is_one_prefect_knows(tmp_path: Path) -> None:
    table = set(prefect_environment(tmp_path, "http://127.0.0.1:1/api")) - {"DO_NOT_TRACK"}
    assert table <= known_variables()


def test_every_setting_is_taken_as_it_is_meant() -> None:
    settings = get_current_settings()
    server = settings.server
    assert settings.api.url == os.environ["PREFECT_API_URL"]
    assert str(settings.home) == os.environ["PREFECT_HOME"]
    assert server.ephemeral.enabled is False
    assert server.analytics_enabled is False
    assert settings.logging.to_api.enabled is False
    assert settings.tasks.default_persist_result is False
    assert server.services.task_run_recorder.batch_size == 100
    assert server.services.scheduler.min_scheduled_time.total_seconds() == 180
    assert server.services.db_vacuum.enabled_vacuum_types == {"flow_runs", "orphans"}
    assert server.services.db_vacuum.retention_period.days == 1


def test_clients_load_a_bundle_of_one_authority(tmp_path: Path) -> None:
    first = prefect_environment(tmp_path, None)
    again = prefect_environment(tmp_path, None)
    assert first == again
    context = ssl.create_default_context(cafile=first["PREFECT_API_SSL_CERT_FILE"])
    assert context.cert_store_stats()["x509_ca"] == 1


def test_an_authority_given_by_hand_is_used(tmp_path: Path) -> None:
    given = prefect_environment(tmp_path, None, tmp_path / "agency.pem")
    assert given["PREFECT_API_SSL_CERT_FILE"] == str(tmp_path / "agency.pem")


def test_strays_of_the_callers_environment_do_not_reach_the_server() -> None:
    assert without_prefect({"PREFECT_API_KEY": "x", "PATH": "/bin"}) == {"PATH": "/bin"}


def test_the_server_answers_and_writes_ahead(prefect_server: PrefectServer) -> None:
    """Also guards the cap on FastAPI: with a newer one the server does not start."""
    version = httpx.get(f"{prefect_server.api_url}/admin/version", trust_env=False)
    assert version.json() == prefect.__version__
    with sqlite3.connect(f"file:{prefect_server.home}/prefect.db?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_server_that_cannot_start_says_why_and_is_gone(tmp_path: Path) -> None:
    (tmp_path / "prefect.db").write_text("this is no database, and long enough to be seen as one")
    server = PrefectServer(tmp_path)
    with pytest.raises(ChildNotReady, match=r"exit \d+: .*server\.log") as caught:
        server.start()
    assert caught.value.code == "office.child_not_ready"
    assert server.pid == 0


def test_no_server_survives_its_owner(tmp_path: Path, prefect_server: PrefectServer) -> None:
    owner = f"""
import pathlib, sys, time
from workflows.prefect_server import PrefectServer
server = PrefectServer(pathlib.Path({str(tmp_path)!r}), port={(port := free_port())})
server._watchdog.start()
server._process.start(server._watchdog.token)
print(server.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", owner], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        server = int(process.stdout.readline())
        process.kill()
    assert until(lambda: not Path(f"/proc/{server}").exists()), port


class Busy:
    """An application that reports a busy database *times* times, as Prefect's does."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.bodies: list[bytes] = []
        self.inside = 0
        self.most_inside = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        body = b""
        while (message := await receive()).get("more_body"):
            body += message["body"]
        self.bodies.append(body + message["body"])
        await asyncio.sleep(0)
        self.inside -= 1
        self.left -= 1
        status = 503 if self.left >= 0 else 201
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        if status == 503:
            raise RuntimeError("database is locked")


async def put(application: Application, path: str = "/api/flow_runs/") -> list[int]:
    """Put one request in two pieces; return the statuses that were sent."""
    pieces = iter([b"one ", b"two"])
    seen: list[int] = []

    async def receive() -> Message:
        piece = next(pieces)
        return {"type": "http.request", "body": piece, "more_body": piece == b"one "}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.append(message["status"])

    await application({"type": "http", "method": "POST", "path": path}, receive, send)
    return seen


def test_a_busy_database_is_asked_again_and_nobody_sees_it() -> None:
    busy = Busy(3)
    assert asyncio.run(put(patient(busy))) == [201]
    assert busy.bodies == [b"one two"] * 4


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_application, "PAUSE_SECONDS", 0.0)
    busy = Busy(1000)
    with pytest.raises(RuntimeError, match="locked"):
        asyncio.run(put(patient(busy)))
    assert len(busy.bodies) == prefect_application.TRIES


@pytest.mark.parametrize(("path", "together"), [("/api/flows/", 1), ("/api/flows/filter", 5)])
def test_requests_that_write_take_turns(path: str, together: int) -> None:
    busy = Busy(0)

    async def five() -> None:
        application = patient(busy)
        await asyncio.gather(*(put(application, path) for _ in range(5)))

    asyncio.run(five())
    assert busy.most_inside == together
