"""Whatever a file does to its cell, the command has an answer in time."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from signing.report import Report
from signing.testpki import Subject, make_pki
from signing.validation import verify
from tests.signing.hostile import array_of_names
from workflows.__main__ import main
from workflows.cell import Walls, confined
from workflows.workshop import FileTooHard


def spin() -> bytes:
    while True:
        pass


def sleep() -> bytes:
    time.sleep(600)
    return b""


def swell() -> bytes:
    return bytes(len(bytearray(4 << 30)))


def write() -> bytes:
    Path("/dev/shm", f"cell-{os.getpid()}").write_bytes(b"x")
    return b""


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGSEGV)
    os._exit(0)


def vanish() -> NoReturn:
    os._exit(3)


def fail() -> NoReturn:
    raise ValueError("odd")


def chatter() -> bytes:
    return bytes(9 << 20)


SMALL = Walls(cpu=1, seconds=3)


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (spin, "SIGXCPU"),
        (sleep, "3 s"),
        (swell, "MemoryError"),
        (write, "OSError|SIGXFSZ"),
        (die, "SIGSEGV"),
        (vanish, "died"),
        (fail, "odd"),
        (chatter, "bytes"),
    ],
)
def test_a_cell_that_takes_too_much_is_a_refusal_with_its_reason(
    work: Callable[[], bytes], why: str
) -> None:
    begun = time.monotonic()
    with pytest.raises(FileTooHard, match=why):
        confined(work, SMALL)
    assert time.monotonic() - begun < 20  # on a busy machine


def test_a_cell_hands_back_what_was_worked_out() -> None:
    assert confined(lambda: b"x" * (5 << 20)) == b"x" * (5 << 20)
    assert confined(lambda: b"") == b""


def test_a_cell_leaves_no_process_and_no_open_file(monkeypatch: pytest.MonkeyPatch) -> None:
    cells: list[int] = []
    fork = os.fork

    def noted() -> int:
        cells.append(fork())
        return cells[-1]

    monkeypatch.setattr(os, "fork", noted)
    before = len(os.listdir("/proc/self/fd"))
    for work in (fail, vanish, chatter):
        with pytest.raises(FileTooHard):
            confined(work, SMALL)
    assert len(os.listdir("/proc/self/fd")) == before
    assert len(cells) == 3
    for cell in cells:
        with pytest.raises(ChildProcessError):
            os.waitpid(cell, os.WNOHANG)


def test_verify_has_a_verdict_for_every_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.bounds.CPU_SECONDS", 0.5)
    pki = make_pki(tmp_path / "pki", [Subject("a", "A", "B", algorithm="p256")])
    files = {"flood.pdf": array_of_names(), "empty.pdf": b"", "text.pdf": b"%PDF-1.7\n%%EOF"}
    paths = [str(tmp_path / name) for name in (*files, "missing.pdf")]
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    code = main(["verify", "--json", "--trust", str(pki.roots), *paths])
    results = json.loads(capsys.readouterr().out)
    assert code == 1
    assert [result["file"] for result in results] == paths
    assert all(result["verdict"] == "INDETERMINATE" for result in results)
    assert "time" in results[0]["reason"]
    assert all(result["reason"] for result in results)


def test_verify_judges_a_strangers_file_in_a_cell_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = os.getpid()

    def judged(*given: Any, **more: Any) -> Report:
        assert os.getpid() != here
        return verify(*given, **more)

    monkeypatch.setattr("workflows.judging.verify", judged)
    pki = make_pki(tmp_path / "pki", [Subject("a", "A", "B", algorithm="p256")])
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n%%EOF")
    assert main(["verify", "--json", "--trust", str(pki.roots), str(path)]) == 1
    assert json.loads(capsys.readouterr().out)[0]["reason"].startswith("UNREADABLE")
