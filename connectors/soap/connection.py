"""HTTP/1.1 connections to one axis: kept alive, streamed, with hard time limits.

Of HTTP only what a POST needs (RFC 9112). requests costs about a millisecond a call,
httpx half of one (soap.md §4), `http.client` as much as httpx when the answer is
multipart: its header parser compiles a pattern for each new boundary. None of them
has a limit for a whole exchange, so that an axis that trickles would hold a thread.
"""

import select
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit

IDLE_SECONDS = 30.0
"""A connection idle for longer is not used again: the other side may be about to close it."""
_RECEIVE = 1 << 16
_MAX_HEAD = 1 << 16
"""Bytes of an answer's head, or of one chunk's."""


class Body(Protocol):
    """What is sent: bytes of known length, in at least one chunk."""

    @property
    def content_type(self) -> str:
        """The media type."""
        ...

    @property
    def length(self) -> int:
        """Bytes."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""
        ...


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


class _Connection:
    """A connected socket and what came on it that is not used up yet."""

    def __init__(self, plain: socket.socket, seconds: float) -> None:
        self._socket = plain
        self._seconds = seconds
        self._buffer = b""
        self.deadline = 0.0
        self.idle_since = 0.0

    def _limit(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("lời gọi kéo dài quá lâu / the whole exchange took too long")
        self._socket.settimeout(min(self._seconds, left))

    def send(self, data: bytes) -> None:
        """Send all of *data*."""
        self._limit()
        self._socket.sendall(data)

    def receive(self, most: int = _RECEIVE) -> bytes:
        """Return the next bytes, at most *most*; empty when the other side has closed."""
        if not self._buffer:
            self._limit()
            return self._socket.recv(min(most, _RECEIVE))
        data, self._buffer = self._buffer[:most], self._buffer[most:]
        return data

    def receive_until(self, end: bytes) -> bytes:
        """Return the bytes up to *end*, which is used up too."""
        data = b""
        while end not in data:
            more = self.receive()
            if not more:
                raise BrokenOff("kết nối bị đóng / the connection was closed")
            data += more
            if len(data) > _MAX_HEAD + _RECEIVE:
                raise BrokenOff("phần đầu trả lời quá lớn / the answer's head is too large")
        found, _, rest = data.partition(end)
        self._buffer = rest + self._buffer
        return found

    def usable(self) -> bool:
        """Return whether a request may go out: an idle connection that can be read was closed."""
        if self._buffer or time.monotonic() - self.idle_since > IDLE_SECONDS:
            return False
        return not select.select([self._socket], [], [], 0)[0]

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


class HttpAnswer:
    """An answer whose head has come; the body follows by `chunks`."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self.status, self._version, self._headers = _head(connection)
        while 100 <= self.status < 200:
            self.status, self._version, self._headers = _head(connection)
        self.complete = False
        """The body has come whole and the connection may be used again."""

    def header(self, name: str) -> str:
        """Return the header *name*, lower case; empty when absent."""
        return self._headers.get(name, "")

    def chunks(self) -> Iterator[bytes]:
        """Yield the body.

        Raises:
            BrokenOff: it ended early.
        """
        if self.status in (204, 304):
            pass  # these have no body (RFC 9110 §6.4.1)
        elif self.header("transfer-encoding"):
            yield from self._chunked()
        elif self.header("content-length"):
            yield from self._counted(_number(self.header("content-length"), 10))
        else:
            while chunk := self._connection.receive():
                yield chunk
            return
        lasting = self._version == "HTTP/1.1"
        self.complete = lasting and self.header("connection").lower() != "close"

    def _counted(self, left: int) -> Iterator[bytes]:
        while left:
            chunk = self._connection.receive(left)
            if not chunk:
                raise BrokenOff(
                    f"trả lời bị cắt, thiếu {left} byte / the answer ended {left} bytes early"
                )
            left -= len(chunk)
            yield chunk

    def _chunked(self) -> Iterator[bytes]:
        if self.header("transfer-encoding").lower() != "chunked":
            raise BrokenOff("kiểu truyền lạ / a transfer encoding that was not asked for")
        while size := _number(self._line().partition(";")[0], 16):
            yield from self._counted(size)
            self._line()
        while self._line():
            pass  # trailers say nothing to us

    def _line(self) -> str:
        return self._connection.receive_until(b"\r\n").decode("latin-1")


