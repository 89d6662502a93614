"""What a worker last did and what stops it, for people: a file it writes, a line `up` prints."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HEALTH_FILE = "worker.json"


class WorkerHealth:
    """What the worker last did, for people: written to `worker.json`."""

    def __init__(self, home: Path) -> None:
        self._path = home / HEALTH_FILE
        self._facts: dict[str, Any] = {"started": _text(datetime.now(UTC)), "errors": {}}

    def ran(self, what: str) -> None:
        """Note that a flow of *what* ended."""
        self._facts["errors"].pop(what, None)
        self._facts[what] = _text(datetime.now(UTC))
        self.write()

    def failed(self, what: str, error: BaseException) -> None:
        """Note why *what* cannot go on now."""
        self._facts["errors"][what] = str(error)[:300]
        self.write()

    def well(self, what: str) -> None:
        """Note that what was down is up again."""
        if self._facts["errors"].pop(what, None):
            self.write()

    def write(self) -> None:
        """Replace the file whole."""
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(self._facts, ensure_ascii=False), "utf-8")
        os.replace(temporary, self._path)


def worker_line(home: Path) -> str:
    """Return what the worker of *home* last did, and what keeps it from doing more."""
    try:
        facts = json.loads((home / HEALTH_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return f"  {home.name}: chưa có thông tin / nothing known yet"
    last = "  ".join(
        f"{what} {facts[what]}" for what in ("outgoing", "incoming", "statuses") if what in facts
    )
    problems = "  ".join(f"! {what}: {why}" for what, why in facts["errors"].items())
    return f"  {home.name}: {last or 'chờ việc / waiting'}  {problems}".rstrip()


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
