"""The dialect's client against the hub's face: what goes out comes back, once."""

import hashlib
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import MessageKind, Outgoing, Receipt, Report
from connectors.edoc import traces
from connectors.edxml import OutgoingFile, read
from connectors.errors import (
    AccessDenied,
    AxisCannot,
    AxisOutcomeUnknown,
    AxisUnavailable,
    DigestMismatch,
    DuplicateDifferent,
    NotFound,
    TooLarge,
    UnknownRecipient,
)
from connectors.hub.faults import Fault, FaultKind
from connectors.soap.version import SOAP11, SOAP12, Version
from tests.connectors.edoc.world import (
    DOCUMENT_ID,
    FIRST,
    PDF,
    SECOND,
    SENDER,
    EdocHub,
    letter,
    served,
    status,
)


def outgoing(number: str = "15", message_id: str = "m-1", **changes: Any) -> Outgoing:
    to = changes.pop("to", (FIRST,))
    return Outgoing(message_id, SENDER, to, letter(number, to, **changes))


def report(message_id: str = "s-1", code: str = "03", note: str = "") -> Report:
    return Report(message_id, FIRST, SENDER, DOCUMENT_ID, code, status(code, note))


@pytest.mark.parametrize("version", [SOAP11, SOAP12])
def test_a_letter_comes_back_byte_for_byte(
    edoc_hub: EdocHub, client: Any, version: Version
) -> None:
    axis = client(edoc_hub, version=version)
    sent = outgoing(
        files=[
            OutgoingFile("Quyết định.pdf", data=PDF, description="Bản ký"),
            OutgoingFile("Phụ lục <1>.txt", data=b"x" * 5000),  # the SDK zips it
            OutgoingFile("trống.pdf", data=b""),
        ]
    )
    receipt = axis.send(sent)
    (waiting,) = axis.pending([FIRST])
    assert (waiting.axis_id, waiting.kind) == (receipt.axis_id, MessageKind.EDOC)
    assert int(waiting.axis_id) > 0

    fetched = axis.fetch(FIRST, waiting.axis_id)
    with fetched.content as content:
        assert content.read() == sent.edxml
    assert isinstance(sent.edxml, bytes)
    assert fetched.sha256 == hashlib.sha256(sent.edxml).hexdigest()
    assert (fetched.sender, fetched.message_id) == (SENDER, f"{DOCUMENT_ID}#0")
    again = axis.fetch(FIRST, waiting.axis_id)
    assert again.sha256 == fetched.sha256

    axis.confirm(FIRST, [(waiting.axis_id, fetched.sha256)])
    axis.confirm(FIRST, [(waiting.axis_id, fetched.sha256)])
    assert axis.pending([FIRST], MessageKind.EDOC) == []


