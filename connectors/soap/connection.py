"""HTTP connections to one axis: kept alive, streamed, with hard time limits.

On `http.client`, whose calls cost a quarter of httpx's and an eighth of requests'
(soap.md §4). Its own timeout is for one read; here a whole exchange has a deadline
too, so that an axis that trickles cannot hold a thread.
"""

import io
import select
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Lock
from typing import IO, Any, cast
from urllib.parse import urlsplit

from connectors.soap.wire import Wire

IDLE_SECONDS = 30.0
"""A connection idle for longer is not used again: the other side may be about to close it."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds."""

    connect: float = 5.0
    read: float = 30.0
    """For one read or write to make progress."""
    total: float = 300.0
    """For one exchange, from the connection to the last byte of the answer."""


class NotSent(Exception):
    """Not one byte of the request left; the argument says why."""


class BrokenOff(Exception):
    """The request left, at least in part, and no whole answer came; the argument says why."""


class _TimedSocket:
    """The part of a socket that http.client uses, with a deadline."""

    def __init__(self, plain: socket.socket, read: float) -> None:
        self._plain = plain
        self._read = read
        self.deadline = 0.0

    def _limit(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole exchange took too long")
        self._plain.settimeout(min(self._read, left))

    def sendall(self, data: bytes) -> None:
        self._limit()
        self._plain.sendall(data)

    def recv_into(self, buffer: Any) -> int:
        self._limit()
        return self._plain.recv_into(buffer)

    def makefile(self, *_: Any, **__: Any) -> IO[bytes]:
        return io.BufferedReader(_TimedReader(self), 1 << 16)

    def is_idle(self) -> bool:
        """Return whether nothing has come: an idle connection that can be read was closed."""
        try:
            return not select.select([self._plain], [], [], 0)[0]
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        self._plain.close()


class _TimedReader(io.RawIOBase):
    """What http.client reads an answer from; closing it leaves the socket open."""

    def __init__(self, source: _TimedSocket) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        return self._source.recv_into(buffer)


class Connections:
    """A pool of connections to one address; safe for many threads, one per process."""

    def __init__(self, address: str, timeouts: Timeouts, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            raise ValueError(f"not an http(s) address: {address}")
        self._https = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeouts = timeouts
        self._tls = tls
        self._idle: list[tuple[HTTPConnection, float]] = []
        self._lock = Lock()

    @contextmanager
    def exchange(self, wire: Wire, headers: dict[str, str]) -> Iterator[HTTPResponse]:
        """POST *wire* and give the answer, to be read within.

        Raises:
            NotSent: no connection.
            BrokenOff: the connection broke or a time limit passed, then or while reading.
        """
        deadline = time.monotonic() + self._timeouts.total
        connection = self._taken() or self._made()
        timed = cast(_TimedSocket, connection.sock)
        timed.deadline = deadline
        keep = False
        try:
            self._send(connection, wire, headers)
            answer = connection.getresponse()
            yield answer
            keep = answer.isclosed() and not answer.will_close
        except (OSError, HTTPException) as error:
            raise BrokenOff(f"{type(error).__name__}: {error}") from error
        finally:
            if keep:
                self._keep(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def _taken(self) -> HTTPConnection | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection, since = self._idle.pop()
            fresh = time.monotonic() - since < IDLE_SECONDS
            if fresh and cast(_TimedSocket, connection.sock).is_idle():
                return connection
            connection.close()

    def _keep(self, connection: HTTPConnection) -> None:
        with self._lock:
            self._idle.append((connection, time.monotonic()))

    def _made(self) -> HTTPConnection:
        seconds = self._timeouts.connect
        connection = (
            HTTPSConnection(self._host, self._port, timeout=seconds, context=self._tls)
            if self._https
            else HTTPConnection(self._host, self._port, timeout=seconds)
        )
        try:
            connection.connect()
        except OSError as error:
            raise NotSent(f"{self._host}:{connection.port}: {error}") from error
        connection.sock = cast(Any, _TimedSocket(connection.sock, self._timeouts.read))
        return connection

    def _send(self, connection: HTTPConnection, wire: Wire, headers: dict[str, str]) -> None:
        connection.putrequest("POST", self._path, skip_accept_encoding=True)
        connection.putheader("Content-Type", wire.content_type)
        connection.putheader("Content-Length", str(wire.length))
        for name, value in headers.items():
            connection.putheader(name, value)
        chunks = wire.chunks()
        connection.endheaders(next(chunks))  # head and first chunk in one write
        for chunk in chunks:
            connection.send(chunk)
