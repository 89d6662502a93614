"""What is said in the handling of a document: the kinds of remarks, and how a trace is written.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part II, incoming row 17 (TraceHeaderList: ý kiến
phân phối, chỉ đạo, trạng thái xử lý).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from documents.document import VIETNAM


class RemarkKind(StrEnum):
    """What somebody's words are."""

    PROPOSAL = "proposal"
    """ý kiến đề xuất when a document is submitted."""
    DIRECTION = "direction"
    """ý kiến chỉ đạo, phân phối (bút phê)."""
    QUESTION = "question"
    """xin ý kiến."""
    OPINION = "opinion"
    """ý kiến."""
    PROGRESS = "progress"
    """báo cáo tiến độ."""
    RESULT = "result"
    """báo cáo kết quả."""
    RETURN = "return"
    """lý do trả lại."""
    WITHDRAW = "withdraw"
    """lý do thu hồi, chuyển người, không nghiệm thu."""
    EXTENSION = "extension"
    """xin, cho gia hạn."""


KIND_NAMES: Mapping[str, str] = MappingProxyType(
    {
        RemarkKind.PROPOSAL: "trình",
        RemarkKind.DIRECTION: "chỉ đạo",
        RemarkKind.QUESTION: "xin ý kiến",
        RemarkKind.OPINION: "ý kiến",
        RemarkKind.PROGRESS: "tiến độ",
        RemarkKind.RESULT: "kết quả",
        RemarkKind.RETURN: "trả lại",
        RemarkKind.WITHDRAW: "điều chỉnh",
        RemarkKind.EXTENSION: "gia hạn",
    }
)


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """One line of a TraceHeaderList."""

    at: datetime
    kind: RemarkKind
    name: str
    position: str
    words: str
    in_stead_of: str = ""
    """Full name of the person whose right was used; empty where it was one's own."""

    def __str__(self) -> str:
        when = self.at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
        who = f"{self.position} {self.name}".strip()
        stead = f" (thay {self.in_stead_of})" if self.in_stead_of else ""
        return f"{when} {who}{stead} – {KIND_NAMES[self.kind]}: {' '.join(self.words.split())}"


def written(trace: Iterable[TraceHeader]) -> str:
    """Return the trace as row 17 has it: a line each, the oldest first."""
    return "\n".join(str(header) for header in trace)
