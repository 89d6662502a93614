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
        self._open: set[_Exchange] = set()
        self._looking = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # where ASGI's TLS extension has a client's certificate, in DER
        certificate = scope.get("state", {}).get(CERTIFICATE)
        scope["extensions"] = scope.get("extensions", {}) | {"tls": {CERTIFICATE: certificate}}
        client = scope.get("client")
        exchange = _Exchange(receive, send)
        started = time.perf_counter()
        self._open.add(exchange)
        if not self._looking:
            self._look()
        with calls.opened(Call(peer=client[0] if client else "")) as call:
            try:
                await self._app(scope, exchange.receive, exchange.send)
            except asyncio.CancelledError:
                if not exchange.ended:
                    raise
            finally:
                self._open.discard(exchange)
                self._metrics.add(call, time.perf_counter() - started, exchange.status)
                if call.lines[call.entered :]:
                    self._audit(call, datetime.now(UTC))

    def _look(self) -> None:
        """End the exchanges that stall: one timer for all costs less than one for each step."""
        loop = asyncio.get_running_loop()
        until = loop.time() - self._stall_seconds
        for exchange in [each for each in self._open if each.waiting_since < until]:
            exchange.end()
        self._looking = bool(self._open)
        if self._looking:
            loop.call_later(self._stall_seconds / 4, self._look)


class _Exchange:
    """One request and its answer."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.status = 500
        """Until something is answered."""
        self.waiting_since = float("inf")
        """When we began to wait for the peer, by the loop's clock."""
        self.ended = False
        self._receive, self._send = receive, send
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._whole = False

    def end(self) -> None:
        """Give the peer up; the server closes a connection whose answer stays unfinished."""
        self.ended = True
        if self._task is not None:
            self._task.cancel()

    async def receive(self) -> Message:
        if self._whole:
            # from here on it is asked only whether the caller has gone: that may take long
            return await self._receive()
        self.waiting_since = self._loop.time()
        message = await self._receive()
        self.waiting_since = float("inf")
        self._whole = message["type"] == "http.request" and not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.waiting_since = self._loop.time()
        await self._send(message)
        self.waiting_since = float("inf")
