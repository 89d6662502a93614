"""What the client says when the other side misbehaves below SOAP."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connectors.axis import Outgoing
from connectors.errors import AxisOutcomeUnknown, AxisRefused, AxisUnavailable, TooLarge
from connectors.hub.faults import Fault, FaultKind
from connectors.soap.client import SoapAxis
from connectors.soap.connection import Timeouts

MESSAGE = Outgoing("m", "H99", ("H99.01",), b"x" * 200_000)
SOAP = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body>'
    "</s:Envelope>"
)
ANSWER = SOAP.format(
    '<GetAgenciesResponse xmlns="urn:congvan:axis:1"><more>false</more></GetAgenciesResponse>'
).encode()


@contextmanager
def answering(respond: Callable[[socket.socket], None], calls: int = 1) -> Iterator[str]:
    """A server of *calls* connections that reads one request on each, then does *respond*."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(calls):
            connection, _ = listener.accept()
            with connection:
                read_request(connection)
                respond(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/soap"
    thread.join()
    listener.close()


def read_request(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)


def replying(data: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(data)


def http(body: bytes, status: str = "200 OK", head: str = "") -> bytes:
    start = f"HTTP/1.1 {status}\r\nContent-Type: text/xml\r\n{head}"
    return f"{start}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_refused_connection_means_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(AxisUnavailable):
        SoapAxis(f"http://127.0.0.1:{port}/soap").send(MESSAGE)


def test_an_address_that_does_not_answer_means_nothing_was_sent() -> None:
    with socket.socket() as full:  # its queue is full: the handshake gets no answer
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.create_connection(address):
            axis = SoapAxis(f"http://127.0.0.1:{address[1]}/", timeouts=Timeouts(connect=0.2))
            with pytest.raises(AxisUnavailable):
                axis.send(MESSAGE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"HTTP/1.1 2\xb20 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: gzip\r\n\r\n",
        http(ANSWER)[:-1],
        http(b"<html>proxy</html>", "502 Bad Gateway"),
        http(b"<html>welcome</html>"),
        http(b"not xml", "500 Internal Server Error"),
        http(ANSWER),
        http(SOAP.format("<s:Fault><faultcode>s:Server</faultcode></s:Fault>").encode(), "500 x"),
    ],
)
def test_without_a_whole_answer_the_outcome_is_unknown_or_nothing_was_changed(data: bytes) -> None:
    with answering(replying(data)) as address, pytest.raises(AxisOutcomeUnknown):
        SoapAxis(address).send(MESSAGE)
    if data != http(ANSWER):
        with answering(replying(data)) as address, pytest.raises(AxisUnavailable):
            SoapAxis(address).agencies()


@pytest.mark.parametrize("status", ["503 Service Unavailable", "404 Not Found", "429 Slow down"])
def test_an_http_refusal_means_nothing_was_done(status: str) -> None:
    with answering(replying(http(b"", status))) as address, pytest.raises(AxisUnavailable):
        SoapAxis(address).send(MESSAGE)


def test_a_proxy_that_limits_sizes_is_heard() -> None:
    with answering(replying(http(b"", "413 Too Large"))) as address, pytest.raises(TooLarge):
        SoapAxis(address).send(MESSAGE)


def test_a_fault_without_our_detail_is_a_refusal_when_it_blames_us() -> None:
    fault = SOAP.format("<s:Fault><faultcode>s:Client.Odd</faultcode></s:Fault>").encode()
    with (
        answering(replying(http(fault, "500 x"))) as address,
        pytest.raises(AxisRefused, match="Client"),
    ):
        SoapAxis(address).send(MESSAGE)


@pytest.mark.parametrize(
    "data",
    [
        http(ANSWER),
        b"HTTP/1.1 100 Continue\r\n\r\n" + http(ANSWER),
        http(ANSWER, head="Connection: close\r\n"),
        b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + ANSWER,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"a;x=y\r\n%b\r\n%x\r\n%b\r\n0\r\nTrailer: x\r\n\r\n"
        % (ANSWER[:10], len(ANSWER) - 10, ANSWER[10:]),
    ],
)
def test_every_way_of_ending_a_body_is_read(data: bytes) -> None:
    with answering(replying(data)) as address:
        axis = SoapAxis(address)
        assert axis.agencies() == []
        axis.close()


def test_a_silent_axis_is_given_up_after_the_read_limit() -> None:
    done = threading.Event()
    with answering(lambda _: assert_(done.wait(30))) as address:
        axis = SoapAxis(address, timeouts=Timeouts(read=0.2))
        with pytest.raises(AxisOutcomeUnknown):
            axis.send(MESSAGE)
        done.set()


def test_an_axis_that_trickles_is_given_up_after_the_total_limit() -> None:
    gone = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not gone.wait(0.02):
            try:
                connection.sendall(b"x")
            except OSError:
                return

    with answering(trickle) as address:
        axis = SoapAxis(address, timeouts=Timeouts(read=5, total=0.3))
        started = time.monotonic()
        with pytest.raises(AxisOutcomeUnknown):
            axis.send(MESSAGE)
        assert time.monotonic() - started < 3
        gone.set()


def test_a_connection_that_was_closed_while_idle_is_not_used_again() -> None:
    with answering(replying(http(ANSWER)), calls=2) as address:
        axis = SoapAxis(address)
        assert axis.agencies() == []
        closed = axis._calls.connections._idle[0]._socket
        while closed.recv(1, socket.MSG_PEEK):
            pass  # until the other side's end has come
        assert axis.agencies() == []
        axis.close()


def test_one_connection_serves_many_calls(hub: Any) -> None:
    axis = SoapAxis(hub.address)
    for _ in range(3):
        axis.agencies()
    (connection,) = axis._calls.connections._idle
    axis.send(MESSAGE)
    assert axis._calls.connections._idle == [connection]
    axis.close()


def test_content_damaged_on_its_way_is_fetched_again(hub: Any) -> None:
    axis = SoapAxis(hub.address)
    receipt = axis.send(MESSAGE)
    hub.faults(Fault("GetDocument", FaultKind.CORRUPT))
    with pytest.raises(AxisUnavailable, match="content_corrupt"):
        axis.fetch("H99.01", receipt.axis_id)
    with axis.fetch("H99.01", receipt.axis_id).content as content:
        assert content.read() == MESSAGE.edxml
    axis.close()


def test_a_slow_axis_is_waited_for_within_the_limits(hub: Any) -> None:
    axis = SoapAxis(hub.address, timeouts=Timeouts(read=0.2))
    hub.faults(Fault("SendDocument", FaultKind.DELAY, seconds=0.6))
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(MESSAGE)
    patient = SoapAxis(hub.address)
    hub.faults(Fault("SendDocument", FaultKind.DELAY, seconds=0.3))
    assert patient.send(MESSAGE).axis_id == patient.send(MESSAGE).axis_id
    assert len(patient.pending(["H99.01"])) == 1
    axis.close()
    patient.close()


def assert_(held: bool) -> None:
    assert held
