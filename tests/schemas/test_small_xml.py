"""The short way finds what the long one finds, or leaves it to it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from schemas.small_xml import plain_tree
from schemas.xml import LIMITS, Limits, Sink, StreamParser, XmlRefused

PIECES = st.sampled_from(
    [
        "<a>",
        "</a>",
        "<b/>",
        '<p:c xmlns:p="u">',
        "</p:c>",
        "<p:d/>",
        "x",
        " ",
        "&amp;",
        "&#10;",
        "&x;",
        "<!-- -->",
        "<![CDATA[y]]>",
        "<?pi?>",
        "\x00",
        "ề",
        "<",
        ">",
        ' z="1"',
        "]]>",
    ]
)


def streamed(data: bytes, limits: Limits = LIMITS) -> etree._Element:
    parser = StreamParser((), never, limits=limits)
    parser.feed(data)
    return parser.close()


def never(element: etree._Element) -> Sink:
    raise AssertionError(element.tag)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_it_takes_is_what_the_stream_takes(inside: str) -> None:
    data = f"<r>{inside}</r>".encode()
    plain = plain_tree(data, LIMITS)
    if plain is not None:
        assert etree.tostring(plain, method="c14n") == etree.tostring(streamed(data), method="c14n")


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"<!DOCTYPE a><a/>", LIMITS),
        (b"<?xml version='1.0'?><?pi?><a/>", LIMITS),
        (b"<p:a/>", LIMITS),
        (b"<a>" * 65 + b"</a>" * 65, LIMITS),
        (b"<a " + b" ".join(b"a%d='1'" % n for n in range(65)) + b"/>", LIMITS),
        (b"<a>" + b"x" * (1 << 20) + b"</a>", Limits(size=1 << 10)),
    ],
)
def test_what_is_refused_is_left_to_the_stream_to_refuse(data: bytes, limits: Limits) -> None:
    assert plain_tree(data, limits) is None
    with pytest.raises(XmlRefused):
        streamed(data, limits)


def test_it_is_taken_at_the_depth_that_is_allowed() -> None:
    assert plain_tree(b"<a>" * 64 + b"</a>" * 64, LIMITS) is not None
    assert plain_tree(b"<?xml version='1.0' encoding='utf-8'?><a/>", LIMITS) is not None
