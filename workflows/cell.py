"""A cell: one piece of work on a stranger's file, in a process of its own that has bounds.

The workshop keeps its processes and their keys; a command that looks at one file needs neither.
Memory, CPU, time and the size of the answer are bounded by the kernel, so that not even a
library that is lost in native code can do more than end its own cell. It writes no file.
"""

import os
import resource
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from workflows.workshop import FileTooHard

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Walls:
    """What one cell may take."""

    memory: int = 3 << 30
    """Bytes of address space; an honest file takes a tenth of it."""
    cpu: int = 20
    """Seconds; whatever judges a file gives up before (`signing.bounds`)."""
    seconds: float = 60.0
    """From start to answer, on a busy machine."""
    answer: int = 8 << 20
    """Bytes."""


WALLS = Walls()


def confined(work: Callable[[], bytes], walls: Walls = WALLS) -> bytes:
    """Return what *work* returns, done in a cell: a copy of this process that ends with it.

    For commands: the caller has one thread, or another could hold a lock that the copy needs.

    Raises:
        FileTooHard: it took too much, died, or raised.
    """
    ours, theirs = os.pipe()
    cell = os.fork()
    if cell == 0:
        os.close(ours)
        _serve(theirs, work, walls)
    os.close(theirs)
    try:
        answer = _heard(ours, walls)
    finally:
        os.close(ours)
        os.kill(cell, signal.SIGKILL)  # done, or done for
        _, status = os.waitpid(cell, 0)
    if answer[:1] != b"+":
        raise FileTooHard(answer[1:].decode("utf-8", "replace") or _how(status))
    return answer[1:]


def _serve(out: int, work: Callable[[], bytes], walls: Walls) -> None:
    """Do the work within the walls and end; the answer's first byte says whether it is one."""
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (walls.cpu, walls.cpu + 1))
        resource.setrlimit(resource.RLIMIT_AS, (walls.memory, walls.memory))
        try:
            answer = b"+" + work()
        except BaseException as error:
            answer = f"-{type(error).__name__}: {error}"[:500].encode("utf-8", "replace")
        at = 0
        while at < len(answer):
            at += os.write(out, answer[at : at + _PIECE])
    finally:
        os._exit(0)


def _heard(pipe: int, walls: Walls) -> bytes:
    """Return what comes out of *pipe* until its end; a refusal when it is too much or too late."""
    deadline = time.monotonic() + walls.seconds
    parts: list[bytes] = []
    room = walls.answer
    while room > 0:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return f"-hơn / more than {walls.seconds:g} s".encode()
        part = os.read(pipe, min(_PIECE, room))
        if not part:
            return b"".join(parts)
        parts.append(part)
        room -= len(part)
    return f"-hơn / more than {walls.answer} bytes".encode()


def _how(status: int) -> str:
    """Return how a cell ended that said nothing."""
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return "process died"
