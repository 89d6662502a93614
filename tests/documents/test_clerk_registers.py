"""An agency's switch: what came by the axis waits for the clerk, who alone registers it then."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from documents import (
    awaited,
    casefile,
    claims,
    clerk_registers,
    incoming,
    intake,
    ledger,
    turning_back,
)
from documents.awaited import Awaited
from documents.clerk_registers import ClerkRegisters
from documents.database import Database
from documents.directory import RightMissing
from documents.document import Role
from documents.incoming import Finding
from documents.intake_facts import IntakeFacts, SenderKept
from documents.intakes import NotTakenIn
from documents.lifecycle import Direction, State, Step
from documents.tables import DocumentRow
from documents.turning_back import ReasonTooShort
from tests.documents.parcels import confirmable, enter, owed

ORGAN = "H99.02"
CLERK = f"{ORGAN}-{Role.CLERK}"
LEADER = f"{ORGAN}-{Role.LEADER}"
PASSED = Finding("TOTAL-PASSED", {})
Make = Callable[..., Any]


def choose(office: Database, at: datetime, *, clerk: bool = True) -> bool:
    with office.writing() as session:
        return clerk_registers.decide(session, ORGAN, LEADER, at, clerk=clerk)


def row(office: Database, document: str) -> DocumentRow:
    with office.reading() as session:
        return casefile.known(session, document)


def due(office: Database, at: datetime) -> list[str]:
    with office.writing() as session:
        return claims.due(session, "w", Direction.INCOMING, at, 10)


@pytest.fixture
def waits(office: Database, at: datetime, make_arrival: Make) -> str:
    choose(office, at)
    document = enter(office, make_arrival(), at)
    with office.writing() as session:
        incoming.verified(session, document, PASSED, at)
    return document


def test_by_default_the_system_registers_by_itself(
    office: Database, at: datetime, make_arrival: Make
) -> None:
    document = enter(office, make_arrival(), at)
    with office.writing() as session:
        incoming.verified(session, document, PASSED, at)
        assert incoming.registered(session, document, at) == 1
    assert row(office, document).awaits is None


def test_what_waits_for_the_clerk_is_nobodys_to_carry_and_no_error(
    office: Database, at: datetime, waits: str
) -> None:
    kept = row(office, waits)
    assert (kept.state, kept.awaits, kept.held, kept.error_code) == (
        *(State.VERIFIED, Awaited.REGISTER, False, None),
    )
    assert due(office, at) == []
    with office.reading() as session:
        assert not claims.waiting(session, "w", Direction.INCOMING, at)
        assert awaited.count(session) == {"register.awaited": 1}
    assert confirmable(office), "the axis may be told that it is ours"


def test_the_clerk_registers_it_once_and_the_sender_is_told(
    office: Database, at: datetime, waits: str
) -> None:
    with office.writing() as session:
        first = intake.register_waiting(session, waits, CLERK, at)
    with office.writing() as session:
        again = intake.register_waiting(session, waits, CLERK, at + timedelta(minutes=1))
    assert (first.number, first.before, first.clerk_id) == (1, False, CLERK)
    assert (again.number, again.before, again.clerk_id) == (1, True, CLERK)
    assert owed(office, waits) == ["01", "03"]
    kept = row(office, waits)
    assert (kept.state, kept.awaits, kept.clerk_id) == (State.REGISTERED, None, CLERK)


def test_what_the_clerk_mends_is_in_the_ledger_and_the_sender_stays(
    office: Database, at: datetime, waits: str
) -> None:
    with pytest.raises(SenderKept), office.writing() as session:
        intake.register_waiting(session, waits, CLERK, at, IntakeFacts(sender="H99.03"))
    before = row(office, waits)
    with office.writing() as session:
        intake.register_waiting(session, waits, CLERK, at, IntakeFacts(subject="Rõ hơn"))
        (entry,) = [r for r in ledger.history(session, waits) if r.step == Step.REGISTER]
    assert json.loads(entry.detail)["changed"] == {
        "subject": {"before": before.subject, "after": "Rõ hơn"}
    }
    assert row(office, waits).document_key == before.document_key


def test_switched_off_what_waits_goes_on_by_itself(
    office: Database, at: datetime, waits: str
) -> None:
    assert not choose(office, at), "it is so already"
    assert choose(office, at, clerk=False)
    assert due(office, at) == [waits]


def test_only_who_leads_or_administers_decides(office: Database, at: datetime) -> None:
    with pytest.raises(RightMissing), office.writing() as session:
        clerk_registers.decide(session, ORGAN, CLERK, at, clerk=True)
    with office.writing() as session:
        clerk_registers.decide(session, ORGAN, LEADER, at, clerk=True)
        (fact,) = [r for r in ledger.history(session, "") if r.step == "decide_registering"]
    assert (fact.document_id, fact.actor, json.loads(fact.detail)["clerk_registers"]) == (
        "",
        LEADER,
        True,
    )


def test_what_is_released_from_quarantine_waits_for_the_clerk_too(
    office: Database, at: datetime, make_arrival: Make
) -> None:
    choose(office, at)
    document = enter(office, make_arrival(), at)
    with office.writing() as session:
        incoming.verified(session, document, Finding("UNSIGNED", {}, "Không có chữ ký"), at)
        incoming.released(session, document, CLERK, at, "Đã gọi nơi gửi xác nhận")
    assert (row(office, document).awaits, due(office, at)) == (Awaited.REGISTER, [])


def test_a_document_of_the_axis_is_not_the_clerks_unless_the_agency_wants_so(
    office: Database, at: datetime, make_arrival: Make
) -> None:
    document = enter(office, make_arrival(), at)
    with office.writing() as session:
        incoming.verified(session, document, PASSED, at)
    with pytest.raises(NotTakenIn), office.writing() as session:
        intake.register_waiting(session, document, CLERK, at)


@pytest.mark.parametrize("reason", ["", "   sai     ", "123456789"], ids=["none", "blank", "nine"])
def test_nothing_is_turned_back_without_a_reason(
    office: Database, at: datetime, waits: str, reason: str
) -> None:
    with pytest.raises(ReasonTooShort), office.writing() as session:
        turning_back.turn_back(session, waits, CLERK, at, reason)
    assert owed(office, waits) == ["01"]


def test_the_sender_is_told_why_it_is_turned_back_once(
    office: Database, at: datetime, waits: str
) -> None:
    for _ in range(2):
        with office.writing() as session:
            turning_back.turn_back(session, waits, CLERK, at, "Gửi nhầm cơ quan, đề nghị thu hồi")
    assert owed(office, waits) == ["01", "02"]
    assert row(office, waits).state == State.REFUSED


def test_the_flow_refuses_what_only_the_clerk_registers(office: Database, at: datetime) -> None:
    file = intake.TakenFile(ORGAN, intake.Channel.SCAN, "q.pdf", "e" * 64, 9, 1)
    with office.writing() as session:
        document = intake.take_in(session, file, at)
        incoming.verified(session, document, Finding("UNSIGNED", {}), at)
    assert row(office, document).awaits == Awaited.REGISTER
    with pytest.raises(ClerkRegisters), office.writing() as session:
        incoming.registered(session, document, at)
