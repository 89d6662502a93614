"""A hub that asks for a credential, and messages for it."""

import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from connectors.axis import AgencyEntry
from connectors.hub.faults import Fault, Faults, set_faults
from connectors.hub.server import create_app, listening
from connectors.hub.store import HubStore
from connectors.hub.systems import Systems
from connectors.vxp.client import VxpAxis
from schemas.edxml import NAMESPACE

OFFICE, NEIGHBOUR = "00.99.W00", "00.98.W00"
AGENCIES = [
    AgencyEntry("H99", "UBND tỉnh Sơn Hải", "000.00.00.H99"),
    AgencyEntry("H99.01", "Văn phòng UBND tỉnh", "000.00.01.H99", "H99"),
    AgencyEntry("H99.02", "Sở Nội vụ <&> Tư pháp", parent="H99"),
    AgencyEntry("H98", "UBND tỉnh Lâm Hà"),
]


@dataclass(frozen=True)
class Guarded:
    """A running hub whose systems are OFFICE (H99 and two below) and NEIGHBOUR (H98)."""

    url: str
    store: HubStore
    systems: dict[str, str]
    """Secrets by system id."""

    def axis(self, system_id: str = OFFICE, secret: str = "") -> VxpAxis:
        return VxpAxis(self.url, system_id, secret or self.systems[system_id])

    def faults(self, *faults: Fault) -> None:
        set_faults(self.store.folder, faults)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    folder = tmp_path / "hub"
    store = HubStore(folder, max_size=60 << 20)
    store.put_agencies(AGENCIES)
    systems = Systems(folder / "systems")
    known = {
        OFFICE: systems.add(OFFICE, frozenset({"H99", "H99.01", "H99.02"})),
        NEIGHBOUR: systems.add(NEIGHBOUR, frozenset({"H98"}), secrets.token_hex(20)),
    }
    listener = listening("127.0.0.1", 0)
    app = create_app(store, Faults(folder), systems)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Guarded(f"http://127.0.0.1:{listener.getsockname()[1]}", store, known)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join()
        store.close()


Letter = Callable[..., bytes]


@pytest.fixture
def letter() -> Letter:
    """Return a maker of edXML documents."""

    def make(
        document_id: str = "H99,2026/11/22,15/QĐ-UBND",
        sender: str = "H99",
        to: tuple[str, ...] = ("H99.01",),
        body: str = "",
    ) -> bytes:
        codes = "".join(
            f"<edXML:To><edXML:OrganId>{code}</edXML:OrganId></edXML:To>" for code in to
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\r\n'
            f'<edXML xmlns="{NAMESPACE}"><edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">'
            "<edXML:edXMLHeader><edXML:MessageHeader>"
            f"<edXML:From><edXML:OrganId>{sender}</edXML:OrganId></edXML:From>{codes}"
            f"<edXML:DocumentId>{document_id}</edXML:DocumentId>"
            "</edXML:MessageHeader></edXML:edXMLHeader></edXML:edXMLEnvelope>"
            f"<AttachmentEncoded>{body}</AttachmentEncoded></edXML>\r\n"
        ).encode()

    return make
