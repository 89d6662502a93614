"""The text of a PDF is read within bounds, and no file is an error."""

import random
from io import BytesIO

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from drafting import text as drafting_text
from drafting.text import pdf_text


def pages_of(*texts: str) -> bytes:
    """Return a PDF with one line on each page."""
    kept = BytesIO()
    canvas = Canvas(kept)
    for text in texts:
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return kept.getvalue()


def test_every_page_is_read_up_to_the_bounds() -> None:
    pdf = pages_of("first page", "second page", "third page")
    assert pdf_text(pdf).text.split() == ["first", "page", "second", "page", "third", "page"]
    assert "second" not in pdf_text(pdf, pages=1).text
    few = pdf_text(pdf, characters=5)
    assert few.text == "first"
    assert "only the beginning" in few.note


def test_a_scan_has_no_text_and_says_so() -> None:
    assert "scan" in pdf_text(pages_of("")).note


def test_what_is_no_pdf_or_a_broken_or_locked_one_has_a_note_instead() -> None:
    pdf = pages_of("some text")
    locked = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    for content in (b"", b"%PDF-1.7", b"\x00" * 5000, locked.getvalue()):
        found = pdf_text(content)
        assert not found.text
        assert found.note


@pytest.mark.parametrize("seed", range(4))
def test_a_bent_pdf_is_no_error(seed: int) -> None:
    chance = random.Random(seed)
    pdf = pages_of("some text", "more")
    for _ in range(30):
        bent = bytearray(pdf)
        for _ in range(chance.randrange(1, 30)):
            bent[chance.randrange(len(bent))] = chance.randrange(256)
        pdf_text(bytes(bent[: chance.randrange(1, len(bent) + 1)]))


def test_a_syllable_that_was_torn_apart_is_found_whole() -> None:
    assert drafting_text._whole("Vào s ổ văn bản, Qu ốc hội").split("\n") == [
        "Vào s ổ văn bản, Qu ốc hội",
        "sổ Quốc",
    ]
    whole = "Vào sổ văn bản; số 15 ở trang 2"
    assert drafting_text._whole(whole) == whole
