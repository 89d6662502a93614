"""A stock phrase of a direction (câu bút phê mẫu): its kinds, its slots, and what fills them.

Practice: ux.md §5.4 (the samples), §3.5 (gõ tắt).
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from documents.errors import Refused


class PhraseKind(StrEnum):
    """Where a phrase is offered."""

    OPINION = "opinion"
    """ý kiến chỉ đạo (bút phê)."""
    RETURN = "return"
    """lý do trả lại."""
    ABBREVIATION = "abbreviation"
    """gõ tắt: a few letters stand for the phrase while typing."""


KIND_NAMES: Mapping[str, str] = {
    PhraseKind.OPINION: "bút phê",
    PhraseKind.RETURN: "lý do trả lại",
    PhraseKind.ABBREVIATION: "gõ tắt",
}

USUAL: Mapping[PhraseKind, tuple[str, ...]] = {
    PhraseKind.OPINION: (
        "Giao {chủ trì} chủ trì, phối hợp {phối hợp} tham mưu trước ngày {hạn}.",
        "Đồng ý. Giao {chủ trì} thực hiện.",
        "{chủ trì} nghiên cứu, đề xuất.",
        "Kính chuyển đ/c {chủ trì} chỉ đạo.",
        "Đ/c {chủ trì} dự, báo cáo kết quả.",
        "Rà soát, báo cáo trước 16h00 hôm nay.",
    ),
    PhraseKind.RETURN: (
        "Không thuộc thẩm quyền, đề nghị chuyển đúng đơn vị.",
        "Đề nghị bổ sung phụ lục, tài liệu kèm theo.",
        "Văn bản trùng với văn bản đã vào sổ.",
    ),
    PhraseKind.ABBREVIATION: (),
}
"""What is offered where neither the person nor the agency keeps any of the kind."""

_SLOT = re.compile(r"\{([^{}\n]{1,30})\}")
_MEANT = {
    "chủ trì": "lead",
    "phòng": "lead",
    "đơn vị": "lead",
    "phối hợp": "cooperate",
    "hạn": "due",
    "ngày": "due",
}


class SlotEmpty(Refused):
    """An opinion is to be sent with a slot that nobody filled. ({0} the slot)."""

    code = "phrase.slot_empty"
    vietnamese = "Ý kiến còn chỗ trống «{0}» chưa điền"
    english = "the opinion has a slot «{0}» that is not filled"
    remedy = "Điền hoặc xóa chỗ trống / fill it in, or take it out"


def slots(words: str) -> tuple[str, ...]:
    """Return the names of the slots in *words*, in order."""
    return tuple(_SLOT.findall(words))


def filled(words: str, lead: str = "", cooperate: str = "", due: str = "") -> str:
    """Return *words* with its slots filled from who leads, who co-operates and the deadline.

    Raises:
        SlotEmpty: there is nothing to fill a slot with.
    """
    known = {"lead": lead, "cooperate": cooperate, "due": due}

    def put(slot: re.Match[str]) -> str:
        value = known.get(_MEANT.get(slot[1].strip().lower(), ""), "")
        if not value:
            raise SlotEmpty(slot[0])
        return value

    return _SLOT.sub(put, words)
