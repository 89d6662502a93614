"""SOAP headers that others wrote: X-Road's by PHP, WS-Security's by xmlsec1 and curl."""

import base64
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from connectors.hub.systems import Systems
from connectors.soap.security import Gatekeeping
from signing.testpki import TestPki
from tests.connectors.conftest import Hub, running_hub
from tests.connectors.foreign.journey import World
from workflows.envelope_security import Signer, Verifier

HERE = Path(__file__).parent
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"


def headers_in(envelope: str) -> list[bytes]:
    header = etree.fromstring(envelope.encode()).find(f"{SOAP}Header")
    assert header is not None
    return [etree.tostring(one, method="c14n", exclusive=True, with_tail=False) for one in header]


@pytest.mark.parametrize(
    ("operation", "arguments", "fault"),
    [
        ("GetAgencies", {}, ""),
        ("GetSentDocuments", {"agency": "H99"}, ""),
        ("GetPendingDocumentIds", {"agency": ["H98"]}, "ACCESS_DENIED"),
    ],
)
def test_x_roads_headers_come_back_unchanged(
    world: World, operation: str, arguments: dict[str, Any], fault: str
) -> None:
    command = ["php", str(HERE / "xroad.php")]
    seen = world.told(command, f"{world.hub.address}?wsdl", operation, json.dumps(arguments))
    assert seen["fault"] == fault
    asked = headers_in(seen["asked"])
    assert len(asked) == 6
    assert headers_in(seen["answered"]) == asked
    if not fault:
        assert seen["read"]["issue"] == "15/QĐ-UBND <&>"
        assert seen["read"]["service"]["serviceCode"] == operation


@pytest.fixture
def guarded(tmp_path: Path, axis_pki: TestPki) -> Iterator[Hub]:
    """A hub that knows a system by its certificate and signs its answers."""
    systems = Systems(tmp_path / "systems")
    shown = axis_pki.key("system").certificate
    systems.add("S-1", frozenset({"H99", "H99.01"}), certificates=(shown,))
    node = axis_pki.key("hub")
    gate = Gatekeeping(Verifier(), Signer(lambda: node))
    with running_hub(tmp_path / "hub", systems=systems, gatekeeping=gate) as hub:
        yield hub


def xmlsec1(*arguments: str | Path) -> bytes:
    named = [f"{SOAP[1:-1]}:Body", f"{WSU}:Timestamp", f"{WSSE11}:SignatureConfirmation"]
    ids = [word for name in named for word in ("--id-attr:Id", name)]
    *options, file = map(str, arguments)
    done = subprocess.run(
        ["xmlsec1", *options, *ids, file], capture_output=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def posted(hub: Hub, envelope: bytes) -> bytes:
    command = ["curl", "-sS", "--data-binary", "@-", "-H", "Content-Type: text/xml", hub.address]
    return subprocess.run(
        command, input=envelope, capture_output=True, check=True, timeout=30
    ).stdout


def test_what_xmlsec1_signed_is_answered_by_what_xmlsec1_verifies(
    guarded: Hub, axis_pki: TestPki, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    template = (HERE / "signed.xml").read_text()
    filled = {
        "{token}": base64.b64encode(axis_pki.key("system").certificate).decode(),
        "{created}": f"{now:%Y-%m-%dT%H:%M:%S.000Z}",
        "{expires}": f"{now + timedelta(minutes=5):%Y-%m-%dT%H:%M:%S.000Z}",
    }
    for name, value in filled.items():
        template = template.replace(name, value)
    file = tmp_path / "template.xml"
    file.write_text(template)
    key = ["--pkcs12", axis_pki.key_file("system"), "--pwd", axis_pki.passphrase("system").decode()]
    signed = xmlsec1("--sign", *key, file)

    answer = posted(guarded, signed)
    root = etree.fromstring(answer)
    assert root.find(".//{*}GetPendingDocumentIdsResponse") is not None, answer
    confirmed = root.find(f".//{{{WSSE11}}}SignatureConfirmation")
    said = etree.fromstring(signed).findtext(".//{*}SignatureValue")
    assert confirmed is not None
    assert confirmed.get("Value") == "".join((said or "").split())
    (tmp_path / "answer.xml").write_bytes(answer)
    (tmp_path / "node.der").write_bytes(axis_pki.key("hub").certificate)
    xmlsec1("--verify", "--pubkey-cert-der", tmp_path / "node.der", tmp_path / "answer.xml")

    assert b"HASH_FAILURE" in posted(guarded, signed.replace(b"H99.01", b"H99"))
    assert b"replay" in posted(guarded, signed)
