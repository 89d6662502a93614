"""What is not known of the national axis can be switched: the `to` header, the clock's window."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.access import AxisSettings
from connectors.axis import Outgoing, Report
from connectors.errors import AccessDenied, AxisRefused
from connectors.hub.__main__ import main
from connectors.hub.systems import Systems
from connectors.hub.vxp_admission import Admission
from connectors.opening import open_axis
from connectors.vxp.calls import Calls
from connectors.vxp.headers import call_headers

Letter = Callable[..., bytes]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The parameters of each message that was sent."""
    found: list[dict[str, str]] = []
    send = Calls.send

    def noted(self: Calls, parameters: dict[str, str], *more: Any) -> Any:
        found.append(parameters)
        return send(self, parameters, *more)

    monkeypatch.setattr(Calls, "send", noted)
    return found


@pytest.mark.parametrize("to_header", [True, False])
def test_the_to_header_is_sent_or_not_and_the_message_reaches_the_same_agencies(
    guarded: Any, letter: Letter, tmp_path: Path, sent: list[dict[str, str]], to_header: bool
) -> None:
    secret = tmp_path / "axis.secret"
    secret.write_text(guarded.systems["00.99.W00"])
    secret.chmod(0o600)
    settings = AxisSettings(
        kind="vxp",
        url=guarded.url,
        system_id="00.99.W00",
        secret=secret,
        to_header=to_header,
    )
    axis = open_axis(settings, tmp_path)
    to = ("H99.01", "H99.02")
    axis.send(Outgoing("m", "H99", to, letter(to=to)))
    status = letter().replace(b"<edXML:DocumentId>", b"<edXML:StatusCode>01</edXML:StatusCode><x>")
    status = status.replace(b"</edXML:DocumentId>", b"</x>").replace(b"edXML:To>", b"ResponseFor>")
    axis.report([Report("s", "H99", "H99.01", "d", "01", status)])
    assert [("to" in parameters) for parameters in sent] == [to_header, to_header]
    assert {pending.recipient for pending in axis.pending(list(to))} == set(to)
    axis.close()


def test_without_the_header_a_message_goes_only_to_those_it_names(
    guarded: Any, letter: Letter
) -> None:
    axis = guarded.axis()
    axis._to_header = False
    with pytest.raises(AxisRefused, match="others in edXML"):
        axis.send(Outgoing("m", "H99", ("H99.02",), letter(to=("H99.01",))))
    axis.close()


@pytest.mark.parametrize(("hours", "old", "taken"), [(1, 2, False), (1, 0.5, True), (48, 47, True)])
def test_a_timestamp_may_be_as_old_as_the_hub_was_told(
    tmp_path: Path, hours: float, old: float, taken: bool
) -> None:
    systems = Systems(tmp_path)
    secret = systems.add("00.99.W00", frozenset({"H99"}))
    admission = Admission(systems, timedelta(hours=hours))
    at = datetime.now(UTC) - timedelta(hours=old)
    headers = call_headers("00.99.W00", secret.encode(), {}, at, "application/json")
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    if taken:
        assert admission.admitted(raw).caller.system_id == "00.99.W00"
        return
    with pytest.raises(AccessDenied, match="too old"):
        admission.admitted(raw)


@pytest.mark.parametrize("days", ["0", "-1", "nan", "400"])
def test_a_window_without_sense_is_refused_at_the_start(tmp_path: Path, days: str) -> None:
    assert main(["--port", "0", "--data", str(tmp_path), "--timestamp-days", days]) == 2
