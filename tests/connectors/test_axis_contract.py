"""What every axis keeps to: one suite for the one in memory and for each wire over a real socket.

The national SDK's wire (VXP) has no message id and no digest: a message is known there by its
content, its id at a recipient is another one than at its sender, and a call moves one message.
The REST faces know a message by its content too, and their profiles say what they lack
(`tests/connectors/rest`).
The eDoc dialect re-dresses what it carries; it keeps to what `and_edoc` marks, and its own tests
(`tests/connectors/edoc`) say the rest with messages that it gives back byte for byte.
"""

import hashlib
import threading
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import Axis, MessageKind, PacketState, Receipt
from connectors.errors import (
    AxisOutcomeUnknown,
    AxisUnavailable,
    DigestMismatch,
    DuplicateDifferent,
    NotFound,
    TooLarge,
    UnknownRecipient,
)
from tests.connectors.axis_worlds import (
    FIRST,
    LIMIT,
    REST,
    SECOND,
    SENDER,
    SOAP,
    World,
    and_edoc,
    base,
    digest,
    every_way,
    every_wire,
    message,
    names,
    status,
)


@every_wire
def test_a_sent_message_waits_for_its_recipient_until_confirmed(world: World) -> None:
    axis, outgoing = world.axis, message()
    receipt = axis.send(outgoing)
    assert isinstance(outgoing.edxml, bytes)
    sha256 = hashlib.sha256(outgoing.edxml).hexdigest()

    (waiting,) = axis.pending([FIRST])
    assert base(waiting.axis_id) == receipt.axis_id
    assert (waiting.recipient, waiting.sender) == (FIRST, SENDER)
    assert waiting.kind is MessageKind.EDOC
    said = (waiting.message_id, waiting.size, waiting.sha256)
    assert said == (("m-1", len(outgoing.edxml), sha256) if world.says_ids else ("", 0, ""))

    fetched = axis.fetch(FIRST, waiting.axis_id)
    with fetched.content as content:
        assert content.read() == outgoing.edxml
    assert (fetched.sender, fetched.sha256, fetched.kind) == (SENDER, sha256, MessageKind.EDOC)
    assert fetched.message_id == ("m-1" if world.says_ids else "m-1#0")
    assert axis.pending([FIRST]) == [waiting]

    axis.confirm(FIRST, [(waiting.axis_id, fetched.sha256)])
    axis.confirm(FIRST, [(waiting.axis_id, fetched.sha256)])
    assert axis.pending([FIRST]) == []


@and_edoc
def test_the_acceptance_has_an_aware_time(axis: Axis) -> None:
    accepted_at = axis.send(message()).accepted_at
    offset = accepted_at.utcoffset()
    assert offset is not None
    assert not offset


@and_edoc
def test_a_repeat_gets_the_first_answer(axis: Axis) -> None:
    first = axis.send(message())
    again = axis.send(message())
    assert not first.duplicate
    assert again == Receipt(first.axis_id, duplicate=True, accepted_at=first.accepted_at)
    assert len(axis.pending([FIRST])) == 1


@and_edoc
def test_a_repeat_after_confirmation_does_not_come_back(axis: Axis) -> None:
    axis.send(message())
    (waiting,) = axis.pending([FIRST])
    axis.confirm(FIRST, [(waiting.axis_id, digest(axis, waiting))])
    assert axis.send(message()).duplicate
    assert axis.pending([FIRST]) == []


@and_edoc
def test_the_same_id_from_another_sender_is_another_message(axis: Axis) -> None:
    first = axis.send(message(recipients=(SECOND,)))
    other = axis.send(message(recipients=(SECOND,), sender=FIRST))
    assert not other.duplicate
    assert first.axis_id != other.axis_id


@and_edoc
@pytest.mark.parametrize("change", [{"body": "other"}, {"recipients": (SECOND,)}])
def test_an_id_used_for_something_else_is_refused(axis: Axis, change: dict[str, Any]) -> None:
    axis.send(message())
    with pytest.raises(DuplicateDifferent) as refused:
        axis.send(message(**change))
    assert refused.value.args[0] == "DUPLICATE_DIFFERENT"
    assert names(axis, axis.pending([FIRST, SECOND])) == ["m-1"]


@and_edoc
def test_an_unknown_recipient_is_named_and_nobody_gets_the_message(axis: Axis) -> None:
    with pytest.raises(UnknownRecipient, match=r"H12\.34"):
        axis.send(message(recipients=(FIRST, "H12.34")))
    assert axis.pending([FIRST]) == []


def test_old_and_new_code_lead_to_one_queue(axis: Axis) -> None:
    first = message(recipients=("000.00.01.H99", FIRST))
    receipt = axis.send(first)
    for code in (FIRST, "000.00.01.H99"):
        (waiting,) = axis.pending([code])
        assert (base(waiting.axis_id), waiting.recipient) == (receipt.axis_id, FIRST)
    assert len(axis.pending([FIRST, "000.00.01.H99"])) == 1
    again = message(recipients=(FIRST,), sender="000.00.00.H99", edxml=first.edxml)
    assert axis.send(again).duplicate


