"""What an axis that can list tells: what was sent and received, who is in the catalogue."""

import hashlib
from datetime import timedelta

import pytest

from connectors.axis import Axis, MessageKind, PacketState, Receipt
from connectors.errors import (
    AxisOutcomeUnknown,
    NotFound,
)
from tests.connectors.axis_worlds import FIRST, SECOND, SENDER, SOAP, World, message, status


def test_the_catalogue_comes_whole_and_in_order(axis: Axis, agencies: list[object]) -> None:
    assert axis.agencies() == agencies


@pytest.mark.parametrize("world", ["memory", "soap 1.1", "soap 1.2, signed"], indirect=True)
def test_what_was_sent_is_known_by_asking_and_nothing_is_sent_by_it(world: World) -> None:
    axis = world.axis
    assert axis.settle(message()) is None
    world.lose()
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(message())
    found = axis.settle(message())
    assert found is not None
    assert found == axis.send(message())
    assert axis.settle(message("m-2")) is None
    assert len(axis.pending([FIRST])) == 1


@pytest.mark.parametrize("world", ["memory", *SOAP], indirect=True)
def test_the_lists_say_what_became_of_each_message_at_each_recipient(axis: Axis) -> None:
    receipt = axis.send(message(recipients=(FIRST, SECOND)))
    (told,) = axis.report([status(sender=FIRST, recipient=SECOND)])
    assert isinstance(told, Receipt)
    with axis.fetch(FIRST, receipt.axis_id).content as content:
        digest = hashlib.sha256(content.read()).hexdigest()
    axis.reject(SECOND, receipt.axis_id, "Không đọc được\n<&>")
    axis.reject(SECOND, receipt.axis_id, "again")
    since = receipt.accepted_at - timedelta(minutes=1)
    until = receipt.accepted_at + timedelta(minutes=1)

    sent = {track.recipient: track for track in axis.sent(SENDER, since, until)}
    assert {track.axis_id for track in sent.values()} == {receipt.axis_id}
    assert sent[FIRST].state is PacketState.PROCESSING
    assert (sent[FIRST].message_id, sent[FIRST].sha256, sent[FIRST].note) == ("m-1", digest, "")
    assert sent[SECOND].state is PacketState.FAIL
    assert sent[SECOND].note.split() == ["Không", "đọc", "được", "<&>"]
    assert sent[FIRST].accepted_at == receipt.accepted_at <= sent[SECOND].updated_at

    axis.confirm(FIRST, [(receipt.axis_id, digest)])
    (track,) = axis.received(FIRST, since, until)
    assert (track.sender, track.state) == (SENDER, PacketState.DONE)
    kinds = [one.kind for one in axis.received(SECOND, since, until)]
    assert sorted(kinds) == [MessageKind.EDOC, MessageKind.STATUS]
    assert axis.received(SECOND, since, until, MessageKind.STATUS)[0].axis_id == told.axis_id
    assert axis.sent(SENDER, until, until + timedelta(hours=1)) == []
    with pytest.raises(NotFound):
        axis.reject(FIRST, told.axis_id, "")


def test_changes_of_the_catalogue_follow_a_version(axis: Axis, agencies: list[object]) -> None:
    changes = axis.agency_changes()
    assert {change.entry.organ_id for change in changes} == {
        one.organ_id for one in axis.agencies()
    }
    versions = [change.version for change in changes]
    assert versions == sorted(versions)
    assert axis.agency_changes(versions[-1]) == []
    later = axis.agency_changes(versions[0])
    assert [change.version for change in later] == [one for one in versions if one > versions[0]]
