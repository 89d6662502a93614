"""`python -m connectors.hub` as its own process: it starts, it dies, it stops, it remembers."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import AgencyEntry, Outgoing
from connectors.errors import AxisOutcomeUnknown, AxisUnavailable
from connectors.hub.__main__ import main
from connectors.hub.faults import Fault, FaultKind, set_faults
from connectors.hub.mishap import DIED
from connectors.soap.client import SoapAxis

MESSAGE = Outgoing("m", "H99", ("H99.01",), b"<edXML/>" * 5000)


@contextmanager
def hub_process(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", SoapAxis]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "connectors.hub", "--open", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    axis = SoapAxis(process.stdout.readline().strip())
    try:
        yield process, axis
    finally:
        axis.close()
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_hub_that_dies_after_accepting_still_has_the_message(tmp_path: Path) -> None:
    catalogue = tmp_path / "agencies.json"
    catalogue.write_text(
        json.dumps([{"organ_id": "H99", "name": "Tỉnh"}, {"organ_id": "H99.01", "name": "Sở"}])
    )
    folder = tmp_path / "hub"
    arguments = ("--data", str(folder))
    with hub_process(*arguments, "--agencies", str(catalogue)) as (process, axis):
        set_faults(folder, [Fault("SendDocument", FaultKind.DIE)])
        with pytest.raises(AxisOutcomeUnknown):
            axis.send(MESSAGE)
        assert process.wait(20) == DIED
        with pytest.raises(AxisUnavailable):
            axis.send(MESSAGE)
    set_faults(folder, [])
    with hub_process(*arguments) as (process, axis):
        receipt = axis.send(MESSAGE)
        assert receipt.duplicate
        (waiting,) = axis.pending(["H99.01"])
        assert waiting.axis_id == receipt.axis_id
        assert axis.agencies() == [AgencyEntry("H99", "Tỉnh"), AgencyEntry("H99.01", "Sở")]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not (folder / "hub.sqlite-wal").exists()


@pytest.mark.parametrize("content", ["{}x", '[{"name": "no code"}]', '{"a": 1}', "[1]"])
def test_a_catalogue_that_is_none_is_refused(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = tmp_path / "agencies.json"
    catalogue.write_text(content)
    arguments = ["--port", "0", "--data", str(tmp_path / "hub"), "--agencies", str(catalogue)]
    assert main(arguments) == 2
    assert "agencies.json" in capsys.readouterr().err


def test_health_and_status_are_told(hub: Any) -> None:
    axis = SoapAxis(hub.address)
    axis.send(MESSAGE)
    axis.close()
    assert get(hub, "/healthz") == {"status": "ok", "messages": 1, "waiting": 1}
    status = get(hub, "/status.json")
    (queue,) = status["queues"]
    assert (queue["recipient"], queue["waiting"]) == ("H99.01", 1)
    assert queue["oldest_seconds"] >= 0


def get(hub: Any, path: str) -> Any:
    connection = HTTPConnection(hub.host)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200
    body = json.loads(answer.read())
    connection.close()
    return body
