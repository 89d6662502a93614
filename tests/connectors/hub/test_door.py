"""The hub's door: slow peers hold nobody, credentials and certificates are asked for over TLS."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
import uvicorn

from connectors.axis import AgencyEntry, Outgoing
from connectors.errors import AccessDenied, AxisRefused, AxisUnavailable
from connectors.hub import door
from connectors.hub.__main__ import main
from connectors.hub.door import Door
from connectors.hub.server import create_app, listening
from connectors.hub.store import HubStore
from connectors.hub.systems import SYSTEMS, Systems
from connectors.soap.calls import Credential
from connectors.soap.client import SoapAxis

LARGE = b"\0" * (4 << 20)
SLOW = 60
"""More than the hub has threads."""
MESSAGE = Outgoing("m", "H99", ("H99.01",), b"<edXML/>")


@contextmanager
def served(
    store: HubStore, systems: Systems | None = None, stall_seconds: float = 60.0, **tls: object
) -> Iterator[int]:
    """Serve *store* as the program does; yield the port."""
    listener = listening("127.0.0.1", 0)
    app = create_app(store, systems=systems, stall_seconds=stall_seconds)
    config = uvicorn.Config(app, http=Door, lifespan="off", log_level="critical", **tls)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        thread.join()


@pytest.fixture
def store(tmp_path: Path, agencies: list[AgencyEntry]) -> Iterator[HubStore]:
    opened = HubStore(tmp_path / "hub")
    opened.put_agencies(agencies)
    yield opened
    opened.close()


def slow_upload(port: int) -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", port), timeout=20)
    peer.sendall(
        b"POST /soap HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\n"
        b"Content-Length: 100000\r\n\r\n<a"
    )
    return peer


def slow_download(port: int) -> socket.socket:
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.connect(("127.0.0.1", port))
    peer.sendall(b"GET /soap?wsdl HTTP/1.1\r\nHost: h\r\n\r\n")
    return peer


def test_peers_that_trickle_hold_nobody(store: HubStore) -> None:
    with served(store) as port, ExitStack() as peers:
        for _ in range(SLOW):
            peers.enter_context(slow_upload(port)).sendall(b"b")
            peers.enter_context(slow_download(port))
        axis = SoapAxis(f"http://127.0.0.1:{port}/soap")
        peers.callback(axis.close)
        receipt = axis.send(Outgoing("m", "H99", ("H99.01", "H99.02"), LARGE))
        for recipient in ("H99.01", "H99.02"):
            fetched = axis.fetch(recipient, receipt.axis_id)
            assert fetched.content.read() == LARGE
            fetched.content.close()
            axis.confirm(recipient, [(receipt.axis_id, fetched.sha256)])


def test_peers_that_stall_are_given_up(store: HubStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "HEAD_SECONDS", 0.2)
    with served(store, stall_seconds=0.2) as port, ExitStack() as peers:
        silent = peers.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        headless = peers.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        headless.sendall(b"POST /soap HTTP/1.1\r\nHost:")
        bodiless = peers.enter_context(slow_upload(port))
        for peer in (silent, headless, bodiless):
            assert ended(peer)
        axis = SoapAxis(f"http://127.0.0.1:{port}/soap")
        peers.callback(axis.close)
        axis.send(MESSAGE)


def ended(peer: socket.socket) -> bool:
    try:
        while peer.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    return True


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with a server's and two clients' certificates, P-256."""
    folder = tmp_path_factory.mktemp("pki")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    openssl(
        folder, "req", "-x509", *curve, "-subj", "/CN=Root", "-keyout", "ca.key", "-out", "ca.pem"
    )
    for name in ("server", "known", "unknown"):
        files = ("-keyout", f"{name}.key", "-out", f"{name}.pem")
        alternative = ("-addext", "subjectAltName=IP:127.0.0.1")
        issuer = ("-CA", "ca.pem", "-CAkey", "ca.key")
        openssl(
            folder, "req", "-x509", *curve, *issuer, "-subj", f"/CN={name}", *alternative, *files
        )
    return folder


def client(pki: Path, name: str = "") -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=pki / "ca.pem")
    if name:
        context.load_cert_chain(pki / f"{name}.pem", pki / f"{name}.key")
    return context


