"""The tables of series: the agency's rules by year, and numbers taken before their documents.

Legal source: Decree 30/2020/ND-CP, Art. 15 (the head decides the series), law.md §1.3 N-01,
N-02. Rules are added, never changed: how a past year was numbered stays known.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from documents.series import Mode, ReservationState
from documents.tables.foundation import Base, among


class SeriesRulesRow(Base):
    """How an agency numbers from 1 January of a year on, until newer rules."""

    __tablename__ = "series_rules"
    __table_args__ = (
        CheckConstraint(among("mode", Mode), name="mode"),
        Index("ix_series_rules_force", "organ_id", "since_year", "recorded_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    since_year: Mapped[int]
    mode: Mapped[str] = mapped_column(String(8))
    groups: Mapped[dict[str, Any]]
    """Series by name: its types."""
    incoming: Mapped[dict[str, Any]]
    """Registers of incoming documents besides the common one, by name: their types."""
    most_open: Mapped[int]
    """Open reservations an agency may have at once."""
    basis: Mapped[str] = mapped_column(String(100))
    """Code of the head's decision."""
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]


class ReservationRow(Base):
    """A number taken before its document (lấy số trước): used by it later, or void."""

    __tablename__ = "reservation"
    __table_args__ = (
        UniqueConstraint("register_id", "number"),
        CheckConstraint(among("state", ReservationState), name="state"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    number: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
    """The number's date, which the document will bear."""
    code: Mapped[str] = mapped_column(String(140))
    """As it will be written."""
    type_name: Mapped[str] = mapped_column(String(100))
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    reserved_by: Mapped[str] = mapped_column(String(64))
    reserved_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))
    document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"), unique=True)
    """The document that has it, or will at its numbering."""
    void_reason: Mapped[str | None] = mapped_column(Text)
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]


_OPEN = text("state = 'open'")
Index("ix_reservation_open", ReservationRow.expires_at, sqlite_where=_OPEN, postgresql_where=_OPEN)
