"""Faults on purpose: what an axis does on a bad day, for tests and for trying out an agency.

A small JSON file in the hub's folder, `faults.json`, read again when it changes, so
that a running hub is steered from outside (docs/faults.md):

    {"faults": [{"operation": "SendDocument", "fault": "drop_reply", "count": 1}]}
"""

import json
import logging
import os
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from threading import Lock

from schemas.axis.contract import OPERATIONS

FILE = "faults.json"
STRUCK = "faults.struck"
"""What has struck: a line each, operation, fault and code. Nobody reads it here, nobody ends it."""
ANY = "*"
_LONGEST_CODE = 40
_LONGEST_DELAY = 3600
"""Seconds."""
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
    """Change the first byte of the content that is given out, or of an answer without content."""
    DIE_BEFORE = "die_before"
    """End the process at once, before anything is done."""
    DIE_ANSWERING = "die_answering"
    """Do it, and end the process when half of the answer is out."""
    HANG_UP = "hang_up"
    """Break the connection before the request's body is read."""
    TRUNCATE = "truncate"
    """Do it, and close the connection when half of the answer is out."""
    DUPLICATE = "duplicate"
    """Give out twice: a list's lines; what came or was fetched, under another id; what was
    confirmed, under its own."""
    REORDER = "reorder"
    """Give lists in another order, statuses before documents."""
    REFUSE = "refuse"
    """Do nothing and refuse with `code`."""
    EXPIRE_CREDENTIALS = "expire_credentials"
    """Do nothing and take the credential for a wrong one."""


DEADLY = frozenset({FaultKind.DIE, FaultKind.DIE_BEFORE, FaultKind.DIE_ANSWERING})
"""After these somebody must start the hub again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """*count* calls of *operation* go wrong: the next ones, or by chance."""

    operation: str
    """One of the contract's, or `*` for any."""
    fault: FaultKind
    count: int = 1
    seconds: float = 0.0
    """Of a delay."""
    probability: float = 1.0
    """How likely each call is struck, until *count* were."""
    agency: str = ""
    """Only calls that speak for this agency, by the code they name; empty: any."""
    code: str = ""
    """Of a refusal: one of the contract's, or of the national SDK's wire."""
    retryable: bool = False
    """Of a refusal: said to be one that may succeed later."""

    def __post_init__(self) -> None:
        if self.operation not in {*OPERATIONS, ANY}:
            raise ValueError(f"no operation {self.operation}")
        object.__setattr__(self, "fault", FaultKind(self.fault))
        if not isinstance(self.count, int) or not 0 <= self.seconds <= _LONGEST_DELAY:
            raise ValueError(f"count {self.count!r}, seconds {self.seconds!r}")
        if not 0 < self.probability <= 1:
            raise ValueError(f"probability {self.probability}")
        if (self.fault is FaultKind.REFUSE) != bool(self.code):
            raise ValueError("a refusal, and nothing else, has a code")
        if not (self.code.isascii() and self.code.isprintable()) or len(self.code) > _LONGEST_CODE:
            raise ValueError(f"code {self.code[:_LONGEST_CODE]!r}")

    def concerns(self, operation: str, agencies: Collection[str]) -> bool:
        """Return whether a call of *operation* that speaks for *agencies* may be struck."""
        return self.operation in (operation, ANY) and (not self.agency or self.agency in agencies)


class Faults:
    """The faults in one folder; counts and chances start anew whenever the file is written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._stamp: tuple[int, int] | None = None
        self._left: list[tuple[Fault, int]] = []
        self._lock = Lock()
        self.chance = Random()  # noqa: S311  (no secret comes of it)

    def take(
        self, operation: str, agencies: Collection[str] = (), *, unread: bool = False
    ) -> list[Fault]:
        """Return what must go wrong in this call of *operation*, and count it.

        At most one of each kind: the first in the file that is not used up.
        *unread*: of the request only the head was read, so that it may still be hung up.
        """
        with self._lock:
            self._reread()
            taken: dict[FaultKind, Fault] = {}
            for place, (fault, left) in enumerate(self._left):
                fits = (fault.fault is FaultKind.HANG_UP) is unread and fault.fault not in taken
                if not (fits and left > 0 and fault.concerns(operation, agencies)):
                    continue
                if fault.probability == 1 or self.chance.random() < fault.probability:
                    taken[fault.fault] = fault
                    self._left[place] = (fault, left - 1)
            self._note(operation, list(taken.values()))
            return list(taken.values())

    def _note(self, operation: str, taken: Sequence[Fault]) -> None:
        """Write down what strikes, before it does: it may be a death."""
        if taken:
            lines = "".join(f"{operation} {fault.fault} {fault.code}\n" for fault in taken)
            with self._path.with_name(STRUCK).open("a", encoding="ascii") as file:
                file.write(lines)

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
            values = json.loads(self._path.read_bytes())
            faults = [Fault(**entry) for entry in values["faults"]]
            self.chance.seed(values.get("seed"))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            _log.warning("%s is not understood and has no effect: %s", FILE, error)
            return
        self._left = [(fault, fault.count) for fault in faults]


def set_faults(folder: Path, faults: Sequence[Fault], seed: int | None = None) -> None:
    """Make the hub that runs on *folder* go wrong in these ways from its next call on."""
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".faults-")
    values = {"seed": seed, "faults": [asdict(fault) for fault in faults]}
    with os.fdopen(handle, "w") as file:
        json.dump(values, file)
    os.rename(temporary, folder / FILE)  # a reader sees the old list or the new one
