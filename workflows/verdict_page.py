"""From a stored report to the page that people read: plain words for every answer.

Legal source: Circular 15/2025/TT-BKHCN, Art. 6 (what a validator shows, in Vietnamese). Takes
the report as it is stored, so a page can be printed years later.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from documents.document import VIETNAM
from documents.report import FiledReport
from drafting.verification_page import Line, Section, Tone, VerificationPage
from signing.growth import Growth
from workflows.plain_words import (
    ALTERED,
    ANSWER,
    INTACT,
    REVOCATION,
    algorithm_text,
    certificate_text,
    conclusion,
    integrity_text,
)

TITLE = "BÁO CÁO XÁC MINH CHỮ KÝ SỐ"
SUBTITLE = "Report on digital signatures (TT 15/2025/TT-BKHCN, Điều 6; ETSI EN 319 102-1)"
_MOST_FIELDS = 12
_MOST_SIGNATURES = 64

__all__ = ["ALTERED", "INTACT", "Subject", "page_of"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the file is, as the office knows it; empty where it is only a file."""

    name: str
    """Of the file."""
    code: str = ""
    """`15/QĐ-BNV`."""
    subject: str = ""
    """Trích yếu."""
    sender: str = ""
    date: str = ""
    """dd/mm/yyyy."""


def page_of(filed: FiledReport, subject: Subject, growth: Growth | None) -> VerificationPage:
    """Return the page on one stored report."""
    report = json.loads(filed.content)
    signatures = report["signatures"][:_MOST_SIGNATURES]
    tone, vietnamese, english = conclusion(report)
    sections = [
        Section("Văn bản / Document", tuple(_document(subject, filed))),
        *(
            Section(_heading(number, one), tuple(_signature(one)))
            for number, one in enumerate(signatures, 1)
        ),
        *_growth(growth),
        *_unknown(report, signatures),
        Section("Căn cứ kiểm tra / What the verdict rests on", tuple(_basis(filed, report))),
    ]
    footer = f"SHA-256 {filed.file_sha256} · {written(filed.at)}"
    tone_of = {"good": Tone.GOOD, "bad": Tone.BAD}.get(tone, Tone.UNSURE)
    return VerificationPage(
        TITLE, SUBTITLE, tone_of, vietnamese, english, tuple(sections), filed.at, footer
    )


def written(moment: datetime) -> str:
    """Return *moment* as people in Vietnam write it, to the second, with the zone."""
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S} +07:00"


def _written(text: str | None) -> str:
    return written(datetime.fromisoformat(text)) if text else ""


def _document(subject: Subject, filed: FiledReport) -> Iterator[Line]:
    known = (
        ("Số, ký hiệu / Code", subject.code),
        ("Ngày ban hành / Date", subject.date),
        ("Trích yếu / Subject", subject.subject),
        ("Cơ quan ban hành / Sender", subject.sender),
        ("Tệp / File", subject.name),
        ("Mã băm / SHA-256", filed.file_sha256),
    )
    yield from (Line(label, value) for label, value in known if value)


def _heading(number: int, one: Mapping[str, Any]) -> str:
    if one.get("kind") == "timestamp":
        return f"{number}. Dấu thời gian của tệp / Document timestamp: {one['field']}"
    return f"{number}. Chữ ký số / Signature: {one['field']}"


def _signature(one: Mapping[str, Any]) -> Iterator[Line]:
    facts = one.get("certificate") or {}
    yield Line("Kết luận / Answer", _answer(one))
    yield Line("Người ký / Signer", one["signer"] or "không rõ / unknown")
    if organisations := "; ".join(one.get("organisations") or ()):
        yield Line("Cơ quan, tổ chức / Organisation", organisations)
    if facts:
        group = one.get("trust_group")
        issuer = facts["issuer"] + (f" ({group})" if group else "")
        yield Line("Nơi cấp, quản lý chứng thư / Issuer", issuer)
    yield Line("Thời gian ký / Signing time", _time(one))
    yield Line("Toàn vẹn / Integrity", integrity_text(one))
    if facts:
        yield Line("Chứng thư lúc ký / At signing", certificate_text(one))
        until = f"{_written(facts['not_before'])} – {_written(facts['not_after'])}"
        yield Line("Hạn chứng thư / Certificate's validity", until)
        yield Line("Số chứng thư / Serial", facts["serial"])
    yield Line("Thu hồi / Revocation", _revocation(one))
    yield Line("Thuật toán / Algorithm", algorithm_text(one))
    if one.get("level"):
        yield Line("Mức / Level", f"PAdES {one['level']}")


