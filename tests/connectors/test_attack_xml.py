"""Hostile XML at every reader and every door: refused, in bounded time and memory."""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any

import pytest

from connectors.edoc.intake import SwaIntake
from connectors.edoc.letter import read_edxml
from connectors.edxml import read
from connectors.edxml.routing import addressed
from connectors.errors import EnvelopeInvalid
from connectors.soap.fault import SoapFault
from connectors.soap.intake import Intake
from connectors.soap.version import SOAP11
from schemas.edxml import NAMESPACE
from schemas.xml import XmlRefused, parse
from signing.wsse import EnvelopeUntrusted, Opener
from tests.connectors.hostile_xml import MARK, SECRET, hostile

SECONDS = 10.0
"""A whole suite runs beside this one: the bound is for quadratic costs, not for speed."""
MEMORY = 64 << 20
"""Of our own objects, for messages of 11 MB."""
REFUSALS = (EnvelopeInvalid, SoapFault, XmlRefused, EnvelopeUntrusted)

EDXML = (
    f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader><MessageHeader>'
    "<From><OrganId>H99</OrganId></From><To><OrganId>H99.01</OrganId></To>"
    f"<DocumentId>{MARK}</DocumentId></MessageHeader></edXMLHeader></edXMLEnvelope></edXML>"
)
SOAP = (
    f'<s:Envelope xmlns:s="{SOAP11.namespace}"><s:Body><a:GetPendingDocumentIds '
    f'xmlns:a="urn:congvan:axis:1"><a:agency>{MARK}</a:agency></a:GetPendingDocumentIds>'
    "</s:Body></s:Envelope>"
)
SWA = (
    f'<s:Envelope xmlns:s="{SOAP11.namespace}"><s:Body><GetPendingDocumentIdsRequest>'
    f"<OrganId>{MARK}</OrganId></GetPendingDocumentIdsRequest></s:Body></s:Envelope>"
)


def fed(intake: Any, data: bytes) -> None:
    for start in range(0, len(data), 1 << 16):
        intake.feed(data[start : start + (1 << 16)])
    intake.close()


def opened(data: bytes) -> None:
    Opener().open(data, b"", at=datetime.now(UTC))


READERS: dict[str, tuple[str, Callable[[bytes], object]]] = {
    "parse": (EDXML, parse),
    "edXML": (EDXML, read),
    "routing": (EDXML, addressed),
    "edXML of the dialect": (EDXML, lambda data: read_edxml(data, 1 << 20)),
    "SOAP": (SOAP, lambda data: fed(Intake("text/xml", 1 << 20), data)),
    "SOAP with attachments": (SWA, lambda data: fed(SwaIntake("text/xml", 1 << 20), data)),
    "WS-Security": (SOAP, opened),
}


CARRIED = {"cut off", "twice", "one name by two prefixes", "unbound prefix", "the prefix xmlns"}
"""What a hub cannot see, as it reads no further than the header's end: the recipient refuses it."""


@pytest.mark.parametrize("reader", READERS)
def test_hostile_xml_is_refused_soon(reader: str) -> None:
    whole, take = READERS[reader]
    for name, data in hostile(whole):
        if reader == "routing" and name in CARRIED:
            continue
        started = time.perf_counter()
        with pytest.raises(REFUSALS) as refused:
            take(data)
        assert SECRET not in str(refused.value), name
        assert len(str(refused.value)) < 15_000_000, name
        assert time.perf_counter() - started < SECONDS, name


def test_hostile_xml_takes_little_memory() -> None:
    attacks = dict(hostile(EDXML))
    for name in ("elements", "attributes", "entity: laughs", "entity: quadratic"):
        data = attacks.pop(name)
        tracemalloc.start()
        with suppress(EnvelopeInvalid):
            read(data)
        assert tracemalloc.get_traced_memory()[1] < MEMORY, name
        tracemalloc.stop()


@pytest.fixture(scope="module")
def post(lasting_hub: Any) -> Iterator[Callable[[str, bytes], tuple[int, bytes]]]:
    def send(path: str, body: bytes) -> tuple[int, bytes]:
        connection = HTTPConnection(lasting_hub.host, timeout=SECONDS)
        kind = "text/xml" if path in ("/soap", "/edoc") else "application/octet-stream"
        connection.request("POST", path, body, {"Content-Type": kind})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    yield send
    assert lasting_hub.store.counts() == {"messages": 0, "waiting": 0}


DOORS = {"/soap": SOAP, "/edoc": SWA, "/sendEdoc": EDXML}


@pytest.mark.parametrize("path", DOORS)
def test_hostile_xml_is_refused_at_the_door(
    post: Callable[[str, bytes], tuple[int, bytes]], path: str
) -> None:
    for name, data in hostile(DOORS[path]):
        if len(data) > 2 << 20 and name not in ("long text", "depth"):
            continue  # the same refusal, by its size
        if path == "/sendEdoc" and name in CARRIED:
            continue
        started = time.perf_counter()
        _, answer = post(path, data)
        assert b"ault>" in answer or b'"FAIL"' in answer, name
        assert b"internal error" not in answer, name
        assert SECRET.encode() not in answer, name
        assert len(answer) < 10_000, name
        assert time.perf_counter() - started < SECONDS, name


INERT = {
    "XInclude": '<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" '
    'href="file:///etc/passwd"/>',
    "schemaLocation": '<x xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
    'i:schemaLocation="u http://127.0.0.1:9/x.xsd"/>',
    "xml:base": '<x xml:base="file:///etc/"/>',
    "a comment in a value": "H9<!-- x -->9",
    "CDATA": "<![CDATA[H99]]>",
}


@pytest.mark.parametrize("name", INERT)
@pytest.mark.parametrize("reader", ["edXML", "routing", "edXML of the dialect", "parse"])
def test_what_fetches_elsewhere_is_inert_here(reader: str, name: str) -> None:
    whole, take = READERS[reader]
    found: object = None
    with suppress(*REFUSALS):
        found = take(whole.replace(MARK, INERT[name]).encode())
    assert SECRET not in repr(found)


def test_a_value_is_read_whole_however_it_is_split() -> None:
    for spelt in ("H9<!-- x -->9", "<![CDATA[H99]]>", "H<![CDATA[9]]>9", "&#72;99"):
        assert addressed(EDXML.replace(MARK, spelt).encode()).document_id == "H99"
        message = read(EDXML.replace(MARK, spelt).encode())
        assert message.edoc is not None
        assert message.edoc.document_id == "H99"
