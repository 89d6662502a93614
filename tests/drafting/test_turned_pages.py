"""What is seen in one place is found there, however its page is turned, moved or cut."""

import math
from contextlib import suppress
from dataclasses import asdict
from decimal import Decimal
from io import BytesIO

import pikepdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from documents.boxes import INITIALS
from documents.document import DocumentType
from documents.placement import Box, seal_over
from drafting import initials, typeface
from drafting.composer import Composed, compose
from drafting.errors import BoxInvalid, PlacementNotFound
from drafting.finder import find_placement, read_box, written_box
from drafting.intake import take_in
from drafting.pages import TURN
from drafting.secrecy import secrecy_mark
from drafting.signature_block import read_signature_block
from drafting.typeface import Face
from drafting.view import View
from tests.drafting.conftest import LETTER, MakeDraft
from tests.drafting.turning import TURNS, seen, turned

SIGNER = LETTER.signer.full_name
NUMBER_LINE = ((120, 730, "Số:"), (175, 730, "/QĐ-UBND"))
DATE_LINE = ((320, 730, "Sơn Hải, ngày"), (425, 730, "tháng"), (480, 730, "năm 2026"))
BLOCK = ((370, 300, "PHÓ CHỦ TỊCH"), (355, 210, SIGNER))
Words = tuple[tuple[float, float, str], ...]


@pytest.fixture(scope="module")
def letter() -> Composed:
    return compose(LETTER)


def printed(*pages: Words, turn: float = 0) -> bytes:
    """Print words at places; *turn* is their own, counterclockwise around the page's middle."""
    typeface.load()
    kept = BytesIO()
    canvas = Canvas(kept, (595, 842), invariant=1)
    for words in pages:
        canvas.setFont(Face.REGULAR, 13)
        canvas.translate(297.5, 421)
        canvas.rotate(turn)
        canvas.translate(-297.5, -421)
        for x, y, text in words:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return kept.getvalue()


def found(pdf: bytes, **options: object) -> dict[str, tuple[float, ...]]:
    """Return where each place is seen."""
    places = find_placement(pdf, signer_name=SIGNER, **options)  # type: ignore[arg-type]
    return {name: seen(pdf, Box(**box)) for name, box in asdict(places).items()}


def missing(pdf: bytes, **options: object) -> PlacementNotFound:
    with pytest.raises(PlacementNotFound) as refusal:
        find_placement(pdf, signer_name=SIGNER, **options)  # type: ignore[arg-type]
    return refusal.value


def as_typed(composed: Composed) -> dict[str, tuple[float, ...]]:
    return {
        name: (box["x0"], box["y0"], box["x1"], box["y1"])
        for name, box in asdict(composed.placement).items()
    }


def assert_same(one: dict[str, tuple[float, ...]], other: dict[str, tuple[float, ...]]) -> None:
    assert one.keys() == other.keys()
    for name, edges in one.items():
        assert edges == pytest.approx(other[name], abs=1), name


@pytest.mark.parametrize("inherited", [False, True], ids=["own", "inherited"])
@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_letter_has_its_places_where_they_are_seen(
    turn: int, inherited: bool, letter: Composed
) -> None:
    pdf = turned(letter.pdf, turn, offset=(-30, 70), margin=12, inherited=inherited)
    taken = take_in(pdf, "a.pdf").pdf
    assert_same(found(taken, notation=LETTER.notation), as_typed(letter))


@given(
    turn=st.sampled_from(TURNS),
    x=st.floats(-5000, 5000),
    y=st.floats(-5000, 5000),
    margin=st.floats(0, 300),
    kind=st.sampled_from([DocumentType.OFFICIAL_LETTER, DocumentType.STATEMENT]),
)
@example(turn=90, x=0.0, y=0.0, margin=0.0, kind=DocumentType.OFFICIAL_LETTER)
@settings(max_examples=25, deadline=None)
def test_a_found_box_covers_the_blank_wherever_the_page_lies(
    turn: int, x: float, y: float, margin: float, kind: DocumentType, make_draft: MakeDraft
) -> None:
    draft = make_draft(kind)
    composed = compose(draft)
    pdf = turned(composed.pdf, turn, offset=(x, y), margin=margin)
    places = find_placement(pdf, signer_name=draft.signer.full_name, notation=draft.notation)
    edges = {name: seen(pdf, Box(**box)) for name, box in asdict(places).items()}
    assert_same(edges, as_typed(composed))
    for name, box in asdict(places).items():
        # what `fields.reserve` asks of a box: within the MediaBox, from its corner
        assert min(box["x0"], box["y0"]) >= 0, name
        assert read_box(written_box(name, Box(**box)))[1].x0 == pytest.approx(box["x0"], abs=0.01)


