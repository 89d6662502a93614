"""A partner's wishes, from a file of settings to the bytes that go out."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pydantic import ValidationError

from connectors.edxml import (
    DOTNET_SDK,
    JAVA_SDK,
    OutgoingFile,
    WriterStyle,
    load_styles,
    read,
    write_edoc,
    write_edoc_to,
    write_status,
)
from connectors.edxml.style import Dates, Labels, Numbering
from connectors.errors import AxisSettingsInvalid, FieldInvalid
from schemas.codes import StatusCode
from schemas.edxml import Edoc, Organization, StatusMessage
from schemas.edxml.validity import first_fault

GOLDEN = Path(__file__).parent / "golden"
PDF = OutgoingFile("công văn.pdf", data=b"%PDF-1.7\n%%EOF\n")
DSIG = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignatureValue/></Signature>'


def styled(new: Edoc, **wishes: Any) -> str:
    return write_edoc(new, [PDF], style=WriterStyle(**wishes)).decode()


def test_the_dotnet_style_goes_out_as_the_golden_file(new: Edoc) -> None:
    golden = (GOLDEN / "style" / "dotnet.edxml").read_bytes()
    assert write_edoc(new, [PDF], style=DOTNET_SDK) == golden


@pytest.mark.parametrize("code", StatusCode, ids=lambda code: code.value)
def test_each_status_goes_out_as_its_golden_file(code: StatusCode, status: StatusMessage) -> None:
    reason = "Văn bản gửi nhầm nơi nhận" if code.needs_reason else code.vietnamese
    sender, target = status.sender, status.response_for
    if code is StatusCode.RECALL_ASKED:  # axis.md §7: from the sender, to who holds the document
        sender = Organization(organ_id=target.organ_id)
        target = target.model_copy(update={"organ_id": status.sender.organ_id})
    given = {"sender": sender, "response_for": target}
    message = status.model_copy(update={**given, "status_code": code.value, "description": reason})
    written = write_status(message)
    assert written == (GOLDEN / "status" / f"{code.value}.edxml").read_bytes()
    assert read(written).status == message


def test_dates_are_written_as_asked_and_read_alike(new: Edoc, status: StatusMessage) -> None:
    for dates, day in (
        (Dates.YEAR_FIRST, "2026/03/02"),
        (Dates.DAY_FIRST, "02/03/2026"),
        (Dates.ISO, "2026-03-02"),
    ):
        message = styled(new, dates=dates)
        assert f"<edXML:PromulgationDate>{day}<" in message
        assert f"<edXML:Timestamp>{day} 08:30:05<" in message
        assert read(message.encode()).edoc == new
        assert read(write_status(status, style=WriterStyle(dates=dates))).status == status


@pytest.mark.parametrize(
    ("numbering", "numbers"),
    [(Numbering.GROUP, (2, 18)), (Numbering.NUMBER, (18, 0)), (Numbering.FIXED, (1, 0))],
)
def test_types_are_numbered_as_asked(
    new: Edoc, numbering: Numbering, numbers: tuple[int, int]
) -> None:
    edoc = read(styled(new, numbering=numbering).encode()).edoc
    assert edoc is not None
    assert (edoc.document_type.type, edoc.document_type.type_detail) == numbers


def test_labels_are_iana_names_or_the_sdks(new: Edoc) -> None:
    files = [OutgoingFile("a.doc", data=b"1"), OutgoingFile("a.pdf", data=b"2")]
    for labels, doc in ((Labels.EXTENSION, "doc"), (Labels.IANA, "msword")):
        message = write_edoc(new, files, style=WriterStyle(labels=labels)).decode()
        assert message.count(f"<ContentType>application/{doc}<") == 1
        assert message.count("<ContentType>application/pdf<") == 1


@pytest.mark.parametrize("block", [DSIG, "<Signature>x</Signature>", "<edXML:DigitalSignature/>"])
def test_a_signature_block_goes_out_where_the_sdk_has_it(new: Edoc, block: str) -> None:
    message = styled(new, signature=f"\n  {block}\n")
    header = etree.fromstring(message.encode()).find("{*}edXMLEnvelope/{*}edXMLHeader")
    assert header is not None
    assert [etree.QName(child).localname for child in header][2] in block
    assert block in message
    assert read(message.encode()).edoc == new


@pytest.mark.parametrize(
    "block",
    ["<Signature>", "<Other/>", "<Signature/><Signature/>", "x<Signature/>", "<!DOCTYPE a>", "x"],
)
def test_what_is_no_signature_block_is_refused(block: str) -> None:
    with pytest.raises(ValidationError):
        WriterStyle(signature=block)


def test_styles_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "styles.toml"
    path.write_text(
        '[lang-son]\nraw = [".PDF", "docx"]\nlabels = "iana"\ndates = "dd/MM/yyyy"\n'
        'numbering = "fixed"\nxlink = true\nattachment_cid = false\ntrace_attributes = true\n'
        'signature = """\n<Signature>\n  <SignatureValue/>\n</Signature>\n"""\n',
        "utf-8",
    )
    styles = load_styles(path)
    assert (styles["java"], styles["dotnet"]) == (JAVA_SDK, DOTNET_SDK)
    assert styles["lang-son"] == WriterStyle(
        raw=frozenset({"pdf", "docx"}),
        labels=Labels.IANA,
        dates=Dates.DAY_FIRST,
        numbering=Numbering.FIXED,
        xlink=True,
        attachment_cid=False,
        trace_attributes=True,
        signature="<Signature>\r\n  <SignatureValue/>\r\n</Signature>",
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[a]\ndates = 'MM/dd/yyyy'", "a.dates"),
        ("[a]\ncolour = 'red'", "a.colour"),
        ("[a]\nraw = [1]", "a.raw"),
        ("[a]\nsignature = '<x/>'", "a.signature"),
        ("a = 1", "a"),
        ("[a", "s.toml"),
        (None, "s.toml"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str | None, where: str) -> None:
    path = tmp_path / "s.toml"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(AxisSettingsInvalid) as caught:
        load_styles(path)
    assert str(caught.value.args[0]).startswith(where)


def test_nothing_is_written_of_what_our_xsd_refuses(
    new: Edoc, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def refusing(message: bytes) -> tuple[str, str]:
        asked.append(message)
        return "Subject", "nonsense"

    monkeypatch.setattr("connectors.edxml.writer.first_fault", refusing)
    sink = BytesIO()
    with pytest.raises(FieldInvalid, match=r"«Subject».*nonsense"):
        write_edoc_to(sink, new, [PDF])
    assert sink.getvalue() == b""
    assert b"JVBER" not in asked[0]


def test_our_xsd_names_the_element_that_is_wrong(new: Edoc) -> None:
    message = write_edoc(new, [PDF])
    assert first_fault(message) is None
    for old, wrong, name in (
        (b"<edXML:Priority>1", b"<edXML:Priority>9", "Priority"),
        (b"<edXML:Subject>", b"<edXML:Subject2/><edXML:Subject>", "Subject2"),
        (b"</edXML>", b"", "edXML"),
    ):
        fault = first_fault(message.replace(old, wrong))
        assert fault is not None
        assert fault[0] == name
        assert fault[1]
