"""`congvan hub`: the operator's commands on the data folder, beside a hub that serves it."""

import hashlib
import io
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from connectors.axis import AgencyEntry, MessageKind, Receipt
from connectors.hub.entering import IN_ROW
from connectors.hub.message import Posting
from connectors.hub.server import create_app, listening
from connectors.hub.store import HubStore
from connectors.hub.systems import SYSTEMS, Systems
from workflows.__main__ import main

SENDER, RECIPIENT = "H99", "H99.01"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HubStore]:
    """The store of a hub that serves meanwhile, two hours ago."""
    opened = HubStore(tmp_path, clock=lambda: datetime.now(UTC) - timedelta(hours=2))
    opened.put_agencies([AgencyEntry(SENDER, "Tỉnh"), AgencyEntry(RECIPIENT, "Sở")])
    yield opened
    opened.close()


def enter(store: HubStore, message_id: str, content: bytes = b"<edXML/>") -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    (answer,) = store.accept(
        [
            Posting(
                message_id=message_id,
                kind=MessageKind.EDOC,
                sender=SENDER,
                recipients=(RECIPIENT,),
                sha256=sha256,
                size=len(content),
                content=io.BytesIO(content),
            )
        ]
    )
    assert isinstance(answer, Receipt)
    return answer.axis_id


@pytest.fixture
def hub(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command on the folder: its output, read as JSON when that is asked."""

    def run(*words: str, code: int = 0) -> Any:
        assert main(["hub", *words, "--data", str(tmp_path)]) == code
        said = capsys.readouterr()
        return json.loads(said.out) if "--json" in words else said.out + said.err

    return run


def test_what_is_stuck_is_told_with_its_reason(hub: Any, store: HubStore, tmp_path: Path) -> None:
    never, given, failed = (enter(store, name) for name in ("never", "given", "failed"))
    corrupt = enter(store, "corrupt", b"\0" * (IN_ROW + 1))
    done = enter(store, "done")
    store.fetch(RECIPIENT, [given])
    store.reject(RECIPIENT, failed, "tệp kèm hỏng")
    store.confirm(RECIPIENT, [(done, hashlib.sha256(b"<edXML/>").hexdigest())])
    (file,) = (path for path in (tmp_path / "contents").rglob("*") if path.is_file())
    file.chmod(0o600)
    file.write_bytes(b"\1")
    found = {(each["axis_id"], each["why"]) for each in hub("stuck", "--json")}
    assert found == {
        (never, "never_fetched"),
        (given, "never_confirmed"),
        (failed, "failed"),
        (corrupt, "never_fetched"),
        (corrupt, "corrupt"),
    }
    assert {each["axis_id"] for each in hub("stuck", "--json", "--hours", "3")} == {failed, corrupt}
    assert "tệp kèm hỏng" in hub("stuck")


def test_a_message_is_resent_under_its_id(hub: Any, store: HubStore) -> None:
    axis_id = enter(store, "m")
    store.reject(RECIPIENT, axis_id, "hỏng")
    assert store.pending([RECIPIENT]) == []
    assert "queued again" in hub("resend", axis_id, "--recipient", RECIPIENT)
    assert [found.axis_id for found in store.pending([RECIPIENT])] == [axis_id]
    assert "still waiting" in hub("resend", axis_id, "--recipient", RECIPIENT)
    assert "axis.not_found" in hub("resend", axis_id, "--recipient", SENDER, code=1)
    (track,) = hub("track", axis_id, "--json")
    assert (track["message_id"], track["recipient"], track["state"]) == ("m", RECIPIENT, "initial")
    assert hub("track", "none", "--json", code=1) == []
    outcomes = [entry["outcome"] for entry in hub("audit", "--json", "--axis-id", axis_id)]
    assert outcomes == ["OK", "fail", "OK", "REPEATED"]


def test_the_status_is_the_same_from_the_folder_and_from_the_address(
    hub: Any, store: HubStore
) -> None:
    enter(store, "m")
    listener = listening("127.0.0.1", 0)
    config = uvicorn.Config(create_app(store), lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/soap"
        told = hub("status", "--json", "--url", address)
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
    (queue,) = told["queues"]
    assert (queue["recipient"], queue["waiting"]) == (RECIPIENT, 1)
    assert queue["oldest_seconds"] > 7000
    same = hub("status", "--json")
    assert {**same, "queues": 0} == {**told, "queues": 0}
    assert "axis.unavailable" in hub("status", "--url", address, code=1)


def test_systems_are_registered_listed_and_revoked(hub: Any, tmp_path: Path) -> None:
    systems = Systems(tmp_path / SYSTEMS)
    secret = hub("system", "add", "00.99.W00", "--agency", SENDER, RECIPIENT).strip()
    assert systems.admitted("00.99.W00", secret).agencies == {SENDER, RECIPIENT}
    given = tmp_path / "given"
    given.write_text("a secret of the other side\n")
    words = ("--agency", SENDER, "--secret-file", str(given), "--expires", "31/12/2026")
    assert hub("system", "add", "00.98.W00", *words) == ""
    listed = {each["system_id"]: each for each in hub("system", "list", "--json")}
    assert listed["00.98.W00"]["expires"].startswith("2026-12-31T16:59:59")
    assert secret not in json.dumps(listed)
    hub("system", "revoke", "00.99.W00")
    listed = {each["system_id"]: each for each in hub("system", "list", "--json")}
    assert not listed["00.99.W00"]["may_call"]
    (tmp_path / SYSTEMS / "00.98.W00.json").write_text("{")
    listed = {each["system_id"]: each for each in hub("system", "list", "--json")}
    assert (listed["00.98.W00"]["damaged"], listed["00.99.W00"]["damaged"]) == (True, False)
    assert "damaged" in hub("system", "list")
    assert "hub.system_unknown" in hub("system", "revoke", "none", code=1)
    assert "hub.system_invalid" in hub("system", "add", "a/b", "--agency", SENDER, code=1)
    assert "day.invalid" in hub("system", "add", "a", "--agency", SENDER, "--expires", "x", code=1)


@pytest.mark.parametrize("command", ["status", "stuck", "audit"])
def test_a_folder_that_is_no_hubs_is_named(hub: Any, tmp_path: Path, command: str) -> None:
    assert "hub.missing" in hub(command, code=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [("list",), ("revoke", "00.99.W00"), ("add", "a", "--agency", "H99")]
)
def test_no_system_is_registered_in_a_folder_of_something_else(
    hub: Any, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "world.json").write_text("{}")
    assert "hub.missing" in hub("system", *words, code=1)
    assert [path.name for path in tmp_path.iterdir()] == ["world.json"]


def test_a_system_may_be_registered_before_the_hub_has_served(hub: Any, tmp_path: Path) -> None:
    (tmp_path / "agencies.json").write_text("[]")
    secret = hub("system", "add", "00.99.W00", "--agency", SENDER).strip()
    assert Systems(tmp_path / SYSTEMS).admitted("00.99.W00", secret)
