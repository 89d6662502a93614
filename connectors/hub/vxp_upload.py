"""A message on its way into the VXP face: spooled, hashed, its extra line end taken off.

The SDK sends one CRLF behind the file, which `hash-file` does not cover (axis.md §10.3).
"""

import hashlib
import io
from pathlib import Path
from typing import IO

from connectors.errors import AxisRefused, TooLarge
from connectors.nameless import nameless
from connectors.vxp.headers import hash_file
from connectors.vxp.refusal import INVALID_FILE

IN_MEMORY = 1 << 20
_TAIL = b"\r\n"


class Upload:
    """Grows by `write`; *limit* in bytes of the message.

    What is over IN_MEMORY is written in *folder*, where the hub keeps it without a copy.
    """

    def __init__(self, limit: int, folder: Path | None = None) -> None:
        self._limit, self._folder = limit, folder
        self._digest = hashlib.sha256()
        self._held = b""
        """The last two bytes: not known yet whether they are the message's."""
        self._file: IO[bytes] = io.BytesIO()
        self.size = 0
        self.sha256 = ""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            TooLarge: there are too many.
        """
        self.size += len(chunk)
        if self.size > self._limit + len(_TAIL):
            raise TooLarge(TooLarge.axis_code, f"> {self._limit} bytes")
        if isinstance(self._file, io.BytesIO) and self.size > IN_MEMORY:
            small, self._file = self._file, nameless(self._folder)
            self._file.write(small.getvalue())
        self._file.write(chunk)
        data = self._held + chunk
        self._digest.update(data[: -len(_TAIL)])
        self._held = data[-len(_TAIL) :]

    def finish(self, announced: str) -> None:
        """Settle size and digest; *announced*: `hash-file` in either form, or empty.

        Raises:
            AxisRefused: the content is not what was announced.
            TooLarge: it is larger than the limit.
        """
        whole = self._digest.copy()
        whole.update(self._held)
        bare, full = self._digest.hexdigest(), whole.hexdigest()
        has_tail = self._held == _TAIL
        if has_tail and (not announced or _is(announced, bare)):
            self.sha256, self.size = bare, self.size - len(_TAIL)
            self._file.truncate(self.size)
        elif not announced or _is(announced, full):
            self.sha256 = full
        else:
            raise AxisRefused(INVALID_FILE, "hash-file không khớp nội dung / is not the content's")
        if self.size > self._limit:
            raise TooLarge(TooLarge.axis_code, f"{self.size} > {self._limit} bytes")

    def open(self) -> IO[bytes]:
        """Return the message at its start; there is one position for all readers."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Give the memory or the temporary file back."""
        self._file.close()


def _is(announced: str, sha256: str) -> bool:
    given = announced.strip().lower()
    return given in (sha256, hash_file(sha256, legacy_hex=True))
