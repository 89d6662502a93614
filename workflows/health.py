"""How one supervised process is: the line people read and the row commands write as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """What a supervised process is doing."""

    STARTING = "starting"
    """It lives and has not answered yet."""
    RUNNING = "running"
    WAITING = "waiting"
    """It died and is started again after a pause."""
    STOPPED = "stopped"


@dataclass(frozen=True)
class Health:
    """One process at one moment."""

    name: str
    condition: Condition
    pid: int
    """0 when it does not live."""
    uptime_seconds: float
    restarts: int
    """How often it was started again since the supervisor began."""
    last_error: str = ""
    """How its last life ended, or how long it did not answer, and the last line it printed."""
    url: str | None = None

    def line(self) -> str:
        """Return the health line: name, condition, pid, uptime, restarts, last error."""
        minutes, seconds = divmod(int(self.uptime_seconds), 60)
        hours, minutes = divmod(minutes, 60)
        text = (
            f"{self.name:<12} {self.condition:<9} pid {self.pid or '-':<8}"
            f" up {hours:d}:{minutes:02d}:{seconds:02d}  restarts {self.restarts}"
        )
        return f"{text}  {self.last_error}" if self.last_error else text
