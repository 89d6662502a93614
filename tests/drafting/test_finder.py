"""The finder finds what is certain and says what is not."""

import unicodedata
from collections.abc import Callable
from dataclasses import asdict, replace
from io import BytesIO

import pytest
from reportlab.pdfgen.canvas import Canvas

from documents.document import DocumentType
from documents.placement import Box, seal_over
from drafting import typeface
from drafting.composer import Paragraph, compose
from drafting.errors import BoxInvalid, DraftUnreadable, PlacementNotFound
from drafting.finder import find_placement, read_box
from drafting.typeface import Face

SIGNER = "Nguyễn Thị Ánh Nguyệt"
NUMBER_LINE = ((120, 730, "Số:"), (175, 730, "/QĐ-UBND"))
DATE_LINE = ((320, 730, "Sơn Hải, ngày"), (425, 730, "tháng"), (480, 730, "năm 2026"))
BLOCK = ((400, 300, "CHỦ TỊCH"), (370, 210, SIGNER))
Words = tuple[tuple[float, float, str], ...]
Print = Callable[..., bytes]


@pytest.fixture
def printed() -> Print:
    """Return a printer: words at places on one page, then on others."""
    typeface.load()

    def make(*pages: Words, rotation: int = 0) -> bytes:
        kept = BytesIO()
        canvas = Canvas(kept, (595, 842), invariant=1)
        for words in pages:
            canvas.setFont(Face.REGULAR, 13)
            canvas.setPageRotation(rotation)
            for x, y, text in words:
                canvas.drawString(x, y, text)
            canvas.showPage()
        canvas.save()
        return kept.getvalue()

    return make


def _missing(pdf: bytes, **options) -> dict[str, str]:
    with pytest.raises(PlacementNotFound) as refusal:
        find_placement(pdf, signer_name=options.pop("signer_name", SIGNER), **options)
    reasons = str(refusal.value.args[1]).split("; ")
    assert len(reasons) == len(refusal.value.missing)
    return dict(zip(refusal.value.missing, reasons, strict=True))


@pytest.mark.parametrize(
    "kind",
    [
        *(DocumentType.OFFICIAL_LETTER, DocumentType.DECISION),
        *(DocumentType.NOTICE, DocumentType.STATEMENT),
    ],
)
@pytest.mark.parametrize("paragraphs", [1, 40])
def test_finds_the_composers_own_blanks(kind, paragraphs, make_draft):
    draft = make_draft(kind)
    draft = replace(draft, body=draft.body + (Paragraph(f"Giao {SIGNER} làm."),) * paragraphs)
    made = compose(draft)
    found = find_placement(made.pdf, signer_name=draft.signer.full_name, notation=draft.notation)
    for name, box in found.as_dict().items():
        assert box == pytest.approx(asdict(getattr(made.placement, name)), abs=0.5)


def test_finds_blanks_between_words_set_by_hand(printed):
    found = find_placement(printed(NUMBER_LINE + DATE_LINE + BLOCK), signer_name=SIGNER)
    assert (found.number.x1, found.month.x1) == pytest.approx((174, 479), abs=0.5)
    assert found.signature.page == 0
    assert 210 < found.signature.y0 < found.signature.y1 < 300
    assert found.seal == seal_over(found.signature)


def test_reads_decomposed_letters_and_odd_spaces(printed):
    words = (*NUMBER_LINE, *DATE_LINE, (400, 300, "C H Ủ  T Ị C H"), (370, 210, SIGNER))
    decomposed = tuple((x, y, unicodedata.normalize("NFD", text)) for x, y, text in words)
    assert find_placement(
        printed(decomposed), signer_name=f"  {unicodedata.normalize('NFD', SIGNER)} "
    ).number.width == pytest.approx(
        find_placement(printed(NUMBER_LINE + DATE_LINE + BLOCK), signer_name=SIGNER).number.width,
        abs=0.5,
    )


def test_reads_leaders_as_blanks(printed):
    words = (
        *((120, 730, "Số: ........./QĐ-UBND"), (400, 300, "CHỦ TỊCH"), (370, 210, SIGNER)),
        (320, 730, "Sơn Hải, ngày ……… tháng ……… năm 2026"),
    )
    found = find_placement(printed(words), signer_name=SIGNER, notation="QĐ-UBND")
    assert found.number.width > 20
    assert found.day.x1 < found.month.x0


def test_reads_either_place_of_the_tone(printed):
    words = (*NUMBER_LINE, *DATE_LINE, (400, 300, "CHỦ TỊCH"), (380, 210, "Hoà Thuý"))
    assert find_placement(printed(words), signer_name="Hòa Thúy").signature.page == 0


def test_a_name_with_other_accents_is_another_name(printed):
    words = (*NUMBER_LINE, *DATE_LINE, (400, 300, "CHỦ TỊCH"), (380, 210, "Lê Ân"))
    assert "signature" in _missing(printed(words), signer_name="Lê An")


def test_names_every_place_that_is_missing(printed):
    refused = _missing(printed(((85, 400, "Kế hoạch kiểm tra công tác văn thư"),)))
    assert list(refused) == ["number", "day", "month", "signature"]


def test_says_how_to_give_boxes_by_hand(printed):
    with pytest.raises(PlacementNotFound, match=r"--box number=page,x0,y0,x1,y1"):
        find_placement(printed(DATE_LINE + BLOCK), signer_name=SIGNER)


