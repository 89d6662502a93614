"""One case for each row of axis.md §14 and each difference of §4 to §8 that a reader meets."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pybase64
import pytest

from connectors.edxml import Received, read, summarise, write_edoc
from connectors.edxml.outgoing import OutgoingFile
from connectors.edxml.style import DOTNET_SDK
from connectors.errors import EnvelopeInvalid
from schemas.edxml import Edoc
from tests.connectors.edxml.dialects import (
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

PDF64 = "JVBERi0xLjcKJSVFT0YK"


def packed(*entries: tuple[str, bytes]) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return pybase64.b64encode(buffer.getvalue()).decode()


def carrying(content: str) -> str:
    return replaced(PDF64, content)


def edoc(received: Received) -> Edoc:
    assert received.edoc is not None
    return received.edoc


def file(received: Received) -> bytes:
    return received.attachments[0].read()


def inserted(markup: str, before: str, source: str = NEW) -> str:
    return replaced(before, markup + before, source)


def other_files(markup: str) -> str:
    """Return the message with *markup* in the place of AttachmentEncoded."""
    return re.sub(r"<AttachmentEncoded>.*</AttachmentEncoded>", markup, NEW, flags=re.DOTALL)


DESTROYED = pybase64.b64encode(
    (b"%PDF-1.5\n%\xb5\xb5\xb5\n" + bytes(range(128, 256))).decode("utf-8", "replace").encode()
).decode()
SIGNATURE = (
    '<Signature xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"><SignedInfo><Reference URI="">'
    "<DigestValue>eA==</DigestValue></Reference></SignedInfo><SignatureValue>eA==</SignatureValue>"
    "<KeyInfo><X509Data><X509Certificate>MIIFqTCCBJG</X509Certificate></X509Data></KeyInfo>"
    "</Signature>"
)
FEEDBACK = (
    "<edXML:Feedback><edXML:OrganId>G22</edXML:OrganId><edXML:DocumentId>7</edXML:DocumentId>"
    "</edXML:Feedback>"
)
Check = Callable[[Received], Any]
ROWS: list[tuple[str, str, set[str], Check, Any]] = [
    # §14 Root
    ("root: bare envelope", bare(NEW), {"root.bare_envelope", "attachment.missing"},
        lambda r: edoc(r).subject[:3], "V/v"),
    ("root: EdXMLEnvelope of go.vn",
        bare(NEW).replace("edXMLEnvelope", "EdXMLEnvelope").replace(NS, "http://www.go.vn/eDoc"),
        {"root.bare_envelope", "root.namespace", "attachment.missing"},
        lambda r: edoc(r).sender.organ_id, "H99.01"),
    ("root: SOAP", soap(NEW), {"root.soap", "attachment.missing"},
        lambda r: edoc(r).document_id, "H99.01,2026/03/02,015/SNV-VP"),
    # §14 Namespace
    ("namespace: old", replaced(NS, OLD), {"root.namespace"}, file, PDF),
    ("namespace: none", re.sub(r' xmlns(:edXML)?="[^"]*"', "", NEW).replace("edXML:", ""),
        {"root.namespace"}, file, PDF),
    # §14 Prefixes
    ("prefixes: all", re.sub(r"<(/?)(edXML|Att|Con|Des)(?=[>A-Z ])", r"<\1edXML:\2", NEW).replace(
        "<edXML:edXML xmlns", "<edXML:edXML xmlns:edXML"), set(), file, PDF),
    ("prefixes: none", replaced("edXML:", "").replace("xmlns:edXML", "xmlns:x"), set(), file, PDF),
    # §14 Spelling
    ("spelling: Business", replaced("Bussiness", "Business"), {"name.spelling"},
        lambda r: edoc(r).business.reason, "Văn bản điện tử mới"),
    ("spelling: DigitalSignature", inserted("<edXML:DigitalSignature/>", "</edXML:edXMLHeader>"),
        set(), file, PDF),
    ("spelling: Manifest", replaced("edXMLManifest", "Manifest"), set(), file, PDF),
    ("spelling: TypeNotation", replaced("TyperNotation", "TypeNotation"), {"name.spelling"},
        lambda r: edoc(r).other.typer_notation, "TA"),
    ("spelling: Author", replaced("SignerInfo", "Author"), {"name.spelling"},
        lambda r: edoc(r).signer.full_name, "Trần An"),
    ("spelling: Date", replaced("PromulgationDate", "Date"), {"name.spelling"},
        lambda r: str(edoc(r).promulgation.promulgation_date), "2026-03-02"),
    # §14 Order
    ("order: Bussiness first", swapped(NEW), set(), lambda r: len(edoc(r).trace), 1),
    ("order: OrganName first", re.sub(
        r"(<edXML:OrganizationInCharge>.*?</edXML:OrganizationInCharge>)(\s*)"
        r"(<edXML:OrganName>.*?</edXML:OrganName>)", r"\3\2\1", NEW), set(),
        lambda r: edoc(r).sender.organ_name, "Sở Nội vụ"),
    ("order: Mobile first", re.sub(
        r"(<edXML:Email>vanthu.*?</edXML:Email>)(\s*)(<edXML:Mobile>.*?</edXML:Mobile>)",
        r"\3\2\1", NEW), set(),
        lambda r: getattr(edoc(r).business.staff, "mobile", ""), "0900000001"),
    # §14 Empty
    ("empty: ResponseFor", inserted("<edXML:ResponseFor/>", "<edXML:SteeringType>"), set(),
        lambda r: edoc(r).response_for, ()),
    ("empty: FullName", emptied("FullName"), set(), lambda r: edoc(r).signer.full_name, ""),
    ("missing: Bussiness", without("Bussiness"), {"business.missing"},
        lambda r: int(edoc(r).business.doc_type), 0),
    ("missing: TypeDetail", without("TypeDetail"), set(),
        lambda r: edoc(r).document_type.type_detail, 0),
    ("missing: ToPlaces", without("ToPlaces"), set(), lambda r: edoc(r).to_places, ()),
    ("missing: OrganName", without("OrganName"), set(), lambda r: edoc(r).sender.organ_name, ""),
    ("missing: SignerInfo", without("SignerInfo"), set(), lambda r: edoc(r).signer.position, ""),
    # §14 Dates
    ("dates: dd/MM/yyyy", replaced("2026/03/02<", "02/03/2026<"), {"date.format"},
        lambda r: str(edoc(r).promulgation.promulgation_date), "2026-03-02"),
    ("dates: yyyy-MM-dd", replaced("2026/03/02<", "2026-03-02<"), {"date.format"},
        lambda r: str(edoc(r).promulgation.promulgation_date), "2026-03-02"),
    ("dates: with time", replaced("2026/03/02<", "02/03/2026 10:20:30<"), {"date.format"},
        lambda r: str(edoc(r).promulgation.promulgation_date), "2026-03-02"),
    ("dates: impossible in the id", replaced("H99.01,2026/03/02", "H99.01,2014/02/30"),
        {"id.date"}, lambda r: edoc(r).document_id, "H99.01,2014/02/30,015/SNV-VP"),
    ("dates: midnight", replaced("08:30:05", "00:00:00"), set(),
        lambda r: edoc(r).trace[0].timestamp, datetime(2026, 3, 1, 17, tzinfo=UTC)),
    ("dates: the year 0020", replaced("2026/03/02 08", "0020/03/02 08"), {"date.implausible"},
        lambda r: (moment := edoc(r).trace[0].timestamp) and moment.year, 20),
    # §14 Numbers, Booleans
    ("numbers: text", replaced("CodeNumber>015", "CodeNumber>74fass22"), set(),
        lambda r: edoc(r).code.code_number, "74fass22"),
    ("numbers: zeros", replaced("CodeNumber>015", "CodeNumber>000"), set(),
        lambda r: edoc(r).code.code_number, "000"),
    ("booleans: 0", replaced("Direction>false", "Direction>0"), set(),
        lambda r: edoc(r).other.direction, False),
    ("booleans: true", replaced("Paper>0", "Paper>true"), set(),
        lambda r: edoc(r).business.paper, True),
    # §14 and §4.4 Attachment
    ("attachment: a ZIP of one entry", carrying(packed(("u.pdf", PDF))), set(), file, PDF),
    ("attachment: an .edxml in a ZIP", carrying(packed(("u.edxml", b"<?xml version='1.0'?><a/>"))),
        {"attachment.content_differs"}, lambda r: file(r)[:5], b"<?xml"),
    ("attachment: AttachmentData", other_files(
        "<edXMLAttachments><AttachmentData><AttachmentName>a.pdf</AttachmentName>"
        f"<Content>{PDF64}</Content></AttachmentData></edXMLAttachments>"),
        {"attachment.form", "attachment.unlisted", "attachment.missing"}, file, PDF),
    ("attachment: AttachmentData is the text", other_files(
        f'<edXMLAttachments><AttachmentData ContentId="7">{PDF64}</AttachmentData>'
        "</edXMLAttachments>"), {"attachment.form", "attachment.unlisted", "attachment.missing",
        "attachment.renamed", "attachment.content_differs"}, file, PDF),
    ("attachment: name and value before 2016", other_files(
        f"<Attach><Attachment><name>a.pdf</name><value>{PDF64}</value></Attachment></Attach>"),
        {"attachment.form", "attachment.unlisted", "attachment.missing", "name.spelling"},
        lambda r: r.attachments[0].name, "a.pdf"),
    ("attachment: label mismatch", replaced("<ContentType>application/pdf", "<ContentType>a/zip"),
        {"attachment.type_differs"}, file, PDF),
    ("attachment: no cid:", replaced("<ContentId>cid:", "<ContentId>"), set(), file, PDF),
    ("attachment: .NET xlink alone", re.sub(
        r"<edXML:Reference>\s*<edXML:ContentId>(.*?)</edXML:ContentId>",
        r'<edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="\1">', NEW),
        set(), file, PDF),
    ("attachment: damaged base64", carrying(PDF64[:12] + "!" + PDF64[13:]),
        {"attachment.damaged"}, lambda r: edoc(r).subject[:3], "V/v"),
    ("attachment: destroyed by a text decoder", carrying(DESTROYED), {"attachment.damaged"},
        lambda r: next(w.detail for w in r.warnings if "transit" in w.detail)[:3], "PDF"),
    ("attachment: text/plain", replaced("application/pdf", "text/plain"), set(),
        lambda r: r.attachments[0].content_type, "application/pdf"),
    # §14 Bytes
    ("bytes: BOM", "\ufeff" + NEW, {"bytes.bom"}, file, PDF),
    ("bytes: LF", replaced("\r\n", "\n"), set(), file, PDF),
    ("bytes: junk before the prolog", "1212" + NEW, {"bytes.junk"}, file, PDF),
    # §14 Ids, §3.3, §3.4, §4.3
    ("ids: old", replaced("OrganId>H99.02", "OrganId>000.00.02.H99"), set(),
        lambda r: edoc(r).recipients[0].organ_id, "000.00.02.H99"),
    ("ids: enterprise", replaced("OrganId>H99.02", "OrganId>020100107370"), set(),
        lambda r: edoc(r).recipients[0].organ_id, "020100107370"),
    ("ids: tenant", replaced("OrganId>H99.02", "OrganId>vxp.saas.03"), set(),
        lambda r: edoc(r).recipients[0].organ_id, "vxp.saas.03"),
    ("ids: another agency's in DocumentId", replaced("DocumentId>H99.01,", "DocumentId>H98.01,"),
        {"id.sender"}, lambda r: edoc(r).document_id[:6], "H98.01"),
    ("trace: W00", replaced("<edXML:TraceHeader>", "<edXML:TraceHeader><edXML:OrganId>02.29.W00"
        "</edXML:OrganId><edXML:Timestamp>2026/03/02 09:00:00</edXML:Timestamp>"
        "</edXML:TraceHeader><edXML:TraceHeader>"), set(), lambda r: len(edoc(r).trace), 2),
    ("trace: null", replaced("<edXML:TraceHeader>", "<edXML:TraceHeader><edXML:OrganId>null"
        "</edXML:OrganId><edXML:Timestamp>2026/03/02 09:00:00</edXML:Timestamp>"
        "</edXML:TraceHeader><edXML:TraceHeader>"), {"trace.junk"},
        lambda r: len(edoc(r).trace), 2),
    ("trace: a hop without OrganId", replaced("<edXML:TraceHeader>", "<edXML:TraceHeader>"
        "<edXML:Timestamp>2026/03/02 09:00:00</edXML:Timestamp></edXML:TraceHeader>"
        "<edXML:TraceHeader>"), {"trace.junk", "field.invalid"},
        lambda r: edoc(r).trace[0].organ_id, ""),
    ("trace: .NET attributes", replaced("<edXML:TraceHeaderList>", '<edXML:TraceHeaderList id="1"'
        ' version="1.0" mustUnderstand="1" actor="http://schemas.xmlsoap.org/soap/actor/next">'),
        set(), lambda r: len(edoc(r).trace), 1),
    # §4.2 what only the SDK's classes have
    ("classes: tasks", inserted("<edXML:ResponseForTask><edXML:TaskCode>T1</edXML:TaskCode>"
        "</edXML:ResponseForTask>" + FEEDBACK, "</edXML:MessageHeader>"), set(),
        lambda r: (edoc(r).response_for_task, getattr(edoc(r).feedback, "organ_id", "")),
        (("T1",), "G22")),
    ("classes: ReplyFors of unknown items", inserted("<edXML:ReplyFors><edXML:x>1/UBND</edXML:x>"
        "<edXML:y>2/UBND</edXML:y></edXML:ReplyFors>", "<edXML:Direction>"), set(),
        lambda r: edoc(r).other.reply_fors, ("1/UBND", "2/UBND")),
    # §5.1, §5.2, §5.4
    ("codes: Type 71", replaced("<edXML:Type>2", "<edXML:Type>71"), set(),
        lambda r: edoc(r).document_type.type_name, "Công văn"),
    ("codes: priority 5", replaced("Priority>1", "Priority>5"), {"code.unknown"},
        lambda r: int(edoc(r).other.priority), 0),
    ("codes: a secrecy of before 2016", inserted("<edXML:Secret>1</edXML:Secret>",
        "<edXML:SphereOfPromulgation>"), {"secrecy.stated"},
        lambda r: edoc(r).other.sphere_of_promulgation, "Liên thông"),
    # §7
    ("status: 14", replaced(">02<", ">14<", STATUS), {"field.invalid"},
        lambda r: r.status and r.status.status_code, "14"),
    ("status: one digit", replaced(">02<", ">2<", STATUS), {"status.format"},
        lambda r: r.status and r.status.status_code, "02"),
    ("status: OrganId and Code exchanged", re.sub(
        r"(<edXML:ResponseFor>\s*<edXML:OrganId>)(.*?)(</edXML:OrganId>\s*<edXML:Code>)(.*?)<",
        r"\1\4\3\2<", STATUS), {"response_for.swapped"},
        lambda r: r.status and (r.status.response_for.organ_id, r.status.response_for.code),
        ("H99.01", "12/SNV-VP")),
    ("status: before the document's own day", replaced("2026/03/02 08", "2015/09/20 11", STATUS),
        set(), lambda r: r.status is not None, True),
    # §8
    ("signature: a dummy", inserted(SIGNATURE, "</edXML:edXMLHeader>"), set(),
        lambda r: "sign" in re.sub("signer", "", str(summarise(r))), False),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_known_difference_is_understood_and_told(
    row: tuple[str, str, set[str], Check, Any],
) -> None:
    _, source, warned, check, expected = row
    received = read(source.encode())
    assert check(received) == expected
    assert codes(received) == warned
    assert all(w.path or w.code.partition(".")[0] in ("root", "bytes") for w in received.warnings)


def test_an_unbound_prefix_is_refused_with_its_line() -> None:
    broken = replaced("<AttachmentEncoded>", "<x:AttachmentEncoded>")
    with pytest.raises(EnvelopeInvalid, match=r"dòng [0-9]+"):
        read(broken.encode())


def test_files_beside_the_message_are_found_by_their_content_id() -> None:
    received = read(soap(NEW).encode(), parts={"7": PDF, "8": b"unasked"})
    (found,) = received.attachments
    assert (found.name, found.read()) == ("a.pdf", PDF)
    assert codes(received) == {"root.soap"}


def test_a_message_in_the_dotnet_style_is_read_without_a_warning(new: Edoc) -> None:
    message = write_edoc(new, [OutgoingFile("a.pdf", data=PDF)], style=DOTNET_SDK)
    received = read(message)
    assert received.warnings == ()
    assert file(received) == PDF
    assert edoc(received).document_type.type == 18
