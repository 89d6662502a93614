"""MIME multipart/related as MTOM uses it: the root part in memory, the others as blobs.

Standard: RFC 2387; MTOM (W3C, 2005) §3; XOP (W3C, 2005) §4.
"""

from pathlib import Path

from connectors.soap.blob import Base64Sink, Blob, too_large
from connectors.soap.boundary import Splitter
from connectors.soap.fault import SoapFault

MAX_PARTS = 501
"""One for each status of the largest UpdateStatus, and the root."""
MAX_ROOT = 4 << 20
"""Bytes of the root part."""
_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64"})
"""Content-Transfer-Encodings (RFC 2045 §6); quoted-printable is for text."""


class Related:
    """Takes the chunks of one multipart/related body; *limit* in bytes for each part.

    Large parts lie in *folder*.
    """

    def __init__(self, parameters: dict[str, str], limit: int, folder: Path | None = None) -> None:
        boundary = parameters.get("boundary", "")
        if not boundary:
            raise SoapFault.invalid("multipart without a boundary")
        self._start = parameters.get("start", "").strip("<> ")
        self._limit = limit
        self._folder = folder
        self._root: Blob | None = None
        self.parts: dict[str, Blob] = {}
        """By Content-ID, without the root."""
        self.heads: dict[str, dict[str, str]] = {}
        """The parts' MIME headers by Content-ID; names in lower case."""
        self._count = 0
        self._sink: Blob | Base64Sink | None = None
        self._splitter = Splitter(boundary, self)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            SoapFault: not multipart, or over the limits.
        """
        self._splitter.feed(chunk)

    def close(self) -> bytes:
        """Return the root part.

        Raises:
            SoapFault: the body is cut off or has no root part.
        """
        if not self._splitter.ended:
            raise SoapFault.invalid("the multipart message is cut off")
        if self._root is None:
            raise SoapFault.invalid("the multipart message has no root part")
        root = self._root.read()
        self._root.close()
        return root

    def root(self) -> bytes | None:
        """Return the root part if it has come in whole, whatever follows it."""
        if self._root is None or self._sink is self._root:
            return None
        return self._root.read()

    def begin(self, head: dict[str, str]) -> None:
        """See `Parts`."""
        self._count += 1
        if self._count > MAX_PARTS:
            raise too_large(f"more than {MAX_PARTS} parts")
        content_id = head.get("content-id", "").strip("<>")
        if content_id in self.parts or (content_id and content_id in self.heads):
            raise SoapFault.invalid(f"two parts of Content-ID {content_id}")
        blob = self._placed(content_id)
        self.heads[content_id] = head
        encoding = head.get("content-transfer-encoding", "").lower()
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
        return self.parts.setdefault(content_id, Blob(self._limit, self._folder))

    def content(self, piece: bytes) -> None:
        """See `Parts`."""
        if self._sink is not None:
            self._sink.write(piece)

    def end(self) -> None:
        """See `Parts`."""
        if isinstance(self._sink, Base64Sink):
            self._sink.close()
        self._sink = None
