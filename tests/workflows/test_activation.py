"""A PIN or a one-time code, typed by its signer: it reaches the service, and nothing else."""

import io
import logging
import os
import pty
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from connectors.remote.errors import RemoteOutcomeUnknown, RemoteUnavailable
from connectors.remote.opening import open_service
from connectors.remote.service import Activation
from documents import activation as waiting
from documents import requests
from documents.activation import CodeRefused
from documents.directory import RightMissing
from documents.document import Role
from documents.signature_request import RequestStepRefused
from documents.tables import SignatureRequestRow
from tests.connectors.remote.csc_server import CscServer, Kept
from tests.connectors.remote.keys import Holder
from tests.connectors.remote.serving import Served, hosting, lost, replying
from tests.connectors.remote.smartca_server import SmartCaServer
from tests.workflows import phones
from tests.workflows.deferred_places import LEADER, Place, place_of
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    PROVINCE,
    House,
    assert_sound,
    document,
    leader_of,
    person_of,
    seal_of,
    steps_of,
)
from tests.workflows.phones import carry, counted, later
from tests.workflows.worlds import Said, call, make_world
from workflows import activation, backlog, issuance
from workflows.activation import CodeMissing, CodeNotSent

USER = "079000000001"
PIN, OTP = "pin-4711-pin", "880042"
RIGHT = Activation(pin=PIN, otp=OTP)
WRONG = Activation(pin=PIN, otp="112233")


def holder_of(house: House, stem: str) -> Holder:
    """Return the house's key as a test service keeps it."""
    key, certificate, others = pkcs12.load_key_and_certificates(
        house.pki.key_file(stem).read_bytes(), house.pki.passphrase(stem)
    )
    assert isinstance(certificate, x509.Certificate)
    issuers = [each for each in others if each.issuer != each.subject]
    roots = x509.load_pem_x509_certificates(house.pki.roots.read_bytes())
    return Holder(key, certificate, (*issuers, *roots))  # type: ignore[arg-type]


@dataclass
class Typing:
    """An installation whose leader types codes for a service that speaks HTTP."""

    place: Place
    server: CscServer
    served: Served

    def waits(self) -> tuple[str, SignatureRequestRow]:
        """Return an approved document and its request, which waits for a code."""
        document_id, _ = self.place.frozen()
        carry(self.place.office)
        return document_id, self.place.request(document_id)

    def activate(self, request: SignatureRequestRow, shown: Activation, who: str = LEADER) -> str:
        return activation.activate(self.place.office, request.id, who, shown)


@pytest.fixture(scope="module")
def leaders_key(house: House) -> Holder:
    return holder_of(house, LEADER)


@pytest.fixture(scope="module")
def host() -> Iterator[object]:
    with hosting() as running:
        yield running


@pytest.fixture(params=[1, 2], ids=["csc1", "csc2"])
def typing(
    request: pytest.FixtureRequest,
    house: House,
    make_sqlite: MakeDatabase,
    tmp_path: Path,
    leaders_key: Holder,
    host: object,
) -> Typing:
    place = place_of(house, make_sqlite(), tmp_path, house.pki.key(LEADER), "remote")
    kept = {USER: {"key-1": Kept(leaders_key, pin=PIN, otp=OTP)}}
    server = CscServer(request.param, kept)
    served = host.mount(server.app())  # type: ignore[attr-defined]
    settings = server.settings(served.url, tmp_path)
    place.office.services[phones.NAME] = open_service(settings)
    return Typing(place, server, served)


