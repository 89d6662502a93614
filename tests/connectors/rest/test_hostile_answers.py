"""Answers that are none: every failure is typed, in bounded time and memory."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import MessageKind
from connectors.edoc.memory import Memory
from connectors.errors import (
    AccessDenied,
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    NotFound,
    TooLarge,
)
from connectors.rest.client import RestAxis
from connectors.rest.credentials import Credentials
from connectors.rest.profile import read_profile
from connectors.soap.connection import Timeouts
from documents.errors import OfficeError
from tests.connectors.axis_worlds import FIRST, message, status

Speak = Callable[[socket.socket], None]


def _hear(connection: socket.socket, *, whole: bool) -> None:
    """Take a request in, its body too."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += connection.recv(1 << 16)
    head, _, body = heard.partition(b"\r\n\r\n")
    _, _, length = head.partition(b"Content-Length: ")
    left = int(length.partition(b"\r\n")[0] or 0) - len(body)
    while whole and left > 0:
        left -= len(connection.recv(1 << 16))


@contextmanager
def speaking(speak: Speak, *, whole: bool = True) -> Iterator[str]:
    """Answer each connection by *speak*, once its request has come, or its head."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(2)
                    _hear(connection, whole=whole)
                    speak(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def saying(body: object, status: int = 200) -> Speak:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def speak(connection: socket.socket) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + data)

    return speak


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    made: list[RestAxis] = []

    def make(url: str, name: str = "bkav", **more: Any) -> RestAxis:
        told = dict.fromkeys(("edoc_token", "domain", "system_id", "secret_key"), "x")
        told |= dict.fromkeys(("username", "password", "application_code"), "x")
        memory = Memory(tmp_path / f"memory-{len(made)}.sqlite")
        timeouts = more.pop("timeouts", Timeouts(1, 1, 2))
        made.append(
            RestAxis(url, read_profile(Path(name), tmp_path), Credentials(told), memory,
                     timeouts=timeouts, **more)
        )  # fmt: skip
        return made[-1]

    yield make
    for axis in made:
        axis.close()


NO_ANSWER: list[object] = [
    b"",
    b"<html>502</html>",
    b"{",
    b"[" * 100_000,
    b"\xff\xfe\x00",
    b"null",
    b'"OK"',
    b"7",
    {},
    {"docId": 7},
    {"success": True},
]


@pytest.mark.parametrize("body", NO_ANSWER, ids=range(len(NO_ANSWER)))
def test_what_is_no_answer_leaves_an_effect_unknown_and_a_question_unasked(
    asking: Any, body: object
) -> None:
    with speaking(saying(body)) as url:
        axis = asking(url)
        with pytest.raises(AxisOutcomeUnknown):
            axis.send(message())
        with pytest.raises(AxisOutcomeUnknown):
            axis.report([status()])
        for question in (axis.agencies, lambda: axis.pending([FIRST])):
            with pytest.raises(AxisUnavailable):
                question()
        with pytest.raises(AxisUnavailable):
            axis.fetch(FIRST, "edoc-1")


OK = {"code": "0", "status": "Success"}
SHAPES: list[object] = [[], {}, "x", 7, None, True, [[]], [{}], [None, {"organId": {}}], {"0": 1}]


@pytest.mark.parametrize("shape", SHAPES, ids=range(len(SHAPES)))
def test_members_of_wrong_shapes_count_as_empty(asking: Any, shape: object) -> None:
    answer = OK | dict.fromkeys(("docIDs", "organizations", "errors"), shape)
    with speaking(saying(answer)) as url:
        axis = asking(url)
        assert axis.agencies() == []
        assert {waiting.kind for waiting in axis.pending([FIRST])} <= {*MessageKind}
    refused = answer | {"code": "9999", "status": shape}
    with speaking(saying(refused)) as url, pytest.raises(AxisRefused):
        asking(url).send(message())


@pytest.mark.parametrize("doc_id", [None, "", " ", [], {}, "a\nb", "ơ", "x" * 300, 1.5])
def test_an_acceptance_without_a_usable_id_is_an_unknown_outcome(asking: Any, doc_id: Any) -> None:
    with speaking(saying(OK | {"docId": doc_id})) as url, pytest.raises(AxisOutcomeUnknown):
        asking(url).send(message())


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AccessDenied),
        (403, AccessDenied),
        (400, AxisUnavailable),
        (404, AxisUnavailable),
        (411, AxisUnavailable),
        (413, TooLarge),
        (429, AxisUnavailable),
        (500, AxisOutcomeUnknown),
        (502, AxisOutcomeUnknown),
        (503, AxisUnavailable),
        (302, AxisOutcomeUnknown),
    ],
)
def test_http_says_whether_anything_was_done(
    asking: Any, status: int, error: type[OfficeError]
) -> None:
    with speaking(saying(b"<html>", status)) as url, pytest.raises(OfficeError) as raised:
        asking(url).send(message())
    assert isinstance(raised.value, error)


@pytest.mark.parametrize(("status", "error"), [(413, TooLarge), (200, AxisOutcomeUnknown)])
def test_a_refusal_in_the_middle_of_a_large_message_is_heard(
    asking: Any, status: int, error: type[OfficeError]
) -> None:
    def early(connection: socket.socket) -> None:
        saying(OK | {"docId": 7}, status)(connection)
        time.sleep(0.1)  # the client is still sending

    with speaking(early, whole=False) as url, pytest.raises(error):
        asking(url).send(message(body="QUJD" * (5 << 20)))


def test_the_faces_own_codes_count_before_http(asking: Any) -> None:
    refused = {"code": "9999", "status": "Error", "errors": [{"code": "GetDocument"}]}
    for number in (200, 404, 500):
        with speaking(saying(refused, number)) as url, pytest.raises(NotFound):
            asking(url).fetch(FIRST, "edoc-1")


def test_a_failure_of_the_faces_own_leaves_an_effect_unknown(asking: Any) -> None:
    failed = {"code": "9999", "status": "Error", "errors": [{"code": "InternalServer"}]}
    with speaking(saying(failed)) as url:
        axis = asking(url)
        with pytest.raises(AxisOutcomeUnknown):
            axis.send(message())
        with pytest.raises(AxisOutcomeUnknown):
            axis.settle(message())
        with pytest.raises(AxisUnavailable):
            axis.agencies()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("", AxisContentCorrupt),
        (None, AxisContentCorrupt),
        (7, AxisContentCorrupt),
        (["PGE+"], AxisContentCorrupt),
        ("not base64!", AxisContentCorrupt),
        ("AAA", AxisContentCorrupt),
        ("QUJD" * 1000, TooLarge),
    ],
)
def test_what_is_no_message_is_fetched_again_or_refused(
    asking: Any, data: Any, error: type[OfficeError]
) -> None:
    with speaking(saying(OK | {"data": data})) as url, pytest.raises(error):
        asking(url, max_size=1000).fetch(FIRST, "edoc-1")


@pytest.mark.parametrize("piece", [b" ", b'{"a":', b'"' + b"x" * 60, b"<"])
def test_an_answer_that_trickles_or_never_ends_is_left_in_time(asking: Any, piece: bytes) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(piece)
            time.sleep(0.01)

    with speaking(endless) as url:
        axis = asking(url, timeouts=Timeouts(1, 0.5, 0.5))
        begun = time.monotonic()
        with pytest.raises(AxisUnavailable):
            axis.fetch(FIRST, "edoc-1")
        with pytest.raises(AxisOutcomeUnknown):
            axis.send(message())
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "answer",
    [{}, [], {"data": None}, {"data": {"token": ""}}, {"data": {"token": "a\r\nX: y"}},
     {"data": {"token": {}}}, {"code": 1, "message": "Sai mật khẩu", "data": {}}],
)  # fmt: skip
def test_a_login_without_a_token_is_denied_and_not_tried_again_by_itself(
    asking: Any, answer: object
) -> None:
    with speaking(saying(answer)) as url, pytest.raises(AccessDenied):
        asking(url, "langson").agencies()


def test_an_answer_without_a_body_says_success_only_where_none_is_asked_for(asking: Any) -> None:
    def nothing(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with speaking(nothing) as url, pytest.raises(AxisOutcomeUnknown):
        asking(url).confirm(FIRST, [("edoc-1", "")])


def test_nobody_at_the_address_means_that_nothing_was_sent(asking: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    axis = asking(f"http://127.0.0.1:{port}", "langson")
    with pytest.raises(AxisUnavailable):
        axis.send(message())
    assert axis.settle(message()) is None
