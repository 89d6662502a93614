"""Answers of which any part may be anything: our own errors come of them, and nothing else."""

from typing import Any

import pytest

from connectors.remote.errors import RemoteOutcomeUnknown, RemoteUnavailable
from connectors.remote.service import State, Transaction
from documents.errors import OfficeError, Refused
from tests.connectors.remote.mysign_server import MySignServer
from tests.connectors.remote.reaching import (
    CERTIFICATES,
    ORDERS,
    TYPED,
    USER,
    Ordering,
    Running,
    Server,
    agree,
)
from tests.connectors.remote.serving import altered

GARBAGE: list[Any] = [
    b"",
    b"<html>",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"1" * 5000,
    b"NaN",
    None,
    5,
    "text",
    [],
    [[]],
    [None],
    {},
]


def test_garbage_for_an_answer_is_an_open_order_and_an_unanswered_question(
    kind: str, at: Running, order: Ordering
) -> None:
    credential = at.credential()
    for number, garbage in enumerate(GARBAGE):
        placed = order(credential, order_id=f"order-{number}")
        at.served.fail(altered(ORDERS[kind], lambda _, garbage=garbage: garbage))
        with pytest.raises(RemoteOutcomeUnknown):
            at.signer.start(placed, TYPED)
        at.served.fail(altered(CERTIFICATES[kind], lambda _, garbage=garbage: garbage))
        with pytest.raises((RemoteUnavailable, Refused)):
            at.credential()


WRONG_TYPES: list[Any] = [None, True, "x", [], {}, [5], [{}], 10**400]


def damaged(value: Any) -> list[Any]:
    """Return *value* with each of its parts, at every depth, replaced by each wrong type."""
    if isinstance(value, dict):
        return [
            {**value, name: other}
            for name, part in value.items()
            for other in [*(one for one in WRONG_TYPES if one != part), *damaged(part)]
        ]
    if isinstance(value, list):
        return [
            [*value[:place], other, *value[place + 1 :]]
            for place, part in enumerate(value)
            for other in [*WRONG_TYPES, *damaged(part)]
        ]
    return []


def test_no_part_of_an_answer_can_be_wrong_in_a_way_that_crashes(
    kind: str, server: Server, at: Running, order: Ordering
) -> None:
    credential = at.credential()
    path = CERTIFICATES[kind]
    at.served.fail(altered(path, lambda whole: whole))
    whole: list[Any] = []
    at.served.fail(altered(path, lambda answer: whole.append(answer) or answer))
    at.signer.credentials(USER), at.signer.credentials(USER)
    variants = damaged(whole[0])
    assert len(variants) > 60
    for variant in variants:
        at.served.fail(altered(path, lambda _, variant=variant: variant))
        try:
            found = at.signer.credentials(USER)
        except OfficeError:
            continue
        assert all(one.certificate and one.algorithms for one in found)
    assert at.credential() == credential


STEPS = {
    "csc1": ["credentials/list", "credentials/authorize", "signHash"],
    "csc2": ["credentials/authorize", "signHash", "signPolling"],
    "smartca": ["signatures/sign", "/status"],
    "mysign": ["login", "signHash", "requests/status"],
}


def test_no_step_of_signing_can_be_answered_in_a_way_that_crashes(
    kind: str, server: Server, at: Running, order: Ordering
) -> None:
    numbers = iter(range(10**6))
    credential = at.credential()

    def signed() -> Transaction:
        if isinstance(server, MySignServer):
            server.tokens.clear()  # so that each round logs in
        at.signer.credentials(USER)
        placed = order(credential, order_id=f"order-{next(numbers)}")
        transaction = at.signer.start(placed, TYPED)
        agree(server)
        return at.signer.progress(transaction)

    for path in STEPS[kind]:
        whole: list[Any] = []
        at.served.fail(altered(path, lambda answer, whole=whole: whole.append(answer) or answer))
        assert signed().progress.state is State.SIGNED
        for variant in damaged(whole[0]):
            at.served.fail(altered(path, lambda _, variant=variant: variant))
            try:
                progress = signed().progress
            except OfficeError:
                pass
            else:
                assert progress.state is not State.SIGNED or len(progress.signatures) == 1
            at.served.faults.clear()
