"""The one table of boxes: what the page of the manual says, and what the decree asks of it."""

from pathlib import Path

import pytest

from documents import boxes
from documents.boxes import ATTACHMENT, COPY, MILLIMETRE, PLACES, SEAL, SIGNATURE, table
from documents.placement import Box, seal_over

PAGE = Path(__file__).parents[2] / "docs" / "boxes.md"
TOP_MARGIN, RIGHT_MARGIN = 20 * MILLIMETRE, 15 * MILLIMETRE
"""The least margins (Appendix I, Part I, I.5)."""


def test_the_manual_shows_the_table_that_the_code_uses() -> None:
    assert table() in PAGE.read_text("utf-8")


def test_every_place_has_its_article_but_those_the_decree_does_not_know() -> None:
    assert [place.name for place in PLACES if not place.article] == ["initials"]
    assert [place.name for place in PLACES if not place.element] == ["attachment", "initials"]


@pytest.mark.parametrize("place", [ATTACHMENT, COPY])
def test_a_text_in_the_corner_stays_in_the_top_margin_and_in_size_10(place: boxes.Place) -> None:
    assert boxes.CORNER_TOP + place.height <= TOP_MARGIN
    assert boxes.CORNER_RIGHT >= RIGHT_MARGIN
    assert place.text_size == 10
    assert place.height >= 4 * boxes.CORNER_LEADING


def test_the_seal_covers_the_left_third_of_the_signature() -> None:
    signature = Box(0, 345, 290, 345 + SIGNATURE.width, 290 + SIGNATURE.height)
    seal = seal_over(signature)
    assert (seal.width, seal.height) == pytest.approx((SEAL.width, SEAL.height))
    assert seal.x1 == pytest.approx(345 + SIGNATURE.width / 3)
    assert seal.x0 < signature.x0
