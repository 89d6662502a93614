"""Every difference that axis.md §14 lists is understood, and told as a warning with its place."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.edxml import read, summarise
from connectors.errors import (
    DoctypeForbidden,
    EnvelopeInvalid,
    EnvelopeTooLarge,
    KindUnsupported,
    WrongRoot,
)
from schemas.codes import BusinessType
from tests.connectors.edxml.dialects import (
    GOLDEN,
    NEW,
    NS,
    OLD,
    PDF,
    STATUS,
    bare,
    codes,
    emptied,
    replaced,
    soap,
    swapped,
    without,
)

SAME: list[tuple[str, str, set[str]]] = [
    ("default namespace only", replaced("edXML:", "").replace("xmlns:edXML", "xmlns:x"), set()),
    ("another prefix", replaced("edXML:", "q:").replace("xmlns:edXML", "xmlns:q"), set()),
    ("LF line ends", replaced("\r\n", "\n"), set()),
    ("one line", replaced("\r\n", ""), set()),
    ("no declaration", NEW.split("\r\n", 1)[1], set()),
    ("utf-16 declared, utf-8 written", replaced('"UTF-8"', '"utf-16"'), set()),
    ("byte order mark", "\ufeff" + NEW, {"bytes.bom"}),
    ("junk before the prolog", "1212" + NEW, {"bytes.junk"}),
    ("both before the prolog", "\ufeff 12\r\n" + NEW, {"bytes.bom", "bytes.junk"}),
    ("old namespace", replaced(NS, OLD), {"root.namespace"}),
    ("namespace that the axis rejects", replaced(NS, "http://www.go.vn/eDoc"), {"root.namespace"}),
    ("another case", replaced("DocumentId>", "documentId>"), {"name.spelling"}),
    ("TypeNotation", replaced("TyperNotation>", "TypeNotation>"), {"name.spelling"}),
    ("Business", replaced("Bussiness>", "Business>"), {"name.spelling"}),
    ("BusinessDocType", replaced("BussinessDoc", "BusinessDoc"), {"name.spelling"}),
    ("Bussiness before the hops", swapped(NEW), set()),
    ("Author", replaced("SignerInfo>", "Author>"), {"name.spelling"}),
    ("Function", replaced("Position>", "Function>"), {"name.spelling"}),
    ("Date", replaced("PromulgationDate>", "Date>"), {"name.spelling"}),
    ("Manifest", replaced("edXMLManifest", "Manifest"), set()),
    ("dd/MM/yyyy", replaced("2026/03/02<", "02/03/2026<"), {"date.format"}),
    ("d/M/yyyy", replaced("2026/03/02<", "2/3/2026<"), {"date.format"}),
    ("yyyy-MM-dd", replaced("2026/03/02<", "2026-03-02<"), {"date.format"}),
    ("ISO time", replaced("2026/03/02<", "2026-03-02T00:00:00+07:00<"), {"date.format"}),
    ("date with time", replaced("2026/03/02<", "2026/03/02 08:00:00<"), {"date.format"}),
    ("time dd/MM/yyyy", replaced("2026/03/02 08", "02/03/2026 08"), {"date.format"}),
    ("time in UTC", replaced("2026/03/02 08:30:05", "2026-03-02T01:30:05Z"), {"date.format"}),
    ("cid not written below", replaced("<ContentId>cid:", "<ContentId>"), set()),
    ("cid nowhere", replaced("cid:", ""), set()),
    ("comments", replaced("<edXML:Code>", "<!-- c --><edXML:Code><!-- d -->"), set()),
    ("CDATA", replaced("JVBERi0xLjcKJSVFT0YK", "<![CDATA[JVBERi0xLjcKJSVFT0YK]]>"), set()),
    ("wrapped base64", replaced("JVBERi0xLjcK", "\r\n JVBE\r\n\tRi0xLjcK "), set()),
    ("attachment prefixed", replaced("Attachment>", "edXML:Attachment>").replace(
        "<edXML:Attachment>", f'<edXML:Attachment xmlns:edXML="{NS}">'), set()),
    ("header signature", replaced(
        "</edXML:edXMLHeader>", "<Signature><SignedInfo/></Signature></edXML:edXMLHeader>"), set()),
    ("empty DigitalSignature", replaced(
        "</edXML:edXMLHeader>", "<edXML:DigitalSignature/></edXML:edXMLHeader>"), set()),
    ("trace attributes", replaced(
        "<edXML:TraceHeaderList>", '<edXML:TraceHeaderList id="1" version="1.0">'), set()),
    ("empty ResponseFor", replaced(
        "<edXML:SteeringType>", "<edXML:ResponseFor/><edXML:SteeringType>"), set()),
    ("ResponseFor of empty parts", replaced("<edXML:SteeringType>",
        "<edXML:ResponseFor><edXML:OrganId></edXML:OrganId><edXML:Code/></edXML:ResponseFor>"
        "<edXML:SteeringType>"), set()),
    ("reference by xlink", replaced("<edXML:Reference>",
        '<edXML:Reference xmlns:xlink="x" xlink:href="cid:1" xlink:type="simple">'), set()),
    ("an element of another dialect", replaced(
        "<edXML:Subject>", "<edXML:Unheard>1</edXML:Unheard><edXML:Subject>"),
        {"element.ignored"}),
    ("a repeated element", replaced(
        "<edXML:Content>", "<edXML:Subject>2</edXML:Subject><edXML:Content>"),
        {"element.repeated"}),
    ("decomposed text", replaced("Sở Nội vụ", "Sơ\u0309 Nội vụ"), {"text.not_nfc"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "warned"), SAME, ids=[row[0] for row in SAME])
def test_says_the_same_in_another_dialect(name: str, source: str, warned: set[str]) -> None:
    plain, received = read(NEW.encode()), read(source.encode())
    assert plain.warnings == ()
    assert received.edoc == plain.edoc
    assert [file.read() for file in received.attachments] == [PDF]
    assert codes(received) == warned


DIFFERENT: list[tuple[str, str, str, dict[str, Any]]] = [
    ("impossible date", replaced("2026/03/02<", "2026/02/30<"), "date.unreadable",
        {"promulgation_date": "2026/02/30"}),
    ("no date at all", replaced("2026/03/02<", "ngày 2<"), "date.unreadable",
        {"promulgation_date": "ngày 2"}),
    ("empty date", replaced("2026/03/02<", "<"), "field.invalid", {"promulgation_date": None}),
    ("no OrganName", without("OrganName"), "", {"from": {"organ_id": "H99.01", "name": None}}),
    ("empty FullName", emptied("FullName"), "", {"signer": None}),
    ("no SignerInfo", without("SignerInfo"), "", {"signer": None}),
    ("no TypeDetail", without("TypeDetail"), "", {"type_name": "Công văn"}),
    ("unknown Type", replaced("<edXML:Type>2", "<edXML:Type>71"), "", {"type_name": "Công văn"}),
    ("Type in words", replaced("<edXML:Type>2", "<edXML:Type>hai"), "number.unreadable",
        {"type_name": "Công văn"}),
    ("no Bussiness", without("Bussiness"), "business.missing", {"business_type": 0}),
    ("no TraceHeaderList", without("TraceHeaderList"), "business.missing", {"business_type": 0}),
    ("number with letters", replaced("<edXML:CodeNumber>015", "<edXML:CodeNumber>74fass22"), "",
        {"code_number": "74fass22"}),
    ("number of zeros", replaced("<edXML:CodeNumber>015", "<edXML:CodeNumber>000"), "",
        {"code_number": "000"}),
    ("no Code", without("Code"), "field.invalid", {"code_number": None, "code_notation": None}),
    ("a UUID for DocumentId", replaced("H99.01,2026/03/02,015/SNV-VP", "9fbfbad2-f1f8"), "",
        {"document_id": "9fbfbad2-f1f8"}),
    ("impossible date inside DocumentId", replaced("H99.01,2026/03/02", "H99.01,2014/02/30"), "",
        {"document_id": "H99.01,2014/02/30,015/SNV-VP"}),
    ("junk in the trace", replaced(
        "<edXML:TraceHeader>", "<edXML:TraceHeader><edXML:OrganId>null</edXML:OrganId>"
        "</edXML:TraceHeader><edXML:TraceHeader/><edXML:TraceHeader>"), "field.invalid", {}),
    ("tenant's code", replaced("<edXML:OrganId>H99.02", "<edXML:OrganId>vxp.saas.03"), "",
        {"to": [{"organ_id": "vxp.saas.03", "name": "Sở Tài chính <R&D>"},
                {"organ_id": "000.00.00.G22", "name": None}]}),
    ("a recipient twice", replaced("<edXML:OrganId>000.00.00.G22", "<edXML:OrganId>H99.02"),
        "field.invalid", {"kind": "edoc"}),
    ("subject too long", replaced("<edXML:Subject>", "<edXML:Subject>" + "x" * 600),
        "field.invalid", {"kind": "edoc"}),
    ("unknown priority", replaced("<edXML:Priority>1", "<edXML:Priority>5"), "code.unknown", {}),
    ("odd flag", replaced("<edXML:Direction>false", "<edXML:Direction>có"), "flag.unreadable", {}),
    ("a huge number", replaced("<edXML:PageAmount>7", "<edXML:PageAmount>" + "9" * 99),
        "number.unreadable", {}),
    ("bare envelope", bare(NEW), "root.bare_envelope", {"attachments": []}),
    ("SOAP", soap(NEW), "root.soap", {"document_id": "H99.01,2026/03/02,015/SNV-VP"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "warned", "members"), DIFFERENT, ids=[row[0] for row in DIFFERENT])  # fmt: skip  # noqa: E501
def test_what_is_missing_or_odd_is_not_refused(
    name: str, source: str, warned: str, members: dict[str, Any]
) -> None:
    received = read(source.encode())
    summary = summarise(received)
    assert {member: summary[member] for member in members} == members
    assert warned in codes(received) or not warned
    assert all(warning.detail for warning in received.warnings)


def test_a_warning_names_its_element() -> None:
    received = read(replaced("2026/03/02<", "02/03/2026<").encode())
    (warning,) = received.warnings
    assert warning.path == "PromulgationInfo/PromulgationDate"
    assert "02/03/2026" in str(warning)


def test_warnings_are_bounded() -> None:
    stray = "".join(f"<edXML:X{n}/>" for n in range(1000))
    received = read(replaced("<edXML:Subject>", stray + "<edXML:Subject>").encode())
    assert len(received.warnings) == 200


def test_times_are_vietnams_and_given_in_utc() -> None:
    edoc = read(NEW.encode()).edoc
    assert edoc is not None
    assert edoc.trace[0].timestamp == datetime(2026, 3, 2, 1, 30, 5, tzinfo=UTC)
    assert edoc.promulgation.promulgation_date == date(2026, 3, 2)


@pytest.mark.parametrize("kind", BusinessType, ids=lambda kind: kind.name.lower())
def test_each_kind_of_document_is_told_apart(kind: BusinessType) -> None:
    data = (GOLDEN / f"{kind.name.lower()}.edxml").read_bytes()
    assert summarise(read(data))["business_type"] == kind


def test_a_recall_names_its_target() -> None:
    summary = summarise(read((GOLDEN / "recall.edxml").read_bytes()))
    assert summary["response_for"] == {
        "organ_id": "H99.01",
        "code": "12/SNV-VP",
        "document_id": "H99.01,2026/02/27,12/SNV-VP",
        "promulgation_date": "2026-02-27",
    }


def test_a_status_is_summarised_with_every_member() -> None:
    assert summarise(read(STATUS.encode())) == {
        "kind": "status",
        "from": {"organ_id": "H99.02", "name": "Sở Tài chính"},
        "to": [],
        "document_id": None,
        "code_number": None,
        "code_notation": None,
        "subject": None,
        "type_name": None,
        "promulgation_place": None,
        "promulgation_date": None,
        "signer": None,
        "business_type": None,
        "status_code": "02",
        "response_for": {
            "organ_id": "H99.01",
            "code": "12/SNV-VP",
            "document_id": "H99.01,2026/02/27,12/SNV-VP",
            "promulgation_date": "2026-02-27",
        },
        "attachments": [],
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("written", "read_as", "warned"),
    [("2", "02", {"status.format"}), ("14", "14", {"field.invalid"}), ("05", "05", set())],
)
def test_a_status_code_stays_text(written: str, read_as: str, warned: set[str]) -> None:
    received = read(replaced(">02<", f">{written}<", STATUS).encode())
    assert summarise(received)["status_code"] == read_as
    assert codes(received) == warned


def test_a_soap_status_without_message_header_is_read() -> None:
    inner = re.search(r"<edXML:From>.*</edXML:Timestamp>", STATUS, re.DOTALL)
    assert inner
    source = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<edXML:Status xmlns:edXML="{OLD}">{inner.group()}</edXML:Status></s:Body></s:Envelope>'
    )
    assert read(source.encode()).status == read(STATUS.encode()).status


REFUSED: list[tuple[str, str | bytes, type[EnvelopeInvalid], str]] = [
    ("nothing", "", EnvelopeInvalid, "edxml.not_well_formed"),
    ("a PDF", PDF, EnvelopeInvalid, "edxml.not_well_formed"),
    ("cut off", NEW[:3000], EnvelopeInvalid, "edxml.not_well_formed"),
    ("unbound prefix", replaced("xmlns:edXML=", "xmlns:other="), EnvelopeInvalid,
        "edxml.not_well_formed"),
    ("not utf-8", NEW.encode("cp1258", "replace"), EnvelopeInvalid, "edxml.not_well_formed"),
    ("much junk", "1" * 2000 + NEW, EnvelopeInvalid, "edxml.not_well_formed"),
    ("DOCTYPE", replaced("<edXML xmlns", "<!DOCTYPE edXML><edXML xmlns"), DoctypeForbidden,
        "edxml.doctype"),
    ("stylesheet", replaced("<edXML xmlns", "<?xml-stylesheet href='x'?><edXML xmlns"),
        DoctypeForbidden, "edxml.doctype"),
    ("HTML", "<html><body/></html>", WrongRoot, "edxml.wrong_root"),
    ("edXML of nobody", replaced(NS, "urn:nobody"), WrongRoot, "edxml.wrong_root"),
    ("no header", f'<edXML xmlns="{NS}"/>', KindUnsupported, "edxml.unsupported_kind"),
    ("empty header", f'<edXML xmlns="{NS}"><MessageHeader/></edXML>', KindUnsupported,
        "edxml.unsupported_kind"),
    ("unknown business", replaced("DocType>0", "DocType>9"), KindUnsupported,
        "edxml.unsupported_kind"),
    ("status without code", emptied("StatusCode", STATUS), KindUnsupported,
        "edxml.unsupported_kind"),
    ("too deep", "<edXML>" * 100, EnvelopeTooLarge, "edxml.too_large"),
    ("too much text", replaced("<edXML:Subject>", "<edXML:Subject>" + "x" * (4 << 20)),
        EnvelopeTooLarge, "edxml.too_large"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "family", "code"), REFUSED, ids=[row[0] for row in REFUSED])  # fmt: skip  # noqa: E501
def test_what_cannot_be_understood_is_refused(
    name: str, source: str | bytes, family: type[EnvelopeInvalid], code: str
) -> None:
    with pytest.raises(family) as caught:
        read(source.encode() if isinstance(source, str) else source)
    assert caught.value.code == code
    assert caught.value.as_dict()["remedy"]


def test_the_line_of_bad_xml_is_named() -> None:
    broken = replaced("<edXML:Code>", "<edXML:Code><x:y/>")
    line = broken[: broken.index("<x:y/>")].count("\n") + 1
    with pytest.raises(EnvelopeInvalid, match=rf"dòng {line}:.*line {line}:"):
        read(broken.encode())
