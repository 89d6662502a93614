"""Test services on real loopback sockets, in threads, whose calls can be made to go wrong.

The applications in `csc_server`, `smartca_server` and `mysign_server` do what the protocols
say. A `Fault` befalls the next calls of one path, below or above the protocol.
"""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from connectors.hub.server import listening

Respond = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One call, as a fault sees it."""

    seen: "Seen"
    answer: Callable[[], Awaitable[tuple[int, bytes]]]
    """Has the service do what it is asked, once, and gives its answer."""
    receive: Receive
    send: Send

    async def reply(self, status: int, body: bytes, **headers: str) -> None:
        """Send an answer; headers by name with _ for -."""
        heads = {"content-type": "application/json", "content-length": str(len(body))}
        heads |= {name.replace("_", "-"): value for name, value in headers.items()}
        await self.start(status, heads)
        await self.send({"type": "http.response.body", "body": body})

    async def start(self, status: int, headers: dict[str, str]) -> None:
        """Send the head of an answer."""
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})

    async def until_gone(self) -> None:
        """Return when the client has given up."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


@dataclass
class Fault:
    """What befalls the next *times* calls whose path ends with *path*."""

    path: str
    respond: Respond
    times: int = 1


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A running service."""

    url: str
    seen: list[Seen] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fail(self, *faults: Fault) -> None:
        """Make coming calls go wrong."""
        self.faults.extend(faults)

    def paths(self) -> list[str]:
        """Return the last part of each path that was called."""
        return [one.path.rpartition("/")[2] for one in self.seen]

    def to(self, path: str) -> list[Seen]:
        """Return the requests whose path ends with *path*."""
        return [one for one in self.seen if one.path.endswith(path)]


class Host:
    """Services side by side on one socket, each under a path of its own."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._services: dict[str, tuple[Starlette, Served]] = {}

    def mount(self, app: Starlette) -> Served:
        """Serve *app* too."""
        name = str(len(self._services))
        served = Served(f"{self._address}/{name}")
        self._services[name] = app, served
        return served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        _, name, path = scope["path"].split("/", 2)
        app, served = self._services[name]
        scope = {**scope, "path": "/" + path, "raw_path": b"/" + path.encode()}
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        served.seen.append(Seen(scope["path"], headers, body))

        async def answer() -> tuple[int, bytes]:
            return await _answered(app, scope, body)

        exchange = Exchange(served.seen[-1], answer, receive, send)
        for fault in served.faults:
            if fault.times and scope["path"].endswith(fault.path):
                fault.times -= 1
                await fault.respond(exchange)
                return
        await exchange.reply(*await answer())


async def _answered(app: Starlette, scope: Scope, body: bytes) -> tuple[int, bytes]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(one.get("body", b"") for one in sent[1:])


@contextmanager
def hosting() -> Iterator[Host]:
    """Run a host on a free loopback port."""
    listener = listening("127.0.0.1", 0)
    host = Host(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(host, lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield host
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join()


@contextmanager
def running(app: Starlette) -> Iterator[Served]:
    """Serve *app* alone on a free loopback port."""
    with hosting() as host:
        yield host.mount(app)


def replying(path: str, status: int, body: bytes = b"{}", times: int = 1, **headers: str) -> Fault:
    """Nothing is done; this is answered."""

    async def respond(exchange: Exchange) -> None:
        await exchange.reply(status, body, **headers)

    return Fault(path, respond, times)


def repeating(path: str, status: int, times: int = 1) -> Fault:
    """Nothing is done, and the whole request is repeated in the refusal."""

    async def respond(exchange: Exchange) -> None:
        words = exchange.seen.body.decode() + exchange.seen.headers.get("authorization", "")
        names = ("error", "error_description", "message", "description", "code")
        await exchange.reply(status, json.dumps(dict.fromkeys(names, words)).encode())

    return Fault(path, respond, times)


def altered(path: str, change: Callable[[Any], Any], times: int = 1) -> Fault:
    """It is done, and another JSON is answered: what *change* returns, or bytes as they are."""

    async def respond(exchange: Exchange) -> None:
        status, body = await exchange.answer()
        other = change(json.loads(body))
        data = other if isinstance(other, bytes) else json.dumps(other).encode()
        await exchange.reply(status, data)

    return Fault(path, respond, times)


def lost(path: str) -> Fault:
    """It is done, and the connection breaks before the answer is whole."""

    async def respond(exchange: Exchange) -> None:
        await exchange.answer()
        await exchange.start(200, {"content-length": "1000"})

    return Fault(path, respond)


def silent(path: str, *, after: bool = True) -> Fault:
    """It is done (or not), and no answer comes at all."""

    async def respond(exchange: Exchange) -> None:
        if after:
            await exchange.answer()
        await exchange.until_gone()

    return Fault(path, respond)


def trickling(path: str) -> Fault:
    """It is done, and the answer comes byte by byte, for ever."""

    async def respond(exchange: Exchange) -> None:
        await exchange.answer()
        await exchange.start(200, {"content-type": "application/json"})
        gone = asyncio.ensure_future(exchange.until_gone())
        while not gone.done():
            await exchange.send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.wait([gone], timeout=0.02)

    return Fault(path, respond)


def endless(path: str) -> Fault:
    """The answer has no end, and comes fast."""

    async def respond(exchange: Exchange) -> None:
        await exchange.start(200, {"content-type": "application/json"})
        gone = asyncio.ensure_future(exchange.until_gone())
        while not gone.done():
            await exchange.send(
                {"type": "http.response.body", "body": b" " * 65536, "more_body": True}
            )
            await asyncio.wait([gone], timeout=0.001)

    return Fault(path, respond)


def secret_file(path: Path, secret: str) -> Path:
    """Write *secret* as the settings want it, and return *path*."""
    path.write_text(secret + "\n", "utf-8")
    path.chmod(0o600)
    return path
