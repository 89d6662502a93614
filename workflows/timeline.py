"""A document's life for people: the ledger's rows in plain words, never as they are stored.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.2 (who did what, when); ux.md §3
(a truthful timeline). What a row says besides is shown where it has a word for people; ids of
posts and the like stay in the ledger, which `congvan ledger` proves.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory
from documents.document import Role
from documents.errors import storable
from documents.step_words import ROLES, STATES, STEPS
from documents.tables import DocumentRow, LedgerRow, PersonRow
from workflows.plain_words import CHANGE_KIND, DELIVERY, STATUS

MOST = 400
"""Rows that are shown; the newest."""
_LONGEST = 600

_DEEDS: Mapping[str, str] = {
    "draft": "lập dự thảo",
    "edit": "sửa dự thảo",
    "revise": "thay tệp dự thảo",
    "renumber": "sửa số, ký hiệu",
    "settle_opinion": "tiếp thu ý kiến",
    "ask_opinion": "xin ý kiến",
    "give_opinion": "cho ý kiến",
    "order_issue": "ra lệnh phát hành",
    "edit_recipients": "đổi nơi nhận",
    "readdress": "chuyển nơi nhận",
    "use_number": "dùng số đã giữ",
    "reserve_number": "lấy số trước",
    "void_number": "hủy số",
    "set_issue_by": "đặt hạn phát hành",
    "decide_urgency": "quyết định độ khẩn",
    "check": "kiểm tra dự thảo",
    "retry": "cho thử lại",
    "warn": "hệ thống cảnh báo",
    "examine": "kiểm tra lại chữ ký số",
    "ask_recall": "yêu cầu thu hồi",
    "plan_change": "lập văn bản thu hồi, cập nhật, thay thế",
    "relate": "liên kết văn bản",
    "agree_update": "đồng ý cập nhật",
    "agree_recall": "đồng ý thu hồi",
    "agree_replace": "đồng ý thay thế",
    "refuse_recall": "từ chối thu hồi",
    "refuse_update": "từ chối cập nhật",
    "refuse_replace": "từ chối thay thế",
    "corrects_by": "được đính chính",
    "amends_by": "được sửa đổi, bổ sung",
    "replaces_by": "được thay thế",
    "recalls_by": "bị thu hồi bởi văn bản",
    "issue_on_paper": "in, đóng dấu bản giấy",
    "paper_follows": "bản giấy gửi sau",
    "copy": "sao văn bản",
    "inform": "gửi bản lưu nội bộ",
    "read_copy": "đã xem bản lưu nội bộ",
    "file_in": "đưa vào hồ sơ",
    "take_out": "rút khỏi hồ sơ",
    "take_in": "nhận văn bản",
    "fetch": "nhận từ trục",
    "receive_envelope": "nhận bì văn bản",
    "enter_paper": "vào sổ bản giấy",
    "add_scan": "thêm bản quét",
    "loan": "cho mượn bản lưu",
    "loan_return": "trả bản lưu",
    "transfer": "chuyển giao",
    "degrade": "ghi nhận mức chữ ký thấp hơn yêu cầu",
    "preserve": "nâng mức chữ ký của bản lưu",
    "freeze": "chờ chữ ký",
    "ask_right": "đề nghị đổi quyền xem",
    "confirm_right": "xác nhận quyền xem",
    "refuse_right": "không đồng ý đổi quyền xem",
    "task_give": "giao việc",
    "task_accept": "nhận việc",
    "task_start": "bắt đầu việc",
    "task_report": "báo cáo tiến độ",
    "task_complete": "hoàn thành việc",
    "task_return": "trả lại việc",
    "task_withdraw": "thu hồi việc",
    "task_reopen": "mở lại việc",
    "task_read": "đã xem việc",
    "task_pass_on": "chuyển việc",
    "task_extension_ask": "xin gia hạn",
    "task_extension_grant": "đồng ý gia hạn",
    "task_extension_refuse": "không đồng ý gia hạn",
    "shelve": "lưu để biết",
    "remark": "ghi ý kiến",
    "task_approve": "duyệt kết quả việc",
    "task_files": "thêm tệp kết quả",
    "recognise": "nhận dạng chữ trong bản quét",
    "refuse_infected": "từ chối tệp có mã độc",
    "ask_update": "yêu cầu cập nhật",
    "ask_replace": "yêu cầu thay thế",
}
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("status_", "nơi nhận báo: "),
    ("report_", "báo nơi gửi: "),
    ("give_up_", "ngừng báo nơi gửi: "),
)
"""Steps that end with a status's code."""
_SIGNING: Mapping[str, str] = {
    "opened": "mở",
    "prepared": "mở",
    "sent": "đã gửi yêu cầu",
    "waits": "đang chờ",
    "waiting": "đang chờ",
    "completed": "đã nhận chữ ký",
    "withdrawn": "rút lại",
    "expired": "hết hạn",
    "refused": "bị từ chối",
    "failed": "không thành",
    "unused": "không dùng được",
    "used": "đã dùng",
    "closed": "đã đóng",
    "fetched": "đã lấy tệp",
}
_LABELS: Mapping[str, str] = {
    "reason": "Lý do",
    "code": "Số, ký hiệu",
    "date": "Ngày",
    "to": "Nơi nhận",
    "recipient": "Nơi nhận",
    "from": "Từ",
    "added": "Thêm",
    "removed": "Bỏ",
    "late": "Chậm",
    "copies": "Số bản",
    "purpose": "Mục đích",
    "receipt_number": "Số đến",
    "answer": "Trả lời",
    "status": "Trạng thái",
    "words": "Nội dung",
    "content": "Nội dung",
    "result": "Kết quả",
    "note": "Ghi chú",
    "due_on": "Hạn",
    "due": "Hạn",
    "until": "Đến hết",
    "verdict": "Kết luận",
    "service": "Dịch vụ ký",
    "holder": "Đang giữ",
    "kind": "Hình thức",
    "original": "Bản gốc",
    "version": "Phiên bản",
    "opinion": "Ý kiến",
    "lead": "Chủ trì",
    "support": "Phối hợp",
    "through": "Qua",
    "error": "Lỗi",
    "why": "Vì sao",
    "joined": "Đã là nơi nhận",
    "settled": "Trục xác nhận đã nhận",
}
_VALUES: Mapping[str, str] = {
    **STATUS,
    **CHANGE_KIND,
    "TOTAL-PASSED": "hợp lệ",
    "INDETERMINATE": "chưa kết luận được",
    "TOTAL-FAILED": "không hợp lệ",
    "UNSIGNED": "không có chữ ký số",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as people read it."""

    sequence: int
    at: datetime
    deed: str
    """What was done, in Vietnamese."""
    who: str
    role: str
    in_stead_of: str
    """Whose right it was; empty: their own."""
    state: str
    """Where the document stood afterwards; empty where it stayed."""
    lines: tuple[tuple[str, str], ...]
    evidence: str
    """SHA-256 of what proves it."""


def events(session: Session, row: DocumentRow) -> list[Event]:
    """Return what happened to *row*, oldest first: three questions whatever its length."""
    wanted = (
        select(LedgerRow)
        .where(LedgerRow.document_id == row.id)
        .order_by(LedgerRow.at.desc(), LedgerRow.sequence.desc())
        .limit(MOST)
    )
    rows = list(session.scalars(wanted))[::-1]
    details = [_detail(each.detail) for each in rows]
    people = _people(session, rows, details)
    agencies = _agencies(session, details)
    found, before = [], ""
    for entry, detail in zip(rows, details, strict=True):
        found.append(_event(entry, detail, people, agencies, before))
        before = entry.state
    return found


def deed(step: str) -> str:
    """Return a ledger's step in Vietnamese words."""
    if known := STEPS.get(step) or _DEEDS.get(step):
        return known
    for begin, words in _PREFIXES:
        if step.startswith(begin):
            code = step.removeprefix(begin)
            return words + STATUS.get(code, code)
    for begin, words in (("sign_session_", "phiên ký: "), ("signature_", "yêu cầu ký: ")):
        if step.startswith(begin):
            return words + _SIGNING.get(step.removeprefix(begin), "ghi nhận")
    return "ghi nhận khác"


def _event(
    entry: LedgerRow,
    detail: Mapping[str, Any],
    people: Mapping[str, str],
    agencies: Mapping[str, str],
    before: str,
) -> Event:
    stead = str(detail.get("in_stead_of", ""))
    return Event(
        entry.sequence,
        datetime.fromisoformat(entry.at),
        deed(entry.step),
        people.get(entry.actor, "Hệ thống" if entry.role == Role.SYSTEM else entry.actor),
        ROLES.get(entry.role, entry.role),
        people.get(stead, stead),
        STATES.get(entry.state, "") if entry.state != before else "",
        tuple(_lines(detail, {**people, **agencies})),
        entry.evidence,
    )


def _lines(detail: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what has a word for people, at most `_LONGEST` characters each."""
    for key, label in _LABELS.items():
        if key in detail and (said := _said(detail[key], names)):
            yield label, said[:_LONGEST]


def _said(value: Any, names: Mapping[str, str]) -> str:
    match value:
        case None | "" | [] | {} | False:
            return ""
        case True:
            return "có"
        case list():
            return "; ".join(each for each in (_said(one, names) for one in value[:50]) if each)
        case dict():
            return ""
    text = storable(str(value))
    known = names.get(text) or _VALUES.get(text) or DELIVERY.get(text)
    return known or _day(text)


def _day(text: str) -> str:
    if len(text) != len("2026-11-22"):
        return text
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text


def _detail(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _people(
    session: Session, rows: Sequence[LedgerRow], details: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    ids = {row.actor for row in rows}
    for detail in details:
        for value in detail.values():
            ids |= {value} if isinstance(value, str) and len(value) <= 64 else set()
    wanted = select(PersonRow.id, PersonRow.full_name).where(PersonRow.id.in_(sorted(ids)[:900]))
    return {row.id: row.full_name for row in session.execute(wanted)}


def _agencies(session: Session, details: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    codes: dict[str, None] = {}
    for detail in details:
        for key in ("to", "from", "added", "removed", "recipient"):
            value = detail.get(key, [])
            listed = value if isinstance(value, list) else [value]
            codes |= dict.fromkeys(each for each in listed[:50] if isinstance(each, str) and each)
    if not codes:
        return {}
    found = directory.agency_rows(session, list(codes)[:200])
    return {code: agency.name for code, agency in found.items()}
