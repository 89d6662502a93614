"""Settings, the files of secrets, orders as text, TLS."""

import dataclasses
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.hub.server import listening
from connectors.remote.algorithms import pss_parameters
from connectors.remote.errors import (
    CredentialMissing,
    RemoteUnavailable,
    ServiceSettingsInvalid,
    SigningExpired,
)
from connectors.remote.opening import open_service
from connectors.remote.outcome import ended
from connectors.remote.record import order_of, order_text, transaction_of, transaction_text
from connectors.remote.service import Progress, State, Transaction
from connectors.remote.settings import configuration_of
from tests.connectors.remote.mysign_server import MySignServer
from tests.connectors.remote.reaching import USER, Ordering, Running
from tests.connectors.remote.smartca_server import SmartCaServer

SMARTCA = {"name": "a", "kind": "smartca", "sp_id": "x", "sp_password": "p"}
CSC = {"name": "a", "kind": "csc2", "url": "https://rssp.example"}
NAIVE = datetime(2026, 11, 22)  # noqa: DTZ001


@pytest.mark.parametrize(
    "url",
    [
        "http://rssp.example",
        "http://localhost",
        "http://10.0.0.1",
        "ftp://rssp.example",
        "https://",
        "rssp.example",
        "https://user:word@rssp.example",
        "https://rssp.example/?a=b",
        "https://rssp.example/#a",
        "https://[",
    ],
)
def test_an_address_to_which_no_secret_may_go_is_refused(url: str) -> None:
    with pytest.raises(ServiceSettingsInvalid):
        open_service({**SMARTCA, "url": url})


@pytest.mark.parametrize("url", ["https://rssp.example/a/", "http://127.0.0.1:8", "http://[::1]:8"])
def test_https_and_loopback_are_taken(url: str) -> None:
    assert configuration_of({**SMARTCA, "url": url}).url == url.rstrip("/")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "sim"},
        {**SMARTCA, "more": 1},
        {**SMARTCA, "name": "Ơ"},
        {**SMARTCA, "flow": "both"},
        {**SMARTCA, "call_seconds": 0},
        {**CSC},
        {**CSC, "token": "t"},
        {**CSC, "token": "t", "user": "u", "client_id": "c", "client_secret": "s"},
        {**CSC, "client_id": "c"},
        {"name": "a", "kind": "mysign", "client_id": "x"},
    ],
    ids=range(11),
)
def test_settings_that_are_wrong_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ServiceSettingsInvalid):
        configuration_of(values)


def test_a_secret_in_the_wrong_place_is_not_repeated() -> None:
    with pytest.raises(ServiceSettingsInvalid) as refused:
        configuration_of({**SMARTCA, "sp_password": {"value": "hush-hush"}, "flow": "hush-hush"})
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_secret_that_others_can_read_is_refused(
    smartca: SmartCaServer, at_smartca: Running, tmp_path: Path, mode: int
) -> None:
    (tmp_path / "sp-password").chmod(mode)
    with pytest.raises(ServiceSettingsInvalid, match="600"):
        at_smartca.signer.credentials(USER)
    assert at_smartca.served.seen == []


def test_a_secret_that_is_gone_empty_or_binary_is_refused(
    at_smartca: Running, tmp_path: Path
) -> None:
    file = tmp_path / "sp-password"
    for content in (b"", b"\n", b"\xff\xfe", b"x" * 5000):
        file.write_bytes(content)
        with pytest.raises(ServiceSettingsInvalid):
            at_smartca.signer.credentials(USER)
    file.unlink()
    with pytest.raises(ServiceSettingsInvalid):
        at_smartca.signer.credentials(USER)


def test_a_new_secret_is_used_without_a_restart(
    mysign: MySignServer, at_mysign: Running, tmp_path: Path
) -> None:
    at_mysign.signer.credentials(USER)
    mysign.client_secret = "another-secret"
    (tmp_path / "client-secret").write_text("another-secret\n")
    assert at_mysign.signer.credentials(USER)


