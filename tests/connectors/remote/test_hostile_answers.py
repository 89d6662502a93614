"""Whatever a service answers, it ends in time as one of our own errors, and says no secret."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.remote.errors import (
    RemoteOutcomeUnknown,
    RemoteUnavailable,
    ServiceUnsuitable,
    SignatureForeign,
)
from connectors.remote.opening import open_service
from connectors.remote.service import Activation
from documents.errors import OfficeError, OutcomeUnknown, Refused, Unavailable
from tests.connectors.remote.csc_server import CscServer
from tests.connectors.remote.keys import holder
from tests.connectors.remote.mysign_server import MySignServer
from tests.connectors.remote.reaching import (
    ASKS,
    CERTIFICATES,
    ORDERS,
    OTP,
    TYPED,
    USER,
    Ordering,
    Running,
    Server,
    agree,
)
from tests.connectors.remote.serving import (
    Fault,
    Host,
    altered,
    endless,
    lost,
    repeating,
    replying,
    silent,
    trickling,
)
from tests.connectors.remote.smartca_server import SmartCaServer


def in_a_hurry(at: Running, server: Server, folder: Path) -> Running:
    """Return *at* with deadlines that a test can wait for."""
    settings = server.settings(at.served.url, folder)
    hurried = {**settings, "call_seconds": 0.6, "approval_seconds": 0.6}
    return Running(at.served, open_service(hurried))


@pytest.mark.parametrize("fault", [lost, silent, trickling, endless])
def test_an_order_without_a_whole_answer_is_open_and_in_time(
    kind: str,
    server: Server,
    at: Running,
    tmp_path: Path,
    order: Ordering,
    fault: Callable[[str], Fault],
) -> None:
    at = in_a_hurry(at, server, tmp_path)
    placed = order(at.credential())
    at.served.fail(fault(ORDERS[kind]))
    begun = time.monotonic()
    with pytest.raises(RemoteOutcomeUnknown):
        at.signer.start(placed, TYPED)
    assert time.monotonic() - begun < 5
    assert len(at.served.to(ORDERS[kind])) == 1, "never sent again by itself"


@pytest.mark.parametrize("fault", [lost, silent, trickling, endless])
def test_a_question_without_a_whole_answer_may_be_asked_again(
    kind: str, server: Server, at: Running, tmp_path: Path, fault: Callable[[str], Fault]
) -> None:
    at.served.fail(fault(CERTIFICATES[kind]))
    with pytest.raises(RemoteUnavailable):
        in_a_hurry(at, server, tmp_path).credential()
    assert at.credential().certificate == holder("An").der


FAMILIES: dict[type[OfficeError], list[int]] = {
    Refused: [301, 302, 307, 400, 401, 403, 404, 418],
    Unavailable: [408, 429, 503],
    OutcomeUnknown: [500, 502, 504, 599],
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_status_has_its_family_of_error(
    kind: str, at: Running, order: Ordering, family: type[OfficeError]
) -> None:
    placed = order(at.credential())
    page = b"<html>gateway</html>"
    for status in FAMILIES[family]:
        at.served.fail(replying(ORDERS[kind], status, page, 2, location="http://127.0.0.1:1/"))
        with pytest.raises(family, match=str(status)):
            at.signer.start(placed, TYPED)
        at.served.faults.clear()


def test_a_redirect_is_not_followed(
    kind: str, at: Running, order: Ordering, host: Host, server: Server
) -> None:
    thief = host.mount(server.app())
    placed = order(at.credential())
    at.served.fail(replying(ORDERS[kind], 307, location=thief.url + "/steal"))
    with pytest.raises(ServiceUnsuitable):
        at.signer.start(placed, TYPED)
    assert thief.seen == []


def test_a_value_that_is_another_keys_signature_is_evidence_broken(
    kind: str, server: Server, at: Running, order: Ordering
) -> None:
    placed = order(at.credential(), "một", "hai")
    if isinstance(server, CscServer):
        # the key changes after it was looked at: between authorisation and signature
        server.credentials[USER]["key-1"].holder = holder("An")
        at.served.fail(Fault(ORDERS[kind], _after(lambda: _take_anothers_key(server))))
        with pytest.raises(SignatureForeign):
            at.signer.progress(at.signer.start(placed, TYPED))
        return
    transaction = at.signer.start(placed)
    _take_anothers_key(server)
    agree(server)
    with pytest.raises(SignatureForeign, match="doc-0"):
        at.signer.progress(transaction)


def _after(act: Callable[[], None]) -> Any:
    async def respond(exchange: Any) -> None:
        act()
        await exchange.reply(*await exchange.answer())

    return respond


def _take_anothers_key(server: Server) -> None:
    other = holder("Bình")
    if isinstance(server, CscServer):
        server.credentials[USER]["key-1"].holder = other
    elif isinstance(server, MySignServer):
        server.users[USER]["key-1"] = other
    else:
        # the serial stays, the key behind it is another
        own = server.users[USER][0]
        server.users[USER] = [type(own)(other.key, own.certificate, own.chain)]


def test_swapped_signatures_are_not_taken(
    kind: str, server: Server, at: Running, order: Ordering
) -> None:
    path = ASKS.get(kind, "signHash")

    def swapped(answer: Any) -> Any:
        text = json.dumps(answer)
        data = answer["data"] if kind == "smartca" else answer
        values = data["signatures"]
        if kind == "smartca":
            for one, other in zip(
                values, json.loads(text)["data"]["signatures"][::-1], strict=True
            ):
                one["signature_value"] = other["signature_value"]
        else:
            values.reverse()
        return answer

    placed = order(at.credential(), "một", "hai")
    if path == "signHash":
        at.served.fail(altered(path, swapped))
        with pytest.raises(SignatureForeign):
            at.signer.start(placed, TYPED)
        return
    transaction = at.signer.start(placed, TYPED)
    agree(server)
    at.served.fail(altered(path, swapped))
    with pytest.raises(SignatureForeign):
        at.signer.progress(transaction)


@pytest.mark.parametrize(
    "values",
    [[], ["AAAA"], ["AAAA"] * 3, ["AAAA", "not base64!"], ["AAAA", ""], ["AAAA", "A" * 8192]],
    ids=range(6),
)
def test_a_wrong_number_or_form_of_signatures_is_not_taken(
    kind: str, server: Server, at: Running, order: Ordering, values: list[str]
) -> None:
    path = ASKS.get(kind, "signHash")
    ids = ["doc-0", "doc-1", "doc-1"]

    def other(answer: Any) -> Any:
        if kind != "smartca":
            return {**answer, "signatures": values}
        files = [
            {"doc_id": one, "signature_value": value}
            for one, value in zip(ids, values, strict=False)
        ]
        return {**answer, "data": {"signatures": files}}

    placed = order(at.credential(), "một", "hai")
    if path == "signHash":
        at.served.fail(altered(path, other))
        with pytest.raises(RemoteOutcomeUnknown):
            at.signer.start(placed, TYPED)
        return
    transaction = at.signer.start(placed, TYPED)
    agree(server)
    at.served.fail(altered(path, other))
    with pytest.raises(RemoteUnavailable):
        at.signer.progress(transaction)
    assert at.signer.progress(transaction).progress.over, "the right answer is still taken"


def test_no_secret_is_in_an_error_a_log_an_address_or_a_repr(
    kind: str,
    server: Server,
    at: Running,
    order: Ordering,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    placed = order(at.credential())
    started = at.signer.start(placed, TYPED)
    said = [repr(one) for one in (at.signer, TYPED, Activation(sad=OTP), placed, started)]
    paths = (ORDERS[kind], CERTIFICATES[kind], "credentials/authorize", "oauth2/token", "login")
    for status in (400, 401, 403, 500):
        for path in paths:
            at.served.fail(repeating(path, status, 2))
            for call in (lambda: at.signer.start(placed, TYPED), at.credential):
                try:
                    call()
                except OfficeError as error:
                    said += [str(error), repr(error), str(error.__cause__)]
                    said.append(str(error.__suppress_context__ or error.__context__))
            at.served.faults.clear()
    said += [record.getMessage() for record in caplog.records]
    said += [seen.path for seen in at.served.seen]
    secrets = {"4711-pin", OTP}
    secrets.add(server.sp_password if isinstance(server, SmartCaServer) else server.client_secret)
    if not isinstance(server, SmartCaServer):
        secrets |= set(server.tokens)
    assert not [secret for secret in secrets if any(secret in text for text in said)]
    assert any("***" in text for text in said)


def test_a_service_that_is_not_there_is_unavailable_and_nothing_was_ordered(
    kind: str, server: Server, at: Running, order: Ordering, tmp_path: Path
) -> None:
    placed = order(at.credential())
    settings = server.settings("http://127.0.0.1:1/x", tmp_path)
    signer = open_service(settings)
    with pytest.raises(RemoteUnavailable):
        signer.start(placed, TYPED)


def test_an_encoding_that_was_not_asked_for_is_not_unpacked(kind: str, at: Running) -> None:
    at.served.fail(replying(CERTIFICATES[kind], 200, b"{}", content_encoding="gzip"))
    with pytest.raises(RemoteUnavailable):
        at.credential()