def test_a_repeat_gets_the_first_answer(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    first = axis.send(outgoing())
    again = axis.send(outgoing())
    assert not first.duplicate
    assert again == Receipt(first.axis_id, duplicate=True, accepted_at=first.accepted_at)
    # and from an installation that has lost its memory, the axis remembers
    forgetful = client(edoc_hub, memory="other.sqlite")
    assert forgetful.send(outgoing()).axis_id == first.axis_id
    assert len(axis.pending([FIRST])) == 1


def test_other_content_under_one_id_is_refused_here_and_at_the_axis(
    edoc_hub: EdocHub, client: Any
) -> None:
    axis = client(edoc_hub)
    axis.send(outgoing())
    with pytest.raises(DuplicateDifferent):
        axis.send(outgoing("16"))
    with pytest.raises(DuplicateDifferent):  # M.Exist
        axis.send(outgoing(message_id="m-2", subject="khác"))
    assert len(axis.pending([FIRST])) == 1


def test_after_a_lost_answer_asking_again_tells_the_outcome(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    assert axis.settle(outgoing()) is None
    edoc_hub.faults(Fault("SendDocument", FaultKind.DROP_REPLY))
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(outgoing())
    with pytest.raises(AxisOutcomeUnknown):  # nothing tells yet
        axis.settle(outgoing())
    (waiting,) = axis.pending([FIRST])
    settled = axis.send(outgoing())
    assert (settled.axis_id, settled.duplicate) == (waiting.axis_id, True)
    assert axis.settle(outgoing()) == settled
    assert len(axis.pending([FIRST])) == 1


def test_a_trace_settles_what_no_answer_came_for(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    edoc_hub.faults(Fault("SendDocument", FaultKind.DROP_REPLY))
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(outgoing())
    receiver = client(edoc_hub, memory="receiver.sqlite")
    (waiting,) = receiver.pending([FIRST])
    receiver.confirm(FIRST, [(waiting.axis_id, "")])
    settled = axis.settle(outgoing())
    assert settled is not None
    assert settled.duplicate


def test_an_axis_that_is_out_of_order_has_done_nothing(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    calls: list[Callable[[], object]] = [
        lambda: axis.send(outgoing()),
        lambda: axis.report([report()]),
        lambda: axis.pending([FIRST]),
        axis.agencies,
    ]
    for call in calls:
        edoc_hub.faults(Fault("*", FaultKind.UNAVAILABLE))
        with pytest.raises(AxisUnavailable):
            call()
    assert axis.pending([FIRST, SECOND, SENDER]) == []
    assert not axis.send(outgoing()).duplicate


def test_an_unknown_recipient_is_named(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    with pytest.raises(UnknownRecipient, match=r"H12\.34"):
        axis.send(outgoing(to=(FIRST, "H12.34")))
    assert axis.pending([FIRST]) == []
    with pytest.raises(AxisCannot):  # the dialect addresses by `To` alone
        axis.send(Outgoing("m-2", SENDER, (FIRST,), letter(to=(FIRST, SECOND))))


def test_old_and_new_code_lead_to_one_queue(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    receipt = axis.send(outgoing(to=("000.00.01.H99", FIRST)))
    for code in (FIRST, "000.00.01.H99"):
        (waiting,) = axis.pending([code, code])
        assert (waiting.axis_id, waiting.recipient) == (receipt.axis_id, code)


def test_a_letter_to_two_of_ours_waits_for_each(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    receipt = axis.send(outgoing(to=(FIRST, SECOND)))
    waiting = axis.pending([FIRST, SECOND])
    assert [(one.recipient, one.axis_id) for one in waiting] == [
        (FIRST, receipt.axis_id),
        (SECOND, receipt.axis_id),
    ]
    axis.confirm(FIRST, [(receipt.axis_id, "")])
    assert [one.recipient for one in axis.pending([FIRST, SECOND])] == [SECOND]


def test_one_agency_neither_fetches_nor_confirms_what_is_for_another(
    edoc_hub: EdocHub, client: Any
) -> None:
    axis = client(edoc_hub)
    axis.send(outgoing())
    (waiting,) = axis.pending([FIRST])
    for axis_id in (waiting.axis_id, "999999", "no-such-id", "trace-0"):
        agency = SECOND if axis_id == waiting.axis_id else FIRST
        with pytest.raises(NotFound):
            axis.fetch(agency, axis_id)
        with pytest.raises(NotFound):
            axis.confirm(agency, [(axis_id, "")])
    assert axis.pending([FIRST]) == [waiting]


def test_a_damaged_answer_is_fetched_again(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    receipt = axis.send(outgoing())
    edoc_hub.faults(Fault("GetDocument", FaultKind.CORRUPT))
    with pytest.raises(AxisUnavailable):
        axis.fetch(FIRST, receipt.axis_id)
    axis.fetch(FIRST, receipt.axis_id).content.close()


def test_confirming_tells_the_sender_01_once(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    receipt = axis.send(outgoing())
    # the answer is lost, so the client says it twice; and it reports 01 of its own too
    edoc_hub.faults(Fault("ConfirmReceived", FaultKind.DROP_REPLY))
    with pytest.raises(AxisOutcomeUnknown):
        axis.confirm(FIRST, [(receipt.axis_id, "")])
    axis.confirm(FIRST, [(receipt.axis_id, "")])
    (answer,) = axis.report([report(code="01")])
    assert isinstance(answer, Receipt)

    (told,) = axis.pending([SENDER], MessageKind.STATUS)
    with axis.fetch(SENDER, told.axis_id).content as content:
        message = read(content.read()).status
    assert message is not None
    assert (message.status_code, message.sender.organ_id) == ("01", FIRST)
    assert message.response_for.document_id == DOCUMENT_ID
    assert message.response_for.code == "15/QĐ-UBND"


def test_statuses_come_once_and_byte_for_byte(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    reports = [report("s-1"), report("s-2", "02", "sai nơi nhận <&>"), report("s-1")]
    first, second, repeat = axis.report(reports)
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert repeat == Receipt(first.axis_id, duplicate=True, accepted_at=first.accepted_at)

    waiting = axis.pending([SENDER], MessageKind.STATUS)
    assert len(waiting) == 2
    contents = []
    for one in waiting:
        fetched = axis.fetch(SENDER, one.axis_id)
        with fetched.content as content:
            contents.append(content.read())
        assert one.sha256 == fetched.sha256 == hashlib.sha256(contents[-1]).hexdigest()
        assert (one.sender, fetched.sender) == (FIRST, FIRST)
    assert contents == [reports[0].edxml, reports[1].edxml]

    with pytest.raises(DigestMismatch):
        axis.confirm(SENDER, [(one.axis_id, waiting[0].sha256) for one in waiting])
    assert axis.pending([SENDER]) == waiting
    axis.confirm(SENDER, [(one.axis_id, one.sha256) for one in waiting])
    axis.confirm(SENDER, [(one.axis_id, one.sha256) for one in waiting])
    assert axis.pending([SENDER]) == []


def test_a_trace_taken_and_not_confirmed_survives_a_crash(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    axis.report([report()])
    taken = axis.pending([SENDER])
    axis.close()
    edoc_hub.faults(Fault("*", FaultKind.UNAVAILABLE, count=0))
    again = client(edoc_hub)
    assert again.pending([SENDER]) == taken
    again.confirm(SENDER, [(one.axis_id, one.sha256) for one in taken])
    # another start: the axis gives it once more, and it is known
    assert client(edoc_hub).pending([SENDER]) == []


def test_a_trace_that_was_given_leaves_the_queue_when_later_ones_are_asked_for(
    edoc_hub: EdocHub, client: Any
) -> None:
    now = [datetime.now(UTC)]
    axis = client(edoc_hub, clock=lambda: now[0])
    axis.report([report()])
    assert len(axis.pending([SENDER])) == 1
    assert edoc_hub.store.pending([SENDER])
    now[0] += timedelta(minutes=30)
    axis.pending([SENDER])
    now[0] += traces.NARROW
    assert len(axis.pending([SENDER])) == 1  # kept here until it is confirmed
    assert edoc_hub.store.pending([SENDER]) == []


def test_what_cannot_be_read_is_refused_to_its_sender(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    receipt = axis.send(outgoing())
    edoc_hub.faults(Fault("ConfirmReceived", FaultKind.UNAVAILABLE))
    with pytest.raises(AxisUnavailable):
        axis.reject(FIRST, receipt.axis_id, "PDF hỏng")
    axis.reject(FIRST, receipt.axis_id, "PDF hỏng")
    axis.reject(FIRST, receipt.axis_id, "PDF hỏng")
    assert axis.pending([FIRST], MessageKind.EDOC) == []
    told = [
        read(axis.fetch(SENDER, one.axis_id).content.read()).status
        for one in axis.pending([SENDER])
    ]
    codes = [(message.status_code, message.description) for message in told if message]
    assert codes == [("02", "PDF hỏng"), ("01", "Đã đến")]


def test_what_the_dialect_has_no_call_for_is_said(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    now = datetime.now(UTC)
    for call in (axis.sent, axis.received):
        with pytest.raises(AxisCannot, match=r"axis\.not_supported"):
            call(SENDER, now, now)
    with pytest.raises(AxisCannot):
        axis.agency_changes()


def test_the_catalogue_comes_with_codes_and_names(edoc_hub: EdocHub, client: Any) -> None:
    entries = client(edoc_hub).agencies()
    assert [(one.organ_id, one.name) for one in entries] == [
        (SENDER, "UBND tỉnh Sơn Hải"),
        (FIRST, "Văn phòng UBND tỉnh"),
        (SECOND, "Sở Nội vụ <&> Tư pháp"),
    ]
    assert entries[0].email == "vanthu@sonhai.invalid"


def test_a_message_over_the_limit_is_refused(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    big = OutgoingFile("lớn.pdf", data=b"x" * (31 << 20))
    with pytest.raises(TooLarge):
        axis.send(outgoing(files=[big]))
    assert axis.pending([FIRST]) == []


def test_only_the_right_token_opens_the_axis(guarded: EdocHub, client: Any) -> None:
    assert guarded.systems is not None
    token = guarded.systems.add("sonhai.ioffice", frozenset({SENDER, "000.00.01.H99"}))
    other = guarded.systems.add("khac", frozenset({SECOND}))
    axis = client(guarded, token)
    axis.check_permission(FIRST)
    axis.send(outgoing())
    (waiting,) = axis.pending([FIRST])
    axis.fetch(FIRST, waiting.axis_id).content.close()
    axis.confirm(FIRST, [(waiting.axis_id, "")])
    (told,) = axis.report([report()])
    assert isinstance(told, Receipt)
    assert len(axis.agencies()) == 3

    for wrong in ("x" * 20, other, ""):
        stranger = client(guarded, wrong, memory="stranger.sqlite")
        calls: list[tuple[Callable[..., object], tuple[object, ...]]] = [
            (stranger.check_permission, (SENDER,)),
            (stranger.send, (outgoing("16"),)),
            (stranger.pending, ([SENDER],)),
            (stranger.fetch, (FIRST, waiting.axis_id)),
            (stranger.confirm, (FIRST, [(waiting.axis_id, "")])),
            (stranger.agencies, ()),
        ]
        for call, given in calls:
            with pytest.raises(AccessDenied):
                call(*given)
        (refused,) = stranger.report([report("s-9")])
        assert isinstance(refused, AccessDenied)
    # one agency's system does not send in another's name
    client(guarded, other, memory="o.sqlite").check_permission(SECOND)
    assert "x" * 20 not in repr(stranger.__dict__)


def test_no_answer_and_no_stored_message_repeats_the_token(guarded: EdocHub, client: Any) -> None:
    assert guarded.systems is not None
    token = guarded.systems.add("sonhai", frozenset({SENDER, FIRST}))
    axis = client(guarded, token)
    receipt = axis.send(outgoing())
    axis.report([report()])
    for folder in (guarded.store.folder,):
        for path in folder.rglob("*"):
            assert path.is_dir() or token.encode() not in path.read_bytes()
    with axis.fetch(FIRST, receipt.axis_id).content as content:
        assert token.encode() not in content.read()


def test_fifty_megabytes_pass_in_bounded_memory(tmp_path: Path, client: Any) -> None:
    large = tmp_path / "large.pdf"
    pattern = bytes(range(256)) * 4096
    with large.open("wb") as file:
        for _ in range(50):
            file.write(pattern)
    edxml = tmp_path / "large.edxml"
    edxml.write_bytes(letter("99", files=[OutgoingFile("lớn.pdf", path=large)]))
    expected = hashlib.sha256(edxml.read_bytes()).hexdigest()
    with served(tmp_path / "large-hub", None, 100 << 20) as hub:
        axis = client(hub)
        axis.send(outgoing())
        tracemalloc.start()  # client and hub are both in this process
        receipt = axis.send(Outgoing("large", SENDER, (FIRST,), edxml))
        fetched = axis.fetch(FIRST, receipt.axis_id)
        with fetched.content as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert actual == fetched.sha256 == expected
    assert peak < 8 << 20
