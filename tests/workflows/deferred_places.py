"""Installations whose leader's key does not answer at once."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.memory_axis import InMemoryAxis
from documents import casefile, requests
from documents.tables import SignatureRequestRow
from signing.deferred import Pending
from signing.pkcs12 import Pkcs12Key
from tests.workflows import phones
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    PROVINCE,
    House,
    approve,
    assert_sound,
    document,
    hand_in,
    leader_of,
    seal_of,
)
from tests.workflows.hubs import catalogue
from tests.workflows.phones import Phone
from workflows import issuance
from workflows.office import Office

LEADER = leader_of(PROVINCE).id


@dataclass
class Place:
    """An installation whose leader's key is elsewhere."""

    house: House
    home: Path
    office: Office
    phone: Phone

    def reopened(self) -> Office:
        """Return the office as a process started anew has it."""
        office = self.house.open(self.home, self.office.axis)
        office.services[phones.NAME] = self.phone
        self.office = office
        return office

    def approved(self) -> str:
        return approve(self.office, hand_in(self.office, PROVINCE, (HOME_AFFAIRS,)))

    def frozen(self) -> tuple[str, SignatureRequestRow]:
        """Return an approved document that waits, and its request."""
        document_id = self.approved()
        issuance.sign(self.office, [document_id])
        return document_id, self.request(document_id)

    def request(self, document_id: str) -> SignatureRequestRow:
        with self.office.database.reading() as session:
            return requests.of_document(session, document_id)[-1]

    def state(self, document_id: str) -> tuple[str, str, str | None]:
        """Return the states of document and newest request, and the document's error."""
        row = document(self.office, document_id)
        return row.state, self.request(document_id).state, row.error_code

    def pending(self, request: SignatureRequestRow) -> Pending:
        blobs = self.office.blobs
        return Pending.read(blobs.get(request.pending_sha256), blobs.get(request.frozen_sha256))

    def assert_thawed(self, document_id: str) -> None:
        """Assert that an immediate signature could be made: nothing is left of the request."""
        row = document(self.office, document_id)
        assert row.frozen_by is None
        with self.office.database.reading() as session:
            kinds = [each.kind for each in casefile.revisions_of(session, document_id)]
        assert kinds == ["source", "draft"]
        assert_sound(self.office)


@pytest.fixture
def leader(house: House) -> Pkcs12Key:
    return house.pki.key(LEADER)


def place_of(house: House, url: str, folder: Path, key: Pkcs12Key, kind: str) -> Place:
    home = folder / "tinh"
    house.install(home, url, (PROVINCE, HOME_AFFAIRS), keys=str(folder / "keys"), processes=1)
    phones.describe(folder / "keys", LEADER, kind, None if kind == "remote" else key)
    for suffix in ("p12", "pass", "png"):
        shutil.copy(house.keys / f"{seal_of(PROVINCE)}.{suffix}", folder / "keys")
    (folder / "phone").mkdir()
    phone = Phone(folder / "phone", key)
    office = house.open(home, InMemoryAxis(catalogue()))
    office.services[phones.NAME] = phone
    return Place(house, home, office, phone)


@pytest.fixture
def place(house: House, make_sqlite: MakeDatabase, tmp_path: Path, leader: Pkcs12Key) -> Place:
    return place_of(house, make_sqlite(), tmp_path, leader, "remote")


@pytest.fixture
def each_place(
    house: House, make_database: MakeDatabase, tmp_path: Path, leader: Pkcs12Key
) -> Place:
    return place_of(house, make_database(), tmp_path, leader, "manual")


@pytest.fixture
def by_hand(house: House, make_sqlite: MakeDatabase, tmp_path: Path, leader: Pkcs12Key) -> Place:
    return place_of(house, make_sqlite(), tmp_path, leader, "manual")


@pytest.fixture
def tool(house: House, make_sqlite: MakeDatabase, tmp_path: Path, leader: Pkcs12Key) -> Place:
    return place_of(house, make_sqlite(), tmp_path, leader, "vgca")
