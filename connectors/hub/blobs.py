"""The contents the hub keeps: files by SHA-256, streamed and never whole in memory."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from connectors.nameless import named
from documents.blobs import BlobStore, write_durably

ORPHAN_SECONDS = 3600.0
"""A file that no message names after this long is what a killed process left."""


class ContentFolder:
    """A folder of immutable files, `ab/ab…`, named by lowercase hex SHA-256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where the content lies, or would lie."""
        return self.folder / sha256[:2] / sha256

    def put(self, sha256: str, content: IO[bytes]) -> None:
        """Store *content*, whose digest the caller has computed; on return it is durable."""
        target = self.path(sha256)
        if not target.exists() and not self._taken(content, target):
            write_durably(target, lambda file: shutil.copyfileobj(content, file, 1 << 20))

    def _taken(self, content: IO[bytes], target: Path) -> bool:
        """Take a file that was written in this folder as it is; return whether it is one."""
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True)
            _sync(self.folder)
        if not named(content, target):
            return False
        _sync(target.parent)
        return True

    def remove(self, sha256: str) -> None:
        """Remove a content, if it is there."""
        self.path(sha256).unlink(missing_ok=True)

    def old(self) -> Iterator[str]:
        """Remove what killed writers left unfinished; yield the digests of files not new."""
        BlobStore(self.folder).tidy(ORPHAN_SECONDS)
        until = time.time() - ORPHAN_SECONDS
        for path in self.folder.glob("??/*"):
            if path.stat().st_mtime < until:
                yield path.name


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
