"""What people are told: each thing once, whoever is away or gone, whatever runs beside."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from documents import (
    absences,
    digests,
    directing,
    incidents,
    notices,
    reminder_rules,
    tasks,
)
from documents.assignee import Share
from documents.calendar import Calendar, vietnam
from documents.digest import DigestState
from documents.digests import AddressInvalid
from documents.document import Role
from documents.errors import Refused
from documents.ledger import Actor
from documents.notices import NoticeUnknown
from documents.obligation import Duty
from documents.reminder import DEFAULTS, Rule
from documents.tables import (
    DigestRow,
    NoticeRow,
    PostRow,
    ReminderGapRow,
    TaskRow,
)
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau
from tests.documents.reminded import directed, here, laid, run, told


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
