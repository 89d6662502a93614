"""Where a message goes, read from its header alone."""

import hashlib
import io
import time
import tracemalloc
from pathlib import Path

import pytest

from connectors.axis import MessageKind
from connectors.edxml.routing import About, addressed
from connectors.errors import (
    DoctypeForbidden,
    EnvelopeInvalid,
    EnvelopeTooLarge,
    KindUnsupported,
    WrongRoot,
)
from schemas.codes import BusinessType
from schemas.edxml import NAMESPACE, OLD_NAMESPACE

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "edxml"
HEADER = (
    "<From><OrganId> H99 </OrganId></From><To><OrganId>H98</OrganId></To>"
    "<To><OrganId>H97</OrganId></To><To><OrganId>H98</OrganId></To><To/>"
    "<DocumentId>d-1</DocumentId><ResponseFor/>"
    "<ResponseFor><OrganId>H98</OrganId><Code>1/QĐ</Code><DocumentId>d-0</DocumentId></ResponseFor>"
    "<OtherInfo><Priority>3</Priority></OtherInfo>"
)


def edxml(header: str = HEADER, trace: str = "", body: str = "", uri: str = NAMESPACE) -> bytes:
    return (
        f'<edXML xmlns="{uri}"><edXMLEnvelope><edXMLHeader><MessageHeader>{header}'
        f"</MessageHeader>{trace}</edXMLHeader></edXMLEnvelope>{body}</edXML>"
    ).encode()


def traced(kind: str, name: str = "Bussiness") -> str:
    return (
        f"<TraceHeaderList><{name}><{name}DocType>{kind}</{name}DocType></{name}></TraceHeaderList>"
    )


@pytest.mark.parametrize("uri", [NAMESPACE, OLD_NAMESPACE, ""])
@pytest.mark.parametrize("name", ["Bussiness", "Business"])
def test_a_documents_way_is_read_in_every_dialect(uri: str, name: str) -> None:
    way = addressed(edxml(trace=traced("3", name), uri=uri))
    assert way.kind is MessageKind.EDOC
    assert (way.sender, way.recipients, way.document_id) == ("H99", ("H98", "H97"), "d-1")
    assert way.business_type is BusinessType.REPLACE
    assert way.about == About("H98", "d-0", "1/QĐ")
    assert (way.urgency, way.status_code) == (3, "")


def test_a_status_goes_to_the_agency_it_is_about() -> None:
    way = addressed(edxml(HEADER + "<StatusCode>03</StatusCode>"))
    assert (way.kind, way.sender, way.recipients) == (MessageKind.STATUS, "H99", ("H98",))
    assert (way.status_code, way.document_id) == ("03", "")


def test_a_status_in_a_soap_body_is_read() -> None:
    status = (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns="{OLD_NAMESPACE}"><s:Header><Token/></s:Header>'
        f"<s:Body><Status>{HEADER}<StatusCode>01</StatusCode></Status></s:Body></s:Envelope>"
    )
    assert addressed(status.encode()).status_code == "01"


def test_bytes_a_file_and_an_open_file_say_the_same(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + edxml(body="x" * 100_000)
    file = tmp_path / "message"
    file.write_bytes(data)
    assert addressed(data) == addressed(file) == addressed(io.BytesIO(data))


def test_junk_before_the_prolog_is_passed_over() -> None:
    assert addressed(b"1212" + b'<?xml version="1.0"?>' + edxml()).document_id == "d-1"


def test_nothing_behind_the_header_is_judged() -> None:
    data = edxml()
    for tail in (b"<", b"&x;", b"<!DOCTYPE", b"\0\xff", b"<x:y/>"):
        assert addressed(data + tail) == addressed(data)


def test_a_message_without_an_id_is_known_by_its_content() -> None:
    sha256 = hashlib.sha256(b"x").hexdigest()
    assert addressed(edxml(trace=traced("1"))).message_id(sha256) == "d-1#1"
    assert addressed(edxml(HEADER + "<StatusCode>03</StatusCode>")).message_id(sha256) == sha256
    long = addressed(edxml(HEADER.replace("d-1", "é" * 300)))
    assert len(long.message_id(sha256)) == 66


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EnvelopeInvalid),
        (b"<a/>", WrongRoot),
        (b"<html><MessageHeader/></html>", WrongRoot),
        (edxml("<Subject>x</Subject>"), KindUnsupported),
        (b"<edXML/>", KindUnsupported),
        (edxml(trace=traced("9")), KindUnsupported),
        (b"<!DOCTYPE edXML [<!ENTITY a 'b'>]>" + edxml(), DoctypeForbidden),
        (b"<?php 1 ?>" + edxml(), DoctypeForbidden),
        (b"<edXML>" + b"<a>" * 100_000, EnvelopeTooLarge),
        (b"<edXML>" + b"<edXMLHeader/>" * 100_000, EnvelopeTooLarge),
        (b"<edXML>" + b"x" * (8 << 20), EnvelopeTooLarge),
        (b"<edXML " + b"a=''" * 10, EnvelopeInvalid),
        (edxml()[:300], EnvelopeInvalid),
        (edxml().replace(b"MessageHeader>", b"x:MessageHeader>"), EnvelopeInvalid),
        (edxml().replace(b"<DocumentId>d-1", b"<DocumentId x:y='1'>d-1"), EnvelopeInvalid),
        (
            edxml().replace(b"<edXML ", b"<x:edXML ").replace(b"/edXML>", b"/x:edXML>"),
            EnvelopeInvalid,
        ),
    ],
)
def test_what_has_no_readable_header_is_refused_soon(
    data: bytes, error: type[EnvelopeInvalid]
) -> None:
    started = time.perf_counter()
    with pytest.raises(error):
        addressed(data)
    assert time.perf_counter() - started < 3


def test_fifty_megabytes_behind_the_header_cost_nothing(tmp_path: Path) -> None:
    file = tmp_path / "large"
    with file.open("wb") as writing:
        writing.write(edxml()[: -len("</edXML>")])
        for _ in range(50):
            writing.write(b"A" * (1 << 20))
    tracemalloc.start()
    started = time.perf_counter()
    addressed(file)
    assert time.perf_counter() - started < 0.5
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_every_sample_says_where_it_goes() -> None:
    for file in SAMPLES.glob("*.edxml"):
        way = addressed(file)
        assert way.sender, file.name
        assert way.recipients, file.name
