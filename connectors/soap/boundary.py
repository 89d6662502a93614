"""Where the parts of a MIME multipart body begin and end, found while it comes in.

Standard: RFC 2046 §5.1.1, of which only what cannot be read in two ways is taken: lines end in
CRLF, and no line of a part begins like a boundary. Each byte is looked at once, by `bytes.find`.
"""

import re
from collections.abc import Callable
from typing import Protocol

from connectors.soap.fault import SoapFault

MAX_HEAD = 1 << 13
"""Bytes of one part's headers, and of what stands before the first part."""
MAX_HEADERS = 16
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n\0]*)")
_UNFINISHED = (b"", b"\r", b"-")
_BOUNDARY = re.compile(r"[ -~]{0,249}[!-~]")
"""RFC 2046 has 70 characters at most, and fewer signs; some write more."""


class Parts(Protocol):
    """Who hears of the parts, in order."""

    def begin(self, head: dict[str, str], /) -> None:
        """Hear that a part begins; names of headers in lower case."""
        ...

    def content(self, piece: bytes, /) -> None:
        """Take the next bytes of it."""
        ...

    def end(self) -> None:
        """Hear that it has ended."""
        ...


class Splitter:
    """Takes the chunks of a multipart body and tells *parts* what is in it."""

    def __init__(self, boundary: str, parts: Parts) -> None:
        """Raise SoapFault if *boundary* cannot be one."""
        if not _BOUNDARY.fullmatch(boundary):
            raise SoapFault.invalid("multipart: its boundary")
        self._mark = f"\n--{boundary}".encode()
        self._parts = parts
        self._rest = b"\r\n"  # a boundary begins a line: also the first one
        self._before = 0
        self._inside = self._fresh = False
        """Fresh: what stands before the content is still there, so that it begins a line."""
        self._step: Callable[[bytes], bytes | None] = self._content
        self.ended = False
        """The last boundary has come."""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            SoapFault: not multipart.
        """
        data: bytes | None = self._rest + chunk if self._rest else chunk
        while data is not None:
            self._rest = data
            data = self._step(data)

    def _content(self, data: bytes) -> bytes | None:
        """Take *data* up to a boundary; return what follows its mark, None: more must come."""
        at = data.find(self._mark)
        if at < 0:
            whole = self._whole(data)
            self._take(data[:whole] if whole < len(data) else data)
            self._rest = data[whole:]
            return None
        if not at or data[at - 1 : at] != b"\r":
            raise _wrong("a line begins like a boundary")
        self._take(data[: at - 1])
        if self._inside:
            self._parts.end()
        self._inside = False
        self._step = self._boundary
        return data[at + len(self._mark) :]

    def _whole(self, data: bytes) -> int:
        """Return where a boundary may have begun at the end of *data*, else its length."""
        tail = data[-len(self._mark) :]
        found = [at for at in (tail.find(b"\r"), tail.find(b"\n")) if at >= 0]
        return len(data) - len(tail) + min(found) if found else len(data)

    def _take(self, piece: bytes) -> None:
        if self._fresh and piece:
            self._fresh = False
            piece = piece[1:]
        if self._inside and piece:
            self._parts.content(piece)
        elif not self._inside:
            self._before += len(piece)
            if self._before > MAX_HEAD:
                raise _wrong("no part begins")

    def _boundary(self, data: bytes) -> bytes | None:
        """Read the line after a boundary's mark: nothing, or two hyphens after the last part."""
        if data.startswith(b"--"):
            self.ended = True
            self._step = self._epilogue
            return data[2:]
        line, found, _ = data.partition(b"\r\n")
        if len(line) > MAX_HEAD or line.strip(b" \t") not in ((b"",) if found else _UNFINISHED):
            raise _wrong("a boundary that goes on")
        if not found:
            return None
        self._step = self._head
        return data[len(line) :]

    def _head(self, data: bytes) -> bytes | None:
        head, found, content = data.partition(b"\r\n\r\n")
        if len(head) > MAX_HEAD:
            raise _wrong("headers of a part are too large")
        if not found:
            return None
        if self._mark in head:
            raise _wrong("a header begins like a boundary")
        self._parts.begin(_headers(head))
        self._inside = self._fresh = True
        self._step = self._content
        return b"\n" + content

    def _epilogue(self, data: bytes) -> bytes | None:
        """Look at what follows the last boundary: the end, or of a line the end."""
        if not data:
            return None
        if data[:1] not in b"\r\n \t":
            raise _wrong("the last boundary goes on")
        self._step = self._after
        return data

    def _after(self, data: bytes) -> None:
        if self._mark in data:
            raise _wrong("a boundary after the last one")
        self._rest = data[-len(self._mark) + 1 :]


def _headers(head: bytes) -> dict[str, str]:
    lines = head.split(b"\r\n")[1:]
    if len(lines) > MAX_HEADERS:
        raise _wrong(f"a part of more than {MAX_HEADERS} headers")
    found: dict[str, str] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise _wrong("a part's header")
        name, value = match[1].decode().lower(), match[2].decode("latin-1").strip()
        if found.setdefault(name, value) != value:
            raise _wrong(f"{name} twice in one part")
    return found


def _wrong(what: str) -> SoapFault:
    return SoapFault.invalid(f"multipart: {what}")
