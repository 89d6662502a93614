"""Messages as other systems write them: what a tolerant reader must accept (axis.md §14)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from connectors.conformance.letter import EDOC, QCVN, Letter, edxml

_PREFIX = re.compile(rb"(</?)edXML:")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One difference and how it is written."""

    vietnamese: str
    english: str
    write: Callable[[bytes], bytes]

    def of(self, letter: Letter) -> bytes:
        """Return *letter* in the dialect."""
        return self.write(edxml(letter))


def _swapped(data: bytes) -> bytes:
    """Put Bussiness before TraceHeader."""
    return re.sub(
        rb"(<edXML:TraceHeader>.*?</edXML:TraceHeader>)(<edXML:Bussiness>.*?</edXML:Bussiness>)",
        rb"\2\1",
        data,
        flags=re.DOTALL,
    )


def _without(name: bytes) -> Callable[[bytes], bytes]:
    pattern = re.compile(b"<edXML:%s>.*?</edXML:%s>" % (name, name), re.DOTALL)
    return lambda data: pattern.sub(b"", data)


def _dated(order: bytes) -> Callable[[bytes], bytes]:
    pattern = re.compile(rb"(PromulgationDate>)(\d{4})/(\d\d)/(\d\d)")
    return lambda data: pattern.sub(order, data)


def _unprefixed(data: bytes) -> bytes:
    return _PREFIX.sub(rb"\1", data)


DIALECTS = {
    "no_prefix": Dialect("không tiền tố", "no prefixes", _unprefixed),
    "other_prefix": Dialect(
        "tiền tố khác",
        "other prefixes",
        lambda data: _PREFIX.sub(rb"\1ns0:", data).replace(b"xmlns:edXML=", b"xmlns:ns0="),
    ),
    "business_spelling": Dialect(
        "viết Business thay cho Bussiness",
        "Business in place of Bussiness",
        lambda data: data.replace(b"Bussiness", b"Business"),
    ),
    "business_first": Dialect("Bussiness trước TraceHeader", "Bussiness first", _swapped),
    "no_business": Dialect("không có Bussiness", "no Bussiness", _without(b"Bussiness")),
    "no_signer": Dialect("không có SignerInfo", "no SignerInfo", _without(b"SignerInfo")),
    "no_organ_name": Dialect("không có OrganName", "no OrganName", _without(b"OrganName")),
    "empty_elements": Dialect(
        "phần tử rỗng",
        "empty elements",
        lambda data: data.replace(
            b"</edXML:OtherInfo>",
            b"</edXML:OtherInfo><edXML:ResponseFor/><edXML:ToPlaces/><edXML:Content></edXML:Content>",
        ),
    ),
    "date_day_first": Dialect("ngày dd/MM/yyyy", "dates dd/MM/yyyy", _dated(rb"\1\4/\3/\2")),
    "date_iso": Dialect("ngày yyyy-MM-dd", "dates yyyy-MM-dd", _dated(rb"\1\2-\3-\4")),
    "date_impossible": Dialect(
        "ngày không có thật", "an impossible date", _dated(rb"\g<1>2026/02/31")
    ),
    "number_text": Dialect(
        "số văn bản có chữ",
        "letters in CodeNumber",
        lambda data: data.replace(b"<edXML:CodeNumber>", b"<edXML:CodeNumber>74fass"),
    ),
    "old_namespace": Dialect(
        "không gian tên e-doc.vn cũ",
        "the old e-doc.vn namespace",
        lambda data: data.replace(QCVN.encode(), EDOC.encode()),
    ),
    "bom": Dialect("có BOM", "a byte order mark", lambda data: b"\xef\xbb\xbf" + data),
    "lf_only": Dialect("dòng kết thúc LF", "LF line ends", lambda d: d.replace(b"\r\n", b"\n")),
    "no_declaration": Dialect(
        "không có khai báo XML", "no XML declaration", lambda data: data.partition(b"?>\r\n")[2]
    ),
    "dotnet_trace": Dialect(
        "TraceHeaderList kiểu .NET (id, mustUnderstand, actor)",
        "TraceHeaderList as .NET writes it",
        lambda data: data.replace(
            b"<edXML:TraceHeaderList>",
            b'<edXML:TraceHeaderList id="t" version="1.0" mustUnderstand="1"'
            b' actor="http://schemas.xmlsoap.org/soap/actor/next">',
        ),
    ),
    "null_hop": Dialect(
        "chặng có OrganId «null» hoặc không có",
        "a hop whose OrganId is null or missing",
        lambda data: data.replace(
            b"<edXML:TraceHeader>",
            b"<edXML:TraceHeader><edXML:Timestamp>2026/01/01 00:00:00</edXML:Timestamp>"
            b"</edXML:TraceHeader><edXML:TraceHeader><edXML:OrganId>null</edXML:OrganId>"
            b"</edXML:TraceHeader><edXML:TraceHeader>",
            1,
        ),
    ),
    "content_id_bare": Dialect(
        "ContentId không có cid:",
        "ContentId without cid:",
        lambda data: data.replace(b"<ContentId>cid:", b"<ContentId>"),
    ),
    "comment": Dialect(
        "có chú thích XML",
        "an XML comment",
        lambda data: data.replace(b"<edXML:From>", b"<!-- x --><edXML:From>", 1),
    ),
}
"""By name."""
