"""Content in every form: inline, MTOM, swaRef, and messages that mix them."""

from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

import pytest
from lxml import etree

from connectors.soap import wire
from connectors.soap.form import Form
from connectors.soap.intake import Intake
from connectors.soap.model import shared_model
from connectors.soap.version import VERSIONS, Version
from schemas.axis.contract import XSD

A = "urn:congvan:axis:1"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
INCLUDE = (
    '<edxml><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:{}"/></edxml>'
)
REFERENCE = "<edxmlRef>cid:{}</edxmlRef>"
MTOM = 'multipart/related; type="application/xop+xml"; boundary="b"; start="<root>"'
SWAREF = 'multipart/related; type="text/xml"; boundary="b"; start="<root>"'
CONTENT = b"\r\n\0PDF" + bytes(range(256)) * 90 + b"%%EOF\r\n"


def statuses(*contents: str) -> bytes:
    told = "".join(
        f"<status><messageId>s-{number}</messageId><from>H99.01</from><to>H99</to>"
        f"<documentId>d</documentId><statusCode>01</statusCode>{content}</status>"
        for number, content in enumerate(contents)
    )
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><UpdateStatus xmlns="{A}">{told}</UpdateStatus>'
        "</s:Body></s:Envelope>"
    ).encode()


def package(root: bytes, *parts: tuple[str, bytes]) -> bytes:
    body = b"--b\r\nContent-ID: <root>\r\n\r\n" + root
    for name, data in parts:
        body += f"\r\n--b\r\nContent-ID: <{name}>\r\n\r\n".encode() + data
    return body + b"\r\n--b--\r\n"


def posted(hub: Any, body: bytes, content_type: str) -> tuple[str, bytes]:
    connection = HTTPConnection(hub.host, timeout=20)
    connection.request("POST", "/soap", body, {"Content-Type": content_type})
    answer = connection.getresponse()
    found = answer.headers["Content-Type"], answer.read()
    connection.close()
    return found


@pytest.mark.parametrize("content_type", [MTOM, SWAREF])
def test_one_message_may_mix_all_three_forms(hub: Any, content_type: str) -> None:
    root = statuses("<edxml>eA==</edxml>", INCLUDE.format("b"), REFERENCE.format("c%40axis"))
    _, answer = posted(hub, package(root, ("b", b"second"), ("c@axis", CONTENT)), content_type)
    assert answer.count(b"axisId>") == 6, answer
    found = hub.store.fetch("H99", [one.axis_id for one in hub.store.pending(["H99"])])
    contents = [
        one.content if isinstance(one.content, bytes) else one.content.read_bytes() for one in found
    ]
    assert contents == [b"x", b"second", CONTENT]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("text/xml", "text/xml"),
        (MTOM, "application/xop+xml"),
        (SWAREF, 'multipart/related; type="text/xml"'),
    ],
)
def test_the_answer_comes_in_the_form_of_the_request(hub: Any, asked: str, answered: str) -> None:
    posted(hub, statuses("<edxml>eA==</edxml>"), "text/xml")
    (waiting,) = hub.store.pending(["H99"])
    envelope = (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><GetDocument xmlns="{A}"><agency>H99</agency>'
        f"<axisId>{waiting.axis_id}</axisId></GetDocument></s:Body></s:Envelope>"
    ).encode()
    body = envelope if asked == "text/xml" else package(envelope)
    content_type, answer = posted(hub, body, asked)
    assert answered in content_type
    assert (b"Include" in answer) == (asked == MTOM)
    assert (b"edxmlRef>cid:" in answer) == (asked == SWAREF)
    assert (b">eA==<" in answer) == (asked == "text/xml")


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("form", Form)
def test_what_goes_out_meets_the_published_schema(version: Version, form: Form) -> None:
    model = shared_model()
    values = {"agency": "H99", "axisId": "a", "kind": "edoc", "from": "H99", "messageId": "m"}
    document = {name: values[name] for name in ("axisId", "kind", "from", "messageId")}
    answer = {"document": [document | {"sha256": "0" * 64, "edxml": b""}]}
    envelope = model.response(version, "GetDocument", answer)
    out = wire.written(form, version, envelope, [wire.Content.of(CONTENT)])
    if form is not Form.MTOM:  # XOP's infoset has base64 where its octets have Include
        etree.XMLSchema(etree.parse(XSD)).assertValid(envelope[-1][0])
    data = b"".join(out.chunks())
    assert len(data) == out.length
    intake = Intake(out.content_type, 1 << 20)
    intake.feed(data)
    message = intake.close()
    assert message.form is form
    assert [blob.read() for blob in message.blobs] == [CONTENT]
    found = model.response_values("GetDocument", message.body)
    assert found.document[0].messageId == "m"
    message.close()


def bad(content: str, *parts: tuple[str, bytes]) -> Callable[[], tuple[bytes, str]]:
    return lambda: (package(statuses(content), *parts), SWAREF)


HOSTILE: dict[str, Callable[[], tuple[bytes, str]]] = {
    "no such part": bad(REFERENCE.format("x")),
    "a file": bad("<edxmlRef>file:///etc/passwd</edxmlRef>", ("x", b"x")),
    "the network": bad("<edxmlRef>http://127.0.0.1:9/</edxmlRef>", ("x", b"x")),
    "no name": bad("<edxmlRef>cid:</edxmlRef>", ("x", b"x")),
    "the root itself": bad(REFERENCE.format("root")),
    "elements in a reference": bad("<edxmlRef>cid:x<a/></edxmlRef>", ("x", b"x")),
    "both": bad("<edxml>eA==</edxml>" + REFERENCE.format("x"), ("x", b"x")),
    "neither": bad("", ("x", b"x")),
    "the same part twice": lambda: (
        package(statuses(REFERENCE.format("x"), REFERENCE.format("x")), ("x", b"x")),
        SWAREF,
    ),
    "outside multipart": lambda: (statuses(REFERENCE.format("x")), "text/xml"),
    "base64 as a reference": lambda: (statuses("<edxmlRef>eA==</edxmlRef>"), "text/xml"),
    "a reference as base64": bad("<edxml>cid:x</edxml>", ("x", b"x")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_reference_is_refused_by_a_fault(lasting_hub: Any, name: str) -> None:
    body, content_type = HOSTILE[name]()
    _, answer = posted(lasting_hub, body, content_type)
    root = etree.fromstring(answer)
    assert root.findtext(".//{*}AxisFault/{*}code") == "INVALID"
    assert b"root:" not in answer
    assert lasting_hub.store.counts()["messages"] == 0
