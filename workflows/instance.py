"""The running instance of one data folder: its lock, and the state that commands find it by.

The lock (flock(2)) is the truth about *running*: the kernel drops it with the process, however
that ends. The state file beside it only says where to look.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any, Final

from documents.errors import Refused
from workflows.health import Condition, Health
from workflows.watchdog import end_all

LOCK_NAME: Final = "supervisor.lock"
STATE_NAME: Final = "state.json"


class AlreadyRunning(Refused):
    """Another supervisor works on the same data."""

    code = "office.already_running"
    vietnamese = "Hệ thống đang chạy trên thư mục {0} (tiến trình {1})"
    english = "another congvan is running on {0} (process {1})"
    remedy = (
        "Dừng nó (ctrl-C) hoặc chọn thư mục khác / stop it (ctrl-C) or choose another data folder"
    )


@dataclass(frozen=True)
class Instance:
    """What one supervisor runs."""

    pid: int
    token: str = field(repr=False)
    """The mark every process of this instance carries."""
    started: str
    """ISO 8601, UTC."""
    urls: Mapping[str, str]
    """Where its parts are asked: `prefect`, `hub`, `desk`, …"""
    children: tuple[Health, ...] = ()

    def write(self, data: Path) -> None:
        """Write the state file of *data*, whole or not at all."""
        target = data / STATE_NAME
        partial = target.with_suffix(".partial")
        partial.write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n", "utf-8")
        partial.chmod(0o600)
        partial.replace(target)

    @classmethod
    def read(cls, data: Path) -> Instance | None:
        """Return what the state file of *data* says, stale or not; None if it says nothing."""
        try:
            values: dict[str, Any] = json.loads((data / STATE_NAME).read_text("utf-8"))
            children = tuple(
                Health(**{**child, "condition": Condition(child["condition"])})
                for child in values.pop("children")
            )
            return cls(**values, children=children)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None


def take_lock(data: Path) -> FileIO:
    """Return the lock of *data*, held until it is closed. What a killed owner left is ended.

    Raises:
        AlreadyRunning: another process holds it.
    """
    data.mkdir(parents=True, exist_ok=True)
    lock = FileIO(os.open(data / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
    if not _locked(lock):
        lock.close()
        before = Instance.read(data)
        raise AlreadyRunning(data, before.pid if before else "?")
    stale = Instance.read(data)
    if stale is not None:
        end_all(stale.token)
        (data / STATE_NAME).unlink(missing_ok=True)
    return lock


def running_instance(data: Path) -> Instance | None:
    """Return the instance running on *data*; None when there is none or only a stale state."""
    try:
        with (data / LOCK_NAME).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return Instance.read(data)
    except OSError:
        return None
    return None


def _locked(lock: FileIO) -> bool:
    """Take the lock, trying for half a second: a command may be looking through it just now."""
    for _ in range(10):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False
