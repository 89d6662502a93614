"""A message inside a JSON answer, taken in pieces: it goes to a blob, the rest stays small.

The message is one string at a known path, as XML text or in base64. Other long strings (files
that a face gives a second time, axis.md §11.1) are cut short and not kept.
"""

import json
import re
from typing import Any

from connectors.soap.blob import Base64Sink, Blob
from connectors.soap.fault import SoapFault
from connectors.vxp.answer import NotUnderstood, TooLong

DEPTH = 32
_FRAME = 1 << 20
"""Bytes of an answer beside the message that are kept."""
_LONGEST = 64 << 10
"""Bytes of any other string that are kept."""
_MARKS = re.compile(rb'["{}\[\],:]')
_PLAIN = re.compile(rb'(?:[^"\\]+|\\u[0-9A-Fa-f]{4}|\\[^u])*+')
_HALF = re.compile(rb"\\u[dD][89abAB][0-9A-Fa-f]{2}\Z")
_ESCAPE = re.compile(
    rb"\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)|\\u([0-9A-Fa-f]{4})|\\(.)", re.DOTALL
)
_SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_XML = (b"<", b"\xef\xbb\xbf")


class ContentReader:
    """Reads an answer; *path* as in a profile, *limit* in bytes of the message."""

    def __init__(self, path: str, encoding: str, limit: int) -> None:
        self.blob = Blob(limit)
        """The message; the caller's to close."""
        self._wanted = path.split(".")
        self._encoding = encoding
        self._base64: Base64Sink | None = None
        self._begun = self._found = False
        self._frame = bytearray()
        self._stack: list[str | None] = []
        """The name one is at in each object; None for a list."""
        self._name_next = False
        self._text: bytearray | None = None
        """The string one is in, as far as it is kept; None outside."""
        self._in_message = False
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            NotUnderstood: this is no such answer, or the message is no base64.
            TooLong: the message, or what is beside it, is larger than the limit.
        """
        data, place = self._rest + chunk, 0
        self._rest = b""
        while place < len(data):
            place = (self._outside if self._text is None else self._inside)(data, place)
            if len(self._frame) > _FRAME:
                raise TooLong(
                    f"quá {_FRAME} byte ngoài gói tin / more than {_FRAME} bytes beside it"
                )

    def _outside(self, data: bytes, start: int) -> int:
        """Follow the structure up to the next string; return where it begins."""
        for found in _MARKS.finditer(data, start):
            if found[0] == b'"':
                self._frame += data[start : found.end()]
                self._text = bytearray()
                self._in_message = not self._name_next and self._stack == self._wanted
                if self._in_message and self._found:
                    raise NotUnderstood("two messages")
                self._found |= self._in_message
                return found.end()
            self._mark(found[0])
        self._frame += data[start:]
        return len(data)

    def _mark(self, mark: bytes) -> None:
        if mark in b"{[":
            self._stack.append("" if mark == b"{" else None)
            if len(self._stack) > DEPTH:
                raise NotUnderstood(f"deeper than {DEPTH}")
            self._name_next = mark == b"{"
        elif mark in b"}]":
            if self._stack:
                self._stack.pop()
            self._name_next = False
        else:
            self._name_next = mark == b"," and bool(self._stack) and self._stack[-1] is not None

    def _inside(self, data: bytes, start: int) -> int:
        """Take the string up to its end; return what follows its quote."""
        end = data.find(b'"', start)
        end = end if end >= 0 else len(data)
        if data.find(b"\\", start, end) >= 0:
            plain = _PLAIN.match(data, start)
            end = plain.end() if plain is not None else start
        closed = data[end : end + 1] == b'"'
        text = data[start:end]
        if not closed and _ends_in_half(text):  # the pair's other half may follow
            end, text = end - 6, text[:-6]
        self._take(text)
        if closed:
            self._close_text()
            return end + 1
        self._rest = data[end:]
        if len(self._rest) > 12:
            raise NotUnderstood("không phải chuỗi JSON / not a JSON string")
        return len(data)

    def _take(self, text: bytes) -> None:
        kept = self._text
        if self._in_message:
            self._write(_ESCAPE.sub(_unescaped, text) if b"\\" in text else text)
        elif kept is not None and len(kept) + len(text) <= _LONGEST:
            kept += text

    def _write(self, data: bytes) -> None:
        if not self._begun:
            data = data.lstrip(b" \t\r\n")
            if not data:
                return
            self._begun = True
            if self._encoding == "base64" or (
                self._encoding == "auto" and not data.startswith(_XML)
            ):
                self._base64 = Base64Sink(self.blob)
        try:
            (self._base64 or self.blob).write(data)
        except SoapFault as fault:
            raise _translated(fault) from None

    def _close_text(self) -> None:
        text = bytes(self._text or b"")
        self._text = None
        self._frame += text + b'"'
        if self._in_message:
            self._in_message = False
            try:
                if self._base64 is not None:
                    self._base64.close()
            except SoapFault as fault:
                raise _translated(fault) from None
        elif self._name_next and self._stack:
            self._stack[-1] = text.decode("utf-8", "replace")
            self._name_next = False

    def close(self) -> tuple[Any, bool]:
        """Return the answer, an empty text where the message stood, and whether it had one.

        Raises:
            NotUnderstood: it ended early or is not JSON.
        """
        if self._text is not None:
            raise NotUnderstood("cut off")
        return parsed(bytes(self._frame)), self._found and self.blob.size > 0


def parsed(data: bytes) -> Any:
    """Return the JSON value in *data*.

    Raises:
        NotUnderstood: there is none.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(f"not JSON: {type(error).__name__}") from None


def _ends_in_half(text: bytes) -> bool:
    if _HALF.search(text[-6:]) is None:
        return False
    before = text[:-6]
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 0


def _translated(fault: SoapFault) -> NotUnderstood:
    too_long = fault.detail is not None and fault.detail.code == "TOO_LARGE"
    return (TooLong if too_long else NotUnderstood)(str(fault))


def _unescaped(found: re.Match[bytes]) -> bytes:
    high, low, single, short = found.groups()
    if short is not None:
        return _SHORT.get(short, short)
    if high is not None:
        code = 0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)
        return chr(code).encode()
    return chr(int(single, 16)).encode("utf-8", "replace")
