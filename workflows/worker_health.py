"""What a worker last did and what stops it, for people: a file it writes, a line `up` prints."""

import contextlib
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from documents.document import VIETNAM

HEALTH_FILE = "worker.json"
FLOWS = ("outgoing", "incoming", "statuses", "preservation", "sweep", "reconcile", "remind")

LITTLE_SPACE = 100 << 20
"""Bytes; a single large letter takes as much with its message."""
MOST_LACKING = 3
"""A line for each of the first ones; nobody reads more at once."""


class WorkerHealth:
    """What the worker last did, for people: written to `worker.json`."""

    def __init__(self, home: Path) -> None:
        self._path = home / HEALTH_FILE
        self._facts: dict[str, Any] = {
            "pid": os.getpid(),
            "started": _text(datetime.now(UTC)),
            "errors": {},
            "waiting": {},
            "lacking": [],
        }

    def ran(self, what: str) -> None:
        """Note that a flow of *what* ended well."""
        self._facts["errors"].pop(what, None)
        self._facts[what] = _text(datetime.now(UTC))
        self.write()

    def failed(self, what: str, error: BaseException) -> None:
        """Note why *what* cannot go on now."""
        self._facts["errors"][what] = (str(error) or type(error).__name__)[:300]
        self.write()

    def well(self, what: str) -> None:
        """Note that what was down is up again."""
        if self._facts["errors"].pop(what, None):
            self.write()

    def stands(self, waiting: dict[str, int], lacking: list[str]) -> None:
        """Note how many documents stand still, by the code of their error, and what is lacking."""
        if (waiting, lacking) != (self._facts["waiting"], self._facts["lacking"]):
            self._facts |= {"waiting": waiting, "lacking": lacking}
            self.write()

    def write(self) -> None:
        """Replace the file whole. A full disk costs people the news, not the worker its life."""
        temporary = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            temporary.write_text(json.dumps(self._facts, ensure_ascii=False), "utf-8")
            os.replace(temporary, self._path)


def worker_lives(home: Path) -> bool:
    """Return whether the process that wrote the file of *home* lives: it is set up and works."""
    try:
        return Path(f"/proc/{int(facts_of(home)['pid'])}").exists()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def worker_line(home: Path) -> str:
    """Return what the worker of *home* last did, and below it what keeps it from doing more."""
    try:
        facts = facts_of(home)
        done = [f"{what} {_clock(facts[what])}" for what in FLOWS if what in facts]
        waiting = [f"{count} × {code}" for code, count in sorted(facts["waiting"].items())]
        problems = [f"\n    ! {what}: {why}" for what, why in facts["errors"].items()]
        lacking = facts["lacking"]
        problems += [f"\n    ! {why}" for why in lacking[:MOST_LACKING]]
        if (free := shutil.disk_usage(home).free) < LITTLE_SPACE:
            # said here too: on a full disk the worker cannot write its own news
            problems.append(f"\n    ! đĩa sắp đầy / the disk is nearly full: {free >> 20} MB")
        problems += [f"\n    ! … +{len(lacking) - MOST_LACKING}"] * (len(lacking) > MOST_LACKING)
    except (OSError, ValueError, KeyError, TypeError):
        return f"  {home.name}: chưa có thông tin / nothing known yet"
    parts = ["  ".join(done) or "chờ việc / waiting"]
    if waiting:
        parts.append("đứng lại / standing still: " + ", ".join(waiting))
    return f"  {home.name}: {'  '.join(parts)}{''.join(problems)}"


def facts_of(home: Path) -> dict[str, Any]:
    """Return what the worker of *home* wrote; OSError, ValueError where it never did."""
    facts: dict[str, Any] = json.loads((home / HEALTH_FILE).read_text("utf-8"))
    return facts


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _clock(text: str) -> str:
    """Return the time of day in Vietnam."""
    return datetime.fromisoformat(text).astimezone(VIETNAM).strftime("%H:%M:%S")
