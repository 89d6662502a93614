"""Base64 is decoded alike however it is cut; what is damaged ends there and says so."""

import itertools

import pybase64
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.edxml.content import Base64Content
from connectors.edxml.spool import Spool


def decoded(text: bytes, cuts: list[int]) -> tuple[bytes, str]:
    """Return the content and what is wrong with it."""
    content = Base64Content(Spool(1 << 20))
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(places):
        content.write(text[start:end])
    content.close()
    return content.spool.open().read(), content.fault


@given(st.binary(max_size=200), st.integers(1, 80), st.lists(st.integers(0, 400)))
def test_pieces_and_line_ends_change_nothing(data: bytes, width: int, cuts: list[int]) -> None:
    plain = pybase64.b64encode(data)
    lines = b"\r\n\t ".join(plain[at : at + width] for at in range(0, len(plain), width))
    assert decoded(b" \n" + lines + b"\r\n  ", cuts) == (data, "")


@given(st.binary(min_size=1, max_size=60), st.data())
def test_text_that_lost_a_character_is_told(data: bytes, drawn: st.DataObject) -> None:
    plain = pybase64.b64encode(data)
    at = drawn.draw(st.integers(0, len(plain) - 1))
    _, fault = decoded(plain[:at] + plain[at + 1 :], drawn.draw(st.lists(st.integers(0, 80))))
    assert fault


@pytest.mark.parametrize("text", [b"QQ==QQ==", b"QQ==Q", b"QQ=", b"Q", b"QQ!=", b"QUJ-", b"===="])
@pytest.mark.parametrize("cuts", [[], [4], [1, 2, 3, 4, 5, 6, 7]])
def test_what_is_not_whole_base64_is_told(text: bytes, cuts: list[int]) -> None:
    assert decoded(text, cuts)[1]


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_nothing_is_guessed_after_the_damage(data: bytes, rest: bytes) -> None:
    whole = data[: len(data) // 3 * 3]
    text = pybase64.b64encode(whole) + b"J!VB" + pybase64.b64encode(rest)
    content, fault = decoded(text, list(range(0, len(text), 4)))
    assert fault
    assert content == whole
