"""States and ETSI's answers in words that a clerk understands, Vietnamese first.

Standard: ETSI EN 319 102-1, tables 5 and 6. Legal sources: Circular 15/2025/TT-BKHCN, Art. 6;
Decree 30/2020/ND-CP, Art. 10 to 24 (states). Programs get the codes, people `tên (code)`.
"""

from collections.abc import Mapping
from typing import Any

from documents.change import ChangeKind, ChangeState
from documents.delivery import DeliveryState
from documents.sign_session import Operation, SessionState
from documents.signature_request import STATE_NAMES
from documents.step_words import STATES

DOCUMENT = STATES
DELIVERY: Mapping[str, str] = {
    DeliveryState.QUEUED: "chờ gửi",
    DeliveryState.OUTCOME_UNKNOWN: "chưa rõ đã gửi",
    DeliveryState.SENT: "đã gửi",
    DeliveryState.FAILED: "gửi lỗi",
    DeliveryState.ARRIVED: "đã đến",
    DeliveryState.REFUSED: "từ chối tiếp nhận",
    DeliveryState.ACCEPTED: "đã tiếp nhận",
    DeliveryState.ASSIGNED: "đã phân công",
    DeliveryState.PROCESSING: "đang xử lý",
    DeliveryState.COMPLETED: "đã hoàn thành",
    DeliveryState.RECALL_ASKED: "đang lấy lại",
    DeliveryState.RECALLED: "đồng ý lấy lại",
    DeliveryState.RECALL_REFUSED: "từ chối lấy lại",
}
STATUS: Mapping[str, str] = {
    "01": "đã đến",
    "02": "từ chối tiếp nhận",
    "03": "đã tiếp nhận",
    "04": "phân công",
    "05": "đang xử lý",
    "06": "hoàn thành",
    "13": "lấy lại",
    "15": "đồng ý lấy lại",
    "16": "từ chối lấy lại",
}
CHANGE: Mapping[str, str] = {
    ChangeState.PLANNED: "chưa hỏi",
    ChangeState.ASKED: "đã hỏi",
    ChangeState.AGREED: "đồng ý",
    ChangeState.REFUSED: "từ chối",
    ChangeState.NOT_HELD: "nơi nhận không giữ",
    ChangeState.DROPPED: "bỏ",
}
CHANGE_KIND: Mapping[str, str] = {
    ChangeKind.RECALL: "thu hồi",
    ChangeKind.UPDATE: "cập nhật",
    ChangeKind.REPLACE: "thay thế",
}
REQUEST = STATE_NAMES
SESSION: Mapping[str, str] = {
    SessionState.OPEN: "đang mở",
    SessionState.USED: "đã dùng",
    SessionState.EXPIRED: "hết hạn",
    SessionState.CLOSED: "đã đóng",
}
OPERATION: Mapping[str, str] = {
    Operation.APPROVED: "ký phê duyệt",
    Operation.ISSUED: "phát hành",
}
ANSWER: Mapping[str, str] = {
    "TOTAL-PASSED": "HỢP LỆ / valid",
    "INDETERMINATE": "CHƯA KẾT LUẬN ĐƯỢC / not decided",
    "TOTAL-FAILED": "KHÔNG HỢP LỆ / not valid",
    "UNSIGNED": "KHÔNG CÓ CHỮ KÝ SỐ / unsigned",
}
COVERAGE: Mapping[str, str] = {
    "ENTIRE_FILE": "ký toàn bộ tệp",
    "ENTIRE_REVISION": "ký toàn bộ phiên bản",
    "CONTIGUOUS_BLOCK_FROM_START": "chỉ ký phần đầu tệp",
    "UNCLEAR": "không rõ phần được ký",
}