def everything_kept(folder: Path, needle: str) -> list[Path]:
    """Return the files under *folder* in which *needle* stands."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if needle.encode() in path.read_bytes()]


def test_a_request_waits_for_the_code_and_is_signed_when_it_is_typed(
    typing: Typing, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    document_id, request = typing.waits()
    office = typing.place.office
    assert (request.state, request.error_code) == ("awaits_code", "request.code_needed")
    assert backlog.standing_still(office) == {"request.code_needed": 1}
    assert typing.served.to("authorize") == []
    later(office, hours=5)
    carry(office)  # nobody asks for anything meanwhile
    assert activation.typed(office, request.id, LEADER) == ("pin", "otp")
    activation.challenge(office, request.id, LEADER)
    assert typing.server.sent_codes == ["key-1"]
    assert typing.activate(request, RIGHT) == "completed"
    assert typing.place.state(document_id) == ("signed", "completed", None)
    taken = [step for step in steps_of(office, document_id) if step.startswith("signature_")]
    assert taken == [
        *("signature_request", "signature_ask_code", "signature_challenge"),
        *("signature_activate", "signature_wait", "signature_complete"),
    ]
    for secret in (PIN, OTP):
        assert everything_kept(tmp_path, secret) == []
        assert secret not in caplog.text
        assert secret not in repr(RIGHT)
    assert_sound(office)


def test_a_wrong_code_says_what_is_left_and_the_last_one_ends_the_request(
    typing: Typing, tmp_path: Path
) -> None:
    document_id, request = typing.waits()
    for left in (2, 1):
        with pytest.raises(CodeRefused) as refused:
            typing.activate(request, WRONG)
        assert f"còn {left} lần thử" in str(refused.value)
        assert WRONG.otp not in str(refused.value)
        found = typing.place.request(document_id)
        assert (found.state, found.error_code) == ("awaits_code", "request.code_refused")
    with pytest.raises(CodeRefused, match="còn 0 lần thử"):
        typing.activate(request, WRONG)
    assert typing.place.state(document_id) == ("approved", "failed", "request.code_refused")
    typing.place.assert_thawed(document_id)
    with pytest.raises(RequestStepRefused):
        typing.activate(request, RIGHT)
    assert typing.server.signed == []
    assert everything_kept(tmp_path, WRONG.otp) == []


def test_after_a_wrong_code_the_right_one_signs(typing: Typing) -> None:
    document_id, request = typing.waits()
    with pytest.raises(CodeMissing, match="OTP"):
        typing.activate(request, Activation(pin=PIN))
    assert typing.served.to("authorize") == []
    with pytest.raises(CodeRefused):
        typing.activate(request, WRONG)
    assert typing.activate(request, RIGHT) == "completed"
    assert typing.place.state(document_id) == ("signed", "completed", None)


def test_nobody_but_the_signer_types_a_code(typing: Typing) -> None:
    _, request = typing.waits()
    for role in (Role.CLERK, Role.SPECIALIST):
        other = person_of(PROVINCE, role).id
        tries: list[Callable[[], object]] = [
            lambda who=other: activation.typed(typing.place.office, request.id, who),  # type: ignore[misc]
            lambda who=other: activation.challenge(typing.place.office, request.id, who),  # type: ignore[misc]
            lambda who=other: typing.activate(request, RIGHT, who),  # type: ignore[misc]
        ]
        for attempt in tries:
            with pytest.raises(RightMissing):
                attempt()
    assert (typing.server.sent_codes, typing.server.signed) == ([], [])


def test_a_service_that_is_away_or_silent_leaves_the_request_waiting(typing: Typing) -> None:
    document_id, request = typing.waits()
    typing.served.fail(replying("authorize", 503), lost("signHash"))
    with pytest.raises(RemoteUnavailable):
        typing.activate(request, RIGHT)
    found = typing.place.request(document_id)
    assert (found.state, found.error_code) == ("awaits_code", "remote.unavailable")
    with pytest.raises(RemoteOutcomeUnknown):
        typing.activate(request, RIGHT)
    found = typing.place.request(document_id)
    assert (found.state, found.error_code) == ("awaits_code", "remote.outcome_unknown")
    assert typing.activate(request, RIGHT) == "completed"
    taken = counted(steps_of(typing.place.office, document_id))
    assert (taken["sign"], taken["signature_activate"]) == (1, 3)


class Killed(BaseException):
    """The process is gone: no handler for exceptions runs."""


@pytest.mark.parametrize("point", ["order.marked", "order.sent", "order.recorded", "answer.done"])
@pytest.mark.parametrize("typing", [1], indirect=True)
def test_a_process_that_dies_with_the_code_leaves_a_request_that_heals(
    point: str, typing: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id, request = typing.waits()

    def passing(passed: str) -> None:
        if passed == point:
            raise Killed(passed)

    with monkeypatch.context() as patched:
        for module in ("activation", "remote_signing", "deferral"):
            patched.setattr(f"workflows.{module}.passing", passing)
        with pytest.raises(Killed):
            typing.activate(request, RIGHT)
    with typing.place.office.database.writing() as session:  # a worker that starts anew
        requests.release_owner(session, typing.place.office.owner, typing.place.office.now())
    later(typing.place.office, minutes=1)
    carry(typing.place.office)  # before the lease ends nobody else sends anything
    later(typing.place.office, minutes=21)
    carry(typing.place.office)
    if point in ("order.marked", "order.sent"):  # what was typed is gone with the process
        assert typing.place.request(document_id).state == "awaits_code"
        assert typing.activate(request, RIGHT) == "completed"
    assert typing.place.state(document_id) == ("signed", "completed", None)
    assert counted(steps_of(typing.place.office, document_id))["sign"] == 1


@pytest.mark.parametrize("typing", [1], indirect=True)
def test_a_second_code_while_the_first_is_on_its_way_is_refused(
    typing: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id, request = typing.waits()
    refused: list[Exception] = []

    def meanwhile(point: str) -> None:
        if point == "order.marked":
            with pytest.raises(RequestStepRefused) as second:
                typing.activate(request, RIGHT)
            refused.append(second.value)

    monkeypatch.setattr("workflows.activation.passing", meanwhile)
    assert typing.activate(request, RIGHT) == "completed"
    assert len(refused) == 1
    assert len(typing.server.signed) == 1
    assert typing.place.state(document_id) == ("signed", "completed", None)


@pytest.mark.parametrize("typing", [1], indirect=True)
def test_a_request_that_waits_for_a_code_expires_and_can_be_withdrawn(typing: Typing) -> None:
    document_id, request = typing.waits()
    with typing.place.office.database.writing() as session:
        requests.withdrawn(session, request.id, LEADER, "sửa lại", typing.place.office.now())
    with pytest.raises(RequestStepRefused):
        typing.activate(request, RIGHT)
    typing.place.assert_thawed(document_id)
    document_id, request = typing.waits()
    later(typing.place.office, hours=73)
    with pytest.raises(requests.RequestExpired):  # the sweeper has not been by yet
        typing.activate(request, RIGHT)
    carry(typing.place.office)
    assert typing.place.state(document_id) == ("approved", "expired", "request.expired")
    assert typing.served.to("authorize") == []


@pytest.mark.parametrize("typing", [1], indirect=True)
def test_a_code_that_comes_as_its_request_is_withdrawn_signs_nothing_and_is_told(
    typing: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id, request = typing.waits()
    office = typing.place.office

    def meanwhile(point: str) -> None:
        if point == "order.sent":
            with office.database.writing() as session:
                requests.withdrawn(session, request.id, LEADER, "sửa lại", office.now())

    monkeypatch.setattr("workflows.activation.passing", meanwhile)
    assert typing.activate(request, RIGHT) == "withdrawn"
    assert counted(steps_of(office, document_id))["signature_unused"] == 1
    typing.place.assert_thawed(document_id)


def test_a_password_and_a_code_sign_at_smartca(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path, leaders_key: Holder, host: object
) -> None:
    place = place_of(house, make_sqlite(), tmp_path, house.pki.key(LEADER), "remote")
    server = SmartCaServer({USER: [leaders_key]})
    served = host.mount(server.app())  # type: ignore[attr-defined]
    place.office.services[phones.NAME] = open_service(
        server.settings(served.url, tmp_path, flow="otp")
    )
    document_id, request = place.frozen()
    carry(place.office)
    with pytest.raises(CodeRefused):
        activation.activate(place.office, request.id, LEADER, Activation(server.password, "1"))
    with pytest.raises(CodeNotSent):  # it shows the code in an app
        activation.challenge(place.office, request.id, LEADER)
    right = Activation(server.password, server.otp)
    assert activation.activate(place.office, request.id, LEADER, right) == "completed"
    assert place.state(document_id) == ("signed", "completed", None)


def test_the_clerk_types_the_seal_s_code(typing: Typing, house: House) -> None:
    place, stem = typing.place, seal_of(PROVINCE)
    keys = place.office.settings.at(place.office.settings.keys)
    (keys / f"{stem}.toml").write_text(
        f'kind = "remote"\nservice = "{phones.NAME}"\nuser = "con-dau"\n'
    )
    (keys / f"{stem}.toml").chmod(0o600)
    typing.server.credentials["con-dau"] = {"seal-1": Kept(holder_of(house, stem), pin=PIN)}
    document_id, request = typing.waits()
    assert typing.activate(request, RIGHT) == "completed"
    issuance.number(place.office, [document_id])
    issuance.seal(place.office, [document_id])
    carry(place.office)
    request = place.request(document_id)
    assert (request.purpose, request.state) == ("seal", "awaits_code")
    with pytest.raises(RightMissing):
        typing.activate(request, RIGHT, LEADER)
    clerk = person_of(PROVINCE, Role.CLERK).id
    assert activation.typed(place.office, request.id, clerk) == ("pin",)
    assert typing.activate(request, Activation(pin=PIN), clerk) == "completed"
    assert document(place.office, document_id).state == "sealed"


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


def test_fewer_wrong_codes_are_sent_than_lock_an_account() -> None:
    assert waiting.MOST_CODES == 3
    assert timedelta(minutes=10) < requests.LEASE  # a start() ends within ten minutes
