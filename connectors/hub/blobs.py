"""The contents the hub keeps: files by SHA-256, streamed and never whole in memory."""

import shutil
from pathlib import Path
from typing import IO

from documents.blobs import write_durably


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
        if not target.exists():
            write_durably(target, lambda file: shutil.copyfileobj(content, file, 1 << 20))
