"""Recall, update and replacement: one row a question, at whoever asks and at whoever is asked."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.change import ChangeKind, ChangeState, Side
from documents.tables.foundation import Base, among


class ChangeRow(Base):
    """One question about one document between two agencies, and its answer."""

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint(among("side", sorted(Side)), name="side"),
        CheckConstraint(among("kind", sorted(ChangeKind)), name="kind"),
        CheckConstraint(among("state", sorted(ChangeState)), name="state"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """Also the id of its message on the axis, over every retry: 13, or 15, 16."""
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    """The agency here."""
    side: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    partner: Mapped[str] = mapped_column(String(35))
    """The other agency."""
    document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"), index=True)
    """What is recalled, updated or replaced; none while it has not arrived."""
    letter_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"), index=True)
    """The recall letter, the new version, the replacement; none for a status 13."""
    target_key: Mapped[str] = mapped_column(String(200), default="")
    """edXML DocumentId as the question has it."""
    target_code: Mapped[str] = mapped_column(String(140), default="")
    target_date: Mapped[date | None] = mapped_column(Date)
    whole: Mapped[bool] = mapped_column(default=False)
    """Asked of every recipient: the document stays frozen until each has agreed."""
    removed: Mapped[bool] = mapped_column(default=False)
    """Of an update: the recipient is one no longer."""
    stranger: Mapped[bool] = mapped_column(default=False)
    """The document named is another agency's."""
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[str] = mapped_column(String(64), default="")
    asked_at: Mapped[datetime]
    question_sha256: Mapped[str] = mapped_column(String(64), default="")
    """The message that asked, at who is asked."""
    answer_note: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str] = mapped_column(String(64), default="")
    answered_at: Mapped[datetime | None]
    answer_sha256: Mapped[str] = mapped_column(String(64), default="")
    """The message that answered, at who asked."""
    conflict: Mapped[str] = mapped_column(Text, default="")
    """A second, other answer: shown to people, never believed by itself."""
    owed: Mapped[bool] = mapped_column(default=False)
    """Its message (13, 15 or 16) is to be sent, or the axis to be asked."""
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


Index(
    "ix_change_owed",
    ChangeRow.asked_at,
    sqlite_where=text("owed"),
    postgresql_where=text("owed"),
)
Index(
    "ix_change_unmatched",
    ChangeRow.organ_id,
    sqlite_where=text("side = 'receiver' AND document_id IS NULL"),
    postgresql_where=text("side = 'receiver' AND document_id IS NULL"),
)
