"""State secrets never enter: what counts as a secrecy mark (độ mật), and the refusal.

Legal source: Decree 30/2020/ND-CP, Art. 1 and Appendix I, Part I, III.1 (box 10a); Decision
28/2018/QD-TTg; law.md §6.1: nothing secret is drafted, stored or sent on a networked system.
A mark stands by itself; the same words within a sentence (bảo mật, bí mật) are none. `documents`
looks at what is written about a document, `drafting.secrecy` at what its files print.
"""

import re
import unicodedata

from documents.document import folded
from documents.errors import Refused

UNNAMED = "độ mật khác"
"""Stands for whatever else a secrecy field said: its words may be secret themselves."""
NEUTRAL = (
    "Không thuộc phạm vi tiếp nhận qua trục liên thông (Quyết định 28/2018/QĐ-TTg)"
    " / outside what may be exchanged over the axis"
)
"""What a sender is told: nothing of what the document is."""
_MARKS = {"mat": "Mật", "toimat": "Tối mật", "tuyetmat": "Tuyệt mật"}
_NONE = frozenset(
    {"", "0", "khong", "khongmat", "khongco", "thuong", "binhthuong", "congkhai", "none", "normal"}
    | {"no", "false", "null", "public"}
)
_LETTERS = re.compile(r"[\W_]+")
_WORDS = r"(?:TUYỆT\s?|TỐI\s?)?MẬT"
_ALONE = re.compile(
    # in capitals at either end, parted by a dash, a colon, a bracket
    rf"^[\W_]*(?P<first>{_WORDS})\s*(?:$|[-\u2013\u2014:|/.)\]])"
    rf"|[-\u2013\u2014:|/]\s*(?P<last>{_WORDS})[\W_]*$"
    # or in brackets, in any case
    rf"|[(\[{{]\s*(?P<bracket>(?i:{_WORDS}))\s*[)\]}}]"
    # or called so
    rf"|(?i:độ\s+mật)\s*[:=]\s*(?P<called>(?i:{_WORDS}))"
)


class SecretRefused(Refused):
    """State secrets never enter the system (Decree 30/2020, Art. 1; QĐ 28/2018)."""

    code = "document.secret"
    vietnamese = "Văn bản mật («{0}») không được soạn thảo, gửi, lưu trên hệ thống này"
    english = "a secret document («{0}») must not enter this system"
    remedy = "Xử lý theo quy định về bảo vệ bí mật nhà nước / handle it as the law on secrets says"


def level(stated: str) -> str:
    """Return the mark that a secrecy field states; empty when it states none.

    Whatever is not known to mean «none» is a mark: what cannot be understood is not let in.
    """
    said = _LETTERS.sub("", folded(unicodedata.normalize("NFC", stated[:200])))
    return "" if said in _NONE else _MARKS.get(said, UNNAMED)


def mark_in(text: str) -> str:
    """Return the mark that *text*, a subject or a notation, bears by itself."""
    if "ật" not in (plain := unicodedata.normalize("NFC", text[:2000])) and "ẬT" not in plain:
        return ""
    found = _ALONE.search(plain.replace("_", " - "))
    if found is None:
        return ""
    words = next(words for words in found.groupdict().values() if words)
    return _MARKS[_LETTERS.sub("", folded(words))]


def mark_in_name(name: str) -> str:
    """Return the mark that a file's name, or a folder's on its way, bears by itself."""
    parts = name.replace("\\", "/").split("/")
    parts[-1] = parts[-1].rpartition(".")[0] or parts[-1]
    return next(filter(None, map(mark_in, parts)), "")


def refuse_marked(*texts: str, confidentiality: str = "") -> None:
    """Return if neither the field of secrecy nor one of *texts* bears a mark.

    Raises:
        SecretRefused: one does; the error names the mark and nothing else.
    """
    mark = level(confidentiality) or next(filter(None, map(mark_in, texts)), "")
    if mark:
        raise SecretRefused(mark)
