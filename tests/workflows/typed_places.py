"""Installations whose leader types codes for a signing service that speaks HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from connectors.remote.opening import open_service
from connectors.remote.service import Activation
from documents.tables import SignatureRequestRow
from tests.connectors.remote.csc_server import CscServer, Kept
from tests.connectors.remote.keys import Holder
from tests.connectors.remote.serving import Served, hosting
from tests.workflows import phones
from tests.workflows.deferred_places import LEADER, Place, place_of
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    House,
)
from tests.workflows.phones import carry
from workflows import activation

USER = "079000000001"
PIN, OTP = "pin-4711-pin", "880042"


def holder_of(house: House, stem: str) -> Holder:
    """Return the house's key as a test service keeps it."""
    key, certificate, others = pkcs12.load_key_and_certificates(
        house.pki.key_file(stem).read_bytes(), house.pki.passphrase(stem)
    )
    assert isinstance(certificate, x509.Certificate)
    issuers = [each for each in others if each.issuer != each.subject]
    roots = x509.load_pem_x509_certificates(house.pki.roots.read_bytes())
    return Holder(key, certificate, (*issuers, *roots))  # type: ignore[arg-type]


@dataclass
class Typing:
    """An installation whose leader types codes for a service that speaks HTTP."""

    place: Place
    server: CscServer
    served: Served

    def waits(self) -> tuple[str, SignatureRequestRow]:
        """Return an approved document and its request, which waits for a code."""
        document_id, _ = self.place.frozen()
        carry(self.place.office)
        return document_id, self.place.request(document_id)

    def activate(self, request: SignatureRequestRow, shown: Activation, who: str = LEADER) -> str:
        return activation.activate(self.place.office, request.id, who, shown)


@pytest.fixture(scope="session")
def leaders_key(house: House) -> Holder:
    return holder_of(house, LEADER)


@pytest.fixture(scope="session")
def signing_host() -> Iterator[object]:
    with hosting() as running:
        yield running


@pytest.fixture(params=[1, 2], ids=["csc1", "csc2"])
def typing(
    request: pytest.FixtureRequest,
    house: House,
    make_sqlite: MakeDatabase,
    tmp_path: Path,
    leaders_key: Holder,
    signing_host: object,
) -> Typing:
    place = place_of(house, make_sqlite(), tmp_path, house.pki.key(LEADER), "remote")
    kept = {USER: {"key-1": Kept(leaders_key, pin=PIN, otp=OTP)}}
    server = CscServer(request.param, kept)
    served = signing_host.mount(server.app())  # type: ignore[attr-defined]
    settings = server.settings(served.url, tmp_path)
    place.office.services[phones.NAME] = open_service(settings)
    return Typing(place, server, served)