def test_an_order_and_a_transaction_survive_as_text(at_mysign: Running, order: Ordering) -> None:
    placed = order(at_mysign.credential(), "một", "hai")
    assert order_of(order_text(placed)) == placed
    waiting = at_mysign.signer.start(placed)
    assert transaction_of(transaction_text(waiting)) == waiting
    signed = dataclasses.replace(waiting, progress=Progress(State.SIGNED, (b"\x00a", b"\xffb")))
    assert transaction_of(transaction_text(signed)) == signed
    with pytest.raises(ValueError, match="over"):
        transaction_text(ended(waiting, SigningExpired("a", "b", "c")))


def test_an_order_written_before_codes_were_known_is_still_read(
    at_mysign: Running, order: Ordering
) -> None:
    placed = order(at_mysign.credential())
    kept = json.loads(order_text(placed))
    del kept["credential"]["typed"], kept["credential"]["sends"]
    assert order_of(json.dumps(kept)) == placed


@pytest.mark.parametrize("text", ["", "[]", "{}", "5", '{"order": {}}', '{"credential": {}}'])
def test_text_that_is_no_order_is_refused(text: str) -> None:
    for read in (order_of, transaction_of):
        with pytest.raises(ValueError):  # noqa: PT011
            read(text)


def test_what_no_service_can_take_is_no_order(at_mysign: Running, order: Ordering) -> None:
    placed = order(at_mysign.credential())
    item = placed.items[0]
    for wrong in (
        {"order_id": "a b"},
        {"order_id": "../x"},
        {"order_id": ""},
        {"items": ()},
        {"items": (item, item)},
        {"items": (dataclasses.replace(item, digest=b"short"),)},
        {"items": (dataclasses.replace(item, document_id="a/b"),)},
        {"algorithm": "sha1_rsa"},
        {"placed_at": NAIVE},
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            dataclasses.replace(placed, **wrong)  # type: ignore[arg-type]


def test_an_error_that_an_administrator_mends_does_not_end_a_transaction(
    at_mysign: Running, order: Ordering
) -> None:
    waiting = Transaction(order(at_mysign.credential()), "t")
    with pytest.raises(ServiceSettingsInvalid):
        ended(waiting, ServiceSettingsInvalid("a", "b", "c"))
    assert ended(waiting, CredentialMissing("a", "b", "c")).progress.state is State.FAILED


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_the_parameters_of_pss_are_those_of_rfc_4055(digest: str) -> None:
    from asn1crypto.algos import RSASSAPSSParams

    size = {"sha256": 32, "sha384": 48, "sha512": 64}[digest]
    wanted = RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": digest},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
            "salt_length": size,
        }
    )
    read = RSASSAPSSParams.load(pss_parameters(digest), strict=True)
    assert read.native == wanted.native


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate of 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(addresses, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def over_tls(tls: tuple[Path, Path], smartca: SmartCaServer) -> Iterator[str]:
    listener = listening("127.0.0.1", 0)
    config = uvicorn.Config(
        smartca.app(),
        lifespan="off",
        log_level="critical",
        ssl_certfile=str(tls[0]),
        ssl_keyfile=str(tls[1]),
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join()


def test_a_service_is_believed_by_its_certificate_only(
    over_tls: str, tls: tuple[Path, Path], smartca: SmartCaServer, tmp_path: Path
) -> None:
    settings = smartca.settings(over_tls, tmp_path)
    with pytest.raises(RemoteUnavailable):
        open_service(settings).credentials(USER)
    assert open_service({**settings, "roots": tls[0]}).credentials(USER)
    with pytest.raises(ServiceSettingsInvalid):
        open_service({**settings, "roots": tmp_path / "none.pem"})
    (tmp_path / "bad.pem").write_text("nothing")
    with pytest.raises(ServiceSettingsInvalid):
        open_service({**settings, "roots": tmp_path / "bad.pem"})
