"""Arrivals are submitted, directed in one step, returned, worked on; answers close them."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    assignments,
    directing,
    extensions,
    feedback,
    incoming,
    ledger,
    remarks,
    task_lists,
    tasks,
)
from documents.assignee import AssigneeInvalid, Share
from documents.calendar import YearMissing
from documents.deadline import DeadlineBeyond, DeadlinePast
from documents.directing import Instruction, SharesInvalid
from documents.directory import RightMissing
from documents.errors import StepRefused
from documents.extensions import ExtensionInvalid, ExtensionUnknown
from documents.handlers import NotTheirTask
from documents.lifecycle import Direction, State, Step
from documents.posts import PostEnded
from documents.remark import written
from documents.remarks import QuestionNotTheirs, QuestionUnknown, WordsInvalid
from documents.tables import DocumentRow, PersonRow, SubmissionRow, TaskRow
from documents.task import TaskPart, TaskStanding, TaskState, TaskStepRefused
from documents.task_lists import TaskList
from documents.tasks import WorkOpen
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
