"""A page's secrecy mark is found where it stands by itself, and only there."""

import io

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from drafting import typeface
from drafting.secrecy import secrecy_mark


def _page(*texts: tuple[float, float, str]) -> bytes:
    pdfmetrics.registerFont(TTFont("Mark", str(typeface.path(typeface.Face.BOLD))))
    kept = io.BytesIO()
    canvas = Canvas(kept, (595, 842))
    canvas.setFont("Mark", 13)
    for x, y, text in texts:
        canvas.drawString(x, y, text)
    canvas.save()
    return kept.getvalue()


@pytest.mark.parametrize(
    ("printed", "mark"), [("MẬT", "Mật"), ("TỐI MẬT", "Tối mật"), ("TUYỆT MẬT", "Tuyệt mật")]
)
def test_each_mark_is_found_beside_other_text(printed: str, mark: str) -> None:
    page = _page((85, 780, "ỦY BAN NHÂN DÂN"), (85, 700, printed), (300, 700, "Số: 01/QĐ-UBND"))
    assert secrecy_mark(page) == mark


def test_the_word_within_a_sentence_is_no_mark() -> None:
    page = _page(
        (85, 700, "DANH MỤC BÍ MẬT NHÀ NƯỚC"), (85, 680, "bảo vệ bí mật, độ MẬT của văn bản")
    )
    assert secrecy_mark(page) == ""


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", _page()])
def test_what_has_no_text_has_no_mark(content: bytes) -> None:
    assert secrecy_mark(content) == ""
