"""Each stage is told once, whatever runs at once or dies, and no question reads what is done."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from documents import (
    digests,
    obligations,
    reminders,
    tasks,
)
from documents.assignee import Share
from documents.calendar import vietnam
from documents.errors import Unavailable
from documents.obligation import Duty
from documents.obligation_facts import EVERY, URGENT
from documents.reminder import Stage
from documents.roster import Roster
from documents.tables import (
    DigestRow,
    DocumentRow,
    MorningRow,
    NoticeRow,
    TaskRow,
)
from tests.documents.bureau import ORGAN, Bureau
from tests.documents.reminded import DUE, directed, here, run


def test_two_runs_at_once_tell_and_lay_down_once(bureau: Bureau) -> None:
    database, at = bureau.database, here("2026-03-13 08:00")
    with database.writing() as session:
        for share in ("one-a", "one-b", "Phòng A"):
            directed(bureau, session, Share(share))
    together = threading.Barrier(4)
    failed: list[Exception] = []

    def go() -> None:
        try:
            with database.reading() as session:
                plan = reminders.plan(session, ORGAN, at, vietnam())
            together.wait(20)
            with database.writing() as session:
                reminders.tell(session, plan, at)
            try:
                with database.writing() as session:
                    digests.lay_down(session, date(2026, 3, 13), [plan], at, mailing=True)
            except Unavailable:
                pass  # the other was faster
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    with database.reading() as session:
        rows = session.scalars(select(NoticeRow)).all()
        keys = Counter((r.subject_id, r.duty, r.person_id, r.stage) for r in rows)
        assert set(keys.values()) == {1}
        assert len([r for r in rows if r.duty == Duty.TASK]) == 5
        people = session.scalars(select(DigestRow.person_id)).all()
        assert len(people) == len(set(people)) > 0
        assert session.scalar(select(func.count()).select_from(MorningRow)) == 1


moves = st.lists(
    st.tuples(
        st.sampled_from(["wait", "back", "run", "urgent", "twice", "die", "done", "move", "new"]),
        st.integers(0, 5),
        st.integers(1, 60),
    ),
    min_size=4,
    max_size=25,
)


class Walk:
    """Some days of one agency, in any order, under any clock."""

    def __init__(self, session: Session, bureau: Bureau) -> None:
        self.session, self.bureau, self.at = session, bureau, bureau.at
        self.given: list[str] = []

    def go(self, what: str, pick: int, hours: int) -> None:
        if what in {"wait", "back"}:
            self.at += timedelta(hours=hours if what == "wait" else -min(hours, 30))
        elif what == "new":
            share = Share(("one-a", "one-b", "Phòng A")[pick % 3])
            document = directed(self.bureau, self.session, share)
            self.given.append(tasks.of_document(self.session, document)[0].id)
        elif what in {"done", "move"} and self.given:
            task = self.session.get_one(TaskRow, self.given[pick % len(self.given)])
            if what == "done":
                task.closed_at = task.closed_at or self.at
            else:
                task.due_on = DUE + timedelta(days=pick)
            self.session.flush()
        else:
            self.run(what)

    def run(self, what: str = "run") -> None:
        urgent = what == "urgent"
        plan = reminders.plan(self.session, ORGAN, self.at, vietnam(), urgent_only=urgent)
        before = self.session.scalar(select(func.count()).select_from(NoticeRow))
        nested = self.session.begin_nested()
        told_ = reminders.tell(self.session, plan, self.at)
        if what == "die":
            nested.rollback()
            self.session.expire_all()
            assert self.session.scalar(select(func.count()).select_from(NoticeRow)) == before
            return
        nested.commit()
        if what == "twice":
            assert reminders.tell(self.session, plan, self.at) == 0
        assert self.session.scalar(select(func.count()).select_from(NoticeRow)) == before + told_  # type: ignore[operator]

    def heal(self) -> None:
        """Run once more: whoever owes something whose stage has come knows it, once."""
        self.run()
        plan = reminders.plan(self.session, ORGAN, self.at, vietnam())
        rows = self.session.scalars(select(NoticeRow)).all()
        keys = Counter((r.subject_id, r.duty, r.person_id, r.stage, r.day) for r in rows)
        assert all(count == 1 for count in keys.values())
        for each in plan.tellings:
            later = [
                row
                for row in rows
                if (row.subject_id, row.duty, row.person_id)
                == (each.owed.subject_id, each.owed.duty, each.to.person_id)
                and row.due_at == each.owed.until.at
                and row.day >= each.day
            ]
            assert each.key in keys or later


@pytest.fixture
def walked(bureau: Bureau) -> Callable[[list[tuple[str, int, int]]], None]:
    def walk(moved: list[tuple[str, int, int]]) -> None:
        with bureau.database.writing() as session:
            one = Walk(session, bureau)
            one.go("new", 0, 0)
            for move in moved:
                one.go(*move)
            one.heal()
            session.rollback()

    return walk


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moved=moves)
def test_each_stage_is_told_once_at_most_and_after_a_whole_run_exactly_once(
    walked: Callable[[list[tuple[str, int, int]]], None], moved: list[tuple[str, int, int]]
) -> None:
    walked(moved)


MANY = 20_000


def test_no_question_reads_what_is_done(bureau: Bureau) -> None:
    database = bureau.database
    lite = database.engine.dialect.name == "sqlite"
    with database.writing() as session:
        document = directed(bureau, session, Share("one-a"))
        names = [column.name for column in DocumentRow.__table__.columns]
        kept = ", ".join(names)
        taken = ", ".join(
            {
                "id": "'x' || n",
                "state": "'filed'",
                "message_sha256": "'m' || n",
                "receipt_number": "n",
                "urgency": "n % 3",
                "direction": "CASE n % 2 WHEN 0 THEN 'incoming' ELSE 'outgoing' END",
            }.get(name, name)
            for name in names
        )
        count = (
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :most)"
            if lite
            else "WITH s AS (SELECT generate_series(1, :most) AS n)"
        )
        copied = f"SELECT {taken} FROM document, s WHERE id = :one"  # noqa: S608
        sql = f"INSERT INTO document ({kept}) {count} {copied}"
        if not lite:
            sql = f"{count} INSERT INTO document ({kept}) {copied}"
        session.execute(text(sql), {"one": document, "most": MANY})
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.reading() as session:
        for look in (*EVERY, *URGENT):
            list(look(session, ORGAN, bureau.at))
        Roster.load(session, ORGAN, bureau.at)
        obligations.owed_by(session, ORGAN, bureau.at, vietnam())
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(asked) > 20
    explain = "EXPLAIN QUERY PLAN" if lite else "EXPLAIN"
    with database.engine.connect() as connection:
        for statement, values in asked:
            rows = connection.exec_driver_sql(f"{explain} {statement}", values).all()
            plan = "\n".join(str(row[-1]) for row in rows)
            assert "SCAN document" not in plan, statement
            assert "Seq Scan on document" not in plan, statement
            if lite:
                assert "ix_document_list" not in plan, statement
                assert "ix_document_due" not in plan, statement
            else:
                # the index of urgent documents has none that are done
                past = "Filter: ((state)" in plan and "ix_document_urgent" not in plan
                assert not past, f"{statement}\n{plan}"


def test_stages_are_told_apart_in_the_database(bureau: Bureau) -> None:
    assert {stage.value for stage in Stage} == {"ahead", "due", "late", "head", "leader"}
    with bureau.database.writing() as session:
        directed(bureau, session, Share("one-a"))
    run(bureau.database, here("2026-03-12 08:00"))
    with pytest.raises(Exception, match=r"(?i)check|constraint"), bureau.database.writing() as s:
        s.execute(text("UPDATE notice SET stage = 'x'"))
