"""Words and addressees that people keep to direct quickly: stock phrases, presets.

Practice: ux.md §1.4 (Gửi nhanh, câu bút phê mẫu), §3.5 (gõ tắt).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from documents.phrase import PhraseKind
from documents.tables.foundation import Base, among


class PhraseRow(Base):
    """One phrase: of a person, or of everybody in the agency."""

    __tablename__ = "phrase"
    __table_args__ = (
        CheckConstraint(among("kind", sorted(PhraseKind)), name="kind"),
        Index("ix_phrase_owner", "organ_id", "owner_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """None: the agency's."""
    kind: Mapped[str] = mapped_column(String(12))
    short: Mapped[str] = mapped_column(String(20), default="")
    """What is typed for it, of an abbreviation."""
    words: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime]


class PresetRow(Base):
    """A ready direction: who leads, who co-operates, who is to know, within how many days."""

    __tablename__ = "direction_preset"
    __table_args__ = (Index("ix_direction_preset_owner", "organ_id", "owner_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """None: the agency's."""
    name: Mapped[str] = mapped_column(String(100))
    shares: Mapped[list[Any]] = mapped_column(JSON)
    """[part, id of the unit or person], in order."""
    days: Mapped[int | None]
    """Working days from the day of the direction; none: the document's own deadline."""
    opinion: Mapped[str] = mapped_column(Text, default="")
    kept_at: Mapped[datetime]
