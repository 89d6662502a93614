"""The preview shows what finding the places will do, and what a person has to decide."""

import json
import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops

from drafting.composer import Composed, compose
from drafting.errors import BoxInvalid, DraftUnreadable
from drafting.finder import find_placement, read_box
from drafting.preview import MOST_PAGES, MOST_PIXELS, Preview, preview
from tests.drafting.conftest import LETTER
from tests.drafting.test_turned_pages import BLOCK, DATE_LINE, NUMBER_LINE, SIGNER, printed
from tests.drafting.turning import TURNS, turned

NAMES = ["number", "day", "month", "signature", "seal"]
RED = (214, 20, 32)


@pytest.fixture(scope="module")
def letter() -> Composed:
    return compose(LETTER)


def image(preview: Preview, index: int = 0) -> Image.Image:
    return Image.open(BytesIO(preview.pictures[index].png))


def test_its_lines_give_back_the_places_that_finding_gives(letter: Composed) -> None:
    shown = preview(letter.pdf, signer_name=SIGNER, notation=LETTER.notation)
    assert shown.complete
    assert [place.name for place in shown.places] == NAMES
    assert {place.origin for place in shown.places} == {"found"}
    given = dict(read_box(line) for place in shown.places for line in place.lines())
    by_hand = find_placement(letter.pdf, signer_name="", boxes=given)
    wanted = find_placement(letter.pdf, signer_name=SIGNER, notation=LETTER.notation)
    for name in NAMES:
        one, other = getattr(by_hand, name), getattr(wanted, name)
        assert (one.x0, one.y0, one.x1, one.y1) == pytest.approx(
            (other.x0, other.y0, other.x1, other.y1), abs=0.01
        )


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_page_is_shown_as_it_is_seen(turn: int, letter: Composed) -> None:
    upright = preview(letter.pdf, signer_name=SIGNER, notation=LETTER.notation)
    pdf = turned(letter.pdf, turn, offset=(-20, 50), margin=10)
    shown = preview(pdf, signer_name=SIGNER, notation=LETTER.notation)
    one, other = image(upright), image(shown)
    assert max(abs(a - b) for a, b in zip(one.size, other.size, strict=True)) <= 1
    difference = ImageChops.difference(one, other.resize(one.size)).convert("L")
    changed = sum(difference.histogram()[100:])
    assert changed < 0.01 * one.width * one.height


def test_the_frames_are_where_the_boxes_are(letter: Composed) -> None:
    shown = preview(letter.pdf, signer_name=SIGNER, notation=LETTER.notation)
    picture, page = image(shown), shown.pictures[0]
    seal = next(place.box for place in shown.places if place.name == "seal")
    assert seal is not None
    scale = picture.width / page.width
    edge = (round(seal.x0 * scale), round((page.height - (seal.y0 + seal.y1) / 2) * scale))
    assert picture.getpixel(edge) == RED


def test_what_is_missing_is_said_and_candidates_are_drawn() -> None:
    pdf = printed((*DATE_LINE, *BLOCK, (105, 300, "PHÓ CHỦ TỊCH"), (90, 210, SIGNER)))
    shown = preview(pdf, signer_name=SIGNER)
    facts = {place.name: place for place in shown.places}
    assert not shown.complete
    assert [name for name, place in facts.items() if place.box is None] == [
        *("number", "signature", "seal")
    ]
    assert "no such line" in facts["number"].why
    assert len(facts["signature"].lines()) == 2
    plain = image(preview(pdf, signer_name="Ai Đó"))
    assert ImageChops.difference(plain, image(shown)).getbbox() is not None
    json.dumps(shown.as_dict(), allow_nan=False)


def test_a_scan_gets_a_picture_to_measure_by() -> None:
    shown = preview(printed((), ()), signer_name=SIGNER)
    assert [picture.page for picture in shown.pictures] == [0]
    assert all("scan" in place.why for place in shown.places if place.name != "seal")
    given = dict(read_box(f"{name}=2,100,{100 + 50 * i},160,{140 + 50 * i}")
                 for i, name in enumerate(NAMES))  # fmt: skip
    by_hand = preview(printed((), ()), signer_name="", boxes=given)
    assert by_hand.complete
    assert {place.origin for place in by_hand.places} == {"by hand"}
    assert [picture.page for picture in by_hand.pictures] == [0, 1]


def test_a_wrong_box_is_refused_as_when_it_is_handed_in() -> None:
    with pytest.raises(BoxInvalid):
        preview(printed(()), signer_name="", boxes=dict([read_box("number=9,1,1,2,2")]))


def test_its_pages_are_as_large_as_the_document_s(letter: Composed, tmp_path: Path) -> None:
    pdf = printed(NUMBER_LINE + DATE_LINE, BLOCK)
    shown = preview(turned(pdf, 90), signer_name=SIGNER)
    (tmp_path / "p.pdf").write_bytes(shown.pdf())
    said = subprocess.run(
        ["pdfinfo", "-l", "2", tmp_path / "p.pdf"], capture_output=True, text=True, check=True
    ).stdout
    assert said.count("595 x 842 pts") == 2
    sheet = Image.open(BytesIO(shown.png()))
    assert sheet.width > 2 * image(shown).width
    assert sheet.height == image(shown).height


@pytest.mark.parametrize(
    "size", [(14400, 14400), (1e6, 1e6), (1, 1e6), (1e6, 1), (3, 3), (1e-3, 1e-3)]
)
def test_a_page_of_any_size_costs_a_bounded_picture(size: tuple[float, float]) -> None:
    with pikepdf.open(BytesIO(printed(()))) as opened:
        opened.pages[0].mediabox = [0, 0, *size]
        out = BytesIO()
        opened.save(out)
    try:
        shown = preview(out.getvalue(), signer_name=SIGNER)
    except DraftUnreadable:
        return
    picture = image(shown)
    assert 0 < picture.width * picture.height <= 1.1 * MOST_PIXELS


def test_no_more_pages_are_shown_than_a_person_looks_at() -> None:
    shown = preview(printed(*[BLOCK] * 30), signer_name=SIGNER)
    assert len(shown.pictures) == MOST_PAGES
    assert shown.pages == 30


def test_bytes_that_are_no_pdf_are_refused() -> None:
    with pytest.raises(DraftUnreadable):
        preview(b"not a pdf", signer_name=SIGNER)
