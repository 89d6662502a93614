"""What a document says of itself is read as it is seen, or not at all."""

import time
import unicodedata
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

from documents.contents import NOTHING_READ, Outcome
from documents.document import DocumentType
from documents.placement import Placement
from drafting import typeface
from drafting.composer import compose
from drafting.composition import Composition
from drafting.contents import read_contents
from drafting.typeface import Face

Words = Sequence[tuple[float, float, str]]
WIDTH, HEIGHT = 595, 842
SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "pdf"
HEAD = (
    (90, 790, "UBND TỈNH SƠN HẢI"),
    (110, 775, "SỞ NỘI VỤ"),
    (300, 790, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (340, 775, "Độc lập - Tự do - Hạnh phúc"),
)
LINE = ((100, 745, "Số: 15/SNV-VP"), (330, 745, "Sơn Hải, ngày 05 tháng 01 năm 2026"))
ABOUT = ((85, 725, "V/v kiểm tra công tác"), (85, 710, "văn thư năm 2026"))
BODY = (
    (170, 670, "Kính gửi: Các sở, ban, ngành tỉnh."),
    (85, 640, "Số: 30/2020/NĐ-CP"),
    (85, 620, "Căn cứ Nghị định của Chính phủ, ngày 05 tháng 3 năm 2020"),
)


def page(*words: tuple[float, float, str], mode: int = 0, size: float = 13) -> bytes:
    typeface.load()
    kept = BytesIO()
    canvas = Canvas(kept, (WIDTH, HEIGHT), invariant=1)
    for x, y, text in words:
        line = canvas.beginText(x, y)
        line.setFont(Face.REGULAR, size)
        line.setTextRenderMode(mode)
        line.textOut(text)
        canvas.drawText(line)
    canvas.showPage()
    canvas.save()
    return kept.getvalue()


def saved(pdf: pikepdf.Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def digits(placement: Placement, number: str = "15") -> Words:
    gaps = ((placement.number, number), (placement.day, "05"), (placement.month, "01"))
    return [(box.x0 + 4, box.y0 + 4, text) for box, text in gaps]


def typed(pdf: bytes, words: Words) -> bytes:
    """Return *pdf* with *words* printed on page 1."""
    with pikepdf.open(BytesIO(pdf)) as opened, pikepdf.open(BytesIO(page(*words))) as over:
        opened.pages[0].add_overlay(over.pages[0])
        return saved(opened)


def stamped(pdf: bytes, words: Words, *, flags: int = 4) -> bytes:
    """Return *pdf* with each of *words* in the appearance of a signature of its own."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        stamps = []
        for x, y, text in words:
            with pikepdf.open(BytesIO(page((2, 4, text)))) as drawn:
                form = opened.copy_foreign(drawn.pages[0].as_form_xobject())
            form.BBox = Array([0, 0, 60, 16])
            widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, F=flags, T=text)
            widget.Rect = Array([x - 2, y - 4, x + 58, y + 12])
            widget.AP = Dictionary(N=form)
            stamps.append(opened.make_indirect(widget))
        opened.pages[0].obj.Annots = Array(stamps)
        opened.Root.AcroForm = Dictionary(Fields=Array(stamps))
        return saved(opened)


def turned(pdf: bytes, turn: int) -> bytes:
    """Return *pdf* as a scanner lays it: turned on the sheet, and turned back by /Rotate."""
    matrix, box = {
        90: ("0 1 -1 0 842 0", [0, 0, HEIGHT, WIDTH]),
        180: ("-1 0 0 -1 595 842", [0, 0, WIDTH, HEIGHT]),
        270: ("0 -1 1 0 0 595", [0, 0, HEIGHT, WIDTH]),
    }[turn]
    with pikepdf.open(BytesIO(pdf)) as opened:
        first = opened.pages[0]
        first.contents_add(f"q {matrix} cm".encode(), prepend=True)
        first.contents_add(b"Q")
        first.obj.MediaBox = Array(box)
        first.obj.Rotate = turn
        return saved(opened)


@pytest.mark.parametrize(
    "kind",
    [
        DocumentType.OFFICIAL_LETTER,
        DocumentType.DECISION,
        DocumentType.NOTICE,
        DocumentType.STATEMENT,
    ],
)
@pytest.mark.parametrize("filled", [typed, stamped])
def test_what_the_composer_prints_is_read_back(
    kind: DocumentType,
    filled: Callable[[bytes, Words], bytes],
    make_draft: Callable[..., Composition],
) -> None:
    draft = make_draft(kind)
    composed = compose(draft)
    pdf = filled(composed.pdf, digits(composed.placement))
    found = read_contents(pdf, box=composed.placement.signature)
    assert found.pages == composed.pages
    assert found.code.text == f"15/{draft.notation}"
    assert found.date.text == "ngày 05 tháng 01 năm 2026"
    assert found.agency.text.endswith(draft.agency.name.upper())
    subject = draft.subject.removeprefix("V/v ")
    assert found.subject.whole
    assert found.subject.text.removeprefix("V/v ") == subject
    titled = kind is not DocumentType.OFFICIAL_LETTER
    assert found.type_name.text == (kind.value.upper() if titled else "")
    assert found.signer is not None
    assert found.signer.name == draft.signer.full_name
    (place,), number = found.code.places, composed.placement.number
    assert place.x0 < number.x0 < number.x1 < place.x1
    assert place.y0 < number.y0 + 4 < place.y1


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_sheet_turned_by_its_scanner_says_the_same(turn: int) -> None:
    found = read_contents(turned(page(*HEAD, *LINE, *ABOUT, *BODY), turn))
    assert found.code.text == "15/SNV-VP"
    assert found.date.text == "ngày 05 tháng 01 năm 2026"
    assert found.subject.text == "V/v kiểm tra công tác văn thư năm 2026"
    assert found.agency.text == "UBND TỈNH SƠN HẢI SỞ NỘI VỤ"


def test_codes_and_dates_in_the_text_are_not_the_documents_own() -> None:
    found = read_contents(page(*HEAD, *LINE, *ABOUT, *BODY))
    assert (found.code.text, found.date.text) == ("15/SNV-VP", "ngày 05 tháng 01 năm 2026")
    without = read_contents(page(*HEAD, *BODY))
    assert without.date.outcome is Outcome.NOT_FOUND


def test_letters_in_pieces_and_words_that_stand_apart_are_read() -> None:
    apart = [(x, y, unicodedata.normalize("NFD", text)) for x, y, text in (*HEAD, *ABOUT, *BODY)]
    spread = ((60, 745, "Số:"), (110, 745, "15"), (160, 745, "/ SNV – VP"), LINE[1])
    found = read_contents(page(*apart, *spread))
    assert found.code.text == "15/SNV–VP"
    assert found.subject.text == "V/v kiểm tra công tác văn thư năm 2026"


def test_a_date_that_follows_the_number_closely_is_another_thing() -> None:
    line = ((60, 745, "Số: 1234567/BC-SNV-VP-TCCB"), (247, 745, "Sơn Hải, ngày 5 tháng 1 năm 2026"))
    found = read_contents(page(*HEAD, *line))
    assert found.code.text == "1234567/BC-SNV-VP-TCCB"
    assert found.date.text == "ngày 5 tháng 1 năm 2026"


def test_dots_where_a_pen_once_wrote_are_no_part_of_what_stands_there() -> None:
    line = (
        (60, 745, "Số: …..15…../SNV-VP"),
        (300, 745, "Sơn Hải, ngày..05... tháng __01__ năm 2026"),
    )
    found = read_contents(page(*HEAD, *line))
    assert found.code.text == "15/SNV-VP"
    assert found.date.text == "ngày 05 tháng 01 năm 2026"


def test_two_codes_that_differ_are_none() -> None:
    both = ((100, 730, "Số: 16/SNV-VP"),)
    found = read_contents(page(*HEAD, *LINE, *both))
    assert (found.code.outcome, found.code.text) == (Outcome.AMBIGUOUS, "")
    assert len(found.code.places) == 2
    same = read_contents(page(*HEAD, *LINE, (100, 730, "Số: 15/SNV–VP")))
    assert same.code.outcome is Outcome.FOUND


def test_a_number_that_is_not_there_is_not_found() -> None:
    blank = ((100, 745, "Số:        /SNV-VP"), (330, 745, "Sơn Hải, ngày    tháng    năm 2026"))
    found = read_contents(page(*HEAD, *blank, *ABOUT, *BODY))
    assert (found.code, found.date) == (NOTHING_READ.code, NOTHING_READ.date)


def test_what_a_machine_read_under_a_scan_says_nothing() -> None:
    assert read_contents(page(*HEAD, *LINE, *ABOUT, mode=3)) == NOTHING_READ


def test_a_code_that_stands_alone_is_no_head() -> None:
    assert read_contents(page(LINE[0])) == NOTHING_READ


def test_a_hidden_stamp_says_nothing() -> None:
    pdf = page(*HEAD, (100, 745, "Số:"), (160, 745, "/SNV-VP"), *ABOUT)
    stamp = [(124.0, 745.0, "15")]
    assert read_contents(stamped(pdf, stamp)).code.text == "15/SNV-VP"
    assert read_contents(stamped(pdf, stamp, flags=2)).code.outcome is Outcome.NOT_FOUND


def test_a_subject_without_an_end_is_marked() -> None:
    running = [(85.0, 725.0 - 16 * row, f"V/v dòng thứ {row}") for row in range(20)]
    found = read_contents(page(*HEAD, *LINE, *running))
    assert found.subject.text.startswith("V/v dòng thứ 0 V/v dòng thứ 1")
    assert not found.subject.whole


@pytest.mark.parametrize(
    "pdf", [b"", b"%PDF-1.4 nothing", page(), page(*BODY)], ids=["empty", "no PDF", "scan", "text"]
)
def test_where_there_is_no_head_nothing_is_read(pdf: bytes) -> None:
    found = read_contents(pdf)
    assert found.code.outcome is Outcome.NOT_FOUND
    assert found.subject.outcome is Outcome.NOT_FOUND
    assert found.agency.outcome is Outcome.NOT_FOUND


def test_no_odd_file_breaks_or_holds_up_the_reading() -> None:
    for path in SAMPLES.rglob("*.pdf"):
        began = time.process_time()
        found = read_contents(path.read_bytes(), names=["Nguyễn Văn A"])
        assert found.code.outcome is Outcome.NOT_FOUND, path.name
        assert time.process_time() - began < 2, path.name


@given(
    st.lists(
        st.tuples(
            st.floats(-50, 650), st.floats(300, 900), st.text("Số:15/QĐ- ngàythánem,V", max_size=30)
        ),
        max_size=8,
    )
)
def test_no_print_breaks_the_reading(words: list[tuple[float, float, str]]) -> None:
    found = read_contents(page(*words))
    assert found.code.text == "" or found.code.places
