"""A measured process: asked line by line in JSON, it times itself."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.measure import Lap


class Peer:
    """A running process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Let it do *request* once; return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def doing(self, request: dict[str, Any]) -> Callable[[], Lap]:
        """Return *request* as a candidate of `measure.interleaved`."""

        def work() -> Lap:
            answer = self.answer(request)
            return Lap(answer["cpu"], answer["wall"])

        return work


@contextmanager
def running(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Peer]:
    """Run *module* until the block ends; it ends itself when its input does."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
    ) as process:
        try:
            yield Peer(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
