"""Arrivals are submitted, directed in one step, returned, worked on; answers close them."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    assignments,
    casefile,
    directing,
    extensions,
    feedback,
    handling,
    incoming,
    ledger,
    outgoing,
    remarks,
    stand_ins,
    task_lists,
    tasks,
)
from documents.assignee import AssigneeInvalid, Share
from documents.calendar import YearMissing
from documents.deadline import DeadlineBeyond, DeadlinePast
from documents.directing import Instruction, SharesInvalid
from documents.directory import RightMissing
from documents.document import Role
from documents.errors import StepRefused
from documents.extensions import ExtensionInvalid, ExtensionUnknown
from documents.handlers import NotTheirTask
from documents.ledger import Actor
from documents.lifecycle import Direction, State, Step
from documents.posts import PostEnded
from documents.relations import RelationInvalid
from documents.remark import written
from documents.remarks import QuestionNotTheirs, QuestionUnknown, WordsInvalid
from documents.stand_ins import Scope, WorkDelegation
from documents.tables import DocumentRow, LedgerRow, PersonRow, SubmissionRow, TaskRow
from documents.task import TaskPart, TaskStanding, TaskState, TaskStepRefused
from documents.task_lists import CursorInvalid, TaskList
from documents.tasks import TaskUnknown, WorkOpen
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau

FRIDAY = date(2026, 3, 20)
LEAD_A = Share("Phòng A")
WITH_B = Share("B", TaskPart.COOPERATE, date(2026, 3, 18))
TO_KNOW = Share("head-b", TaskPart.INFORM)


def submitted(session: Session, bureau: Bureau, to: str = LEADER) -> str:
    document = bureau.arrive(session)
    directing.submit(session, document, to, CLERK, bureau.at, lead="Phòng A", due=FRIDAY)
    return document


def directed(
    session: Session, bureau: Bureau, *shares: Share, due: date | None = FRIDAY
) -> tuple[str, tuple[str, ...]]:
    document = submitted(session, bureau)
    wanted = Instruction("Khẩn trương tham mưu", shares or (LEAD_A,), due)
    return document, directing.direct(session, document, wanted, LEADER, bureau.at).tasks


def state(session: Session, document: str) -> str:
    return session.get_one(DocumentRow, document).state


def codes(session: Session, document: str) -> list[str]:
    return [row.code for row in feedback.of_document(session, document)]


def person(session: Session, who: str) -> PersonRow:
    return session.get_one(PersonRow, who)


def issued_reply(session: Session, bureau: Bureau, state: State = State.DISPATCHED) -> DocumentRow:
    row = DocumentRow(
        id=f"reply-{bureau.count}-{state}",
        direction=Direction.OUTGOING,
        organ_id=ORGAN,
        state=state,
        created_at=bureau.at,
        updated_at=bureau.at,
        type_name="Công văn",
        subject="Trả lời",
        sender_organ_id=ORGAN,
        code_number="07",
        code_notation="S2-VP",
        clerk_id=CLERK,
    )
    session.add(row)
    session.flush()
    return row


def test_one_step_directs_everybody_and_owes_04(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document, made = directed(session, bureau, LEAD_A, WITH_B, TO_KNOW)
        assert state(session, document) == State.ASSIGNED
        assert codes(session, document) == ["01", "03", "04"]
        given = {task.part: task for task in tasks.of_document(session, document)}
        assert [session.get_one(TaskRow, each).part for each in made] == [
            "lead",
            "cooperate",
            "inform",
        ]
        assert (given["lead"].unit_id, given["lead"].due_on) == ("a", FRIDAY)
        assert given["cooperate"].due_on == date(2026, 3, 18)
        row = session.get_one(DocumentRow, document)
        assert (row.unit_id, row.due_date) == ("a", FRIDAY)
        steps = [entry.step for entry in ledger.history(session, document)][-2:]
        assert steps == ["submit", "assign"]
        page = task_lists.page(session, TaskList.WAITING, person(session, LEADER), bureau.at)
        assert page.rows == ()
        assert not list(ledger.verify(session))


def test_the_whole_way_to_completion_sends_each_status_once_in_order(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document, (lead, beside, known) = directed(session, bureau, LEAD_A, WITH_B, TO_KNOW)
        at = bureau.at + timedelta(hours=1)
        tasks.accepted(session, lead, "head-a", at)
        (under,) = assignments.subtask(
            session, lead, Share("one-a", due=date(2026, 3, 19)), "Soạn dự thảo", "head-a", at
        ).tasks
        tasks.started(session, under, "one-a", at)
        assert state(session, document) == State.IN_PROGRESS
        tasks.reported(session, under, "Đã xong một nửa", "one-a", at)
        with pytest.raises(WorkOpen):
            tasks.completed(session, lead, "Xong", "head-a", at)
        tasks.completed(session, under, "Đã có dự thảo", "one-a", at)
        tasks.completed(session, beside, "Đã góp ý", "head-b", at)
        tasks.completed(session, lead, "Không cần trả lời", "head-a", at)
        tasks.read(session, known, "head-b", at)
        assert state(session, document) == State.COMPLETED
        assert codes(session, document) == ["01", "03", "04", "05", "06"]
        text = written(remarks.trace(session, document))
        assert [line.split(" – ")[1].split(":")[0] for line in text.splitlines()] == [
            "trình",
            "chỉ đạo",
            "chỉ đạo",
            "tiến độ",
            "kết quả",
            "kết quả",
            "kết quả",
        ]
        assert "Phòng A (chủ trì, hạn 20/03/2026)" in text
        assert incoming.handled(session, document, Step.FILE, LEADER, at) is State.FILED


def test_a_lead_ends_early_only_with_a_reason(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document, (lead, beside) = directed(session, bureau, LEAD_A, WITH_B)
        (under,) = assignments.subtask(
            session, beside, Share("one-b"), "Góp ý", "head-b", bureau.at
        ).tasks
        why = "Đã thống nhất tại cuộc họp"
        tasks.completed(session, lead, "Xong", "head-a", bureau.at, override=why)
        for each in (beside, under):
            task = session.get_one(TaskRow, each)
            assert (task.state, task.result) == (TaskState.WITHDRAWN, why)
        assert state(session, document) == State.COMPLETED


def test_the_clerk_forwards_what_has_a_clear_handler_without_submission(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document = bureau.arrive(session)
        wanted = Instruction(directing.FORWARDED, (Share("one-b"),))
        with pytest.raises(StepRefused):
            directing.direct(session, document, wanted, LEADER, bureau.at)
        directing.direct(session, document, wanted, CLERK, bureau.at)
        assert state(session, document) == State.ASSIGNED
        assert session.get_one(DocumentRow, document).unit_id == "b"


def test_what_is_only_to_be_known_is_completed_and_then_read(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document = submitted(session, bureau)
        wanted = Instruction("Để biết", (Share("A", TaskPart.INFORM), TO_KNOW))
        made = directing.direct(session, document, wanted, LEADER, bureau.at).tasks
        assert state(session, document) == State.COMPLETED
        assert codes(session, document) == ["01", "03", "06"]
        with pytest.raises(NotTheirTask):
            tasks.read(session, made[0], "one-b", bureau.at)
        tasks.read(session, made[0], "two-a", bureau.at)
        reader = person(session, "head-b")
        assert len(task_lists.page(session, TaskList.TO_READ, reader, bureau.at).rows) == 1
        tasks.read(session, made[1], "head-b", bureau.at)
        assert task_lists.page(session, TaskList.TO_READ, reader, bureau.at).rows == ()
        with pytest.raises(TaskStepRefused):
            tasks.read(session, made[1], "head-b", bureau.at)


def test_a_head_directs_within_the_unit_and_what_lies_before_them(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document = submitted(session, bureau, "head-a")
        for who, share, refusal in (
            ("head-b", Share("one-b"), NotTheirTask),
            ("head-a", Share("one-b"), AssigneeInvalid),
            ("head-a", Share("Phòng A"), AssigneeInvalid),
            ("head-a", Share("head-a"), AssigneeInvalid),
            ("one-a", Share("two-a"), StepRefused),
        ):
            with pytest.raises(refusal):
                directing.direct(session, document, Instruction("x", (share,)), who, bureau.at)
        wanted = Instruction("Xử lý", (Share("one-a"),), FRIDAY)
        directing.direct(session, document, wanted, "head-a", bureau.at)
        assert state(session, document) == State.ASSIGNED


def test_a_direction_changes_before_work_began_and_not_after(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document, (first,) = directed(session, bureau)
        again = Instruction("Chuyển Phòng B", (Share("B"),), FRIDAY)
        with pytest.raises(NotTheirTask):
            directing.direct(session, document, again, "head-a", bureau.at)
        (second,) = directing.direct(session, document, again, LEADER, bureau.at).tasks
        assert session.get_one(TaskRow, first).state == TaskState.WITHDRAWN
        assert session.get_one(DocumentRow, document).unit_id == "b"
        assert codes(session, document) == ["01", "03", "04"]
        tasks.started(session, second, "head-b", bureau.at)
        with pytest.raises(StepRefused):
            directing.direct(session, document, again, LEADER, bureau.at)
        with pytest.raises(StepRefused):
            directing.returned(session, document, "head-b", bureau.at, "Không đúng đơn vị")
        assignments.passed_on(session, second, "A", "Phòng B giải thể", LEADER, bureau.at)
        tasks.completed(session, second, "Xong", "head-a", bureau.at)
        assert state(session, document) == State.COMPLETED


def test_what_is_returned_keeps_its_number_and_goes_to_somebody_else(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document, (lead, beside) = directed(session, bureau, LEAD_A, WITH_B)
        number = session.get_one(DocumentRow, document).receipt_number
        with pytest.raises(NotTheirTask):
            directing.returned(session, document, "head-b", bureau.at, "Không phải việc của tôi")
        with pytest.raises(WordsInvalid):
            directing.returned(session, document, "head-a", bureau.at, " \n")
        directing.returned(session, document, "head-a", bureau.at, "Không thuộc Phòng A")
        assert session.get_one(TaskRow, lead).state == TaskState.RETURNED
        assert session.get_one(TaskRow, beside).state == TaskState.WITHDRAWN
        clerk = person(session, CLERK)
        (back,) = task_lists.page(session, TaskList.RETURNED, clerk, bureau.at).rows
        assert back.words == "Không thuộc Phòng A"
        with pytest.raises(StepRefused):
            incoming.refused(session, document, CLERK, bureau.at, "nhầm nơi nhận, không nhận")
        directing.submit(session, document, "head-b", CLERK, bureau.at)
        assert task_lists.page(session, TaskList.RETURNED, clerk, bureau.at).rows == ()
        directing.submit(session, document, LEADER, "head-b", bureau.at, words="Chuyển lãnh đạo")
        outcomes = session.scalars(select(SubmissionRow.outcome).order_by(SubmissionRow.at)).all()
        assert sorted(outcomes) == ["", "directed", "passed_on"]
        directing.returned(session, document, LEADER, bureau.at, "Sai nơi nhận")
        row = session.get_one(DocumentRow, document)
        assert (row.state, row.receipt_number) == (State.REGISTERED, number)
        assert codes(session, document) == ["01", "03", "04"]


@pytest.mark.parametrize(
    ("shares", "refusal"),
    [
        ((), SharesInvalid),
        ((WITH_B,), SharesInvalid),
        ((LEAD_A, Share("B")), SharesInvalid),
        ((LEAD_A, Share("a", TaskPart.COOPERATE)), SharesInvalid),
        ((Share("x"),), AssigneeInvalid),
        ((Share("Phòng cũ"),), AssigneeInvalid),
        ((Share(LEADER),), AssigneeInvalid),
        ((Share("gone-a"),), PostEnded),
        ((Share("H99.02-administrator"),), RightMissing),
        ((Share("A", due=date(2026, 3, 6)),), DeadlinePast),
        ((Share("A", due=date(2031, 3, 6)),), YearMissing),
    ],
    ids=[
        *("nobody", "no-lead", "two-leads", "twice", "other-agency", "old-unit", "oneself"),
        *("ended-post", "administrator", "past", "no-calendar"),
    ],
)
def test_a_direction_that_cannot_be_changes_nothing(
    bureau: Bureau, shares: tuple[Share, ...], refusal: type[Exception]
) -> None:
    with bureau.database.writing() as session:
        document = submitted(session, bureau)
    with bureau.database.writing() as session, pytest.raises(refusal):
        directing.direct(session, document, Instruction("x", shares), LEADER, bureau.at)
    with bureau.database.reading() as session:
        assert state(session, document) == State.SUBMITTED
        assert tasks.of_document(session, document) == []


@pytest.mark.parametrize("words", ["", "  \t", "x" * 10_001, "y" * 5_000_000])
def test_an_opinion_is_neither_empty_nor_endless(bureau: Bureau, words: str) -> None:
    with bureau.database.writing() as session:
        document = submitted(session, bureau)
        with pytest.raises(WordsInvalid):
            directing.direct(session, document, Instruction(words, (LEAD_A,)), LEADER, bureau.at)


def test_what_strangers_type_is_kept_harmless(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document = submitted(session, bureau)
        wanted = Instruction("Xử lý\x00 gấp\ud800", (LEAD_A,))
        directing.direct(session, document, wanted, LEADER, bureau.at)
    with bureau.database.reading() as session:
        (task,) = tasks.of_document(session, document)
        assert task.content == "Xử lý\ufffd gấp\ufffd"
        assert not list(ledger.verify(session))


def test_a_deadline_on_a_day_off_is_taken_with_a_warning(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document = submitted(session, bureau)
        wanted = Instruction("x", (LEAD_A,), date(2026, 3, 14))
        done = directing.direct(session, document, wanted, LEADER, bureau.at)
        (warning,) = done.warnings
        assert "16/03/2026" in warning
        (task,) = tasks.of_document(session, document)
        for day, shown in ((16, TaskStanding.RUNNING), (17, TaskStanding.OVERDUE)):
            moment = datetime(2026, 3, day, 3, tzinfo=bureau.at.tzinfo)
            assert task_lists.standing_of(task, moment) is shown


def test_sub_tasks_end_no_later_than_what_they_are_part_of(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        _, (lead,) = directed(session, bureau)

        def give(share: Share, who: str = "head-a") -> str:
            return assignments.subtask(session, lead, share, "x", who, bureau.at).tasks[0]

        with pytest.raises(DeadlineBeyond):
            give(Share("one-a", due=date(2026, 3, 23)))
        for share, who in (
            (Share("one-b"), "head-a"),
            (Share("head-a"), "head-a"),
        ):
            with pytest.raises(AssigneeInvalid):
                give(share, who)
        for who in ("one-a", "head-b", CLERK):
            with pytest.raises(NotTheirTask):
                give(Share("two-a"), who)
        under = session.get_one(TaskRow, give(Share("one-a")))
        assert under.due_on == FRIDAY
        with pytest.raises(DeadlineBeyond):
            extensions.ask(session, under.id, date(2026, 3, 25), "bận", "one-a", bureau.at)


def test_more_time_is_asked_by_the_handler_and_given_by_the_giver(bureau: Bureau) -> None:
    later, latest = date(2026, 3, 25), date(2026, 3, 27)
    with bureau.database.writing() as session:
        document, (lead,) = directed(session, bureau)
        for day, refusal in (
            (FRIDAY, ExtensionInvalid),
            (date(2026, 3, 2), DeadlinePast),
            (date(2026, 3, 12), ExtensionInvalid),
        ):
            with pytest.raises(refusal):
                extensions.ask(session, lead, day, "Cần thêm số liệu", "head-a", bureau.at)
        with pytest.raises(NotTheirTask):
            extensions.ask(session, lead, later, "x", "one-b", bureau.at)
        with pytest.raises(ExtensionUnknown):
            extensions.answer(session, lead, LEADER, bureau.at, grant=True)
        extensions.ask(session, lead, later, "Cần thêm số liệu", "head-a", bureau.at)
        with pytest.raises(ExtensionInvalid):
            extensions.ask(session, lead, later, "nữa", "head-a", bureau.at)
        boss = person(session, LEADER)
        assert len(task_lists.page(session, TaskList.EXTENSIONS, boss, bureau.at).rows) == 1
        with pytest.raises(NotTheirTask):
            extensions.answer(session, lead, "head-a", bureau.at, grant=True)
        with pytest.raises(WordsInvalid):
            extensions.answer(session, lead, LEADER, bureau.at, grant=False)
        extensions.answer(session, lead, LEADER, bureau.at, grant=False, words="Không được")
        extensions.ask(session, lead, later, "Lần hai", "head-a", bureau.at)
        extensions.answer(session, lead, LEADER, bureau.at, grant=True, until=latest)
        task = session.get_one(TaskRow, lead)
        assert (task.due_on, task.first_due_on) == (latest, FRIDAY)
        assert session.get_one(DocumentRow, document).due_date == latest
        granted = [each.granted_on for each in extensions.history(session, lead)]
        assert granted == [None, latest]


def test_opinions_are_asked_given_once_and_kept_in_order(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document, (lead,) = directed(session, bureau)
        row, task = session.get_one(DocumentRow, document), session.get_one(TaskRow, lead)
        asked = remarks.ask(session, task, "one-b", "Ý kiến của Phòng B?", "head-a", bureau.at)
        with pytest.raises(QuestionNotTheirs):
            remarks.ask(session, row, "head-a", "?", "head-a", bureau.at)
        with pytest.raises(QuestionNotTheirs):
            remarks.give(session, asked.id, "Đồng ý", "two-a", bureau.at)
        other = person(session, "one-b")
        assert len(task_lists.page(session, TaskList.OPINIONS, other, bureau.at).rows) == 1
        later = bureau.at + timedelta(minutes=1)
        remarks.give(session, asked.id, "Đồng ý", "one-b", later)
        with pytest.raises(QuestionUnknown):
            remarks.give(session, asked.id, "Đồng ý", "one-b", later)
        remarks.volunteer(session, row, "Nên họp", "two-a", later + timedelta(minutes=1))
        words = [header.words for header in remarks.trace(session, document)][-3:]
        assert words == ["Ý kiến của Phòng B?", "Đồng ý", "Nên họp"]


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
