"""The whole journey, by the steps themselves and by the real flows over the real hub."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.edxml import read
from documents.document import DocumentType, Urgency
from documents.tables import DocumentRow
from tests.workflows import processes
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    MINISTRY,
    OFFICE,
    PROVINCE,
    House,
    approve,
    assert_registered_once,
    assert_sound,
    delivery_states,
    document,
    hand_in,
    issue,
    parcels,
    receive,
    take_statuses,
)
from tests.workflows.hubs import HubProcess
from tests.workflows.proof import (
    assert_signed_and_sealed,
    assert_valid_edxml,
    trust_database,
)
from workflows import backlog
from workflows.office import Office

LETTERS: tuple[tuple[str, tuple[str, ...], DocumentType, Urgency], ...] = (
    (PROVINCE, (OFFICE, HOME_AFFAIRS, MINISTRY), DocumentType.DECISION, Urgency.ROUTINE),
    (PROVINCE, (HOME_AFFAIRS,), DocumentType.DECISION, Urgency.EXPRESS),
    (HOME_AFFAIRS, (PROVINCE,), DocumentType.STATEMENT, Urgency.ROUTINE),
    (HOME_AFFAIRS, (PROVINCE, OFFICE), DocumentType.OFFICIAL_LETTER, Urgency.URGENT),
    (MINISTRY, (PROVINCE, HOME_AFFAIRS), DocumentType.NOTICE, Urgency.ROUTINE),
    (MINISTRY, (PROVINCE,), DocumentType.OFFICIAL_LETTER, Urgency.ROUTINE),
)


@pytest.fixture
def homes(house: House, make_database: MakeDatabase, tmp_path: Path, hub: HubProcess) -> list[Path]:
    """A province and a ministry, each with a database of its own, at one hub."""
    made = [tmp_path / "tinh", tmp_path / "bo"]
    house.install(made[0], make_database(), (PROVINCE, OFFICE, HOME_AFFAIRS), hub.url)
    house.install(made[1], make_database(), (MINISTRY,), hub.url)
    return made


def office_of(offices: Sequence[Office], organ_id: str) -> Office:
    return offices[1] if organ_id == MINISTRY else offices[0]


def hand_in_all(offices: Sequence[Office], tmp_path: Path) -> list[str]:
    attached = tmp_path / "Biểu tổng hợp.csv"
    attached.write_text("STT,Nội dung\n1,Kiểm tra\n", "utf-8")
    ids = []
    for sender, recipients, kind, urgency in LETTERS:
        office = office_of(offices, sender)
        given = {"urgency": urgency, "attachments": (attached,) if len(recipients) > 1 else ()}
        ids.append(approve(office, hand_in(office, sender, recipients, kind, **given)))
    return ids


def assert_arrived(offices: Sequence[Office], ids: Sequence[str]) -> list[DocumentRow]:
    """Assert that every letter is in every recipient's register once; return the letters."""
    rows = [
        document(office_of(offices, letter[0]), i) for i, letter in zip(ids, LETTERS, strict=True)
    ]
    assert {row.state for row in rows} == {"dispatched"}
    for organ_id in (PROVINCE, OFFICE, HOME_AFFAIRS, MINISTRY):
        keys = [
            row.document_key or ""
            for row, letter in zip(rows, LETTERS, strict=True)
            if organ_id in letter[1]
        ]
        assert_registered_once(office_of(offices, organ_id), organ_id, keys)
    for office in offices:
        assert set(delivery_states(office)) == {"accepted"}
        assert_sound(office)
        assert all(parcel.confirmed_at and not parcel.error for parcel in parcels(office))
        assert not backlog.outgoing_due(office)
        assert not backlog.incoming_due(office)
        assert not backlog.statuses_due(office)
    return rows


def assert_proved(house: House, office: Office, row: DocumentRow, folder: Path) -> None:
    """Assert that foreign programs accept the PDF and the message that left."""
    trusted = trust_database(house.pki.roots, folder)
    pdf = folder / "sealed.pdf"
    pdf.write_bytes(office.blobs.get(row.current_sha256 or ""))
    assert_signed_and_sealed(pdf, house.pki.roots, trusted, folder)
    message = office.blobs.get(row.message_sha256 or "")
    assert_valid_edxml(message)
    with read(message) as received:
        assert received.edoc is not None
        assert received.edoc.document_id == row.document_key
        assert received.warnings == ()
        assert received.attachments[0].sha256 == row.current_sha256


def test_every_letter_is_carried_by_the_steps_into_every_register(
    house: House, homes: list[Path], hub: HubProcess, tmp_path: Path
) -> None:
    offices = [house.open(home) for home in homes]
    ids = hand_in_all(offices, tmp_path)
    for office in offices:
        issue(office, ids)
    for office in offices:
        receive(office)
    for office in offices:
        take_statuses(office)
    rows = assert_arrived(offices, ids)
    assert hub.status()["queues"] == []
    for number, (row, letter) in enumerate(zip(rows, LETTERS, strict=True)):
        folder = tmp_path / f"proof{number}"
        folder.mkdir()
        assert_proved(house, office_of(offices, letter[0]), row, folder)


def test_every_letter_is_carried_by_the_flows_into_every_register(
    house: House,
    homes: list[Path],
    hub: HubProcess,
    tmp_path: Path,
    run_in_fresh_process: object,
) -> None:
    assert callable(run_in_fresh_process)
    offices = [house.open(home) for home in homes]
    ids = hand_in_all(offices, tmp_path)
    for home in (*homes, *homes):
        assert run_in_fresh_process(processes.carry, str(home)) == 0
    rows = assert_arrived(offices, ids)
    assert hub.status()["queues"] == []
    assert_proved(house, offices[0], rows[0], tmp_path)
