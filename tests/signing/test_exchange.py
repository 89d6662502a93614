"""Services are asked within a deadline, for a bounded answer, at allowed addresses, not in vain."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from signing.exchange import Exchange, NotAnswered, Request, over_http
from signing.testservices import Fault
from tests.signing.levels import Served


@contextmanager
def talking(*pieces: bytes, between: float = 0.0) -> Iterator[str]:
    """Serve one connection that gets *pieces*, whatever it asks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                try:
                    for piece in pieces:
                        connection.sendall(piece)
                        time.sleep(between)
                except OSError:
                    return

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(5)


def test_a_server_that_sends_a_byte_now_and_then_does_not_hold_us() -> None:
    head = b"HTTP/1.1 200 OK\r\n"
    begun = time.monotonic()
    with (
        talking(head, *([b"X: y\r\n"] * 50), between=0.05) as url,
        pytest.raises(NotAnswered, match="no answer in"),
    ):
        over_http(Request(url), 0.3)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut off",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 2000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + bytes(100_000),
    ],
)
def test_whatever_a_stranger_answers_is_no_answer(answer: bytes) -> None:
    with talking(answer) as url, pytest.raises(NotAnswered):
        over_http(Request(url), 3)


def test_a_chunked_answer_is_read() -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    with talking(answer) as url:
        assert over_http(Request(url), 3) == b"abc"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "ldap://127.0.0.1/cn=x",
        "http://",
        "http://127.0.0.1:x/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX: y",
        "http://máy.vn/",
        "javascript:1",
        "",
    ],
)
def test_only_plain_http_addresses_are_asked(url: str) -> None:
    with pytest.raises(NotAnswered):
        over_http(Request(url), 1)
    assert not Exchange().allows(url)


def test_certificates_send_us_to_allowed_hosts_alone() -> None:
    exchange = Exchange(hosts=("crl.test", ".gov.vn"))
    allowed = ["http://crl.test/x", "https://CRL.test:80/", "http://ocsp.ca.gov.vn/"]
    others = [
        "http://crl.test.evil/",
        "http://gov.vn.evil/",
        "http://xgov.vn/",
        "http://127.0.0.1/",
    ]
    assert [exchange.allows(url) for url in allowed] == [True] * 3
    assert [exchange.allows(url) for url in others] == [False] * 4


def test_a_service_that_failed_is_left_alone_for_a_while(served: Served) -> None:
    clock = [0.0]
    exchange = Exchange(clock=lambda: clock[0])
    request = Request(f"{served.services.address}/office/crls/root/latest.crl")
    served.services.faults["crl"] = Fault.ERROR
    for _ in range(5):
        with pytest.raises(NotAnswered):
            exchange.ask(request, 3)
    assert served.services.hits["crl"] == 1
    served.services.faults.clear()
    clock[0] += exchange.pause
    assert exchange.ask(request, 3)
