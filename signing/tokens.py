"""Fast reading and writing of PDF's commonest tokens, installed into pyHanko.

Standard: ISO 32000-1, 7.3.4 (strings), 7.3.5 (names), 7.3.6 (arrays). pyHanko takes
one Python call for each byte of them, and a signature is one hexadecimal string
of several thousand digits: half the time of a verification. These take the plain
case in one step and leave every other case (escapes, comments, stray bytes, end
of file) to pyHanko's own, so that the result is the same. One bound is added: a
cross-reference stream may claim any number of objects without having any bytes.
"""

import binascii
import logging
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import IO, Any

from asn1crypto import x509
from pyhanko.pdf_utils import generic, xref
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver

MOST_OBJECTS = 400_000
"""In one cross-reference stream; a thousand pages of text have some 10,000."""

_READ = 16384
_WHITESPACE = b" \n\r\t\f\x00"
_LONGEST_NAME = 128
"""Bytes: ISO 32000-1, annex C allows 127; longer ones are read the slow way."""

# a name without escapes, up to whitespace or a delimiter; # starts an escape
_NAME = re.compile(rb"/[!\"$&'*-.0-;=?-Z\\^-z|~]*(?=[ \n\r\t\f\x00()<>\[\]{}/%])")
_NAME_TEXT = re.compile(r"/[!\"$&'*-.0-;=?-Z\\^-z|~]*")

# a string without brackets inside, and escapes only of three octal digits
_STRING = re.compile(rb"\(([^()\\]*(?:\\[0-3][0-7]{2}[^()\\]*)*)\)")
_OCTAL = re.compile(rb"\\([0-7]{3})")
_LONGEST_STRING = 1024

# an array of nothing but numbers, such as a font's widths
_NUMBERS = re.compile(rb"\[([-+.0-9 \n\r\t\f]*)\]")
_NUMBER = re.compile(rb"[-+]?[0-9]+(\.[0-9]*)?")
_LONGEST_ARRAY = 4096
_PRIMITIVES = frozenset({NumberObject, NameObject, FloatObject, BooleanObject, NullObject})

_read_hex_string = generic.read_hex_string_from_stream
_read_string: Callable[[IO[bytes]], bytes] = generic._read_string_literal_bytes
_read_name: Callable[[IO[bytes]], NameObject] = NameObject.read_from_stream
_write_name = NameObject.write_to_stream
_read_array: Callable[..., ArrayObject] = ArrayObject.read_from_stream
_subsume: Callable[[HistoricalResolver, PdfObject], PdfObject] = HistoricalResolver._subsume_object
_parse_xref_stream = xref.parse_xref_stream
_prepared = x509.NameTypeAndValue._ldap_string_prep


def read_hex_string(stream: IO[bytes]) -> ByteStringObject | TextStringObject:
    """Read the hexadecimal string that starts at *stream*'s position with `<`."""
    start = stream.tell()
    found = _up_to_its_end(stream)
    if found is not None:
        digits = found.translate(None, _WHITESPACE)
        try:
            # a missing last digit counts as zero
            return generic.pdf_string(binascii.unhexlify(digits + b"0" * (len(digits) & 1)))
        except binascii.Error:
            pass
    stream.seek(start)
    return _read_hex_string(stream)


def _up_to_its_end(stream: IO[bytes]) -> bytes | None:
    """Return what stands between `<` and `>` and leave *stream* behind it; None at its end."""
    stream.read(1)
    parts: list[bytes] = []
    while chunk := stream.read(_READ):
        end = chunk.find(b">")
        if end >= 0:
            stream.seek(end + 1 - len(chunk), 1)
            return b"".join((*parts, chunk[:end]))
        parts.append(chunk)
    return None


def read_string(stream: IO[bytes]) -> bytes:
    """Read the string that starts at *stream*'s position with `(`; return its bytes."""
    start = stream.tell()
    found = _STRING.match(stream.read(_LONGEST_STRING))
    if found is None:
        stream.seek(start)
        return _read_string(stream)
    stream.seek(start + found.end())
    return _OCTAL.sub(lambda digits: bytes((int(digits[1], 8),)), found[1])


def read_name(stream: IO[bytes]) -> NameObject:
    """Read the name that starts at *stream*'s position with `/`."""
    start = stream.tell()
    found = _NAME.match(stream.read(_LONGEST_NAME))
    if found is not None:
        stream.seek(start + found.end())
        return NameObject(found[0].decode("ascii"))
    stream.seek(start)
    return _read_name(stream)


def write_name(
    self: NameObject, stream: IO[bytes], handler: object = None, container_ref: object = None
) -> None:
    """Write the name; takes the place of a method."""
    if _NAME_TEXT.fullmatch(self):
        stream.write(self.encode("ascii"))
    else:
        _write_name(self, stream)


def read_array(stream: IO[bytes], container_ref: Any, *options: Any, **more: Any) -> ArrayObject:
    """Read the array that starts at *stream*'s position with `[`."""
    start = stream.tell()
    found = _NUMBERS.match(stream.read(_LONGEST_ARRAY))
    words = found[1].split() if found is not None else []
    if found is None or not all(map(_NUMBER.fullmatch, words)):
        stream.seek(start)
        return _read_array(stream, container_ref, *options, **more)
    stream.seek(start + found.end())
    array = ArrayObject()
    for word in words:
        number = (FloatObject if b"." in word else NumberObject)(word.decode("ascii"))
        number.container_ref = container_ref
        array.append(number)
    return array


def subsume(self: HistoricalResolver, obj: PdfObject) -> PdfObject:
    """Return *obj* as an older revision has it; what refers to nothing is the same in all."""
    if type(obj) is IndirectObject:
        return IndirectObject(obj.idnum, obj.generation, self)
    return obj if type(obj) in _PRIMITIVES else _subsume(self, obj)


def parse_xref_stream(
    xref_stream: generic.StreamObject, strict: bool = True
) -> Iterator[xref.XRefEntry]:
    """Yield the entries of a cross-reference stream, MOST_OBJECTS at most."""
    for count, entry in enumerate(_parse_xref_stream(xref_stream, strict=strict)):
        if count == MOST_OBJECTS:
            raise PdfReadError(f"more than {MOST_OBJECTS} objects")
        yield entry


@lru_cache(maxsize=4096)
def prepared_name(text: str) -> str:
    """Return *text* as RFC 4518 compares names; the same few issuers come again and again."""
    prepared: str = _prepared(None, text)
    return prepared


def _prepare(self: Any, text: str) -> str:
    return prepared_name(text)


def install() -> None:
    """Let pyHanko use these, and keep its warnings about hostile files out of our logs."""
    generic.read_hex_string_from_stream = read_hex_string
    generic._read_string_literal_bytes = read_string
    NameObject.read_from_stream = staticmethod(read_name)  # type: ignore[method-assign]
    NameObject.write_to_stream = write_name  # type: ignore[method-assign]
    ArrayObject.read_from_stream = staticmethod(read_array)  # type: ignore[method-assign]
    xref.parse_xref_stream = parse_xref_stream
    HistoricalResolver._subsume_object = subsume  # type: ignore[method-assign]
    x509.NameTypeAndValue._ldap_string_prep = _prepare
    for library in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
