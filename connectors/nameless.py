"""A temporary file without a name, which may get one once it is whole: written once, not copied.

Linux: open(2) O_TMPFILE, linkat(2). Where a file system has no such files, an ordinary temporary
one does, and whoever wants a name for it has to copy.
"""

import io
import os
import tempfile
from pathlib import Path
from typing import IO

BUFFER = 1 << 18
"""Bytes written at a time: a small piece costs the kernel half as much again."""


def nameless(folder: Path | None = None) -> IO[bytes]:
    """Return a new file to write and read, in *folder* or where temporary files lie."""
    try:
        where = folder or tempfile.gettempdir()
        handle = os.open(where, os.O_RDWR | os.O_TMPFILE | os.O_CLOEXEC, 0o600)
    except OSError:
        return tempfile.TemporaryFile(dir=folder, buffering=BUFFER)
    return os.fdopen(handle, "w+b", buffering=BUFFER)


def named(file: IO[bytes], target: Path) -> bool:
    """Give *file*, which nobody writes to any more, the name *target*; return whether it took it.

    Its content is on the disk then; the folder's entry is the caller's to make durable.
    """
    if not isinstance(file, io.BufferedRandom) or not _may_move(file, target):
        return False
    try:
        file.flush()
        os.fsync(file.fileno())
        # any descriptor of a folder makes it linkat(2): link(2) would not follow the path
        os.link(f"/proc/self/fd/{file.fileno()}", target, src_dir_fd=file.fileno())
    except FileExistsError:
        return True
    except OSError:
        return False
    return True


def _may_move(file: IO[bytes], target: Path) -> bool:
    status = os.fstat(file.fileno())
    return status.st_nlink == 0 and status.st_dev == target.parent.stat().st_dev
