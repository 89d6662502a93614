"""A message's digest and size, wherever it lies: in memory or in a file."""

import hashlib
from pathlib import Path


def measured(source: bytes | Path) -> tuple[str, int]:
    """Return a message's SHA-256, lowercase hex, and its bytes."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest(), len(source)
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), source.stat().st_size
