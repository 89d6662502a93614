"""The table of what people have read: which file of a document they had before them last."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.tables.foundation import Base


class ReadingRow(Base):
    """One person and one document; the file before the last is what changes are shown against."""

    __tablename__ = "reading"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the file they read last."""
    before_sha256: Mapped[str] = mapped_column(String(64))
    """Of the other file that they had read before; empty for none."""
    at: Mapped[datetime]
    """When they first had this file before them."""
