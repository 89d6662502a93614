"""What every axis keeps to: one suite for the one in memory and for SOAP over a real socket."""

import hashlib
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import Axis, MessageKind, Outgoing, Receipt, Report
from connectors.errors import (
    AxisOutcomeUnknown,
    AxisUnavailable,
    DigestMismatch,
    DuplicateDifferent,
    NotFound,
    TooLarge,
    UnknownRecipient,
)
from connectors.hub.faults import Fault, FaultKind
from connectors.memory_axis import InMemoryAxis
from connectors.soap.client import SoapAxis
from connectors.soap.version import SOAP11, SOAP12

SENDER, FIRST, SECOND = "H99", "H99.01", "H99.02"
LIMIT = 30 << 20


@dataclass
class World:
    """An axis and ways to make it fail."""

    axis: Axis
    fail: Callable[[], None]
    """The next call is not done."""
    lose: Callable[[], None]
    """The next call is done and its answer lost."""


@pytest.fixture(params=["memory", "soap 1.1", "soap 1.2"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        memory = InMemoryAxis(request.getfixturevalue("agencies"), max_size=LIMIT)
        yield World(
            memory,
            lambda: setattr(memory, "failures", 1),
            lambda: setattr(memory, "lost_replies", 1),
        )
        return
    hub = request.getfixturevalue("hub")
    axis = SoapAxis(hub.address, version=SOAP12 if request.param == "soap 1.2" else SOAP11)
    yield World(
        axis,
        lambda: hub.faults(Fault("*", FaultKind.UNAVAILABLE)),
        lambda: hub.faults(Fault("*", FaultKind.DROP_REPLY)),
    )
    axis.close()


@pytest.fixture
def axis(world: World) -> Axis:
    return world.axis


def message(message_id: str = "m-1", **changes: Any) -> Outgoing:
    fields: dict[str, Any] = {
        "message_id": message_id,
        "sender": SENDER,
        "recipients": (FIRST,),
        "edxml": f"<edXML>{message_id} Tiếng Việt\r\n</edXML>\r\n".encode(),
    }
    return Outgoing(**(fields | changes))


def status(message_id: str = "s-1", code: str = "01", **changes: Any) -> Report:
    fields: dict[str, Any] = {
        "message_id": message_id,
        "sender": FIRST,
        "recipient": SENDER,
        "document_id": "H99,2026/11/22,15/QĐ-UBND",
        "status_code": code,
        "edxml": b"<edXML>\0\xff\r\n</edXML>\r\n",
    }
    return Report(**(fields | changes))


def test_a_sent_message_waits_for_its_recipient_until_confirmed(axis: Axis) -> None:
    outgoing = message()
    receipt = axis.send(outgoing)
    assert isinstance(outgoing.edxml, bytes)

    (waiting,) = axis.pending([FIRST])
    assert waiting.axis_id == receipt.axis_id
    assert (waiting.recipient, waiting.sender, waiting.message_id) == (FIRST, SENDER, "m-1")
    assert waiting.kind is MessageKind.EDOC
    assert waiting.size == len(outgoing.edxml)
    assert waiting.sha256 == hashlib.sha256(outgoing.edxml).hexdigest()

    fetched = axis.fetch(FIRST, waiting.axis_id)
    with fetched.content as content:
        assert content.read() == outgoing.edxml
    assert (fetched.sender, fetched.message_id, fetched.sha256, fetched.kind) == (
        SENDER,
        "m-1",
        waiting.sha256,
        MessageKind.EDOC,
    )
    assert axis.pending([FIRST]) == [waiting]

    axis.confirm(FIRST, [(waiting.axis_id, waiting.sha256)])
    axis.confirm(FIRST, [(waiting.axis_id, waiting.sha256)])
    assert axis.pending([FIRST]) == []


def test_the_acceptance_has_an_aware_time(axis: Axis) -> None:
    accepted_at = axis.send(message()).accepted_at
    offset = accepted_at.utcoffset()
    assert offset is not None
    assert not offset


def test_a_repeat_gets_the_first_answer(axis: Axis) -> None:
    first = axis.send(message())
    again = axis.send(message())
    assert not first.duplicate
    assert again == Receipt(first.axis_id, duplicate=True, accepted_at=first.accepted_at)
    assert len(axis.pending([FIRST])) == 1


def test_a_repeat_after_confirmation_does_not_come_back(axis: Axis) -> None:
    axis.send(message())
    (waiting,) = axis.pending([FIRST])
    axis.confirm(FIRST, [(waiting.axis_id, waiting.sha256)])
    assert axis.send(message()).duplicate
    assert axis.pending([FIRST]) == []


def test_the_same_id_from_another_sender_is_another_message(axis: Axis) -> None:
    first = axis.send(message(recipients=(SECOND,)))
    other = axis.send(message(recipients=(SECOND,), sender=FIRST))
    assert not other.duplicate
    assert first.axis_id != other.axis_id


@pytest.mark.parametrize("change", [{"edxml": b"other"}, {"recipients": (SECOND,)}])
def test_an_id_used_for_something_else_is_refused(axis: Axis, change: dict[str, Any]) -> None:
    axis.send(message())
    with pytest.raises(DuplicateDifferent) as refused:
        axis.send(message(**change))
    assert refused.value.args[0] == "DUPLICATE_DIFFERENT"
    assert [waiting.message_id for waiting in axis.pending([FIRST, SECOND])] == ["m-1"]


def test_an_unknown_recipient_is_named_and_nobody_gets_the_message(axis: Axis) -> None:
    with pytest.raises(UnknownRecipient, match=r"H12\.34"):
        axis.send(message(recipients=(FIRST, "H12.34")))
    assert axis.pending([FIRST]) == []


def test_old_and_new_code_lead_to_one_queue(axis: Axis) -> None:
    receipt = axis.send(message(recipients=("000.00.01.H99", FIRST)))
    for code in (FIRST, "000.00.01.H99"):
        (waiting,) = axis.pending([code])
        assert (waiting.axis_id, waiting.recipient) == (receipt.axis_id, FIRST)
    assert len(axis.pending([FIRST, "000.00.01.H99"])) == 1
    assert axis.send(message(recipients=(FIRST,), sender="000.00.00.H99")).duplicate


def test_every_recipient_gets_it_exactly_once(axis: Axis) -> None:
    everyone = (FIRST, SECOND, SENDER)
    receipt = axis.send(message(recipients=everyone))
    for recipient in everyone:
        (waiting,) = axis.pending([recipient])
        axis.fetch(recipient, receipt.axis_id).content.close()
        axis.confirm(recipient, [(waiting.axis_id, waiting.sha256)])
        assert axis.pending([recipient]) == []


def test_urgent_messages_come_first_then_the_oldest(axis: Axis) -> None:
    for message_id, urgency in [("a", 0), ("b", 3), ("c", 0), ("d", 4), ("e", 3)]:
        axis.send(message(message_id, urgency=urgency, recipients=(FIRST, SECOND)))
    axis.report([status("s", sender=SECOND, recipient=FIRST)])
    assert [m.message_id for m in axis.pending([FIRST])] == ["d", "b", "e", "a", "c", "s"]
    assert [m.message_id for m in axis.pending([FIRST], limit=2)] == ["d", "b"]
    both = axis.pending([SECOND, FIRST], MessageKind.EDOC, limit=3)
    assert [m.message_id for m in both] == ["d", "d", "b"]


def test_the_two_kinds_can_be_asked_for_apart(axis: Axis) -> None:
    axis.send(message(recipients=(SENDER,)))
    axis.report([status()])
    documents = axis.pending([SENDER], MessageKind.EDOC)
    statuses = axis.pending([SENDER], MessageKind.STATUS)
    assert [m.message_id for m in documents] == ["m-1"]
    assert [m.message_id for m in statuses] == ["s-1"]


def test_statuses_travel_in_one_call_with_an_answer_for_each(axis: Axis) -> None:
    reports = [
        status("s-1"),
        status("s-2", code="03"),
        status("s-1"),
        status("s-3", recipient="H12.34"),
        status("s-1", edxml=b"other"),
    ]
    first, second, repeat, unknown, different = axis.report(reports)
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert repeat == Receipt(first.axis_id, duplicate=True, accepted_at=first.accepted_at)
    assert isinstance(unknown, UnknownRecipient)
    assert isinstance(different, DuplicateDifferent)
    assert [m.axis_id for m in axis.pending([SENDER])] == [first.axis_id, second.axis_id]
    with axis.fetch(SENDER, first.axis_id).content as content:
        assert content.read() == reports[0].edxml


def test_more_statuses_than_fit_in_one_call_are_split(axis: Axis) -> None:
    answers = axis.report([status(f"s-{number}") for number in range(501)])
    assert len({answer.axis_id for answer in answers if isinstance(answer, Receipt)}) == 501
    found = axis.pending([SENDER], limit=1000)
    assert [m.message_id for m in found] == [f"s-{number}" for number in range(501)]
    axis.confirm(SENDER, [(m.axis_id, m.sha256) for m in found])
    assert axis.pending([SENDER]) == []


def test_many_messages_are_fetched_in_order(axis: Axis) -> None:
    axis.report([status(f"s-{number}", edxml=b"%d" % number) for number in range(150)])
    waiting = axis.pending([SENDER])[::-1]
    fetched = axis.fetch_all(SENDER, [m.axis_id for m in waiting])
    assert [one.axis_id for one in fetched] == [m.axis_id for m in waiting]
    assert [one.content.read() for one in fetched] == [b"%d" % n for n in range(149, -1, -1)]
    assert axis.fetch_all(SENDER, []) == []
    with pytest.raises(NotFound):
        axis.fetch_all(SENDER, [waiting[0].axis_id, "no-such-id"])


def test_what_does_not_fit_in_one_answer_comes_in_the_next(axis: Axis) -> None:
    contents = [bytes([number]) * (11 << 20) for number in range(4)]
    receipts = [axis.send(message(f"m-{n}", edxml=content)) for n, content in enumerate(contents)]
    fetched = axis.fetch_all(FIRST, [receipt.axis_id for receipt in receipts])
    for one, content in zip(fetched, contents, strict=True):
        with one.content as file:
            assert file.read() == content


def test_a_wrong_digest_confirms_nothing(axis: Axis) -> None:
    axis.send(message("a"))
    axis.send(message("b"))
    first, second = axis.pending([FIRST])
    with pytest.raises(DigestMismatch):
        axis.confirm(FIRST, [(first.axis_id, first.sha256), (second.axis_id, first.sha256)])
    assert axis.pending([FIRST]) == [first, second]


def test_one_agency_neither_fetches_nor_confirms_what_is_for_another(axis: Axis) -> None:
    axis.send(message())
    (waiting,) = axis.pending([FIRST])
    with pytest.raises(NotFound):
        axis.fetch(SECOND, waiting.axis_id)
    with pytest.raises(NotFound):
        axis.confirm(SECOND, [(waiting.axis_id, waiting.sha256)])
    with pytest.raises(NotFound):
        axis.fetch(FIRST, "no-such-id")
    assert axis.pending([FIRST]) == [waiting]


def test_after_a_lost_answer_asking_again_tells_the_outcome(world: World) -> None:
    world.lose()
    with pytest.raises(AxisOutcomeUnknown):
        world.axis.send(message())
    (waiting,) = world.axis.pending([FIRST])
    settled = world.axis.send(message())
    assert settled.duplicate
    assert settled.axis_id == waiting.axis_id
    assert len(world.axis.pending([FIRST])) == 1


def test_after_lost_answers_statuses_are_settled_the_same_way(world: World) -> None:
    world.lose()
    with pytest.raises(AxisOutcomeUnknown):
        world.axis.report([status("s-1"), status("s-2")])
    answers = world.axis.report([status("s-1"), status("s-2")])
    assert [isinstance(answer, Receipt) and answer.duplicate for answer in answers] == [True, True]
    assert len(world.axis.pending([SENDER])) == 2


@pytest.mark.parametrize("operation", ["send", "report", "pending", "confirm", "agencies"])
def test_an_axis_that_is_out_of_order_has_done_nothing(world: World, operation: str) -> None:
    axis = world.axis
    sent = axis.send(message("before"))
    (before,) = axis.pending([FIRST])
    calls: dict[str, Callable[[], object]] = {
        "send": lambda: axis.send(message(recipients=(SECOND,))),
        "report": lambda: axis.report([status()]),
        "pending": lambda: axis.pending([FIRST]),
        "confirm": lambda: axis.confirm(FIRST, [(sent.axis_id, before.sha256)]),
        "agencies": axis.agencies,
    }
    world.fail()
    with pytest.raises(AxisUnavailable):
        calls[operation]()
    assert axis.pending([FIRST, SECOND, SENDER]) == [before]
    calls[operation]()


def test_a_message_over_the_limit_is_refused(axis: Axis) -> None:
    with pytest.raises(TooLarge):
        axis.send(message(edxml=b"x" * (LIMIT + 1)))
    assert axis.pending([FIRST]) == []


def test_the_catalogue_comes_whole_and_in_order(axis: Axis, agencies: list[object]) -> None:
    assert axis.agencies() == agencies


def test_one_message_sent_by_many_threads_is_one_message(axis: Axis) -> None:
    together = threading.Barrier(8)

    def send(_: int) -> Receipt:
        together.wait()
        return axis.send(message(edxml=b"x" * 50_000))

    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(send, range(8)))
    assert len({receipt.axis_id for receipt in receipts}) == 1
    assert sorted(receipt.duplicate for receipt in receipts) == [False] + [True] * 7


def test_many_threads_do_not_mix_their_answers_up(axis: Axis) -> None:
    def send_and_fetch(number: int) -> bool:
        content = f"{number:05} ".encode() * 5000
        receipt = axis.send(message(f"m-{number}", edxml=content))
        with axis.fetch(FIRST, receipt.axis_id).content as file:
            return file.read() == content

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(send_and_fetch, range(64)))


@pytest.mark.parametrize("world", ["soap 1.1"], indirect=True)
def test_twenty_megabytes_pass_in_bounded_memory(axis: Axis, tmp_path: Path) -> None:
    large = tmp_path / "large.edxml"
    pattern = bytes(range(256)) * 4096 + b"\r\n--\r\n"
    with large.open("wb") as file:
        for _ in range(20):
            file.write(pattern)
    with large.open("rb") as file:
        expected = hashlib.file_digest(file, "sha256").hexdigest()

    axis.send(message(edxml=b"warm"))
    tracemalloc.start()  # client and hub are both in this process
    receipt = axis.send(message("large", edxml=large))
    fetched = axis.fetch(FIRST, receipt.axis_id)
    with fetched.content as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert actual == fetched.sha256 == expected
    assert peak < 8 << 20
