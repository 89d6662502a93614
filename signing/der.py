"""The few DER encodings that a CMS signature needs, written straight to bytes and found in them.

Standard: ITU-T X.690 (DER). asn1crypto builds the same bytes through Python
objects in tens of milliseconds; tests hold the two equal.
"""

from collections.abc import Iterable
from typing import NamedTuple

SEQUENCE = 0x30
SET = 0x31
INTEGER = 0x02
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
CONTEXT_0 = 0xA0


def encode(tag: int, content: bytes) -> bytes:
    """Return tag, definite length and *content* (X.690, 8.1.3)."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE of encoded *parts*."""
    return encode(SEQUENCE, b"".join(parts))


def set_of(parts: Iterable[bytes], tag: int = SET) -> bytes:
    """Return a SET OF encoded *parts* in DER's order (X.690, 11.6)."""
    return encode(tag, b"".join(sorted(parts)))


def octet_string(content: bytes) -> bytes:
    """Return an OCTET STRING."""
    return encode(OCTET_STRING, content)


def object_identifier(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER such as `1.2.840.113549.1.7.1` (X.690, 8.19)."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | (arc & 0x7F))
        content += bytes(reversed(groups))
    return encode(OBJECT_IDENTIFIER, bytes(content))


class Malformed(ValueError):
    """The bytes are not DER, or not what was expected of them."""


class Element(NamedTuple):
    """Where one encoded value stands in its bytes."""

    tag: int
    start: int
    """Of its tag."""
    body: int
    """Of its content."""
    end: int


def element(data: bytes, at: int, end: int) -> Element:
    """Return the element that starts at *at* and ends by *end*.

    Raises:
        Malformed: none does, its length is indefinite, or its tag has several bytes.
    """
    if at + 2 > end:
        raise Malformed("cut off")
    tag, size, body = data[at], data[at + 1], at + 2
    if size >= 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or body + count > end:
            raise Malformed("length")
        size, body = int.from_bytes(data[body : body + count], "big"), body + count
    if tag & 0x1F == 0x1F or body + size > end:
        raise Malformed("tag or length")
    return Element(tag, at, body, body + size)


def elements(data: bytes, of: Element) -> list[Element]:
    """Return the elements inside *of*, a constructed one.

    Raises:
        Malformed: its content is something else.
    """
    found, at = [], of.body
    while at < of.end:
        found.append(element(data, at, of.end))
        at = found[-1].end
    return found


def whole(data: bytes, tag: int = SEQUENCE) -> Element:
    """Return the one element that *data* begins with; what follows it is not looked at.

    Raises:
        Malformed: it is no *tag*.
    """
    found = element(data, 0, len(data))
    if found.tag != tag:
        raise Malformed(f"tag {found.tag:#x}")
    return found
