"""The composer prints Decree 30's layout and knows where its blanks are."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.boxes import MILLIMETRE
from documents.document import DocumentType, Urgency
from drafting import sheet
from drafting.composer import Article, Composed, Composition, Heading, Paragraph, compose
from drafting.composition import COMPOSED_TYPES
from drafting.errors import DraftRefused, DraftTooLarge, TypeNotComposed
from drafting.reading import Line, page_text
from drafting.view import View

GOLDEN = Path(__file__).parent / "golden"
TYPES = (
    *(DocumentType.OFFICIAL_LETTER, DocumentType.DECISION),
    *(DocumentType.NOTICE, DocumentType.STATEMENT),
)
SENTENCE = (
    "Các sở, ban, ngành tỉnh tổ chức thực hiện nghiêm túc, bảo đảm đúng tiến độ, chất lượng, tiết "
    "kiệm, hiệu quả theo quy định của pháp luật hiện hành."
)


def lines(page: pdfium.PdfPage) -> list[Line]:
    return page_text(page, View.of(page)).lines


def _run(tmp_path: Path, made: Composed, *command: str) -> str:
    file = tmp_path / "made.pdf"
    file.write_bytes(made.pdf)
    arguments = [str(file) if part == "FILE" else part for part in command]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def _pages(made: Composed) -> list[list[Line]]:
    document = pdfium.PdfDocument(made.pdf)
    return [lines(page) for page in document]


@pytest.mark.parametrize("kind", TYPES)
def test_prints_and_places_as_before(kind, make_draft, tmp_path):
    """CONGVAN_UPDATE_GOLDEN=1 writes the files anew."""
    made = compose(make_draft(kind))
    text = _run(tmp_path, made, "pdftotext", "-raw", "FILE", "-").replace("\f", "")
    places = made.placement.as_dict()
    rounded = {
        name: {key: round(value, 2) for key, value in box.items()} for name, box in places.items()
    }
    placement = json.dumps(rounded, indent=1) + "\n"
    file = GOLDEN / f"{kind.name.lower()}.txt"
    if os.environ.get("CONGVAN_UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.with_suffix(".json").write_text(placement, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert placement == file.with_suffix(".json").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", TYPES)
def test_embeds_its_fonts_as_subsets_and_is_valid(kind, make_draft, tmp_path):
    made = compose(make_draft(kind))
    fonts = _run(tmp_path, made, "pdffonts", "FILE").splitlines()[2:]
    assert fonts
    # pdffonts ends each row with: embedded, subset, unicode, object, generation
    assert {tuple(row.split()[-5:-2]) for row in fonts} == {("yes", "yes", "yes")}
    assert "No syntax or stream encoding errors" in _run(tmp_path, made, "qpdf", "--check", "FILE")


@pytest.mark.parametrize("kind", TYPES)
def test_the_same_content_gives_the_same_bytes(kind, make_draft):
    assert compose(make_draft(kind)).pdf == compose(make_draft(kind)).pdf


def test_numbers_every_page_but_the_first_in_the_top_margin(make_draft):
    made = compose(make_draft(body=tuple(Paragraph(SENTENCE) for _ in range(60))))
    assert made.pages > 2
    for number, page in enumerate(_pages(made), 1):
        in_margin = [line.text for line in page if line.baseline > sheet.TOP + 1]
        assert in_margin == ([] if number == 1 else [str(number)])


@pytest.mark.parametrize("count", range(1, 24))
def test_the_signature_never_stands_alone_on_a_page(count, make_draft):
    made = compose(make_draft(body=tuple(Paragraph(SENTENCE) for _ in range(count))))
    signature = made.placement.signature
    page = _pages(made)[signature.page]
    text = [line for line in page if signature.y1 + 45 < line.baseline < sheet.TOP + 1]
    assert len(text) >= 2
    assert signature.page == made.pages - 1


@pytest.mark.parametrize(
    ("urgency", "mark", "width"),
    [
        (Urgency.URGENT, "KHẨN", 20),
        (Urgency.VERY_URGENT, "THƯỢNGKHẨN", 40),
        (Urgency.EXPRESS, "HỎATỐC", 30),
    ],
)
def test_frames_the_urgency_mark_in_red_at_its_legal_size(urgency, mark, width, make_draft):
    made = compose(make_draft(DocumentType.OFFICIAL_LETTER, urgency=urgency))
    page = pdfium.PdfDocument(made.pdf)[0]
    assert mark in [segment.text for line in lines(page) for segment in line.segments()]
    scale = 300 / 72
    image = page.render(scale=scale).to_pil().convert("RGB")
    bands = image.split()
    red = bands[1].point(lambda green: 255 if green < 90 else 0)
    bright = bands[0].point(lambda value: 255 if value > 200 else 0)
    box = _both(red, bright).getbbox()
    assert box is not None
    in_mm = [side / scale / MILLIMETRE for side in (box[2] - box[0], box[3] - box[1])]
    assert in_mm == pytest.approx([width, 8], abs=0.5)


def _both(one, other):
    from PIL import ImageChops

    return ImageChops.multiply(one, other)


def test_markup_is_printed_not_obeyed(make_draft):
    made = compose(make_draft(subject="<b>A & B</b> &lt; <para/> %s {0}"))
    assert any("<b>A&B</b>&lt;<para/>%s{0}" in line.text for line in _pages(made)[0])


def test_control_and_bidi_characters_leave_no_trace(make_draft):
    made = compose(make_draft(subject="phê\u202eduyệt\x00\x07 kế\u200b hoạch\ud800"))
    printed = "".join(line.text for line in _pages(made)[0])
    assert "Phêduyệtkếhoạch□" in printed


def test_decomposed_text_prints_as_composed(make_draft):
    import unicodedata

    draft = make_draft()
    decomposed = replace(draft, subject=unicodedata.normalize("NFD", draft.subject))
    assert _pages(compose(decomposed)) == _pages(compose(draft))


def test_many_recipients_run_on_after_the_signature(make_draft):
    places = tuple(f"Ủy ban nhân dân xã Bình Minh {number}" for number in range(150))
    made = compose(make_draft(DocumentType.OFFICIAL_LETTER, to_places=places))
    assert made.placement.signature.page < made.pages - 1
    printed = "".join(line.text for page in _pages(made) for line in page)
    assert printed.count("BìnhMinh") == 150
    assert printed.endswith("-Lưu:VT,NC.")


@pytest.mark.parametrize("kind", sorted(set(DocumentType) - COMPOSED_TYPES))
def test_refuses_types_with_a_template_of_their_own(kind, make_draft):
    with pytest.raises(TypeNotComposed):
        compose(make_draft(type=kind))


@pytest.mark.parametrize("kind", sorted(COMPOSED_TYPES))
def test_composes_every_other_type_under_its_name(kind, make_draft):
    made = compose(make_draft(type=kind))
    printed = [line.text for line in _pages(made)[0]]
    named = "".join(kind.value.upper().split())
    assert (named in printed) is (kind is not DocumentType.OFFICIAL_LETTER)


def test_refuses_a_subject_longer_than_the_register_holds(make_draft):
    with pytest.raises(DraftTooLarge):
        compose(make_draft(subject="x" * 501))


HOSTILE = st.text(max_size=80) | st.sampled_from(
    (
        "W" * 200,
        "<font size=99>",
        "&#x41;&",
        "\\(\\)",
        "\n" * 50,
        "ẫ" * 199,
        "\u0301" * 90,
        "a b " * 49,
    )
)


@settings(max_examples=60, deadline=None)
@given(
    *(st.sampled_from(TYPES), HOSTILE, HOSTILE, HOSTILE, HOSTILE),
    *(st.lists(HOSTILE, max_size=6), st.lists(HOSTILE, max_size=6)),
)
def test_hostile_text_stays_inside_the_margins(
    make_draft, kind, subject, name, notation, line, items, texts
):
    draft: Composition = make_draft(kind)
    changed = replace(
        draft,
        agency=replace(draft.agency, name=name, parent_name=line, place=name[:40]),
        signer=replace(draft.signer, full_name=name, position=line, competence_line=line),
        subject=subject,
        notation=notation,
        addressees=tuple(items),
        to_places=tuple(items),
        legal_bases=tuple(texts),
        body=(
            *(Paragraph(text) for text in texts),
            Heading(name),
            Article(1, line, tuple(texts)),
        ),
    )
    try:
        made = compose(changed)
    except DraftRefused:
        return
    document = pdfium.PdfDocument(made.pdf)
    assert len(document) == made.pages
    for page in document:
        for read in lines(page):
            assert read.left > sheet.LEFT - 1
            assert read.right < sheet.LEFT + sheet.TEXT_WIDTH + 1.5
            assert sheet.BOTTOM - 1 < read.baseline < sheet.PAGE_NUMBER + 1
