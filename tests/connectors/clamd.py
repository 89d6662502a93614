"""A scanner that speaks clamd's protocol on a socket of this machine, for tests."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

MARK = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"TEST-MALWARE"
"""What this scanner knows as harmful; no file of anybody has it."""
NAME = "Test-Signature"


class Clamd:
    """Answers as clamd does: by what comes in, or as it is told to."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.answer: bytes | None = None
        """Said instead of a verdict; empty: it hangs up."""
        self.most = 1 << 30
        """StreamMaxLength: bytes."""
        self.seen: list[int] = []
        """Bytes of each stream."""
        self._stopped = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stopped:
            try:
                line, _ = self.listening.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            line.setblocking(True)
            with line, line.makefile("rb") as incoming:
                self._talk(line, incoming)

    def _talk(self, line: socket.socket, incoming: BinaryIO) -> None:
        command = b""
        while not command.endswith(b"\0"):
            part = incoming.read(1)
            if not part:
                return
            command += part
        if command == b"zPING\0":
            line.sendall(b"PONG\0")
            return
        assert command == b"zINSTREAM\0", command
        content = b""
        while size := struct.unpack("!L", incoming.read(4))[0]:
            content += incoming.read(size)
            if len(content) > self.most:
                line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.seen.append(len(content))
        verdict = f"stream: {NAME} FOUND\0" if MARK in content else "stream: OK\0"
        line.sendall(verdict.encode() if self.answer is None else self.answer)

    def stop(self) -> None:
        """Listen no more."""
        self._stopped = True
        self.listening.close()
        self._thread.join(5)


@contextmanager
def unix_clamd(folder: Path) -> Iterator[tuple[Clamd, str]]:
    """Give a scanner on a socket in *folder*, and its address, until the block ends."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = folder / "clamd.ctl"
    listening.bind(str(path))
    listening.listen(4)
    with _running(listening, f"unix:{path}") as made:
        yield made


@contextmanager
def tcp_clamd() -> Iterator[tuple[Clamd, str]]:
    """Give a scanner on a loopback port, and its address, until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    with _running(listening, f"tcp:127.0.0.1:{listening.getsockname()[1]}") as made:
        yield made


@contextmanager
def _running(listening: socket.socket, address: str) -> Iterator[tuple[Clamd, str]]:
    # closing a socket wakes nobody who waits at it: the thread looks again by itself
    listening.settimeout(0.1)
    clamd = Clamd(listening)
    try:
        yield clamd, address
    finally:
        clamd.stop()
