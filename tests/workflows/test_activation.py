"""A PIN or a one-time code, typed by its signer: it reaches the service, and nothing else."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.remote.errors import (
    CredentialUnusable,
    RemoteOutcomeUnknown,
    RemoteUnavailable,
)
from connectors.remote.opening import open_service
from connectors.remote.service import Activation
from documents import activation as waiting
from documents import requests
from documents.activation import CodeRefused
from documents.database import WriteConflict
from documents.directory import RightMissing
from documents.document import Role
from documents.signature_request import RequestStepRefused
from tests.connectors.remote.csc_server import CscServer, Kept
from tests.connectors.remote.keys import Holder
from tests.connectors.remote.serving import lost, replying, secret_file
from tests.connectors.remote.smartca_server import SmartCaServer
from tests.workflows import phones
from tests.workflows.deaths import Killed, dies_at
from tests.workflows.deferred_places import LEADER, place_of
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    PROVINCE,
    House,
    assert_sound,
    document,
    person_of,
    seal_of,
    steps_of,
)
from tests.workflows.phones import carry, counted, later
from tests.workflows.test_deferral_deaths import at_the_same_moment
from tests.workflows.typed_places import OTP, PIN, USER, Typing, holder_of
from workflows import activation, backlog, issuance
from workflows.activation import CodeMissing, CodeNotSent

RIGHT = Activation(pin=PIN, otp=OTP)
WRONG = Activation(pin=PIN, otp="112233")


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


@pytest.mark.parametrize("point", ["order.marked", "order.sent", "order.recorded", "answer.done"])
@pytest.mark.parametrize("typing", [1], indirect=True)
def test_a_process_that_dies_with_the_code_leaves_a_request_that_heals(
    point: str, typing: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id, request = typing.waits()

    with monkeypatch.context() as patched:
        dies_at(point, patched, "activation", "remote_signing", "deferral")
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
    house: House,
    make_sqlite: MakeDatabase,
    tmp_path: Path,
    leaders_key: Holder,
    signing_host: object,
) -> None:
    place = place_of(house, make_sqlite(), tmp_path, house.pki.key(LEADER), "remote")
    server = SmartCaServer({USER: [leaders_key]})
    served = signing_host.mount(server.app())  # type: ignore[attr-defined]
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


def test_fewer_wrong_codes_are_sent_than_lock_an_account() -> None:
    assert waiting.MOST_CODES == 3
    assert timedelta(minutes=10) < requests.LEASE  # a start() ends within ten minutes


@pytest.mark.parametrize("typing", [1], indirect=True)
def test_a_certificate_that_was_replaced_ends_the_request_and_is_forgotten(typing: Typing) -> None:
    document_id, request = typing.waits()
    typing.server.credentials[USER]["key-1"].cert_status = "revoked"
    with pytest.raises(CredentialUnusable):
        typing.activate(request, RIGHT)
    assert typing.place.state(document_id) == ("approved", "failed", "remote.credential")
    keys = typing.place.office.settings.at(typing.place.office.settings.keys)
    assert not (keys / f"{LEADER}.pem").exists()
    typing.place.assert_thawed(document_id)


def test_a_key_whose_pin_is_in_a_file_waits_for_nobody(typing: Typing, tmp_path: Path) -> None:
    typing.server.credentials[USER]["key-1"].otp = ""
    pin = secret_file(tmp_path / "seal-pin", PIN)
    settings = typing.server.settings(typing.served.url, tmp_path)
    typing.place.office.services[phones.NAME] = open_service({**settings, "pin": pin})
    document_id, _ = typing.waits()
    assert typing.place.state(document_id) == ("signed", "completed", None)


def test_two_codes_at_the_same_moment_order_once(
    house: House,
    make_database: MakeDatabase,
    tmp_path: Path,
    leaders_key: Holder,
    signing_host: object,
) -> None:
    place = place_of(house, make_database(), tmp_path, house.pki.key(LEADER), "remote")
    server = CscServer(1, {USER: {"key-1": Kept(leaders_key, pin=PIN, otp=OTP)}})
    served = signing_host.mount(server.app())  # type: ignore[attr-defined]
    settings = server.settings(served.url, tmp_path)
    place.office.services[phones.NAME] = open_service(settings)
    typing = Typing(place, server, served)
    document_id, request = typing.waits()

    def activate() -> None:
        typing.activate(request, RIGHT)

    raised = at_the_same_moment(activate, activate, activate)
    assert sum(error is None for error in raised) == 1
    refused = [error for error in raised if error is not None]
    assert all(isinstance(error, RequestStepRefused | WriteConflict) for error in refused)
    assert len(server.signed) == 1
    assert place.state(document_id) == ("signed", "completed", None)
    assert counted(steps_of(place.office, document_id))["signature_activate"] == 1
