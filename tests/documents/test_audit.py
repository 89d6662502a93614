"""Whoever changes a document's row behind the ledger's back is found."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from documents import audit, incoming, ledger, outgoing
from documents.arrival import Arrival
from documents.database import Database
from documents.document import Role
from documents.incoming import Finding
from documents.ledger import Actor, Fact
from documents.outgoing import Draft
from documents.tables import DocumentRow, ParcelRow

Arrivals = Callable[..., Arrival]


@pytest.fixture
def received(office: Database, make_arrival: Arrivals, at: datetime) -> str:
    """Enter, quarantine and release a document whose signature does not hold."""
    parcel = ParcelRow(organ_id="H99.02", axis_id="m-1", kind="edoc", sender="G01", sha256="a" * 64)
    parcel.fetched_at, parcel.outcome = at, "stored"
    with office.writing() as session:
        incoming.keep_parcel(session, parcel)
        document = incoming.arrived(session, make_arrival(), at)
    with office.writing() as session:
        incoming.verified(session, document, Finding("TOTAL-FAILED", {}, "broken"), at)
        incoming.released(session, document, "H99.02-clerk", at, "the sender was called")
        incoming.registered(session, document, at)
    return document


@pytest.fixture
def numbered(office: Database, make_draft: Callable[..., Draft], at: datetime) -> str:
    """Carry a document up to its number."""
    with office.writing() as session:
        row = outgoing.create(session, make_draft(), at)
        for step, role in (("submit", Role.SPECIALIST), ("approve", Role.LEADER)):
            outgoing.decide(session, row.id, outgoing.Step(step), f"H99.01-{role}", at)
        outgoing.signed(session, row.id, "3" * 64, 1300, at)
        outgoing.numbered(session, row.id, at)
        return row.id


def found(office: Database) -> list[str]:
    with office.snapshot() as session:
        return [each.reason for each in audit.contradictions(session)]


def change(office: Database, document: str, **values: Any) -> None:
    with office.writing() as session:
        row = session.get_one(DocumentRow, document)
        for name, value in values.items():
            setattr(row, name, value)


def test_what_was_done_by_the_book_is_not_contradicted(
    office: Database, received: str, numbered: str
) -> None:
    assert found(office) == []
    with office.snapshot() as session:
        assert sorted(audit.blobs(session)) == [c * 64 for c in "123ab"]


@pytest.mark.parametrize(
    "values",
    [
        {"verdict": "TOTAL-PASSED"},
        {"receipt_number": 7},
        {"state": "quarantined"},
        {"current_sha256": "f" * 64},
    ],
)
def test_a_changed_incoming_document_is_found(
    office: Database, received: str, values: dict[str, Any]
) -> None:
    change(office, received, **values)
    assert [received in reason for reason in found(office)] == [True]


@pytest.mark.parametrize(
    "values", [{"code_number": "99"}, {"state": "sealed"}, {"current_sha256": "f" * 64}]
)
def test_a_changed_outgoing_document_is_found(
    office: Database, numbered: str, values: dict[str, Any]
) -> None:
    change(office, numbered, **values)
    assert [numbered in reason for reason in found(office)] == [True]


def test_a_document_nobody_entered_is_found(office: Database, at: datetime) -> None:
    row = DocumentRow(id="smuggled", direction="incoming", organ_id="H99.02", state="registered")
    row.created_at = row.updated_at = at
    row.type_name, row.subject, row.sender_organ_id = "Công văn", "x", "G01"
    with office.writing() as session:
        session.add(row)
    assert [reason.startswith("smuggled") for reason in found(office)] == [True]


def test_a_chain_that_grows_meanwhile_holds(office: Database, numbered: str, at: datetime) -> None:
    with office.snapshot() as session:
        assert ledger.length(session) > 0
        with office.writing() as other:
            ledger.append(other, "H99.01", Fact(numbered, "x", "", Actor("a", Role.CLERK)), at)
        assert list(ledger.verify(session)) == []