@given(
    turn=st.sampled_from(TURNS),
    edges=st.tuples(*[st.floats(-1e4, 1e4)] * 2, *[st.floats(1, 1e4)] * 2),
    origin=st.tuples(*[st.floats(-1e4, 1e4)] * 2),
    box=st.tuples(*[st.floats(0, 1e3)] * 2, *[st.floats(1, 1e3)] * 2),
)
def test_what_is_seen_and_what_is_placed_are_one(
    turn: int,
    edges: tuple[float, float, float, float],
    origin: tuple[float, float],
    box: tuple[float, float, float, float],
) -> None:
    left, bottom, width, height = edges
    view = View(left, bottom, left + width, bottom + height, origin, turn)
    wanted = Box(0, box[0], box[1], box[0] + box[2], box[1] + box[3])
    back = view.seen(view.placed(wanted))
    assert asdict(back) == pytest.approx(asdict(wanted), abs=1e-6)
    upright = (height, width) if turn in (90, 270) else (width, height)
    assert (view.width, view.height) == pytest.approx(upright, abs=1e-6)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_print_turned_on_the_page_is_not_read_as_if_it_stood_upright(turn: int) -> None:
    why = missing(printed(NUMBER_LINE + DATE_LINE + BLOCK, turn=turn))
    assert why.missing == ("number", "day", "month", "signature")
    assert str(why.args[1]).count("not upright") == 4


def test_a_watermark_across_the_page_hides_nothing(letter: Composed) -> None:
    mark = printed(((150, 421, f"BẢN DỰ THẢO {SIGNER} Số: /UBND-NC"),), turn=40)
    with pikepdf.open(BytesIO(letter.pdf)) as pdf, pikepdf.open(BytesIO(mark)) as drawn:
        pdf.pages[0].add_overlay(drawn.pages[0], None)
        out = BytesIO()
        pdf.save(out)
    assert_same(found(out.getvalue(), notation=LETTER.notation), as_typed(letter))


def test_the_number_line_may_stand_in_the_right_column() -> None:
    left = ((60, 731, "Sơn Hải, ngày"), (165, 731, "tháng"), (225, 731, "năm 2026"))
    right = ((350, 730, "Số:"), (410, 730, "/QĐ-UBND"))
    places = found(printed(left + right + BLOCK))
    assert places["number"][0] > 360
    assert places["day"][2] < places["month"][0] < 225


@pytest.mark.parametrize("x", [90, 240, 355])
def test_the_block_may_stand_in_any_column(x: int) -> None:
    places = ((x + 15, 300, "PHÓ CHỦ TỊCH"), (x, 210, SIGNER))
    others = ((40 if x > 200 else 400, 300, "GIÁM ĐỐC"), (40 if x > 200 else 400, 210, "Lê An"))
    left, low, right, high = found(printed(NUMBER_LINE + DATE_LINE + places + others))["signature"]
    assert left < x + 60 < right
    assert 210 < low < high < 300


def test_a_seal_that_would_leave_the_page_is_asked_for() -> None:
    block = ((10, 300, "CHỦ TỊCH"), (0, 210, "Lê An"))
    pdf = printed(NUMBER_LINE + DATE_LINE + block)
    with pytest.raises(PlacementNotFound) as refusal:
        find_placement(pdf, signer_name="Lê An")
    assert set(refusal.value.missing) <= {"signature", "seal"}
    assert "off the visible page" in str(refusal.value)


def test_two_blocks_are_listed_as_they_can_be_given(letter: Composed) -> None:
    twice = ((105, 300, "PHÓ CHỦ TỊCH"), (90, 210, SIGNER))
    pdf = printed(NUMBER_LINE + DATE_LINE + BLOCK + twice)
    why = missing(pdf)
    assert why.missing == ("signature",)
    offered = [part.split(" ")[0] for part in str(why.args[1]).split("--box ")[1:]]
    assert len(offered) == 2
    for text in offered:
        name, box = read_box(text)
        given = find_placement(pdf, signer_name=SIGNER, boxes={name: box})
        assert given.signature == box


@pytest.mark.parametrize("turn", TURNS)
def test_candidates_and_boxes_by_hand_are_in_one_kind_of_coordinates(turn: int) -> None:
    twice = ((120, 650, "Số:"), (175, 650, "/TB-VP"))
    pdf = turned(printed(NUMBER_LINE + DATE_LINE + BLOCK + twice), turn, offset=(33, -44))
    why = missing(pdf)
    assert why.missing == ("number",)
    name, box = read_box(str(why.args[1]).split("--box ")[1].split(" ")[0])
    placement = find_placement(pdf, signer_name=SIGNER, boxes={name: box})
    assert seen(pdf, placement.number)[1] == pytest.approx(726, abs=0.1)


@pytest.mark.parametrize("turn", TURNS)
def test_the_seal_lies_left_of_a_signature_given_by_hand(turn: int) -> None:
    pdf = turned(printed(NUMBER_LINE + DATE_LINE), turn, margin=5)
    block = found(turned(printed(NUMBER_LINE + DATE_LINE + BLOCK), turn, margin=5))
    wanted = find_placement(
        turned(printed(NUMBER_LINE + DATE_LINE + BLOCK), turn, margin=5), signer_name=SIGNER
    )
    given = find_placement(pdf, signer_name="", boxes={"signature": wanted.signature})
    assert seen(pdf, given.seal) == pytest.approx(block["seal"], abs=0.01)
    upright = seal_over(Box(0, *block["signature"]))
    assert block["seal"] == pytest.approx((upright.x0, upright.y0, upright.x1, upright.y1))


