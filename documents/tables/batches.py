"""The tables of batches: what a person asked for on many documents, and a result for each."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from documents.batch import BatchState, Outcome
from documents.tables.foundation import Base, among

_IS_OPEN = sql(among("state", [BatchState.OPEN]))


class BatchRow(Base):
    """One action that one person asked for on many documents."""

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint(among("state", sorted(BatchState)), name="state"),
        UniqueConstraint("person_id", "idempotency_key"),
        Index("ix_batch_mine", "person_id", "asked_at"),
        Index("ix_batch_open", "lease_until", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(40))
    arguments: Mapped[dict[str, Any]]
    """The same for every document; no secrets."""
    idempotency_key: Mapped[str] = mapped_column(String(64))
    """Of the form that asked: the same form again is the same batch."""
    asked_sha256: Mapped[str] = mapped_column(String(64))
    """Digest of all that was asked."""
    state: Mapped[str] = mapped_column(String(8))
    total: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    """Who carries it."""
    lease_until: Mapped[datetime]
    """Until then nobody else does; a fresh one is free at once."""


class BatchItemRow(Base):
    """One document of a batch and what became of it."""

    __tablename__ = "batch_item"
    __table_args__ = (CheckConstraint(among("outcome", sorted(Outcome)), name="outcome"),)

    batch_id: Mapped[str] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    seen_state: Mapped[str] = mapped_column(String(12))
    seen_sha256: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(12))
    result: Mapped[str] = mapped_column(String(200))
    """What it led to, in Vietnamese words; the document's state where an action says nothing."""
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_text: Mapped[str | None] = mapped_column(Text)
    """What `OfficeError.as_dict` says, as JSON."""
    at: Mapped[datetime | None]
    """When the outcome was known."""