def test_a_system_shows_its_certificate_or_its_secret(
    store: HubStore, pki: Path, tmp_path: Path
) -> None:
    systems = Systems(tmp_path / SYSTEMS)
    der = ssl.PEM_cert_to_DER_cert((pki / "known.pem").read_text())
    secret = systems.add("00.99.W00", frozenset({"H99"}), certificates=(der,))
    tls = {
        "ssl_certfile": pki / "server.pem",
        "ssl_keyfile": pki / "server.key",
        "ssl_ca_certs": str(pki / "ca.pem"),
        "ssl_cert_reqs": ssl.CERT_OPTIONAL,
    }
    with served(store, systems, **tls) as port, ExitStack() as axes:

        def axis(name: str = "", credential: Credential | None = None) -> SoapAxis:
            address = f"https://127.0.0.1:{port}/soap"
            made = SoapAxis(address, tls=client(pki, name), credential=credential)
            axes.callback(made.close)
            return made

        first = axis("known").send(MESSAGE)
        again = axis(credential=Credential("00.99.W00", secret)).send(MESSAGE)
        assert (again.axis_id, again.duplicate) == (first.axis_id, True)
        for stranger in (axis(), axis("unknown"), axis(credential=Credential("x", secret))):
            with pytest.raises((AxisRefused, AxisUnavailable)):
                stranger.send(Outgoing("other", "H99", ("H99.01",), b"x"))
        with pytest.raises(AccessDenied):
            axis("known").send(Outgoing("other", "H99.02", ("H99.01",), b"x"))
    store.audit.flush()
    told = {(entry.system, entry.outcome) for entry in store.audited()}
    assert ("00.99.W00", "OK") in told
    assert ("00.99.W00", "ACCESS_DENIED") in told
    assert store.counts()["messages"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--open", "--host", "0.0.0.0"), "--open"),  # noqa: S104
        (("--tls-key", "k.pem"), "--tls-certificate"),
        (("--client-ca", "k.pem"), "--client-ca"),
        (("--tls-certificate", "none.pem", "--tls-key", "none.pem"), "No such file"),
    ],
)
def test_what_would_leave_the_door_open_is_refused(
    tmp_path: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", "0", "--data", str(tmp_path / "hub"), *words]) == 2
    assert said in capsys.readouterr().err


def test_figures_are_counted_and_changes_audited(store: HubStore) -> None:
    with served(store) as port:
        axis = SoapAxis(f"http://127.0.0.1:{port}/soap")
        receipt = axis.send(MESSAGE)
        axis.send(MESSAGE)
        with pytest.raises(AxisRefused):
            axis.send(Outgoing("m", "H99", ("H99.01",), b"other"))
        fetched = axis.fetch("H99.01", receipt.axis_id)
        fetched.content.close()
        before = figures(port)
        axis.confirm("H99.01", [(receipt.axis_id, fetched.sha256)])
        after = figures(port)
        axis.close()
    assert before['congvan_hub_accepted_total{kind="edoc"}'] == 1
    assert before['congvan_hub_repeated_total{kind="edoc"}'] == 1
    assert before['congvan_hub_refused_total{code="DUPLICATE_DIFFERENT"}'] == 1
    assert before['congvan_hub_waiting{kind="edoc"}'] == 1
    assert before['congvan_hub_bytes_total{direction="out"}'] == len(b"<edXML/>")
    assert before['congvan_hub_seconds_bucket{operation="SendDocument",le="+Inf"}'] == 3
    assert after["congvan_hub_delivered_total"] == 1
    assert 'congvan_hub_waiting{kind="edoc"}' not in after
    store.audit.flush()
    told = [(entry.operation, entry.axis_id, entry.outcome) for entry in store.audited()]
    assert told == [
        ("SendDocument", receipt.axis_id, "OK"),
        ("SendDocument", receipt.axis_id, "REPEATED"),
        ("SendDocument", "", "DUPLICATE_DIFFERENT"),
        ("GetDocument", receipt.axis_id, "OK"),
        ("ConfirmReceived", receipt.axis_id, "done"),
    ]
    assert {entry.peer for entry in store.audited()} == {"127.0.0.1"}


def figures(port: int) -> dict[str, float]:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert answer.status == 200
    lines = answer.read().decode().splitlines()
    connection.close()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}
