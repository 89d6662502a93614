"""The tables of the journey. CHECKs on states are built from the lifecycles, never retyped."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from documents.delivery import DeliveryState
from documents.document import Role
from documents.lifecycle import Direction, states_of
from documents.tables.foundation import Base, among


def _states(direction: Direction) -> list[str]:
    return sorted(state.value for state in states_of(direction))


class AgencyRow(Base):
    """The catalogue of agencies; the `served` ones have their desk in this installation."""

    __tablename__ = "agency"

    organ_id: Mapped[str] = mapped_column(String(35), primary_key=True)
    old_organ_id: Mapped[str | None] = mapped_column(String(35), index=True)
    name: Mapped[str] = mapped_column(String(200))
    abbreviation: Mapped[str] = mapped_column(String(30), default="")
    parent_name: Mapped[str] = mapped_column(String(500), default="")
    place: Mapped[str] = mapped_column(String(50), default="")
    address: Mapped[str] = mapped_column(String(500), default="")
    email: Mapped[str] = mapped_column(String(100), default="")
    telephone: Mapped[str] = mapped_column(String(50), default="")
    served: Mapped[bool] = mapped_column(default=False)
    seal_key: Mapped[str] = mapped_column(String(100), default="")
    """Stem of the seal's key and image in the key folder."""
    accepts_unsigned: Mapped[bool] = mapped_column(default=False)
    """Register documents without any PDF signature instead of holding them for the clerk."""
    collective: Mapped[bool | None]
    """Led by a collective, so that TM. may be printed; not said: as the law has it by the name."""
    clerk_issues: Mapped[bool | None]
    """What its leaders signed waits for the clerk's order to issue it; not said: it does not."""
    clerk_registers: Mapped[bool | None]
    """What came by the axis waits for the clerk to register it; not said: it does not."""


class PersonRow(Base):
    """A person, with a copy of the main post for lists; rights come from `PostRow` alone.

    `tenure.copy` is the only place that writes the copy.
    """

    __tablename__ = "person"
    __table_args__ = (CheckConstraint(among("role", sorted(Role)), name="role"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    full_name: Mapped[str] = mapped_column(String(255), index=True)
    position: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20))
    competence: Mapped[str] = mapped_column(String(10), default="")
    competence_line: Mapped[str] = mapped_column(String(100), default="")
    signing_key: Mapped[str] = mapped_column(String(100), default="")
    """Stem of the person's key and signature image in the key folder."""
    active: Mapped[bool] = mapped_column(default=True)


