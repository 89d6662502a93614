"""Faults on purpose: what an axis does on a bad day, for tests and for trying out an agency.

A small JSON file in the hub's folder, `faults.json`, read again when it changes, so
that a running hub is steered from outside:

    {"faults": [{"operation": "SendDocument", "fault": "drop_reply", "count": 1}]}
"""

import json
import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from threading import Lock

from schemas.axis.contract import OPERATIONS

FILE = "faults.json"
ANY = "*"
_log = logging.getLogger(__name__)


class FaultKind(StrEnum):
    """What goes wrong."""

    DROP_REPLY = "drop_reply"
    """Do it, then close the connection without an answer."""
    DELAY = "delay"
    """Wait `seconds`, then do it."""
    UNAVAILABLE = "unavailable"
    """Answer 503 and do nothing."""
    DIE = "die"
    """Do it, then end the process at once, as kill -9 would."""
    CORRUPT = "corrupt"
    """Change the first byte of the content that is given out."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The next *count* calls of *operation* go wrong."""

    operation: str
    """One of the contract's, or `*` for any."""
    fault: FaultKind
    count: int = 1
    seconds: float = 0.0
    """Of a delay."""

    def __post_init__(self) -> None:
        if self.operation not in {*OPERATIONS, ANY}:
            raise ValueError(f"no operation {self.operation}")
        object.__setattr__(self, "fault", FaultKind(self.fault))


class Faults:
    """The faults in one folder; counts start anew whenever the file is written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._stamp: tuple[int, int] | None = None
        self._left: list[tuple[Fault, int]] = []
        self._lock = Lock()

    def take(self, operation: str) -> list[Fault]:
        """Return what must go wrong in this call of *operation*, and count it."""
        with self._lock:
            self._reread()
            taken = [f for f, left in self._left if left > 0 and f.operation in (operation, ANY)]
            self._left = [(f, left - 1 if f in taken else left) for f, left in self._left]
            return taken

    def _reread(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._left = None, []
            return
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp == self._stamp:
            return
        self._stamp, self._left = stamp, []
        try:
            faults = [Fault(**entry) for entry in json.loads(self._path.read_bytes())["faults"]]
        except (ValueError, TypeError, KeyError) as error:
            _log.warning("%s is not understood and has no effect: %s", FILE, error)
            return
        self._left = [(fault, fault.count) for fault in faults]


def set_faults(folder: Path, faults: Sequence[Fault]) -> None:
    """Make the hub that runs on *folder* go wrong in these ways from its next call on."""
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".faults-")
    with os.fdopen(handle, "w") as file:
        json.dump({"faults": [asdict(fault) for fault in faults]}, file)
    os.rename(temporary, folder / FILE)  # a reader sees the old list or the new one
