"""The table of documents whose signatures are to reach a higher level, or to be renewed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.level import Level
from documents.tables.foundation import Base, among


class UpgradeRow(Base):
    """What one sealed document's archive copy still needs, and when."""

    __tablename__ = "upgrade"
    __table_args__ = (
        CheckConstraint(among("wanted", Level), name="wanted"),
        CheckConstraint(among("reached", Level), name="reached"),
        Index("ix_upgrade_next_attempt_at", "next_attempt_at"),
        Index(
            "ix_upgrade_waiting",
            "created_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    wanted: Mapped[str] = mapped_column(String(5))
    reached: Mapped[str] = mapped_column(String(5))
    """By every signature of the newest archive copy."""
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    """Also when the renewal is due; none while the document is not sealed."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_text: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    """When what was wanted was reached, or renewed, last; none while that is overdue."""
    renew_before: Mapped[datetime | None]
    """When the certificates of the newest archive timestamp end."""
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
