"""States, steps and roles as people say them, Vietnamese first, for refusals and records.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 24 (the words for each stage of a document). Keys are
the codes of `documents.lifecycle` and `documents.document`: plain text, since errors need them too.
"""

from collections.abc import Mapping
from types import MappingProxyType

STATES: Mapping[str, str] = MappingProxyType(
    {
        "draft": "dự thảo",
        "submitted": "đã trình",
        "returned": "trả lại để sửa",
        "approved": "đã duyệt",
        "signed": "lãnh đạo đã ký",
        "numbered": "đã cấp số",
        "sealed": "đã đóng dấu",
        "dispatched": "đã phát hành",
        "void": "đã hủy",
        "replaced": "bị thay thế",
        "fetched": "đã đến",
        "verified": "đã kiểm tra",
        "quarantined": "giữ lại chờ văn thư",
        "registered": "đã vào sổ",
        "refused": "từ chối tiếp nhận",
        "assigned": "đã phân công",
        "in_progress": "đang xử lý",
        "completed": "đã hoàn thành",
        "filed": "đã lưu",
        "recalled": "đã thu hồi",
    }
)
"""By `State`."""
STEPS: Mapping[str, str] = MappingProxyType(
    {
        "submit": "trình",
        "return": "trả lại",
        "approve": "duyệt",
        "sign": "ký",
        "assign_number": "cấp số",
        "seal": "đóng dấu",
        "dispatch": "phát hành",
        "file": "lưu hồ sơ",
        "void": "hủy",
        "recall": "thu hồi",
        "replace": "thay thế",
        "verify": "kiểm tra",
        "quarantine": "giữ lại",
        "release": "cho tiếp nhận",
        "refuse": "từ chối tiếp nhận",
        "register": "vào sổ",
        "assign": "phân công",
        "start": "bắt đầu xử lý",
        "complete": "hoàn thành",
        "initial": "ký nháy",
    }
)
"""By `Step`, and the initials."""
ROLES: Mapping[str, str] = MappingProxyType(
    {
        "specialist": "chuyên viên",
        "unit_head": "trưởng đơn vị",
        "leader": "lãnh đạo",
        "clerk": "văn thư",
        "administrator": "quản trị",
        "system": "hệ thống",
    }
)
"""By `Role`."""


def both(code: str, words: Mapping[str, str]) -> str:
    """Return *code* for a detail of an error: `trình / submit`; as it is where no word is known."""
    known = words.get(code)
    return f"{known} / {code}" if known else code
