"""Codes at a command: from a private file, the input or a terminal, and never shown."""

import io
import os
import pty
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.remote.service import Activation
from tests.workflows.deferred_places import LEADER
from tests.workflows.house import (
    PROVINCE,
    document,
    leader_of,
)
from tests.workflows.typed_places import OTP, PIN, Typing
from tests.workflows.worlds import Said, call, make_world


@pytest.fixture
def said(
    typing: Typing,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Said]:
    """Run a command on the world in which documents wait for codes."""
    make_world(tmp_path, typing.place.home.name)
    service = typing.place.office.services

    def opened(_home: Path) -> object:
        office = typing.place.reopened()
        office.services.update(service)
        return office

    monkeypatch.setattr("workflows.office.open_office", opened)
    monkeypatch.setattr("workflows.office.Office.close", lambda _office: None)
    return lambda *words: call(capsys, *words, "--data", tmp_path)


@pytest.mark.parametrize("typing", [1], indirect=True)
def test_the_command_reads_codes_from_a_private_file_and_shows_who_must_type(
    typing: Typing, said: Callable[..., Said], tmp_path: Path
) -> None:
    document_id, request = typing.waits()
    (shown,) = said("show", "--frozen", "--json").json
    assert (shown["state"], shown["codes"]) == ("awaits_code", ["pin", "otp"])
    assert "chờ mã xác nhận" in said("show", "--frozen").out.replace("\n", " ")
    assert "congvan signature activate" in said("show", document_id).out
    codes = tmp_path / "codes"
    codes.write_text(f"pin={PIN}\notp={OTP}\n")
    codes.chmod(0o644)
    activate = ("signature", "activate", request.id, "--by", leader_of(PROVINCE).full_name)
    for mode, content in ((0o644, None), (0o600, f"{PIN}\n"), (0o600, "pin=" + "x" * 5000)):
        codes.chmod(0o600)
        codes.write_text(content or codes.read_text())
        codes.chmod(mode)
        refused = said(*activate, "--codes", codes)
        assert (refused.code, "request.codes_unreadable" in refused.err) == (1, True)
        assert PIN not in refused.out + refused.err
    assert typing.served.to("authorize") == []
    codes.write_text(f"pin={PIN}\notp={OTP}\n")
    done = said(*activate, "--codes", codes, "--challenge")
    assert (done.code, "completed" in done.out) == (0, True)
    assert typing.server.sent_codes == ["key-1"]
    assert document(typing.place.office, document_id).state == "signed"


@pytest.mark.parametrize("typing", [1], indirect=True)
def test_the_command_takes_codes_from_its_input_and_without_a_terminal_asks_nobody(
    typing: Typing, said: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id, request = typing.waits()
    activate = ("signature", "activate", request.id, "--by", LEADER)

    def no_terminal(*_: object, **__: object) -> None:
        raise OSError("no /dev/tty")

    monkeypatch.setattr("getpass.os.open", no_terminal)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PIN}\n{OTP}\n"))
    refused = said(*activate)
    assert (refused.code, "request.codes_unreadable" in refused.err) == (1, True)
    monkeypatch.undo()
    assert document(typing.place.office, document_id).state == "approved"


def test_codes_come_from_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    from workflows.commands import codes

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"otp = 123456\n\npin=a=b\n")))
    assert codes.read(Path("-")) == Activation(pin="a=b", otp="123456")


def test_a_terminal_shows_nothing_of_a_code() -> None:
    code = "from workflows.commands import codes; print(len(codes.typed(['pin', 'otp']).pin))"
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", code])  # noqa: S606
    seen = b""
    for prompts, answer in enumerate((PIN, OTP), 1):
        while seen.count(b": ") < prompts:
            seen += os.read(terminal, 1024)
        os.write(terminal, f"{answer}\n".encode())
    while True:
        try:
            part = os.read(terminal, 1024)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    assert os.waitpid(child, 0)[1] == 0
    assert str(len(PIN)) in seen.decode()
    assert PIN not in seen.decode()
    assert OTP not in seen.decode()
