"""A token's PIN in a file of mode 600, offered to the token once per change of the file.

Tokens lock after three to ten wrong PINs. Worker processes, retries and restarts would spend
those on one slip of the pen: so a refused PIN is remembered beside its file, for all of them.
Standard: PKCS #11 v2.40, 5.6 (C_Login), 3.2 (the flags that tell of tries, not how many).
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pkcs11
from pkcs11 import PKCS11Error, TokenFlag

from signing.errors import KeyUnavailable
from signing.key_errors import DescriptorInvalid, PinLastTry, PinRefused, TokenLocked

LONGEST = 256
"""Bytes of a PIN."""
MEMORY = ".refused"
"""Ends the name of the file that remembers which tokens refused which state of the PIN's file."""
_OTHERS = 0o077

_refused: set[tuple[str, str, str]] = set()
"""Path, token and state of the file: where its folder cannot be written."""


def logged_in(found: Any, path: Path | None, name: str) -> Any:
    """Return a session with the token *found* in which its private keys can be used.

    *path* is the PIN's file, if it needs one; *name* is what people call the token.

    Raises:
        TokenLocked, PinLastTry, PinRefused: the PIN was not offered, or not accepted.
        DescriptorInvalid: it needs a PIN.
        KeyUnavailable: the PIN's file is no good.
        PKCS11Error: the token fails.
    """
    flags = found.flags
    if path is None:
        if TokenFlag.LOGIN_REQUIRED in flags:
            raise DescriptorInvalid(name, "thiếu `pin_file` / `pin_file` is lacking")
        return found.open()
    if TokenFlag.USER_PIN_LOCKED in flags:
        raise TokenLocked(name)
    if TokenFlag.USER_PIN_INITIALIZED not in flags:
        raise PinRefused(name, "token chưa đặt mã PIN / no PIN was ever set")
    with offered(path, remembered_as(found), name) as value:
        if TokenFlag.USER_PIN_FINAL_TRY in flags:
            raise PinLastTry(name)
        try:
            return found.open(user_pin=value)
        except pkcs11.UserAlreadyLoggedIn:
            return found.open()
        except pkcs11.PinLocked:
            raise TokenLocked(name) from None
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
            raise PinRefused(name, _tries(found)) from None
        except (pkcs11.PinExpired, pkcs11.UserPinNotInitialized) as fault:
            raise PinRefused(name, type(fault).__name__) from None


def remembered_as(found: Any) -> str:
    """Return under which name it is remembered that the token refused a PIN."""
    return repr((found.label, found.serial))


def _tries(found: Any) -> str:
    """Return what the token says of the tries that are left; it gives no number."""
    try:
        flags = found.slot.get_token().flags
    except PKCS11Error:
        flags = TokenFlag(0)
    if TokenFlag.USER_PIN_LOCKED in flags:
        return "sai mã PIN, token đã khóa / wrong PIN, the token is locked now"
    if TokenFlag.USER_PIN_FINAL_TRY in flags:
        return "sai mã PIN, chỉ còn một lần thử / wrong PIN, one try is left"
    if TokenFlag.USER_PIN_COUNT_LOW in flags:
        return "sai mã PIN, số lần thử đã giảm / wrong PIN, fewer tries are left"
    return "sai mã PIN / wrong PIN"


@contextmanager
def offered(path: Path, token: str, name: str) -> Iterator[str]:
    """Yield the PIN in *path* for one login to *token*; no other process tries meanwhile.

    *token* is what `remembered_as` gave, *name* what people call it.

    Raises:
        PinRefused: the token refused what the file holds, now or before.
        KeyUnavailable: no such file, others may read it, or it holds no PIN.
    """
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            pin, state = _pin(file, path), _state(file)
            if _remembered(path, token, state):
                why = "tệp mã PIN chưa sửa từ lần bị từ chối / its file is as it was then"
                raise PinRefused(name, why)
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