def test_what_is_cut_off_is_neither_read_nor_a_place() -> None:
    pdf = printed(NUMBER_LINE + DATE_LINE + BLOCK)
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.pages[0].cropbox = [0, 0, 595, 700]
        out = BytesIO()
        opened.save(out)
    cut = out.getvalue()
    assert missing(cut).missing == ("number", "day", "month")
    with pytest.raises(BoxInvalid, match="y 0–700"):
        find_placement(cut, signer_name=SIGNER, boxes={"number": Box(0, 138, 726, 174, 742)})


def test_a_scan_is_never_guessed_on_a_turned_page_either() -> None:
    for turn in TURNS:
        assert str(missing(turned(printed(()), turn)).args[1]).count("scan") == 4


@pytest.mark.parametrize("turn", TURNS)
def test_the_signature_block_is_read_on_turned_pages(turn: int, letter: Composed) -> None:
    wanted = read_signature_block(letter.pdf, box=letter.placement.signature)
    pdf = turned(letter.pdf, turn, offset=(-20, 35), margin=7)
    places = find_placement(pdf, signer_name=SIGNER, notation=LETTER.notation)
    assert wanted is not None
    assert read_signature_block(pdf, box=places.signature) == wanted
    assert read_signature_block(pdf, names=["Ai đó", SIGNER]) == wanted


@pytest.mark.parametrize("turn", TURNS)
def test_initials_stand_beside_the_same_line_on_turned_pages(turn: int, letter: Composed) -> None:
    here = letter.placement
    wanted = [(b.x0, b.y0, b.x1, b.y1) for b in initials.places(letter.pdf, (here.signature,))]
    pdf = turned(letter.pdf, turn, offset=(-20, 35), margin=7)
    places = find_placement(pdf, signer_name=SIGNER, notation=LETTER.notation)
    boxes = initials.places(pdf, (places.signature,))
    assert len(boxes) == len(wanted) > 0
    for box, edges in zip(boxes, wanted, strict=True):
        left, low, right, high = seen(pdf, box)
        assert (left, low, right, high) == pytest.approx(edges, abs=1)
        assert (right - left, high - low) == pytest.approx((INITIALS.width, INITIALS.height))


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("own", TURNS)
def test_a_secrecy_mark_counts_however_it_is_turned(turn: int, own: int, letter: Composed) -> None:
    kept = BytesIO()
    typeface.load()
    canvas = Canvas(kept, (595, 842))
    canvas.setFont(Face.BOLD, 14)
    canvas.translate(100, 600)
    canvas.rotate(own)
    canvas.drawString(0, 0, "TỐI MẬT")
    canvas.save()
    assert secrecy_mark(turned(kept.getvalue(), turn)) == "Tối mật"


@pytest.mark.parametrize(
    ("written", "settled", "noted"),
    [
        (-90, -90, False),
        (450, 450, False),
        (Decimal("90.0"), 90, False),
        (45, 0, True),
        (Decimal("0.5"), 0, True),
        (pikepdf.Name.Oops, 0, True),
    ],
    ids=str,
)
@pytest.mark.parametrize("inherited", [False, True], ids=["own", "inherited"])
def test_a_turn_that_readers_take_differently_is_settled(
    written: object, settled: int, noted: bool, inherited: bool
) -> None:
    with pikepdf.open(BytesIO(printed(NUMBER_LINE))) as opened:
        holder = opened.Root.Pages if inherited else opened.pages[0].obj
        del opened.pages[0].obj.Rotate
        holder.Rotate = written
        out = BytesIO()
        opened.save(out)
    taken = take_in(out.getvalue(), "a.pdf")
    assert (TURN in taken.notes) is noted
    with pikepdf.open(BytesIO(taken.pdf)) as opened:
        page = opened.pages[0].obj
        assert page.get("/Rotate", opened.Root.Pages.get("/Rotate")) == settled


@pytest.mark.parametrize(
    "entries",
    [
        {"/Rotate": 45},
        {"/Rotate": -90},
        {"/Rotate": 10**9},
        {"/MediaBox": [595, 842, 0, 0]},
        {"/MediaBox": [0, 0, 0, 0]},
        {"/MediaBox": [0, 0, 1e30, 1e30]},
        {"/MediaBox": [0, 0, "a", 1]},
        {"/CropBox": [900, 900, 1000, 1000]},
        {"/CropBox": [0, 0]},
    ],
    ids=str,
)
def test_odd_pages_are_answered(entries: dict[str, object]) -> None:
    with pikepdf.open(BytesIO(printed(NUMBER_LINE + DATE_LINE + BLOCK))) as opened:
        for key, value in entries.items():
            plain = pikepdf.Array(value) if isinstance(value, list) else value
            opened.pages[0].obj[key] = plain
        out = BytesIO()
        opened.save(out)
    pdf = out.getvalue()
    with suppress(PlacementNotFound):
        places = find_placement(pdf, signer_name=SIGNER)
        assert all(map(math.isfinite, seen(pdf, places.signature)))
    assert initials.places(pdf) == []
    read_signature_block(pdf, names=[SIGNER])
