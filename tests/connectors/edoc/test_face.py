"""The hub's eDoc face: every dialect that is known, and every message that is none."""

import hashlib
import http.client
import io
import re
from typing import Any

import pytest
from lxml import etree

from connectors.axis import MessageKind, Outgoing, Receipt
from connectors.edoc.checks import errors_in
from connectors.edoc.letter import read_edxml
from connectors.edxml import read
from connectors.hub.message import Posting
from connectors.soap.client import SoapAxis
from schemas.edoc.contract import element_schema
from tests.connectors.edoc import wire
from tests.connectors.edoc.wire import EDOC, QCVN, envelope, multipart, post
from tests.connectors.edoc.world import FIRST, PDF, SENDER, EdocHub, letter, status

PART = ("f1", "binary", PDF)


def report(answer: bytes) -> tuple[str, list[str]]:
    """Return IsSuccess and the codes of the errors."""
    root = etree.fromstring(answer)
    found = root.find(".//{*}Report")
    assert found is not None, answer
    return found.findtext("{*}IsSuccess") or "", [e.text or "" for e in found.iter("{*}Code")]


def ask(hub: EdocHub, name: str, more: str = "", organ_id: str = FIRST) -> etree._Element:
    inside = f"<OrganId>{organ_id}</OrganId><Token>t</Token>{more}"
    body = envelope("", f'<{name} xmlns="">{inside}</{name}>')
    code, _, answer = post(hub.root, body, "text/xml")
    assert code == 200, answer
    root: etree._Element = etree.fromstring(answer)
    return root


@pytest.mark.parametrize("namespace", [EDOC, QCVN, ""])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("Bussiness", "Business"),
        ("Manifest", "edXMLManifest"),
        ("Signature", "DigitalSignature"),
        ("2026/11/22", "22/11/2026"),
        ("<Subject>", "<Unknown><Deep>1</Deep></Unknown><Subject>"),
        ("<ErrorList/>", "<z:Other xmlns:z='urn:z'><z:a/></z:Other>"),
        ("<Subject>", "<z:Subject xmlns:z='urn:z'>khác</z:Subject><Subject>"),
    ],
)
def test_every_dress_of_a_letter_is_the_same_letter(
    lasting: EdocHub, namespace: str, old: str, new: str
) -> None:
    number = f"hand-{abs(hash((namespace, old, new)))}"
    header = (wire.HEADER + wire.SIGNATURE).replace("hand-1", number)
    body = envelope(header, wire.MANIFEST, namespace)
    body = (
        re.sub(rf"(?<=[</]){old}(?=[>D])", new, body)
        if old[:1].isalpha()
        else (body.replace(old, new) if old else body)
    )
    code, _, answer = post(lasting.root, multipart(body, [PART]), action="SendDocument")
    assert (code, *report(answer)) == (200, "true", [])
    newest = lasting.store.pending([FIRST], limit=1000)[-1]
    (stored,) = lasting.store.fetch(FIRST, [newest.axis_id])
    message = read(stored.content)
    assert message.edoc is not None
    assert (message.edoc.document_id, message.edoc.subject) == (number, "Thử")
    assert message.edoc.promulgation.promulgation_date is not None
    assert message.edoc.promulgation.promulgation_date.isoformat() == "2026-11-22"
    assert int(message.edoc.business.doc_type) == 0
    assert [one.read() for one in message.attachments] == [PDF]
    content = stored.content if isinstance(stored.content, bytes) else stored.content.read_bytes()
    assert b"no-token-needed" not in content


def test_the_action_may_stand_in_each_place_where_it_is_met(lasting: EdocHub) -> None:
    simple = '<GetOrganizations xmlns=""><OrganId>H99</OrganId><Token>t</Token></GetOrganizations>'
    soap12 = "http://www.w3.org/2003/05/soap-envelope"
    asked: list[tuple[str | bytes, str, str]] = [
        (envelope("", simple), "text/xml", '"GetOrganizations"'),
        (envelope("", simple), "text/xml", "http://www.e-doc.vn/Schema/GetOrganizations"),
        (envelope("", simple), "text/xml; charset=utf-8", ""),
        (envelope("", simple, soap=soap12), 'application/soap+xml; action="GetOrganizations"', ""),
        (multipart(envelope("", simple)), wire.RELATED, "GetOrganizations"),
    ]
    for body, content_type, action in asked:
        code, answered, answer = post(lasting.root, body, content_type, action)
        assert (code, *report(answer)) == (200, "true", [])
        assert answered.startswith(content_type[:8]) or "multipart" in content_type
        assert answer.count(b"<edXML:Organization>") == 3
    permission = "<CheckPermission><OrganId>H99</OrganId><Token>t</Token></CheckPermission>"
    code, _, answer = post(lasting.root, envelope(permission, ""), "text/xml", "CheckPermission")
    assert (code, *report(answer)) == (200, "true", [])


