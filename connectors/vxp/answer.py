"""Answers of the wire: one JSON object each, bounded; a message's base64 never whole in memory.

Every answer has `status` (OK, FAIL), `ErrorCode` ("0" when all is well) and `ErrorDesc`
(axis.md §10.3).
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from connectors.soap.blob import Base64Sink, Blob
from connectors.soap.fault import SoapFault

MAX_LIST = 64 << 20
"""Bytes of a list: a catalogue of 125,000 agencies is about 25 MB."""
_FRAME = 64 << 10
"""Bytes of an answer beside the message that it carries."""
_PLAIN = re.compile(rb'(?:[^"\\]+|\\u[0-9A-Fa-f]{4}|\\[^u])*+')
_ESCAPE = re.compile(rb"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class NotUnderstood(Exception):
    """The answer is not what the wire promises; the argument says why."""


class TooLong(NotUnderstood):
    """The answer is longer than is taken."""


class Empty(NotUnderstood):
    """The answer has no body."""


def read_object(chunks: Iterable[bytes], limit: int = MAX_LIST) -> dict[str, Any]:
    """Return the JSON object in *chunks*.

    Raises:
        NotUnderstood: there is none.
        Empty: there is nothing at all.
        TooLong: it has more than *limit* bytes.
    """
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > limit:
            raise TooLong(f"quá {limit} byte / more than {limit} bytes")
    if not data.strip():
        raise Empty("an empty body")
    return _object(bytes(data))


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(f"not JSON: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise NotUnderstood("không phải đối tượng JSON / not a JSON object")
    return value


class MessageReader:
    """Takes `{"data": "<base64>", …}` in pieces: the message goes to a blob, the rest is small."""

    def __init__(self, limit: int) -> None:
        self.blob = Blob(limit)
        """The message; the caller's to close."""
        self._sink = Base64Sink(self.blob)
        self._frame = bytearray()
        self._text = bytearray()
        """The string that is being read or was read last, outside the message."""
        self._depth = 0
        self._in_text = self._escaped = self._in_message = self._found = False
        self._named = False
        """A colon has come after the last string, which was then a name."""
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            NotUnderstood: this is no such answer, or the message is no base64.
            TooLong: the message is larger than the limit.
        """
        while chunk:
            chunk = self._message(chunk) if self._in_message else self._outside(chunk)

    def _message(self, chunk: bytes) -> bytes:
        """Decode up to the closing quote; return what follows."""
        data = self._rest + chunk
        self._rest = b""
        end = len(data) if b'"' not in data and b"\\" not in data else _end_of_plain(data)
        text = data[:end]
        try:
            self._sink.write(_ESCAPE.sub(_unescaped, text) if b"\\" in text else text)
            if end < len(data) and data[end] == ord('"'):
                self._sink.close()
                self._in_message = False
                self._frame += b'"'
                return data[end + 1 :]
        except SoapFault as fault:
            too_long = fault.detail is not None and fault.detail.code == "TOO_LARGE"
            raise (TooLong if too_long else NotUnderstood)(str(fault)) from None
        self._rest = data[end:]
        if len(self._rest) > 6:
            raise NotUnderstood("không phải chuỗi JSON / not a JSON string")
        return b""

    def _outside(self, chunk: bytes) -> bytes:
        """Follow the JSON up to the message; return what follows."""
        for place, byte in enumerate(chunk):
            self._frame.append(byte)
            if len(self._frame) > _FRAME:
                raise TooLong(
                    f"quá {_FRAME} byte ngoài gói tin / more than {_FRAME} bytes beside it"
                )
            if self._in_text:
                self._inside_text(byte)
            elif byte == ord('"'):
                if self._depth == 1 and self._named and self._text == b"data":
                    if self._found:
                        raise NotUnderstood("two messages")
                    self._found = self._in_message = True
                    self._named = False
                    return chunk[place + 1 :]
                self._in_text, self._named = True, False
                self._text.clear()
            else:
                self._mark(byte)
        return b""

    def _inside_text(self, byte: int) -> None:
        if self._escaped:
            self._escaped = False
        elif byte == ord("\\"):
            self._escaped = True
        elif byte == ord('"'):
            self._in_text = False
            return
        self._text.append(byte)

    def _mark(self, byte: int) -> None:
        if byte in b"{[":
            self._depth += 1
        elif byte in b"}]":
            self._depth -= 1
        if byte == ord(":"):
            self._named = True
        elif byte not in b" \t\r\n":
            self._named = False

    def close(self) -> dict[str, Any]:
        """Return the answer with an empty `data` where the message stood, None without one.

        Raises:
            NotUnderstood: it ended early or is not JSON.
        """
        if self._in_message:
            raise NotUnderstood("gói tin bị cắt / the message is cut off")
        value = _object(bytes(self._frame))
        if not self._found:
            value["data"] = None
        return value


def _end_of_plain(data: bytes) -> int:
    found = _PLAIN.match(data)
    assert found is not None  # noqa: S101  # it matches nothing too
    return found.end()


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    if code[:1] == b"u" and len(code) == 5:
        return chr(int(code[1:], 16)).encode("utf-8", "replace")
    return _SHORT.get(code, code)
