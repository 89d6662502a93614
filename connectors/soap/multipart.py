"""MIME multipart/related as MTOM uses it: the root part in memory, the others as blobs.

Standard: RFC 2387; MTOM (W3C, 2005) §3; XOP (W3C, 2005) §4.
"""

import logging

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from connectors.soap.blob import Base64Sink, Blob, too_large
from connectors.soap.fault import SoapFault

MAX_PARTS = 501
"""One for each status of the largest UpdateStatus, and the root."""
MAX_ROOT = 4 << 20
"""Bytes of the root part."""
_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64"})
"""Content-Transfer-Encodings (RFC 2045 §6); quoted-printable is for text."""


# it would write a line for each message that is no MIME: anybody could fill the log
logging.getLogger("python_multipart").setLevel(logging.ERROR)


def _behind(seen: bytes, end: bytes) -> int:
    """Return where *end* stops in *seen*; a message that has nothing else lacks its line end."""
    found = seen.find(end)
    return (found if found >= 0 else -2) + len(end)


class Related:
    """Takes the chunks of one multipart/related body; *limit* in bytes for each part."""

    def __init__(self, parameters: dict[str, str], limit: int) -> None:
        boundary = parameters.get("boundary", "")
        if not boundary:
            raise SoapFault.invalid("multipart without a boundary")
        self._start = parameters.get("start", "").strip("<> ")
        self._limit = limit
        self._root: Blob | None = None
        self.parts: dict[str, Blob] = {}
        """By Content-ID, without the root."""
        self.heads: dict[str, dict[str, str]] = {}
        """The parts' MIME headers by Content-ID; names in lower case."""
        self._count = 0
        self._ended = False
        self._headers: dict[str, str] = {}
        self._name = self._value = b""
        self._sink: Blob | Base64Sink | None = None
        self._close = b"\r\n--" + boundary.encode("ascii", "replace") + b"--"
        self._mark = self._close[1:-2]
        self._seam = b""
        """The last bytes of the part's content, too few to hold a mark."""
        self._tail = b""
        """The last bytes that came, as many as the end has, then the byte behind the end."""
        self._parser = self._made(boundary)

    def _made(self, boundary: str) -> MultipartParser:
        try:
            return MultipartParser(
                boundary.encode("ascii", "replace"),
                {
                    "on_part_begin": self._part_begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_end,
                    "on_end": self._end,
                },
                max_header_count=16,
            )
        except FormParserError as error:
            raise SoapFault.invalid(f"multipart: {error}") from None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            SoapFault: not multipart, or over the limits.
        """
        had_ended = self._ended
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise SoapFault.invalid(f"multipart: {error}") from None
        seen = self._tail + chunk
        if not self._ended:
            self._tail = seen[-len(self._close) :]
            return
        # a line that only begins like the end may have been content to whoever wrote it
        at = 0 if had_ended else _behind(seen, self._close)
        self._tail = seen[at : at + 1]
        if self._tail not in (b"", b"\r", b"\n", b" ", b"\t"):
            raise SoapFault.invalid("multipart: the last boundary goes on")

    def close(self) -> bytes:
        """Return the root part.

        Raises:
            SoapFault: the body is cut off or has no root part.
        """
        if not self._ended:
            raise SoapFault.invalid("the multipart message is cut off")
        if self._root is None:
            raise SoapFault.invalid("the multipart message has no root part")
        with self._root.open() as file:
            return file.read()

    def root(self) -> bytes | None:
        """Return the root part if it has come in whole, whatever follows it."""
        if self._root is None or self._sink is self._root:
            return None
        return self._root.read()

    def _part_begin(self) -> None:
        self._headers, self._seam = {}, b"\n"
        self._count += 1
        if self._count > MAX_PARTS:
            raise too_large(f"more than {MAX_PARTS} parts")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        name, value = self._name.decode("latin-1").lower(), self._value.decode("latin-1").strip()
        self._name = self._value = b""
        if self._headers.setdefault(name, value) != value:
            raise SoapFault.invalid(f"{name} twice in one part")

    def _headers_finished(self) -> None:
        content_id = self._headers.get("content-id", "").strip("<>")
        if content_id in self.parts or (content_id and content_id in self.heads):
            raise SoapFault.invalid(f"two parts of Content-ID {content_id}")
        blob = self._placed(content_id)
        self.heads[content_id] = self._headers
        encoding = self._headers.get("content-transfer-encoding", "").lower()
        if encoding not in _ENCODINGS:
            raise SoapFault.invalid("a part is neither base64 nor binary")
        self._sink = Base64Sink(blob) if encoding == "base64" else blob

    def _placed(self, content_id: str) -> Blob:
        is_root = content_id == self._start if self._start else self._count == 1
        if is_root:
            if self._root is not None:
                raise SoapFault.invalid("two root parts")
            self._root = Blob(MAX_ROOT)
            return self._root
        return self.parts.setdefault(content_id, Blob(self._limit))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        most = len(self._mark) - 1
        # RFC 2046 §5.1.1: in no part may a line begin like that; readers differ on what it is
        if self._mark in piece or self._mark in self._seam + piece[:most]:
            raise SoapFault.invalid("multipart: a boundary that goes on")
        self._seam = piece[-most:] if len(piece) >= most else (self._seam + piece)[-most:]
        if self._sink is not None:
            self._sink.write(piece)

    def _part_end(self) -> None:
        if isinstance(self._sink, Base64Sink):
            self._sink.close()
        self._sink = None

    def _end(self) -> None:
        self._ended = True
