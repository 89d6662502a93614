"""A piece of binary content on its way in: bounded, hashed as it comes, on disk when large."""

import hashlib
import tempfile
from typing import IO, cast

import pybase64

from connectors.soap.fault import SoapFault

IN_MEMORY = 1 << 20
"""Bytes; a blob larger than this goes to a temporary file."""
_WHITE_SPACE = b" \t\r\n"


class Blob:
    """Grows by `write`, then is read; *limit* in bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._digest = hashlib.sha256()
        spooled = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed by close()
        self._file = cast(IO[bytes], spooled)
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            SoapFault: TOO_LARGE.
        """
        self.size += len(chunk)
        if self.size > self._limit:
            raise too_large(f"content of more than {self._limit} bytes")
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
        return self.open().read()

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
