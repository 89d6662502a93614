"""A hub that is killed just before or just after a commit: what was answered is kept, once."""

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.axis import AgencyEntry, PacketState
from connectors.hub.store import HubStore

ROOT = Path(__file__).parents[3]
CONTENT = b"<edXML/>"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PROGRAM = """
import io, os, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from connectors.axis import MessageKind
from connectors.hub.message import Posting
from connectors.hub.store import HubStore

folder, step, moment = sys.argv[1:]
store = HubStore(Path(folder))

class Deadly:
    def __init__(self, connection):
        self._connection = connection

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, statement, *values):
        if statement == "COMMIT" and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = self._connection.execute(statement, *values)
        if statement == "COMMIT":
            os.kill(os.getpid(), signal.SIGKILL)
        return found

def posting():
    content = b"<edXML/>"
    import hashlib
    sha256 = hashlib.sha256(content).hexdigest()
    return Posting("m", MessageKind.EDOC, "H99", ("H99.01",), sha256, 8, io.BytesIO(content))

waiting = [found.axis_id for found in store.pending(["H99.01"])]
sent = [track.axis_id for track in store.sent(["H99"])]
store._writer._connection = Deadly(store._writer._connection)
steps = {
    "accept": lambda: store.accept([posting()]),
    "fetch": lambda: store.fetch("H99.01", waiting),
    "confirm": lambda: store.confirm("H99.01", [(waiting[0], posting().sha256)]),
    "reject": lambda: store.reject("H99.01", waiting[0], "hỏng"),
    "resend": lambda: store.resend(sent[0], "H99.01"),
    "prune": lambda: store.prune(datetime.now(UTC) + timedelta(days=60)),
}
steps[step]()
"""
LIVES = (
    ("accept", PacketState.INITIAL),
    ("fetch", PacketState.PROCESSING),
    ("confirm", PacketState.DONE),
    ("resend", PacketState.INITIAL),
    ("reject", PacketState.FAIL),
    ("prune", PacketState.FAIL),
)


def killed(folder: Path, step: str, moment: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), step, moment], cwd=ROOT, check=False
    )
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.parametrize("moments", [("before", "after"), ("after",)], ids=["twice", "once"])
def test_a_hub_killed_around_each_commit_goes_on_as_if_it_never_was(
    tmp_path: Path, agencies: list[AgencyEntry], moments: tuple[str, ...]
) -> None:
    store = HubStore(tmp_path)
    store.put_agencies(agencies)
    store.close()
    before: list[PacketState] = []
    for step, state in LIVES:
        for moment in moments:
            killed(tmp_path, step, moment)
            store = HubStore(tmp_path)
            now = [track.state for track in store.sent(["H99"])]
            lines = store.audited()
            held = store._reader.execute("SELECT held FROM messages").fetchall()
            store.close()
            assert now == (before if moment == "before" else [state])
        before = [state]
        assert held == [("gone" if step == "prune" else "row",)]
        assert len(lines) == min(LIVES.index((step, state)) + 1, 5)


def test_a_repeat_after_the_kill_gets_the_answer_that_was_lost(
    tmp_path: Path, agencies: list[AgencyEntry]
) -> None:
    store = HubStore(tmp_path)
    store.put_agencies(agencies)
    store.close()
    killed(tmp_path, "accept", "after")
    killed(tmp_path, "accept", "after")
    store = HubStore(tmp_path)
    (track,) = store.sent(["H99"])
    told = [(entry.axis_id, entry.outcome) for entry in store.audited()]
    assert told == [(track.axis_id, "OK"), (track.axis_id, "REPEATED")]
    assert store.confirm("H99.01", [(track.axis_id, SHA256)]) == 1
    store.close()
