"""Hostile requests over a real socket: each is refused by a fault, soon, and the hub lives on."""

import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.soap.fault import Blame, fault_in
from connectors.soap.version import SOAP11, SOAP12, Version

XML11, XML12 = "text/xml; charset=utf-8", "application/soap+xml"
RELATED = 'multipart/related; type="application/xop+xml"; boundary="b"; start="<root>"'
SECONDS = 10.0
"""A whole suite runs beside this one: the bound is for quadratic costs, not for speed."""
A = "urn:congvan:axis:1"


@pytest.fixture(scope="module")
def post(lasting_hub: Any) -> Iterator[Any]:
    connection = HTTPConnection(lasting_hub.host, timeout=SECONDS)

    def send(body: bytes, content_type: str = XML11) -> tuple[int, bytes]:
        started = time.monotonic()
        connection.request("POST", "/soap", body, {"Content-Type": content_type})
        answer = connection.getresponse()
        result = answer.status, answer.read()
        assert time.monotonic() - started < SECONDS
        return result

    yield send
    connection.close()
    assert lasting_hub.store.counts() == {"messages": 0, "waiting": 0}


def envelope(body: str, head: str = "", version: Version = SOAP11, before: str = "") -> bytes:
    return (
        f'{before}<s:Envelope xmlns:s="{version.namespace}" xmlns:a="{A}">{head}'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def sending(edxml: str = "eA==", message_id: str = "m", extra: str = "") -> str:
    sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    return (
        f"<a:SendDocument{extra}><a:messageId>{message_id}</a:messageId><a:from>H99</a:from>"
        f"<a:to>H77</a:to><a:sentAt>2026-11-22T00:00:00Z</a:sentAt><a:urgency>0</a:urgency>"
        f"<a:sha256>{sha256}</a:sha256><a:edxml>{edxml}</a:edxml></a:SendDocument>"
    )


def related(*parts: tuple[str, bytes], end: bytes = b"\r\n--b--\r\n") -> bytes:
    body = b"".join(
        b"\r\n--b\r\n" + head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + data
        for head, data in parts
    )
    return body[2:] + end


ROOT = "Content-Type: application/xop+xml\nContent-ID: <root>"
INCLUDE = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="{}"/>'
ENTITY = '<!DOCTYPE s [<!ENTITY e "{}">]>'
LAUGHS = "<!DOCTYPE s [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
)

