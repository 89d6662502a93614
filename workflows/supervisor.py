"""Keeps the processes of one installation running until it is told to stop.

Children start in order, each once the one before answers. One that dies is started again
after a pause that doubles (reset after it has lived for a while). One that nothing stands on
may be late: the others go on, and it gets twice the time before it is started again.
Ctrl-C, SIGTERM and SIGHUP end all of them in reverse order; a second signal ends them at once.
If the supervisor itself is killed, the watchdog ends them. One supervisor per data folder.
"""

from __future__ import annotations

import contextlib
import datetime
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import FileIO
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final, Self

from workflows.child import Child, ChildLate, ChildNotReady, Process
from workflows.health import Condition, Health
from workflows.instance import STATE_NAME, Instance, take_lock
from workflows.watchdog import Watchdog

TICK_SECONDS: Final = 0.1
FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 30.0
LONGEST_PATIENCE_SECONDS: Final = 960.0
SETTLED_SECONDS: Final = 60.0
"""A child that lived this long starts with the first pause again."""
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_Handler = Callable[[int, FrameType | None], object] | int | None


class _Kept:
    """One child over all its lives."""

    def __init__(self, child: Child) -> None:
        self.process = Process(child)
        self.condition = Condition.STOPPED
        self.restarts = 0
        self.last_error = ""
        self.pause = FIRST_PAUSE_SECONDS
        self.patience = child.ready_seconds
        """Seconds that its next start may take; each time that was not enough doubles them."""
        self.again_at = 0.0
        """Monotonic seconds of the next start while it waits for it."""

    def health(self) -> Health:
        child, process = self.process.child, self.process
        lives = self.condition in (Condition.STARTING, Condition.RUNNING)
        return Health(
            name=child.name,
            condition=self.condition,
            pid=process.pid,
            uptime_seconds=round(time.monotonic() - process.started, 1) if lives else 0.0,
            restarts=self.restarts,
            last_error=self.last_error,
            url=child.url,
        )

    def look(self, token: str) -> bool:
        """Take one step; return whether the condition changed."""
        before = self.condition
        if self.condition is Condition.WAITING:
            if time.monotonic() >= self.again_at:
                self.restarts += 1
                self.process.start(token)
                self.condition = Condition.STARTING
        elif not self.process.alive():
            self._fell(f"exit {self.process.exit_code}")
        elif self.condition is Condition.STARTING:
            if self.process.ready():
                self.condition = Condition.RUNNING
            elif self._age() > self.patience:
                late = f"no answer in {self.patience:.0f} s"
                self.wait_longer()
                self.process.stop()
                self._fell(late)
        elif self._age() > SETTLED_SECONDS:
            self.pause = FIRST_PAUSE_SECONDS
        return self.condition is not before

    def wait_longer(self) -> None:
        """Give it twice the time, within reason."""
        self.patience = min(self.patience * 2, max(LONGEST_PATIENCE_SECONDS, self.patience))

    def _age(self) -> float:
        return time.monotonic() - self.process.started

    def _fell(self, how: str) -> None:
        self.last_error = f"{how}: {self.process.last_line()}"
        self.condition = Condition.WAITING
        self.again_at = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)


class Supervisor:
    """Runs *children* on the data folder *data*; use it as a context manager.

    Args:
        data: The installation's folder; the lock and the state file lie there.
        children: In the order of starting.
        urls: What commands should know, by name; children asked by URL are added.
        report: Called with a child's health whenever its condition changes.
    """

    def __init__(
        self,
        data: Path,
        children: Sequence[Child],
        *,
        urls: Mapping[str, str] | None = None,
        report: Callable[[Health], None] = lambda health: None,
    ) -> None:
        self.data = data
        self.urls = {child.name: child.url for child in children if child.url} | dict(urls or {})
        self._report = report
        self._kept = [_Kept(child) for child in children]
        self._watchdog = Watchdog()
        self._lock: FileIO | None = None
        self._started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        self._ended = threading.Event()
        # Plain values: a signal handler that takes a lock can meet its own thread holding it.
        self._signals = 0
        self._patient = False
        """Whether a signal is only counted; until then the first one raises."""
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self._handlers: dict[int, _Handler] = {}

    def start(self) -> Self:
        """Start all children, in order, each once the one before works.

        Raises:
            AlreadyRunning: another supervisor works on the same data.
            ChildNotReady: one died, or others stand on it and it did not come up in time;
                those before it are ended again.
        """
        self._lock = take_lock(self.data)
        try:
            self._take_signals()
            self._watchdog.start()
            for kept in self._kept:
                kept.process.start(self._watchdog.token)
                self._become(kept, Condition.STARTING)
                self._wait_ready(kept)
            self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
            self._thread.start()
        except BaseException:
            self.stop()
            raise
        return self

    def wait(self, seconds: float = math.inf) -> bool:
        """Return whether a signal asked to stop, once it does or after *seconds*.

        Raises:
            BaseException: what made watching the children impossible.
        """
        self._patient = True
        until = time.monotonic() + seconds
        while not self._signals and self._failure is None and time.monotonic() < until:
            time.sleep(TICK_SECONDS)
        if self._failure is not None:
            raise self._failure
        return bool(self._signals)

    def stop(self) -> None:
        """End all children in reverse order, let the lock go. A second signal ends them at once."""
        self._patient = True
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        for kept in reversed(self._kept):
            kept.process.stop(lambda: self._signals > 1)
            if kept.condition is not Condition.STOPPED:
                kept.condition = Condition.STOPPED
                self._report(kept.health())
        self._watchdog.stop()
        if self._lock is not None:
            (self.data / STATE_NAME).unlink(missing_ok=True)
            self._lock.close()
            self._lock = None
        self._give_signals_back()

    def health(self) -> list[Health]:
        """Return how each child is now, in the order of starting."""
        return [kept.health() for kept in self._kept]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _wait_ready(self, kept: _Kept) -> None:
        try:
            kept.process.wait_ready()
        except ChildLate as error:
            kept.last_error = error.args[1]
            if not kept.process.child.may_be_late:
                raise
            kept.wait_longer()
            self._become(kept, Condition.STARTING)
            return
        except ChildNotReady as error:
            kept.last_error = error.args[1]
            raise
        self._become(kept, Condition.RUNNING)

    def _watch(self) -> None:
        try:
            for tick in self._ticks():
                for kept in self._kept:
                    if kept.look(self._watchdog.token):
                        # on a full disk only the state file is old; the children are kept
                        with contextlib.suppress(OSError):
                            self._become(kept, kept.condition)
                    if tick % 50 == 0:
                        kept.process.trim_log()
        except BaseException as error:  # a watcher that is gone must not go unnoticed
            self._failure = error

    def _ticks(self) -> Iterator[int]:
        tick = 0
        while not self._ended.wait(TICK_SECONDS):
            yield (tick := tick + 1)

    def _become(self, kept: _Kept, condition: Condition) -> None:
        kept.condition = condition
        self._report(kept.health())
        children = tuple(self.health())
        token = self._watchdog.token
        Instance(os.getpid(), token, self._started, self.urls, children).write(self.data)

    def _take_signals(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                self._handlers[number] = signal.signal(number, self._on_signal)

    def _give_signals_back(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number, before in self._handlers.items():
                signal.signal(number, before)
            self._handlers.clear()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        if not self._patient and self._signals == 1:
            raise KeyboardInterrupt
