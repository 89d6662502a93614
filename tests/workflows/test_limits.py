"""One setting says how large a message may be: files, drafts, messages out, messages in."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import Fetched, MessageKind, Outgoing, PacketState, Pending
from connectors.edxml import OutgoingFile, ReadLimits, read, write_edoc
from connectors.errors import EnvelopeTooLarge, TooLarge
from connectors.memory_axis import InMemoryAxis
from documents.lifecycle import Direction
from documents.numbering import local_day
from tests.workflows.house import (
    OFFICE,
    PROVINCE,
    approve,
    document,
    documents,
    hand_in,
    parcels,
    turn,
)
from workflows import issuance, reception
from workflows.drafts import TooMuchToSend
from workflows.handover import FileUnreadable
from workflows.jobs import Attach, Bench
from workflows.office import Office
from workflows.prefect_server import free_port
from workflows.world import World

SMALL = 1 << 20
LARGE = os.urandom(1_200_000)


def with_limit(office: Office, size: int) -> Office:
    axis = office.settings.axis.model_copy(update={"max_size": size})
    office.settings = office.settings.model_copy(update={"axis": axis})
    return office


@pytest.fixture
def office(office: Office) -> Office:
    """An office whose messages may have 1 MiB."""
    return with_limit(office, SMALL)


@pytest.fixture
def large(office: Office) -> bytes:
    """A message that left before the limit was set so low."""
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    for step in (issuance.sign, issuance.number, issuance.seal):
        step(office, [document_id])
    issuance.dispatch(office, [document_id])
    content = office.blobs.get(document(office, document_id).message_sha256 or "")
    with read(content) as message:
        assert message.edoc is not None
        today = f"{local_day(office.now()):%Y/%m/%d}"
        edoc = message.edoc.model_copy(update={"document_id": f"H99,{today},99/QĐ-UBND"})
    return write_edoc(edoc, [OutgoingFile("lon.bin", data=LARGE)])


def states(
    axis: InMemoryAxis, office: Office, recipient: str
) -> dict[str, tuple[PacketState, str]]:
    since, until = office.now().replace(year=2020), office.now().replace(year=2099)
    return {t.message_id: (t.state, t.note) for t in axis.received(recipient, since, until)}


def test_a_file_that_can_never_leave_is_refused_when_it_is_attached(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "lon.bin"
    path.write_bytes(LARGE[: SMALL // 2 + 1])
    with pytest.raises(FileUnreadable, match=r"lon\.bin"):
        Bench(office.settings).do(Attach(path))
    path.write_bytes(LARGE[: SMALL // 2])
    Bench(office.settings).do(Attach(path))


def test_a_draft_that_can_never_leave_is_refused_before_anybody_signs_it(
    office: Office, tmp_path: Path
) -> None:
    files = []
    for number in range(2):
        files.append(path := tmp_path / f"{number}.bin")
        path.write_bytes(LARGE[: SMALL // 3])
    with pytest.raises(TooMuchToSend):
        hand_in(office, PROVINCE, (OFFICE,), attachments=tuple(files))
    assert documents(office, Direction.OUTGOING) == []


def test_a_message_over_the_limit_is_not_made_and_leaves_nothing_behind(office: Office) -> None:
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    for step in (issuance.sign, issuance.number, issuance.seal):
        step(office, [document_id])
    # the blobs are every test's: one that kills a worker leaves its own behind
    unfinished = set(office.blobs.folder.glob("*/.new-*"))
    pouch = issuance.dispatch(with_limit(office, 20_000), [document_id])
    assert isinstance(pouch.left[document_id], EnvelopeTooLarge)
    assert "max_size" in str(pouch.left[document_id])
    row = document(office, document_id)
    assert (row.state, row.message_sha256) == ("sealed", None)
    assert set(office.blobs.folder.glob("*/.new-*")) <= unfinished


@pytest.mark.parametrize("announced", [True, False])
def test_a_message_over_the_limit_is_told_to_the_axis_as_failed_and_never_comes_in(
    office: Office,
    axis: InMemoryAxis,
    large: bytes,
    monkeypatch: pytest.MonkeyPatch,
    announced: bool,
) -> None:
    axis.send(Outgoing("qua-lon", PROVINCE, (OFFICE,), large))
    fetch, fetched = axis.fetch, list[str]()

    def fetching(agency: str, axis_id: str) -> Fetched:
        found = fetch(agency, axis_id)
        fetched.append(found.message_id)
        if found.message_id == "qua-lon":
            raise TooLarge(TooLarge.axis_code, "> 1048576 bytes")
        return found

    def silent(agencies: Any, kind: MessageKind, limit: int = 200) -> list[Pending]:
        return [_without_size(item) for item in pending(agencies, kind, limit)]

    pending = axis.pending
    monkeypatch.setattr(axis, "fetch", fetching)
    if not announced:
        monkeypatch.setattr(axis, "pending", silent)
    assert turn(office) == []
    assert ("qua-lon" in fetched) is not announced
    (parcel,) = [each for each in parcels(office) if each.unreadable]
    assert (parcel.outcome, parcel.confirmed_at is not None) == ("junk", True)
    state, note = states(axis, office, OFFICE)["qua-lon"]
    assert (state, "1048576" in note) == (PacketState.FAIL, True)
    assert reception.waiting(office, MessageKind.EDOC) == []


def _without_size(item: Pending) -> Pending:
    values = {name: getattr(item, name) for name in item.__slots__}
    return Pending(**values | {"size": 0})


def test_what_the_setting_allows_is_written_sent_fetched_and_read(
    office: Office, axis: InMemoryAxis, large: bytes
) -> None:
    with_limit(office, 4 << 20)
    axis.send(Outgoing("lon", PROVINCE, (OFFICE,), large))
    assert turn(office) == []
    assert {parcel.outcome for parcel in parcels(office)} == {"opened"}


def test_the_reader_keeps_to_the_setting(large: bytes) -> None:
    with pytest.raises(EnvelopeTooLarge):
        read(large, limits=ReadLimits.of(SMALL))
    with read(large, limits=ReadLimits.of(4 << 20)) as message:
        assert message.attachments[0].size == len(LARGE)


def test_a_worlds_hub_takes_what_its_installations_do(office: Office) -> None:
    folder = office.settings.home.parent
    toml = folder / office.settings.home.name / "congvan.toml"
    toml.write_text(
        toml.read_text("utf-8").replace("axis = {", 'axis = {"max_size" = 314572800, '), "utf-8"
    )
    world = replace(World.load(folder), hub_port=free_port())
    (hub,) = [child for child in world.children() if child.name == "hub"]
    assert hub.argv[hub.argv.index("--max-size") + 1] == str(300 << 20)
