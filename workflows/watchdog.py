"""Ends what an instance started when the process that answers for it is gone, even by kill -9.

The owner starts this file as a small process of its own and holds the other end of a pipe to
it. When the pipe closes, the watchdog looks for every process that carries the instance's
mark in its environment (proc(5), /proc/PID/environ), children of children too, asks them to
stop and then ends them. Marks are random per start, so nothing else can be met. PR_SET_PDEATHSIG
was not taken: it fires when the *thread* that forked ends, and spares grandchildren.

Standard library only: it runs with `-I -S` and starts in about 20 ms.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

MARK = "CONGVAN_INSTANCE"
"""The environment variable that carries the mark."""
GRACE_SECONDS = 10.0
"""Time between asking and ending."""


def marked(token: str) -> list[int]:
    """Return the ids of living processes whose environment carries *token*, but this one."""
    if not token:
        return []
    names = (entry.name for entry in os.scandir("/proc") if entry.name.isdigit())
    return [pid for pid in map(int, names) if pid != os.getpid() and carries(pid, token)]


def carries(pid: int, token: str) -> bool:
    """Return whether *pid* lives and its environment carries *token*."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # gone meanwhile, or not ours to read
        return False
    return f"{MARK}={token}".encode() in environment.split(b"\0")


def end(pid: int, token: str, number: int) -> None:
    """Send signal *number* to *pid* if it carries *token*; its id cannot be reused between."""
    with contextlib.suppress(OSError):
        handle = os.pidfd_open(pid)
        try:
            if carries(pid, token):
                signal.pidfd_send_signal(handle, number)
        finally:
            os.close(handle)


def end_all(token: str, grace_seconds: float = GRACE_SECONDS) -> int:
    """End every process marked with *token*: SIGTERM, then SIGKILL; return how many there were."""
    first = marked(token)
    for pid in first:
        end(pid, token, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while (left := marked(token)) and time.monotonic() < deadline:
        time.sleep(0.05)
    deadline = time.monotonic() + 5.0
    while left and time.monotonic() < deadline:
        for pid in left:
            end(pid, token, signal.SIGKILL)
        time.sleep(0.02)
        left = marked(token)
    return len(first)


class Watchdog:
    """The owner's end of the pipe."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1

    def start(self) -> None:
        """Start the watching process, in a session of its own: ctrl-C does not reach it."""
        theirs, self._pipe = os.pipe()  # not inherited by other children
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", __file__],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(theirs)
        # The token goes by the pipe: an argument is seen by every user of the machine.
        os.write(self._pipe, f"{self.token}\n".encode())

    def stop(self) -> None:
        """Let the watchdog go; it ends whatever was left."""
        if self._process is not None:
            os.close(self._pipe)
            self._process.wait(GRACE_SECONDS + 10)
            self._process = None


def main() -> None:
    """Wait for the pipe to close, then end what carries the mark."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    token = sys.stdin.readline().strip()
    sys.stdin.read()
    if token:
        end_all(token)


if __name__ == "__main__":
    main()
