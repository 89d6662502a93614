"""The table of what reconciliation found, and of its runs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.tables.foundation import Base


class ReconciliationRow(Base):
    """One run of reconciliation for one agency."""

    __tablename__ = "reconciliation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(String(35), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """How many entries were compared, and how many findings of each kind there are."""
    note: Mapped[str] = mapped_column(Text, default="")
    """Why a part was not compared: the axis did not answer, or cannot list."""


class FindingRow(Base):
    """One difference between what we, the axis and a recipient know; it is never deleted."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("organ_id", "code", "subject"),
        Index(
            "ix_finding_open",
            "organ_id",
            "code",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(String(35))
    """The agency served here."""
    code: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(200))
    """What it is about, one finding each: an axis id and recipient, a status's id, a partner."""
    document_id: Mapped[str | None] = mapped_column(String(36), index=True)
    partner: Mapped[str] = mapped_column(String(35))
    axis_id: Mapped[str] = mapped_column(String(128))
    event_at: Mapped[datetime | None]
    """When what it is about happened: a run whose days hold it, and finds it no more, ends it."""
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    repaired_at: Mapped[datetime | None]
    repairs: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    """Why the last repair did not succeed."""
