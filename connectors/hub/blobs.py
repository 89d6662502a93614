"""The contents the hub keeps: files by SHA-256, written to a temporary file, fsynced, renamed.

Like `documents.blobs`, but for content that is streamed and never whole in memory.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO


class ContentFolder:
    """A folder of immutable files, `ab/ab…`, named by lowercase hex SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for first in range(256):  # made once: making one later would need an fsync of its own
            (folder / f"{first:02x}").mkdir(parents=True, exist_ok=True)
        _sync(folder)

    def path(self, sha256: str) -> Path:
        """Return where the content lies, or would lie."""
        return self._folder / sha256[:2] / sha256

    def put(self, sha256: str, content: IO[bytes]) -> None:
        """Store *content*, whose digest the caller has computed; on return it is durable."""
        target = self.path(sha256)
        if target.exists():
            return
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                shutil.copyfileobj(content, file, 1 << 20)
                os.fsync(file.fileno())
            os.rename(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync(target.parent)


def _sync(folder: Path) -> None:
    """Make a rename in *folder* survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
