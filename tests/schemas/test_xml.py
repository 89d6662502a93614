"""The one XML parser: what it refuses, what it costs, what it diverts."""

import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from schemas.xml import Limits, Reason, StreamParser, XmlRefused, parse


def refusal(data: bytes, limits: Limits | None = None) -> XmlRefused:
    with pytest.raises(XmlRefused) as caught:
        parse(data, limits=limits or Limits())
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"text",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a b='1' b='2'/>",
        b"<a>&unknown;</a>",
        b"<a>\x00</a>",
        b"<a>\xff</a>",
        b"<a>&#0;</a>",
        b"<a><x:b/></a>",
        b"<a x:b='1'/>",
        "<a>é</a>".encode("utf-16"),
    ],
)
def test_what_is_not_well_formed_is_refused(data: bytes) -> None:
    assert refusal(data).reason is Reason.NOT_WELL_FORMED


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE a><a/>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>",
        b"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x'>%p;]><a/>",
    ],
)
def test_a_doctype_is_refused_before_anything_in_it_counts(data: bytes) -> None:
    assert refusal(data).reason is Reason.DOCTYPE


def test_entities_that_multiply_cost_no_time() -> None:
    entities = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 12))
    data = f"<!DOCTYPE a [<!ENTITY e0 'ha'>{entities}]><a>&e11;</a>".encode()
    start = time.perf_counter()
    assert refusal(data).reason is Reason.DOCTYPE
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("data", [b"<?pi x?><a/>", b"<a><?pi x?></a>", b"<a/><?pi x?>"])
def test_processing_instructions_are_refused(data: bytes) -> None:
    assert refusal(data).reason is Reason.INSTRUCTION


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"<a>" * 65 + b"</a>" * 65, Limits()),
        (b"<a " + b" ".join(b'b%d="1"' % n for n in range(65)) + b"/>", Limits()),
        (b"<a " + b" ".join(b'xmlns:b%d="u%d"' % (n, n) for n in range(65)) + b"/>", Limits()),
        (b"<a>" + b"<b/>" * 50_000 + b"</a>", Limits()),
        (b"<a>" + b"x" * 101 + b"</a>", Limits(text=100)),
        (b"<a b='" + b"x" * 101 + b"'/>", Limits(text=100)),
        (b"<a>" + b" " * 101 + b"</a>", Limits(size=100)),
    ],
)
def test_what_costs_too_much_is_refused(data: bytes, limits: Limits) -> None:
    assert refusal(data, limits).reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        b"<a " + b" ".join(b'xmlns:b%d="u%d"' % (n, n) for n in range(20_000)) + b"/>",
        b"<a " + b" ".join(b'b%d="1"' % n for n in range(200_000)) + b"/>",
        b"<a>" * 1_000_000,
        b"<a>" + b"&#65;" * 2_000_000 + b"</a>",
        b"<a>" + b"<!---->" * 2_000_000 + b"</a>",
        b"<a>" + b"<![CDATA[A]]>" * 1_000_000 + b"</a>",
    ],
)
def test_a_hostile_message_is_refused_in_little_time(data: bytes) -> None:
    start = time.process_time()
    refusal(data)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(("data", "line"), [(b"<a>\n\n</b>", 3), (b"<a>\n<x:b/>\n</a>", 2)])
def test_the_line_of_an_error_is_told(data: bytes, line: int) -> None:
    assert refusal(data).line == line
    assert f"line {line}" in str(refusal(data))


def test_comments_disappear_and_the_text_around_them_joins() -> None:
    root = parse(b"<!-- 1 --><a>AL<!-- 2 -->ICE<!-- 3 --></a><!-- 4 -->")
    assert etree.tostring(root) == b"<a>ALICE</a>"


def test_the_declared_encoding_gives_bytes_no_second_meaning() -> None:
    assert (
        parse(b'<?xml version="1.0" encoding="utf-7"?><a>+ADw-b/+AD4-</a>').text == "+ADw-b/+AD4-"
    )
    assert parse('<?xml version="1.0" encoding="utf-16"?><a>Đ</a>'.encode()).text == "Đ"


def test_namespaces_and_attributes_arrive_as_written() -> None:
    root = parse(b"<p:a xmlns:p='u' xmlns='v' c='1'><b p:d='2'/></p:a>")
    assert root.tag == "{u}a"
    assert root.attrib == {"c": "1"}
    assert root[0].tag == "{v}b"
    assert root[0].attrib == {"{u}d": "2"}
    assert root.nsmap == {"p": "u", None: "v"}


class Collector:
    def __init__(self, _: object = None) -> None:
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, text: bytes) -> None:
        self.pieces.append(text)

    def close(self) -> None:
        self.closed = True


def diverted(
    data: bytes, size: int, opener: Callable[[etree._Element], Collector] | None = None
) -> tuple[etree._Element, list[Collector]]:
    sinks: list[Collector] = []

    def opened(element: etree._Element) -> Collector:
        sinks.append(opener(element) if opener else Collector(element))
        return sinks[-1]

    parser = StreamParser(["{u}file"], opened, inside=["{x}Include"])
    for start in range(0, len(data), size):
        parser.feed(data[start : start + size])
    return parser.close(), sinks


@given(st.integers(1, 80))
def test_the_text_of_named_elements_goes_to_their_sinks_whatever_the_chunks(size: int) -> None:
    data = (
        b"<a xmlns='u'><file>QUJD\r\n<!-- c -->REVG</file><file/>"
        b"<file>  </file><file><![CDATA[R0hJ]]></file><file xmlns=''>kept</file><z>last</z></a>"
    )
    root, sinks = diverted(data, size)
    texts = [b"".join(sink.pieces).replace(b"\r", b"") for sink in sinks]
    assert texts == [b"QUJD\nREVG", b"R0hJ"]
    assert all(sink.closed for sink in sinks)
    assert [child.text for child in root] == [None, None, None, None, "kept", "last"]


def test_only_the_named_child_may_stand_inside_a_diverted_element() -> None:
    root, sinks = diverted(b"<a xmlns='u'><file><i:Include xmlns:i='x' href='1'/></file></a>", 99)
    assert root[0][0].get("href") == "1"
    assert sinks == []
    with pytest.raises(XmlRefused, match="inside encoded content"):
        diverted(b"<a xmlns='u'><file>QU<b/>JD</file></a>", 99)


def test_an_error_of_a_sink_comes_out_as_it_is() -> None:
    class Full(Collector):
        def write(self, text: bytes) -> None:
            raise OverflowError(len(text))

    class Short(Collector):
        def close(self) -> None:
            raise EOFError

    with pytest.raises(OverflowError):
        diverted(b"<a xmlns='u'><file>QUJD</file></a>", 99, Full)
    with pytest.raises(EOFError):
        diverted(b"<a xmlns='u'><file>QUJD</file></a>", 5, Short)


def test_bad_xml_is_told_before_what_a_sink_says_of_it() -> None:
    class Full(Collector):
        def write(self, text: bytes) -> None:
            raise OverflowError

    with pytest.raises(XmlRefused, match="line 1"):
        diverted(b"<a xmlns='u'><n:b/><file>QUJD</file></a>", 99, Full)


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(XmlRefused):
        parse(data)
