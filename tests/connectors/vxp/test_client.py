"""`VxpAxis` against a hub that asks for a credential, and the settling of unknown outcomes."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.access import AxisSettings
from connectors.axis import AgencyEntry, MessageKind, Outgoing, PacketState, Report, Track
from connectors.edxml.routing import addressed
from connectors.errors import (
    AccessDenied,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisSettingsInvalid,
    AxisUnavailable,
    NotFound,
)
from connectors.hub.faults import Fault, FaultKind
from connectors.opening import open_axis
from connectors.soap.blob import Blob
from connectors.vxp.client import VxpAxis
from connectors.vxp.settling import settled

Letter = Callable[..., bytes]
NEIGHBOUR = "00.98.W00"
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


def test_a_wrong_secret_and_a_wrong_system_are_denied(guarded: Any) -> None:
    for axis in (guarded.axis(secret="wrong-secret-wrong"), VxpAxis(guarded.url, "x", "y" * 20)):
        with pytest.raises(AccessDenied):
            axis.pending(["H99"])
        axis.close()


def test_a_system_neither_sends_nor_reads_for_another(guarded: Any, letter: Letter) -> None:
    ours, theirs = guarded.axis(), guarded.axis(NEIGHBOUR)
    with pytest.raises(AccessDenied):
        theirs.send(Outgoing("m", "H99", ("H98",), letter()))
    receipt = ours.send(Outgoing("m", "H99", ("H99.01",), letter()))
    assert theirs.pending(["H99.01"]) == []
    for axis_id in (receipt.axis_id, f"{receipt.axis_id}~H99.01"):
        with pytest.raises(AxisRefused):
            theirs.fetch("H98", axis_id)
        with pytest.raises(AxisRefused):
            theirs.confirm("H98", [(axis_id, "")])
    assert len(ours.pending(["H99.01"])) == 1


def test_two_recipients_in_one_system_are_confirmed_apart(guarded: Any, letter: Letter) -> None:
    axis = guarded.axis()
    to = ("H99.01", "H99.02")
    receipt = axis.send(Outgoing("m", "H99", to, letter(to=to)))
    (first,) = axis.pending(["H99.01"])
    axis.confirm("H99.01", [(first.axis_id, "")])
    assert axis.pending(["H99.01"]) == []
    assert [p.recipient for p in axis.pending(list(to))] == ["H99.02"]
    with pytest.raises(AxisRefused, match="AMBIGUOUS"):
        axis.confirm("H99.01", [(receipt.axis_id, "")])


def test_a_fetched_message_is_said_to_be_in_process(guarded: Any, letter: Letter) -> None:
    axis = guarded.axis()
    receipt = axis.send(Outgoing("m", "H99", ("H99.01",), letter()))
    (waiting,) = axis.pending(["H99.01"])
    axis.fetch("H99.01", waiting.axis_id).content.close()
    since = receipt.accepted_at - timedelta(hours=1)
    (track,) = axis.sent("H99", since, since + timedelta(hours=2))
    assert track.state is PacketState.PROCESSING
    assert [p.axis_id for p in axis.pending(["H99.01"])] == [waiting.axis_id]


def test_a_lost_answer_is_settled_by_the_list_and_the_content(guarded: Any, letter: Letter) -> None:
    axis = guarded.axis()
    others = [letter(f"d-{n}") for n in range(5)]
    for n, data in enumerate(others):
        axis.send(Outgoing(f"o-{n}", "H99", ("H99.01",), data))
    ours = Outgoing("m", "H99", ("000.00.01.H99",), letter(to=("000.00.01.H99",)))
    assert axis.settle(ours) is None
    guarded.faults(Fault("SendDocument", FaultKind.DROP_REPLY))
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(ours)
    receipt = axis.settle(ours)
    assert receipt is not None
    assert receipt.duplicate
    assert axis.send(ours).axis_id == receipt.axis_id
    assert guarded.store.counts()["messages"] == 6


def test_faults_meet_the_call_they_name(guarded: Any, letter: Letter) -> None:
    axis = guarded.axis()
    guarded.faults(
        Fault("GetPendingDocumentIds", FaultKind.UNAVAILABLE),
        Fault("GetSentDocuments", FaultKind.UNAVAILABLE),
        Fault("GetAgencies", FaultKind.UNAVAILABLE),
    )
    axis.send(Outgoing("m", "H99", ("H99.01",), letter()))
    for call in (
        lambda: axis.pending(["H99.01"]),
        lambda: axis.sent("H99", AT - timedelta(days=1), AT),
        axis.agencies,
    ):
        with pytest.raises(AxisUnavailable):
            call()
    assert len(axis.pending(["H99.01"])) == 1


def test_a_damaged_message_is_noticed(guarded: Any, letter: Letter) -> None:
    axis = guarded.axis()
    axis.send(Outgoing("m", "H99", ("H99.01",), letter()))
    (waiting,) = axis.pending(["H99.01"])
    guarded.faults(Fault("GetDocument", FaultKind.CORRUPT))
    with pytest.raises(AxisUnavailable):
        axis.fetch("H99.01", waiting.axis_id)
    axis.fetch("H99.01", waiting.axis_id).content.close()


def test_the_statuses_of_one_document_keep_their_order(guarded: Any) -> None:
    axis = guarded.axis()
    reports = [
        Report(
            f"s-{document}-{code}",
            "H99.01",
            "H99",
            f"d-{document}",
            code,
            (
                "<edXML><edXMLHeader><MessageHeader><From><OrganId>H99.01</OrganId></From>"
                f"<ResponseFor><OrganId>H99</OrganId><DocumentId>d-{document}</DocumentId>"
                f"</ResponseFor><StatusCode>{code}</StatusCode></MessageHeader>"
                "</edXMLHeader></edXML>"
            ).encode(),
        )
        for document in range(6)
        for code in ("01", "03", "04", "05")
    ]
    axis.report(reports)
    codes: dict[str, list[str]] = {}
    for waiting in axis.pending(["H99"], MessageKind.STATUS):
        with axis.fetch("H99", waiting.axis_id).content as content:
            way = addressed(content)
        codes.setdefault(way.about.document_id, []).append(way.status_code)
    assert list(codes.values()) == [["01", "03", "04", "05"]] * 6


def test_agencies_are_entered_changed_and_deleted(guarded: Any) -> None:
    axis = guarded.axis()
    before = axis.agency_changes()[-1].version
    axis.register_agency(AgencyEntry("H99.03", "Sở Y tế", parent="H99", email="y@sonhai"))
    (added,) = axis.agency_changes(before)
    assert added.entry == AgencyEntry("H99.03", "Sở Y tế", "", "H99", "y@sonhai")
    axis.delete_agency("H99.03")
    (gone,) = axis.agency_changes(added.version)
    assert (gone.entry.organ_id, gone.deleted) == ("H99.03", True)
    assert "H99.03" not in {entry.organ_id for entry in axis.agencies()}
    with pytest.raises(AccessDenied):
        axis.register_agency(AgencyEntry("H98.01", "Phòng", parent="H98"))
    with pytest.raises(AxisRefused):
        axis.delete_agency("H98")


def test_an_id_of_another_agencys_is_not_found(guarded: Any, letter: Letter) -> None:
    axis = guarded.axis()
    axis.send(Outgoing("m", "H99", ("H99.01",), letter()))
    (waiting,) = axis.pending(["H99.01"])
    with pytest.raises(NotFound):
        axis.reject("H99.02", waiting.axis_id, "x")


def test_more_recipients_than_a_header_holds_go_in_the_message_alone(
    guarded: Any, letter: Letter
) -> None:
    axis = guarded.axis()
    codes = tuple(f"H99.{n:03}" for n in range(100, 900))
    guarded.store.put_agencies([AgencyEntry(code, code, parent="H99") for code in codes])
    receipt = axis.send(Outgoing("m", "H99", codes, letter(to=codes)))
    assert len(guarded.store.track(receipt.axis_id)) == len(codes)
    with pytest.raises(AxisRefused, match="TO"):
        axis.send(Outgoing("n", "H99", codes[1:], letter("d-2", to=codes)))


def test_the_settings_open_the_wire(guarded: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(guarded.systems["00.99.W00"])
    secret.chmod(0o600)
    settings = AxisSettings(
        kind="vxp", url=guarded.url, system_id="00.99.W00", secret=Path("secret")
    )
    axis = open_axis(settings, tmp_path)
    assert isinstance(axis, VxpAxis)
    assert axis.pending(["H99"]) == []
    axis.close()
    for wrong in ({"system_id": ""}, {"system_id": "Sở"}, {"url": "ftp://x"}, {"url": ""}):
        with pytest.raises(AxisSettingsInvalid):
            open_axis(settings.model_copy(update=wrong), tmp_path)
    secret.chmod(0o644)
    with pytest.raises(AxisSettingsInvalid):
        open_axis(settings, tmp_path)


def track(axis_id: str, recipient: str = "H99.01", minutes: int = 0) -> Track:
    at = AT + timedelta(minutes=minutes)
    return Track(axis_id, MessageKind.EDOC, "H99", recipient, PacketState.INITIAL, "", at, at)


def blob_of(data: bytes) -> Blob:
    blob = Blob(1 << 20)
    blob.write(data)
    return blob


def ask(message: Outgoing, tracks: list[Track], contents: dict[str, bytes | Exception]) -> object:
    def fetch(axis_id: str) -> Blob:
        found = contents[axis_id]
        if isinstance(found, Exception):
            raise found
        return blob_of(found)

    assert isinstance(message.edxml, bytes)
    return settled(message, blob_of(message.edxml).sha256, {*message.recipients}, tracks, fetch)


def test_what_the_axis_added_its_trace_to_is_the_same_message(letter: Letter) -> None:
    ours = Outgoing("m", "H99", ("H99.01",), letter())
    assert isinstance(ours.edxml, bytes)
    traced = ours.edxml.replace(
        b"</edXML:edXMLHeader>",
        b"<edXML:TraceHeaderList><edXML:TraceHeader><edXML:OrganId>02.29.W00</edXML:OrganId>"
        b"</edXML:TraceHeader></edXML:TraceHeaderList></edXML:edXMLHeader>",
    )
    receipt = ask(ours, [track("a"), track("b", minutes=1)], {"a": traced, "b": letter("other")})
    assert getattr(receipt, "axis_id", None) == "a"


def test_what_cannot_be_compared_is_left_to_a_person(letter: Letter) -> None:
    ours = Outgoing("m", "H99", ("H99.01",), letter())
    refused = AxisRefused("15", "x")
    assert ask(ours, [], {}) is None
    assert ask(ours, [track("a")], {"a": letter("other")}) is None
    assert ask(ours, [track("a", "H98")], {"a": refused}) is None
    for content in (refused, letter(to=("H99.01", "H99.02"))):
        with pytest.raises(AxisOutcomeUnknown):
            ask(ours, [track("a")], {"a": content})
    with pytest.raises(AxisOutcomeUnknown):
        ask(ours, [track(f"t-{n}") for n in range(300)], {f"t-{n}": b"-" for n in range(300)})
    with pytest.raises(AxisUnavailable):
        ask(ours, [track("a")], {"a": AxisUnavailable("down")})


def test_a_sender_reads_its_own_message_by_its_id_and_moves_nothing(
    guarded: Any, letter: Letter
) -> None:
    axis = guarded.axis()
    data = letter(to=("H99.01",))
    receipt = axis.send(Outgoing("m", "H99", ("H99.01",), data))
    fetched = axis.fetch("H99", receipt.axis_id)
    with fetched.content as content:
        assert content.read() == data
    assert fetched.sha256 == hashlib.sha256(data).hexdigest()
    since = receipt.accepted_at - timedelta(hours=1)
    (track,) = axis.sent("H99", since, since + timedelta(hours=2), MessageKind.EDOC)
    assert track.state is PacketState.INITIAL
    axis.close()
