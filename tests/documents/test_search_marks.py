"""What was looked for is marked in what is shown, with or without accents, and nothing else."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.search_marks import AROUND, excerpt, pieces, wanted


def marked(text: str, query: str) -> list[str]:
    """Return the stretches that are marked."""
    return [piece.text for piece in pieces(text, wanted(query)) if piece.marked]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("V/v phòng chống bão số 3", "bao so 3", ["bão", "số", "3"]),
        ("V/v phòng chống bão số 3", "BÃO", ["bão"]),
        ("Quyết định 15/QĐ-UBND", "15/qd-ubnd", ["15", "QĐ", "UBND"]),
        ("Thông báo nghỉ Tết", "thông* -tết", ["Thông"]),
        ("Họp Hòa Bình", '"hoà bình"', ["Hòa", "Bình"]),
        ("Bộ Nội vụ", "từ:bộ", ["Bộ"]),
        ("Không có gì", "", []),
    ],
    ids=["plain", "written", "code", "begins", "phrase", "field", "nothing"],
)
def test_words_are_marked(text: str, query: str, found: list[str]) -> None:
    assert marked(text, query) == found


@given(st.text(max_size=200), st.text(max_size=60))
def test_pieces_are_the_text(text: str, query: str) -> None:
    assert "".join(piece.text for piece in pieces(text, wanted(query))) == text


@given(st.binary(max_size=200), st.text(max_size=20))
def test_a_files_text_that_is_none_breaks_nothing(packed: bytes, query: str) -> None:
    assert excerpt(packed, wanted(query)) == ()


def test_an_excerpt_is_short_and_shows_the_words() -> None:
    packed = zlib.compress(("x " * 9000 + "phòng cháy và chữa cháy" + " y" * 9000).encode())
    found = excerpt(packed, wanted("phong chay"))
    text = "".join(piece.text for piece in found)
    assert [piece.text for piece in found if piece.marked] == ["phòng", "cháy", "cháy"]
    assert len(text) <= 2 * AROUND + 20
