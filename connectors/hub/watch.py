"""Around every call of the hub: who calls, how long it takes, what came of it, and no stalling."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.hub import call as calls
from connectors.hub.call import Call
from connectors.hub.door import CERTIFICATE
from connectors.hub.metrics import Metrics

STALL_SECONDS = 60.0
"""A peer that neither sends nor takes a byte for so long has gone."""


class Watch:
    """An ASGI application around another one."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        audit: Callable[[Call, datetime], None],
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._audit = audit
        self._stall_seconds = stall_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # where ASGI's TLS extension has a client's certificate, in DER
        certificate = scope.get("state", {}).get(CERTIFICATE)
        scope["extensions"] = scope.get("extensions", {}) | {"tls": {CERTIFICATE: certificate}}
        client = scope.get("client")
        started = time.perf_counter()
        progress = _Progress(receive, send, self._stall_seconds)
        with calls.opened(Call(peer=client[0] if client else "")) as call:
            try:
                await self._app(scope, progress.receive, progress.send)
            finally:
                self._metrics.add(call, time.perf_counter() - started, progress.status)
                if call.lines[call.entered :]:
                    self._audit(call, datetime.now(UTC))


class _Progress:
    """One exchange, in which each side has *seconds* for its next step."""

    def __init__(self, receive: Receive, send: Send, seconds: float) -> None:
        self.status = 500
        """Until something is answered."""
        self._receive, self._send, self._seconds = receive, send, seconds
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:
            # from here on it is asked only whether the caller has gone: that may take long
            return await self._receive()
        try:
            async with asyncio.timeout(self._seconds):
                message = await self._receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        self._whole = message["type"] == "http.request" and not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        async with asyncio.timeout(self._seconds):
            await self._send(message)
