"""The signature block is read as it is printed, or not at all."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from documents.capacity import Printed
from documents.document import Competence, DocumentType, Person, Role
from documents.placement import Box
from drafting import typeface
from drafting.composer import compose
from drafting.composition import Composition
from drafting.signature_block import read_signature_block
from drafting.typeface import Face

SIGNER = "Nguyễn Thị Ánh Nguyệt"
BOX = Box(0, 360, 225, 490, 285)
Words = tuple[tuple[float, float, str], ...]
BODY = ((85, 330, "Yêu cầu Thủ trưởng các cơ quan nghiêm túc triển khai thực hiện./."),)
BLOCK = ((380, 316, "KT. CHỦ TỊCH"), (370, 300, "PHÓ CHỦ TỊCH"), (360, 210, SIGNER))
PLACES = ((85, 300, "Nơi nhận:"), (85, 287, "- Như trên;"), (85, 210, "- Lưu: VT."))


def page(*words: tuple[float, float, str], rotation: int = 0, before: int = 0) -> bytes:
    typeface.load()
    kept = BytesIO()
    canvas = Canvas(kept, (595, 842), invariant=1)
    for number in range(before + 1):
        canvas.setFont(Face.REGULAR, 13)
        canvas.setPageRotation(rotation)
        for x, y, text in words if number == before else ():
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return kept.getvalue()


@pytest.mark.parametrize(
    ("line", "position"),
    [
        ("", "Giám đốc"),
        ("TM. ỦY BAN NHÂN DÂN", "Chủ tịch"),
        ("TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH", "Phó Chủ tịch"),
        ("TL. BỘ TRƯỞNG\nKT. VỤ TRƯỞNG", "Phó Vụ trưởng Vụ Pháp chế"),
        ("TUQ. GIÁM ĐỐC", "Trưởng phòng Tổ chức, Hành chính"),
        ("Q. CỤC TRƯỞNG", "Cục trưởng"),
    ],
)
@pytest.mark.parametrize("kind", [DocumentType.OFFICIAL_LETTER, DocumentType.DECISION])
def test_what_the_composer_prints_is_read_back(
    line: str, position: str, kind: DocumentType, make_draft: Callable[..., Composition]
) -> None:
    competence = Competence(line.split(" ")[0]) if line else Competence.HEAD
    signer = Person("p", "H99", SIGNER, position, Role.LEADER, competence, line)
    composed = compose(make_draft(kind, signer=signer))
    wanted = Printed.of([*line.splitlines(), position.upper()], SIGNER)
    assert read_signature_block(composed.pdf, box=composed.placement.signature) == wanted
    assert read_signature_block(composed.pdf, names=["Ai đó", SIGNER]) == wanted


def test_the_body_above_and_the_recipients_beside_are_not_in_it() -> None:
    pdf = page(*BODY, *BLOCK, *PLACES)
    wanted = Printed.of(["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], SIGNER)
    assert read_signature_block(pdf, box=BOX) == wanted
    assert read_signature_block(pdf, names=[SIGNER]) == wanted


def test_a_name_in_pieces_of_accents_is_found() -> None:
    apart = tuple((x, y, unicodedata.normalize("NFD", text)) for x, y, text in BLOCK)
    found = read_signature_block(page(*apart), names=[SIGNER])
    assert found == Printed.of(["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], SIGNER)


def test_the_last_block_counts_not_a_name_in_the_text() -> None:
    earlier = ((85, 700, f"Ông {SIGNER} chịu trách nhiệm."), (85, 660, SIGNER))
    pdf = page(*earlier, *BLOCK, before=2)
    assert read_signature_block(pdf, names=[SIGNER]) is not None
    assert read_signature_block(page(*earlier), names=[SIGNER]) is None


@pytest.mark.parametrize(
    "pdf",
    [
        page(),
        page(*BODY, *PLACES),
        page(*BLOCK, rotation=90),
        page((360, 300, "Phó Chủ tịch"), (360, 210, SIGNER)),
        b"",
        b"%PDF-1.4 nothing",
    ],
    ids=["scan", "no block", "rotated", "no capitals", "empty", "no PDF"],
)
def test_where_there_is_no_block_none_is_read(pdf: bytes) -> None:
    assert read_signature_block(pdf, box=BOX) is None
    assert read_signature_block(pdf, names=[SIGNER]) is None


def test_a_box_off_the_document_has_no_block() -> None:
    pdf = page(*BLOCK)
    assert read_signature_block(pdf, box=replace(BOX, page=9)) is None
    assert read_signature_block(pdf, box=Box(0, 1e9, 1e9, 2e9, 2e9)) is None


@given(st.lists(st.text(max_size=40), max_size=4))
def test_no_name_from_a_message_breaks_the_reading(names: list[str]) -> None:
    pdf = page(*BLOCK)
    found = read_signature_block(pdf, names=names)
    assert found is None or str(found)


def test_a_long_document_is_searched_from_its_end() -> None:
    pdf = page(*BLOCK, before=60)
    assert len(pdfium.PdfDocument(pdf)) == 61
    assert read_signature_block(pdf, names=[SIGNER]) is not None