def test_every_recipient_gets_it_exactly_once(axis: Axis) -> None:
    everyone = (FIRST, SECOND, SENDER)
    receipt = axis.send(message(recipients=everyone))
    for recipient in everyone:
        (waiting,) = axis.pending([recipient])
        axis.fetch(recipient, receipt.axis_id).content.close()
        axis.confirm(recipient, [(waiting.axis_id, digest(axis, waiting))])
        assert axis.pending([recipient]) == []


def test_urgent_messages_come_first_then_the_oldest(axis: Axis) -> None:
    for message_id, urgency in [("a", 0), ("b", 3), ("c", 0), ("d", 4), ("e", 3)]:
        axis.send(message(message_id, urgency=urgency, recipients=(FIRST, SECOND)))
    axis.report([status("s", sender=SECOND, recipient=FIRST)])
    assert names(axis, axis.pending([FIRST])) == ["d", "b", "e", "a", "c", "s"]
    assert names(axis, axis.pending([FIRST], limit=2)) == ["d", "b"]
    both = axis.pending([SECOND, FIRST], MessageKind.EDOC, limit=3)
    assert names(axis, both) == ["d", "d", "b"]


@and_edoc
def test_the_two_kinds_can_be_asked_for_apart(axis: Axis) -> None:
    axis.send(message(recipients=(SENDER,)))
    axis.report([status()])
    documents = axis.pending([SENDER], MessageKind.EDOC)
    statuses = axis.pending([SENDER], MessageKind.STATUS)
    assert names(axis, documents) == ["m-1"]
    assert names(axis, statuses) == ["s-1"]


@every_way
def test_statuses_travel_together_with_an_answer_for_each(world: World) -> None:
    axis = world.axis
    reports = [
        status("s-1"),
        status("s-2", code="03"),
        status("s-1"),
        status("s-3", recipient="H12.34"),
        status("s-1", body="other"),
    ]
    first, second, repeat, unknown, different = axis.report(reports)
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert repeat == Receipt(first.axis_id, duplicate=True, accepted_at=first.accepted_at)
    assert isinstance(unknown, UnknownRecipient)
    waiting = [base(m.axis_id) for m in axis.pending([SENDER])]
    if world.says_ids:
        assert isinstance(different, DuplicateDifferent)
        assert waiting == [first.axis_id, second.axis_id]
    else:
        assert isinstance(different, Receipt)
        assert waiting == [first.axis_id, second.axis_id, different.axis_id]
    with axis.fetch(SENDER, first.axis_id).content as content:
        assert content.read() == reports[0].edxml


def test_more_statuses_than_fit_in_one_call_are_split(world: World) -> None:
    axis, many = world.axis, 501 if world.says_ids else 51  # a wire without ids takes them singly
    answers = axis.report([status(f"s-{number}") for number in range(many)])
    assert len({answer.axis_id for answer in answers if isinstance(answer, Receipt)}) == many
    found = axis.pending([SENDER], limit=1000)
    assert len({m.axis_id for m in found}) == many
    axis.confirm(SENDER, [(m.axis_id, m.sha256) for m in found])
    assert axis.pending([SENDER]) == []


@every_wire
def test_many_messages_are_fetched_in_order(axis: Axis) -> None:
    reports = [status(f"s-{number}") for number in range(150)]
    axis.report(reports)
    waiting = axis.pending([SENDER])[::-1]
    fetched = axis.fetch_all(SENDER, [m.axis_id for m in waiting])
    assert [one.axis_id for one in fetched] == [m.axis_id for m in waiting]
    assert [one.content.read() for one in fetched] == [each.edxml for each in reports[::-1]]
    assert axis.fetch_all(SENDER, []) == []
    with pytest.raises(NotFound):
        axis.fetch_all(SENDER, [waiting[0].axis_id, "no-such-id"])


def test_what_does_not_fit_in_one_answer_comes_in_the_next(axis: Axis) -> None:
    messages = [message(f"m-{n}", body=str(n) * (11 << 20)) for n in range(4)]
    receipts = [axis.send(each) for each in messages]
    fetched = axis.fetch_all(FIRST, [receipt.axis_id for receipt in receipts])
    for one, each in zip(fetched, messages, strict=True):
        with one.content as file:
            assert file.read() == each.edxml


def test_a_wrong_digest_confirms_nothing(axis: Axis) -> None:
    axis.send(message("a"))
    axis.send(message("b"))
    first, second = axis.pending([FIRST])
    right = digest(axis, first)
    digest(axis, second)
    with pytest.raises(DigestMismatch):
        axis.confirm(FIRST, [(first.axis_id, right), (second.axis_id, right)])
    assert axis.pending([FIRST]) == [first, second]


@and_edoc
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


@pytest.mark.parametrize("world", ["memory", *SOAP, "vxp", "edoc", *REST], indirect=True)
def test_after_a_lost_answer_asking_again_tells_the_outcome(world: World) -> None:
    world.lose()
    with pytest.raises(AxisOutcomeUnknown):
        world.axis.send(message())
    (waiting,) = world.axis.pending([FIRST])
    settled = world.axis.send(message())
    assert settled.duplicate
    assert settled.axis_id == base(waiting.axis_id)
    assert len(world.axis.pending([FIRST])) == 1


