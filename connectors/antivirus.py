r"""The virus scanner that uploads are shown to: clamd, by its own protocol.

Source: clamd(8), INSTREAM: `zINSTREAM\0`, then parts with their length in four bytes, an empty
part at the end; the answer is `stream: OK`, `stream: NAME FOUND` or `… ERROR`. It listens on a
socket of this machine; nothing is asked of a network. What it cannot judge is never let pass.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field

from documents.errors import Refused, Unavailable

PART = 64 << 10
"""Bytes of one part."""
LONGEST_ANSWER = 4096
_NAME_LENGTH = 120


class AntivirusSettings(BaseModel):
    """How clamd is reached."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str = Field(
        default="unix:/run/clamav/clamd.ctl",
        pattern=r"^(unix:/[^\x00]{1,100}|tcp:(127\.0\.0\.1|\[::1\]|localhost):[0-9]{1,5})$",
    )
    """`unix:/PATH` of its socket, or `tcp:127.0.0.1:PORT`."""
    seconds: float = Field(default=30, gt=0, le=300)
    """How long it may be silent."""


class AntivirusUnavailable(Unavailable):
    """The scanner does not answer, or cannot judge the file; nothing was taken in. ({0} why.)."""

    code = "antivirus.unavailable"
    vietnamese = "Chưa quét được vi-rút nên chưa nhận tệp: {0}"
    english = "the file could not be scanned for viruses and was not taken in: {0}"
    remedy = (
        "Báo quản trị kiểm tra clamd, rồi tải lên lại / have clamd looked at, then upload again"
    )


class FileInfected(Refused):
    """The scanner knows something harmful in the file. ({0} the file, {1} what it is.)."""

    code = "antivirus.infected"
    vietnamese = "Tệp «{0}» có mã độc ({1}), không nhận"
    english = "the file «{0}» holds malware ({1}) and is refused"
    remedy = "Không mở tệp; báo người phụ trách an toàn thông tin / do not open it; tell security"


def scan(settings: AntivirusSettings, file: BinaryIO) -> str:
    """Return what *file*, from where it stands, is infected with; empty where it is clean.

    Raises:
        AntivirusUnavailable: it does not answer, or not with a verdict.
    """
    answer = _asked(settings, b"zINSTREAM\0", _parts(file))
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        name = "".join(c for c in said.removesuffix(" FOUND") if c.isprintable())
        return name[:_NAME_LENGTH] or "?"
    raise AntivirusUnavailable(_readable(answer))


def is_there(settings: AntivirusSettings) -> bool:
    """Return whether the scanner answers."""
    try:
        return _asked(settings, b"zPING\0", iter(())) == "PONG"
    except AntivirusUnavailable:
        return False


def _parts(file: BinaryIO) -> Iterator[bytes]:
    while part := file.read(PART):
        yield struct.pack("!L", len(part)) + part
    yield struct.pack("!L", 0)


def _asked(settings: AntivirusSettings, command: bytes, parts: Iterator[bytes]) -> str:
    try:
        with _connected(settings) as line:
            try:
                line.sendall(command)
                for part in parts:
                    line.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may have said why before it hung up: too large for its limits
            return _answer(line)
    except OSError as error:
        raise AntivirusUnavailable(error.strerror or type(error).__name__) from None


@contextmanager
def _connected(settings: AntivirusSettings) -> Iterator[socket.socket]:
    kind, _, rest = settings.address.partition(":")
    if kind == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(settings.seconds)
        with line:
            line.connect(rest)
            yield line
        return
    host, _, port = rest.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), settings.seconds) as line:
        yield line


def _answer(line: socket.socket) -> str:
    kept = b""
    while len(kept) < LONGEST_ANSWER and not kept.endswith((b"\0", b"\n")):
        part = line.recv(LONGEST_ANSWER)
        if not part:
            break
        kept += part
    text = kept[:LONGEST_ANSWER].decode("utf-8", "replace").replace("\0", " ").strip()
    if not text:
        raise AntivirusUnavailable("không trả lời / no answer")
    return text


def _readable(answer: str) -> str:
    return "".join(c for c in answer if c.isprintable())[:200]
