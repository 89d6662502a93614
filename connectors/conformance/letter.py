"""The messages that the suite sends, written by hand (axis.md §4, §6 and §7).

Not by this project's own writer: what judges a partner's reader must not share our mistakes.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import escape

from documents.document import VIETNAM

QCVN = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
EDOC = "http://www.e-doc.vn/Schema/"
MARK = "[THỬ NGHIỆM / TEST]"
"""Begins the subject of every message: nobody takes one for a real letter."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class File:
    """An attached file."""

    name: str
    data: bytes = field(repr=False)
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Letter:
    """A document to be sent."""

    document_id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    at: datetime
    """Aware; dated so in Vietnam."""
    files: tuple[File, ...] = (File("Thử nghiệm.pdf", PDF),)
    business: int = 0
    """0 new, 1 recall, 2 update, 3 replace (axis.md §6)."""
    about: str = ""
    """The DocumentId of what is recalled, updated or replaced."""
    priority: int = 0

    @property
    def message_id(self) -> str:
        """An id for wires that have one."""
        return f"{self.document_id}#{self.business}"

    @property
    def number(self) -> tuple[str, str]:
        """Code's number and notation."""
        number, _, notation = self.document_id.rpartition(",")[2].partition("/")
        return number, notation


@dataclass(frozen=True, slots=True)
class Status:
    """A status about a document."""

    sender: str
    organ: str
    """Whom it is told: ResponseFor/OrganId."""
    document_id: str
    code: str
    note: str
    at: datetime

    @property
    def message_id(self) -> str:
        """An id for wires that have one."""
        told = f"{self.sender}|{self.document_id}|{self.code}|{self.note}|{self.at.isoformat()}"
        return hashlib.sha256(told.encode()).hexdigest()


def date_of(at: datetime) -> str:
    """Return yyyy/MM/dd in Vietnam."""
    return at.astimezone(VIETNAM).strftime("%Y/%m/%d")


def time_of(at: datetime) -> str:
    """Return yyyy/MM/dd HH:mm:ss in Vietnam."""
    return at.astimezone(VIETNAM).strftime("%Y/%m/%d %H:%M:%S")


def _tag(name: str, text: str) -> str:
    return f"<edXML:{name}>{escape(text)}</edXML:{name}>"


def _organ(name: str, code: str) -> str:
    inside = _tag("OrganId", code) + _tag("OrganName", "Cơ quan thử nghiệm")
    return f"<edXML:{name}>{inside}</edXML:{name}>"


def message_header(letter: Letter) -> str:
    """Return MessageHeader, prefixed, in the order that the national SDK writes."""
    number, notation = letter.number
    about = ""
    if letter.business == 1:
        about = _response_for(letter.sender, letter.about, letter.at)
    return "".join(
        [
            "<edXML:MessageHeader>",
            _organ("From", letter.sender),
            *(_organ("To", code) for code in letter.to),
            _tag("DocumentId", letter.document_id),
            f"<edXML:Code>{_tag('CodeNumber', number)}{_tag('CodeNotation', notation)}",
            "</edXML:Code><edXML:PromulgationInfo>",
            _tag("Place", "Sơn Hải") + _tag("PromulgationDate", date_of(letter.at)),
            "</edXML:PromulgationInfo><edXML:DocumentType>",
            _tag("Type", "2") + _tag("TypeDetail", "18") + _tag("TypeName", "Công văn"),
            "</edXML:DocumentType>",
            _tag("Subject", letter.subject),
            f"<edXML:SignerInfo>{_tag('FullName', 'Thử Nghiệm')}</edXML:SignerInfo>",
            f"<edXML:OtherInfo>{_tag('Priority', str(letter.priority))}</edXML:OtherInfo>",
            about,
            "</edXML:MessageHeader>",
        ]
    )


def _response_for(organ: str, document_id: str, at: datetime) -> str:
    code = document_id.rpartition(",")[2]
    inside = _tag("OrganId", organ) + _tag("Code", code) + _tag("DocumentId", document_id)
    inside += _tag("PromulgationDate", date_of(at))
    return f"<edXML:ResponseFor>{inside}</edXML:ResponseFor>"


