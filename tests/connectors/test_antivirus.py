"""The virus scanner is asked in its own protocol; what it cannot judge is never let pass."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors import antivirus
from connectors.antivirus import AntivirusSettings, AntivirusUnavailable
from tests.connectors.clamd import MARK, NAME, Clamd, tcp_clamd, unix_clamd


@pytest.fixture(params=["unix", "tcp"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Clamd, str]]:
    with unix_clamd(tmp_path) if request.param == "unix" else tcp_clamd() as made:
        yield made


def test_a_clean_file_passes_whole(clamd: tuple[Clamd, str]) -> None:
    server, address = clamd
    size = 3 * antivirus.PART + 17
    assert antivirus.scan(AntivirusSettings(address=address), io.BytesIO(bytes(size))) == ""
    assert server.seen == [size]
    assert antivirus.is_there(AntivirusSettings(address=address))


def test_what_it_knows_as_harmful_is_named(clamd: tuple[Clamd, str]) -> None:
    _, address = clamd
    file = io.BytesIO(bytes(antivirus.PART - 5) + MARK)
    assert antivirus.scan(AntivirusSettings(address=address), file) == NAME


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream: lstat() failed. ERROR\0", b"\xff\xfe", b"stream: OKAY\0", b"OK FOUND ERROR\0"],
    ids=["silence", "error", "bytes", "okay", "mixed"],
)
def test_whatever_is_no_verdict_lets_nothing_pass(clamd: tuple[Clamd, str], answer: bytes) -> None:
    server, address = clamd
    server.answer = answer
    with pytest.raises(AntivirusUnavailable):
        antivirus.scan(AntivirusSettings(address=address), io.BytesIO(b"x"))


def test_a_file_beyond_the_scanners_own_limit_lets_nothing_pass(clamd: tuple[Clamd, str]) -> None:
    server, address = clamd
    server.most = 1000
    with pytest.raises(AntivirusUnavailable):
        antivirus.scan(AntivirusSettings(address=address), io.BytesIO(bytes(8 << 20)))


def test_a_scanner_that_is_away_or_silent_lets_nothing_pass(tmp_path: Path) -> None:
    away = AntivirusSettings(address=f"unix:{tmp_path}/none")
    with pytest.raises(AntivirusUnavailable):
        antivirus.scan(away, io.BytesIO(b"x"))
    assert not antivirus.is_there(away)
    with tcp_clamd() as (server, address):
        server.stop()
        silent = AntivirusSettings(address=address, seconds=0.2)
        with pytest.raises(AntivirusUnavailable):
            antivirus.scan(silent, io.BytesIO(b"x"))


@pytest.mark.parametrize(
    "address",
    ["tcp:10.0.0.1:3310", "tcp:clamd.example:3310", "unix:clamd", "http://127.0.0.1", "unix:/a\0b"],
    ids=["other-host", "name", "relative", "scheme", "nul"],
)
def test_only_a_socket_of_this_machine_is_asked(address: str) -> None:
    with pytest.raises(ValidationError):
        AntivirusSettings(address=address)