@pytest.mark.parametrize(
    ("pattern", "new", "codes"),
    [
        ("<OrganId>H99.01</OrganId>", "", ["N.MessageHeader.To.OrganId"]),
        ("<OrganId>H99.01</OrganId>", "<OrganId>H12</OrganId>", ["M.MessageHeader.To.OrganId"]),
        ("<Subject>Thử</Subject>", "", ["N.MessageHeader.Subject"]),
        ("2026/11/22</P", "30/02/2026</P", ["T.MessageHeader.PromulgationInfo.PromulgationDate"]),
        ("hand-1", "h" * 201, ["R.MessageHeader.DocumentId"]),
        ("<DocumentId>hand-1</DocumentId>", "", ["N.MessageHeader.DocumentId"]),
        ("cid:f1", "cid:f2", ["N.Attachment"]),
        ("Type>0<", "Type>9<", ["M.Document"]),
        ("<MessageHeader>.*</MessageHeader>", "", ["M.Document"]),
    ],
)
def test_what_a_letter_lacks_is_said_by_its_code(
    lasting: EdocHub, pattern: str, new: str, codes: list[str]
) -> None:
    body = re.sub(pattern, new, wire.DOCUMENT, flags=re.DOTALL)
    assert body != wire.DOCUMENT
    _, _, answer = post(lasting.root, multipart(body, [PART]), action="SendDocument")
    assert report(answer) == ("false", codes)


def test_the_same_document_with_other_content_exists(lasting: EdocHub) -> None:
    body = wire.DOCUMENT.replace("hand-1", "exists-1")
    other = body.replace("Thử", "Khác")
    _, _, first = post(lasting.root, multipart(body, [PART]))
    _, _, again = post(lasting.root, multipart(body, [PART]))
    assert first == again
    _, _, answer = post(lasting.root, multipart(other, [PART]))
    assert report(answer) == ("false", ["M.Exist"])


BOMB = '<!DOCTYPE a [<!ENTITY b "c">]>' + wire.DOCUMENT.partition("?>")[2]
TAIL = b"\r\n--B--\r\n"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (multipart(BOMB, [PART]), wire.RELATED),
        (multipart(wire.DOCUMENT, [PART]).removesuffix(TAIL), wire.RELATED),
        (multipart(wire.DOCUMENT, [PART, PART]), wire.RELATED),
        (multipart(wire.DOCUMENT, [("f1", "base64", b"!!!!")]), wire.RELATED),
        (multipart(wire.DOCUMENT, [("f1", "base64", b"QUJD\r\nQU")]), wire.RELATED),
        (multipart(wire.DOCUMENT, [("f1", "quoted-printable", b"=41")]), wire.RELATED),
        (multipart(wire.DOCUMENT, [(f"f{n}", "binary", b"") for n in range(600)]), wire.RELATED),
        (multipart(wire.DOCUMENT, [(f"g{n}", "binary", b"") for n in range(150)]), wire.RELATED),
        (multipart(wire.DOCUMENT, [PART]), wire.RELATED + '; start="<none>"'),
        (multipart(wire.DOCUMENT, [PART]), wire.RELATED.replace("boundary=B", "")),
        (multipart(wire.DOCUMENT, [PART]), wire.RELATED.replace("=B", "=" + "B" * 300)),
        (b"", wire.RELATED),
        (b"\r\n" * 1000, wire.RELATED),
        (b"", "text/xml"),
        (b"<a/>", "text/xml"),
        (b"<a" * 100_000, "text/xml"),
        (("<a>" * 100_000).encode(), "text/xml"),
        (envelope("", "").replace("<S:Body>", "<S:Body/><S:Body>").encode(), "text/xml"),
        (envelope("", "").encode(), "text/xml"),
        (envelope("", "<Unheard/>").encode(), "text/xml"),
        (envelope("", "<a/>" * 60_000).encode(), "text/xml"),
        (b"x" * 40_000_000, "text/xml"),
    ],
)
def test_what_is_no_message_is_a_fault_and_nothing_else(
    lasting: EdocHub, body: bytes, content_type: str
) -> None:
    before = lasting.store.counts()["messages"]
    code, answered, answer = post(lasting.root, body, content_type)
    assert code == 500
    assert answered.startswith("text/xml")
    assert etree.fromstring(answer).find(".//{*}Fault") is not None
    assert lasting.store.counts()["messages"] == before


def test_a_media_type_that_is_not_soap_is_refused(lasting: EdocHub) -> None:
    assert post(lasting.root, b"{}", "application/json")[0] == 415
    assert post(lasting.root, b"", "")[0] == 415


def test_what_is_asked_wrongly_is_answered_by_a_code(lasting: EdocHub) -> None:
    for name, more, code in [
        ("GetDocumentRequest", "<documentId>999999</documentId>", "M.DocumentId"),
        ("GetDocumentRequest", "<documentId>-1</documentId>", "M.DocumentId"),
        ("GetDocumentRequest", f"<documentId>{'9' * 5000}</documentId>", "M.DocumentId"),
        ("ConfirmReceived", "", "M.DocumentId"),
        ("GetTraces", "", "N.TimeStamp"),
        ("GetTraces", "<TimeStamp>hôm qua</TimeStamp>", "T.TimeStamp"),
    ]:
        answer = etree.tostring(ask(lasting, name, more))
        assert report(answer) == ("false", [code])