class DocumentRow(Base):
    """One document of one agency, outgoing or incoming."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(
            f"(direction = 'outgoing' AND {among('state', _states(Direction.OUTGOING))})"
            f" OR (direction = 'incoming' AND {among('state', _states(Direction.INCOMING))})",
            name="state",
        ),
        UniqueConstraint(
            "organ_id",
            "direction",
            "sender_organ_id",
            "document_key",
            "business_type",
            "message_sha256",
        ),
        Index("ix_document_work", "direction", "state", "next_attempt_at"),
        Index("ix_document_list", "organ_id", "direction", "created_at"),
        Index("ix_document_key", "document_key"),
        Index("ix_document_code", "code_number", "code_notation"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    direction: Mapped[str] = mapped_column(String(8))
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    """The agency whose document this is."""
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    type_name: Mapped[str] = mapped_column(String(100))
    subject: Mapped[str] = mapped_column(Text)
    urgency: Mapped[int] = mapped_column(Integer, default=0)
    place: Mapped[str] = mapped_column(String(100), default="")
    due_date: Mapped[date | None] = mapped_column(Date)
    to_places: Mapped[list[str]] = mapped_column(default=list)
    pages: Mapped[int] = mapped_column(Integer, default=0)

    sender_organ_id: Mapped[str] = mapped_column(String(35))
    sender_name: Mapped[str] = mapped_column(String(200), default="")
    code_number: Mapped[str | None] = mapped_column(String(30))
    code_notation: Mapped[str] = mapped_column(String(100), default="")
    promulgated: Mapped[date | None] = mapped_column(Date)
    document_key: Mapped[str | None] = mapped_column(String(200))
    """edXML DocumentId."""
    business_type: Mapped[int] = mapped_column(Integer, default=0)
    message_sha256: Mapped[str | None] = mapped_column(String(64))
    """The edXML message as sent or as received."""
    current_sha256: Mapped[str | None] = mapped_column(String(64))
    """The newest revision of the document's own PDF."""
    approved_sha256: Mapped[str | None] = mapped_column(String(64))
    """The revision that whoever signs approved: nothing else is signed (Art. 11)."""

    drafter_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    signer_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    clerk_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    signer_name: Mapped[str] = mapped_column(String(255), default="")
    signer_position: Mapped[str] = mapped_column(String(100), default="")
    signer_competence: Mapped[str] = mapped_column(String(100), default="")
    placement: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    receipt_number: Mapped[int | None] = mapped_column(BigInteger)
    """số đến."""
    verdict: Mapped[str] = mapped_column(String(20), default="")
    verification: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    warnings: Mapped[list[str]] = mapped_column(default=list)

    unit_id: Mapped[str | None] = mapped_column(String(36))
    """Outgoing: the drafting unit; incoming: the unit that leads."""
    language: Mapped[str | None] = mapped_column(String(30))
    description: Mapped[str | None] = mapped_column(Text)
    """Ghi chú."""
    issued_amount: Mapped[int | None] = mapped_column(Integer)
    """Số lượng bản phát hành."""
    arrival_date: Mapped[date | None] = mapped_column(Date)
    """Ngày đến: the day in Vietnam on which it was registered."""
    channel: Mapped[str | None] = mapped_column(String(8))
    """How it came in: axis (or not said), scan, file, hand."""
    answers: Mapped[bool | None]
    """Outgoing: it answers arrivals that its dispatch has still to complete (`handling`)."""

    awaits: Mapped[str | None] = mapped_column(String(10))
    """Whose word the system's next step waits for (`documents.awaited`): nobody carries it."""
    frozen_by: Mapped[str | None] = mapped_column(String(36))
    """The open signature request, or the recall, that holds it: no other step may be taken."""
    lease_owner: Mapped[str | None] = mapped_column(String(64), index=True)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    held: Mapped[bool] = mapped_column(default=False)
    """Waits for a person: the error below says why."""
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_text: Mapped[str | None] = mapped_column(Text)


class RevisionRow(Base):
    """One revision of a document's PDF; never changed, only added."""

    __tablename__ = "revision"
    __table_args__ = (
        Index(
            "uq_revision_kind",
            "document_id",
            "kind",
            unique=True,
            sqlite_where=text("kind NOT IN ('source', 'draft', 'preserved')"),
            postgresql_where=text("kind NOT IN ('source', 'draft', 'preserved')"),
        ),
    )

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    """source | draft | signed | sealed | received | preserved | initial1 …

    Once each but source and draft (one of each a version of the draft) and preserved.
    """
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class AttachmentRow(Base):
    """A file that travels with a document."""

    __tablename__ = "attachment"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)


class DeliveryRow(Base):
    """One outgoing document at one recipient."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("document_id", "organ_id"),
        CheckConstraint(among("state", sorted(DeliveryState)), name="state"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    organ_id: Mapped[str] = mapped_column(String(35), index=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), index=True)
    axis_id: Mapped[str | None] = mapped_column(String(128), index=True)
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the axis's receipt was recorded."""
    status_code: Mapped[str | None] = mapped_column(String(2))
    note: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]


class FeedbackRow(Base):
    """A status this installation owes a sender (phản hồi trạng thái)."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("document_id", "code", "occurrence"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """Also the status message's id on the axis, over every retry."""
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    code: Mapped[str] = mapped_column(String(2))
    occurrence: Mapped[int] = mapped_column(Integer, default=1)
    """05 may repeat."""
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    given_up_at: Mapped[datetime | None]
    """Refused by the axis, or tried as often as is tried: waits for a person."""