def test_refuses_a_scan(printed):
    refused = _missing(printed(()))
    assert all("scan" in why for why in refused.values())


def test_refuses_a_number_typed_in(printed):
    words = ((120, 730, "Số: 15/QĐ-UBND"), *DATE_LINE, *BLOCK)
    refused = _missing(printed(words))
    assert list(refused) == ["number"]
    assert "already typed" in refused["number"]


def test_refuses_a_month_typed_in_and_keeps_the_day(printed):
    words = (*NUMBER_LINE, *BLOCK, (320, 730, "ngày"), (390, 730, "tháng 11 năm 2026"))
    assert list(_missing(printed(words))) == ["month"]


def test_refuses_gaps_without_room_for_two_digits(printed):
    words = ((120, 730, "Số: /QĐ-UBND"), (320, 730, "ngày tháng năm 2026"), *BLOCK)
    refused = _missing(printed(words))
    assert list(refused) == ["number", "day", "month"]
    assert all("too narrow" in why for why in refused.values())


def test_a_reference_at_the_start_of_a_line_is_not_the_number(printed):
    words = (*NUMBER_LINE, *DATE_LINE, *BLOCK, (85, 600, "số 118/TTr-SKHCN ngày 02 tháng 11"))
    assert find_placement(printed(words), signer_name=SIGNER).number.y0 > 700


def test_refuses_two_number_lines_unless_the_notation_tells_them_apart(printed):
    other = ((120, 650, "Số:"), (175, 650, "/TB-VP"))
    pdf = printed(NUMBER_LINE + DATE_LINE + BLOCK + other)
    assert "several" in _missing(pdf)["number"]
    assert find_placement(pdf, signer_name=SIGNER, notation="QĐ-UBND").number.y0 > 700


def test_refuses_another_notation(printed):
    pdf = printed(NUMBER_LINE + DATE_LINE + BLOCK)
    assert list(_missing(pdf, notation="TB-UBND")) == ["number"]


@pytest.mark.parametrize(
    "words",
    [
        ((85, 210, f"Giao bà {SIGNER} chịu trách nhiệm"), (400, 300, "CHỦ TỊCH")),
        ((370, 210, SIGNER),),
        ((370, 210, SIGNER), (370, 300, "Trưởng ban")),
        ((370, 210, SIGNER), (370, 240, "CHỦ TỊCH")),
        ((370, 210, SIGNER), (370, 250, "(Đã ký)"), (400, 300, "CHỦ TỊCH")),
        ((370, 210, SIGNER), (85, 300, "CHỦ TỊCH")),
        (*BLOCK, (100, 300, "CHỦ TỊCH"), (70, 210, SIGNER)),
    ],
)
def test_refuses_what_is_not_certainly_the_signature_block(words, printed):
    assert list(_missing(printed(NUMBER_LINE + DATE_LINE + words))) == ["signature"]


def test_finds_the_block_before_an_appendix(printed):
    appendix = ((250, 780, "PHỤ LỤC"), (85, 700, f"1. {SIGNER}"))
    pdf = printed(NUMBER_LINE + DATE_LINE, BLOCK, appendix)
    assert find_placement(pdf, signer_name=SIGNER).signature.page == 1


def test_refuses_blocks_on_two_pages(printed):
    pdf = printed(NUMBER_LINE + DATE_LINE + BLOCK, BLOCK)
    assert "several" in _missing(pdf)["signature"]


def test_refuses_print_that_runs_across_the_page(printed):
    refused = _missing(printed(NUMBER_LINE + DATE_LINE + BLOCK, rotation=90))
    assert list(refused) == ["number", "day", "month", "signature"]
    assert all("not upright" in why for why in refused.values())


def test_boxes_by_hand_win(printed):
    given = {
        name: Box(0, 100 + 50 * place, 700, 140 + 50 * place, 716)
        for place, name in enumerate(("number", "day", "month", "signature"))
    }
    found = find_placement(printed(()), signer_name="", boxes=given)
    assert {name: getattr(found, name) for name in given} == given
    found = find_placement(
        printed(NUMBER_LINE + DATE_LINE + BLOCK),
        signer_name=SIGNER,
        boxes={"number": given["number"]},
    )
    assert found.number == given["number"]
    assert found.day.x0 > 390


@pytest.mark.parametrize(
    ("name", "box"),
    [
        ("stamp", Box(0, 10, 10, 20, 20)),
        ("number", Box(1, 10, 10, 20, 20)),
        ("number", Box(-1, 10, 10, 20, 20)),
        ("number", Box(0, 20, 10, 10, 20)),
        ("number", Box(0, 590, 10, 600, 20)),
        ("number", Box(0, float("nan"), 10, 20, 20)),
    ],
)
def test_refuses_boxes_off_the_page(name, box, printed):
    with pytest.raises(BoxInvalid):
        find_placement(printed(()), signer_name=SIGNER, boxes={name: box})


def test_reads_a_box_as_people_write_it():
    assert read_box("number=1,140.5,730,180,746") == ("number", Box(0, 140.5, 730, 180, 746))


@pytest.mark.parametrize("text", ["", "number", "number=1,2,3,4", "number=a,1,2,3,4"])
def test_refuses_a_box_that_cannot_be_read(text):
    with pytest.raises(BoxInvalid):
        read_box(text)


def test_refuses_bytes_that_are_no_pdf():
    with pytest.raises(DraftUnreadable):
        find_placement(b"not a pdf", signer_name=SIGNER)
