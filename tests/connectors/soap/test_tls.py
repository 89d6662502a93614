"""Mutual TLS against a real listener, certificates made by openssl; settings that cannot be."""

import secrets
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.access import AxisSettings
from connectors.axis import Outgoing
from connectors.errors import (
    AccessDenied,
    AxisOutcomeUnknown,
    AxisSettingsInvalid,
    AxisUnavailable,
)
from connectors.hub.door import Door
from connectors.hub.systems import Systems
from connectors.opening import open_axis
from tests.connectors.conftest import running_hub

SECRET = secrets.token_hex(16)
MESSAGE = Outgoing("m", "H99", ("H99.01",), b"<edXML>x</edXML>")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA, a server's certificate for 127.0.0.1, a client's; another CA with another client."""
    folder = tmp_path_factory.mktemp("tls")
    (folder / "server.ext").write_text("subjectAltName=IP:127.0.0.1\n")
    (folder / "wrong.ext").write_text("subjectAltName=DNS:axis.test.invalid\n")
    for authority in ("ca", "other-ca"):
        _openssl(folder, "req", "-x509", "-out", f"{authority}.pem", *_new(authority))
    leaves = [("server", "ca", "server.ext"), ("wrong", "ca", "wrong.ext")]
    leaves += [("client", "ca", ""), ("stranger", "other-ca", "")]
    for name, authority, extension in leaves:
        _openssl(folder, "req", "-out", f"{name}.csr", *_new(name))
        signed = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial"]
        extra = ["-extfile", extension] if extension else []
        command = ["x509", "-req", "-days", "2", "-in", f"{name}.csr", "-out", f"{name}.pem"]
        _openssl(folder, *command, *signed, *extra)
    return folder


def _new(name: str) -> list[str]:
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    return [*key, "-keyout", f"{name}.key", "-subj", f"/CN={name}"]


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def tls_hub(tls: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("tls-hub")
    systems = Systems(folder / "systems")
    shown = ssl.PEM_cert_to_DER_cert((tls / "client.pem").read_text())
    systems.add("S-1", frozenset({"H99", "H99.01"}), SECRET, certificates=(shown,))
    with running_hub(
        folder / "hub",
        systems=systems,
        http=Door,
        ssl_certfile=str(tls / "server.pem"),
        ssl_keyfile=str(tls / "server.key"),
        ssl_ca_certs=str(tls / "ca.pem"),
        ssl_cert_reqs=ssl.CERT_OPTIONAL,
    ) as running:
        yield running


def tls_settings(hub: Any, **changes: Any) -> AxisSettings:
    values: dict[str, Any] = {
        "url": hub.address,
        "ca": "ca.pem",
        "certificate": "client.pem",
        "certificate_key": "client.key",
    }
    return AxisSettings.model_validate(values | changes)


def test_a_client_certificate_is_a_credential(tls_hub: Any, tls: Path) -> None:
    axis = open_axis(tls_settings(tls_hub), tls)
    axis.send(MESSAGE)
    assert len(axis.pending(["H99.01"])) == 1
    with pytest.raises(AccessDenied):
        axis.pending(["H99.02"])
    axis.close()


def test_tls_without_a_certificate_needs_a_secret(tls_hub: Any, tls: Path) -> None:
    nobody = tls_settings(tls_hub, certificate=None, certificate_key=None)
    axis = open_axis(nobody, tls)
    with pytest.raises(AccessDenied):
        axis.agencies()
    axis.close()
    (tls / "secret").write_text(SECRET)
    (tls / "secret").chmod(0o600)
    axis = open_axis(nobody.model_copy(update={"system_id": "S-1", "secret": Path("secret")}), tls)
    assert len(axis.agencies()) == 3
    axis.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"certificate": "stranger.pem", "certificate_key": "stranger.key"},
        {"ca": "other-ca.pem"},
        {"url": "https://localhost:{port}/soap"},
    ],
    ids=str,
)
def test_a_peer_that_tls_does_not_know_gets_nothing(
    tls_hub: Any, tls: Path, changes: dict[str, str]
) -> None:
    port = tls_hub.address.rpartition(":")[2].partition("/")[0]
    changes = {name: value.format(port=port) for name, value in changes.items()}
    axis = open_axis(tls_settings(tls_hub, **changes), tls)
    with pytest.raises((AxisUnavailable, AxisOutcomeUnknown)):
        axis.agencies()
    axis.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"certificate": "missing.pem"},
        {"certificate_key": "missing.key"},
        {"certificate_key": "open.key"},
        {"certificate_key": "stranger.key"},
        {"certificate": None},
        {"ca": "client.key"},
        {"ca": "missing.pem"},
        {"url": "ftp://127.0.0.1/"},
        {"system_id": "a:b"},
        {"xroad": {"client": "VN/GOV"}},
        {"xroad": {"client": "VN/GOV/A", "service": "VN/GOV/B", "other": "x"}},
        {"xroad": {"client": "VN/GOV/A", "service": "VN/GOV/B"}, "soap_version": "1.2"},
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_named(
    tls_hub: Any, tls: Path, changes: dict[str, Any]
) -> None:
    shutil.copy(tls / "client.key", tls / "open.key")
    (tls / "open.key").chmod(0o644)
    (tls / "secret").write_text(SECRET)
    (tls / "secret").chmod(0o600)
    with pytest.raises(AxisSettingsInvalid):
        open_axis(tls_settings(tls_hub, secret="secret", **changes), tls)
