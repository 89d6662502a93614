"""The supervisor: starts in order, starts again, and leaves no process behind however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workflows import child as child_module
from workflows import supervisor as supervisor_module
from workflows.child import Child, ChildNotReady, Process
from workflows.health import Condition, Health
from workflows.instance import AlreadyRunning, Instance, running_instance
from workflows.prefect_server import free_port
from workflows.supervisor import Supervisor
from workflows.watchdog import marked

PYTHON = (sys.executable, "-I", "-S", "-u")

READY_FILE = """
import pathlib, signal, subprocess, sys, time
mode, ready, notes = sys.argv[1:]
def note(text):
    with open(notes, "a") as file:
        file.write(text + "\\n")
def polite(number, frame):
    note(f"{mode} stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in mode else polite)
if "parent" in mode:
    subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"])
if "dies" in mode:
    print("it cannot be: no such key", flush=True)
    sys.exit(3)
note(f"{mode} started")
pathlib.Path(ready).touch()
while True:
    time.sleep(600)
"""


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


MakeChild = Callable[..., Child]


@pytest.fixture
def make_child(tmp_path: Path) -> MakeChild:
    def make(name: str, **changes: object) -> Child:
        ready = tmp_path / f"{name}.ready"
        values: dict[str, object] = {
            "name": name,
            "argv": (*PYTHON, "-c", READY_FILE, name, str(ready), str(tmp_path / "notes")),
            "env": {"PATH": os.environ["PATH"]},
            "ready": ready.exists,
            "log": tmp_path / "logs" / f"{name}.log",
            "stop_seconds": 20.0,
        }
        return Child(**(values | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def notes(tmp_path: Path) -> Callable[[], list[str]]:
    return lambda: (tmp_path / "notes").read_text().split("\n")[:-1]


def test_children_start_in_order_and_stop_in_reverse(
    tmp_path: Path, make_child: MakeChild, notes: Callable[[], list[str]]
) -> None:
    said: list[tuple[str, Condition]] = []
    children = [make_child("first"), make_child("second")]
    with Supervisor(
        tmp_path, children, report=lambda health: said.append((health.name, health.condition))
    ) as supervisor:
        assert [health.condition for health in supervisor.health()] == [Condition.RUNNING] * 2
    assert notes() == ["first started", "second started", "second stopped", "first stopped"]
    assert said == [
        ("first", Condition.STARTING),
        ("first", Condition.RUNNING),
        ("second", Condition.STARTING),
        ("second", Condition.RUNNING),
        ("second", Condition.STOPPED),
        ("first", Condition.STOPPED),
    ]


def test_a_child_asked_by_url_is_ready_when_it_answers(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    argv = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    env = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    web = Child("web", argv, env, url, tmp_path / "web.log")
    with Supervisor(tmp_path, [web], urls={"desk": "http://127.0.0.1:1/"}) as supervisor:
        assert supervisor.urls == {"web": url, "desk": "http://127.0.0.1:1/"}
        assert supervisor.health()[0].url == url


def test_a_child_that_dies_is_started_again_and_counted(
    tmp_path: Path, make_child: MakeChild, notes: Callable[[], list[str]]
) -> None:
    with Supervisor(tmp_path, [make_child("worker")]) as supervisor:
        before = supervisor.health()[0].pid
        os.kill(before, signal.SIGKILL)
        until(lambda: supervisor.health()[0].restarts == 1)
        until(lambda: supervisor.health()[0].condition is Condition.RUNNING)
        (health,) = supervisor.health()
        assert health.pid != before
        assert health.last_error.startswith("exit -9")
        until(lambda: notes().count("worker started") == 2)


def test_pauses_between_starts_grow(tmp_path: Path, make_child: MakeChild) -> None:
    kept = supervisor_module._Kept(make_child("worker-dies"))
    pauses = []
    for _ in range(12):
        pauses.append(kept.pause)
        kept._fell("exit 3")
    assert pauses[:4] == [0.2, 0.4, 0.8, 1.6]
    assert pauses[-1] == supervisor_module.LONGEST_PAUSE_SECONDS


def test_what_a_dead_child_leaves_is_ended_before_it_starts_again(
    tmp_path: Path, make_child: MakeChild
) -> None:
    with Supervisor(tmp_path, [make_child("parent")]) as supervisor:
        token = supervisor._watchdog.token
        until(lambda: len(marked(token)) == 2)
        (worker,) = set(marked(token)) - {supervisor.health()[0].pid}
        os.kill(supervisor.health()[0].pid, signal.SIGKILL)
        until(lambda: not lives(worker))


def test_a_child_that_cannot_start_is_an_error_that_says_why(
    tmp_path: Path, make_child: MakeChild
) -> None:
    supervisor = Supervisor(tmp_path, [make_child("first"), make_child("dies")])
    with pytest.raises(ChildNotReady, match="exit 3: it cannot be: no such key") as caught:
        supervisor.start()
    assert caught.value.as_dict()["remedy"].endswith("dies.log")
    assert not marked(supervisor._watchdog.token)
    assert running_instance(tmp_path) is None


def test_a_child_that_never_answers_is_given_up(tmp_path: Path, make_child: MakeChild) -> None:
    silent = make_child("silent", ready=lambda: False, ready_seconds=0.3)
    supervisor = Supervisor(tmp_path, [silent])
    with pytest.raises(ChildNotReady, match="no answer in"):
        supervisor.start()
    assert not marked(supervisor._watchdog.token)


def test_a_late_child_stops_nobody_is_told_of_and_works_once_it_answers(
    tmp_path: Path, make_child: MakeChild, notes: Callable[[], list[str]]
) -> None:
    said: list[Health] = []
    first, answers = make_child("first"), tmp_path / "answers"
    late = make_child("late", ready=answers.exists, ready_seconds=0.4, may_be_late=True)
    with Supervisor(tmp_path, [first, late, make_child("last")], report=said.append) as supervisor:
        assert supervisor.health()[0].condition is Condition.RUNNING
        assert supervisor.health()[2].condition is Condition.RUNNING
        until(lambda: supervisor.health()[1].restarts == 1)
        answers.touch()
        until(lambda: supervisor.health()[1].condition is Condition.RUNNING)
        assert [health.restarts for health in supervisor.health()][::2] == [0, 0]
    told = [health.line() for health in said if health.name == "late"]
    assert any("starting" in line and "no answer in 0 s" in line for line in told)
    assert any("waiting" in line and "no answer in 1 s" in line for line in told)
    assert notes().count("late started") == 2


def test_a_child_that_may_be_late_and_dies_is_an_error_all_the_same(
    tmp_path: Path, make_child: MakeChild
) -> None:
    with pytest.raises(ChildNotReady, match="exit 3"):
        Supervisor(tmp_path, [make_child("dies", may_be_late=True)]).start()


def test_a_stubborn_child_is_killed_after_its_time(tmp_path: Path, make_child: MakeChild) -> None:
    with Supervisor(tmp_path, [make_child("stubborn", stop_seconds=0.2)]) as supervisor:
        pid = supervisor.health()[0].pid
    assert not lives(pid)


def test_two_supervisors_on_the_same_data_are_refused(
    tmp_path: Path, make_child: MakeChild
) -> None:
    with Supervisor(tmp_path, [make_child("first")]):
        with pytest.raises(AlreadyRunning, match=str(os.getpid())) as caught:
            Supervisor(tmp_path, []).start()
        assert caught.value.code == "office.already_running"
    with Supervisor(tmp_path, []):
        pass


def test_commands_find_the_running_instance(tmp_path: Path, make_child: MakeChild) -> None:
    assert running_instance(tmp_path) is None
    with Supervisor(tmp_path, [make_child("hub")], urls={"hub": "http://127.0.0.1:9/"}):
        found = running_instance(tmp_path)
        assert found is not None
        assert found.pid == os.getpid()
        assert found.urls == {"hub": "http://127.0.0.1:9/"}
        assert [child.condition for child in found.children] == [Condition.RUNNING]
        assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600
    assert running_instance(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"children": [{}]}', '{"children": 3}'])
def test_a_state_file_that_says_nothing_is_no_instance(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    assert Instance.read(tmp_path) is None
    assert running_instance(tmp_path) is None


SCRIPT = """
import contextlib, pathlib, sys
from workflows.child import Child
from workflows.supervisor import Supervisor
data = pathlib.Path(sys.argv[1])
code, modes = sys.argv[2], sys.argv[3:]
children = [
    Child(
        mode,
        (sys.executable, "-I", "-S", "-c", code, mode, str(data / mode), str(data / "notes")),
        {},
        (data / mode).exists,
        data / (mode + ".log"),
    )
    for mode in modes
]
with contextlib.suppress(KeyboardInterrupt), Supervisor(data, children) as supervisor:
    print("up", flush=True)
    supervisor.wait()
print("ended", flush=True)
"""


@pytest.fixture
def start_script(tmp_path: Path) -> Callable[..., "subprocess.Popen[str]"]:
    def start(*modes: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path), READY_FILE, *modes],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        return process

    return start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_cleanly(
    number: signal.Signals,
    tmp_path: Path,
    start_script: Callable[..., "subprocess.Popen[str]"],
    notes: Callable[[], list[str]],
) -> None:
    with start_script("first", "second") as process:
        token = json.loads((tmp_path / "state.json").read_text())["token"]
        # The whole foreground group, as a terminal does: children are not in it.
        os.killpg(process.pid, number)
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "ended\n")
    assert notes()[2:] == ["second stopped", "first stopped"]
    assert not marked(token)
    assert not (tmp_path / "state.json").exists()


def test_nothing_survives_a_supervisor_that_is_killed(
    tmp_path: Path,
    start_script: Callable[..., "subprocess.Popen[str]"],
    notes: Callable[[], list[str]],
) -> None:
    with start_script("first", "parent") as process:
        token = json.loads((tmp_path / "state.json").read_text())["token"]
        until(lambda: len(marked(token)) == 3)
        process.kill()
        process.wait()
        until(lambda: not marked(token))
    assert sorted(notes()[2:]) == ["first stopped", "parent stopped"]
    assert running_instance(tmp_path) is None
    assert (tmp_path / "state.json").exists()
    with Supervisor(tmp_path, []):  # a stale state does not keep the next one from starting
        pass


def test_a_second_signal_does_not_wait_for_stubborn_children(
    tmp_path: Path, start_script: Callable[..., "subprocess.Popen[str]"]
) -> None:
    with start_script("stubborn") as process:
        state = json.loads((tmp_path / "state.json").read_text())
        process.send_signal(signal.SIGTERM)
        pid = state["children"][0]["pid"]
        until(lambda: _ignores_nothing_more(process, pid))
    assert process.returncode == 0
    assert not marked(state["token"])


def _ignores_nothing_more(process: "subprocess.Popen[str]", pid: int) -> bool:
    """Press ctrl-C again until the supervisor is gone; well before the child's 15 s are over."""
    if process.poll() is None and lives(pid):
        process.send_signal(signal.SIGINT)
    return process.poll() is not None


def test_leftovers_of_an_instance_whose_watchdog_was_killed_too_are_ended_at_the_next_start(
    tmp_path: Path, make_child: MakeChild
) -> None:
    process = Process(make_child("first"))
    process.start("feedbeef" * 4)
    try:
        process.wait_ready()
        Instance(1, "feedbeef" * 4, "2026-01-01T00:00:00+00:00", {}).write(tmp_path)
        with Supervisor(tmp_path, []):
            assert not process.alive()
    finally:
        process.stop()


def test_logs_stay_bounded(
    tmp_path: Path, make_child: MakeChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "LOG_BYTES", 1000)
    endless = (
        "import itertools, time\nfor n in itertools.count(): print('line', n); time.sleep(0.001)"
    )
    chatty = make_child("chatty", argv=(*PYTHON, "-c", endless), ready=lambda: True)
    process = Process(chatty)
    process.start()
    try:
        for _ in range(3):
            until(lambda: chatty.log.stat().st_size > 1000)
            process.trim_log()
            assert (tmp_path / "logs" / "chatty.log.1").stat().st_size <= 1000
        until(lambda: b"line" in chatty.log.read_bytes())
        # Emptied, not overwritten with a hole: the child appends.
        assert b"\0" not in chatty.log.read_bytes()
    finally:
        process.stop()


def test_ctrl_c_interrupts_work_done_inside_the_block(
    tmp_path: Path, make_child: MakeChild
) -> None:
    supervisor = Supervisor(tmp_path, [make_child("first")])
    before = signal.getsignal(signal.SIGTERM)

    def work() -> None:
        with supervisor:
            os.kill(os.getpid(), signal.SIGTERM)
            until(lambda: False)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert not marked(supervisor._watchdog.token)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_watcher_that_fails_does_not_go_unnoticed(
    tmp_path: Path, make_child: MakeChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: object, _token: str) -> bool:
        raise OSError("no more processes")

    with Supervisor(tmp_path, [make_child("first")]) as supervisor:
        monkeypatch.setattr(supervisor_module._Kept, "look", broken)
        with pytest.raises(OSError, match="no more processes"):
            supervisor.wait()


def test_no_secret_of_the_environment_is_shown(make_child: MakeChild) -> None:
    assert "hunter2" not in repr(make_child("x", env={"PASSPHRASE": "hunter2"}))