def trace_list(letter: Letter) -> str:
    """Return TraceHeaderList with Bussiness (axis.md §4.3)."""
    updated = replaced = ""
    if letter.business == 2:
        updated = _tag("DocumentId", letter.about)
    if letter.business == 3:
        ids = "".join(_tag("OrganId", code) for code in letter.to)
        info = f"{_tag('DocumentId', letter.about)}<edXML:OrganIdList>{ids}</edXML:OrganIdList>"
        replaced = (
            f"<edXML:ReplacementInfoList><edXML:ReplacementInfo>{info}"
            "</edXML:ReplacementInfo></edXML:ReplacementInfoList>"
        )
    hop = _tag("OrganId", letter.sender) + _tag("Timestamp", time_of(letter.at))
    business = _tag("BussinessDocType", str(letter.business))
    business += _tag("BussinessDocReason", "Thử nghiệm") + _tag("Paper", "0")
    return (
        f"<edXML:TraceHeaderList><edXML:TraceHeader>{hop}</edXML:TraceHeader>"
        f"<edXML:Bussiness>{updated}{business}{replaced}</edXML:Bussiness></edXML:TraceHeaderList>"
    )


def edxml(letter: Letter) -> bytes:
    """Return the whole message in the national SDK's pattern."""
    references = attachments = ""
    for place, file in enumerate(letter.files):
        named = _tag("ContentType", file.media_type) + _tag("AttachmentName", file.name)
        references += (
            f"<edXML:Reference>{_tag('ContentId', f'cid:f{place}')}{named}</edXML:Reference>"
        )
        attachments += (
            f"<Attachment><ContentId>cid:f{place}</ContentId><AttachmentName>{escape(file.name)}"
            f"</AttachmentName><ContentType>{escape(file.media_type)}</ContentType>"
            f'<edXML:ContentTransferEncoded xmlns:edXML="{QCVN}">'
            f"{base64.b64encode(file.data).decode()}</edXML:ContentTransferEncoded></Attachment>"
        )
    return enveloped(
        message_header(letter) + trace_list(letter),
        f'<edXML:edXMLManifest version="1.0">{references}</edXML:edXMLManifest>',
        attachments,
    )


def enveloped(header: str, manifest: str, attachments: str, namespace: str = QCVN) -> bytes:
    """Return edXML around what is given; *attachments* are without a prefix."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        f'<edXML xmlns="{namespace}">\r\n<edXML:edXMLEnvelope xmlns:edXML="{namespace}">'
        f"<edXML:edXMLHeader>{header}</edXML:edXMLHeader>"
        f"<edXML:edXMLBody>{manifest}</edXML:edXMLBody></edXML:edXMLEnvelope>"
        f"<AttachmentEncoded>{attachments}</AttachmentEncoded></edXML>\r\n"
    ).encode()


def status_members(status: Status) -> str:
    """Return what a status holds, prefixed."""
    return "".join(
        [
            _organ("From", status.sender),
            _response_for(status.organ, status.document_id, status.at),
            f"<edXML:StaffInfo>{_tag('Department', 'Văn thư')}{_tag('Staff', 'Thử Nghiệm')}",
            "</edXML:StaffInfo>",
            _tag("StatusCode", status.code),
            _tag("Description", status.note),
            _tag("Timestamp", time_of(status.at)),
        ]
    )


def status_edxml(status: Status) -> bytes:
    """Return a status message: a header and nothing else (axis.md §7)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        f'<edXML xmlns="{QCVN}"><edXML:edXMLEnvelope xmlns:edXML="{QCVN}"><edXML:edXMLHeader>'
        f"<edXML:MessageHeader>{status_members(status)}</edXML:MessageHeader>"
        "</edXML:edXMLHeader></edXML:edXMLEnvelope></edXML>\r\n"
    ).encode()


def pdf_of(size: int, seed: str = "x") -> bytes:
    """Return a file of *size* bytes that compresses badly and begins as a PDF."""
    stream = hashlib.shake_256(seed.encode()).digest(max(0, size - len(PDF)))
    return PDF + stream


def contents(files: Sequence[File]) -> list[bytes]:
    """Return the files' bytes, sorted: an axis may change their order."""
    return sorted(file.data for file in files)
