"""Two installations and an axis between them that loses answers, repeats and reorders."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from sqlalchemy import func, select

from documents import (
    change_decisions,
    change_listing,
    change_messages,
    changes,
    feedback,
    incoming,
    ledger,
    outgoing,
    register,
)
from documents.arrival import Arrival, StatusArrival, Target
from documents.change import BUSINESS, ChangeKind
from documents.database import Database
from documents.departure import StatusDeparture
from documents.document import Role
from documents.incoming import Finding
from documents.lifecycle import Step
from documents.tables import (
    ChangeRow,
    DocumentRow,
    LedgerRow,
    ParcelRow,
    RegisterEntryRow,
    RevisionRow,
)

SENDER, RECEIVER = "H99.01", "H99.02"
REASON = "Sai nội dung tại Điều 2"
KEPT = (DocumentRow, RevisionRow, RegisterEntryRow, LedgerRow, ParcelRow, ChangeRow)
"""What no message may ever make fewer."""


@dataclass
class Offices:
    """The sender's and the receiver's installation; the axis keeps each message under its id."""

    sender: Database
    receiver: Database
    make_draft: Callable[..., Any]
    make_arrival: Callable[..., Any]
    at: datetime
    axis: dict[str, StatusDeparture] = field(default_factory=dict)

    def now(self) -> datetime:
        """Return a moment later than any before."""
        self.at += timedelta(seconds=1)
        return self.at

    def draft(self, *recipients: str, **given: Any) -> str:
        """Enter a draft at the sender; returns its id."""
        with self.sender.writing() as session:
            draft = self.make_draft(recipients=recipients or (RECEIVER,), **given)
            return outgoing.create(session, draft, self.now()).id

    def seal(self, document: str) -> str:
        """Carry a draft as far as its seal."""
        with self.sender.writing() as session:
            at = self.now()
            outgoing.decide(session, document, Step.SUBMIT, f"{SENDER}-{Role.SPECIALIST}", at)
            outgoing.decide(session, document, Step.APPROVE, f"{SENDER}-{Role.LEADER}", at)
            outgoing.signed(session, document, "3" * 64, 1, at)
            outgoing.numbered(session, document, at)
            outgoing.sealed(session, document, "4" * 64, 1, at)
        return document

    def dispatch(self, document: str) -> str:
        """Let a sealed document leave."""
        with self.sender.writing() as session:
            outgoing.dispatched(session, document, f"axis-{document}", self.now())
        return document

    def send(self, *recipients: str) -> str:
        """Send a new document; returns its id."""
        return self.dispatch(self.seal(self.draft(*recipients)))

    def row(self, database: Database, document: str) -> DocumentRow:
        """Return a document's row."""
        with database.reading() as session:
            return session.get_one(DocumentRow, document)

    def arrival(self, document: str, **given: Any) -> Arrival:
        """Return the message of the sender's document as the receiver reads it."""
        row = self.row(self.sender, document)
        values: dict[str, Any] = {
            "organ_id": RECEIVER,
            "axis_id": f"axis-{document}",
            "message_sha256": sha256(document.encode()).hexdigest(),
            "sender_organ_id": SENDER,
            "sender_name": "Sở số 1",
            "document_key": row.document_key,
            "code_number": row.code_number,
            "code_notation": row.code_notation,
            "promulgated": row.promulgated,
        }
        arrived: Arrival = self.make_arrival(**values | given)
        return arrived

    def letter(self, document: str, kind: ChangeKind, target: str, **given: Any) -> Arrival:
        """Return the message of a letter that changes the sender's document *target*."""
        about = self.row(self.sender, target)
        named = Target(
            about.document_key or "",
            SENDER,
            f"{about.code_number}/{about.code_notation}",
            about.promulgated,
        )
        values: dict[str, Any] = {
            "business_type": BUSINESS[kind],
            "business_reason": REASON,
            "targets": (named,),
        }
        return self.arrival(document, **values | given)

    def bring(self, arrival: Arrival, sender: str = "") -> str:
        """Let a document arrive and be verified; returns its id."""
        parcel = ParcelRow(
            organ_id=arrival.organ_id,
            axis_id=arrival.axis_id,
            kind="edoc",
            sender=sender or arrival.sender_organ_id,
            sha256=arrival.message_sha256,
            fetched_at=self.at,
            outcome="stored",
        )
        with self.receiver.writing() as session:
            incoming.keep_parcel(session, parcel)
            document = incoming.arrived(session, arrival, self.now())
        with self.receiver.writing() as session:
            if session.get_one(DocumentRow, document).state == "fetched":
                incoming.verified(session, document, Finding("TOTAL-PASSED", {}), self.now())
        return document

    def register(self, document: str) -> bool:
        """Register the arrival, unless it waits for a person."""
        with self.receiver.writing() as session:
            row = session.get_one(DocumentRow, document)
            if row.held or row.state != "verified":
                return False
            incoming.registered(session, document, self.now())
        return True

    def ask(self, document: str, *recipients: str, reason: str = REASON) -> None:
        """Let the sender's clerk recall the document."""
        with self.sender.writing() as session:
            clerk = f"{SENDER}-{Role.CLERK}"
            changes.ask(session, document, clerk, self.now(), reason, recipients)

    def answer(self, wanted: str, *, agree: bool, reason: str = "Đang giải quyết") -> None:
        """Let the receiver's clerk answer."""
        with self.receiver.writing() as session:
            clerk = f"{RECEIVER}-{Role.CLERK}"
            change_decisions.answer(
                session, wanted, clerk, self.now(), agree=agree, reason="" if agree else reason
            )

    def carry(self, database: Database, *, lost: bool = False) -> list[str]:
        """Hand what is owed to the axis, which has each id once; *lost*: its answer is."""
        with database.reading() as session:
            due = change_messages.unsent(session, self.now(), 100)
            owed = change_messages.owed(session, due)
        for each in owed:
            known = self.axis.setdefault(each.change_id, each.departure)
            assert known == each.departure, "another content under the same id"
        if not lost:
            with database.writing() as session:
                for each in owed:
                    change_messages.sent(session, each.change_id, self.now())
        return [each.change_id for each in owed]

    def tell(self, message_id: str, axis_id: str = "", **given: Any) -> bool:
        """Deliver a status that the axis has, as often as wanted."""
        sent = self.axis[message_id]
        text = repr(sent)
        values: dict[str, Any] = {
            "organ_id": sent.recipient_organ_id,
            "axis_id": axis_id or message_id,
            "message_sha256": sha256(text.encode()).hexdigest(),
            "reporter_organ_id": sent.reporter.organ_id,
            "reporter_name": sent.reporter.name,
            "document_key": sent.document_key,
            "document_code": f"{sent.code_number}/{sent.code_notation}",
            "code": sent.code,
            "note": sent.note,
            "at": sent.at,
        }
        status = StatusArrival(**values | given)
        here = self.receiver if status.organ_id == RECEIVER else self.sender
        return enter(here, status, self.now())

    def changes(self, database: Database, document: str) -> list[ChangeRow]:
        """Return the questions about a document, or asked by it."""
        with database.reading() as session:
            return change_listing.about(session, document)

    def deliveries(self, document: str) -> dict[str, str]:
        """Return the state of each delivery."""
        with self.sender.reading() as session:
            return {d.organ_id: d.state for d in outgoing.deliveries_of(session, document)}

    def mark(self, database: Database, document: str) -> str | None:
        """Return what stands beside the document's number."""
        with database.reading() as session:
            wanted = select(RegisterEntryRow.mark, RegisterEntryRow.void_reason).where(
                RegisterEntryRow.document_id == document
            )
            mark, void = session.execute(wanted).one()
        assert void is None
        return str(mark) if mark else None

    def sizes(self) -> dict[str, int]:
        """Return how many rows of each kind there are, in both installations."""
        found = {}
        for name, database in (("sender", self.sender), ("receiver", self.receiver)):
            with database.reading() as session:
                for table in KEPT:
                    rows = session.scalar(select(func.count()).select_from(table)) or 0
                    found[f"{name}.{table.__tablename__}"] = rows
        return found

    def ensure_sound(self) -> None:
        """Return if both ledgers verify and no register has a gap."""
        for database in (self.sender, self.receiver):
            with database.reading() as session:
                assert list(ledger.verify(session)) == []
                assert register.gaps(session) == []


