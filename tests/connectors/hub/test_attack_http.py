"""Hostile HTTP at the hub's socket: answered or hung up on, and the next caller is served."""

import socket
import time
from typing import Any

import pytest

SECONDS = 10.0
POST = b"POST /soap HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
REQUESTS: dict[str, bytes] = {
    "noise": b"\x00\xff" * 5000,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a million headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1_000_000,
    "an endless header": b"GET / HTTP/1.1\r\nX: " + b"y" * 5_000_000,
    "an endless path": b"GET /" + b"a" * 5_000_000,
    "a path out of the tree": b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "an encoded path": b"GET /soap/%2e%2e/%2e%2e/etc/passwd%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "another version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "a negative length": POST + b"Content-Length: -1\r\n\r\nx",
    "a length in letters": POST + b"Content-Length: 0x10\r\n\r\nx",
    "an endless length": POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\nx",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 5\r\n\r\nabcde",
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two encodings": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a bent encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a chunk in letters": CHUNKED + b"zz\r\nabc",
    "a negative chunk": CHUNKED + b"-1\r\nabc",
    "an endless chunk": CHUNKED + b"f" * 40 + b"\r\nabc",
    "a chunk's endless extension": CHUNKED + b"1;" + b"x" * 3_000_000,
    "endless trailers": CHUNKED + b"0\r\n" + b"X: y\r\n" * 500_000,
    "a folded header": POST + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "a blank before the colon": POST + b"Content-Length : 5\r\n\r\nabcde",
    "bare line ends": POST.replace(b"\r\n", b"\n") + b"Content-Length: 0\n\n",
    "NUL in a header": POST + b"X: a\0b\r\nContent-Length: 0\r\n\r\n",
    "a request behind the request": POST + b"Content-Length: 0\r\n\r\nGET /../x HTTP/1.1\r\n\r\n",
    "a proxy's request": b"CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: x\r\n\r\n",
    "an upgrade": POST + b"Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n",
    "a host beyond ASCII": b'GET /soap?wsdl HTTP/1.1\r\nHost: \xff<">&\r\n\r\n',
}


def answered(host: str, request: bytes, patience: float = 0.5) -> bytes:
    """Return what the hub says to *request* before it hangs up or falls silent."""
    name, _, port = host.partition(":")
    said = b""
    with socket.create_connection((name, int(port)), timeout=patience) as connection:
        try:
            connection.sendall(request)
            while more := connection.recv(1 << 16):
                said += more
        except OSError:
            pass
    return said


@pytest.mark.parametrize("name", REQUESTS)
def test_hostile_http_is_answered_or_hung_up_on(lasting_hub: Any, name: str) -> None:
    started = time.monotonic()
    said = answered(lasting_hub.host, REQUESTS[name])
    assert time.monotonic() - started < SECONDS
    assert b"root:" not in said
    assert b"Traceback" not in said
    assert b"internal error" not in said
    assert not said or said.startswith(b"HTTP/1.1 ")
    # nothing was smuggled in behind it
    assert said.count(b"HTTP/1.1 200") <= 1
    honest = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    alive = answered(lasting_hub.host, honest, SECONDS)
    assert alive.startswith(b"HTTP/1.1 200 OK")