def test_a_statuss_code_is_two_digits() -> None:
    for code, errors in (("03", []), ("3", ["T.Status.StatusCode"]), ("", ["N.Status.StatusCode"])):
        data = re.sub(rb"(StatusCode>)03<", rf"\g<1>{code}<".encode(), status())
        read_letter = read_edxml(data, 1 << 20)
        assert [name for name, _ in errors_in(read_letter)] == errors


def test_answers_meet_our_own_schema(edoc_hub: EdocHub, client: Any) -> None:
    axis = client(edoc_hub)
    axis.send(Outgoing("m-1", SENDER, (FIRST,), letter()))
    (waiting,) = axis.pending([FIRST])
    number = f"<documentId>{waiting.axis_id}</documentId>"
    schema = element_schema()
    asked = [
        ("GetPendingDocumentIdsRequest", ""),
        ("GetOrganizations", ""),
        ("ConfirmReceived", number),
        ("ConfirmReceived", "<documentId>99</documentId>"),
        ("GetTraces", "<TimeStamp>2026/01/01 00:00:00</TimeStamp>"),
    ]
    for name, more in asked:
        body = ask(edoc_hub, name, more, SENDER if name == "GetTraces" else FIRST)[-1]
        schema.assertValid(body[0])
    inside = f"<OrganId>{FIRST}</OrganId><Token>t</Token>{number}"
    asked_for = envelope("", f'<GetDocumentRequest xmlns="">{inside}</GetDocumentRequest>')
    _, content_type, answer = post(edoc_hub.root, asked_for, "text/xml")
    assert content_type.startswith('multipart/related; type="text/xml"; start="<')
    root = etree.fromstring(answer.split(b"\r\n\r\n", 2)[1].split(b"\r\n--")[0])
    for element in (*root[0], *root[1]):
        schema.assertValid(element)


def test_what_came_over_soap_is_read_here_and_the_other_way_round(
    edoc_hub: EdocHub, client: Any
) -> None:
    edoc = client(edoc_hub)
    soap = SoapAxis(f"{edoc_hub.root}/soap")
    soap.send(Outgoing("m-1", SENDER, (FIRST,), letter("1")))
    (waiting,) = edoc.pending([FIRST])
    with edoc.fetch(FIRST, waiting.axis_id).content as content:
        assert content.read() == letter("1")
    edoc.confirm(FIRST, [(waiting.axis_id, "")])

    receipt = edoc.send(Outgoing("m-2", SENDER, (FIRST,), letter("2")))
    assert isinstance(receipt, Receipt)
    (there,) = soap.pending([FIRST])
    with soap.fetch(FIRST, there.axis_id).content as content:
        assert content.read() == letter("2")
    assert there.message_id == "H99,2026/11/22,2/QĐ-UBND#0"
    # 01, written by the eDoc face, comes over SOAP
    (told,) = soap.pending([SENDER], MessageKind.STATUS)
    with soap.fetch(SENDER, told.axis_id).content as content:
        message = read(content.read()).status
    assert message is not None
    assert message.status_code == "01"
    soap.close()


def test_what_is_no_edxml_is_not_given_out_as_some(edoc_hub: EdocHub) -> None:
    """Another face takes whatever it is given; this one says that it cannot dress it."""
    for number, content in enumerate([b"\0", b"<a/>", b"<edXML/>", status()]):
        sha256 = hashlib.sha256(content).hexdigest()
        posting = Posting(
            f"x-{number}", MessageKind.EDOC, SENDER, (FIRST,), sha256, len(content),
            io.BytesIO(content),
        )  # fmt: skip
        edoc_hub.store.accept([posting])
    root = ask(edoc_hub, "GetPendingDocumentIdsRequest")
    numbers = [e.text for e in root.iter("{*}DocumentId")]
    assert len(numbers) == 4
    for waiting in numbers:
        answer = ask(edoc_hub, "GetDocumentRequest", f"<documentId>{waiting}</documentId>")
        assert report(etree.tostring(answer))[0] == "false"
        ask(edoc_hub, "ConfirmReceived", f"<documentId>{waiting}</documentId>")
    assert list(ask(edoc_hub, "GetPendingDocumentIdsRequest").iter("{*}DocumentId")) == []


def test_the_wsdl_says_that_it_is_ours(lasting: EdocHub) -> None:
    connection = http.client.HTTPConnection(lasting.root.removeprefix("http://"), timeout=10)
    connection.request("GET", "/edoc?wsdl")
    text = connection.getresponse().read()
    connection.close()
    assert b"congvan's own WSDL" in text
    assert f'location="{lasting.address}"'.encode() in text
