"""Asking services on the network: a deadline that holds, answers of bounded size, no hurry.

Standards: RFC 9110 (HTTP), RFC 3161 3.4 (timestamps over HTTP), RFC 6960 appendix A (OCSP),
RFC 5280 4.2.1.13 (revocation lists). Addresses stand in certificates: only http and https,
only hosts that are allowed, no redirects. A service that just failed is left alone for a
while, so that a thousand documents do not each wait for it.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from threading import Thread
from urllib.parse import SplitResult, urlsplit

PAUSE_SECONDS = 60.0
"""How long a service that failed is left alone."""
LARGEST_ANSWER = 64 * 1024
"""Bytes of a timestamp or an OCSP response; a few thousand are usual."""


class NotAnswered(Exception):
    """The argument says why there is no answer to use."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question: GET without a body, POST with one."""

    url: str
    body: bytes = b""
    content_type: str = ""
    largest: int = LARGEST_ANSWER
    """Bytes of answer that are taken at most."""


Transport = Callable[[Request, float], bytes]
"""Takes a request and seconds; returns the answer's body. Raises NotAnswered."""


@dataclass(slots=True)
class Exchange:
    """What one process asks of services, and which of them it leaves alone just now."""

    transport: Transport = field(default_factory=lambda: over_http)
    hosts: tuple[str, ...] = ()
    """Hosts that certificates may send us to, `.gov.vn` with all below it; empty for any."""
    pause: float = PAUSE_SECONDS
    clock: Callable[[], float] = time.monotonic
    _resting: dict[str, float] = field(default_factory=dict)
    _faults: dict[str, str] = field(default_factory=dict)
    """Why what rests was left alone."""

    def ask(self, request: Request, seconds: float) -> bytes:
        """Return the answer to *request*, within *seconds*.

        Raises:
            NotAnswered: there is none, or the service failed a moment ago.
        """
        if self.rests(request.url):
            why = self._faults.get(request.url, "")
            raise NotAnswered(f"vừa không dùng được / of no use a moment ago: {why}")
        try:
            answer = self.transport(request, seconds)
        except NotAnswered as fault:
            self.failed(request.url, str(fault))
            raise
        self._resting.pop(request.url, None)
        return answer

    def failed(self, what: str, why: str) -> None:
        """Leave *what* alone for a while: an address, or one question of many."""
        self.rest(what, self.pause, why)

    def rest(self, what: str, seconds: float, why: str) -> None:
        """Leave *what* alone for *seconds*."""
        self._resting[what], self._faults[what] = self.clock() + seconds, why

    def rests(self, what: str) -> bool:
        """Return whether *what* is left alone just now."""
        return self._resting.get(what, 0.0) > self.clock()

    def allows(self, url: str) -> bool:
        """Return whether a certificate may send us to *url*."""
        try:
            parts = _parts(url)
        except NotAnswered:
            return False
        host = (parts.hostname or "").lower()
        return not self.hosts or any(
            host == allowed.lower() or (allowed.startswith(".") and host.endswith(allowed.lower()))
            for allowed in self.hosts
        )


def over_http(request: Request, seconds: float) -> bytes:
    """Ask over HTTP/1.1 or HTTPS.

    Raises:
        NotAnswered: no answer in time, another status than 200, or one too large.
    """
    call = _Call(request, seconds)
    # names are looked up without any deadline, and a server may send a byte now and then
    thread = Thread(target=call.run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        call.hang_up()
        raise NotAnswered(f"không trả lời trong {seconds:g} giây / no answer in {seconds:g} s")
    if call.fault is not None:
        raise NotAnswered(_said(call.fault)) from call.fault
    return call.answer


class _Call:
    """One request on its way in a thread of its own."""

    def __init__(self, request: Request, seconds: float) -> None:
        self.request, self.seconds = request, seconds
        self.answer = b""
        self.fault: Exception | None = None
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        try:
            self.answer = self._asked()
        except Exception as fault:  # whatever a stranger's answer makes the library raise
            self.fault = fault
        finally:
            if self._connection is not None:
                self._connection.close()

    def hang_up(self) -> None:
        """Wake the thread: its socket will say that the connection is over."""
        sock = self._connection.sock if self._connection is not None else None
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _asked(self) -> bytes:
        request, parts = self.request, _parts(self.request.url)
        connection = self._connection = _connection(parts, self.seconds)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"User-Agent": "congvan", "Connection": "close"}
        if request.body:
            headers["Content-Type"] = request.content_type
        connection.request("POST" if request.body else "GET", path, request.body or None, headers)
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise NotAnswered(f"HTTP {response.status}")
        answer = response.read(request.largest + 1)
        if len(answer) > request.largest:
            raise NotAnswered(f"> {request.largest} bytes")
        if response.length:
            raise NotAnswered("bị cắt / cut off")
        return answer


def _connection(parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=_tls())
    return http.client.HTTPConnection(host, parts.port, timeout=seconds)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no number
    except ValueError as fault:
        raise NotAnswered("địa chỉ sai / not an address") from fault
    printable = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in ("http", "https") or not parts.hostname or not printable:
        raise NotAnswered("chỉ http và https / only http and https")
    return parts


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _said(fault: Exception) -> str:
    if isinstance(fault, NotAnswered):
        return str(fault)
    return f"{type(fault).__name__}: {fault}"[:200]
