"""The clerk's order to issue: what waits for it, who may give it, what it promises and what not."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from documents import (
    awaited,
    claims,
    clerk_issues,
    deliveries,
    expected_number,
    issue_lists,
    issue_orders,
    ledger,
    outgoing,
    recipient_edits,
    reservations,
)
from documents.awaited import Awaited
from documents.catalogue_recipients import RecipientUnknown
from documents.database import Database
from documents.directory import RightMissing
from documents.document import Role
from documents.draft import Draft, RecipientsMissing
from documents.errors import StepRefused
from documents.issue_orders import Order
from documents.lifecycle import Direction, State, Step
from documents.recipient_edits import ChangeUnexplained
from documents.register import RegisterClosed
from documents.reservations import Wanted
from documents.seen import DocumentChanged
from documents.tables import DocumentRow, RegisterRow

Drafts = Callable[..., Draft]
ORGAN = "H99.01"
CLERK, LEADER = f"{ORGAN}-{Role.CLERK}", f"{ORGAN}-{Role.LEADER}"
SPECIALIST = f"{ORGAN}-{Role.SPECIALIST}"


def by_clerk(session: Session, at: datetime, *, clerk: bool = True) -> bool:
    return clerk_issues.decide(session, ORGAN, LEADER, at, clerk=clerk)


def signed(session: Session, draft: Draft, at: datetime) -> str:
    document_id = outgoing.create(session, draft, at).id
    outgoing.decide(session, document_id, Step.SUBMIT, SPECIALIST, at)
    outgoing.decide(session, document_id, Step.APPROVE, LEADER, at)
    outgoing.signed(session, document_id, "3" * 64, 1300, at)
    return document_id


@pytest.fixture
def waiting(office: Database, make_draft: Drafts, at: datetime) -> str:
    """Return a signed document of an agency whose clerk issues."""
    with office.writing() as session:
        by_clerk(session, at)
        return signed(session, make_draft(), at)


def due(office: Database, at: datetime) -> list[str]:
    with office.writing() as session:
        return claims.due(session, "worker", Direction.OUTGOING, at, 10)


def test_by_default_nothing_waits_and_nothing_changes(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    with office.writing() as session:
        document_id = signed(session, make_draft(), at)
        assert session.get_one(DocumentRow, document_id).awaits is None
        assert awaited.count(session) == {}
    assert due(office, at) == [document_id]


def test_what_waits_is_carried_by_nobody_until_the_clerk_says_so(
    office: Database, waiting: str, at: datetime
) -> None:
    assert due(office, at) == []
    with office.writing() as session:
        assert awaited.count(session) == {"issue.awaited": 1}
        assert [row.id for row in issue_lists.waiting(session, ORGAN)] == [waiting]
        made = issue_orders.order(session, Order(waiting), CLERK, at)
        assert (made.expected_code, made.expected_day.isoformat()) == ("01/QĐ-S1", "2026-03-09")
        row = session.get_one(DocumentRow, waiting)
        assert (row.awaits, row.clerk_id, row.state) == (None, CLERK, State.SIGNED)
        newest = ledger.history(session, waiting)[-1]
        assert newest.step == issue_orders.STEP
        assert json.loads(newest.detail)["code"] == "01/QĐ-S1"
    assert due(office, at) == [waiting]
    with office.writing() as session:
        assert str(outgoing.numbered(session, waiting, at)) == "01/QĐ-S1"
        assert awaited.count(session) == {}


def test_an_order_twice_is_one_order(office: Database, waiting: str, at: datetime) -> None:
    later = at + timedelta(minutes=5)
    with office.writing() as session:
        version = session.get_one(DocumentRow, waiting).version
        issue_orders.order(session, Order(waiting, version), CLERK, at)
        again = issue_orders.order(session, Order(waiting, version), CLERK, later)
        assert again.ordered_at == at
        steps = [row.step for row in ledger.history(session, waiting)]
        assert steps.count(issue_orders.STEP) == 1


def test_only_a_clerk_orders_and_only_what_they_saw(
    office: Database, waiting: str, at: datetime
) -> None:
    with office.reading() as session:
        version = session.get_one(DocumentRow, waiting).version
    for who, seen, error in (
        (LEADER, None, RightMissing),
        (SPECIALIST, None, RightMissing),
        (CLERK, version - 1, DocumentChanged),
    ):
        with pytest.raises(error), office.writing() as session:
            issue_orders.order(session, Order(waiting, seen), who, at)
    with office.reading() as session:
        assert session.get_one(DocumentRow, waiting).awaits == Awaited.ISSUE
        assert issue_orders.of_document(session, waiting) is None


def test_what_does_not_wait_is_not_ordered(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    with office.writing() as session:
        going = signed(session, make_draft(), at)
        draft = outgoing.create(session, make_draft(), at).id
    for document_id in (going, draft):
        with pytest.raises(StepRefused), office.writing() as session:
            issue_orders.order(session, Order(document_id), CLERK, at)


def test_a_void_document_waits_no_more(office: Database, waiting: str, at: datetime) -> None:
    with office.writing() as session:
        outgoing.decide(session, waiting, Step.VOID, CLERK, at, "không phát hành nữa")
        assert issue_lists.waiting(session, ORGAN) == []
        assert awaited.count(session) == {}


def test_switching_off_leaves_what_waits_to_the_clerk(
    office: Database, waiting: str, make_draft: Drafts, at: datetime
) -> None:
    with office.writing() as session:
        assert by_clerk(session, at, clerk=False)
        assert not by_clerk(session, at, clerk=False)
        new = signed(session, make_draft(), at)
        assert session.get_one(DocumentRow, new).awaits is None
    assert due(office, at) == [new]
    with office.writing() as session:
        issue_orders.order(session, Order(waiting), CLERK, at)


@pytest.mark.parametrize("who", [CLERK, SPECIALIST], ids=["clerk", "specialist"])
def test_the_switch_is_the_leaders(office: Database, who: str, at: datetime) -> None:
    with pytest.raises(RightMissing), office.writing() as session:
        clerk_issues.decide(session, ORGAN, who, at, clerk=True)


def test_the_number_that_is_shown_is_not_taken(
    office: Database, waiting: str, make_draft: Drafts, at: datetime
) -> None:
    with office.writing() as session:
        other = signed(session, make_draft(), at)
        rows = issue_lists.waiting(session, ORGAN)
        shown = expected_number.expected_of(session, rows, at)
        assert sorted(one.code for one in shown.values()) == ["01/QĐ-S1", "02/QĐ-S1"]
        assert session.query(RegisterRow).count() == 0
        issue_orders.order(session, Order(other), CLERK, at)
        outgoing.numbered(session, other, at)
        row = session.get_one(DocumentRow, waiting)
        assert expected_number.expected(session, row, at).code == "02/QĐ-S1"


def test_a_reserved_number_is_given_with_its_day(
    office: Database, waiting: str, at: datetime
) -> None:
    tomorrow = at + timedelta(days=1)
    with office.writing() as session:
        wanted = Wanted(ORGAN, "Quyết định", "QĐ-S1", SPECIALIST, "họp gấp", at + timedelta(days=3))
        kept = reservations.reserve(session, wanted, CLERK, at)
        row = session.get_one(DocumentRow, waiting)
        assert [each.id for each in issue_orders.reserved_for(session, row, tomorrow)] == [kept.id]
        made = issue_orders.order(session, Order(waiting, None, kept.id), CLERK, tomorrow)
        assert (made.expected_code, made.expected_day) == ("01/QĐ-S1", kept.day)
        assert str(outgoing.numbered(session, waiting, tomorrow)) == "01/QĐ-S1"
        assert row.promulgated == kept.day


def test_a_closed_register_refuses_before_anything_is_ordered(
    office: Database, waiting: str, at: datetime
) -> None:
    with office.writing() as session:
        session.add(
            RegisterRow(organ_id=ORGAN, direction="outgoing", series="QĐ", year=2026, closed_at=at)
        )
    with pytest.raises(RegisterClosed), office.writing() as session:
        issue_orders.order(session, Order(waiting), CLERK, at)
    with office.reading() as session:
        row = session.get_one(DocumentRow, waiting)
        assert isinstance(expected_number.expected(session, row, at).refusal, RegisterClosed)


def test_the_clerk_changes_recipients_with_a_reason_while_it_waits(
    office: Database, waiting: str, at: datetime
) -> None:
    def edit(codes: list[str], reason: str = "thiếu nơi nhận", **given: int) -> None:
        with office.writing() as session:
            recipient_edits.edit(session, waiting, codes, CLERK, at, reason=reason, **given)

    for codes, reason, error in (
        ([], "x", RecipientsMissing),
        (["H99.77"], "x", RecipientUnknown),
        (["H99.03"], " ", ChangeUnexplained),
    ):
        with pytest.raises(error):
            edit(codes, reason)
    with pytest.raises(DocumentChanged):
        edit(["H99.03"], version=0)
    edit(["H99.02", "000.00.03.H99"])
    edit(["H99.02", "H99.03"], "")  # the same ones: nothing to explain
    with office.reading() as session:
        to = [each.organ_id for each in deliveries.of_document(session, waiting)]
        steps = [row.step for row in ledger.history(session, waiting)]
    assert to == ["H99.02", "H99.03"]
    assert steps.count(recipient_edits.STEP) == 1
    with office.writing() as session:
        issue_orders.order(session, Order(waiting), CLERK, at)
    with pytest.raises(StepRefused):
        edit(["H99.02"])
