"""Checks, urgency and edits of a draft that is on its way to its signer."""

from collections.abc import Callable
from datetime import datetime

import pytest

from documents import (
    checks,
    draft_edits,
    draft_terms,
    ledger,
    outgoing,
    stand_ins,
)
from documents.check import CheckKind, Rule
from documents.checks import CheckMissing
from documents.database import Database
from documents.document import Role, Urgency
from documents.draft import Draft
from documents.draft_edits import Edit
from documents.errors import Refused
from documents.ledger import Actor
from documents.lifecycle import State, Step
from documents.numbering import local_day
from documents.stand_ins import Scope, WorkDelegation
from documents.tables import DocumentRow


def who(role: Role) -> str:
    return f"H99.01-{role}"


def test_the_signer_decides_how_urgent_a_submitted_draft_is(
    office: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    with office.writing() as session:
        made = outgoing.create(session, make_draft(), at).id
        edit = Edit(urgency=Urgency.EXPRESS)
        assert draft_edits.edit(session, made, edit, who(Role.SPECIALIST), at)
        outgoing.decide(session, made, Step.SUBMIT, who(Role.SPECIALIST), at)
    calm = Edit(urgency=Urgency.ROUTINE)
    theirs = r"document\.urgency_not_theirs"
    with pytest.raises(Refused, match=theirs), office.writing() as session:
        draft_edits.edit(session, made, calm, who(Role.UNIT_HEAD), at)
    with office.writing() as session:
        draft_terms.decide_urgency(session, made, Urgency.URGENT, who(Role.LEADER), at)
        draft_terms.decide_urgency(session, made, Urgency.URGENT, who(Role.LEADER), at)
        terms = draft_terms.terms_of(session, made)
        assert terms is not None
        assert (terms.proposed_urgency, terms.urgency_by) == (3, who(Role.LEADER))
        assert session.get_one(DocumentRow, made).urgency == Urgency.URGENT
        steps = [row.step for row in ledger.history(session, made)]
        assert steps.count("decide_urgency") == 1


def test_a_missing_check_is_named_when_approval_is_refused(
    office: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    with office.writing() as session:
        made = outgoing.create(session, make_draft(), at).id
        checks.require(
            session, "H99.01", Rule(True, True, who(Role.SPECIALIST)), who(Role.LEADER), at
        )
        outgoing.decide(session, made, Step.SUBMIT, who(Role.SPECIALIST), at)
        checks.record(session, made, CheckKind.CONTENT, who(Role.UNIT_HEAD), at)
    with pytest.raises(CheckMissing) as refusal, office.writing() as session:
        outgoing.decide(session, made, Step.APPROVE, who(Role.LEADER), at)
    assert "kiểm tra thể thức" in refusal.value.as_dict()["vi"]
    assert "kiểm tra nội dung" not in refusal.value.as_dict()["vi"]
    # whoever the head charged checks the form, and no clerk does
    with pytest.raises(Refused, match=r"person\.right_missing"), office.writing() as session:
        checks.record(session, made, CheckKind.FORM, who(Role.CLERK), at)
    with office.writing() as session:
        checks.record(session, made, CheckKind.FORM, who(Role.SPECIALIST), at)
        assert outgoing.decide(session, made, Step.APPROVE, who(Role.LEADER), at) is State.APPROVED


def test_an_edit_of_recipients_moves_the_deliveries_and_keeps_the_checks(
    office: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    with office.writing() as session:
        made = outgoing.create(session, make_draft(recipients=("H99.02",)), at).id
        checks.record(session, made, CheckKind.CONTENT, who(Role.UNIT_HEAD), at)
        edit = Edit(recipients=("H99.03",), due_date=at.date(), issued_amount=7)
        changed = draft_edits.edit(session, made, edit, who(Role.SPECIALIST), at)
        assert set(changed) == {"recipients", "due_date", "issued_amount"}
        assert changed["recipients"] == {"before": ["H99.02"], "after": ["H99.03"]}
        assert [each.organ_id for each in outgoing.deliveries_of(session, made)] == ["H99.03"]
        assert set(checks.standing(session, made)) == {CheckKind.CONTENT}
        draft_edits.edit(session, made, Edit(type="Thông báo"), who(Role.SPECIALIST), at)
        assert session.get_one(DocumentRow, made).code_notation == "TB-S1"
        assert checks.standing(session, made) == {}
    for bad in (Edit(subject="x" * 501), Edit(subject="a\x00b"), Edit(recipients=())):
        with pytest.raises(Refused), office.writing() as session:
            draft_edits.edit(session, made, bad, who(Role.SPECIALIST), at)


def test_who_drafted_it_does_not_check_its_content_in_the_heads_stead(
    office: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    day = local_day(at)
    lent = WorkDelegation(
        "H99.01", who(Role.UNIT_HEAD), who(Role.SPECIALIST), day, day, Scope((Role.UNIT_HEAD,))
    )
    with office.writing() as session:
        made = outgoing.create(session, make_draft(), at).id
        stand_ins.delegate(session, lent, Actor(who(Role.LEADER), Role.LEADER), at)
    with pytest.raises(Refused, match=r"person\.right_missing"), office.writing() as session:
        checks.record(session, made, CheckKind.CONTENT, who(Role.SPECIALIST), at)
    with office.writing() as session:
        assert checks.record(session, made, CheckKind.CONTENT, who(Role.UNIT_HEAD), at).passed
