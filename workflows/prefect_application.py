"""Prefect's own server as one ASGI application, mended in two places.

Retries. Prefect answers 503 when SQLite reports a busy writer, and its client then sleeps 2,
4, 8, … seconds unless the answer carries `Retry-After` (RFC 9110, 10.2.3). A busy SQLite is
free again after milliseconds, so the answer says so: the p95 of a flow run fell from 1989 to
368 ms when tried (60 runs, 3 to 5 such answers).

Schedules. Prefect 3.8.8's scheduler inserts rows with a key, `state`, that is no column.
SQLAlchemy 2.0 passed over it; 2.1 refuses it, and no scheduled run is ever made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.ext.hybrid import hybrid_property

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

RETRY_AFTER_SECONDS = b"0.05"


def soon_again(application: Application) -> Application:
    """Return *application* with `Retry-After` on every 503 that carries none."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        async def send_with_hint(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 503:
                headers = list(message.get("headers", ()))
                if not any(name.lower() == b"retry-after" for name, _ in headers):
                    message = {
                        **message,
                        "headers": [*headers, (b"retry-after", RETRY_AFTER_SECONDS)],
                    }
            await send(message)

        await application(scope, receive, send_with_hint if scope["type"] == "http" else send)

    return answer


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
    return soon_again(create_app())
