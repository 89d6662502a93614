"""One worker per installation's folder: a lock (flock(2)) the kernel drops with the process."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from documents.errors import Refused

LOCK_FILE = "worker.lock"


class WorkerRunning(Refused):
    """Another worker carries this installation's documents."""

    code = "worker.running"
    vietnamese = "Bản cài đặt «{0}» đang có tiến trình xử lý khác"
    english = "another worker serves the installation «{0}»"
    remedy = "Dùng bản đang chạy hoặc dừng nó trước / use the running one, or stop it first"


@contextlib.contextmanager
def sole_worker(home: Path) -> Iterator[None]:
    """Hold the installation's worker lock until the block ends.

    Raises:
        WorkerRunning: another process holds it.
    """
    with (home / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkerRunning(home.name) from None
        yield


def has_worker(home: Path) -> bool:
    """Return whether a worker serves the installation in *home*, whoever started it."""
    try:
        with (home / LOCK_FILE).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
