"""Numbers under everything an office does with them: never a gap, never a double.

A model counts along: what it says was given is what the registers have, number by number.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import insert, select, update

from documents import directory, number_ledger, number_report, outgoing, reservations, series_rules
from documents.casefile import locked
from documents.database import Database
from documents.document import Role
from documents.errors import Refused
from documents.identity import new_id
from documents.lifecycle import Direction, Step
from documents.numbering import local_day
from documents.register import RegisterClosed
from documents.reservations import ReservationEnded, ReservationsMany, Wanted
from documents.series import Mode, SeriesRules
from documents.series_rules import YearBegun
from documents.tables import DocumentRow, RegisterRow

TYPES = {"Quyết định": "QĐ-X", "Chỉ thị": "CT-X", "Công văn": "X-VP", "Thư công": "X"}
RULES = (
    SeriesRules(),
    SeriesRules(Mode.COMMON),
    SeriesRules(Mode.GROUP, {"A": ("Quyết định",), "B": ("Công văn", "Thư công")}, most_open=2),
)
SERIES = (
    {"Quyết định": "QĐ", "Chỉ thị": "CT", "Công văn": "Công văn", "Thư công": "Công văn"},
    dict.fromkeys(TYPES, "CHUNG"),
    {"Quyết định": "A", "Chỉ thị": "CHUNG", "Công văn": "B", "Thư công": "B"},
)
TYPE = st.sampled_from(sorted(TYPES))
AGENCIES = count(10)


class Numbers(RuleBasedStateMachine):
    """One agency from the last days of 2026 on."""

    database: Database
    seat: Callable[[Database, str], None]

    def __init__(self) -> None:
        super().__init__()
        self.organ = f"H99.{next(AGENCIES)}"
        type(self).seat(self.database, self.organ)
        self.at = datetime(2026, 12, 29, 3, tzinfo=UTC)
        self.given: dict[tuple[str, int], list[str]] = defaultdict(list)
        """By series and year, what each number is."""
        self.kept: dict[str, tuple[tuple[str, int], int, str, datetime]] = {}
        """Open reservations: register, number, type, end."""
        self.numbered: dict[str, tuple[tuple[str, int], int]] = {}
        self.decided = {2026: 0, 2027: 0}
        self.closed: set[int] = set()

    def place(self, type_name: str) -> tuple[str, int]:
        year = local_day(self.at).year
        return SERIES[self.decided[year]][type_name], year

    def document(self, type_name: str) -> str:
        made = new_id()
        row: dict[str, Any] = {
            "id": made,
            "direction": "outgoing",
            "organ_id": self.organ,
            "state": "signed",
            "created_at": self.at,
            "updated_at": self.at,
            "type_name": type_name,
            "subject": "x",
            "sender_organ_id": self.organ,
            "code_notation": TYPES[type_name],
            "clerk_id": f"{self.organ}-clerk",
        }
        with self.database.writing() as session:
            session.execute(insert(DocumentRow), [row])
        return made

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        if self.at.year == 2026 or hours < 20:  # never into 2028
            self.at += timedelta(hours=hours)

    @rule(type_name=TYPE)
    def number(self, type_name: str) -> None:
        place, made = self.place(type_name), self.document(type_name)
        if place[1] in self.closed:
            with pytest.raises(RegisterClosed), self.database.writing() as session:
                outgoing.numbered(session, made, self.at)
            return
        with self.database.writing() as session:
            code = outgoing.numbered(session, made, self.at)
        self.given[place].append("document")
        assert int(code.number) == len(self.given[place])
        self.numbered[made] = (place, int(code.number))

    @rule(type_name=TYPE, hours=st.integers(1, 100))
    def reserve(self, type_name: str, hours: int) -> None:
        place, until = self.place(type_name), self.at + timedelta(hours=hours)
        clerk = f"{self.organ}-clerk"
        owner = f"{self.organ}-specialist"
        wanted = Wanted(self.organ, type_name, TYPES[type_name], owner, "họp", until)
        most = RULES[self.decided[place[1]]].most_open
        if len(self.kept) >= most or place[1] in self.closed:
            kind = ReservationsMany if len(self.kept) >= most else RegisterClosed
            with pytest.raises(kind), self.database.writing() as session:
                reservations.reserve(session, wanted, clerk, self.at)
            return
        with self.database.writing() as session:
            row = reservations.reserve(session, wanted, clerk, self.at)
        self.given[place].append("open")
        assert row.number == len(self.given[place])
        self.kept[row.id] = (place, row.number, type_name, until)

    @rule(numbers=st.booleans(), which=st.integers(0, 5))
    def use(self, numbers: bool, which: int) -> None:
        if not self.kept:
            return
        held = sorted(self.kept)[which % len(self.kept)]
        place, number, type_name, until = self.kept[held]
        made, clerk = self.document(type_name), f"{self.organ}-clerk"
        if until <= self.at or place[1] in self.closed:
            expected = ReservationEnded if until <= self.at else RegisterClosed
            with pytest.raises(expected), self.database.writing() as session:
                reservations.use(session, held, made, clerk, self.at)
            return
        with self.database.writing() as session:
            reservations.use(session, held, made, clerk, self.at)
            if not numbers:
                session.rollback()
                return
            code = outgoing.numbered(session, made, self.at)
            assert locked(session, made).promulgated.year == place[1]  # type: ignore[union-attr]
        assert int(code.number) == number
        self.given[place][number - 1] = "document"
        self.numbered[made] = (place, number)
        del self.kept[held]

    @rule(which=st.integers(0, 5))
    def give_back(self, which: int) -> None:
        if not self.kept:
            return
        held = sorted(self.kept)[which % len(self.kept)]
        place, number, _, _ = self.kept.pop(held)
        owner = f"{self.organ}-specialist"
        for _ in range(2):
            with self.database.writing() as session:
                reservations.give_back(session, self.organ, held, owner, self.at, "không dùng")
        self.given[place][number - 1] = "void"

    @rule()
    def expire(self) -> None:
        over = {held: kept for held, kept in self.kept.items() if kept[3] <= self.at}
        with self.database.writing() as session:
            reservations.expire(session, self.at)
        for held, (place, number, _, _) in over.items():
            self.given[place][number - 1] = "void"
            del self.kept[held]

    @rule(which=st.integers(0, 20))
    def void(self, which: int) -> None:
        if not self.numbered:
            return
        made = sorted(self.numbered)[which % len(self.numbered)]
        place, number = self.numbered.pop(made)
        with self.database.writing() as session:
            outgoing.decide(session, made, Step.VOID, f"{self.organ}-clerk", self.at, "in sai")
        self.given[place][number - 1] = "document void"

    @rule(which=st.integers(0, 2), year=st.sampled_from([2026, 2027]))
    def decide(self, which: int, year: int) -> None:
        begun = any(year_of >= year for (_, year_of), given in self.given.items() if given)
        try:
            with self.database.writing() as session:
                series_rules.decide(
                    session,
                    self.organ,
                    RULES[which],
                    year,
                    f"{self.organ}-leader",
                    self.at,
                    f"1{which}/QĐ-X",
                )
        except YearBegun:
            assert begun or year < local_day(self.at).year
            return
        if begun:  # the very decision that is in force, recorded again
            assert self.decided[2027] == which
            return
        self.decided |= {each: which for each in (2026, 2027) if each >= year}

    @rule()
    def close(self) -> None:
        if local_day(self.at).year != 2027:
            return
        with self.database.writing() as session:
            session.execute(
                update(RegisterRow)
                .where(RegisterRow.organ_id == self.organ, RegisterRow.year == 2026)
                .values(closed_at=self.at, closed_by="x")
            )
        if any(year == 2026 for _, year in self.given):
            self.closed.add(2026)

    @invariant()
    def registers_are_the_model(self) -> None:
        with self.database.reading() as session:
            report = number_report.report(session, self.at, self.organ)
            assert report.sound, report.as_dict()
            lines = [
                line
                for year in (2026, 2027)
                for line in number_ledger.lines(session, self.organ, year, Direction.OUTGOING)
            ]
            years = {
                (row.series, row.year): row.last_number
                for row in session.scalars(
                    select(RegisterRow).where(RegisterRow.organ_id == self.organ)
                )
            }
        assert years == {place: len(given) for place, given in self.given.items() if given}
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        for line in lines:
            assert line.day is not None
            assert line.sequence is not None
            void = " void" if line.what == "document" and line.void_reason else ""
            found[line.series, line.day.year].append(line.what + void)
            assert line.number == len(found[line.series, line.day.year])
        assert found == {place: given for place, given in self.given.items() if given}


def test_registers_are_what_a_model_counts_whatever_the_office_does(
    database: Database, make_agency: Callable[..., Any], make_person: Callable[..., Any]
) -> None:
    def seat(store: Database, organ: str) -> None:
        with store.writing() as session:
            agency = make_agency(organ_id=organ, abbreviation="X", old_organ_id="")
            directory.put_agency(session, agency, served=True)
            for role in (Role.CLERK, Role.LEADER, Role.SPECIALIST):
                directory.put_person(session, make_person(organ_id=organ, role=role))

    class OfThisDatabase(Numbers):
        pass

    OfThisDatabase.database, OfThisDatabase.seat = database, staticmethod(seat)
    run_state_machine_as_test(
        OfThisDatabase,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_refused_number_leaves_no_trace_even_where_the_caller_commits(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        for name in ("d1", "d2"):
            row = {
                "id": name,
                "direction": "outgoing",
                "organ_id": "H99.01",
                "state": "signed",
                "created_at": at,
                "updated_at": at,
                # two types whose drafters wrote the same notation
                "type_name": "Quyết định" if name == "d1" else "Chỉ thị",
                "subject": "x",
                "sender_organ_id": "H99.01",
                "code_notation": "QĐ-S1",
                "clerk_id": "H99.01-clerk",
            }
            session.execute(insert(DocumentRow), [row])
    with office.writing() as session:
        outgoing.numbered(session, "d1", at)
        with pytest.raises(Refused, match=r"register\.code_taken"):
            outgoing.numbered(session, "d2", at)
    with office.reading() as session:
        assert number_report.report(session, at).sound
        assert session.get_one(DocumentRow, "d2").code_number is None
