"""Posts, delegations of handling and absences against a model that counts single days."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from documents import absences, appointments, directory, entitled, posts, stand_ins
from documents.appointments import Appointment
from documents.database import Database
from documents.document import Person, Role
from documents.errors import Refused
from documents.ledger import SYSTEM
from documents.stand_ins import Scope, WorkDelegation

ORGAN = "H99.01"
TODAY = date(2026, 3, 9)
AT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
HORIZON = 90
"""Days after today that are looked at."""
ROLES = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER)
PEOPLE = (0, 1, 2)
offsets = st.integers(-20, 40)
fresh = count()


@dataclass
class Held:
    """A post of the model: the days on which it is held, one by one."""

    id: str
    person: int
    role: Role
    days: set[int]
    since: int
    until: int | None


@dataclass
class Lent:
    """A delegation of the model."""

    id: str
    giver: int
    taker: int
    days: set[int]
    roles: set[Role]
    behind: list[Held]
    post: Held
    withdrawn: bool = False
    absence: str = ""


@dataclass
class Model:
    """What is naively known."""

    held: list[Held] = field(default_factory=list)
    lent: list[Lent] = field(default_factory=list)
    away: dict[str, tuple[int, set[int]]] = field(default_factory=dict)

    def own(self, person: int, day: int) -> list[Held]:
        return [post for post in self.held if post.person == person and day in post.days]

    def giver(self, person: int, role: Role, day: int) -> set[int]:
        """Return in whose stead the person may act that day."""
        return {
            each.giver
            for each in self.lent
            if each.taker == person
            and role in each.roles
            and day in each.days
            and not (each.withdrawn and day > 0)
            and day in each.post.days
            and any(post.role is role and day in post.days for post in each.behind)
        }


def day_of(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def days(since: int, until: int | None) -> set[int]:
    return set(range(since, (HORIZON if until is None else until) + 1))


class People(RuleBasedStateMachine):
    """Random decisions; every question has the model's answer."""

    office: Database

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.names = [f"p{next(fresh)}" for _ in PEOPLE]
        with self.office.writing() as session:
            for name in self.names:
                person = Person(name, ORGAN, f"Người {name}", "-", Role.SPECIALIST)
                directory.put_newcomer(session, person)

    def attempt(self, do: Callable[[Any], Any]) -> Any:
        try:
            with self.office.writing() as session:
                return do(session) or True
        except Refused:
            return None

    @rule(
        person=st.sampled_from(PEOPLE),
        role=st.sampled_from(ROLES),
        since=offsets,
        length=st.none() | st.integers(-1, 30),
    )
    def appoint(self, person: int, role: Role, since: int, length: int | None) -> None:
        until = None if length is None else since + length
        wanted = Appointment(
            self.names[person],
            ORGAN,
            f"Chức vụ {role}",
            role,
            day_of(since),
            f"{next(fresh)}/QĐ",
            until=None if until is None else day_of(until),
        )
        made = self.attempt(lambda session: appointments.begin(session, wanted, SYSTEM, AT))
        mine = [post for post in self.model.held if (post.person, post.role) == (person, role)]
        wrong = until is not None and until < since
        clash = any(post.days & days(since, until) for post in mine)
        assert (made is None) == (wrong or clash)
        if made is not None:
            held = Held(made, person, role, days(since, until), since, until)
            self.model.held.append(held)

    @rule(which=st.integers(0, 20), last=offsets)
    def leave(self, which: int, last: int) -> None:
        if not self.model.held:
            return
        post = self.model.held[which % len(self.model.held)]
        done = self.attempt(
            lambda session: appointments.end(session, post.id, day_of(last), "9/QĐ", SYSTEM, AT)
        )
        over = post.until is not None and (post.until < last or post.until < 0)
        assert bool(done) == (last >= post.since and (post.until == last or not over))
        if done:
            post.until = last
            post.days &= set(range(post.since, last + 1))

    @rule(
        giver=st.sampled_from(PEOPLE),
        taker=st.sampled_from(PEOPLE),
        since=st.integers(-5, 30),
        length=st.integers(-1, 20),
        roles=st.sets(st.sampled_from(ROLES), max_size=2),
    )
    def lend(self, giver: int, taker: int, since: int, length: int, roles: set[Role]) -> None:
        if length % 3 and (now := self.model.own(giver, max(since, 0))):
            roles = {post.role for post in now}  # what would do, most times
        until = since + length
        wanted = WorkDelegation(
            ORGAN,
            self.names[giver],
            self.names[taker],
            day_of(since),
            day_of(until),
            Scope(tuple(sorted(roles)), types=()),
            basis=f"{next(fresh)}/GUQ",
        )
        made = self.attempt(lambda session: stand_ins.delegate(session, wanted, SYSTEM, AT))
        first = max(since, 0)
        behind = [post for post in self.model.own(giver, first) if post.role in roles]
        fits = (
            roles
            and length >= 0
            and until >= 0
            and giver != taker
            and {post.role for post in behind} == roles
            and self.model.own(taker, first)
        )
        clash = any(
            not each.withdrawn
            and each.giver == giver
            and each.roles & roles
            and each.days & days(since, until)
            for each in self.model.lent
        )
        assert (made is not None) == bool(fits and not clash)
        if made is not None:
            theirs = sorted(self.model.own(taker, first), key=lambda post: (post.since, post.id))
            self.model.lent.append(
                Lent(made, giver, taker, days(since, until), roles, behind, theirs[0])
            )

    @rule(which=st.integers(0, 20))
    def take_back(self, which: int) -> None:
        if self.model.lent:
            lent = self.model.lent[which % len(self.model.lent)]
            self.attempt(lambda session: stand_ins.withdraw(session, ORGAN, lent.id, SYSTEM, AT))
            lent.withdrawn = True

    @rule(person=st.sampled_from(PEOPLE), since=st.integers(-5, 30), length=st.integers(-1, 9))
    def go_away(self, person: int, since: int, length: int) -> None:
        until = since + length
        made = self.attempt(
            lambda session: absences.absent(
                session, ORGAN, self.names[person], day_of(since), day_of(until), SYSTEM, AT
            )
        )
        mine = [each for who, each in self.model.away.values() if who == person]
        same = days(since, until) in mine
        clash = any(each & days(since, until) for each in mine) and not same
        there = length >= 0 and self.model.own(person, max(since, min(until, 0)))
        assert (made is not None) == bool(there and not clash)
        if made is not None:
            self.model.away[made] = (person, days(since, until))

    @rule(
        person=st.sampled_from(PEOPLE),
        role=st.sampled_from(ROLES),
        day=st.integers(1, HORIZON) | st.integers(-20, -1),
    )
    def ask(self, person: int, role: Role, day: int) -> None:
        self.answer(person, role, day)

    def answer(self, person: int, role: Role, day: int) -> None:
        """Compare in which post, or stead, the person may act that day."""
        at = AT + timedelta(days=day)
        own = [post for post in self.model.own(person, day) if post.role is role]
        givers = self.model.giver(person, role, day) if self.model.own(person, day) else set()
        with self.office.reading() as session:
            try:
                found = posts.acting(session, ORGAN, self.names[person], (role,), at)
            except Refused:
                assert not own
                assert not givers
                return
        assert found.role is role
        if own:
            assert not found.in_stead_of
            assert found.post_id in {post.id for post in own}
        else:
            assert found.in_stead_of in {self.names[each] for each in givers}

    @rule(which=st.integers(0, 1000))
    def list_edges(self, which: int) -> None:
        """Ask of the days on which something begins or ends, and of those beside them."""
        spans = [each.days for each in self.model.held if each.days]
        spans += [each.days for each in self.model.lent]
        spans += [each for _, each in self.model.away.values()]
        edges = sorted(
            {d + n for each in spans for d in (min(each), max(each)) for n in (-1, 0, 1)}
        )
        for day in [each for each in edges if each][which % 11 :: 11]:
            self.list_all(day)
            self.ask_all(day)

    def ask_all(self, day: int) -> None:
        """Let everybody try every role that day."""
        for person in PEOPLE:
            for role in ROLES:
                self.answer(person, role, day)

    def list_all(self, day: int) -> None:
        """Compare who could do what that day."""
        with self.office.reading() as session:
            found = entitled.on(session, ORGAN, AT + timedelta(days=day))
        mine = [each for each in found if each.person_id in self.names]
        expected = {
            (self.names[person], post.role, "")
            for person in PEOPLE
            for post in self.model.own(person, day)
        } | {
            (self.names[person], role, self.names[giver])
            for person in PEOPLE
            for role in ROLES
            for giver in self.model.giver(person, role, day)
        }
        assert {(each.person_id, each.role, each.in_stead_of) for each in mine} == expected
        gone = {self.names[who] for who, each in self.model.away.values() if day in each}
        own = {each.person_id for each in mine if not each.in_stead_of}
        assert {each.person_id for each in mine if each.away} == gone & own

    @rule(person=st.sampled_from(PEOPLE))
    def look_back(self, person: int) -> None:
        """The stretches of a person say of each day what the questions of that day say."""
        with self.office.reading() as session:
            row = (
                directory.holder(session, ORGAN, self.names[person], TODAY)[0]
                if any(post.person == person for post in self.model.held)
                else None
            )
            found = entitled.of_person(session, row) if row is not None else []
        for day in range(-20, 41):
            now = {
                each.role
                for each in found
                if not each.in_stead_of
                and each.since is not None
                and each.since <= day_of(day)
                and (each.until is None or day_of(day) <= each.until)
            }
            assert now == {post.role for post in self.model.own(person, day)}


def test_every_day_has_the_answer_of_a_model_that_counts_days(office: Database) -> None:
    class Here(People):
        pass

    Here.office = office
    few = settings(
        max_examples=6,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Here, settings=few)


def test_a_copy_of_the_main_post_is_as_the_posts_of_the_day(office: Database) -> None:
    wanted = Appointment(
        "H99.01-specialist", ORGAN, "Phó Trưởng phòng", Role.UNIT_HEAD, day_of(5), "5/QĐ"
    )
    with office.writing() as session:
        old = directory.holder(session, ORGAN, wanted.person, TODAY)[1][0]
        appointments.move(session, old.id, wanted, SYSTEM, AT)
        shown = directory.person_row(session, ORGAN, wanted.person, AT)
        assert shown.role == Role.SPECIALIST
        assert appointments.renew(session, AT + timedelta(days=6)) == 1
        assert (shown.role, shown.position) == (Role.UNIT_HEAD, "Phó Trưởng phòng")
        assert appointments.renew(session, AT + timedelta(days=6)) == 0
    with pytest.raises(directory.PersonUnknown), office.reading() as session:
        directory.person_with(session, ORGAN, [Role.SPECIALIST], AT + timedelta(days=6))
