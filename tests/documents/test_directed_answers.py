"""Answers close arrivals; what is due, who stands in, and what strangers type."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    assignments,
    casefile,
    directing,
    extensions,
    handling,
    incoming,
    ledger,
    outgoing,
    remarks,
    stand_ins,
    task_lists,
    tasks,
)
from documents.assignee import Share
from documents.directing import Instruction
from documents.directory import RightMissing
from documents.document import Role
from documents.errors import StepRefused
from documents.handlers import NotTheirTask
from documents.ledger import Actor
from documents.lifecycle import State, Step
from documents.relations import RelationInvalid
from documents.remark import written
from documents.stand_ins import Scope, WorkDelegation
from documents.tables import DocumentRow, LedgerRow, TaskRow
from documents.task import TaskStanding, TaskState, TaskStepRefused
from documents.task_lists import CursorInvalid, TaskList
from documents.tasks import TaskUnknown
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau
from tests.documents.test_directing import (
    FRIDAY,
    LEAD_A,
    TO_KNOW,
    WITH_B,
    codes,
    directed,
    issued_reply,
    person,
    state,
    submitted,
)


def test_a_reply_that_leaves_completes_every_arrival_it_answers(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        first, (lead, beside) = directed(session, bureau, LEAD_A, WITH_B)
        second = bureau.arrive(session)
        reply = issued_reply(session, bureau, State.SEALED)
        clerk = Actor(CLERK, Role.CLERK)
        handling.link(session, reply, [first, second, first], clerk, bureau.at)
        handling.answered(session, reply, bureau.at)
        assert state(session, first) == State.ASSIGNED
        reply.state = State.DISPATCHED
        session.flush()
        assert handling.unhealed(session) == [reply.id]
        handling.answered(session, reply, bureau.at)
        assert handling.unhealed(session) == []
        for document in (first, second):
            assert state(session, document) == State.COMPLETED
            assert codes(session, document)[-1] == "06"
        assert session.get_one(TaskRow, lead).state == TaskState.DONE
        assert session.get_one(TaskRow, lead).result == "Văn bản trả lời 07/S2-VP"
        assert session.get_one(TaskRow, beside).state == TaskState.WITHDRAWN
        before = ledger.length(session)
        handling.answered(session, reply, bureau.at)
        assert handling.heal(session, bureau.at) == 0
        assert ledger.length(session) == before


@pytest.mark.parametrize("over", [State.VOID, State.RECALLED])
def test_a_reply_that_never_leaves_completes_nothing(bureau: Bureau, over: State) -> None:
    with bureau.database.writing() as session:
        document, _ = directed(session, bureau)
        reply = issued_reply(session, bureau, State.SEALED)
        handling.link(session, reply, [document], Actor(CLERK, Role.CLERK), bureau.at)
        reply.state = over
        session.flush()
        assert handling.heal(session, bureau.at) == 0
        handling.answered(session, reply, bureau.at)
        assert state(session, document) == State.ASSIGNED
        with pytest.raises(RelationInvalid):
            handling.link(session, reply, [document], Actor(CLERK, Role.CLERK), bureau.at)


def test_a_reply_issued_before_it_was_linked_completes_at_once(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document, _ = directed(session, bureau)
        reply = issued_reply(session, bureau)
        handling.link(session, reply, [document], Actor(CLERK, Role.CLERK), bureau.at)
        assert state(session, document) == State.COMPLETED


@pytest.mark.parametrize("early", [State.FETCHED, State.VERIFIED, State.QUARANTINED])
def test_what_is_not_registered_is_not_answered_so_no_answer_leaves_it_open(
    bureau: Bureau, early: State
) -> None:
    with bureau.database.writing() as session:
        document = bureau.arrive(session)
        session.get_one(DocumentRow, document).state = early
        reply = issued_reply(session, bureau, State.DRAFT)
        with pytest.raises(RelationInvalid):
            handling.link(session, reply, [document], Actor(CLERK, Role.CLERK), bureau.at)
        assert not reply.answers


@pytest.mark.parametrize("step", sorted(incoming.HANDLING))
def test_an_arrival_is_decided_on_by_its_own_steps_only(bureau: Bureau, step: Step) -> None:
    with bureau.database.writing() as session:
        document = bureau.arrive(session)
        row = session.get_one(DocumentRow, document)
        row.state = before = incoming.HANDLING[step]
        for who in (CLERK, LEADER):
            with pytest.raises(StepRefused):
                outgoing.decide(session, document, step, who, bureau.at)
        assert row.state == before


def test_the_short_way_stays_for_documents_without_tasks_only(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document, _ = directed(session, bureau)
        with pytest.raises(StepRefused):
            incoming.handled(session, document, Step.START, "head-a", bureau.at)
        plain = bureau.arrive(session)
        for step, who in (
            (Step.SUBMIT, CLERK),
            (Step.ASSIGN, LEADER),
            (Step.START, "one-a"),
            (Step.COMPLETE, "one-a"),
        ):
            incoming.handled(session, plain, step, who, bureau.at)
        assert state(session, plain) == State.COMPLETED


def test_a_task_of_a_meeting_has_the_same_life_without_a_document(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        source = "Thông báo kết luận họp giao ban 09/3/2026"
        with pytest.raises(RightMissing):
            assignments.concluded(session, ORGAN, LEAD_A, "x", source, "one-a", bureau.at)
        share = Share("Phòng A", due=FRIDAY, product="Báo cáo")
        (made,) = assignments.concluded(
            session, ORGAN, share, "Rà soát", source, LEADER, bureau.at
        ).tasks
        with pytest.raises(NotTheirTask):
            tasks.started(session, made, "head-b", bureau.at)
        tasks.started(session, made, "head-a", bureau.at)
        tasks.completed(session, made, "Đã rà soát", "head-a", bureau.at)
        tasks.reopened(session, made, "Thiếu số liệu", LEADER, bureau.at)
        tasks.completed(session, made, "Đã bổ sung", "head-a", bureau.at)
        with pytest.raises(TaskStepRefused):
            tasks.accepted(session, made, "head-a", bureau.at)
        with pytest.raises(TaskUnknown):
            tasks.started(session, "khong-co", "head-a", bureau.at)
        wanted = select(LedgerRow.step).where(LedgerRow.step.like("task_%"))
        steps = session.scalars(wanted.order_by(LedgerRow.sequence)).all()
        assert steps == [
            *("task_give", "task_start", "task_complete", "task_reopen", "task_complete"),
        ]


def test_lists_page_by_deadline_and_count(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        for day in (13, 11, 12, 11, 20):
            directed(session, bureau, Share("one-a"), due=date(2026, 3, day))
        mine = person(session, "one-a")
        seen: list[TaskRow] = []
        after = ""
        for _ in range(9):
            found = task_lists.page(session, TaskList.MINE, mine, bureau.at, after=after, limit=2)
            seen += found.rows
            if not (after := found.next):
                break
        assert [task.due_on.day for task in seen] == [11, 11, 12, 13, 20]
        assert len({task.id for task in seen}) == 5
        moment = datetime(2026, 3, 13, 3, tzinfo=bureau.at.tzinfo)
        counted = task_lists.counters(session, mine, moment)
        assert (counted["mine"], counted["unit"], counted["overdue"]) == (5, 5, 3)
        assert task_lists.standings(seen, moment)[TaskStanding.OVERDUE] == 3
        boss = person(session, LEADER)
        for which in TaskList:
            assert task_lists.page(session, which, boss, moment, limit=1) is not None
        for cursor in ("x", "2026-13-01|x", "\x00|", "9" * 5000):
            with pytest.raises(CursorInvalid):
                task_lists.page(session, TaskList.MINE, mine, moment, after=cursor)


def test_waiting_pages_by_the_moment_of_submission(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        for minute in range(3):
            document = bureau.arrive(session)
            at = bureau.at + timedelta(minutes=minute)
            directing.submit(session, document, LEADER, CLERK, at)
        boss = person(session, LEADER)
        first = task_lists.page(session, TaskList.WAITING, boss, bureau.at, limit=2)
        rest = task_lists.page(session, TaskList.WAITING, boss, bureau.at, after=first.next)
        assert [len(first.rows), len(rest.rows)] == [2, 1]


def test_what_is_recalled_leaves_nobody_with_work(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document, (lead, known) = directed(session, bureau, LEAD_A, TO_KNOW)
        extensions.ask(session, lead, date(2026, 3, 24), "bận", "head-a", bureau.at)
        directing.dropped(session, casefile.locked(session, document), "Đã thu hồi", bureau.at)
        for each in (lead, known):
            assert session.get_one(TaskRow, each).state == TaskState.WITHDRAWN
        assert extensions.waiting(session, lead) is None


def stand_in(session: Session, bureau: Bureau, grantor: str, grantee: str, scope: Scope) -> None:
    wanted = WorkDelegation(ORGAN, grantor, grantee, date(2026, 3, 1), FRIDAY, scope, "đi công tác")
    stand_ins.delegate(session, wanted, Actor(LEADER, Role.LEADER), bureau.at)


def test_a_stand_in_directs_handles_and_answers_and_the_record_says_for_whom(
    bureau: Bureau,
) -> None:
    with bureau.database.writing() as session:
        stand_in(session, bureau, LEADER, "head-b", Scope((Role.LEADER,), steps=("assign",)))
        stand_in(session, bureau, "one-a", "two-a", Scope((Role.SPECIALIST,), steps=("start",)))
        document = submitted(session, bureau)
        wanted = Instruction("Xử lý", (Share("one-a"),), FRIDAY)
        (lead,) = directing.direct(session, document, wanted, "head-b", bureau.at).tasks
        assert session.get_one(TaskRow, lead).given_by == LEADER
        tasks.started(session, lead, "two-a", bureau.at)
        with pytest.raises(NotTheirTask):
            tasks.completed(session, lead, "Xong", "two-a", bureau.at)
        extensions.ask(session, lead, date(2026, 3, 24), "bận", "one-a", bureau.at)
        extensions.answer(session, lead, "head-b", bureau.at, grant=True)
        text = written(remarks.trace(session, document))
        assert text.count(f"(thay {person(session, LEADER).full_name})") == 2
        entries = {entry.step: entry for entry in ledger.history(session, document)}
        assert f'"in_stead_of": "{LEADER}"' in entries["assign"].detail
        assert '"in_stead_of": "one-a"' in entries["task_start"].detail
