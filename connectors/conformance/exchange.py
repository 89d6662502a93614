"""HTTP/1.1 written by hand, for what a client library would mend (RFC 9112, RFC 9110 §10.1.1).

A new connection each time: what one case does to it, the next does not feel.
"""

import http.client
import io
import select
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from connectors.conformance.trace import Trace

MOST = 160 << 20
"""Bytes of an answer that are read."""
_HEAD = 64 << 10
CONTINUE_SECONDS = 3.0
Headers = Sequence[tuple[str, str]]


class NoAnswer(Exception):
    """No whole HTTP answer came; the argument says why."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is sent."""

    method: str
    path: str
    headers: Headers
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)
    seconds: float
    continued: bool = False
    """A 100 came before the body was sent."""

    @property
    def media_type(self) -> str:
        """The content type in lower case."""
        return self.headers.get("content-type", "").lower()


class Exchange:
    """Sends requests to one system; safe for threads but for its trace's order."""

    def __init__(
        self, url: str, trace: Trace, tls: ssl.SSLContext | None = None, seconds: float = 30.0
    ) -> None:
        """*seconds*: the longest pause within an exchange, and a tenth of its longest whole.

        Raises:
            ValueError: *url* is none of http or https.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"không phải địa chỉ http, https / no http or https address: {url}")
        self.host = parts.hostname
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self.path = parts.path.rstrip("/")
        self.query = parts.query
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._trace = trace
        self._seconds = seconds

    def connected(self, window: int = 0) -> socket.socket:
        """Return a new connection; *window*: bytes that it takes unread, 0: as the system has it.

        Raises:
            NoAnswer: there is none.
        """
        try:
            plain = _connected(self.host, self.port, self._seconds, window)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is None:
                return plain
            return self._tls.wrap_socket(plain, server_hostname=self.host)
        except OSError as error:
            raise NoAnswer(f"{self.host}:{self.port}: {error}") from None

    def octets(self, request: HttpRequest) -> bytes:
        """Return a request as it goes out."""
        sized = [*request.headers, ("Content-Length", str(len(request.body)))]
        return self.head(request.method, request.path, sized) + request.body

    def head(self, method: str, path: str, headers: Headers) -> bytes:
        """Return a request's head."""
        lines = [f"{method} {path or '/'} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode()

    def ask(
        self,
        method: str,
        path: str,
        headers: Headers,
        body: bytes = b"",
        *,
        cut: int | None = None,
        expect: bool = False,
    ) -> HttpAnswer:
        """Send a request and return its answer.

        Args:
            method: HTTP's.
            path: whole, with what stands in the url.
            headers: without Host, Connection and Content-Length; in this order, twice if so given.
            body: bytes.
            cut: send only so many bytes of *body* and close our side.
            expect: say `Expect: 100-continue` and wait for it, though not for ever.

        Raises:
            NoAnswer: none came, or none that is HTTP.
        """
        sized = [*headers, ("Content-Length", str(len(body)))] if method != "GET" else [*headers]
        head = self.head(method, path, [*sized, ("Expect", "100-continue")] if expect else sized)
        sent = body if cut is None else body[:cut]
        began = time.perf_counter()
        with self.connected() as connection:
            try:
                connection.sendall(head)
                continued = expect and _continued(connection)
                _send(connection, sent)
                if cut is not None:
                    connection.shutdown(socket.SHUT_WR)
                answer = _answer(connection, method, began, continued, self._seconds * 10)
            except (OSError, http.client.HTTPException) as error:
                why = f"{type(error).__name__}: {error}"
                self._trace.note(head + sent[:8192], why.encode(), time.perf_counter() - began)
                raise NoAnswer(why) from None
        self._trace.note(head + sent[:8192], _came(answer), answer.seconds)
        return answer


def _connected(host: str, port: int, seconds: float, window: int) -> socket.socket:
    if not window:
        return socket.create_connection((host, port), seconds)
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    plain = socket.socket(family, kind, protocol)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)  # only heeded before connecting
    plain.settimeout(seconds)
    plain.connect(address)
    return plain


def _send(connection: socket.socket, body: bytes) -> None:
    try:
        connection.sendall(body)
    except (BrokenPipeError, ConnectionResetError):
        return  # an early refusal may lie in the buffer


def _continued(connection: socket.socket) -> bool:
    readable, _, _ = select.select([connection], [], [], CONTINUE_SECONDS)
    if not readable:
        return False
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < 1024:
        octet = connection.recv(1)
        if not octet:
            break
        head += octet
    if not head.startswith((b"HTTP/1.1 100", b"HTTP/1.0 100")):
        raise http.client.HTTPException(f"instead of 100: {head[:60]!r}")
    return True


def _answer(
    connection: socket.socket, method: str, began: float, continued: bool, most: float
) -> HttpAnswer:
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    body = io.BytesIO()
    while chunk := response.read1(1 << 20):  # read() would wait for all of it
        body.write(chunk)
        if body.tell() > MOST:
            raise http.client.HTTPException(f"more than {MOST} bytes")
        if time.perf_counter() - began > most:
            raise TimeoutError(f"not whole after {most:.0f} s")
    headers = {name.lower(): value for name, value in response.getheaders()}
    seconds = time.perf_counter() - began
    return HttpAnswer(response.status, headers, body.getvalue(), seconds, continued)


def _came(answer: HttpAnswer) -> bytes:
    lines = [f"HTTP {answer.status}", *(f"{n}: {v}" for n, v in answer.headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()[:_HEAD] + answer.body[:8192]
