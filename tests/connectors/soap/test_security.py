"""Who may call the hub's SOAP face, over real sockets: secrets, certificates, signatures."""

import base64
import secrets
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from connectors.access import AxisSettings
from connectors.axis import MessageKind, Outgoing
from connectors.errors import (
    AccessDenied,
    AxisOutcomeUnknown,
    AxisSettingsInvalid,
    AxisUnavailable,
)
from connectors.hub.faults import Fault, FaultKind
from connectors.hub.systems import Systems
from connectors.opening import open_axis
from connectors.soap.calls import Credential
from connectors.soap.client import SoapAxis
from connectors.soap.security import Correspondence, Gatekeeping
from connectors.soap.version import SOAP11
from signing.testpki import TestPki
from tests.connectors.conftest import running_hub
from workflows.envelope_security import Signer, Verifier, correspondence

SECRET = secrets.token_hex(16)
MESSAGE = Outgoing("m", "H99", ("H99.01",), b"<edXML>x</edXML>")
AGENCIES = '<GetAgencies xmlns="urn:congvan:axis:1"/>'
PENDING = (
    '<GetPendingDocumentIds xmlns="urn:congvan:axis:1"><agency>{}</agency></GetPendingDocumentIds>'
)


def envelope(body: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP11.namespace}"><s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, axis_pki: TestPki) -> Iterator[Any]:
    """A hub that asks who calls: S-1 speaks for two agencies and has a certificate."""
    folder = tmp_path_factory.mktemp("guarded")
    systems = Systems(folder / "systems")
    certificate = axis_pki.key("system").certificate
    systems.add("S-1", frozenset({"H99", "H99.01"}), SECRET, certificates=(certificate,))
    systems.add("S-2", frozenset({"H99.02"}), SECRET[::-1])
    node = axis_pki.key("hub")
    gate = Gatekeeping(Verifier(), Signer(lambda: node))
    with running_hub(folder / "hub", systems=systems, gatekeeping=gate) as running:
        yield running


@pytest.fixture
def signer(axis_pki: TestPki) -> Signer:
    key = axis_pki.key("system")
    return Signer(lambda: key)


def posted(
    hub: Any, body: bytes, authorization: str = "", content_type: str = "text/xml"
) -> tuple[int, Any, bytes]:
    connection = HTTPConnection(hub.host, timeout=20)
    headers = {"Content-Type": content_type}
    if authorization:
        headers["Authorization"] = authorization
    connection.request("POST", "/soap", body, headers)
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


def basic(system_id: str, secret: str) -> str:
    return Credential(system_id, secret).header


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic ***",
        "Bearer x",
        basic("S-1", "wrong"),
        basic("S-9", SECRET),
        basic("../S-1", SECRET),
        "Basic " + base64.b64encode(b"S-1").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
    ],
    # the secret is another one in each process of the tests
    ids=range(9),
)
def test_without_the_right_secret_the_answer_is_401_and_says_how(
    guarded: Any, authorization: str
) -> None:
    status, headers, answer = posted(guarded, envelope(AGENCIES), authorization)
    assert status == 401
    assert headers["WWW-Authenticate"].startswith("Basic ")
    assert etree.fromstring(answer).findtext(".//{*}AxisFault/{*}code") == "ACCESS_DENIED"


def test_a_system_speaks_for_its_own_agencies_only(guarded: Any) -> None:
    one = SoapAxis(guarded.address, credential=Credential("S-1", SECRET))
    other = SoapAxis(guarded.address, credential=Credential("S-2", SECRET[::-1]))
    receipt = one.send(MESSAGE)
    now = datetime.now(UTC)
    calls: list[Callable[[], object]] = [
        lambda: other.send(MESSAGE),
        lambda: other.pending(["H99.02", "H99.01"]),
        lambda: other.fetch("H99.01", receipt.axis_id),
        lambda: other.confirm("000.00.01.H99", [(receipt.axis_id, "0" * 64)]),
        lambda: other.reject("H99.01", receipt.axis_id, "x"),
        lambda: other.settle(MESSAGE),
        lambda: other.sent("H99", now, now),
        lambda: other.received("H99.01", now, now, MessageKind.EDOC),
    ]
    for call in calls:
        with pytest.raises(AccessDenied):
            call()
    assert [one.axis_id for one in one.pending(["000.00.01.H99"])] == [receipt.axis_id]
    assert other.pending(["H99.02"]) == []
    assert len(other.agencies()) == 3
    one.close()
    other.close()


def test_a_wrong_secret_is_a_refusal_not_a_retry(guarded: Any) -> None:
    axis = SoapAxis(guarded.address, credential=Credential("S-1", "no"))
    with pytest.raises(AccessDenied):
        axis.send(MESSAGE)
    assert "no" not in repr(Credential("S-1", "no")).replace("none", "")
    axis.close()


def moved(signed: bytes) -> bytes:
    root = etree.fromstring(signed)
    body = root[-1]
    etree.SubElement(root[0], "{urn:evil}Wrapper").append(body)
    evil = etree.SubElement(root, body.tag)
    evil.append(etree.fromstring(PENDING.format("H99.02")))
    return etree.tostring(root)


def copied(signed: bytes) -> bytes:
    root = etree.fromstring(signed)
    evil = etree.fromstring(etree.tostring(root[-1]))
    evil[0][0].text = "H99"
    root.insert(1, evil)
    return etree.tostring(root)


