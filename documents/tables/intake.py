"""The tables of what does not come by the axis: files and paper taken in, envelopes.

Legal source: Decree 30/2020/ND-CP, Art. 21.1, 22 (law.md §1.7, E1, E5).
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
)
from sqlalchemy.orm import Mapped, mapped_column

from documents.channel import Channel
from documents.envelope import EnvelopeState
from documents.tables.foundation import Base, among


class IntakeRow(Base):
    """How one incoming document was taken in that no message of the axis brought."""

    __tablename__ = "intake"
    __table_args__ = (
        # the same file is taken in once, whoever looks at the folder
        UniqueConstraint("organ_id", "file_sha256"),
        CheckConstraint(among("channel", Channel), name="channel"),
    )

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    channel: Mapped[str] = mapped_column(String(8))
    file_name: Mapped[str] = mapped_column(String(255))
    """As it was given; empty where there is no file."""
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    taken_by: Mapped[str] = mapped_column(String(64))
    """Id of the person; `system` where it lay in the watched folder."""
    taken_at: Mapped[datetime]
    proposals: Mapped[dict[str, Any]]
    """`{"fields": [{"field", "value", "confidence", "source"}, …]}`, as read from the file."""
    note: Mapped[str] = mapped_column(Text)
    """Why nothing, or not all, could be read."""
    same_as: Mapped[str | None] = mapped_column(ForeignKey("document.id"), index=True)
    """The document that this is another form of; it has the number."""


class EnvelopeRow(Base):
    """One envelope (bì thư) as it came to the clerk, and what became of it."""

    __tablename__ = "envelope"
    __table_args__ = (
        CheckConstraint(among("state", EnvelopeState), name="state"),
        Index("ix_envelope_list", "organ_id", "came_on", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    came_on: Mapped[date] = mapped_column(Date)
    means: Mapped[str] = mapped_column(String(8))
    """`Means`: post or hand."""
    sender_name: Mapped[str] = mapped_column(String(200))
    codes: Mapped[str] = mapped_column(String(200))
    """Numbers written on it."""
    addressee: Mapped[str] = mapped_column(String(200))
    urgency: Mapped[int]
    anomalies: Mapped[list[str]]
    """`Anomaly` values, each with what was seen: `seal_broken: …`."""
    state: Mapped[str] = mapped_column(String(10))
    forwarded_to: Mapped[str] = mapped_column(String(255))
    """Whom it was given to unopened: a person's id, or a name."""
    reason: Mapped[str] = mapped_column(Text)
    """Why it went back."""
    document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"), index=True)
    """What was in it."""
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime]
    updated_at: Mapped[datetime]
