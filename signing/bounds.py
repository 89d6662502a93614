"""How much one file may take: past it the work is broken off, wherever it is.

A file's cost cannot be told beforehand: ten megabytes of brackets, of white space or of one
name are read a byte at a time, in Python. What the file says comes second then; that it was
not worth it is an answer too.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pyhanko.pdf_utils.decode_limits import (
    DEFAULT_PURPOSE_LIMITS,
    DecodeLimits,
    DecodePurpose,
    StreamDecodeLimits,
)

CPU_SECONDS = 8.0
"""An honest file takes a few hundredths; the largest that are looked at take three."""

MOST_FIELDS = 1000
"""Signature fields, signed or not; an honest file has two."""

DECODING = DecodeLimits(
    per_purpose={
        **DEFAULT_PURPOSE_LIMITS,
        DecodePurpose.XREF_STREAM: StreamDecodeLimits(max_ratio=None, max_output_size=16 << 20),
    }
)
"""What streams may unpack to: pyHanko's limits, and one for cross-references."""

_AGAIN = 0.5
"""Seconds of CPU; what is raised in a finalizer is lost, so it is raised again."""


class Exceeded(BaseException):
    """Too much CPU: no `Exception`, so that no library takes it for a fault of its own."""


@contextmanager
def cpu() -> Iterator[None]:
    """Raise `Exceeded` in what is done under it once it took CPU_SECONDS of the process's CPU.

    Only in the main thread, where worker processes do their jobs; elsewhere it does nothing,
    and neither where a profiler has the signal.
    """
    mine = threading.current_thread() is threading.main_thread()
    if not mine or signal.getsignal(signal.SIGPROF) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGPROF, _break_off)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS, _AGAIN)
    try:
        yield
    finally:
        _stop()


def _break_off(*_: object) -> None:
    raise Exceeded


def _stop() -> None:
    while True:
        try:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
        except Exceeded:  # it may come while it is being stopped
            continue
        return