FORGERIES: dict[str, Callable[[bytes], bytes]] = {
    "body changed": lambda signed: signed.replace(b"H99.01", b"H99.00"),
    "body moved aside": moved,
    "second body": copied,
    "signature cut out": lambda signed: (
        signed[: signed.index(b"<ds:Signature ")]
        + signed[signed.index(b"</ds:Signature>") + len(b"</ds:Signature>") :]
    ),
    "a header that must be understood": lambda signed: signed.replace(
        b"<s:Header>", b'<s:Header><t:x xmlns:t="urn:t" s:mustUnderstand="1"/>'
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_envelope_is_refused_whatever_secret_comes_with_it(
    guarded: Any, signer: Signer, name: str
) -> None:
    signed = signer.sign(envelope(PENDING.format("H99.01")), datetime.now(UTC)).octets
    forged = FORGERIES[name](signed)
    assert forged != signed
    for authorization in ("", basic("S-1", SECRET)):
        status, _, answer = posted(guarded, forged, authorization)
        assert status == 500
        assert b"PendingDocumentIdsResponse" not in answer
        assert etree.fromstring(answer).find(".//{*}Fault") is not None


def test_a_signed_request_is_answered_once_and_signed(
    guarded: Any, signer: Signer, axis_pki: TestPki
) -> None:
    request = signer.sign(envelope(PENDING.format("H99.01")), datetime.now(UTC))
    status, _, answer = posted(guarded, request.octets)
    assert status == 200
    node = axis_pki.key("hub").certificate
    opened = Verifier().open(answer, node, datetime.now(UTC), request.value)
    assert b"GetPendingDocumentIdsResponse" in opened.octets
    status, _, answer = posted(guarded, request.octets)
    assert status == 500
    assert b"replay" in answer


def test_a_signature_and_a_secret_are_of_one_system(guarded: Any, signer: Signer) -> None:
    request = signer.sign(envelope(AGENCIES), datetime.now(UTC)).octets
    _, _, answer = posted(guarded, request, basic("S-2", SECRET[::-1]))
    assert b"another system" in answer
    assert posted(guarded, request, basic("S-1", SECRET))[0] == 200


def test_a_certificate_that_is_not_registered_admits_nobody(
    guarded: Any, axis_pki: TestPki
) -> None:
    key = axis_pki.key("other")
    request = Signer(lambda: key).sign(envelope(AGENCIES), datetime.now(UTC)).octets
    status, _, answer = posted(guarded, request)
    assert status == 500
    assert b"not registered" in answer


def test_a_signed_body_vouches_for_its_attachment(guarded: Any, signer: Signer) -> None:
    body = (
        '<UpdateStatus xmlns="urn:congvan:axis:1"><status><messageId>s</messageId>'
        "<from>H99.01</from><to>H99</to><documentId>d</documentId><statusCode>01</statusCode>"
        "{}<edxmlRef>cid:a</edxmlRef></status></UpdateStatus>"
    )
    for digest, expected in (("", b"INVALID"), (f"<sha256>{'0' * 64}</sha256>", b"DIGEST")):
        root = signer.sign(envelope(body.format(digest)), datetime.now(UTC)).octets
        answer = posted(guarded, *related(root))[2]
        assert expected in answer


def related(root: bytes) -> tuple[bytes, str, str]:
    body = (
        b"--b\r\nContent-ID: <r>\r\n\r\n"
        + root
        + b"\r\n--b\r\nContent-ID: <a>\r\n\r\nother content\r\n--b--\r\n"
    )
    return body, "", 'multipart/related; type="text/xml"; boundary="b"; start="<r>"'


def test_an_answer_that_is_not_signed_by_the_axis_counts_for_nothing(
    guarded: Any, signer: Signer, axis_pki: TestPki
) -> None:
    stranger = axis_pki.key("other").certificate
    axis = SoapAxis(guarded.address, correspondence=Correspondence(signer, Verifier(), stranger))
    with pytest.raises(AxisOutcomeUnknown, match="another certificate"):
        axis.send(MESSAGE)
    with pytest.raises(AxisUnavailable, match="another certificate"):
        axis.agencies()
    axis.close()
    with running_hub(guarded.store.folder.parent / "plain") as plain:
        node = axis_pki.key("hub").certificate
        axis = SoapAxis(plain.address, correspondence=Correspondence(signer, Verifier(), node))
        with pytest.raises(AxisUnavailable, match=r"understood|not signed"):
            axis.agencies()
        axis.close()


def test_settings_open_an_axis_that_signs(guarded: Any, axis_pki: TestPki, tmp_path: Path) -> None:
    keys = axis_pki.key_file("system").parent
    pem = ssl.DER_cert_to_PEM_cert(axis_pki.key("hub").certificate)
    (tmp_path / "axis.pem").write_text(pem)
    settings = AxisSettings(
        url=guarded.address, signing_key="system", peer_certificate=Path("axis.pem")
    )
    axis = open_axis(settings, tmp_path, correspondence(settings, tmp_path, keys))
    assert len(axis.agencies()) == 3
    axis.close()
    for lacking in ("signing_key", "peer_certificate"):
        half = settings.model_copy(update={lacking: None if "peer" in lacking else ""})
        with pytest.raises(AxisSettingsInvalid, match=lacking):
            correspondence(half, tmp_path, keys)
    with pytest.raises(AxisSettingsInvalid):
        open_axis(settings, tmp_path)


def test_a_lost_answer_to_a_signed_message_is_settled_by_asking(
    guarded: Any, signer: Signer, axis_pki: TestPki
) -> None:
    node = axis_pki.key("hub").certificate
    axis = SoapAxis(guarded.address, correspondence=Correspondence(signer, Verifier(), node))
    outgoing = Outgoing("signed", "H99", ("H99.01",), b"x" * 300_000)
    guarded.faults(Fault("SendDocument", FaultKind.DROP_REPLY))
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(outgoing)
    assert axis.settle(outgoing) == axis.send(outgoing)
    axis.close()
