"""Wall displays that may show an agency's board."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.tables.foundation import Base


class DisplayRow(Base):
    """A screen on a wall: it shows figures, never a document; paired by a code it shows."""

    __tablename__ = "display"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Of what the screen's cookie holds."""
    code_sha256: Mapped[str] = mapped_column(String(64), index=True)
    """Of what it shows until somebody types it in; empty once it is paired."""
    organ_id: Mapped[str | None] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    paired_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
