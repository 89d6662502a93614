"""A program to compare with, in a process of its own: asked line by line, it times itself."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.measure import Lap


class Peer:
    """A running peer."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, request: dict[str, Any]) -> tuple[Lap, str]:
        """Let it do *request* once; return what it took and what it says."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the peer ended with {self._process.wait()}")
        answer = json.loads(line)
        return Lap(answer["cpu"], answer["wall"]), answer["output"]

    def doing(self, request: dict[str, Any]) -> Callable[[], Lap]:
        """Return *request* as a candidate of `measure.interleaved`."""
        return lambda: self.ask(request)[0]


@contextmanager
def running(module: str) -> Iterator[Peer]:
    """Run *module* as a peer until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Peer(process)
        finally:
            process.terminate()
