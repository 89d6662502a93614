"""Clients that share no code with us make one journey at a hub: PHP's, node's, JAX-WS RI's."""

import sys
from pathlib import Path

import pytest

from tests.connectors.foreign.conftest import Traffic
from tests.connectors.foreign.journey import MIB, Journey, World

HERE = Path(__file__).parent
XOP = 'type="application/xop+xml"'


@pytest.mark.parametrize(
    ("query", "version"), [("wsdl", "1.1"), ("wsdl&soap11", "1.1"), ("wsdl", "1.2")]
)
def test_phps_soap_client_does_every_operation(
    world: World, tmp_path: Path, query: str, version: str
) -> None:
    journey = Journey(tmp_path, 1_200_000)
    wsdl = f"{world.hub.address}?{query}"
    seen = world.told(["php", str(HERE / "client.php")], wsdl, version, journey.file)
    assert seen == journey.seen()
    journey.ensure_done(world)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("form", ["inline", "mtom"])
def test_nodes_soap_does_every_operation(
    world: World,
    traffic: Traffic,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    form: str,
) -> None:
    monkeypatch.setenv("NODE_PATH", str(Path(sys.prefix, "foreign/node_modules")))
    journey = Journey(tmp_path, 1_200_000)
    command = ["node", str(HERE / "client.js")]
    seen = world.told(command, f"{world.hub.address}?wsdl", version, form, journey.file)
    attached = [sum(XOP in said for said in way) for way in (traffic.asked, traffic.answered)]
    # five letters of which three are refused, a fetch, and two statuses of which one is inline
    assert attached == ([0, 0] if form == "inline" else [7, 4])
    assert seen == journey.seen()
    journey.ensure_done(world)


@pytest.mark.parametrize(
    ("version", "form", "size"),
    [("1.1", "inline", 1_200_000), ("1.1", "mtom", 5 * MIB), ("1.2", "mtom", 1_200_000)],
)
def test_jax_ws_does_every_operation(
    world: World,
    traffic: Traffic,
    tmp_path: Path,
    java: list[str],
    version: str,
    form: str,
    size: int,
) -> None:
    journey = Journey(tmp_path, size)
    wsdl = f"{world.hub.address}?wsdl"
    seen = world.told([*java, "Client"], wsdl, version, form, journey.file)
    attached = [sum(XOP in said for said in way) for way in (traffic.asked, traffic.answered)]
    # each of its requests; of the answers all but five faults and the stranger's
    assert attached == ([0, 0] if form == "inline" else [21, 15])
    assert seen == journey.seen()
    journey.ensure_done(world)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_javas_attachments_come_and_go_whole(
    world: World, traffic: Traffic, tmp_path: Path, java: list[str], version: str
) -> None:
    journey = Journey(tmp_path, 1_200_000)
    seen = world.told([*java, "Attachments"], world.hub.address, version, journey.file)
    assert seen["fetched"] == journey.seen()["fetched"]
    (waiting,) = world.hub.store.pending(["H99.01"])
    assert (waiting.axis_id, waiting.message_id) == (seen["axis_id"], "saaj-1")
    kind = f'type="{"text/xml" if version == "1.1" else "application/soap+xml"}"'
    assert [kind in said for said in traffic.asked + traffic.answered] == [True] * 4