def _head(connection: _Connection) -> tuple[int, str, dict[str, str]]:
    status_line, *lines = connection.receive_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
    version, _, rest = status_line.partition(" ")
    if not version.startswith("HTTP/1."):
        raise BrokenOff("trả lời không phải HTTP/1.1 / the answer is not HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return _number(rest[:3], 10), version, headers


def _number(text: str, radix: int) -> int:
    digits = text.strip()
    if not digits.isalnum() or len(digits) > 15:
        raise BrokenOff(f"not a number: {digits[:20]}")
    try:
        return int(digits, radix)
    except ValueError:
        raise BrokenOff(f"not a number: {digits}") from None


class Connections:
    """A pool of connections to one address; safe for many threads, one per process."""

    def __init__(self, address: str, timeouts: Timeouts, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            raise ValueError(f"not an http(s) address: {address}")
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._host = parts.hostname
        self._port = parts.port or (80 if self._tls is None else 443)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        host = parts.netloc.rpartition("@")[2]
        self._head = f"HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: identity\r\n"
        self._timeouts = timeouts
        self._idle: list[_Connection] = []
        self._lock = Lock()

    @contextmanager
    def exchange(
        self, body: Body, headers: dict[str, str], action: str = "", method: str = "POST"
    ) -> Iterator[HttpAnswer]:
        """POST *body* to the address, or to *action* below it; give the answer, to be read within.

        A body without a media type is none: for a *method* that has no body.

        Raises:
            NotSent: no connection.
            BrokenOff: the connection broke or a time limit passed, then or while reading.
        """
        deadline = time.monotonic() + self._timeouts.total
        connection = self._taken() or self._made()
        connection.deadline = deadline
        answer: HttpAnswer | None = None
        broken = False
        try:
            path = f"{self._path.rstrip('/')}/{action}" if action else self._path
            broken = self._send(connection, f"{method} {path}", body, headers)
            answer = HttpAnswer(connection)
            if broken and answer.status < 400:
                raise BrokenOff(
                    f"trả lời {answer.status} trước khi gửi xong / before the request was whole"
                )
            yield answer
        except OSError as error:
            raise BrokenOff(f"{type(error).__name__}: {error}") from error
        finally:
            if answer is not None and answer.complete and not broken:
                connection.idle_since = time.monotonic()
                with self._lock:
                    self._idle.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _taken(self) -> _Connection | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if connection.usable():
                return connection
            connection.close()

    def _made(self) -> _Connection:
        try:
            plain = socket.create_connection((self._host, self._port), self._timeouts.connect)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                plain = self._tls.wrap_socket(plain, server_hostname=self._host)
        except OSError as error:
            raise NotSent(f"{self._host}:{self._port}: {error}") from error
        return _Connection(plain, self._timeouts.read)

    def _send(
        self, connection: _Connection, asked: str, body: Body, headers: dict[str, str]
    ) -> bool:
        """Send a request; return whether it broke off on the way: a refusal may have come early."""
        lines = [f"Content-Type: {body.content_type}"] if body.content_type else []
        if lines or not asked.startswith("GET "):
            lines.append(f"Content-Length: {body.length}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        chunks = body.chunks()
        head = (f"{asked} {self._head}" + "\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        try:
            connection.send(head + next(chunks))  # one write: most requests are one packet or two
            for chunk in chunks:
                connection.send(chunk)
        except (BrokenPipeError, ConnectionResetError):
            return True
        return False
