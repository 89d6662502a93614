"""Dossiers under everything an office does with them, on both databases.

A model counts along: what it says lies in each dossier is what the store has, numbered from 1
without a gap; what is closed never changes; one document stays one row; rights wait until they
are confirmed.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, insert, select

from documents import access_rights, dossier_closing, dossiers, filings, ledger, posts
from documents.access import GrantKind
from documents.database import Database
from documents.document import Role
from documents.dossier_closing import DossierUnready
from documents.dossiers import DossierClosed, Opening
from documents.filings import NotInDossier
from documents.identity import new_id
from documents.ledger import SYSTEM, Fact
from documents.retention import Retention
from documents.tables import DocumentRow, FilingRow

ORGAN = "H99.01"
COMPILER, LEADER, OTHER = (
    f"{ORGAN}-{role}" for role in (Role.SPECIALIST, Role.LEADER, Role.UNIT_HEAD)
)
REASON = "đưa nhầm hồ sơ này"
ANY = st.integers(0, 9)
NUMBERS = count(1)


class Shelf(RuleBasedStateMachine):
    """One agency's dossiers."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2026, 3, 9, 2, tzinfo=UTC)
        self.documents: dict[str, int] = {}
        """Pages of each."""
        self.held: dict[str, list[str]] = {}
        self.closed: dict[str, tuple[list[str], int]] = {}
        self.restricted: dict[str, bool] = {}
        self.waiting: dict[str, tuple[str, bool]] = {}

    def pick(self, which: int, among: list[str]) -> str | None:
        self.at += timedelta(minutes=1)
        return among[which % len(among)] if among else None

    @rule(pages=st.integers(1, 30), day=st.integers(1, 28))
    def document(self, pages: int, day: int) -> None:
        made, number = new_id(), str(next(NUMBERS))
        row: dict[str, Any] = {
            "id": made,
            "direction": "outgoing",
            "organ_id": ORGAN,
            "state": "dispatched",
            "created_at": self.at,
            "updated_at": self.at,
            "type_name": "Công văn",
            "subject": "về việc phối hợp",
            "sender_organ_id": ORGAN,
            "code_number": number,
            "code_notation": "S1-VP",
            "promulgated": datetime(2026, 2, day, tzinfo=UTC).date(),
            "pages": pages,
            "clerk_id": f"{ORGAN}-clerk",
        }
        with self.database.writing() as session:
            session.execute(insert(DocumentRow), [row])
        self.documents[made] = pages

    @rule(restricted=st.booleans())
    def open_one(self, restricted: bool) -> None:
        opening = Opening(
            ORGAN,
            f"{next(NUMBERS)}.VP",
            outside=True,
            title="Hồ sơ phối hợp",
            retention=Retention(20),
            restricted=restricted,
        )
        with self.database.writing() as session:
            row = dossiers.open_(session, opening, COMPILER, self.at)
        self.held[row.id], self.restricted[row.id] = [], restricted

    @rule(which=ANY, into=ANY)
    def file(self, which: int, into: int) -> None:
        document = self.pick(which, list(self.documents))
        dossier = self.pick(into, list(self.held))
        if document is None or dossier is None:
            return
        if dossier in self.closed:
            with pytest.raises(DossierClosed), self.database.writing() as session:
                filings.file_in(session, dossier, document, COMPILER, self.at)
            return
        with self.database.writing() as session:
            done = filings.file_in(session, dossier, document, COMPILER, self.at)
        assert done.new == (document not in self.held[dossier])
        if done.new:
            self.held[dossier].append(document)

    @rule(which=ANY, out=ANY)
    def take_out(self, which: int, out: int) -> None:
        document = self.pick(which, list(self.documents))
        dossier = self.pick(out, list(self.held))
        if document is None or dossier is None:
            return
        there = document in self.held[dossier]
        if dossier in self.closed or not there:
            kind = DossierClosed if dossier in self.closed else NotInDossier
            with pytest.raises(kind), self.database.writing() as session:
                filings.take_out(session, dossier, document, COMPILER, self.at, REASON)
            return
        with self.database.writing() as session:
            filings.take_out(session, dossier, document, COMPILER, self.at, REASON)
        self.held[dossier].remove(document)

    @rule(which=ANY)
    def close(self, which: int) -> None:
        dossier = self.pick(which, list(self.held))
        if dossier is None:
            return
        if dossier in self.closed or not self.held[dossier]:
            kind = DossierClosed if dossier in self.closed else DossierUnready
            with pytest.raises(kind), self.database.writing() as session:
                dossier_closing.close(session, dossier, COMPILER, self.at)
            return
        with self.database.writing() as session:
            dossier_closing.close(session, dossier, COMPILER, self.at)
            order = [filed.document.id for filed in filings.documents_in(session, dossier)]
        pages = sum(self.documents[document] for document in order)
        self.closed[dossier] = (order, pages)

    @rule(which=ANY)
    def reopen(self, which: int) -> None:
        dossier = self.pick(which, list(self.held))
        if dossier is None:
            return
        with self.database.writing() as session:
            dossier_closing.reopen(session, dossier, LEADER, self.at, "bổ sung văn bản còn thiếu")
        self.closed.pop(dossier, None)

    @rule(which=ANY, restrict=st.booleans())
    def ask(self, which: int, restrict: bool) -> None:
        dossier = self.pick(which, list(self.held))
        if dossier is None:
            return
        with self.database.writing() as session:
            row = access_rights.ask(
                *(session, dossiers.known(session, dossier), GrantKind.RESTRICTED, ""),
                *(COMPILER, self.at, "theo yêu cầu công việc"),
                allowed=restrict,
            )
        self.waiting[row.id] = (dossier, restrict)

    @rule(which=ANY, confirmed=st.booleans())
    def decide(self, which: int, confirmed: bool) -> None:
        change = self.pick(which, list(self.waiting))
        if change is None:
            return
        with self.database.writing() as session:
            access_rights.decide(session, ORGAN, change, LEADER, self.at, confirmed=confirmed)
        dossier, restrict = self.waiting.pop(change)
        if confirmed:
            self.restricted[dossier] = restrict

    @invariant()
    def each_dossier_holds_what_was_filed_in_order_without_a_gap(self) -> None:
        with self.database.reading() as session:
            totals = filings.totals(session, self.held)
            for dossier, wanted in self.held.items():
                found = filings.documents_in(session, dossier)
                assert [filed.ordinal for filed in found] == list(range(1, len(wanted) + 1))
                assert sorted(filed.document.id for filed in found) == sorted(wanted)
                days = [filings.day_of(filed.document) for filed in found]
                assert days == sorted(days)
                assert totals[dossier] == (len(wanted), sum(map(self.documents.get, wanted)))  # type: ignore[arg-type]

    @invariant()
    def what_is_closed_stays_as_it_was(self) -> None:
        with self.database.reading() as session:
            for dossier, (order, pages) in self.closed.items():
                row = dossiers.known(session, dossier)
                assert (row.doc_total, row.page_total) == (len(order), pages)
                assert [f.document.id for f in filings.documents_in(session, dossier)] == order

    @invariant()
    def rights_change_only_when_confirmed(self) -> None:
        with self.database.reading() as session:
            other = posts.acting(session, ORGAN, OTHER, (Role.UNIT_HEAD,), self.at)
            rows = [dossiers.known(session, dossier) for dossier in self.held]
            seen = access_rights.seen(session, other, rows)
            assert seen == {dossier for dossier, hidden in self.restricted.items() if not hidden}
            assert {row.id for row in access_rights.alerts(session, ORGAN)} == set(self.waiting)

    def teardown(self) -> None:
        with self.database.reading() as session:
            assert (session.scalar(select(func.count()).select_from(DocumentRow)) or 0) >= len(
                self.documents
            )
            twice = (
                select(FilingRow.dossier_id, FilingRow.document_id)
                .where(FilingRow.removed_at.is_(None))
                .group_by(FilingRow.dossier_id, FilingRow.document_id)
                .having(func.count() > 1)
            )
            assert session.execute(twice).all() == []
            assert list(ledger.verify(session)) == []
        with self.database.writing() as session:
            for change in self.waiting:
                access_rights.decide(session, ORGAN, change, LEADER, self.at, confirmed=False)


def test_dossiers_hold_under_everything_an_office_does(office: Database) -> None:
    with office.writing() as session:  # documents are put straight in: the chain has a beginning
        fact = Fact("", "begin", "", SYSTEM)
        ledger.append(session, ORGAN, fact, datetime(2026, 3, 9, 1, tzinfo=UTC))
    machine = type("Shelf", (Shelf,), {"database": office})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=6,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
