"""Hostile axes: whatever they answer, a client gives a value or one of our errors, soon."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import Axis, Outgoing, Report
from connectors.edoc.client import EdocAxis
from connectors.edoc.memory import Memory
from connectors.soap.client import SoapAxis
from connectors.soap.connection import Timeouts
from connectors.soap.version import SOAP11
from connectors.vxp.client import VxpAxis
from documents.errors import OfficeError
from schemas.edxml import NAMESPACE
from schemas.edxml.field import FORBIDDEN

SECONDS = 5.0
TIMEOUTS = Timeouts(1, 0.4, 0.8)
NOW = datetime.now(UTC)
LETTER = (
    f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader><MessageHeader>'
    "<From><OrganId>H99</OrganId></From><To><OrganId>H99.01</OrganId></To>"
    "<DocumentId>d</DocumentId></MessageHeader></edXMLHeader></edXMLEnvelope></edXML>"
).encode()
Answer = bytes | Callable[[socket.socket], object]


class Hostile:
    """An axis that gives every call the same answer."""

    def __init__(self) -> None:
        self.answer: Answer = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/x"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            try:
                if not _read(connection):
                    return
                if callable(self.answer):
                    self.answer(connection)
                else:
                    connection.sendall(self.answer)
            except OSError:
                return


def _read(connection: socket.socket) -> bool:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return False
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(65536) or b"\0" * length
    return True


@pytest.fixture(scope="module")
def hostile() -> Iterator[Hostile]:
    axis = Hostile()
    yield axis
    axis.close()


@pytest.fixture(scope="module")
def clients(hostile: Hostile) -> Iterator[dict[str, Axis]]:
    url, most = hostile.url, 1 << 20
    memory = Memory(Path(":memory:"))
    made: dict[str, Axis] = {
        "soap": SoapAxis(url, timeouts=TIMEOUTS, max_size=most),
        "vxp": VxpAxis(url, "s", "a-secret-of-tests", timeouts=TIMEOUTS, max_size=most),
        "edoc": EdocAxis(url, "H99", "token", memory, timeouts=TIMEOUTS, max_size=most),
    }
    yield made
    for axis in made.values():
        axis.close()


CALLS: dict[str, Callable[[Axis], object]] = {
    "send": lambda axis: axis.send(Outgoing("m", "H99", ("H99.01",), LETTER)),
    "report": lambda axis: axis.report([Report("m", "H99", "H99.01", "d", "01", LETTER)]),
    "pending": lambda axis: axis.pending(["H99"]),
    "fetch": lambda axis: axis.fetch("H99", "1").content.close(),
    "confirm": lambda axis: axis.confirm("H99", [("1", "0" * 64)]),
    "reject": lambda axis: axis.reject("H99", "1", "x"),
    "agencies": lambda axis: axis.agencies(),
    "settle": lambda axis: axis.settle(Outgoing("m", "H99", ("H99.01",), LETTER)),
    "sent": lambda axis: axis.sent("H99", NOW - timedelta(1), NOW),
    "changes": lambda axis: axis.agency_changes(0),
}


def http(body: bytes, kind: str = "text/xml", status: str = "200 OK", more: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"{more}Connection: close\r\n\r\n"
    ).encode("latin-1") + body


def soap(body: str, before: str = "") -> bytes:
    return (
        f'{before}<s:Envelope xmlns:s="{SOAP11.namespace}"><s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def told(body: bytes) -> bytes:
    return http(b'{"status":"OK","ErrorCode":"0",' + body + b"}", "application/json")


RELATED = "multipart/related; "
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ANSWERS: dict[str, bytes] = {
    "nothing": b"",
    "noise": b"\x00\xff" * 100,
    "another protocol": b"SSH-2.0\r\n",
    "an empty body": http(b""),
    "a page": http(b"<html>", "text/html"),
    "an extended boundary": http(b"--b\r\n", RELATED + "boundary*=utf-8''b"),
    "semicolons": http(b"--b\r\n", RELATED + 'boundary="' + ";" * 60_000 + '"'),
    "digits": http(b"--b\r\n", RELATED + "boundary=b; a*" + "9" * 5000 + "=x"),
    "a boundary beyond ASCII": http(b"--b\r\n", RELATED + "boundary=\xff\xfe"),
    "no content type": HEAD + b"Content-Length: 2\r\n\r\n{}",
    "an entity": http(soap("<x/>", '<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]>')),
    "depth": http(soap("<x>" * 100_000)),
    "a long fault": http(
        soap(f"<s:Fault><faultstring>{'x' * 100_000}</faultstring></s:Fault>"), status="500 X"
    ),
    "an empty fault": http(soap("<s:Fault/>"), status="500 X"),
    "another answer": http(soap("<GetAgenciesResponse xmlns='urn:congvan:axis:1'/>")),
    "a way to another host": http(b"", status="302 F", more="Location: http://127.0.0.1:9/\r\n"),
    "a way to a file": http(b"", status="302 F", more="Location: file:///etc/passwd\r\n"),
    "go on, go on": b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
    "another protocol now": http(b"", status="101 Switching"),
    "no content": http(b"", status="204 No"),
    "status 999": http(b"", status="999 N"),
    "status -1": http(b"", status="-1 N"),
    "a negative length": HEAD + b"Content-Length: -5\r\n\r\nabc",
    "an endless length": HEAD + b"Content-Length: 99999999999999\r\n\r\nabc",
    "a length in letters": HEAD + b"Content-Length: abc\r\n\r\nabc",
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
    "a chunk in letters": CHUNKED + b"zz\r\nabc",
    "a negative chunk": CHUNKED + b"-5\r\nabc",
    "an endless chunk": CHUNKED + b"f" * 100 + b"\r\nabc",
    "a long line": CHUNKED + b"1;" + b"x" * 200_000 + b"\r\na",
    "compressed": http(b"\x1f\x8b\x08" + b"\0" * 50, more="Content-Encoding: gzip\r\n"),
    "deep JSON": http(b"[" * 100_000, "application/json"),
    "endless number": told(b'"DocId":' + b"9" * 5000),
    "halves of pairs": told(
        b'"DocId":"\\ud800","data":[{"docId":"\\ud800","code":"\\ud800\\u0000","name":"\\udfff",'
        b'"from":"\\u0000","to":"H99"},{"docId":"a~H99","from":"\\ud800","to":"H99\\u0000"}]'
    ),
    "other types": told(
        b'"DocId":{},"data":[1,null,[],"x",{"docId":[],"code":{}},{"docId":1e999,"version":1e999}]'
    ),
    "no numbers": told(b'"DocId":NaN,"data":Infinity'),
    "odd times": told(
        b'"data":[{"docId":"a","created_time":"9999999999999","from":"x","to":"H99","version":"5",'
        b'"sentTime":"31/12/9999 23:59:59","senderDocId":"a","code":"H1",'
        b'"modifyDate":"0001-01-01"}]'
    ),
}


def asked(axis: Axis, call: str) -> object:
    started = time.monotonic()
    try:
        return CALLS[call](axis)
    except OfficeError as error:
        return error.as_dict() and None
    finally:
        assert time.monotonic() - started < SECONDS


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("face", ["soap", "vxp", "edoc"])
def test_an_answer_is_a_value_or_one_of_our_errors(
    hostile: Hostile, clients: dict[str, Axis], face: str, name: str
) -> None:
    hostile.answer = ANSWERS[name]
    for call in CALLS:
        found = asked(clients[face], call)
        # nothing comes out that a database or XML could not hold
        assert FORBIDDEN.search(str(found)) is None
        assert "\\ud8" not in repr(found)
        assert "\\x00" not in repr(found)


def trickling(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def of_headers(connection: socket.socket) -> None:
    connection.sendall(HEAD)
    for _ in range(100_000):
        connection.sendall(b"X: " + b"y" * 60_000 + b"\r\n")


def endless(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(100_000):
        connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")


@pytest.mark.parametrize("answer", [trickling, of_headers, endless])
@pytest.mark.parametrize("face", ["soap", "vxp", "edoc"])
def test_an_endless_answer_is_given_up(
    hostile: Hostile, clients: dict[str, Axis], face: str, answer: Any
) -> None:
    hostile.answer = answer
    assert asked(clients[face], "fetch") is None