XML_ATTACKS = {
    "nothing": b"",
    "not xml": b"%PDF-1.7",
    "cut off": envelope(sending())[:-5],
    "NUL": envelope(sending("\0")),
    "utf-7": b'<?xml version="1.0" encoding="utf-7"?>' + envelope(sending("+AGE-")),
    "utf-16": envelope(sending()).decode().encode("utf-16"),
    "file entity": envelope(
        sending(message_id="&e;"), before='<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    ),
    "network entity": envelope(
        sending(message_id="&e;"), before='<!DOCTYPE s [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]>'
    ),
    "parameter entity": envelope(
        sending(), before='<!DOCTYPE s [<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]>'
    ),
    "external subset": envelope(sending(), before='<!DOCTYPE s SYSTEM "file:///etc/passwd">'),
    "internal entity": envelope(sending(message_id="&e;"), before=ENTITY.format("x")),
    "billion laughs": envelope(sending(message_id="&a9;"), before=LAUGHS),
    "quadratic blow-up": envelope(
        sending(message_id="&e;" * 5000), before=ENTITY.format("x" * 50_000)
    ),
    "entity in an attribute": envelope(
        sending(extra=' x="&e;&e;"'), before=ENTITY.format("x" * 50_000)
    ),
    "stylesheet": envelope(sending(), before='<?xml-stylesheet href="file:///etc/passwd"?>'),
    "instruction in the body": envelope(sending("<?php x?>")),
    "XInclude": envelope(
        sending(
            message_id='<i:include xmlns:i="http://www.w3.org/2001/XInclude"'
            ' parse="text" href="file:///etc/passwd"/>'
        )
    ),
    "undefined entity": envelope(sending("&nbsp;")),
    "depth": envelope("<x>" * 100_000),
    "closed depth": envelope("<x>" * 5000 + "</x>" * 5000),
    "many elements": envelope("<a:GetAgencies>" + "<x/>" * 120_000 + "</a:GetAgencies>"),
    "many attributes": envelope("<x " + " ".join(f"a{n}=''" for n in range(100_000)) + "/>"),
    "many namespaces": envelope("<x " + " ".join(f"xmlns:n{n}='u'" for n in range(20_000)) + "/>"),
    "long attribute": envelope(f'<x y="{"z" * 1_200_000}"/>'),
    "long text": envelope(sending(message_id="m" * 1_200_000)),
    "long name": envelope(f"<{'n' * 1_200_000}/>"),
    "unbound prefix": envelope("<q:GetAgencies/>"),
    "element inside base64": envelope(sending("eA<a:edxml>==</a:edxml>")),
    "not base64": envelope(sending("****")),
    "base64 cut off": envelope(sending("eA=")),
    "base64 goes on": envelope(sending("eA==eA==")),
    "base64 outside ASCII": envelope(sending("eAề=")),
    "content over the limit": envelope(sending("A" * 1_500_000)),
    "message over the limit": envelope(sending("A" * 8_000_000)),
    "no body": f'<s:Envelope xmlns:s="{SOAP11.namespace}"/>'.encode(),
    "empty body": envelope(""),
    "two operations": envelope("<a:GetAgencies/><a:GetAgencies/>"),
    "two bodies": envelope("<a:GetAgencies/></s:Body><s:Body><a:GetAgencies/>"),
    "body before header": envelope("<a:GetAgencies/></s:Body><s:Header/><s:Body>"),
    "body in a wrapper": envelope("", "<s:Header><s:Body><a:GetAgencies/></s:Body></s:Header>"),
    "unknown operation": envelope("<a:DropTables/>"),
    "an answer as a request": envelope("<a:GetAgenciesResponse/>"),
    "fault as a request": envelope("<s:Fault/>"),
    "no namespace": envelope("<GetAgencies/>"),
    "unknown agency characters": envelope(
        "<a:GetDocument><a:agency>' OR 1=1</a:agency><a:axisId>a</a:axisId></a:GetDocument>"
    ),
    "control characters in a name": envelope(sending(message_id="&#1;")),
    "included without parts": envelope(sending(INCLUDE.format("cid:x"))),
}


@pytest.mark.parametrize("name", XML_ATTACKS)
@pytest.mark.parametrize("version", [SOAP11, SOAP12], ids=lambda version: version.name)
def test_hostile_xml_is_refused_by_a_fault(post: Any, name: str, version: Version) -> None:
    body = XML_ATTACKS[name].replace(SOAP11.namespace.encode(), version.namespace.encode())
    status, answer = post(body, version.media_type)
    refused_unread(answer)
    assert status == (500 if version is SOAP11 else 400)
    assert b"root:" not in answer
    assert len(answer) < 5000


MIME_ATTACKS = {
    "nothing": b"",
    "no boundary in the body": envelope(sending()),
    "cut off": related((ROOT, envelope(sending())), end=b""),
    "no root": related(("Content-ID: <other>", envelope(sending()))),
    "two roots": related((ROOT, envelope(sending())), (ROOT, envelope(sending()))),
    "two parts of one id": related(
        (ROOT, envelope(sending(INCLUDE.format("cid:x")))),
        ("Content-ID: <x>", b"x"),
        ("Content-ID: <x>", b"x"),
    ),
    "no such part": related((ROOT, envelope(sending(INCLUDE.format("cid:y"))))),
    "a file as a part": related((ROOT, envelope(sending(INCLUDE.format("file:///etc/passwd"))))),
    "two includes": related(
        (ROOT, envelope(sending(INCLUDE.format("cid:x") * 2))), ("Content-ID: <x>", b"x")
    ),
    "included and inline": related(
        (ROOT, envelope(sending("eA==" + INCLUDE.format("cid:x")))), ("Content-ID: <x>", b"x")
    ),
    "included in the wrong place": related(
        (ROOT, envelope(sending(message_id=INCLUDE.format("cid:x")))), ("Content-ID: <x>", b"x")
    ),
    "one part used twice": related(
        (
            ROOT,
            envelope(
                "<a:UpdateStatus>"
                + (
                    "<a:status><a:messageId>m</a:messageId><a:from>H99</a:from><a:to>H99</a:to>"
                    "<a:documentId>d</a:documentId><a:statusCode>01</a:statusCode><a:edxml>"
                    + INCLUDE.format("cid:x")
                    + "</a:edxml></a:status>"
                )
                * 2
                + "</a:UpdateStatus>"
            ),
        ),
        ("Content-ID: <x>", b"x"),
    ),
    "too many parts": related((ROOT, b"x"), *[(f"Content-ID: <{n}>", b"") for n in range(600)]),
    "too many headers": related((ROOT + "\nX: y" * 50, envelope(sending()))),
    "long header": related((ROOT + "\nX: " + "y" * 10_000, envelope(sending()))),
    "header without a name": related((": x", envelope(sending()))),
    "DOCTYPE in the root": related((ROOT, envelope(sending(), before="<!DOCTYPE s>"))),
    "root over the limit": related((ROOT, b" " * (4_300_000))),
    "bad base64 part": related(
        (ROOT, envelope(sending(INCLUDE.format("cid:x")))),
        ("Content-ID: <x>\nContent-Transfer-Encoding: base64", b"****"),
    ),
    "part over the limit": related(
        (ROOT, envelope(sending(INCLUDE.format("cid:x")))), ("Content-ID: <x>", b"x" * 1_100_000)
    ),
}


@pytest.mark.parametrize("name", MIME_ATTACKS)
def test_hostile_mime_is_refused_by_a_fault(post: Any, name: str) -> None:
    status, answer = post(MIME_ATTACKS[name], RELATED)
    refused_unread(answer)
    assert status == 500


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/related",
        'multipart/related; boundary="' + "b" * 300 + '"',
        'multipart/related; boundary="ề"',
    ],
)
def test_a_hostile_boundary_is_refused_by_a_fault(post: Any, content_type: str) -> None:
    _, answer = post(b"--b\r\n", content_type.encode().decode("latin-1"))
    assert understood(answer).blame is Blame.CLIENT


