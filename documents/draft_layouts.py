"""What a document of each type is written with: its parts, its own lines, a frame to begin from.

Legal source: Decree 30/2020/ND-CP, Appendix III, Part II, templates 1.1 to 1.7. Whether a type has
a layout that is drawn here is `drafting.composition`'s to say; the others are handed in as files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from documents.document import DocumentType


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line that only documents of one type have, printed as `label: value`."""

    name: str
    """Of the form's field."""
    label: str
    long: bool = False
    """Several lines are usual."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document of one type is written."""

    bases: bool = False
    """Căn cứ, before the ruling (templates 1.1 to 1.3)."""
    addressees: bool = False
    """Kính gửi (templates 1.4, 1.5)."""
    articles: bool = False
    """Điều: the text is ruled in articles."""
    own: tuple[OwnLine, ...] = ()
    frame: str = ""
    """To begin from; whoever writes fills in and deletes."""


_RULING = (
    "Điều 1. …\n\nĐiều 2. …\n\n"
    "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. Các cơ quan, đơn vị, cá nhân có liên quan "
    "chịu trách nhiệm thi hành Quyết định này./."
)
_SECTIONS = "I. MỤC ĐÍCH, YÊU CẦU\n1. …\n2. …\n\nII. NỘI DUNG\n1. …\n\nIII. TỔ CHỨC THỰC HIỆN\n…./."
_PLAIN = Layout(frame="…./.")
_LETTER = Layout(addressees=True, frame="…\n\nTrân trọng./.")

LAYOUTS: Mapping[DocumentType, Layout] = MappingProxyType(
    {
        DocumentType.RESOLUTION: Layout(
            bases=True, articles=True, frame=_RULING.replace("Quyết định", "Nghị quyết")
        ),
        DocumentType.DECISION: Layout(bases=True, articles=True, frame=_RULING),
        DocumentType.REGULATION: Layout(articles=True, frame="Điều 1. …\n\nĐiều 2. …./."),
        DocumentType.RULES: Layout(articles=True, frame="Điều 1. …\n\nĐiều 2. …./."),
        DocumentType.PLAN: Layout(frame=_SECTIONS),
        DocumentType.PROGRAMME: Layout(frame=_SECTIONS),
        DocumentType.SCHEME: Layout(frame=_SECTIONS),
        DocumentType.PROJECT: Layout(frame=_SECTIONS),
        DocumentType.INVESTMENT_PROJECT: Layout(frame=_SECTIONS),
        DocumentType.REPORT: Layout(
            own=(OwnLine("own-period", "Kỳ báo cáo"),),
            frame=(
                "I. TÌNH HÌNH, KẾT QUẢ THỰC HIỆN\n1. …\n\nII. HẠN CHẾ, NGUYÊN NHÂN\n1. …\n\n"
                "III. NHIỆM VỤ, GIẢI PHÁP\n1. …./."
            ),
        ),
        DocumentType.STATEMENT: Layout(
            addressees=True, frame="I. SỰ CẦN THIẾT\n…\n\nII. NỘI DUNG\n…\n\nIII. KIẾN NGHỊ\n…./."
        ),
        DocumentType.OFFICIAL_LETTER: _LETTER,
        DocumentType.TELEGRAM: Layout(addressees=True, frame="…./."),
        DocumentType.INVITATION: Layout(
            own=(
                OwnLine("own-invited", "Trân trọng kính mời", long=True),
                OwnLine("own-event", "Tới dự"),
                OwnLine("own-chair", "Chủ trì"),
                OwnLine("own-time", "Thời gian"),
                OwnLine("own-venue", "Địa điểm"),
            ),
            frame="Trân trọng kính mời các đồng chí đến dự./.",
        ),
        DocumentType.POWER_OF_ATTORNEY: Layout(
            bases=True,
            own=(
                OwnLine("own-principal", "Người ủy quyền"),
                OwnLine("own-agent", "Người được ủy quyền"),
                OwnLine("own-scope", "Nội dung ủy quyền", long=True),
                OwnLine("own-term", "Thời hạn ủy quyền"),
            ),
            frame="…./.",
        ),
        DocumentType.SENDING_NOTE: Layout(
            addressees=True,
            own=(OwnLine("own-enclosed", "Gửi kèm theo", long=True),),
            frame="Đề nghị gửi lại phiếu gửi sau khi nhận được tài liệu./.",
        ),
        DocumentType.TRANSFER_NOTE: Layout(
            addressees=True,
            own=(
                OwnLine("own-received", "Đã nhận được"),
                OwnLine("own-moved", "Chuyển đến để giải quyết"),
            ),
            frame="…./.",
        ),
        DocumentType.INFORMATION_NOTE: Layout(addressees=True, frame="…./."),
    }
)
FRAMES = frozenset({"", _PLAIN.frame, *(each.frame for each in LAYOUTS.values())})
"""Texts that nobody has written anything into."""


def layout_of(type_name: str) -> Layout:
    """Return how a document of the type is written; plain paragraphs where nothing is said."""
    try:
        return LAYOUTS.get(DocumentType(type_name), _PLAIN)
    except ValueError:
        return _PLAIN
