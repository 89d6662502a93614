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
        folder.mkdir(exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where the content lies, or would lie."""
        return self._folder / sha256[:2] / sha256

    def put(self, sha256: str, content: IO[bytes]) -> None:
        """Store *content*, whose digest the caller has computed; on return it is durable."""
        target = self.path(sha256)
        if target.exists():
            return
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True)
            _sync(self._folder)
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
