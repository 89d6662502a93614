"""Sign sessions: one open a document, used once, ended by time or people, no token in the store."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from documents import ledger, outgoing, requests, sign_sessions
from documents.database import Database, WriteConflict
from documents.directory import RightMissing
from documents.document import Role
from documents.ledger import Actor
from documents.lifecycle import Step
from documents.outgoing import Draft
from documents.requests import Opening
from documents.sign_session import (
    LIFETIME,
    MOST_REFUSALS,
    Operation,
    SessionOver,
    SessionUnknown,
    SessionUsed,
    Ticket,
)
from documents.signature_request import Purpose, RequestStepRefused
from documents.tables import SignSessionRow

LEADER, CLERK, SPECIALIST = "H99.01-leader", "H99.01-clerk", "H99.01-specialist"
OTHERS = "3" * 64


@pytest.fixture
def request_id(office: Database, make_draft: Callable[..., Draft], at: datetime) -> str:
    """A request for a leader's signature with the tool."""
    with office.writing() as session:
        document = outgoing.create(session, make_draft(), at).id
        for step, role in ((Step.SUBMIT, Role.SPECIALIST), (Step.APPROVE, Role.LEADER)):
            outgoing.decide(session, document, step, f"H99.01-{role}", at)
    opening = Opening(
        document, Purpose.LEADER, "vgca", "máy ký", "key", "2" * 64, at + timedelta(hours=1)
    )
    with office.writing() as session:
        request = requests.opened(session, opening, at).id
        requests.waits(session, request, "", at, None)
    return request


def opened(office: Database, request_id: str, at: datetime) -> Ticket:
    with office.writing() as session:
        request = requests.get(session, request_id)
        leader = Actor(LEADER, Role.LEADER)
        return sign_sessions.opened(session, request, Operation.APPROVED, leader, LIFETIME, at)


def row_of(office: Database, ticket: Ticket) -> SignSessionRow:
    with office.reading() as session:
        return session.get_one(SignSessionRow, ticket.session_id)


def test_a_session_is_found_by_its_token_alone_of_which_only_a_digest_is_kept(
    office: Database, request_id: str, at: datetime
) -> None:
    ticket = opened(office, request_id, at)
    row = row_of(office, ticket)
    assert row.token_sha256 == hashlib.sha256(ticket.token.encode()).hexdigest()
    assert row.until == at + LIFETIME
    with office.reading() as session:
        assert sign_sessions.by_token(session, ticket.token).id == row.id
        for wrong in (
            "",
            row.token_sha256,
            row.id,
            ticket.token[:-1],
            ticket.token + "A",
            "A" * 43,
        ):
            with pytest.raises(SessionUnknown):
                sign_sessions.by_token(session, wrong)
        told = " ".join(each.detail for each in ledger.history(session, row.document_id))
    assert ticket.token not in told
    assert ticket.token not in repr(ticket)


def test_a_document_has_one_open_session_and_the_database_says_so(
    office: Database, request_id: str, at: datetime
) -> None:
    first, second = opened(office, request_id, at), opened(office, request_id, at)
    assert (row_of(office, first).state, row_of(office, second).state) == ("closed", "open")
    values = {c.name: getattr(row_of(office, second), c.name) for c in SignSessionRow.__table__.c}
    with pytest.raises((IntegrityError, WriteConflict)), office.writing() as session:
        session.execute(insert(SignSessionRow).values(values | {"id": "x", "token_sha256": OTHERS}))


def test_a_session_ends_with_its_request_at_the_latest(
    office: Database, request_id: str, at: datetime
) -> None:
    late = at + timedelta(minutes=55)
    assert opened(office, request_id, late).until == at + timedelta(hours=1)
    with office.writing() as session:
        requests.expired(session, request_id, late)
    with pytest.raises(RequestStepRefused):
        opened(office, request_id, late)


def test_what_was_used_is_used_once(office: Database, request_id: str, at: datetime) -> None:
    ticket = opened(office, request_id, at)
    with office.writing() as session:
        sign_sessions.fetched(session, ticket.session_id, at)
        sign_sessions.fetched(session, ticket.session_id, at)
        sign_sessions.used(session, ticket.session_id, OTHERS, at)
    for again in (OTHERS, "4" * 64):
        with pytest.raises(SessionOver), office.writing() as session:
            sign_sessions.used(session, ticket.session_id, again, at)
    row = row_of(office, ticket)
    assert (row.state, row.upload_sha256) == ("used", OTHERS)
    with office.reading() as session:
        steps = [each.step for each in ledger.history(session, row.document_id)]
        with pytest.raises(SessionOver):
            sign_sessions.ensure_open(session, row, at)
    assert steps[-3:] == ["sign_session_open", "sign_session_fetch", "sign_session_use"]


def test_time_ends_a_session_whether_or_not_it_was_swept(
    office: Database, request_id: str, at: datetime
) -> None:
    ticket = opened(office, request_id, at)
    late = at + LIFETIME + timedelta(seconds=1)
    with pytest.raises(SessionOver), office.writing() as session:
        sign_sessions.used(session, ticket.session_id, OTHERS, late)
    with office.reading() as session:
        assert not sign_sessions.any_expired(session, at)
        assert sign_sessions.any_expired(session, late)
    with office.writing() as session:
        assert sign_sessions.expire(session, at) == 0
        assert sign_sessions.expire(session, late) == 1
        assert sign_sessions.expire(session, late) == 0
    assert row_of(office, ticket).state == "expired"
    with office.reading() as session:
        assert requests.get(session, request_id).state == "waiting"  # another may be opened


def test_too_many_wrong_files_close_it(office: Database, request_id: str, at: datetime) -> None:
    ticket = opened(office, request_id, at)
    for count in range(MOST_REFUSALS):
        assert row_of(office, ticket).state == "open", count
        with office.writing() as session:
            sign_sessions.refused(session, ticket.session_id, OTHERS, SessionUsed(), at)
    assert row_of(office, ticket).state == "closed"


def test_a_session_is_closed_by_its_person_or_a_clerk(
    office: Database, request_id: str, at: datetime
) -> None:
    ticket = opened(office, request_id, at)
    with pytest.raises(RightMissing), office.writing() as session:
        sign_sessions.closed(session, ticket.session_id, SPECIALIST, at)
    with office.writing() as session:
        sign_sessions.closed(session, ticket.session_id, CLERK, at)
    with pytest.raises(SessionOver), office.writing() as session:
        sign_sessions.closed(session, ticket.session_id, LEADER, at)
    with pytest.raises(SessionUnknown), office.writing() as session:
        sign_sessions.closed(session, "nothing", LEADER, at)
    with office.reading() as session:
        assert [row.id for row in sign_sessions.listed(session, 9, ["H99.01"])] == [
            ticket.session_id
        ]
        assert sign_sessions.listed(session, 9, ["H99.02"]) == []
