"""Prefect's own server as one ASGI application, mended in two places.

Patience. Prefect answers 503 when SQLite reports a busy writer, and its client then sleeps 2,
4, 8, … seconds and gives up after six tries: the p95 of a flow run was 2 s, and eight runs
side by side failed. Here requests that write take turns, and one that was answered with 503
(the recorder of task runs writes too) is put again: its transaction was rolled back. Eight
runs side by side then cost no more CPU than one, 32 all succeed, and nobody sees a 503.

Schedules. Prefect 3.8.8's scheduler inserts rows with a key, `state`, that is no column.
SQLAlchemy 2.0 passed over it; 2.1 refuses it, and no scheduled run is ever made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import nullcontext
from typing import Any, Final

from sqlalchemy import inspect
from sqlalchemy.ext.hybrid import hybrid_property

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

TRIES: Final = 20
PAUSE_SECONDS: Final = 0.02
"""Before the second try; each pause is longer by as much: 4 s for all tries together."""
QUESTIONS: Final = ("/filter", "/count", "/paginate", "/history", "/get_scheduled_flow_runs")
BODY_BYTES: Final = 8 * 1024 * 1024
"""A larger request is put once only. Prefect's own limit on parameters is 512 KiB."""


def patient(application: Application) -> Application:
    """Return *application*, putting a request again that was answered with 503."""
    turn = asyncio.Lock()

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        received = await _whole_body(receive)
        tries = TRIES if _ended(received) else 1
        for number in range(1, tries + 1):
            last = number == tries
            async with turn if _writes(scope) else nullcontext():
                again = _again(received, receive)
                if await _answered(application, dict(scope), again, send, last):
                    return
            await asyncio.sleep(PAUSE_SECONDS * number)

    return answer


def _writes(scope: Message) -> bool:
    """Return whether the request may write; Prefect asks its longer questions by POST too."""
    return scope["method"] != "GET" and not scope["path"].endswith(QUESTIONS)


async def _answered(
    application: Application, scope: Message, receive: Receive, send: Send, last: bool
) -> bool:
    """Put the request once; return False if it was answered with 503 and that was kept back."""
    busy = False

    async def send_unless_busy(message: Message) -> None:
        nonlocal busy
        if message["type"] == "http.response.start":
            busy = message["status"] == 503 and not last
        if not busy:
            await send(message)

    try:
        await application(scope, receive, send_unless_busy)
    except Exception:
        # Starlette raises on after the answer of an unexpected error was sent.
        if not busy:
            raise
    return not busy


async def _whole_body(receive: Receive) -> list[Message]:
    """Return the request's messages up to its end, or up to `BODY_BYTES`."""
    messages: list[Message] = []
    size = 0
    while not messages or (not _ended(messages) and size <= BODY_BYTES):
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))
    return messages


def _ended(messages: list[Message]) -> bool:
    return not messages[-1].get("more_body", False)


def _again(received: list[Message], receive: Receive) -> Receive:
    """Return a receiver that gives *received* once more and then goes on with *receive*."""
    waiting = iter(received)

    async def next_message() -> Message:
        message = next(waiting, None)
        return message if message is not None else await receive()

    return next_message


def pass_over(entity: type, name: str) -> None:
    """Let bulk inserts of *entity* pass over the hybrid *name*, as SQLAlchemy 2.0 does."""
    hybrid: object = inspect(entity).all_orm_descriptors[name]
    if isinstance(hybrid, hybrid_property) and hybrid.bulk_dml_setter is None:
        hybrid.bulk_dml_setter = lambda _entity, _row, _value: None


def create() -> Application:
    """Return Prefect's server; uvicorn calls this (`--factory`)."""
    # Late: only the server's own process pays for this import (about 2 s).
    from prefect.server.api.server import create_app
    from prefect.server.database.orm_models import FlowRun

    pass_over(FlowRun, "state")
    return patient(create_app())