def enter(database: Database, status: StatusArrival, at: datetime) -> bool:
    """Let a status arrive."""
    parcel = ParcelRow(
        organ_id=status.organ_id,
        axis_id=status.axis_id,
        kind="status",
        sender=status.reporter_organ_id,
        sha256=status.message_sha256,
        fetched_at=at,
        outcome="stored",
    )
    with database.writing() as session:
        incoming.keep_parcel(session, parcel)
        return feedback.received(session, status, at)


@pytest.fixture(params=["sqlite", "postgresql"])
def offices(
    request: pytest.FixtureRequest,
    sqlite_template: Path,
    tmp_path: Path,
    make_agency: Callable[..., Any],
    make_person: Callable[..., Any],
    make_draft: Callable[..., Any],
    make_arrival: Callable[..., Any],
    at: datetime,
) -> Iterator[Offices]:
    """Two installations; on PostgreSQL one that serves both agencies."""
    from tests.documents.conftest import seat

    if request.param == "sqlite":
        urls = [f"sqlite:///{tmp_path / name}.db" for name in ("sender", "receiver")]
        for url in urls:
            copyfile(sqlite_template, url.removeprefix("sqlite:///"))
    else:
        urls = [request.getfixturevalue("postgres_url")]
    databases = [Database(url) for url in urls]
    for database in databases:
        seat(database, make_agency, make_person)
    yield Offices(databases[0], databases[-1], make_draft, make_arrival, at)
    for database in databases:
        database.close()