def _answer(one: Mapping[str, Any]) -> str:
    sub = f" / {one['sub_indication']}" if one.get("sub_indication") else ""
    reason = f": {one['reason']}" if one.get("reason") and sub else ""
    return f"{ANSWER.get(one['indication'], '')} ({one['indication']}{sub}){reason}"


def _time(one: Mapping[str, Any]) -> str:
    if one.get("proven_time"):
        by = "có dấu thời gian chứng minh / proven by a timestamp"
        return f"{_written(one['proven_time'])} ({by})"
    if one.get("claimed_time"):
        by = "theo máy người ký, chưa có dấu thời gian / claimed"
        return f"{_written(one['claimed_time'])} ({by})"
    return "không ghi / not given"


def _revocation(one: Mapping[str, Any]) -> str:
    fact = one.get("revocation") or {"status": "unknown"}
    source = f", {fact['source']}" if fact.get("source") else ""
    issued = f" ({_written(fact['issued'])})" if fact.get("issued") else ""
    return f"{REVOCATION.get(fact['status'], REVOCATION['unknown'])}{source}{issued}"


def _growth(growth: Growth | None) -> Iterator[Section]:
    """Yield what was there when it was signed, and what came afterwards."""
    if growth is None:
        return
    found = [
        Line(
            f"{field.title} ({field.name})",
            f"{field.before or '(trống / empty)'} → {field.after or '(trống / empty)'}",
        )
        for field in growth.filled[:_MOST_FIELDS]
    ]
    more = len(growth.filled) - len(found)
    if more > 0:
        found.append(Line("…", f"và {more} ô khác / and {more} more"))
    later = ", ".join(growth.signed_later) or "không / none"
    yield Section(
        f"Người ký ({growth.field}) đã ký gì, sau đó điền thêm gì / Signed, then filled in",
        (
            Line("Nội dung đã ký / Signed", f"{growth.end} byte đầu / the first {growth.end} B"),
            *(found or [Line("Điền sau / Filled later", "không / nothing")]),
            Line("Chữ ký sau đó / Signed later", later),
        ),
    )


def _unknown(report: Mapping[str, Any], signatures: Sequence[Any]) -> Iterator[Section]:
    """Yield what could not be checked, and when to try again; the law wants a warning."""
    found = []
    for number, one in enumerate(signatures, 1):
        status = (one.get("revocation") or {}).get("status")
        if status in (None, "unknown", "not-checked"):
            words = "CẢNH BÁO: chưa kiểm tra được tình trạng thu hồi / revocation not checked"
            found.append(Line(f"Chữ ký / Signature {number}", words))
        elif one["indication"] == "INDETERMINATE":
            found.append(Line(f"Chữ ký / Signature {number}", one["reason"]))
    if report.get("try_again_at"):
        found.append(Line("Thử lại lúc / Try again at", _written(report["try_again_at"])))
    if report.get("empty_fields"):
        names = ", ".join(report["empty_fields"][:_MOST_FIELDS])
        found.append(Line("Ô chưa ký / Unsigned fields", names))
    if found:
        yield Section("Chưa kiểm tra được / What could not be checked", tuple(found))


def _basis(filed: FiledReport, report: Mapping[str, Any]) -> Iterator[Line]:
    label = report.get("trust_label")
    version = f"{filed.trust_sha256[:32]}…" + (f" ({label})" if label else "")
    yield Line("Thời điểm xét / Moment", written(filed.at))
    yield Line("Chính sách / Policy", report["policy"])
    yield Line("Nơi tin cậy / Trust (SHA-256)", version)
    yield Line("Bằng chứng / Evidence (SHA-256)", f"{filed.evidence_sha256[:32]}…")
    yield Line("Báo cáo / Report (SHA-256)", f"{filed.sha256[:32]}…")
