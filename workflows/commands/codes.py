"""Codes that a signer types at a command: without echo, or from a file, and never in its words.

What stands in a command's words is seen by everybody on the machine, and kept by the shell.
"""

import getpass
import os
import stat
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

from connectors.remote.service import Activation
from documents.errors import Refused

LONGEST = 4096
"""Bytes of a file with codes."""
_NAMES = {
    "pin": "PIN hoặc mật khẩu / PIN or password",
    "otp": "Mã dùng một lần / one-time code",
}


class CodesUnreadable(Refused):
    """The codes cannot be typed here, or their file is not as it should be."""

    code = "request.codes_unreadable"
    vietnamese = "Không đọc được mã xác nhận từ «{0}»: {1}"
    english = "the codes cannot be read from {0}: {1}"
    remedy = (
        "Nhập tại cửa sổ lệnh, hoặc --codes TỆP (chmod 600) với các dòng `pin=…`, `otp=…`"
        " / type them at a terminal, or --codes FILE (chmod 600) with lines `pin=…`, `otp=…`"
    )


def typed(wanted: Iterable[str]) -> Activation:
    """Ask for each of *wanted* (`pin`, `otp`) at the terminal; nothing is shown.

    Raises:
        CodesUnreadable: there is no terminal that can be kept from showing it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return Activation(**{name: getpass.getpass(f"{_NAMES[name]}: ") for name in wanted})
        except (getpass.GetPassWarning, EOFError, OSError):
            raise CodesUnreadable("terminal", "không có / none") from None


def read(path: Path) -> Activation:
    """Return the codes in a file of mode 600, or from the standard input for `-`.

    Raises:
        CodesUnreadable: others may read it, or it is something else.
    """
    try:
        content = sys.stdin.buffer.read(LONGEST + 1) if str(path) == "-" else _content(path)
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise CodesUnreadable(path.name, "UTF-8") from None
    except OSError as error:
        raise CodesUnreadable(path.name, error.strerror or type(error).__name__) from None
    pairs = [line.partition("=") for line in lines if line.strip()]
    found = {name.strip(): value.strip() for name, _, value in pairs}
    if len(content) > LONGEST or not found or found.keys() - _NAMES.keys():
        # without a word of what stands there
        raise CodesUnreadable(path.name, "pin=…, otp=…")
    return Activation(**found)


def _content(path: Path) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
            raise CodesUnreadable(path.name, "chmod 600")
        return file.read(LONGEST + 1)
