"""The few DER encodings that a CMS signature needs, written straight to bytes.

Standard: ITU-T X.690 (DER). asn1crypto builds the same bytes through Python
objects in tens of milliseconds; tests hold the two equal.
"""

from collections.abc import Iterable

SEQUENCE = 0x30
SET = 0x31
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
