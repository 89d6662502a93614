"""Viettel MySign: tokens, names, codes."""

import hashlib

import pytest

from connectors.remote.algorithms import signed_by
from connectors.remote.errors import (
    AccessDenied,
    CredentialMissing,
    CredentialUnusable,
    QuotaExhausted,
    RemoteOutcomeUnknown,
    RemoteRefused,
    RemoteUnavailable,
    SigningDeclined,
    SigningExpired,
    SigningFailed,
    TransactionUnknown,
)
from connectors.remote.record import transaction_of, transaction_text
from connectors.remote.service import SigningOrder, State, ToSign
from tests.connectors.remote.keys import NOW, holder
from tests.connectors.remote.mysign_server import MySignServer
from tests.connectors.remote.reaching import USER, Ordering, Running
from tests.connectors.remote.serving import altered, lost


def test_the_person_agrees_and_both_documents_are_signed(
    mysign: MySignServer, at_mysign: Running, order: Ordering
) -> None:
    waiting = at_mysign.signer.start(order(at_mysign.credential(), "một", "hai"))
    assert at_mysign.signer.progress(waiting) == waiting
    mysign.answer("6000")
    assert at_mysign.signer.progress(waiting).progress.state is State.WAITING
    mysign.answer()
    done = at_mysign.signer.progress(transaction_of(transaction_text(waiting)))
    key = holder("An").certificate.public_key()
    for text, value in zip(("một", "hai"), done.progress.signatures, strict=True):
        assert signed_by(key, "sha256_rsa", hashlib.sha256(text.encode()).digest(), value)


def test_an_answer_at_once_is_the_result(
    mysign: MySignServer, at_mysign: Running, order: Ordering
) -> None:
    mysign.at_once = True
    done = at_mysign.signer.start(order(at_mysign.credential()))
    assert done.progress.state is State.SIGNED
    assert at_mysign.signer.progress(transaction_of(transaction_text(done))) == done


def test_one_token_a_user_serves_many_calls(
    mysign: MySignServer, at_mysign: Running, order: Ordering
) -> None:
    mysign.users["second"] = {"key-2": holder("Bình")}
    for user in (USER, "second", USER):
        at_mysign.signer.credentials(user)
    at_mysign.signer.start(order(at_mysign.credential()))
    assert len(at_mysign.served.to("login")) == 2


def test_a_token_that_is_over_is_renewed_once(
    mysign: MySignServer, at_mysign: Running, order: Ordering
) -> None:
    waiting = at_mysign.signer.start(order(at_mysign.credential()))
    mysign.tokens.clear()
    assert at_mysign.signer.progress(waiting) == waiting
    assert len(at_mysign.served.to("login")) == 2
    at_mysign.signer.start(order(at_mysign.credential(), order_id="order-2"))
    assert len(mysign.transactions) == 2


def test_a_token_is_renewed_before_its_end(mysign: MySignServer, at_mysign: Running) -> None:
    mysign.life = "59"
    for _ in range(2):
        at_mysign.signer.credentials(USER)
    assert len(at_mysign.served.to("login")) == 2


def test_a_service_that_takes_no_token_is_not_asked_for_ever(
    mysign: MySignServer, at_mysign: Running
) -> None:
    at_mysign.served.fail(altered("login", lambda answer: {**answer, "access_token": "x"}, 9))
    with pytest.raises(AccessDenied):
        at_mysign.signer.credentials(USER)
    assert at_mysign.served.paths() == ["login", "info"] * 2


def test_names_go_as_base64_of_utf8_and_are_cut_between_characters(
    mysign: MySignServer, at_mysign: Running
) -> None:
    digest = hashlib.sha256(b"x").digest()
    item = ToSign("doc", "Quyết định về việc " * 9, digest)
    placed = SigningOrder("order-1", at_mysign.credential(), "sha256_rsa", (item,), "ế" * 200, NOW)
    at_mysign.signer.start(placed)
    (begun,) = mysign.transactions.values()
    assert begun.shown == ["ế" * 24, ("Quyết định về việc " * 9).encode()[:72].decode()]


@pytest.mark.parametrize(
    ("status", "state", "fault"),
    [
        ("4001", State.EXPIRED, SigningExpired),
        ("4002", State.REFUSED, SigningDeclined),
        ("4004", State.FAILED, SigningFailed),
        ("4005", State.FAILED, QuotaExhausted),
        ("13004", State.FAILED, CredentialUnusable),
        ("77777", State.FAILED, RemoteRefused),
    ],
)
def test_every_code_of_the_status_says_how_it_ended(
    mysign: MySignServer,
    at_mysign: Running,
    order: Ordering,
    status: str,
    state: State,
    fault: type[RemoteRefused],
) -> None:
    waiting = at_mysign.signer.start(order(at_mysign.credential()))
    mysign.answer(status)
    over = at_mysign.signer.progress(waiting).progress
    assert over.state is state
    assert type(over.fault) is fault
    assert over.fault is not None
    assert status in str(over.fault)


def test_an_internal_error_of_the_service_is_asked_again(
    mysign: MySignServer, at_mysign: Running, order: Ordering
) -> None:
    waiting = at_mysign.signer.start(order(at_mysign.credential()))
    mysign.answer("50000")
    with pytest.raises(RemoteUnavailable):
        at_mysign.signer.progress(waiting)


def test_a_lost_answer_leaves_the_outcome_open(at_mysign: Running, order: Ordering) -> None:
    placed = order(at_mysign.credential())
    at_mysign.served.fail(lost("signHash"))
    with pytest.raises(RemoteOutcomeUnknown):
        at_mysign.signer.start(placed)
    assert at_mysign.signer.resume(placed) is None


def test_a_wrong_secret_and_a_stranger_are_told_apart(
    mysign: MySignServer, at_mysign: Running
) -> None:
    with pytest.raises(CredentialMissing):
        at_mysign.signer.credentials("nobody")
    right, mysign.client_secret = mysign.client_secret, "changed"
    with pytest.raises(AccessDenied, match="86024") as refused:
        at_mysign.signer.credentials(USER)
    assert right not in str(refused.value)


def test_a_transaction_that_the_service_forgot_is_over(
    mysign: MySignServer, at_mysign: Running, order: Ordering
) -> None:
    waiting = at_mysign.signer.start(order(at_mysign.credential()))
    mysign.transactions.clear()
    over = at_mysign.signer.progress(waiting).progress
    assert over.state is State.FAILED
    assert isinstance(over.fault, TransactionUnknown)
