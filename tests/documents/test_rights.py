"""Rights besides steps, limits of stand-ins, restricted documents, other agencies, their cost."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from documents import (
    access_rights,
    arrival_edits,
    casefile,
    directing,
    editing,
    handlers,
    initials,
    remarks,
    rights,
    tasks,
)
from documents.access import GrantKind
from documents.assignee import Share
from documents.directing import Instruction
from documents.document import Role
from documents.intake_facts import IntakeFacts
from documents.lifecycle import State, Step
from documents.right import Right
from documents.rights import At
from documents.tables import WorkDelegationRow
from tests.documents.access_doors import opens, refusal
from tests.documents.access_house import ELSEWHERE, OTHER, ROLES_HERE, Cases, people, seat, undone
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau

NOTED = IntakeFacts(description="Ghi chú")
SAID = "Đang thực hiện theo kế hoạch"
Deed = Callable[[str], object]


def deeds(session: Session, bureau: Bureau, make: Cases) -> Iterator[tuple[Right, Any, Deed]]:
    """Yield rights besides steps, what they are tried with, and the door."""
    at = bureau.at
    for state in (State.DRAFT, State.SUBMITTED, State.APPROVED, State.DISPATCHED):
        row = make.outgoing(state)
        yield Right.EDIT_DRAFT, row, lambda who, r=row: editing.editor(session, r, who, at, "sửa")
        yield Right.INITIAL, row, lambda who, r=row: initials.due(session, r.id, who, at)
    for state in (State.VERIFIED, State.REGISTERED, State.COMPLETED):
        row = make.arrival(state)
        yield (
            Right.CORRECT,
            row,
            lambda who, r=row: arrival_edits.edit(session, r.id, NOTED, who, at),
        )
    for state in (State.ASSIGNED, State.IN_PROGRESS):
        row = make.arrival(state)
        (task,) = tasks.of_document(session, row.id)
        yield (
            Right.REPORT,
            task,
            lambda who, t=task: tasks.reported(session, t.id, SAID, who, at),
        )
        yield Right.TASK_JUDGE, task, lambda who, t=task: handlers.judge(session, t, who, at, "x")


def test_what_else_is_done_with_a_document_or_task_is_allowed_where_its_door_opens(
    bureau: Bureau, make_draft: Callable[..., Any]
) -> None:
    with undone(bureau) as session:
        seat(session, bureau.at)
        make = Cases(session, bureau, make_draft)
        wrong, opened = [], set()
        for right, row, deed in deeds(session, bureau, make):
            for actor, who in people().items():
                here = At(who, OTHER if actor[1] is ELSEWHERE else ORGAN)
                let = refusal(session, lambda w=who, d=deed: d(w)) is None
                opened |= {right} if let else set()
                if let != rights.may(session, here, right, row, bureau.at):
                    wrong.append((right, row.state, *actor, let))
        assert not wrong, wrong
        assert opened == {
            *(Right.EDIT_DRAFT, Right.INITIAL, Right.CORRECT, Right.REPORT, Right.TASK_JUDGE)
        }


def test_a_limited_stand_in_has_just_what_was_lent(
    bureau: Bureau, make_draft: Callable[..., Any]
) -> None:
    at, who = bureau.at, At(f"for-{Role.LEADER}", ORGAN)
    with undone(bureau) as session:
        seat(session, at)
        lent = session.query(WorkDelegationRow).filter_by(to_id=who.person_id).one()
        lent.steps, lent.types = [Step.ASSIGN.value], ["Quyết định"]
        row = Cases(session, bureau, make_draft).before_leader()
        assert {each.step for each in rights.steps(session, who, row, at)} == {Step.ASSIGN}
        assert opens(session, row, Step.ASSIGN, who.person_id, at)
        assert not opens(session, row, Step.RETURN, who.person_id, at)
        row.type_name = "Công văn"
        assert rights.steps(session, who, row, at) == ()
        assert not opens(session, row, Step.ASSIGN, who.person_id, at)
        offered = rights.of_person(session, who, at)
        assert Right.DIRECT in offered
        assert Right.CONFIRM_RESTRICTION in offered
        assert Right.SIGN_BOOKS not in offered


def test_what_is_restricted_is_hidden_from_all_but_those_it_names(
    bureau: Bureau, make_draft: Callable[..., Any]
) -> None:
    at = bureau.at
    with undone(bureau) as session:
        seat(session, at)
        make = Cases(session, bureau, make_draft)
        row, open_to_all = make.arrival(State.REGISTERED), make.arrival(State.REGISTERED)
        for grant, grantee in ((GrantKind.RESTRICTED, ""), (GrantKind.PERSON, "one-b")):
            asked = access_rights.ask(session, row, grant, grantee, CLERK, at, "Nội dung nhân sự")
            access_rights.decide(session, ORGAN, asked.id, LEADER, at, confirmed=True)
        both = [row, open_to_all]
        seeing = {
            who
            for who in people().values()
            if rights.visible(session, At(who, ORGAN), both, at) == both
        }
        stand_ins = {f"for-{Role.LEADER}", f"for-{Role.CLERK}"}
        assert seeing == {"one-b", LEADER, CLERK, "leader-2", "clerk-2"} | stand_ins
        hidden = At("head-b", ORGAN)
        assert rights.visible(session, hidden, both, at) == [open_to_all]
        assert rights.steps(session, hidden, row, at) == ()
        assert rights.steps(session, hidden, open_to_all, at)
        with pytest.raises(casefile.DocumentUnknown):
            rights.check(session, hidden, Right.SEE, row, at)


def test_who_works_on_a_restricted_document_sees_it_until_it_is_taken_away(bureau: Bureau) -> None:
    at = bureau.at
    with undone(bureau) as session:
        row = casefile.known(session, bureau.arrive(session))
        change = access_rights.ask(
            session, row, GrantKind.RESTRICTED, "", LEADER, at, "nội dung nhạy cảm"
        )
        access_rights.decide(session, ORGAN, change.id, LEADER, at, confirmed=True)

        def sees() -> list[str]:
            every = ("head-a", "one-a", "two-a", "head-b", "one-b")
            may = [who for who in every if rights.may(session, At(who, ORGAN), Right.SEE, row, at)]
            for who in every:
                assert (row.id in rights.hidden(session, At(who, ORGAN), at)) is (who not in may)
            return may

        assert sees() == []
        directing.submit(session, row.id, "head-b", CLERK, at)
        assert sees() == ["head-b"]
        directing.returned(session, row.id, "head-b", at, "không thuộc phạm vi của đơn vị")
        assert sees() == []
        directing.submit(session, row.id, LEADER, CLERK, at)
        wanted = Instruction("Giải quyết", (Share("a"),))
        directing.direct(session, row.id, wanted, LEADER, at)
        assert sees() == ["head-a"]
        remarks.ask(session, row, "one-b", "Thời hạn thế nào?", "head-a", at)
        assert sees() == ["head-a", "one-b"]
        other = Instruction("Giao nhầm đơn vị chủ trì", (Share("b"),))
        directing.direct(session, row.id, other, LEADER, at)
        assert sees() == ["head-b", "one-b"]


def test_another_agencys_document_is_unknown_whatever_is_wanted(
    bureau: Bureau, make_draft: Callable[..., Any]
) -> None:
    at = bureau.at
    with undone(bureau) as session:
        row = Cases(session, bureau, make_draft).arrival(State.REGISTERED)
        for role in ROLES_HERE:
            here = At(f"{OTHER}-{role}", OTHER)
            for wanted in (*Right, *Step):
                with pytest.raises(casefile.DocumentUnknown):
                    rights.check(session, here, wanted, row, at)
            assert rights.visible(session, here, [row], at) == []


def test_buttons_cost_a_few_statements_whoever_looks(
    bureau: Bureau, make_draft: Callable[..., Any]
) -> None:
    at = bureau.at
    with undone(bureau) as session:
        seat(session, at)
        make = Cases(session, bureau, make_draft)
        rows = [make.outgoing(State.SUBMITTED), make.arrival(State.ASSIGNED)]
        asked: list[str] = []
        engine = session.get_bind()
        count = lambda *given: asked.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", count)
        try:
            for who in people().values():
                for row in rows:
                    asked.clear()
                    rights.steps(session, At(who, ORGAN), row, at)
                    assert len(asked) <= 4, asked
            asked.clear()
            rights.visible(session, At("one-a", ORGAN), rows * 50, at)
            assert len(asked) <= 3, asked
        finally:
            event.remove(engine, "before_cursor_execute", count)
