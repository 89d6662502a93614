"""Signature requests: one open a document, one way through their life, all of it in the ledger."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents import casefile, claims, ledger, outgoing, requests
from documents.casefile import DocumentUnknown
from documents.database import Database, WriteConflict
from documents.document import Role
from documents.errors import StepRefused
from documents.freezing import DocumentFrozen
from documents.lifecycle import Direction, State, Step
from documents.outgoing import Draft
from documents.requests import Opening, RequestExpired, RequestUnknown, RevisionMoved
from documents.signature_request import (
    OPEN,
    REQUEST,
    Purpose,
    RequestState,
    RequestStep,
    RequestStepRefused,
    follow,
)
from documents.tables import DocumentRow, SignatureRequestRow

Drafts = Callable[..., Draft]
steps = st.lists(st.sampled_from(RequestStep), max_size=20)
FINAL = {
    RequestState.COMPLETED,
    RequestState.REFUSED,
    RequestState.EXPIRED,
    RequestState.FAILED,
    RequestState.WITHDRAWN,
}


def walk(tried: list[RequestStep]) -> list[RequestState]:
    """Return the states passed when what the table refuses is left out."""
    passed = [RequestState.PREPARED]
    for step in tried:
        with suppress(RequestStepRefused):
            passed.append(follow("r", passed[-1], step))
    return passed


def test_what_is_not_open_is_final_and_every_state_is_reached() -> None:
    assert set(RequestState) - OPEN == FINAL
    assert set(REQUEST.values()) | {RequestState.PREPARED} == set(RequestState)


@given(tried=steps)
def test_nothing_leaves_a_final_state(tried: list[RequestStep]) -> None:
    passed = walk(tried)
    assert not set(passed[:-1]) & FINAL


@given(tried=steps)
def test_nothing_is_completed_that_was_not_handed_over(tried: list[RequestStep]) -> None:
    passed = walk(tried)
    if passed[-1] is RequestState.COMPLETED:
        assert passed[-2] in (RequestState.SENT, RequestState.WAITING)


@given(tried=steps)
def test_what_waits_is_never_sent_again(tried: list[RequestStep]) -> None:
    passed = walk(tried)
    if RequestState.WAITING in passed:
        after = passed[passed.index(RequestState.WAITING) :]
        assert RequestState.SENT not in after


def test_an_open_request_can_always_be_ended_by_time_and_by_people() -> None:
    for state in OPEN:
        assert follow("r", state, RequestStep.EXPIRE) is RequestState.EXPIRED
        assert follow("r", state, RequestStep.WITHDRAW) is RequestState.WITHDRAWN


@pytest.fixture
def approved(office: Database, make_draft: Drafts, at: datetime) -> str:
    return make_approved(office, make_draft, at)


def make_approved(office: Database, make_draft: Drafts, at: datetime) -> str:
    with office.writing() as session:
        document = outgoing.create(session, make_draft(), at).id
        for step, role in ((Step.SUBMIT, Role.SPECIALIST), (Step.APPROVE, Role.LEADER)):
            outgoing.decide(session, document, step, f"H99.01-{role}", at)
    return document


def opening(document: str, at: datetime, **given: Any) -> Opening:
    values: dict[str, Any] = {
        "document_id": document,
        "purpose": Purpose.LEADER,
        "service": "remote",
        "holder": "Nguyễn Văn An (dịch vụ)",
        "key": "key",
        "base_sha256": "2" * 64,
        "until": at + timedelta(hours=1),
        "frozen_sha256": "8" * 64,
        "pending_sha256": "9" * 64,
    }
    return Opening(**values | given)


def opened(office: Database, document: str, at: datetime, **given: Any) -> str:
    with office.writing() as session:
        return requests.opened(session, opening(document, at, **given), at).id


def facts(session: Session, document: str) -> list[str]:
    return [row.step for row in ledger.history(session, document)]


def test_a_request_freezes_its_document_and_only_it(
    office: Database, make_draft: Drafts, approved: str, at: datetime
) -> None:
    other = make_approved(office, make_draft, at)
    request = opened(office, approved, at)
    with office.writing() as session:
        assert claims.due(session, "w", Direction.OUTGOING, at, 9) == [other]
        assert session.get_one(DocumentRow, approved).frozen_by == request
        for attempt in (
            lambda: outgoing.decide(session, approved, Step.VOID, "H99.01-leader", at, "vì"),
            lambda: outgoing.signed(session, approved, "3" * 64, 1, at),
            lambda: casefile.add_revision(
                session, casefile.locked(session, approved), "x", "3" * 64, 1, at
            ),
            lambda: requests.opened(session, opening(approved, at), at),
        ):
            with pytest.raises(DocumentFrozen, match=r"Nguyễn Văn An .* 09/03/2026 10:00"):
                attempt()
        assert session.get_one(DocumentRow, approved).state == State.APPROVED


def test_the_database_itself_takes_one_open_request_a_document(
    office: Database, approved: str, at: datetime
) -> None:
    opened(office, approved, at)
    row = {
        "id": "another",
        "document_id": approved,
        "purpose": "leader",
        "state": "waiting",
        "holder": "x",
        "service": "vgca",
        "key": "k",
        "base_sha256": "2" * 64,
        "frozen_sha256": "",
        "pending_sha256": "",
        "orders": 0,
        "order_text": "",
        "created_at": at,
        "until": at,
        "updated_at": at,
        "attempts": 0,
    }
    with pytest.raises((IntegrityError, WriteConflict)), office.writing() as session:
        session.execute(insert(SignatureRequestRow).values(**row))
    with office.writing() as session:  # any number that are over
        for state in FINAL:
            values = row | {"id": str(state), "state": state}
            session.execute(insert(SignatureRequestRow).values(**values))
    values = row | {"id": "odd", "state": "lost"}
    with pytest.raises(IntegrityError), office.writing() as session:
        session.execute(insert(SignatureRequestRow).values(**values))


def test_a_completed_request_signs_the_document_and_says_all_in_the_ledger(
    office: Database, approved: str, at: datetime
) -> None:
    request = opened(office, approved, at)
    with office.writing() as session:
        requests.sent(session, request, "order", at)
        requests.waits(session, request, "transaction", at, at)
        requests.waits(session, request, "transaction 2", at, at)
        requests.completed(session, request, "3" * 64, 1300, at)
    with office.reading() as session:
        row = session.get_one(DocumentRow, approved)
        assert (row.state, row.frozen_by, row.current_sha256) == ("signed", None, "3" * 64)
        assert facts(session, approved)[-5:] == [
            *("signature_request", "signature_send", "signature_wait"),
            *("signature_complete", "sign"),
        ]
        assert requests.get(session, request).order_text == "transaction 2"
        assert list(ledger.verify(session)) == []
        assert requests.frozen(session) == []


@pytest.mark.parametrize("step", [RequestStep.REFUSE, RequestStep.EXPIRE, RequestStep.FAIL])
def test_a_request_that_ends_leaves_its_error_for_a_person(
    office: Database, approved: str, at: datetime, step: RequestStep
) -> None:
    request = opened(office, approved, at)
    with office.writing() as session:
        requests.ended(session, request, step, DocumentUnknown("x"), at)
        with pytest.raises(RequestStepRefused):
            requests.completed(session, request, "3" * 64, 1, at)
        requests.unused(session, request, "4" * 64, DocumentUnknown("x"), at)
    with office.reading() as session:
        row = session.get_one(DocumentRow, approved)
        assert (row.state, row.frozen_by, row.held) == ("approved", None, True)
        assert row.error_code == "document.unknown"
        assert facts(session, approved)[-2:] == [f"signature_{step}", "signature_unused"]
    again = opened(office, approved, at)
    assert again != request
    with office.reading() as session:
        assert not session.get_one(DocumentRow, approved).held


def test_a_signature_after_its_time_or_for_another_revision_is_not_taken(
    office: Database, approved: str, at: datetime
) -> None:
    request = opened(office, approved, at)
    with office.writing() as session:
        requests.sent(session, request, "order", at)
    with pytest.raises(RequestExpired), office.writing() as session:
        requests.completed(session, request, "3" * 64, 1, at + timedelta(hours=2))
    with office.writing() as session:
        session.get_one(DocumentRow, approved).current_sha256 = "7" * 64
    with pytest.raises(RevisionMoved), office.writing() as session:
        requests.completed(session, request, "3" * 64, 1, at)
    with office.reading() as session:
        assert requests.get(session, request).state == "sent"
        assert session.get_one(DocumentRow, approved).state == "approved"


def test_a_request_is_opened_only_where_its_signature_is_due(
    office: Database, approved: str, at: datetime
) -> None:
    with pytest.raises(StepRefused):
        opened(office, approved, at, purpose=Purpose.SEAL)
    with pytest.raises(RevisionMoved):
        opened(office, approved, at, base_sha256="5" * 64)
    with pytest.raises(DocumentUnknown):
        opened(office, "nothing", at)
    with pytest.raises(RequestUnknown), office.writing() as session:
        requests.sent(session, "nothing", "", at)


def test_those_that_are_due_go_to_one_worker_for_a_while(
    office: Database, approved: str, at: datetime
) -> None:
    request = opened(office, approved, at)
    with office.writing() as session:
        assert [row.id for row in requests.due(session, "a", at, 9)] == [request]
        assert requests.due(session, "b", at, 9) == []
        assert not requests.waiting(session, at)
    late = at + requests.LEASE
    with office.writing() as session:
        assert [row.id for row in requests.due(session, "b", late, 9)] == [request]
        requests.put_off(session, request, DocumentUnknown("x"), late, late + timedelta(hours=9))
        assert requests.by_error(session) == {"document.unknown": 1}
        requests.waits(session, request, "", late, None)
    with office.reading() as session:
        assert not requests.waiting(session, at + timedelta(hours=1))
        assert requests.waiting(session, at + timedelta(hours=1, seconds=1))  # its time is over


DEEDS: dict[str, Callable[[Session, str, datetime], None]] = {
    "send": lambda s, r, at: requests.sent(s, r, "order", at),
    "wait": lambda s, r, at: requests.waits(s, r, "", at, at),
    "complete": lambda s, r, at: requests.completed(s, r, "3" * 64, 1, at),
    "refuse": lambda s, r, at: requests.ended(s, r, RequestStep.REFUSE, DocumentUnknown("x"), at),
    "expire": lambda s, r, at: requests.expired(s, r, at),
    "withdraw": lambda s, r, at: requests.withdrawn(s, r, "H99.01-leader", "vì sao", at),
}


def test_a_document_is_frozen_exactly_as_long_as_its_request_is_open(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    @settings(max_examples=12)
    @given(tried=st.lists(st.sampled_from(sorted(DEEDS)), min_size=1, max_size=5))
    def holds(tried: list[str]) -> None:
        document = make_approved(office, make_draft, at)
        request = opened(office, document, at)
        for deed in tried:
            with suppress(RequestStepRefused), office.writing() as session:
                DEEDS[deed](session, request, at)
            with office.reading() as session:
                row, now = session.get_one(DocumentRow, document), requests.get(session, request)
                assert (row.frozen_by == request) == (now.state in OPEN)
                assert (row.state == State.SIGNED) == (now.state == RequestState.COMPLETED)

    holds()
