"""What the client makes of an axis that answers wrongly, too much, too slowly or not at all."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.axis import Axis, MessageKind, Outgoing, PacketState
from connectors.errors import (
    AccessDenied,
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    NotFound,
    TooLarge,
    UnknownRecipient,
)
from connectors.soap.connection import Timeouts
from connectors.vxp.client import VxpAxis
from documents.errors import OfficeError

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 30, tzinfo=UTC)
OK = {"status": "OK", "ErrorCode": "0", "ErrorDesc": ""}
Answering = Callable[[str, socket.socket], None]


@dataclass
class Scripted:
    """An axis that answers each call by what the test laid down for it."""

    url: str = ""
    answers: dict[str, bytes | Answering] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    def say(self, call: str, answer: Any, status: int = 200) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.answers[call] = head.encode() + body

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            data = b""
            while b"\r\n\r\n" not in data:
                more = connection.recv(65536)
                if not more:
                    return
                data += more
            head, _, body = data.partition(b"\r\n\r\n")
            text = head.decode("latin-1")
            length = int(text.lower().partition("content-length: ")[2].split("\r\n")[0])
            while len(body) < length:
                body += connection.recv(65536)
            call = text.split(" ")[1].rpartition("/")[2]
            self.calls.append(call)
            self.heads.append(text)
            answer = self.answers.get(call, b"")
            try:
                if callable(answer):
                    answer(call, connection)
                else:
                    connection.sendall(answer)
            except OSError:
                return


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    listener = socket.create_server(("127.0.0.1", 0))
    axis = Scripted(f"http://127.0.0.1:{listener.getsockname()[1]}/XrdAdapter/adapter")
    thread = threading.Thread(target=axis.serve, args=(listener,))
    thread.start()
    yield axis
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.fixture
def axis(scripted: Scripted) -> Iterator[VxpAxis]:
    client = VxpAxis(
        scripted.url,
        "00.99.W00",
        "a-secret-of-tests",
        timeouts=Timeouts(2, 0.5, 1.5),
        max_size=1 << 20,
        clock=lambda: datetime(2026, 11, 22, 2, tzinfo=UTC),
    )
    yield client
    client.close()


@pytest.fixture
def outgoing(letter: Callable[..., bytes]) -> Outgoing:
    return Outgoing("m-1", "H99", ("H99.01",), letter())


WRONG: list[bytes] = [
    b"",
    b"<html>Bad gateway</html>",
    b"null",
    b"[]",
    b"{}",
    b'{"status":',
    b"[" * 100_000,
    b'{"status":"OK","ErrorCode":"0"',
    b"\xff\xfe{}",
    b'{"a":' * 50_000,
    b"1" * 5000,
]


@pytest.mark.parametrize("body", WRONG)
def test_an_effect_whose_answer_is_not_understood_has_an_unknown_outcome(
    scripted: Scripted, axis: VxpAxis, outgoing: Outgoing, body: bytes
) -> None:
    scripted.say("sendEdoc", body)
    scripted.say("updateStatus", body)
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(outgoing)
    with pytest.raises(AxisOutcomeUnknown):
        axis.confirm("H99", [("x", "")])


@pytest.mark.parametrize("doc_id", [None, "", "  ", [], {}, True])
def test_an_acceptance_without_an_id_has_an_unknown_outcome(
    scripted: Scripted, axis: VxpAxis, outgoing: Outgoing, doc_id: object
) -> None:
    scripted.say("sendEdoc", OK | {"DocId": doc_id})
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(outgoing)


@pytest.mark.parametrize("body", [b"", b"<html/>", b"null", b'{"status":', b"[" * 100_000])
def test_a_list_that_is_no_json_is_empty_as_the_sdk_takes_it(
    scripted: Scripted, axis: VxpAxis, body: bytes
) -> None:
    scripted.say("getReceivedEdocList", body)
    assert axis.pending(["H99"]) == []


@pytest.mark.parametrize("body", [b"<html/>", b"null", b'{"status":', b"z"])
def test_a_list_that_is_no_json_proves_of_no_message_that_it_never_arrived(
    scripted: Scripted, axis: VxpAxis, outgoing: Outgoing, body: bytes
) -> None:
    scripted.say("getSentEdocList", body)
    with pytest.raises(AxisUnavailable):
        axis.settle(outgoing)
    scripted.say("getSentEdocList", b"")
    assert axis.settle(outgoing) is None


@pytest.mark.parametrize("status", [400, 404, 429, 500, 502, 503])
def test_a_list_that_ends_in_an_http_error_is_not_empty(
    scripted: Scripted, axis: VxpAxis, status: int
) -> None:
    scripted.say("getReceivedEdocList", b"", status)
    with pytest.raises(AxisUnavailable):
        axis.pending(["H99"])


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AccessDenied),
        (403, AccessDenied),
        (413, TooLarge),
        (404, AxisUnavailable),
        (503, AxisUnavailable),
        (500, AxisOutcomeUnknown),
        (502, AxisOutcomeUnknown),
        (302, AxisOutcomeUnknown),
    ],
)
def test_http_errors_are_typed(
    scripted: Scripted, axis: VxpAxis, outgoing: Outgoing, status: int, kind: type[OfficeError]
) -> None:
    scripted.say("sendEdoc", b"", status)
    with pytest.raises(kind):
        axis.send(outgoing)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("10", AxisRefused),
        ("15", AccessDenied),
        ("18", UnknownRecipient),
        ("19", AccessDenied),
        ("20", AxisUnavailable),
        ("21", AxisRefused),
        ("22", AxisRefused),
        ("23", AxisRefused),
        ("26", NotFound),
        ("100", AxisUnavailable),
        ("-1", AxisRefused),
        (22, AxisRefused),
        (None, AxisRefused),
        ("0", AxisRefused),
    ],
)
def test_error_codes_are_typed(
    scripted: Scripted, axis: VxpAxis, outgoing: Outgoing, code: object, kind: type[OfficeError]
) -> None:
    scripted.say("sendEdoc", {"status": "FAIL", "ErrorCode": code, "ErrorDesc": "Lỗi"})
    with pytest.raises(kind) as refused:
        axis.send(outgoing)
    assert type(refused.value) is kind
    assert "Lỗi" in str(refused.value)


def test_rows_without_a_usable_id_cost_the_log_one_line_a_list(
    scripted: Scripted, axis: VxpAxis, caplog: pytest.LogCaptureFixture
) -> None:
    scripted.say("getReceivedEdocList", OK | {"data": [{"docId": "é"}] * 5000})
    assert axis.pending(["H99"], MessageKind.EDOC) == []
    assert [each.getMessage() for each in caplog.records] == [
        "5000 of 5000 rows without a usable id are left out"
    ]


def test_rows_of_wrong_shapes_are_passed_over(scripted: Scripted, axis: VxpAxis) -> None:
    good = {"docId": "x-1", "to": "H99", "from": "H98", "status": "INITIAL", "created_time": "?"}
    wrong = [None, 1, "row", [], {}, {"docId": 5.5}, {"docId": "a\r\nb"}, {"docId": "é"}]
    done = good | {"docId": "x-2", "status": "done"}
    scripted.say("getReceivedEdocList", OK | {"data": [*wrong, good, done]})
    found = axis.pending(["H99"], MessageKind.EDOC)
    assert [(p.axis_id, p.sender, p.sha256, p.size) for p in found] == [("x-1", "H98", "", 0)]
    for data in ({}, "x", 5, None):
        scripted.say("getReceivedEdocList", OK | {"data": data})
        assert axis.pending(["H99"], MessageKind.EDOC) == []


def test_times_are_read_in_every_form_and_replaced_where_they_cannot_be(
    scripted: Scripted, axis: VxpAxis
) -> None:
    forms = {
        "22/11/2026 08:00:00": 1,
        "2026/11/22 08:00:00": 1,
        "2026-11-22 08:00:00": 1,
        "2026-11-22T08:00:00+07:00": 1,
        "2026-11-22 08:00:00.0": 1,
        "1795309200000": 1,
    }
    rows = [
        {"docId": f"x-{n}", "to": "H99", "from": "H98", "status": "done", "created_time": text}
        for n, text in enumerate([*forms, "yesterday", "", "99999999999999"])
    ]
    scripted.say("getReceivedEdocList", OK | {"data": rows})
    found = axis.received("H99", SINCE, UNTIL, MessageKind.EDOC)
    assert [track.accepted_at.hour for track in found] == [1] * len(forms) + [2] * 3
    assert {track.state for track in found} == {PacketState.DONE}
    assert "XroadVnpt-fromDate: 01/11/2026 07:00:00" in scripted.heads[0]


def test_a_long_window_is_asked_for_a_month_at_a_time(scripted: Scripted, axis: VxpAxis) -> None:
    row = {"docId": "x", "to": "H99", "from": "H98", "created_time": "15/11/2026 08:00:00"}
    scripted.say("getReceivedEdocList", OK | {"data": [row]})
    found = axis.received("H99", UNTIL - timedelta(days=90), UNTIL, MessageKind.EDOC)
    assert len(scripted.calls) == 3
    assert len(found) == 1


def message_answer(data: bytes, **more: object) -> bytes:
    return json.dumps(OK | {"data": base64.b64encode(data).decode()} | more).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        json.dumps(OK).encode(),
        json.dumps(OK | {"data": None}).encode(),
        json.dumps(OK | {"data": ["YQ=="]}).encode(),
        json.dumps(OK | {"data": "???"}).encode(),
        json.dumps(OK | {"data": "YWI"}).encode(),
        message_answer(b"abc")[:-9],
        message_answer(b"abc") + b"x",
        b'{"data":"YWJj","data":"YWJj","status":"OK"}',
        b'{"data":"YW\\qJj","status":"OK"',
        b'{"data":"YWJj\\u00',
        b'{"x":"' + b"y" * 200_000 + b'"}',
    ],
)
def test_a_message_that_is_none_is_fetched_again(
    scripted: Scripted, axis: VxpAxis, body: bytes
) -> None:
    scripted.say("getEdoc", body)
    with pytest.raises((AxisUnavailable, TooLarge)):
        axis.fetch("H99", "x")


def test_a_message_over_the_limit_is_refused_while_it_comes(
    scripted: Scripted, axis: VxpAxis
) -> None:
    scripted.say("getEdoc", message_answer(b"x" * (2 << 20)))
    with pytest.raises(TooLarge):
        axis.fetch("H99", "x")


def test_a_message_that_is_refused_says_why(scripted: Scripted, axis: VxpAxis) -> None:
    scripted.say("getEdoc", {"status": "FAIL", "ErrorCode": "20", "ErrorDesc": "x", "data": None})
    with pytest.raises(AxisUnavailable, match="20"):
        axis.fetch("H99", "x")


def test_what_is_no_edxml_is_handed_on_for_whoever_asked_to_reject(
    scripted: Scripted, axis: VxpAxis
) -> None:
    scripted.say("getEdoc", message_answer(b"\0 not edXML"))
    fetched = axis.fetch("H99", "x")
    with fetched.content as content:
        assert content.read() == b"\0 not edXML"
    assert (fetched.kind, fetched.message_id) == (MessageKind.EDOC, fetched.sha256)


def _cut(_: str, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")


def _trickle(_: str, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    end = time.monotonic() + 20
    while time.monotonic() < end:
        connection.sendall(b" ")
        threading.Event().wait(0.05)


def _hang_up(_: str, connection: socket.socket) -> None:
    connection.close()


@pytest.mark.parametrize("answer", [_cut, _trickle, _hang_up])
def test_an_answer_that_does_not_come_whole_is_bounded_and_typed(
    scripted: Scripted, axis: VxpAxis, outgoing: Outgoing, answer: Answering
) -> None:
    scripted.answers |= dict.fromkeys(["sendEdoc", "getEdoc", "getReceivedEdocList"], answer)
    started = time.monotonic()
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(outgoing)
    with pytest.raises(AxisUnavailable):
        axis.fetch("H99", "x")
    with pytest.raises(AxisUnavailable):
        axis.pending(["H99"])
    assert time.monotonic() - started < 10


def test_a_digest_that_our_hub_names_is_compared(scripted: Scripted, axis: VxpAxis) -> None:
    body = message_answer(b"abc")
    head = f"HTTP/1.1 200 X\r\nContent-Length: {len(body)}\r\nCongvan-Sha256: {'0' * 64}\r\n\r\n"
    scripted.answers["getEdoc"] = head.encode() + body
    with pytest.raises(AxisContentCorrupt):
        axis.fetch("H99", "x")


def test_every_call_has_its_own_time_and_only_its_own_headers(
    scripted: Scripted, letter: Callable[..., bytes]
) -> None:
    moments = iter(datetime(2026, 11, 22, 1, 0, n, tzinfo=UTC) for n in range(60))
    axis: Axis = VxpAxis(
        scripted.url, "00.99.W00", "a-secret-of-tests", clock=lambda: next(moments)
    )
    scripted.say("sendEdoc", OK | {"DocId": 7})
    scripted.say("getReceivedEdocList", OK | {"data": []})
    assert axis.send(Outgoing("m", "H99", ("H98",), letter())).axis_id == "7"
    axis.pending(["H99"], MessageKind.STATUS)
    stamps = {
        head.partition("XroadVnpt-timestamp: ")[2].split("\r\n")[0] for head in scripted.heads
    }
    assert len(stamps) == 2
    assert "XroadVnpt-from" not in scripted.heads[1]
    assert "filePath" not in "".join(scripted.heads)
    assert f"Content-Length: {len(letter()) + 2}\r\n" in scripted.heads[0] + "\r\n"
    axis.close()
