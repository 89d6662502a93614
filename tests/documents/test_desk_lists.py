"""Each role has its queues under their known words; a stand-in has both people's; trails hold."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from documents import (
    desk_counters,
    desk_lists,
    desk_rows,
    desk_trail,
    desk_week,
    desk_works,
    directing,
    directory,
    remarks,
    saved_queries,
    saved_views,
    stand_ins,
)
from documents.assignee import Share
from documents.desk import desk_of
from documents.desk_lists import LISTS, DeskList
from documents.desk_rows import Ask
from documents.desk_works import Work
from documents.directing import Instruction
from documents.document import Person, Role
from documents.errors import Refused
from documents.ledger import SYSTEM
from documents.listing import MarkInvalid
from documents.saved_queries import Kept, QueryNotKept, QueryUnknown
from documents.saved_views import View
from documents.sieve import Due, Sieve
from documents.stand_ins import Scope, WorkDelegation
from documents.tables import DocumentRow, TaskRow
from documents.task import TaskPart
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau, bureau
from tests.documents.test_search import AT, enter

__all__ = ["bureau"]

WORDS = {
    Role.CLERK: (
        *("Văn bản đến chờ vào sổ", "Giữ lại chờ văn thư", "Yêu cầu thu hồi", "Chờ phân xử lý"),
        *("Văn bản đến trả lại", "Văn bản đi chờ số", "Văn bản đi chờ đóng dấu"),
        *("Văn bản đi chờ phát hành", "Văn bản đến cần xử lý lỗi", "Văn bản đi cần xử lý lỗi"),
        *("Đã xử lý, chờ lưu", "Hòm thư công"),
    ),
    Role.LEADER: (
        *("Văn bản chờ xử lý", "Văn bản quan trọng", "Văn bản xin gia hạn"),
        *("Văn bản quá hạn đang xử lý", "Văn bản đi chờ duyệt", "Chờ cho ý kiến"),
    ),
    Role.UNIT_HEAD: (
        *("Văn bản chờ xử lý", "Văn bản hoàn thành chờ duyệt", "Văn bản xin gia hạn"),
        *("Văn bản đơn vị phối hợp chờ xử lý", "Văn bản quá hạn", "Công việc phòng"),
    ),
    Role.SPECIALIST: (
        *("Văn bản chờ xử lý", "Chuyên viên phối hợp chờ xử lý", "Dự thảo cá nhân"),
        *("Dự thảo chờ góp ý", "Văn bản đi chờ duyệt", "Văn bản bị trả lại", "Nhận để biết"),
    ),
    Role.ADMINISTRATOR: (),
}
"""ux.md §1.2."""


def who_of(role: Role) -> str:
    """Return a person of the agency in the role."""
    return {Role.UNIT_HEAD: "head-a", Role.SPECIALIST: "one-a"}.get(role, f"{ORGAN}-{role}")


def test_each_role_has_its_queues_under_the_words_people_know(bureau: Bureau) -> None:
    with bureau.database.reading() as session:
        for role, known in WORDS.items():
            desk = desk_of(session, ORGAN, who_of(role), bureau.at)
            words = [each.vietnamese for each in desk_lists.on(desk)]
            counts = desk_counters.counted(session, desk, desk_lists.on(desk))
            assert set(known) <= set(words), role
            assert len(words) == len(set(words)), role
            assert bool(words) is bool(known), role
            assert set(counts) == {each.name for each in desk_lists.on(desk)}
            assert {str(each) for each in counts.values()} <= {"0"}


def test_only_the_head_of_the_office_sorts_what_was_registered(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        chief = Person("chief", ORGAN, "Người giữ", "Chánh Văn phòng", Role.UNIT_HEAD)
        directory.put_person(session, chief)
        bureau.arrive(session)
        for who, sees in (("chief", True), ("head-a", False)):
            desk = desk_of(session, ORGAN, who, bureau.at)
            assert (LISTS["to-sort"] in desk_lists.on(desk)) is sees
            assert desk_lists.has(desk, LISTS["to-sort"]) is sees
        desk = desk_of(session, ORGAN, "chief", bureau.at)
        assert desk_counters.counted_one(session, desk, LISTS["to-sort"]).count == 1


def test_nobody_opens_a_list_that_is_another_roles(bureau: Bureau) -> None:
    with bureau.database.reading() as session:
        desk = desk_of(session, ORGAN, "one-a", bureau.at)
        gone = desk_of(session, ORGAN, "gone-a", bureau.at)
    assert not desk_lists.has(desk, LISTS["to-register"])
    assert desk_lists.has(desk, LISTS["inbox"])
    assert not desk_lists.has(gone, LISTS["inbox"])
    with pytest.raises(Refused):
        desk_lists.named("x" * 500)


def assigned(session: Session, bureau: Bureau, *shares: Share, due: int = 3) -> str:
    """Return a document that the leader directed."""
    document = bureau.arrive(session)
    directing.submit(session, document, LEADER, CLERK, bureau.at)
    until = bureau.at.date() + timedelta(due)
    instruction = Instruction("Xử lý theo quy định.", shares, until)
    directing.direct(session, document, instruction, LEADER, bureau.at)
    return document


def names(session: Session, which: DeskList, who: str, at: datetime, **asked: Any) -> list[str]:
    """Return the documents of a list, page after page."""
    desk = desk_of(session, ORGAN, who, at)
    found: list[str] = []
    mark = ""
    while True:
        shown = desk_rows.shown(session, desk, which, Ask(mark=mark, size=2, **asked))
        found += [line.document.id for line in shown.lines if line.document is not None]
        mark = shown.next
        if not mark:
            return found


def test_a_list_of_tasks_goes_by_deadline_and_a_stand_in_has_it_too(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        late = assigned(session, bureau, Share("one-a"), due=9)
        soon = assigned(session, bureau, Share("one-a"), due=2)
        unit = assigned(session, bureau, Share("b"), Share("one-a", TaskPart.COOPERATE), due=4)
        read = assigned(session, bureau, Share("b"), Share("one-a", TaskPart.INFORM), due=4)
        handling, cooperating = LISTS["to-handle"], LISTS["cooperating"]
        assert names(session, handling, "one-a", bureau.at) == [soon, late]
        assert names(session, cooperating, "one-a", bureau.at) == [unit]
        assert names(session, LISTS["to-read"], "one-a", bureau.at) == [read]
        assert names(session, handling, "head-b", bureau.at) == [unit, read]
        assert names(session, handling, "two-a", bureau.at) == []
        near = Sieve(due=Due.SOON)
        assert names(session, handling, "one-a", bureau.at, sieve=near) == [soon]
        since = bureau.at.date()
        lent = WorkDelegation(
            ORGAN, "one-a", "two-a", since, since + timedelta(2), Scope((Role.SPECIALIST,))
        )
        stand_ins.delegate(session, lent, SYSTEM, bureau.at)
        assert names(session, handling, "two-a", bureau.at) == [soon, late]
        later = bureau.at + timedelta(days=4)
        assert names(session, handling, "two-a", later) == []
        assert names(session, LISTS["own-overdue"], "one-a", later) == [soon]
        assert names(session, LISTS["overdue"], LEADER, later) == [soon]


def test_the_counter_of_each_list_is_how_many_rows_it_has(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        assigned(session, bureau, Share("one-a"), Share("b", TaskPart.COOPERATE))
        document = assigned(session, bureau, Share("a"))
        waiting = bureau.arrive(session)
        directing.submit(session, waiting, LEADER, CLERK, bureau.at)
        remarks.ask(
            session,
            session.get_one(DocumentRow, document),
            "head-b",
            "Ý kiến thế nào?",
            LEADER,
            bureau.at,
        )
        for who in (CLERK, LEADER, "head-a", "head-b", "one-a"):
            desk = desk_of(session, ORGAN, who, bureau.at)
            lists = desk_lists.on(desk)
            counts = desk_counters.counted(session, desk, lists)
            for each in lists:
                rows = len(names(session, each, who, bureau.at))
                assert counts[each.name].count == rows, (who, each.name)
        desk = desk_of(session, ORGAN, LEADER, bureau.at)
        assert desk_counters.counted_one(session, desk, LISTS["waiting"]).count == 1
        assert names(session, LISTS["opinions"], "head-b", bureau.at) == [document]
        assert sum(day.count for day in desk_week.week(session, desk)) == 3
        assert len(desk_week.week(session, desk)) == 7


def test_a_mark_of_no_list_of_works_is_refused(bureau: Bureau) -> None:
    with bureau.database.reading() as session:
        desk = desk_of(session, ORGAN, LEADER, bureau.at)
        for mark in ("x", "|", "2026-99-01|a", "\x00|\x00", "a" * 5000):
            for work in Work:
                with pytest.raises(MarkInvalid):
                    desk_works.page(session, work, desk, after=mark)


ASKED = (Ask(), Ask(ascending=False), Ask(Sieve(types=("Công văn",))), Ask(states=("registered",)))


def test_neighbours_walk_a_list_both_ways_even_after_a_row_left_it(bureau: Bureau) -> None:
    which = LISTS["to-submit"]
    for number in range(1, 8):
        kind = "Công văn" if number % 2 else "Báo cáo"
        enter(bureau.database, number, organ_id=ORGAN, type_name=kind, created_at=AT)
    with bureau.database.writing() as session:
        desk = desk_of(session, ORGAN, CLERK, bureau.at)
        for ask in ASKED:
            rows = [line.id for line in desk_rows.shown(session, desk, which, ask).lines]
            assert len(rows) > 3
            for place, row in enumerate(rows):
                around = desk_trail.neighbours(session, desk, which, ask, row)
                assert around is not None
                assert around.here
                assert around.total.count == len(rows)
                assert [around.before and around.before.id, around.after and around.after.id] == [
                    rows[place - 1] if place else None,
                    rows[place + 1] if place + 1 < len(rows) else None,
                ]
        rows = [line.id for line in desk_rows.shown(session, desk, which, Ask()).lines]
        session.get_one(DocumentRow, rows[1]).state = "submitted"
        session.flush()
        around = desk_trail.neighbours(session, desk, which, Ask(), rows[1])
        assert around is not None
        assert not around.here
        assert around.after is not None
        assert around.after.id == rows[2]
        assert around.total.count == len(rows) - 1


def test_neighbours_of_a_task_go_by_its_deadline(bureau: Bureau) -> None:
    which = LISTS["to-handle"]
    with bureau.database.writing() as session:
        for due in (5, 2, 9):
            assigned(session, bureau, Share("one-a"), due=due)
        desk = desk_of(session, ORGAN, "one-a", bureau.at)
        rows = desk_rows.shown(session, desk, which, Ask()).lines
        middle = desk_trail.neighbours(session, desk, which, Ask(), rows[1].id)
        assert middle is not None
        assert middle.before is not None
        assert middle.after is not None
        assert (middle.before.id, middle.after.id) == (rows[0].id, rows[2].id)
        assert {rows[1].id, rows[1].document.id if rows[1].document else ""} == middle.row_ids
        task = session.get_one(TaskRow, rows[1].id)
        task.organ_id = "H99.01"
        session.flush()
        assert desk_trail.neighbours(session, desk, which, Ask(), rows[1].id) is None
        assert desk_trail.neighbours(session, desk, which, Ask(), "nichts") is None


def view(name: str = "Khẩn", **given: Any) -> View:
    """Return a view of the arrivals."""
    values = {"query": "khan=2", "columns": (), "shared": False, "pinned": False, "own": True}
    return View("", "inbox", name, **values | given)


def test_views_are_kept_shared_and_dropped_and_are_no_searches(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        saved_views.keep(session, ORGAN, CLERK, view(), bureau.at)
        saved_views.keep(session, ORGAN, CLERK, view(pinned=True, query="khan=3"), bureau.at)
        saved_views.keep(session, ORGAN, LEADER, view("Của tôi"), bureau.at)
        saved_views.keep(session, ORGAN, LEADER, view("Chung", shared=True), bureau.at)
        saved_queries.keep(session, ORGAN, CLERK, Kept("bão", "bão"), bureau.at)
        found = saved_views.views_of(session, ORGAN, CLERK, "inbox")
        assert [(each.name, each.own, each.pinned) for each in found] == [
            ("Khẩn", True, True),
            ("Chung", False, False),
        ]
        assert found[0].query == "khan=3"
        assert saved_views.views_of(session, ORGAN, CLERK, "outbox") == ()
        assert [row.name for row in saved_queries.kept_by(session, ORGAN, CLERK)] == ["bão"]
        with pytest.raises(QueryUnknown):
            saved_views.drop(session, CLERK, found[1].id)
        saved_views.drop(session, CLERK, found[0].id)
        assert [each.name for each in saved_views.views_of(session, ORGAN, CLERK)] == ["Chung"]
        for wrong in ("", " ", "x" * 61):
            with pytest.raises(QueryNotKept):
                saved_views.keep(session, ORGAN, CLERK, view(wrong), bureau.at)
        with pytest.raises(QueryNotKept):
            saved_queries.keep(session, ORGAN, CLERK, Kept("@inbox/x", "bão"), bureau.at)


def test_columns_are_remembered_for_one_person_and_one_list(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        saved_views.choose_columns(session, ORGAN, CLERK, "inbox", ["code", "state"], bureau.at)
        assert saved_views.columns_of(session, CLERK, "inbox") == ("code", "state")
        assert saved_views.columns_of(session, CLERK, "outbox") == ()
        assert saved_views.columns_of(session, LEADER, "inbox") == ()
        assert saved_views.views_of(session, ORGAN, CLERK, "inbox") == ()
        saved_views.choose_columns(session, ORGAN, CLERK, "inbox", [], bureau.at)
        assert saved_views.columns_of(session, CLERK, "inbox") == ()
