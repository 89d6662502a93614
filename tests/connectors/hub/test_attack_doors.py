"""Hostile calls at the hub's doors: each is answered by a refusal, and harms nobody else's mail."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import AgencyEntry, Axis, Outgoing, PacketState
from connectors.edoc.client import EdocAxis
from connectors.edoc.memory import Memory
from connectors.errors import AxisRefused
from connectors.hub.systems import Systems
from connectors.soap.calls import Credential
from connectors.soap.client import SoapAxis
from connectors.vxp.client import VxpAxis
from connectors.vxp.headers import FILE_TYPE, JSON_TYPE, PREFIX, call_headers, seal
from documents.errors import OfficeError
from schemas.edxml import NAMESPACE
from tests.connectors.conftest import Hub, running_hub

OURS, THEIRS = "S-1", "S-2"
NOW = datetime.now(UTC)
SINCE, UNTIL = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    systems = Systems(tmp_path_factory.mktemp("guarded") / "systems")
    return {
        OURS: systems.add(OURS, frozenset({"H99", "H99.01"})),
        THEIRS: systems.add(THEIRS, frozenset({"H99.02"})),
        "folder": str(systems._folder),
    }


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, secrets: dict[str, str]) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    with running_hub(folder, 1 << 20, Systems(Path(secrets["folder"]))) as running:
        yield running


def letter(document_id: str, sender: str = "H99", to: str = "H99.01") -> bytes:
    return (
        f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader><MessageHeader>'
        f"<From><OrganId>{sender}</OrganId></From><To><OrganId>{to}</OrganId></To>"
        f"<DocumentId>{document_id}</DocumentId></MessageHeader></edXMLHeader></edXMLEnvelope>"
        "</edXML>"
    ).encode()


def clients(hub: Hub, secrets: dict[str, str], system: str) -> dict[str, Axis]:
    root = f"http://{hub.host}"
    agency = "H99" if system == OURS else "H99.02"
    return {
        "soap": SoapAxis(hub.address, credential=Credential(system, secrets[system])),
        "vxp": VxpAxis(root, system, secrets[system]),
        "edoc": EdocAxis(f"{root}/edoc", agency, secrets[system], Memory(Path(":memory:"))),
    }


SPOOFS: dict[str, Callable[[Axis, str], object]] = {
    "send as another": lambda axis, _: axis.send(
        Outgoing("spoof", "H99", ("H99.02",), letter("spoof", to="H99.02"))
    ),
    "what waits for another": lambda axis, _: axis.pending(["H99.01"]),
    "what waits under its old code": lambda axis, _: axis.pending(["000.00.01.H99"]),
    "fetch another's": lambda axis, axis_id: axis.fetch("H99.01", axis_id).content.close(),
    "fetch as one's own": lambda axis, axis_id: axis.fetch("H99.02", axis_id).content.close(),
    "confirm another's": lambda axis, axis_id: axis.confirm("H99.01", [(axis_id, "0" * 64)]),
    "reject another's": lambda axis, axis_id: axis.reject("H99.01", axis_id, "no"),
    "what another has sent": lambda axis, _: axis.sent("H99", SINCE, UNTIL),
}


@pytest.mark.parametrize("face", ["soap", "vxp", "edoc"])
@pytest.mark.parametrize("name", SPOOFS)
def test_a_system_does_nothing_in_the_name_of_another(
    hub: Hub, secrets: dict[str, str], face: str, name: str
) -> None:
    document = f"{face} {name}"
    own = clients(hub, secrets, OURS)["vxp"]
    axis_id = own.send(Outgoing("m", "H99", ("H99.01",), letter(document))).axis_id
    before = hub.store.counts()
    stranger = clients(hub, secrets, THEIRS)[face]
    found: object = None
    with suppress(OfficeError):
        found = SPOOFS[name](stranger, axis_id)
    assert not found
    assert hub.store.counts() == before
    assert hub.store.track(axis_id)[0].state is PacketState.INITIAL
    stranger.close()
    own.close()


class Face:
    """The VXP face with whatever headers."""

    def __init__(self, hub: Hub, secret: str) -> None:
        self._host, self._secret = hub.host, secret.encode()

    def headers(self, **parameters: str) -> dict[str, str]:
        kind = FILE_TYPE if "hash-file" in parameters else JSON_TYPE
        return call_headers(OURS, self._secret, parameters, datetime.now(UTC), kind)

    def post(
        self, call: str, headers: dict[str, str] | list[tuple[str, bytes]], body: bytes = b"{}"
    ) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection(self._host, timeout=20)
        connection.putrequest("POST", f"/{call}")
        pairs = headers if isinstance(headers, list) else [*headers.items()]
        for name, value in pairs:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        said: dict[str, Any] = json.loads(answer.read())
        connection.close()
        return answer.status, said


@pytest.fixture
def face(hub: Hub, secrets: dict[str, str]) -> Face:
    return Face(hub, secrets[OURS])


def refused(answer: tuple[int, dict[str, Any]]) -> str:
    status, said = answer
    assert status == 200, said
    assert said["status"] == "FAIL"
    return str(said["ErrorDesc"])


@pytest.mark.parametrize(
    "to",
    [
        *('["\\ud800"]', '["H99.01\\u0000"]', "[1]", '{"a":1}', '"H99.01"', "1e999", "[" * 3000),
        *(
            "1" * 5000,
            '["../../x"]',
            '["H99.01", null]',
            f'["{"x" * 9000}"]',
            '["H99.01", "nobody"]',
        ),
    ],
)
def test_a_hostile_list_of_recipients_is_refused(face: Face, to: str) -> None:
    asked = {"servicetype": "eDoc", "messagetype": "edoc", "from": "H99", "to": to}
    refused(face.post("sendEdoc", face.headers(**asked), letter("to")))


@pytest.mark.parametrize(
    "body",
    [
        *(b'{"code":"H99.0\\ud800","name":"x","pcode":"H99"}', b'"\\ud800"', b"\xff\xfe", b"null"),
        *(b'{"code":"H99.05","name":"\\u0001","pcode":"H99"}', b"[" * 50_000, b'{"a":' * 10_000),
        *(b'{"code":"H99.05","name":"x","pcode":"H99\\u0000"}', b'{"code":' + b"9" * 6000 + b"}"),
        *(b'{"code":"H99.05","name":"x","pcode":"H99","mail":"\\udfff"}', b'{"code":[],"name":{}}'),
        *(b'{"code":"../../x","name":"x","pcode":"H99"}', b'{"code":"H98","name":"another\'s"}'),
        *(b'{"code":"H99","name":"our own parent"}', b'{"code":"H99.02","name":"x","pcode":"H98"}'),
    ],
)
def test_a_hostile_registration_is_refused_and_the_catalogue_stays(
    hub: Hub, face: Face, body: bytes
) -> None:
    before = hub.store.agencies()
    refused(face.post("registerAgency", face.headers(), body))
    assert hub.store.agencies() == before


@pytest.mark.parametrize("call", ["getEdoc", "updateStatus"])
@pytest.mark.parametrize(
    "doc_id",
    [
        *(
            "../../etc/passwd",
            "/etc/passwd",
            "~",
            "a~b~c",
            "%00",
            "x" * 5000,
            "x~../H99",
            "systems",
        ),
        *("'; DROP TABLE messages;--", "hub.sqlite", "..", ".", "~H99.02", "\\..\\x", "{}", "0"),
    ],
)
def test_no_id_leads_out_of_the_store(face: Face, call: str, doc_id: str) -> None:
    refused(face.post(call, face.headers(docId=doc_id, status="done")))


@pytest.mark.parametrize("code", ["", "H99", "H99.01", "../H99.01", "x" * 900, "000.00.00.H99"])
def test_nobody_deletes_itself_or_what_is_no_child_of_its_own(
    hub: Hub, face: Face, code: str
) -> None:
    before = hub.store.agencies()
    refused(face.post("deleteAgency", face.headers(AgencyCode=code)))
    assert hub.store.agencies() == before


def sealed(secret: str, signed: str, **more: str) -> list[tuple[str, bytes]]:
    named = {
        "systemid": OURS,
        "sign-header": signed,
        "hash-header": seal(secret.encode(), signed.encode()),
    }
    return [(PREFIX + name, value.encode()) for name, value in (named | more).items()]


def bent(secret: str, honest: dict[str, str]) -> dict[str, list[tuple[str, bytes]]]:
    """Return headers that each go past the seal in some way."""
    pairs = [(name, value.encode()) for name, value in honest.items()]
    plain = dict(pairs)
    signed = honest[f"{PREFIX}sign-header"]
    keys = honest[f"{PREFIX}sign-header-key"]
    other = signed.replace("H99.01", "H99.02")

    def changed(**values: bytes) -> list[tuple[str, bytes]]:
        return [*(plain | {PREFIX + k.replace("_", "-"): v for k, v in values.items()}).items()]

    return {
        "another value than was signed": changed(docId=b"other"),
        "another JSON than was sealed": changed(sign_header=other.encode()),
        "a header twice": [*pairs, (f"{PREFIX}docId", b"other")],
        "a header twice, by case": [*pairs, (f"{PREFIX.upper()}DOCID", b"other")],
        "the seal twice": [*pairs, (f"{PREFIX}hash-header", b"0" * 64)],
        "a signed name that did not come": [p for p in pairs if p[0] != f"{PREFIX}docId"],
        "another system": changed(systemid=THEIRS.encode()),
        "a system that is a path": changed(systemid=b"../systems/S-1"),
        "beyond ASCII": changed(docId="ề".encode()),
        "no seal": [p for p in pairs if p[0] != f"{PREFIX}hash-header"],
        "an empty seal": changed(hash_header=b""),
        "a seal in capitals": changed(hash_header=plain[f"{PREFIX}hash-header"].upper()),
        "fewer names than were signed": changed(sign_header_key=keys.partition(";")[2].encode()),
        "names of other headers": changed(sign_header_key=b"Host;Content-Length"),
        "JSON that says a name twice": sealed(
            secret, signed[:-1] + ',"' + PREFIX + 'docId":"other"}', **{"sign-header-key": keys}
        ),
        "a prefix within a prefix": sealed(
            secret,
            json.dumps({PREFIX + PREFIX + "docId": "x", PREFIX + "systemid": OURS}),
            **{"sign-header-key": f"{PREFIX}docId;systemid"},
        ),
        "names without the prefix": sealed(secret, '{"systemid":"S-1","docId":"x"}'),
        "a list": sealed(secret, "[]"),
        "numbers": sealed(secret, f'{{"{PREFIX}systemid":1e999}}'),
        "deep JSON": sealed(secret, '{"a":' * 5000),
        "half a pair": sealed(secret, f'{{"{PREFIX}systemid":"\\ud800"}}'),
        "too much JSON": sealed(secret, "{" + " " * 40_000 + "}"),
    }


NAMES = list(
    bent("x", {f"{PREFIX}{n}": "x" for n in ("sign-header", "sign-header-key", "hash-header")})
)


@pytest.mark.parametrize("name", NAMES)
def test_no_header_goes_past_the_seal(
    hub: Hub, face: Face, secrets: dict[str, str], name: str
) -> None:
    own = VxpAxis(f"http://{hub.host}", OURS, secrets[OURS])
    axis_id = own.send(Outgoing("m", "H99", ("H99.01",), letter(f"seal {name}"))).axis_id
    own.close()
    honest = face.headers(docId=f"{axis_id}~H99.01", status="done")
    headers = bent(secrets[OURS], honest)[name]
    text = refused(face.post("updateStatus", headers))
    assert secrets[OURS] not in text
    assert hub.store.track(axis_id)[0].state is PacketState.INITIAL
    # and the honest call is taken
    assert face.post("updateStatus", honest)[1]["status"] == "OK"


def test_what_one_face_takes_every_face_can_tell(
    hub: Hub, face: Face, secrets: dict[str, str]
) -> None:
    hub.store.put_agencies([AgencyEntry("H99.03", "A\x01B\ud800", "", "H99", "\x00")])
    ours = clients(hub, secrets, OURS)
    axis_id = ours["vxp"].send(Outgoing("m", "H99", ("H99.01",), letter("note"))).axis_id
    hub.store.move("H99.01", axis_id, PacketState.FAIL, "x\x02\udfffy")
    for axis in ours.values():
        assert "H99.03" in {entry.organ_id for entry in axis.agencies()}
    for name in ("soap", "vxp"):
        notes = {track.note for track in ours[name].sent("H99", SINCE, UNTIL)}
        assert "x  y" in notes
    for axis in ours.values():
        axis.close()
    hub.store.delete_agency("H99.03")


def test_a_refusal_is_typed(hub: Hub, secrets: dict[str, str]) -> None:
    stranger = clients(hub, secrets, THEIRS)
    for name in ("soap", "vxp"):
        with pytest.raises(AxisRefused):
            SPOOFS["reject another's"](stranger[name], "nothing")
        stranger[name].close()
    stranger["edoc"].close()