def test_after_a_lost_answer_the_axis_says_whether_it_has_the_message(world: World) -> None:
    axis, outgoing = world.axis, message(recipients=(FIRST, SECOND))
    assert axis.settle(outgoing) is None
    world.lose()
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(outgoing)
    settled = axis.settle(outgoing)
    assert settled is not None
    assert settled.axis_id == axis.send(outgoing).axis_id
    assert axis.settle(message("m-2")) is None


def test_what_cannot_be_read_leaves_the_queue_and_the_sender_hears_of_it(axis: Axis) -> None:
    receipt = axis.send(message(recipients=(FIRST, SECOND)))
    (waiting,) = axis.pending([FIRST])
    axis.reject(FIRST, waiting.axis_id, "wrong form")
    axis.reject(FIRST, waiting.axis_id, "wrong form")
    assert axis.pending([FIRST]) == []
    since = receipt.accepted_at - timedelta(hours=1)
    until = receipt.accepted_at + timedelta(hours=1)
    told = {t.recipient: (t.state, t.note) for t in axis.sent(SENDER, since, until)}
    assert told == {FIRST: (PacketState.FAIL, "wrong form"), SECOND: (PacketState.INITIAL, "")}
    (track,) = axis.received(FIRST, since, until, MessageKind.EDOC)
    assert (track.axis_id, track.state) == (waiting.axis_id, PacketState.FAIL)
    assert axis.received(FIRST, since, since + timedelta(minutes=1)) == []


@and_edoc
def test_after_lost_answers_statuses_are_settled_the_same_way(world: World) -> None:
    world.lose()
    with pytest.raises(AxisOutcomeUnknown):
        world.axis.report([status("s-1"), status("s-2")])
    answers = world.axis.report([status("s-1"), status("s-2")])
    repeated = [isinstance(answer, Receipt) and answer.duplicate for answer in answers]
    assert repeated == [True, world.says_ids]  # one call for each: the second never left
    assert len(world.axis.pending([SENDER])) == 2


@and_edoc
@pytest.mark.parametrize("operation", ["send", "report", "pending", "confirm", "agencies"])
def test_an_axis_that_is_out_of_order_has_done_nothing(world: World, operation: str) -> None:
    axis = world.axis
    axis.send(message("before"))
    (before,) = axis.pending([FIRST])
    calls: dict[str, Callable[[], object]] = {
        "send": lambda: axis.send(message(recipients=(SECOND,))),
        "report": lambda: axis.report([status()]),
        "pending": lambda: axis.pending([FIRST]),
        "confirm": lambda: axis.confirm(FIRST, [(before.axis_id, before.sha256)]),
        "agencies": axis.agencies,
    }
    world.fail()
    with pytest.raises(AxisUnavailable):
        calls[operation]()
    assert axis.pending([FIRST, SECOND, SENDER]) == [before]
    calls[operation]()


@pytest.mark.parametrize("world", ["memory", *SOAP, "vxp", "edoc", *REST], indirect=True)
def test_a_message_over_the_limit_is_refused(axis: Axis) -> None:
    with pytest.raises(TooLarge):
        axis.send(message(body="x" * LIMIT))
    assert axis.pending([FIRST]) == []


@and_edoc
def test_one_message_sent_by_many_threads_is_one_message(axis: Axis) -> None:
    together = threading.Barrier(8)

    def send(_: int) -> Receipt:
        together.wait()
        return axis.send(message(body="x" * 50_000))

    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(send, range(8)))
    assert len({receipt.axis_id for receipt in receipts}) == 1
    assert sorted(receipt.duplicate for receipt in receipts) == [False] + [True] * 7


def test_many_threads_do_not_mix_their_answers_up(axis: Axis) -> None:
    def send_and_fetch(number: int) -> bool:
        outgoing = message(f"m-{number}", body=f"{number:05} " * 5000)
        receipt = axis.send(outgoing)
        with axis.fetch(FIRST, receipt.axis_id).content as file:
            return file.read() == outgoing.edxml

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(send_and_fetch, range(64)))


@pytest.mark.parametrize("world", ["soap 1.1", "vxp"], indirect=True)
def test_twenty_megabytes_pass_in_bounded_memory(axis: Axis, tmp_path: Path) -> None:
    large = tmp_path / "large.edxml"
    header = message("large", body="").edxml
    assert isinstance(header, bytes)
    pattern = bytes(range(256)) * 4096 + b"\r\n--\r\n"
    with large.open("wb") as file:
        file.write(header)
        for _ in range(20):
            file.write(pattern)
    with large.open("rb") as file:
        expected = hashlib.file_digest(file, "sha256").hexdigest()

    axis.send(message())
    tracemalloc.start()  # client and hub are both in this process
    receipt = axis.send(message("large", edxml=large))
    fetched = axis.fetch(FIRST, receipt.axis_id)
    with fetched.content as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert actual == fetched.sha256 == expected
    assert peak < 8 << 20
