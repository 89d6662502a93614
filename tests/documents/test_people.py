"""Posts, units and delegation of handling: what is refused, why, and what past days keep."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from documents import (
    appointments,
    delegations,
    directory,
    entitled,
    holdings,
    ledger,
    outgoing,
    posts,
    signatory,
    stand_ins,
    units,
)
from documents.appointments import Appointment
from documents.database import Database
from documents.delegations import Grant
from documents.document import Competence, Role
from documents.errors import Refused
from documents.ledger import SYSTEM
from documents.lifecycle import Step
from documents.stand_ins import Scope, WorkDelegation
from documents.stead import WorkDelegationNarrow, WorkDelegationOver
from documents.tables import DocumentRow

ORGAN = "H99.01"
AT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 9)
DAY = timedelta(days=1)
HEAD, UNIT, SPECIALIST, CLERK = (
    f"{ORGAN}-{role}" for role in ("leader", "unit_head", "specialist", "clerk")
)


def post(**given: Any) -> Appointment:
    values: dict[str, Any] = {
        "person": SPECIALIST,
        "organ_id": ORGAN,
        "position": "Trưởng phòng",
        "role": Role.UNIT_HEAD,
        "since": TODAY,
        "basis": "12/QĐ-S1",
    }
    return Appointment(**values | given)


def begin(office: Database, **given: Any) -> str:
    with office.writing() as session:
        return appointments.begin(session, post(**given), SYSTEM, AT)


def end_all(office: Database, who: str, last: date) -> None:
    with office.writing() as session:
        for row in directory.holder(session, ORGAN, who, TODAY)[1]:
            appointments.end(session, row.id, last, "13/QĐ-S1", SYSTEM, AT)


def lend(office: Database, **given: Any) -> str:
    values: dict[str, Any] = {
        "organ_id": ORGAN,
        "grantor": UNIT,
        "grantee": SPECIALIST,
        "since": TODAY,
        "until": TODAY + 5 * DAY,
        "scope": Scope((Role.UNIT_HEAD,)),
    }
    with office.writing() as session:
        return stand_ins.delegate(session, WorkDelegation(**values | given), SYSTEM, AT)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"until": TODAY - DAY}, "post.invalid"),
        ({"since": TODAY + 400 * DAY}, "post.invalid"),
        ({"basis": " "}, "post.invalid"),
        ({"position": "a" * 101}, "post.invalid"),
        ({"position": "Trưởng\x00phòng"}, "post.invalid"),
        ({"in_charge": True}, "post.invalid"),
        ({"role": Role.SYSTEM}, "post.invalid"),
        ({"unit": "không có"}, "unit.unknown"),
        ({"person": "không có"}, "person.unknown"),
        ({"person": UNIT, "position": "unit_head"}, "post.overlaps"),
        ({"organ_id": "H99.03"}, "agency.not_served"),
    ],
)
def test_a_post_that_cannot_be_is_refused(
    office: Database, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        begin(office, **given)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"scope": Scope()}, "delegation.scope_missing"),
        ({"scope": Scope(steps=("approve",))}, "delegation.invalid"),
        ({"scope": Scope((Role.ADMINISTRATOR,))}, "delegation.invalid"),
        ({"scope": Scope((Role.LEADER,))}, "person.right_missing"),
        ({"scope": Scope(units=("không có",))}, "unit.unknown"),
        ({"until": TODAY - DAY}, "delegation.invalid"),
        ({"until": TODAY + 400 * DAY}, "delegation.invalid"),
        ({"grantee": UNIT}, "delegation.invalid"),
    ],
)
def test_a_delegation_of_handling_that_cannot_be_is_refused(
    office: Database, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        lend(office, **given)
    assert refused.value.code == code


def test_a_delegation_overlaps_no_other_is_given_once_and_not_passed_on(office: Database) -> None:
    first = lend(office)
    assert lend(office) == first
    with pytest.raises(stand_ins.WorkDelegationOverlaps):
        lend(office, grantee=CLERK, scope=Scope((Role.UNIT_HEAD,), types=("Báo cáo",)))
    with pytest.raises(stand_ins.PassedOn):
        lend(office, grantor=SPECIALIST, grantee=CLERK)


def test_a_scope_reaches_no_further_and_both_names_are_in_the_ledger(
    office: Database, make_draft: Any
) -> None:
    lend(office, scope=Scope((Role.UNIT_HEAD,), ("return",), ("Quyết định",)))
    with office.writing() as session:
        row = outgoing.create(session, make_draft(), AT)
        outgoing.decide(session, row.id, Step.SUBMIT, SPECIALIST, AT)
        outgoing.decide(session, row.id, Step.RETURN, SPECIALIST, AT, "Sửa lại căn cứ")
        told = ledger.history(session, row.id)[-1]
    assert (told.actor, told.role) == (SPECIALIST, "unit_head")
    assert f'"in_stead_of": "{UNIT}"' in told.detail
    with pytest.raises(WorkDelegationNarrow), office.reading() as session:
        posts.acting(session, ORGAN, SPECIALIST, (Role.UNIT_HEAD,), AT)


def test_an_ended_post_gives_no_right_from_the_day_after_and_says_so(office: Database) -> None:
    lend(office)
    end_all(office, UNIT, TODAY)
    with office.reading() as session:
        assert posts.acting(session, ORGAN, UNIT, (Role.UNIT_HEAD,), AT).role is Role.UNIT_HEAD
        with pytest.raises(posts.PostEnded, match="09/03/2026"):
            posts.acting(session, ORGAN, UNIT, (Role.UNIT_HEAD,), AT + DAY)
        # what rests on it ended with it
        with pytest.raises(WorkDelegationOver):
            posts.acting(session, ORGAN, SPECIALIST, (Role.UNIT_HEAD,), AT + DAY)


def test_a_signature_is_judged_by_the_posts_of_its_day(office: Database, make_draft: Any) -> None:
    with office.writing() as session:
        document = outgoing.create(session, make_draft(), AT).id
    end_all(office, HEAD, TODAY)
    with office.reading() as session:
        row = session.get_one(DocumentRow, document)
        then, later = (
            signatory.standings(session, [row], at)[ORGAN, HEAD] for at in (AT, AT + DAY)
        )
        kept = holdings.held_by(session, ORGAN, SPECIALIST)
        signers = [
            [each.person_id for each in entitled.on(session, ORGAN, at) if each.capacities]
            for at in (AT, AT + DAY)
        ]
    assert (then.post.heads, later.post.active) == (True, False)
    assert signers == [[HEAD], []]
    assert [(each.kind, each.document_id) for each in kept] == [("draft", document)]


def test_what_was_on_record_on_a_past_day_can_be_asked(office: Database) -> None:
    begin(office, since=TODAY - 9 * DAY)
    with office.reading() as session:
        now, then = (
            {
                each.role
                for each in entitled.on(session, ORGAN, AT, known)
                if each.person_id == SPECIALIST
            }
            for known in (None, AT - DAY)
        )
    assert now - then == {Role.UNIT_HEAD}


def test_a_unit_ends_only_when_it_is_said_where_its_posts_and_units_go(office: Database) -> None:
    with office.writing() as session:
        old, new = (
            units.opened(session, ORGAN, name, TODAY - 30 * DAY, SYSTEM, AT, abbreviation=name)
            for name in ("KT", "TH")
        )
        below = units.opened(session, ORGAN, "Tổ 1", TODAY, SYSTEM, AT, parent_id=old)
    begin(office, unit="KT", since=TODAY - 20 * DAY)
    with pytest.raises(units.UnitOccupied), office.writing() as session:
        units.ended(session, ORGAN, "KT", TODAY, SYSTEM, AT, basis="5/QĐ")
    with office.writing() as session:
        units.ended(session, ORGAN, "KT", TODAY, SYSTEM, AT, basis="5/QĐ", to="TH")
    with office.reading() as session:
        after = posts.acting(session, ORGAN, SPECIALIST, (Role.UNIT_HEAD,), AT + DAY)
        before = posts.acting(session, ORGAN, SPECIALIST, (Role.UNIT_HEAD,), AT)
        tree = {unit.name: unit.parent_id for unit in units.on(session, ORGAN, TODAY + DAY)}
    assert (before.unit_id, after.unit_id) == (old, new)
    assert tree == {"TH": None, "Tổ 1": new}
    assert below
    with pytest.raises(units.UnitUnknown):
        begin(office, unit="KT", since=TODAY + DAY, person=CLERK)


def test_by_order_is_passed_on_to_the_deputy_of_the_same_unit_alone(office: Database) -> None:
    with office.writing() as session:
        for name in ("KT", "TH"):
            units.opened(session, ORGAN, name, TODAY, SYSTEM, AT, abbreviation=name)
    end_all(office, UNIT, TODAY - DAY)
    end_all(office, SPECIALIST, TODAY - DAY)
    begin(office, person=UNIT, unit="KT")
    begin(office, position="Phó Trưởng phòng", unit="TH")
    order = Grant(ORGAN, Competence.BY_ORDER, HEAD, UNIT, "QC 1", AT - DAY)
    passed = Grant(ORGAN, Competence.DEPUTY, UNIT, SPECIALIST, "PC 2", AT - DAY)
    with office.writing() as session:
        delegations.grant(session, order, SYSTEM, AT)
    with pytest.raises(Refused) as refused, office.writing() as session:
        delegations.grant(session, passed, SYSTEM, AT)
    assert refused.value.code == "authority.not_own_deputy"


def test_people_record_their_own_delegation_and_absence_and_nobody_elses(office: Database) -> None:
    with office.writing() as session:
        own = stand_ins.recorder(session, UNIT, ORGAN, UNIT, AT)
        assert (own.id, own.role) == (UNIT, Role.UNIT_HEAD)
        assert stand_ins.recorder(session, CLERK, ORGAN, UNIT, AT).id == CLERK
        with pytest.raises(Refused) as refused:
            stand_ins.recorder(session, SPECIALIST, ORGAN, UNIT, AT)
    assert refused.value.code == "person.right_missing"
