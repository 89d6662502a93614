"""Who may call the hub: registrations, secrets, certificates, and for which agencies."""

import base64
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.errors import AccessDenied
from connectors.hub import basic, call
from connectors.hub.call import Call, Line
from connectors.hub.caller import ANYBODY
from connectors.hub.systems import SYSTEMS, Systems

ID = "00.99.W00"
AGENCIES = frozenset({"H99", "000.00.01.H99"})


@pytest.fixture
def systems(tmp_path: Path) -> Systems:
    return Systems(tmp_path / "systems")


def authorization(system_id: str, secret: str) -> dict[str, str]:
    token = base64.b64encode(f"{system_id}:{secret}".encode()).decode()
    return {"authorization": f"Basic {token}"}


def organ_id(code: str) -> str:
    return {"000.00.01.H99": "H99.01"}.get(code, code)


def test_a_system_is_admitted_by_its_secret_for_its_agencies_only(systems: Systems) -> None:
    secret = systems.add(ID, AGENCIES)
    caller = basic.admitted(systems, authorization(ID, secret))
    assert caller.system_id == ID
    for code in ("H99", "000.00.01.H99", "H99.01"):
        caller.ensure(code, organ_id)
    with pytest.raises(AccessDenied):
        caller.ensure("H99.02", organ_id)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer x"},
        {"authorization": "Basic %%%"},
        {"authorization": "Basic /////w=="},
        authorization(ID, "wrong"),
        authorization(ID, ""),
        authorization("", "wrong"),
        authorization("../systems/00.99.W00", "wrong"),
        authorization("00.98.W00", "wrong"),
    ],
)
def test_without_the_right_credential_nobody_is_admitted(
    systems: Systems, headers: dict[str, str]
) -> None:
    systems.add(ID, AGENCIES)
    with pytest.raises(AccessDenied):
        basic.admitted(systems, headers)
    assert basic.admitted(None, headers) == ANYBODY


@pytest.mark.parametrize("ended", ["revoked", "expired"])
def test_a_system_whose_time_is_over_is_turned_away_by_every_way(
    systems: Systems, ended: str
) -> None:
    der = secrets.token_bytes(100)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expires = yesterday if ended == "expired" else None
    secret = systems.add(ID, AGENCIES, expires=expires, certificates=(der,))
    if ended == "revoked":
        assert systems.by_certificate(der).system_id == ID
        systems.revoke(ID)
    ways: list[Callable[[], object]] = [
        lambda: systems.admitted(ID, secret),
        lambda: systems.secret(ID),
        lambda: systems.caller(ID),
        lambda: systems.by_certificate(der),
    ]
    for way in ways:
        with pytest.raises(AccessDenied):
            way()
    assert systems.names() == [ID]


def test_a_certificate_is_one_systems_only(systems: Systems) -> None:
    der = secrets.token_bytes(100)
    systems.add(ID, AGENCIES, certificates=(der,))
    systems.add(ID, AGENCIES, certificates=(der,))
    with pytest.raises(ValueError, match=ID):
        systems.add("00.98.W00", AGENCIES, certificates=(der,))
    with pytest.raises(AccessDenied):
        systems.by_certificate(der + b"x")


@pytest.mark.parametrize(
    ("system_id", "agencies", "secret"),
    [
        ("", AGENCIES, ""),
        (".lock", AGENCIES, ""),
        ("a/b", AGENCIES, ""),
        ("x" * 65, AGENCIES, ""),
        (ID, frozenset(), ""),
        (ID, frozenset({""}), ""),
        (ID, frozenset({"x" * 36}), ""),
        (ID, AGENCIES, "short"),
        (ID, AGENCIES, "with\na line of its own"),
    ],
)
def test_what_is_no_registration_is_refused(
    systems: Systems, system_id: str, agencies: frozenset[str], secret: str
) -> None:
    with pytest.raises(ValueError, match=r"system|secret"):
        systems.add(system_id, agencies, secret)
    assert systems.names() == []


def test_a_change_is_seen_whole_by_whoever_reads_meanwhile(systems: Systems) -> None:
    versions = [("a" * 20, frozenset({"H1"})), ("b" * 20, frozenset({"H2"}))]
    systems.add(ID, versions[0][1], versions[0][0])
    ending = threading.Event()

    def change() -> None:
        while not ending.is_set():
            for secret, agencies in versions:
                systems.add(ID, agencies, secret)

    with ThreadPoolExecutor(2) as threads:
        changing = [threads.submit(change) for _ in range(2)]
        for _ in range(200):
            (system,) = systems.all()
            assert (system.secret, system.agencies) in versions
        ending.set()
        for each in changing:
            each.result()


def test_a_secret_is_in_no_picture_and_in_a_file_for_the_hub_only(
    systems: Systems, tmp_path: Path
) -> None:
    secret = systems.add(ID, AGENCIES)
    assert secret not in repr(systems.all())
    (file,) = (tmp_path / "systems").glob("*.json")
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_who_was_turned_away_is_noted_without_what_was_shown(systems: Systems) -> None:
    systems.add(ID, AGENCIES)
    with call.opened(Call(peer="192.0.2.1")) as current, pytest.raises(AccessDenied):
        systems.admitted(ID, "the wrong secret")
    assert current.lines == [Line("", "ACCESS_DENIED")]
    assert current.system == ID
    assert "wrong" not in repr(current)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"agencies": "H99", "secret": "s", "expires": null, "revoked": false,'
        b' "certificates": []}',
        b'{"agencies": [], "secret": "", "expires": null, "revoked": false, "certificates": []}',
        b'{"agencies": [], "secret": 1, "expires": null, "revoked": false, "certificates": []}',
        b'{"agencies": [], "secret": "s", "expires": "2026-01-01", "revoked": false,'
        b' "certificates": []}',
    ],
)
def test_a_damaged_registration_turns_its_own_system_away_and_no_other(
    systems: Systems, tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = b"the DER of a certificate"
    secret = systems.add(ID, AGENCIES, certificates=(certificate,))
    (tmp_path / SYSTEMS / "00.00.broken.json").write_bytes(damage)
    (tmp_path / SYSTEMS / "no system id.json").write_bytes(b"{}")
    (tmp_path / SYSTEMS / "folder.json").mkdir()
    with call.opened(Call(peer="192.0.2.1")) as current:
        for _ in range(3):
            assert [each.system_id for each in systems.all()] == [ID]
            assert systems.by_certificate(certificate).system_id == ID
            assert systems.admitted(ID, secret).system_id == ID
    assert current.lines == []  # nobody was turned away
    assert systems.damaged() == ["00.00.broken", "folder", "no system id"]
    for name in systems.damaged():
        with pytest.raises(AccessDenied):
            systems.secret(name)
    told = [each.args[0] for each in caplog.records if each.args]
    assert sorted(told) == ["00.00.broken", "folder"]  # once each, though read at each call
    systems.add("00.00.broken", AGENCIES)
    assert systems.damaged() == ["folder", "no system id"]
