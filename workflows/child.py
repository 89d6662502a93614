"""One process the supervisor answers for: started, waited for, watched, ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from documents.errors import Unavailable
from workflows.watchdog import MARK

LOG_BYTES: Final = 1_000_000
"""A child's log is cut at this size; one older piece of the same size is kept beside it."""
PROBE_SECONDS: Final = 0.1
LOOPBACK_SECONDS: Final = 2.0


class ChildNotReady(Unavailable):
    """A process died at its start or did not answer in time."""

    code = "office.child_not_ready"
    vietnamese = "Tiến trình «{0}» không khởi động được: {1}"
    english = "the process {0} did not start: {1}"
    remedy = "Xem nhật ký / see its log: {2}"


class ChildLate(ChildNotReady):
    """It lives and has not answered in its time: a machine under load, most often."""

    code = "office.child_late"
    vietnamese = "Tiến trình «{0}» chưa trả lời đúng hạn: {1}"
    english = "the process {0} has not answered in its time: {1}"


@dataclass(frozen=True)
class Child:
    """How to start one process and how to know that it works."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    """Its whole environment."""
    ready: str | Callable[[], bool]
    """A URL that answers 2xx once it works, or a predicate that does not block for long."""
    log: Path
    """What it prints goes here, both streams."""
    ready_seconds: float = 60.0
    may_be_late: bool = False
    """Whether the others go on without it while it needs longer: nothing stands on it."""
    stop_signal: int = signal.SIGTERM
    """Processes that carry flows take SIGINT: while a flow runs, Prefect answers SIGTERM by
    crashing the flow in the middle of a step."""
    stop_seconds: float = 15.0
    """Time from the signal to the kill."""

    @property
    def url(self) -> str | None:
        """The URL it is asked at, if it has one."""
        return self.ready if isinstance(self.ready, str) else None


def answers(url: str, seconds: float = LOOPBACK_SECONDS) -> bool:
    """Return whether *url* answers 2xx within *seconds*; the environment's proxies are unused."""
    try:
        # A plain http transport: no TLS context is built for each probe.
        with httpx.Client(trust_env=False, timeout=seconds, verify=False) as client:  # noqa: S501
            return client.get(url).is_success
    except httpx.TransportError:
        return False


class Process:
    """One life of a child, in a process group of its own."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self._popen: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        """Monotonic seconds of the last start."""
        self.exit_code: int | None = None
        """How the last life ended; negative is the signal."""

    @property
    def pid(self) -> int:
        """The process id; 0 when it does not live."""
        return self._popen.pid if self._popen is not None else 0

    def start(self, token: str = "") -> None:
        """Start the process, marked with the watchdog's *token*."""
        self.child.log.parent.mkdir(parents=True, exist_ok=True)
        self.exit_code = None
        self.started = time.monotonic()
        with self.child.log.open("ab") as log:
            self._popen = subprocess.Popen(  # noqa: S603
                self.child.argv,
                env={**self.child.env, MARK: token},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def alive(self) -> bool:
        """Return whether it lives; when it died, what it left in its group is ended too."""
        if self._popen is None:
            return False
        if not _exited(self._popen):
            return True
        self._bury(self._popen)
        return False

    def ready(self) -> bool:
        """Ask once whether it works."""
        ready = self.child.ready
        return answers(ready) if isinstance(ready, str) else ready()

    def wait_ready(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Wait until it works, or *hurry* says that nobody waits any more.

        Raises:
            ChildLate: the time is over.
            ChildNotReady: it died.
        """
        deadline = self.started + self.child.ready_seconds
        while not hurry():
            if not self.alive():
                why = f"exit {self.exit_code}: {self.last_line()}"
                raise ChildNotReady(self.child.name, why, self.child.log)
            if self.ready():
                return
            if time.monotonic() > deadline:
                why = f"no answer in {self.child.ready_seconds:.0f} s: {self.last_line()}"
                raise ChildLate(self.child.name, why, self.child.log)
            time.sleep(PROBE_SECONDS)

    def ask_to_stop(self) -> None:
        """Send the stop signal to the process itself; its own children are its own care."""
        if self._popen is not None and not _exited(self._popen):
            os.kill(self._popen.pid, self.child.stop_signal)

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Ask it to stop, wait, then end its whole group. Returns once it is gone."""
        if self._popen is None:
            return
        self.ask_to_stop()
        deadline = time.monotonic() + self.child.stop_seconds
        while not _exited(self._popen) and time.monotonic() < deadline and not hurry():
            time.sleep(0.02)
        self._bury(self._popen)

    def trim_log(self) -> None:
        """Keep the log bounded: copied aside and emptied. Appending writers go on at its start."""
        with contextlib.suppress(OSError):
            if self.child.log.stat().st_size > LOG_BYTES:
                older = self.child.log.with_name(self.child.log.name + ".1")
                with self.child.log.open("r+b") as log:
                    older.write_bytes(log.read()[-LOG_BYTES:])
                    log.truncate(0)

    def last_line(self) -> str:
        """Return the last line of the log that says something, at most 300 characters."""
        with contextlib.suppress(OSError), self.child.log.open("rb") as log:
            log.seek(max(0, self.child.log.stat().st_size - 4096))
            lines = [line.strip() for line in log.read().decode("utf-8", "replace").splitlines()]
            return next((line[-300:] for line in reversed(lines) if line), "")
        return ""

    def _bury(self, popen: subprocess.Popen[bytes]) -> None:
        if popen.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(popen.pid, signal.SIGKILL)
        self.exit_code = popen.wait()
        self._popen = None


def _exited(popen: subprocess.Popen[bytes]) -> bool:
    """Look without reaping: until it is reaped its group's id cannot be taken by another."""
    if popen.returncode is not None:
        return True
    return os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
