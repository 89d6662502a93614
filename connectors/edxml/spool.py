"""Content of unknown size: in memory while small, then in an unnamed temporary file."""

import hashlib
import tempfile
from typing import IO

from connectors.errors import EnvelopeTooLarge

IN_MEMORY = 1 << 20
"""Bytes kept in memory for one file."""
_HEAD = 64
_DAMAGE = b"\xef\xbf\xbd" * 2
"""U+FFFD twice in UTF-8: what a text decoder leaves of binary content (axis.md §4.4)."""

_SEARCHED = 16 << 10
"""Bytes of each piece that are searched for it: it is everywhere or nowhere."""


class Spool:
    """Takes pieces, then gives the whole back with its size and digest."""

    def __init__(self, limit: int) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        self._limit = limit
        self._digest: hashlib._Hash | None = None
        self.size = 0
        """Bytes."""
        self.head = b""
        """The first bytes, at most `_HEAD`."""
        self.damaged = False
        """A PDF that went through a text decoder."""

    def write(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            EnvelopeTooLarge: the content is larger than the limit.
        """
        if not self.size and piece:
            self.head = piece[:_HEAD]
            # a ZIP is likely to be unwrapped: its own digest is then wanted by nobody
            self._digest = None if self.is_zip else hashlib.sha256()
        elif len(self.head) < _HEAD:
            self.head += piece[: _HEAD - len(self.head)]
        self.size += len(piece)
        if self.size > self._limit:
            raise EnvelopeTooLarge(f"tệp đính kèm / attachment > {self._limit} bytes")
        self._file.write(piece)
        if self._digest is not None:
            self._digest.update(piece)
        if self.is_pdf and not self.damaged:
            self.damaged = _DAMAGE in piece[:_SEARCHED]

    @property
    def is_zip(self) -> bool:
        """Whether the content begins as a ZIP's first entry does."""
        return self.head.startswith(b"PK\x03\x04")

    @property
    def is_pdf(self) -> bool:
        """Whether the content begins as a PDF does."""
        return self.head.startswith(b"%PDF")

    def sha256(self) -> str:
        """Return the digest of what was written, lowercase hex."""
        if self._digest is None:
            self._digest, file = hashlib.sha256(), self.open()
            while piece := file.read(IN_MEMORY):
                self._digest.update(piece)
        return self._digest.hexdigest()

    def open(self) -> IO[bytes]:
        """Return the content at its start; there is one position for all readers."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Give the memory or the temporary file back."""
        self._file.close()
