"""The tables of registering what comes in: words of pictures, and models of entries.

Legal source: Decree 30/2020/ND-CP, Art. 22 (law.md §1.7).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.tables.foundation import Base


class RecognitionRow(Base):
    """The words of one file that is a picture, recognised once, whatever documents have it."""

    __tablename__ = "recognition"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    wanted_at: Mapped[datetime]
    documents: Mapped[list[str]]
    """Ids of those that are told when it is done."""
    due: Mapped[bool]
    attempts: Mapped[int] = mapped_column(Integer)
    done_at: Mapped[datetime | None]
    text: Mapped[bytes | None] = mapped_column(LargeBinary)
    """zlib, UTF-8."""
    confidence: Mapped[int] = mapped_column(Integer)
    """Percent, of the words of the whole file."""
    proposals: Mapped[dict[str, Any]]
    """As `IntakeRow` keeps them."""
    agency_name: Mapped[str] = mapped_column(String(500))
    """What is printed above the number."""
    note: Mapped[str] = mapped_column(Text)
    """Why there are no words, or not all."""


_DUE = text("due")
Index(
    "ix_recognition_due",
    RecognitionRow.wanted_at,
    RecognitionRow.sha256,
    sqlite_where=_DUE,
    postgresql_where=_DUE,
)


class ArrivalModelRow(Base):
    """What a clerk enters for one kind of letters again and again (mẫu vào sổ)."""

    __tablename__ = "arrival_model"
    __table_args__ = (UniqueConstraint("organ_id", "owner_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    owner_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    sender: Mapped[str] = mapped_column(String(200))
    """A code, or a name."""
    type_name: Mapped[str] = mapped_column(String(100))
    to_places: Mapped[list[str]]
    days: Mapped[int | None] = mapped_column(Integer)
    """Working days until it is due."""
    updated_at: Mapped[datetime]
