"""Base64 is decoded strictly and alike, however its text is cut into pieces."""

import itertools

import pybase64
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.edxml.content import Base64Content, Base64Damaged
from connectors.edxml.spool import Spool


def decoded(text: bytes, cuts: list[int]) -> bytes:
    content = Base64Content(Spool(1 << 20))
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(places):
        content.write(text[start:end])
    content.close()
    return content.spool.open().read()


@given(st.binary(max_size=200), st.integers(1, 80), st.lists(st.integers(0, 400)))
def test_pieces_and_line_ends_change_nothing(data: bytes, width: int, cuts: list[int]) -> None:
    plain = pybase64.b64encode(data)
    lines = b"\r\n\t ".join(plain[at : at + width] for at in range(0, len(plain), width))
    assert decoded(b" \n" + lines + b"\r\n  ", cuts) == data


@given(st.binary(min_size=1, max_size=60), st.data())
def test_text_that_lost_a_character_is_refused(data: bytes, drawn: st.DataObject) -> None:
    plain = pybase64.b64encode(data)
    at = drawn.draw(st.integers(0, len(plain) - 1))
    with pytest.raises(Base64Damaged):
        decoded(plain[:at] + plain[at + 1 :], drawn.draw(st.lists(st.integers(0, 80))))


@pytest.mark.parametrize("text", [b"QQ==QQ==", b"QQ==Q", b"QQ=", b"Q", b"QQ!=", b"QUJ-", b"===="])
@pytest.mark.parametrize("cuts", [[], [4], [1, 2, 3, 4, 5, 6, 7]])
def test_what_is_not_whole_base64_is_refused(text: bytes, cuts: list[int]) -> None:
    with pytest.raises(Base64Damaged):
        decoded(text, cuts)
