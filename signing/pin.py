"""A token's PIN in a file of mode 600, offered to the token once per change of the file.

Tokens lock after three to ten wrong PINs. Worker processes, retries and restarts would spend
those on one slip of the pen: so a refused PIN is remembered beside its file, for all of them.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from signing.errors import KeyUnavailable
from signing.key_errors import PinRefused, TokenLocked

LONGEST = 256
"""Bytes of a PIN."""
MEMORY = ".refused"
"""Ends the name of the file that remembers which tokens refused which state of the PIN's file."""
_OTHERS = 0o077

_refused: set[tuple[str, str, str]] = set()
"""Path, token and state of the file: where its folder cannot be written."""


@contextmanager
def offered(path: Path, token: str) -> Iterator[str]:
    """Yield the PIN in *path* for one login to *token*; no other process tries meanwhile.

    Raises:
        PinRefused: *token* refused what the file holds, now or before.
        KeyUnavailable: no such file, others may read it, or it holds no PIN.
    """
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            pin, state = _pin(file, path), _state(file)
            if _remembered(path, token, state):
                why = "tệp mã PIN chưa sửa từ lần bị từ chối / its file is as it was then"
                raise PinRefused(token, why)
            try:
                yield pin
            except (PinRefused, TokenLocked):
                _remember(path, token, state)
                raise
    except OSError as fault:
        raise KeyUnavailable(path.name, fault.strerror or type(fault).__name__) from None


def _pin(file: IO[bytes], path: Path) -> str:
    if os.fstat(file.fileno()).st_mode & _OTHERS:
        raise KeyUnavailable(path.name, "quyền tệp phải là 600 / its mode must be 600")
    content = file.read(LONGEST + 1).strip()
    try:
        pin = content.decode("utf-8")
    except UnicodeDecodeError:
        pin = ""
    if not pin or len(content) > LONGEST or not pin.isprintable():
        raise KeyUnavailable(path.name, "không phải mã PIN / it holds no PIN")
    return pin


def _state(file: IO[bytes]) -> str:
    """Return what changes when someone writes the file or puts another in its place."""
    status = os.fstat(file.fileno())
    return f"{status.st_ino}.{status.st_mtime_ns}"


def _memory(path: Path) -> Path:
    return path.with_name(path.name + MEMORY)


def _remembered(path: Path, token: str, state: str) -> bool:
    try:
        lines = _memory(path).read_text("utf-8").splitlines()
    except OSError:
        lines = []
    return f"{state} {token}" in lines or (str(path), token, state) in _refused


def _remember(path: Path, token: str, state: str) -> None:
    """Keep only what concerns the file as it is now; its lock is held."""
    _refused.add((str(path), token, state))
    memory = _memory(path)
    with contextlib.suppress(OSError):  # it is remembered in this process at least
        old = memory.read_text("utf-8").splitlines() if memory.exists() else []
        lines = [line for line in old if line.startswith(f"{state} ")] + [f"{state} {token}"]
        with os.fdopen(os.open(memory, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
