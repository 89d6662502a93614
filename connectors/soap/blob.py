"""A piece of binary content on its way in: bounded, hashed as it comes, on disk when large."""

import hashlib
import io
from pathlib import Path
from typing import IO

import pybase64

from connectors.nameless import nameless
from connectors.soap.fault import SoapFault

IN_MEMORY = 1 << 20
"""Bytes; a blob larger than this goes to a temporary file."""
_WHITE_SPACE = b" \t\r\n"


class Blob:
    """Grows by `write`, then is read; *limit* in bytes.

    *folder* says where a large one lies; whoever keeps it there need not copy it.
    """

    def __init__(self, limit: int, folder: Path | None = None) -> None:
        self._limit = limit
        self._folder = folder
        self._digest = hashlib.sha256()
        self._file: IO[bytes] = io.BytesIO()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            SoapFault: TOO_LARGE.
        """
        before, self.size = self.size, self.size + len(chunk)
        if self.size > self._limit:
            raise too_large(f"content of more than {self._limit} bytes")
        if before <= IN_MEMORY < self.size:
            small, self._file = self._file, nameless(self._folder)
            self._file.write(small.getvalue() if isinstance(small, io.BytesIO) else b"")
        self._digest.update(chunk)
        self._file.write(chunk)

    @property
    def sha256(self) -> str:
        """Lowercase hex of what was written."""
        return self._digest.hexdigest()

    def open(self) -> IO[bytes]:
        """Return the content at its start; it is the blob's own file."""
        self._file.seek(0)
        return self._file

    def read(self) -> bytes:
        """Return the whole content."""
        file = self.open()
        return file.getvalue() if isinstance(file, io.BytesIO) else file.read()

    def close(self) -> None:
        """Free the memory or the temporary file."""
        self._file.close()


class Base64Sink:
    """Decodes base64 text (RFC 4648 §4, white space allowed) into a blob, chunk by chunk."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._rest = b""
        self._ended = False

    def write(self, text: bytes) -> None:
        """Take the next piece of text.

        Raises:
            SoapFault: not base64, or the blob is full.
        """
        text = self._rest + text.translate(None, _WHITE_SPACE)
        whole = len(text) & ~3
        self._rest = text[whole:]
        if not whole:
            return
        if self._ended:
            raise SoapFault.invalid("base64 goes on after its padding")
        try:
            self._blob.write(pybase64.b64decode(text[:whole], validate=True))
        except ValueError:
            raise SoapFault.invalid("content is not base64") from None
        self._ended = text[whole - 1] == ord("=")

    def close(self) -> None:
        """Hear that the text has ended.

        Raises:
            SoapFault: the text is cut off.
        """
        if self._rest:
            raise SoapFault.invalid("base64 is cut off")


def too_large(text: str) -> SoapFault:
    """Return the fault for a message over the limits."""
    return SoapFault.invalid(text, "TOO_LARGE")
