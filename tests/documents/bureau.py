"""An agency with two units and its people, and arrivals that wait for direction."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from documents import directory, incoming
from documents.database import Database
from documents.document import Person, Role
from documents.tables import ParcelRow, PostRow, UnitRow

ORGAN = "H99.02"
LEADER, CLERK = f"{ORGAN}-{Role.LEADER}", f"{ORGAN}-{Role.CLERK}"
PEOPLE = {
    "head-a": (Role.UNIT_HEAD, "a"),
    "head-b": (Role.UNIT_HEAD, "b"),
    "one-a": (Role.SPECIALIST, "a"),
    "two-a": (Role.SPECIALIST, "a"),
    "one-b": (Role.SPECIALIST, "b"),
    "gone-a": (Role.SPECIALIST, "a"),
}
"""By id: role and unit; the last one's post ended."""


class Bureau:
    """The agency at a moment; `at` moves on by hand."""

    def __init__(self, database: Database, make_arrival: Callable[..., Any], at: datetime) -> None:
        self.database, self.make_arrival, self.at = database, make_arrival, at
        self.count = 0

    def arrive(self, session: Session, **given: Any) -> str:
        """Return the id of a new registered arrival."""
        self.count += 1
        digest = f"{self.count:064x}"
        arrival = self.make_arrival(
            axis_id=f"m-{self.count}",
            message_sha256=digest,
            document_key=f"G01,2026/03/01,{self.count}/QĐ-BNV",
            code_number=str(self.count),
            **given,
        )
        parcel = ParcelRow(
            organ_id=ORGAN,
            axis_id=arrival.axis_id,
            kind="edoc",
            sender="G01",
            sha256=digest,
            fetched_at=self.at,
            outcome="stored",
        )
        incoming.keep_parcel(session, parcel)
        document = incoming.arrived(session, arrival, self.at)
        incoming.verified(session, document, incoming.Finding("TOTAL-PASSED", {}), self.at)
        incoming.registered(session, document, self.at)
        return document


def open_units(session: Session, at: datetime) -> None:
    """Enter two units with their heads and people, and a unit of another agency."""
    for name, organ in (("a", ORGAN), ("b", ORGAN), ("x", "H99.01")):
        session.add(
            UnitRow(
                id=name,
                organ_id=organ,
                name=f"Phòng {name.upper()}",
                abbreviation=name.upper(),
                since=date(2020, 1, 1),
            )
        )
    session.add(
        UnitRow(
            id="old",
            organ_id=ORGAN,
            name="Phòng cũ",
            abbreviation="CU",
            since=date(2020, 1, 1),
            until=date(2025, 6, 30),
        )
    )
    session.flush()
    for person, (role, unit) in PEOPLE.items():
        directory.put_person(session, Person(person, ORGAN, f"Người {person}", "Chức vụ", role))
        post = session.query(PostRow).filter_by(person_id=person).one()
        post.unit_id = unit
        if person == "gone-a":
            post.until = date(2026, 1, 31)


@pytest.fixture
def bureau(office: Database, make_arrival: Callable[..., Any], at: datetime) -> Bureau:
    """Give the agency at a Monday morning in March 2026."""
    with office.writing() as session:
        open_units(session, at)
    return Bureau(office, make_arrival, at)
