"""The fast readers and writers equal pyHanko's own on whatever stands in a file."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from asn1crypto import x509
from hypothesis import example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import NameObject, Reference

from signing import tokens

DIGITS = st.sampled_from([bytes((c,)) for c in b"0123456789abcdefABCDEF"])
SPACE = st.sampled_from([b" ", b"\n", b"\r", b"\t", b"\f", b"\0"])
STRAY = st.sampled_from([b"%x\n", b"g", b"<", b"\xff", b"("])


def outcome(read: Callable[[Any], Any], data: bytes) -> tuple[object, ...]:
    """Return what *read* makes of *data*: type, value and where it stops, or which error."""
    stream = io.BytesIO(data)
    try:
        value = read(stream)
    except Exception as fault:
        return (type(fault), str(fault))
    raw = getattr(value, "original_bytes", None)
    return (type(value), value, raw, stream.tell())


@given(st.lists(st.one_of(DIGITS, SPACE), max_size=60), st.binary(max_size=5))
@example([], b"")
@example([b"4"] * 40_000, b"/Next")
def test_a_hex_string_reads_as_pyhanko_reads_it(parts: list[bytes], after: bytes) -> None:
    data = b"<" + b"".join(parts) + b">" + after
    assert outcome(tokens.read_hex_string, data) == outcome(tokens._read_hex_string, data)


@given(st.lists(st.one_of(DIGITS, SPACE, STRAY), max_size=30), st.booleans())
def test_a_bad_hex_string_fails_as_with_pyhanko(parts: list[bytes], closed: bool) -> None:
    data = b"<" + b"".join(parts) + (b">" if closed else b"")
    assert outcome(tokens.read_hex_string, data) == outcome(tokens._read_hex_string, data)


PIECE = st.sampled_from(
    [
        *(b"a", b"\r\n", b"%", b"(", b")", b"\xff", b"\0", b"x" * 300),
        *(b"\\(", b"\\n", b"\\\n", b"\\\\", b"\\376", b"\\000"),
        *(b"\\400", b"\\12", b"\\8", b"\\128", b"\\1234"),
    ]
)


@given(st.lists(PIECE, max_size=12), st.booleans(), st.binary(max_size=3))
@example([b"x" * 1022], True, b"")
@example([b"x" * 1023], True, b"")
def test_a_string_reads_as_pyhanko_reads_it(parts: list[bytes], closed: bool, after: bytes) -> None:
    data = b"(" + b"".join(parts) + (b")" if closed else b"") + after
    assert outcome(tokens.read_string, data) == outcome(tokens._read_string, data)


@given(st.binary(max_size=140), st.sampled_from([b"", b" ", b"/", b"<", b"\0", b"]"]))
@example(b"Type", b" ")
@example(b"A#20B", b" ")
@example(b"x" * 127, b" ")
@example(b"x" * 128, b" ")
def test_a_name_reads_as_pyhanko_reads_it(name: bytes, after: bytes) -> None:
    data = b"/" + name + after
    assert outcome(tokens.read_name, data) == outcome(tokens._read_name, data)


@given(st.sampled_from([bytes((c,)) for c in range(256)]))
def test_every_byte_ends_or_continues_a_name_as_with_pyhanko(byte: bytes) -> None:
    data = b"/ab" + byte + b"cd "
    assert outcome(tokens.read_name, data) == outcome(tokens._read_name, data)


NUMBER = st.from_regex(rb"[-+]?[0-9]{0,4}(\.[0-9]{0,3})?", fullmatch=True)
OTHER = st.sampled_from(
    [b"1 0 R", b"/N", b"(x)", b"<41>", b"[1 2]", b"true", b"null", b"%c\n", b"-"]
)


@given(st.lists(st.one_of(NUMBER, SPACE, OTHER), max_size=12), st.booleans(), st.binary(max_size=3))
@example([b"500"] * 1000, True, b"")
@example([b"500"] * 1025, True, b"")
@example([b"0", b"0", b"595.28", b"-841"], True, b">")
def test_an_array_reads_as_pyhanko_reads_it(parts: list[bytes], closed: bool, after: bytes) -> None:
    data = b"[" + b" ".join(parts) + (b"]" if closed else b"") + after
    container = Reference(1, 0, pdf=None)

    def described(read: Callable[..., Any]) -> Callable[[Any], Any]:
        def reading(stream: Any) -> list[object]:
            array = read(stream, container)
            written = io.BytesIO()
            array.write_to_stream(written)
            return [written.getvalue(), *((type(item), item.container_ref) for item in array)]

        return reading

    ours = outcome(described(tokens.read_array), data)
    assert ours == outcome(described(tokens._read_array), data)


@given(st.text(max_size=20))
@example("Ký số")
@example("plain")
def test_a_name_is_written_as_pyhanko_writes_it(text: str) -> None:
    name = NameObject("/" + text)
    ours, theirs = io.BytesIO(), io.BytesIO()
    try:
        tokens._write_name(name, theirs)
    except UnicodeEncodeError:
        return
    tokens.write_name(name, ours)
    assert ours.getvalue() == theirs.getvalue()


@given(st.text(max_size=20))
@example("ỦY BAN NHÂN DÂN tỉnh  Sơn Hải")
def test_names_of_people_are_prepared_as_asn1crypto_prepares_them(text: str) -> None:
    blank = x509.NameTypeAndValue()
    try:
        expected = tokens._prepared(blank, text)
    except ValueError as fault:
        with pytest.raises(ValueError, match=re.escape(str(fault))):
            tokens.prepared_name(text)
    else:
        assert tokens.prepared_name(text) == expected
