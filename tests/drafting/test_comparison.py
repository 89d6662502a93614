"""Pages then and now: what changed is found and framed, what did not is not shown."""

import io

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from drafting import comparison
from drafting.errors import DraftUnreadable


def pdf(*pages: str, size: tuple[float, float] = (595, 842)) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, size, invariant=1)
    for text in pages:
        canvas.drawString(100, 700, "the same on both")
        canvas.drawString(100, 400, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_only_pages_that_look_otherwise_are_shown_with_a_frame_around_the_change() -> None:
    (change,) = comparison.changes(pdf("one", "two", "three"), pdf("one", "TWO!", "three"))
    assert change.number == 2
    ((left, top, right, bottom),) = change.areas
    assert left < 110 / 595 < right < 0.3
    assert top < (842 - 405) / 842 < bottom < 0.56
    before, after, marked = (
        Image.open(io.BytesIO(png)) for png in (change.before, change.after, change.marked)
    )
    assert before.size == after.size == marked.size
    red = (214, 0, 28)
    assert red in {marked.getpixel((x, int(top * marked.height) - 2)) for x in range(marked.width)}
    assert red not in {colour for _, colour in after.getcolors(1 << 20) or ()}


def test_files_that_look_the_same_show_nothing() -> None:
    assert list(comparison.changes(pdf("one"), pdf("one"))) == []
    assert comparison.extent(pdf("one"), pdf("one", "two")) == comparison.Extent(1, 2, 2)


def test_a_page_that_was_not_there_is_shown_whole() -> None:
    (change,) = comparison.changes(pdf("one"), pdf("one", "two"))
    assert (change.number, change.before, change.areas) == (2, b"", ((0.0, 0.0, 1.0, 1.0),))
    (gone,) = comparison.changes(pdf("one", "two"), pdf("one"))
    assert (gone.after, gone.before) == (b"", gone.marked)


def test_pictures_are_bounded_however_large_the_page_is() -> None:
    wide = (14_400, 14_400)
    (change,) = comparison.changes(pdf("one", size=wide), pdf("o" * 3000, size=wide))
    assert max(Image.open(io.BytesIO(change.marked)).size) <= comparison.LARGEST_SIDE


def test_a_file_that_is_none_is_refused() -> None:
    for broken in (b"", b"%PDF-1.7", b"\x00" * 100):
        with pytest.raises(DraftUnreadable):
            list(comparison.changes(pdf("one"), broken))
