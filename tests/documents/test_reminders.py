"""What people are told: each thing once, whoever is away or gone, whatever runs beside."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session

from documents import (
    absences,
    digests,
    directing,
    incidents,
    notices,
    obligations,
    reminder_rules,
    reminders,
    tasks,
)
from documents.assignee import Share
from documents.calendar import Calendar, vietnam
from documents.database import Database
from documents.digest import DigestState
from documents.digests import AddressInvalid
from documents.directing import Instruction
from documents.document import VIETNAM, Role
from documents.errors import Refused, Unavailable
from documents.ledger import Actor
from documents.notices import NoticeUnknown
from documents.obligation import Duty
from documents.obligation_facts import EVERY, URGENT
from documents.reminder import DEFAULTS, Rule, Stage
from documents.roster import Roster
from documents.tables import (
    DigestRow,
    DocumentRow,
    FeedbackRow,
    MorningRow,
    NoticeRow,
    PostRow,
    ReminderGapRow,
    TaskRow,
)
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau

DUE = date(2026, 3, 12)


def here(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=VIETNAM).astimezone(UTC)


def directed(bureau: Bureau, session: Session, *shares: Share, **given_: Any) -> str:
    """Return a directed arrival; its lead has until Thursday."""
    document = bureau.arrive(session, **given_)
    directing.submit(session, document, LEADER, CLERK, bureau.at)
    directing.direct(session, document, Instruction("Xử lý", shares, DUE), LEADER, bureau.at)
    session.execute(update(FeedbackRow).values(sent_at=bureau.at))
    return document


def run(
    database: Database, at: datetime, calendar: Calendar | None = None, *, urgent: bool = False
) -> int:
    with database.reading() as session:
        plan = reminders.plan(session, ORGAN, at, calendar or vietnam(), urgent_only=urgent)
    with database.writing() as session:
        told = reminders.tell(session, plan, at)
        reminders.note_gaps(session, ORGAN, plan.gaps, at)
        return told


def told(database: Database, duty: Duty = Duty.TASK) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(NoticeRow).where(NoticeRow.duty == duty.value))
        return sorted((row.stage, row.person_id, row.in_stead_of or "") for row in rows)


def test_a_task_is_told_of_once_a_stage_and_goes_up(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        directed(bureau, session, Share("one-a"))
    for moment in ("2026-03-09 09:00", "2026-03-09 15:00", "2026-03-11 08:00", "2026-03-11 09:00"):
        run(bureau.database, here(moment))
    assert told(bureau.database) == [("ahead", "one-a", ""), ("ahead", "one-a", "")]
    for day in (12, 13, 16, 17, 18, 30):
        run(bureau.database, here(f"2026-03-{day:02d} 08:00"))
        run(bureau.database, here(f"2026-03-{day:02d} 09:00"))
    assert told(bureau.database) == [
        ("ahead", "one-a", ""),
        ("ahead", "one-a", ""),
        ("due", "one-a", ""),
        ("head", "head-a", ""),
        ("late", "one-a", ""),
        ("leader", LEADER, ""),
    ]


def test_a_unit_without_a_named_person_is_told_through_its_head(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        directed(bureau, session, Share("Phòng B"))
    run(bureau.database, here("2026-03-13 08:00"))
    assert told(bureau.database) == [("late", "head-b", "")]
    run(bureau.database, here("2026-03-17 08:00"))
    assert ("leader", LEADER, "") in told(bureau.database)


def test_who_is_away_has_a_stand_in_and_without_one_the_head_is_told_too(bureau: Bureau) -> None:
    actor = Actor(CLERK, Role.CLERK)
    first, last = date(2026, 3, 9), date(2026, 3, 13)
    with bureau.database.writing() as session:
        directed(bureau, session, Share("one-a"))
        directed(bureau, session, Share("one-b"))
        absences.absent(session, ORGAN, "one-a", first, last, actor, bureau.at, stand_in="two-a")
        absences.absent(session, ORGAN, "one-b", first, last, actor, bureau.at)
    run(bureau.database, here("2026-03-12 08:00"))
    assert told(bureau.database) == [
        ("due", "head-b", "one-b"),
        ("due", "one-b", ""),
        ("due", "two-a", "one-a"),
    ]


def test_whose_post_ended_is_not_told_but_the_head(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        directed(bureau, session, Share("one-a"))
        session.query(PostRow).filter_by(person_id="one-a").one().until = date(2026, 3, 11)
    run(bureau.database, here("2026-03-11 23:59"))
    run(bureau.database, here("2026-03-12 00:00"))
    assert told(bureau.database) == [("ahead", "one-a", ""), ("due", "head-a", "one-a")]


def test_what_was_done_extended_or_withdrawn_is_not_spoken_of(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document = directed(bureau, session, Share("one-a"))
        (task,) = tasks.of_document(session, document)
    run(bureau.database, here("2026-03-12 08:00"))
    with bureau.database.writing() as session:
        session.get_one(TaskRow, task.id).due_on = date(2026, 3, 20)
    run(bureau.database, here("2026-03-13 08:00"))
    assert [stage for stage, *_ in told(bureau.database)] == ["due"]
    run(bureau.database, here("2026-03-20 08:00"))
    assert [stage for stage, *_ in told(bureau.database)] == ["due", "due"]  # of another day
    with bureau.database.writing() as session:
        tasks.completed(session, task.id, "xong", "one-a", here("2026-03-20 09:00"))
    run(bureau.database, here("2026-03-25 08:00"))
    assert [stage for stage, *_ in told(bureau.database)] == ["due", "due"]


def test_the_clerk_hears_of_what_is_to_be_submitted_and_the_leader_of_what_waits(
    bureau: Bureau,
) -> None:
    with bureau.database.writing() as session:
        bureau.arrive(session)
        waiting = bureau.arrive(session)
        directing.submit(session, waiting, LEADER, CLERK, bureau.at)
    run(bureau.database, here("2026-03-10 08:00"))
    assert told(bureau.database, Duty.SUBMIT) == [("due", CLERK, "")]
    assert told(bureau.database, Duty.DIRECT) == [("due", LEADER, "")]
    run(bureau.database, here("2026-03-12 08:00"))
    assert told(bureau.database, Duty.SUBMIT) == [
        ("due", CLERK, ""),
        ("late", CLERK, ""),
        ("leader", LEADER, ""),
    ]


def test_only_what_is_urgent_is_spoken_of_by_the_hour_also_at_night(bureau: Bureau) -> None:
    bureau.at = here("2026-03-14 23:50")  # a Saturday
    with bureau.database.writing() as session:
        bureau.arrive(session)
        bureau.arrive(session, urgency=2)
    run(bureau.database, here("2026-03-14 23:55"), urgent=True)
    assert told(bureau.database, Duty.SUBMIT) == [("due", CLERK, "")]
    run(bureau.database, here("2026-03-15 00:20"), urgent=True)
    run(bureau.database, here("2026-03-15 00:25"))
    assert told(bureau.database, Duty.SUBMIT) == [("due", CLERK, ""), ("late", CLERK, "")]


def test_a_clock_that_went_back_tells_nothing_again_and_nothing_older(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        directed(bureau, session, Share("one-a"))
    assert run(bureau.database, here("2026-03-13 08:00")) == 2
    for day in (12, 11, 10, 9, 13):
        assert run(bureau.database, here(f"2026-03-{day:02d} 08:00")) == 0


def test_what_lies_in_a_missing_year_is_a_gap_and_the_rest_is_told(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        first = directed(bureau, session, Share("one-a"))
        directed(bureau, session, Share("one-b"))
        (task,) = tasks.of_document(session, first)
        session.get_one(TaskRow, task.id).due_on = date(2026, 3, 11)
    known = Calendar.of([vietnam().years[2025]])
    run(bureau.database, here("2026-03-12 08:00"), known)
    with bureau.database.reading() as session:
        gaps = session.scalars(select(ReminderGapRow)).all()
        assert {(gap.code, gap.subject) for gap in gaps} == {("calendar.year_missing", "2026")}
        assert "2026.toml" in gaps[0].words
    assert told(bureau.database, Duty.CALENDAR) != []  # those who keep the system hear of it
    run(bureau.database, here("2026-03-12 09:00"))
    with bureau.database.reading() as session:
        assert session.scalars(select(ReminderGapRow)).all() == []
    assert [person for _, person, _ in told(bureau.database)] == ["one-b", "head-a", "one-a"]


def test_an_agency_sets_its_own_rules_on_record(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        directed(bureau, session, Share("one-a"))
        rule = Rule(ahead=(), on_day=False, late=(2,), head_after=None, leader_after=None)
        reminder_rules.set_rule(session, ORGAN, Duty.TASK, rule, LEADER, bureau.at)
        reminder_rules.set_rule(session, ORGAN, Duty.TASK, rule, LEADER, bureau.at)
        assert reminder_rules.of_agency(session, ORGAN) == {**DEFAULTS, Duty.TASK: rule}
        with pytest.raises(Refused, match=r"person\.right_missing"):
            reminder_rules.set_rule(session, ORGAN, Duty.TASK, Rule(), "one-a", bureau.at)
    for day in (11, 12, 13):
        assert run(bureau.database, here(f"2026-03-{day:02d} 08:00")) == 0
    run(bureau.database, here("2026-03-16 08:00"))
    assert told(bureau.database) == [("late", "one-a", "")]


def test_an_incident_is_told_at_once_and_ends_when_it_is_answered(bureau: Bureau) -> None:
    at = bureau.at
    with bureau.database.writing() as session:
        made = incidents.begin(
            session, ORGAN, Duty.INCIDENT_FIRST, "Mã độc", at, "one-a", CLERK, at
        )
        with pytest.raises(Refused, match=r"incident\.invalid"):
            incidents.begin(session, ORGAN, Duty.TASK, "x", at, "one-a", CLERK, at)
        late = at + timedelta(days=1)
        with pytest.raises(Refused, match=r"incident\.invalid"):
            incidents.begin(session, ORGAN, Duty.BREACH, "x", late, "one-a", CLERK, at)
    run(bureau.database, at, urgent=True)
    run(bureau.database, at + timedelta(hours=24), urgent=True)
    stages = [(stage, who) for stage, who, _ in told(bureau.database, Duty.INCIDENT_FIRST)]
    assert stages == [("due", "one-a"), ("late", "one-a")]
    with bureau.database.writing() as session:
        incidents.done(session, ORGAN, made, "one-a", at + timedelta(hours=25))
        with pytest.raises(Refused, match=r"incident\.unknown"):
            incidents.done(session, "H99.01", made, "H99.01-clerk", at)
    assert run(bureau.database, at + timedelta(hours=30), urgent=True) == 0


def test_notices_are_read_by_those_they_are_for_and_their_stand_ins(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        directed(bureau, session, Share("one-a"))
    at = here("2026-03-12 08:00")
    run(bureau.database, at)
    with bureau.database.writing() as session:
        row = session.scalars(select(NoticeRow).where(NoticeRow.person_id == "one-a")).one()
        for stranger in ("one-b", LEADER):
            with pytest.raises(NoticeUnknown):
                notices.read(session, ORGAN, stranger, [row.id], at)
        assert notices.unread(session, "one-a") == 1
        assert notices.read(session, ORGAN, "one-a", [row.id], at) == [row.id]
        notices.read(session, ORGAN, "one-a", [row.id], at + timedelta(hours=1))
        session.refresh(row)
        assert (row.read_at, row.read_by) == (at, "one-a")
        assert notices.unread(session, "one-a") == 0


def laid(database: Database, at: datetime, *, mailing: bool = True) -> int:
    with database.reading() as session:
        plan = reminders.plan(session, ORGAN, at, vietnam())
    with database.writing() as session:
        day = at.astimezone(VIETNAM).date()
        return digests.lay_down(session, day, [plan], at, mailing=mailing)


def test_a_morning_has_one_digest_a_person_whatever_comes_after(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        directed(bureau, session, Share("one-a"))
        digests.put_address(session, ORGAN, "one-a", "a@so.example", CLERK, bureau.at)
        for bad in ("a@b", "a b@c.vn", "a@c.vn\r\nBcc: x@y.vn", "đ@c.vn", "a@" + "a." * 200 + "vn"):
            with pytest.raises(AddressInvalid):
                digests.put_address(session, ORGAN, "one-a", bad, CLERK, bureau.at)
        with pytest.raises(Refused, match=r"person\.right_missing"):
            digests.put_address(session, ORGAN, "one-a", "x@so.example", "one-b", bureau.at)
    at = here("2026-03-12 08:00")
    assert laid(bureau.database, at) == 1
    with bureau.database.writing() as session:
        directed(bureau, session, Share("one-b"))
    assert laid(bureau.database, at + timedelta(hours=1)) == 0
    with bureau.database.reading() as session:
        row = session.scalars(select(DigestRow)).one()
        assert (row.person_id, row.state, row.counts["today"]) == ("one-a", "pending", 1)
        assert row.entries[0]["duty"] == "task"


def test_a_digest_is_one_claimants_and_a_lost_one_is_never_pending_again(bureau: Bureau) -> None:
    database, at = bureau.database, here("2026-03-12 08:00")
    with database.writing() as session:
        directed(bureau, session, Share("one-a"))
        digests.put_address(session, ORGAN, "one-a", "a@so.example", CLERK, bureau.at)
    laid(database, at)
    with database.reading() as session:
        (digest,) = digests.due(session, at)
    with database.writing() as session:
        claimed = digests.claim(session, digest, at)
        assert digests.claim(session, digest, at) is None
    assert claimed is not None
    with database.writing() as session:
        assert digests.settle_lost(session, at + timedelta(minutes=9)) == 0
        assert digests.settle_lost(session, at + timedelta(minutes=11)) == 1
        assert digests.due(session, at + timedelta(hours=1)) == []
        assert digests.count_states(session, date(2026, 3, 12)) == {"unknown": 1}
        assert digests.settle(session, claimed, DigestState.SENT, at)  # it came back and knows
        assert digests.count_states(session, date(2026, 3, 12)) == {"sent": 1}


def test_what_was_not_sent_for_sure_waits_longer_each_time_and_ends_with_the_day(
    bureau: Bureau,
) -> None:
    database, at = bureau.database, here("2026-03-12 08:00")
    with database.writing() as session:
        directed(bureau, session, Share("one-a"))
        digests.put_address(session, ORGAN, "one-a", "a@so.example", "one-a", bureau.at)
    laid(database, at)
    for pause in (5, 10, 20):
        with database.writing() as session:
            (digest,) = digests.due(session, at)
            claimed = digests.claim(session, digest, at)
            assert claimed is not None
            assert digests.settle(session, claimed, DigestState.PENDING, at, "421 later")
            assert digests.due(session, at + timedelta(minutes=pause, seconds=-1)) == []
        at += timedelta(minutes=pause)
    with database.writing() as session:
        digests.settle_lost(session, here("2026-03-13 00:00"))
        assert digests.count_states(session, date(2026, 3, 12)) == {"stale": 1}


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
