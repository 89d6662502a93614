"""VNPT SmartCA: what is sent, what comes back, and how a lost answer is settled."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.remote.algorithms import signed_by
from connectors.remote.errors import (
    AccessDenied,
    ActivationRefused,
    CredentialUnusable,
    RemoteOutcomeUnknown,
    RemoteRefused,
    SigningDeclined,
    SigningExpired,
    TransactionUnknown,
)
from connectors.remote.record import transaction_of, transaction_text
from connectors.remote.service import Activation, State
from tests.connectors.remote.keys import holder
from tests.connectors.remote.reaching import USER, Ordering, Running, reaching
from tests.connectors.remote.serving import Host, altered, lost, replying
from tests.connectors.remote.smartca_server import SmartCaServer


def test_the_person_agrees_and_each_document_gets_its_own_signature(
    smartca: SmartCaServer, at_smartca: Running, order: Ordering
) -> None:
    credential = at_smartca.credential()
    assert credential.certificate == holder("An").der
    assert credential.algorithms == ("sha256_rsa",)
    waiting = at_smartca.signer.start(order(credential, "một", "hai"))
    assert at_smartca.signer.progress(waiting) == waiting
    smartca.answer()
    done = at_smartca.signer.progress(transaction_of(transaction_text(waiting)))
    assert done.progress.state is State.SIGNED
    key = holder("An").certificate.public_key()
    for text, value in zip(("một", "hai"), done.progress.signatures, strict=True):
        assert signed_by(key, "sha256_rsa", hashlib.sha256(text.encode()).digest(), value)


def test_the_hash_goes_as_hexadecimal_under_our_own_transaction_id(
    at_smartca: Running, order: Ordering
) -> None:
    at_smartca.signer.start(order(at_smartca.credential()))
    sent = at_smartca.served.to("v1/signatures/sign")[0].json
    assert sent["transaction_id"] == "order-1"
    assert sent["time_stamp"] == "20261122030000Z"
    (file,) = sent["sign_files"]
    assert file["data_to_be_signed"] == hashlib.sha256("một".encode()).hexdigest()
    assert (file["doc_id"], file["sign_type"]) == ("doc-0", "hash")


def test_no_password_goes_where_none_is_asked_for(
    smartca: SmartCaServer, at_smartca: Running, order: Ordering
) -> None:
    at_smartca.signer.progress(at_smartca.signer.start(order(at_smartca.credential())))
    (asked,) = at_smartca.served.to("/status")
    assert asked.body == b"{}"


@pytest.mark.parametrize(
    ("message", "state", "fault"),
    [
        ("EXPIRED", State.EXPIRED, SigningExpired),
        ("USER_REJECTED", State.REFUSED, SigningDeclined),
    ],
)
def test_the_persons_no_and_silence_end_the_order(
    smartca: SmartCaServer,
    at_smartca: Running,
    order: Ordering,
    message: str,
    state: State,
    fault: type[RemoteRefused],
) -> None:
    waiting = at_smartca.signer.start(order(at_smartca.credential()))
    smartca.answer(message)
    over = at_smartca.signer.progress(waiting).progress
    assert over.state is state
    assert isinstance(over.fault, fault)


def test_a_lost_answer_is_settled_by_asking_and_signs_once(
    smartca: SmartCaServer, at_smartca: Running, order: Ordering
) -> None:
    placed = order(at_smartca.credential())
    at_smartca.served.fail(lost("signatures/sign"))
    with pytest.raises(RemoteOutcomeUnknown):
        at_smartca.signer.start(placed)
    resumed = at_smartca.signer.resume(placed)
    assert resumed is not None
    assert at_smartca.signer.progress(resumed).progress.state is State.WAITING
    smartca.answer()
    assert at_smartca.signer.progress(resumed).progress.state is State.SIGNED
    assert len(smartca.signed) == 1


def test_an_order_that_never_arrived_is_known_and_started_again(
    smartca: SmartCaServer, at_smartca: Running, order: Ordering
) -> None:
    placed = order(at_smartca.credential())
    at_smartca.served.fail(replying("signatures/sign", 502))
    with pytest.raises(RemoteOutcomeUnknown):
        at_smartca.signer.start(placed)
    resumed = at_smartca.signer.resume(placed)
    assert resumed is not None
    assert isinstance(at_smartca.signer.progress(resumed).progress.fault, TransactionUnknown)
    at_smartca.signer.start(placed)
    assert list(smartca.transactions) == ["order-1"]


def test_a_second_start_is_refused_by_the_service(at_smartca: Running, order: Ordering) -> None:
    placed = order(at_smartca.credential())
    at_smartca.signer.start(placed)
    with pytest.raises(RemoteRefused, match="not unique"):
        at_smartca.signer.start(placed)


def test_a_certificate_that_may_not_sign_is_refused(
    smartca: SmartCaServer, at_smartca: Running, order: Ordering
) -> None:
    placed = order(at_smartca.credential())
    smartca.unusable = "Chứng thư số đã bị thu hồi"
    with pytest.raises(CredentialUnusable, match="thu hồi"):
        at_smartca.signer.start(placed)


def test_a_wrong_account_is_refused_and_its_password_not_repeated(
    smartca: SmartCaServer, at_smartca: Running
) -> None:
    right, smartca.sp_password = smartca.sp_password, "another"
    with pytest.raises(AccessDenied) as refused:
        at_smartca.signer.credentials(USER)
    assert right not in str(refused.value)
    assert "***" in str(refused.value)


def test_with_password_and_code_the_answer_is_the_signature(
    smartca: SmartCaServer, host: Host, tmp_path: Path, order: Ordering
) -> None:
    at = reaching(smartca, host, tmp_path, flow="otp")
    placed = order(at.credential(), "một", "hai")
    assert at.signer.resume(placed) is None
    for typed in (Activation(), Activation(smartca.password, "nope-1"), Activation("bad-one", "1")):
        with pytest.raises(ActivationRefused) as refused:
            at.signer.start(placed, typed)
        assert not {"nope-1", "bad-one"} & set(str(refused.value).split())
    done = at.signer.start(placed, Activation(smartca.password, smartca.otp))
    assert len(done.progress.signatures) == 2


def test_a_lost_confirmation_leaves_the_outcome_open(
    smartca: SmartCaServer, host: Host, tmp_path: Path, order: Ordering
) -> None:
    at = reaching(smartca, host, tmp_path, flow="otp")
    at.served.fail(lost("confirm"))
    with pytest.raises(RemoteOutcomeUnknown):
        at.signer.start(order(at.credential()), Activation(smartca.password, smartca.otp))


@pytest.mark.parametrize("ids", [["doc-0"], ["doc-0", "doc-9"], ["doc-0", "doc-0"], ["doc-1"] * 3])
def test_signatures_of_other_documents_are_not_taken(
    smartca: SmartCaServer, at_smartca: Running, order: Ordering, ids: list[str]
) -> None:
    waiting = at_smartca.signer.start(order(at_smartca.credential(), "một", "hai"))
    smartca.answer()

    def with_other_ids(answer: dict[str, object]) -> object:
        first = answer["data"]["signatures"][0]  # type: ignore[index]
        values = [{**first, "doc_id": one} for one in ids]
        return {**answer, "data": {"signatures": values}}

    at_smartca.served.fail(altered("/status", with_other_ids))
    with pytest.raises(Exception, match=r"remote\.unavailable"):
        at_smartca.signer.progress(waiting)
    assert at_smartca.signer.progress(waiting).progress.state is State.SIGNED


@pytest.mark.parametrize("other", ["../../admin", "a/b", "a?b=c", "..", ".", "", "x" * 129, None])
def test_an_id_that_could_lead_elsewhere_is_not_put_into_an_address(
    at_smartca: Running, order: Ordering, other: object
) -> None:
    placed = order(at_smartca.credential())
    change = lambda answer: {**answer, "data": {"transaction_id": other}}  # noqa: E731
    at_smartca.served.fail(altered("signatures/sign", change))
    with pytest.raises(RemoteOutcomeUnknown):
        at_smartca.signer.start(placed)


def test_other_peoples_transactions_give_nothing(
    smartca: SmartCaServer, at_smartca: Running, order: Ordering
) -> None:
    credential = at_smartca.credential()
    other = at_smartca.signer.start(order(credential, "của người khác", order_id="order-2"))
    mine = at_smartca.signer.start(order(credential))
    smartca.answer()
    with pytest.raises(Exception, match=r"remote\.signature_foreign"):
        at_smartca.signer.progress(replace(mine, reference=other.reference))
