"""The axes that the contract is held against, what makes them fail, and messages for them."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.axis import Axis, Outgoing, Pending, Report
from connectors.edoc.client import EdocAxis
from connectors.edoc.memory import Memory
from connectors.hub.faults import Fault, FaultKind
from connectors.hub.systems import Systems
from connectors.memory_axis import InMemoryAxis
from connectors.soap.calls import Credential
from connectors.soap.client import SoapAxis
from connectors.soap.form import Form
from connectors.soap.security import Correspondence, Gatekeeping
from connectors.soap.version import SOAP12
from connectors.soap.xroad import XRoad
from connectors.vxp.client import VxpAxis
from schemas.edxml import NAMESPACE
from signing.testpki import TestPki
from tests.connectors.conftest import AGENCIES, running_hub
from tests.connectors.rest.faces import rest_client, running_face
from workflows.envelope_security import Signer, Verifier

SECRET = secrets.token_hex(16)
THROUGH = XRoad.of({"client": "VN/GOV/H99/desk", "service": "VN/GOV/axis", "user_id": "VN012345"})
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
    says_ids: bool = True
    """Lists say a message's own id and digest, and an id means one content."""


SOAP: dict[str, dict[str, Any]] = {
    "soap 1.1": {},
    "soap 1.2": {"version": SOAP12},
    "soap inline, by secret": {"form": Form.INLINE, "credential": Credential("S-1", SECRET)},
    "soap swaref, X-Road": {"form": Form.SWAREF, "through": THROUGH},
    "soap 1.2, signed": {"version": SOAP12},
}
"""What the client is told; the node behind it is made by `hub_for`."""

REST = ("langson", "quangnam")
"""Stand-ins of provincial faces, and our profiles of them."""


@contextmanager
def hub_for(name: str, request: pytest.FixtureRequest) -> Iterator[tuple[Any, Axis]]:
    folder = request.getfixturevalue("tmp_path")
    if name == "vxp":
        with running_hub(folder / "hub") as hub:
            url = f"http://{hub.host}/XrdAdapter/adapter"
            yield hub, VxpAxis(url, "00.99.W00", "not-asked-for")
        return
    if name == "edoc":
        with running_hub(folder / "hub") as hub:
            memory = Memory(folder / "memory.sqlite")
            yield hub, EdocAxis(f"http://{hub.host}/edoc", SENDER, "not-asked-for", memory)
        return
    if name in REST:
        with running_face(name, folder / "hub", AGENCIES, LIMIT) as face:
            yield face, rest_client(face, name, folder / "memory.sqlite")
        return
    told = dict(SOAP[name])
    systems = gate = None
    if "credential" in told or "signed" in name:
        pki: TestPki = request.getfixturevalue("axis_pki")
        system, node = pki.key("system"), pki.key("hub")
        systems = Systems(folder / "systems")
        everyone = frozenset({SENDER, FIRST, SECOND})
        systems.add("S-1", everyone, SECRET, certificates=(system.certificate,))
        if "signed" in name:
            gate = Gatekeeping(Verifier(), Signer(lambda: node))
            signer = Signer(lambda: system)
            told["correspondence"] = Correspondence(signer, Verifier(), node.certificate)
    with running_hub(folder / "hub", systems=systems, gatekeeping=gate) as hub:
        yield hub, SoapAxis(hub.address, **told)


every_way = pytest.mark.parametrize("world", ["memory", *SOAP, "vxp"], indirect=True)
"""A test of what each form of a message could spoil; the others run on fewer axes."""

every_wire = pytest.mark.parametrize("world", ["memory", *SOAP, "vxp", *REST], indirect=True)
"""The same, where a wire that has no repeats and no ids passes too."""

and_edoc = pytest.mark.parametrize(
    "world", ["memory", "soap 1.1", "soap 1.2, signed", "vxp", "edoc", *REST], indirect=True
)
"""A test of what the eDoc dialect and the REST faces promise too."""


@pytest.fixture(params=["memory", "soap 1.1", "soap 1.2, signed", "vxp"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        memory = InMemoryAxis(request.getfixturevalue("agencies"), max_size=LIMIT)
        yield World(
            memory,
            lambda: setattr(memory, "failures", 1),
            lambda: setattr(memory, "lost_replies", 1),
        )
        return
    with hub_for(request.param, request) as (hub, axis):
        yield World(
            axis,
            lambda: hub.faults(Fault("*", FaultKind.UNAVAILABLE)),
            lambda: hub.faults(Fault("*", FaultKind.DROP_REPLY)),
            says_ids=request.param not in ("vxp", "edoc", *REST),
        )
        axis.close()


@pytest.fixture
def axis(world: World) -> Axis:
    return world.axis


def edxml(header: str, body: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\r\n<edXML xmlns="{NAMESPACE}">'
        f'<edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}"><edXML:edXMLHeader>'
        f"<edXML:MessageHeader>{header}</edXML:MessageHeader></edXML:edXMLHeader>"
        f"</edXML:edXMLEnvelope><AttachmentEncoded>{body}</AttachmentEncoded></edXML>\r\n"
    ).encode()


def tag(name: str, inside: object) -> str:
    return f"<edXML:{name}>{inside}</edXML:{name}>"


def message(message_id: str = "m-1", body: str = "Tiếng Việt\r\n", **changes: Any) -> Outgoing:
    fields: dict[str, Any] = {
        "message_id": message_id,
        "sender": SENDER,
        "recipients": (FIRST,),
    } | changes
    header = tag("From", tag("OrganId", fields["sender"]))
    header += "".join(tag("To", tag("OrganId", to)) for to in fields["recipients"])
    header += tag("DocumentId", message_id) + tag("Subject", message_id)
    header += tag("Code", tag("CodeNumber", 15) + tag("CodeNotation", "QĐ-UBND"))
    header += tag("PromulgationInfo", tag("PromulgationDate", "2026/11/22"))
    header += tag("OtherInfo", tag("Priority", fields.get("urgency", 0)))
    return Outgoing(**({"edxml": edxml(header, body)} | fields))


def status(message_id: str = "s-1", code: str = "05", body: str = "", **changes: Any) -> Report:
    fields: dict[str, Any] = {
        "message_id": message_id,
        "sender": FIRST,
        "recipient": SENDER,
        "document_id": "H99,2026/11/22,15/QĐ-UBND",
        "status_code": code,
    } | changes
    about = tag("OrganId", fields["recipient"]) + tag("DocumentId", fields["document_id"])
    header = tag("From", tag("OrganId", fields["sender"])) + tag("ResponseFor", about)
    header += tag("StatusCode", code) + tag("Description", message_id)
    return Report(**({"edxml": edxml(header, body)} | fields))


def base(axis_id: str) -> str:
    """Return a message's id at its sender."""
    return axis_id.partition("~")[0]


def digest(axis: Axis, waiting: Pending) -> str:
    if waiting.sha256:
        return waiting.sha256
    fetched = axis.fetch(waiting.recipient, waiting.axis_id)
    fetched.content.close()
    return fetched.sha256


def names(axis: Axis, found: list[Pending]) -> list[str]:
    """Return the ids of messages, from their contents where the axis does not say them."""
    said = []
    for waiting in found:
        if waiting.message_id:
            said.append(waiting.message_id)
            continue
        with axis.fetch(waiting.recipient, waiting.axis_id).content as content:
            said += re.findall(r"<edXML:(?:Subject|Description)>(.*?)<", content.read().decode())
    return said