_UNSENT = text("sent_at IS NULL AND given_up_at IS NULL")
_GIVEN_UP = text("given_up_at IS NOT NULL")
Index("ix_feedback_unsent", FeedbackRow.created_at, sqlite_where=_UNSENT, postgresql_where=_UNSENT)
Index(
    "ix_feedback_given_up",
    FeedbackRow.given_up_at,
    sqlite_where=_GIVEN_UP,
    postgresql_where=_GIVEN_UP,
)


class ParcelRow(Base):
    """One message fetched from the axis for one agency; the inbox's memory of what it saw."""

    __tablename__ = "parcel"
    __table_args__ = (
        CheckConstraint(among("outcome", ["stored", "opened", "junk"]), name="outcome"),
    )

    organ_id: Mapped[str] = mapped_column(String(35), primary_key=True)
    axis_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    sender: Mapped[str] = mapped_column(String(35))
    sha256: Mapped[str] = mapped_column(String(64))
    fetched_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(8))
    """stored: raw bytes kept; opened: document or status recorded; junk: kept, not understood."""
    document_id: Mapped[str | None] = mapped_column(String(36), index=True)
    confirmed_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    unreadable: Mapped[bool | None]
    """Junk that the axis is told of as such (packet state *fail*), not as received."""


_ANSWERS = text("answers")
Index(
    "ix_document_answers",
    DocumentRow.state,
    sqlite_where=_ANSWERS,
    postgresql_where=_ANSWERS,
)


_JUNK = text("outcome = 'junk'")
Index(
    "ix_parcel_junk",
    ParcelRow.organ_id,
    ParcelRow.fetched_at,
    sqlite_where=_JUNK,
    postgresql_where=_JUNK,
)
Index(
    "ix_parcel_open",
    ParcelRow.fetched_at,
    sqlite_where=text("confirmed_at IS NULL"),
    postgresql_where=text("confirmed_at IS NULL"),
)


class RegisterRow(Base):
    """One register: an agency's series of numbers in one year."""

    __tablename__ = "register"
    __table_args__ = (UniqueConstraint("organ_id", "direction", "series", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    direction: Mapped[str] = mapped_column(String(8))
    series: Mapped[str] = mapped_column(String(30))
    year: Mapped[int]
    last_number: Mapped[int] = mapped_column(default=0)
    last_day: Mapped[date | None] = mapped_column(Date)
    """Of its newest number: a later number has no earlier date."""
    closed_at: Mapped[datetime | None]
    """A closed register takes no number."""
    closed_by: Mapped[str | None] = mapped_column(String(64))


class RegisterEntryRow(Base):
    """One number given to one document; void entries stay, with their reason."""

    __tablename__ = "register_entry"
    __table_args__ = (Index("uq_register_entry_code", "organ_id", "year", "code", unique=True),)

    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), unique=True)
    entered_on: Mapped[date] = mapped_column(Date)
    void_reason: Mapped[str | None] = mapped_column(Text)
    mark: Mapped[str | None] = mapped_column(Text)
    """What became of the document: recalled, replaced; the number and the document stay."""
    organ_id: Mapped[str | None] = mapped_column(String(35))
    year: Mapped[int | None]
    code: Mapped[str | None] = mapped_column(String(140))
    """Of an outgoing document, once per agency and year whatever its series; none of others."""


class LedgerRow(Base):
    """One fact, hash-chained per agency; rows are added, never changed."""

    __tablename__ = "ledger"
    __table_args__ = (Index("ix_ledger_document", "document_id"),)

    organ_id: Mapped[str] = mapped_column(String(35), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))
    """ISO 8601 UTC with microseconds, as hashed."""
    actor: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(20))
    step: Mapped[str] = mapped_column(String(30))
    document_id: Mapped[str] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class LedgerHeadRow(Base):
    """The newest link of each agency's chain; locked while a row is added."""

    __tablename__ = "ledger_head"

    organ_id: Mapped[str] = mapped_column(String(35), primary_key=True)
    sequence: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