_BROKEN = ("HASH_FAILURE", "SIG_CRYPTO_FAILURE")
INTACT = "Còn nguyên vẹn / intact"
ALTERED = "KHÔNG nguyên vẹn / NOT intact"
REVOCATION = {
    "good": "chưa bị thu hồi / not revoked",
    "revoked": "ĐÃ BỊ THU HỒI / REVOKED",
    "unknown": "chưa rõ / unknown",
    "not-checked": "không kiểm tra / not checked",
}
MODIFICATION: Mapping[str, str] = {
    "NONE": "không thêm gì sau chữ ký / nothing came after",
    "LTA_UPDATES": "sau đó chỉ thêm dữ liệu lưu trữ / only archival data came after",
    "FORM_FILLING": "sau đó chỉ điền ô và ký như được phép / only filling and signing that it "
    "permits came after",
    "ANNOTATIONS": "sau đó có thêm chú thích / annotations came after",
    "OTHER": "sau đó có sửa đổi khác / other changes came after",
}
_CERTIFICATE = {
    "OUT_OF_BOUNDS_NO_POE": "hết hạn hoặc chưa có hiệu lực / expired or not yet valid",
    "NOT_YET_VALID": "chưa có hiệu lực / not yet valid",
    "REVOKED": "đã bị thu hồi / revoked",
    "REVOKED_NO_POE": "đã bị thu hồi, không chứng minh được ký trước đó / revoked, no earlier "
    "signing is proven",
    "REVOKED_CA_NO_POE": "nơi cấp đã bị thu hồi / its issuer is revoked",
    "NO_CERTIFICATE_CHAIN_FOUND": "không dẫn tới nơi được tin cậy / no chain to a trusted root",
    "CHAIN_CONSTRAINTS_FAILURE": "không dùng để ký / not for signing",
}
_SENTENCES = {
    "TOTAL-PASSED": (
        "good",
        "HỢP LỆ: {0} chữ ký số đều nguyên vẹn, người ký được tin cậy; nội dung không bị sửa "
        "ngoài những ô được phép điền sau khi ký.",
        "Valid: all {0} signatures hold, their signers are trusted, and nothing was changed but "
        "what may be filled in after signing.",
    ),
    "INDETERMINATE": (
        "unsure",
        "CHƯA KẾT LUẬN ĐƯỢC: chưa đủ căn cứ để coi {0} chữ ký số là hợp lệ. Chưa dùng văn bản "
        "này như bản gốc cho đến khi kiểm tra lại.",
        "Not decided: what is known does not suffice to hold the signatures ({0}) valid.",
    ),
    "TOTAL-FAILED": (
        "bad",
        "KHÔNG HỢP LỆ: chữ ký bị hỏng hoặc nội dung đã bị sửa sau khi ký. Không sử dụng văn bản "
        "này; liên hệ nơi gửi.",
        "Not valid: a signature is broken, or what it protects was changed. Do not use the file.",
    ),
}


def named(names: Mapping[str, str], code: str) -> str:
    """Return *code* for people: its Vietnamese name in *names*, the code in brackets."""
    return f"{names[code].partition(' / ')[0]} ({code})" if code in names else code


def conclusion(report: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return how the verdict is framed (good, unsure, bad) and its sentence in both languages."""
    found = [one for one in report["signatures"] if one.get("kind") != "timestamp"]
    if not found and report["verdict"] == "INDETERMINATE":
        why = report.get("reason") or ""
        return (
            "unsure",
            f"KHÔNG XÁC MINH ĐƯỢC: tệp không có chữ ký số đọc được. {why}",
            "Not verified: the file has no signature that can be read.",
        )
    tone, vietnamese, english = _SENTENCES[report["verdict"]]
    return tone, vietnamese.format(len(found)), english.format(len(found))


def integrity_text(one: Mapping[str, Any]) -> str:
    """Return whether what was signed is still what it was."""
    sub = one.get("sub_indication") or ""
    after = MODIFICATION.get(one.get("modification") or "", "")
    if sub in _BROKEN or (sub == "FORMAT_FAILURE" and one["indication"] == "TOTAL-FAILED"):
        return "; ".join(part for part in (ALTERED, after) if part)
    if not one.get("coverage") or sub == "FORMAT_FAILURE":
        return "; ".join(part for part in ("Chưa kiểm tra được / not checked", after) if part)
    return "; ".join(part for part in (INTACT, after) if part)


def certificate_text(one: Mapping[str, Any]) -> str:
    """Return whether the certificate was good when it was used."""
    if one["indication"] == "TOTAL-PASSED":
        return "có hiệu lực, được tin cậy / valid and trusted"
    sub = one.get("sub_indication") or ""
    return _CERTIFICATE.get(sub, f"chưa xác định / not determined ({sub})")


def algorithm_text(one: Mapping[str, Any]) -> str:
    """Return scheme, digest and the size of the key."""
    bits = f", {one['key_bits']} bit" if one.get("key_bits") else ""
    return f"{one['algorithm']}{bits}" if one.get("algorithm") else "không rõ / unknown"