@pytest.mark.parametrize("content_type", ["", "application/json", "text/html", ";;;", "\xff/\xff"])
def test_another_media_type_is_not_read(post: Any, content_type: str) -> None:
    status, _ = post(envelope(sending()), content_type)
    assert status == 415


@pytest.mark.parametrize("name", ["content over the limit", "message over the limit", "depth"])
def test_what_is_too_large_is_called_so(post: Any, name: str) -> None:
    _, answer = post(XML_ATTACKS[name])
    detail = understood(answer).detail
    assert detail is not None
    assert (detail.code, detail.retryable) == ("TOO_LARGE", False)


@pytest.mark.parametrize(
    ("attributes", "understandable"),
    [
        ('s:mustUnderstand="1"', False),
        ('s:mustUnderstand="0"', True),
        ("", True),
        ('s:mustUnderstand="1" s:actor="urn:somebody-else"', True),
        ('s:mustUnderstand="1" s:actor="http://schemas.xmlsoap.org/soap/actor/next"', False),
    ],
)
def test_a_header_that_must_be_understood_is_not_skipped(
    post: Any, attributes: str, understandable: bool
) -> None:
    head = f'<s:Header><t:Transaction xmlns:t="urn:t" {attributes}>5</t:Transaction></s:Header>'
    status, answer = post(envelope("<a:GetAgencies/>", head))
    if understandable:
        assert status == 200
    else:
        assert understood(answer).blame is Blame.MUST_UNDERSTAND


def test_the_same_message_without_the_attack_reaches_the_operation(post: Any) -> None:
    parts = (ROOT, envelope(sending(INCLUDE.format("cid:x")))), ("Content-ID: <x>", b"x")
    for body, content_type in [(envelope(sending()), XML11), (related(*parts), RELATED)]:
        _, answer = post(body, content_type)
        assert understood(answer).detail.code == "UNKNOWN_RECIPIENT"


def test_an_unknown_soap_version_is_named_so(post: Any) -> None:
    body = b'<Envelope xmlns="http://www.w3.org/2099/soap"><Body/></Envelope>'
    status, answer = post(body)
    assert status == 500
    assert understood(answer).blame is Blame.VERSION_MISMATCH


def refused_unread(answer: bytes) -> None:
    """The refusal must come before the operation, which would say UNKNOWN_RECIPIENT."""
    fault = understood(answer)
    assert fault.blame is Blame.CLIENT
    assert fault.detail is not None
    assert fault.detail.code in ("INVALID", "TOO_LARGE")


def understood(answer: bytes) -> Any:
    root = etree.fromstring(answer)
    version = SOAP12 if SOAP12.namespace in root.tag else SOAP11
    fault = fault_in(root[0][0], version)
    assert fault is not None, answer
    return fault


GARBAGE = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@GARBAGE
@given(
    body=st.binary(max_size=300),
    content_type=st.sampled_from([XML11, XML12, RELATED, 'multipart/related; boundary="-"']),
)
@example(body=b"--b\r\n\r\n\r\n--b--\r\n", content_type=RELATED)
@example(body=b"--b--\r\n", content_type=RELATED)
def test_garbage_is_refused_by_a_fault(post: Any, body: bytes, content_type: str) -> None:
    _, answer = post(body, content_type)
    assert understood(answer).blame in (Blame.CLIENT, Blame.VERSION_MISMATCH)


@GARBAGE
@given(
    data=st.data(),
    whole=st.sampled_from(
        [
            (XML11, envelope(sending())),
            (
                RELATED,
                related(
                    (ROOT, envelope(sending(INCLUDE.format("cid:x")))), ("Content-ID: <x>", b"x")
                ),
            ),
        ]
    ),
)
def test_a_damaged_message_never_breaks_the_hub(
    post: Any, data: st.DataObject, whole: tuple[str, bytes]
) -> None:
    content_type, body = whole
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 20)))
    damaged = body[:start] + data.draw(st.binary(max_size=8)) + body[end:]
    _, answer = post(damaged, content_type)
    fault = understood(answer)  # even undamaged: H77 is in no catalogue
    assert "internal error" not in fault.text
