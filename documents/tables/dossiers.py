"""The tables of dossiers, of what is filed in them, of filing rules and of handovers.

Legal source: Decree 30/2020/ND-CP, Art. 29 to 31; Appendix VI, Part I, III.4, Part II, III.
A document stays one row however many dossiers it is in (III.4e; VI-20).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from documents.dossier import DossierState, MaterialKind, Use
from documents.tables.foundation import Base, among


class DossierRow(Base):
    """One dossier (hồ sơ công việc): table III of Appendix VI, Part II, and where it stands."""

    __tablename__ = "dossier"
    __table_args__ = (
        UniqueConstraint("organ_id", "year", "notation"),
        CheckConstraint(among("state", sorted(DossierState)), name="state"),
        CheckConstraint(among("rights", sorted(Use)), name="rights"),
        Index("ix_dossier_list", "organ_id", "state", "opened_at"),
        Index("ix_dossier_due", "organ_id", "state", "due_on"),
        Index("ix_dossier_compiler", "compiler_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    year: Mapped[int]
    notation: Mapped[str] = mapped_column(String(20))
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("filing_plan_entry.id"), unique=True)
    """Of the plan of files; none: opened outside it."""
    state: Mapped[str] = mapped_column(String(9))
    title: Mapped[str] = mapped_column(String(500))
    years: Mapped[int | None]
    """Of retention, from the year of closing; none: permanent."""
    rights: Mapped[str] = mapped_column(String(30))
    compiler_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[str | None] = mapped_column(String(36), index=True)
    language: Mapped[str] = mapped_column(String(50))
    description: Mapped[str] = mapped_column(Text, default="")
    construction: Mapped[bool] = mapped_column(default=False)
    """Of capital construction: submitted earlier (Art. 30)."""
    start_date: Mapped[date] = mapped_column(Date)
    end_date: Mapped[date | None] = mapped_column(Date)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closing_note: Mapped[str] = mapped_column(Text, default="")
    doc_total: Mapped[int | None] = mapped_column(Integer)
    """Fixed at closing, as the next one."""
    page_total: Mapped[int | None] = mapped_column(Integer)
    due_on: Mapped[date | None] = mapped_column(Date)
    """Last day for submitting it to the agency's archive."""
    kept_until: Mapped[date | None] = mapped_column(Date)
    """Kept back with the head's consent."""
    submitted_at: Mapped[datetime | None]


class FilingRow(Base):
    """One document in one dossier; taken out, the row stays with its reason."""

    __tablename__ = "filing"
    __table_args__ = (
        Index(
            "uq_filing_present",
            "dossier_id",
            "document_id",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        UniqueConstraint("dossier_id", "ordinal"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"))
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    ordinal: Mapped[int | None] = mapped_column(Integer)
    """`DocOrdinal`, fixed at closing; until then the place in the order of dates."""
    filed_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    filed_at: Mapped[datetime]
    rule_id: Mapped[str | None] = mapped_column(ForeignKey("filing_rule.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    removed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")


class MaterialRow(Base):
    """What is no document and yet of the work: photo, sound, film, draft, note; a blob."""

    __tablename__ = "dossier_material"
    __table_args__ = (CheckConstraint(among("kind", sorted(MaterialKind)), name="kind"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    note: Mapped[str] = mapped_column(Text, default="")
    added_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")


class FilingRuleRow(Base):
    """Which documents join a dossier by themselves; ended, never removed."""

    __tablename__ = "filing_rule"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    condition: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FilingMarkRow(Base):
    """How far in an agency's ledger the filing by rule has come."""

    __tablename__ = "filing_mark"

    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), primary_key=True)
    sequence: Mapped[int]


class HandoverRow(Base):
    """All dossiers of one person given to another (bàn giao); never changed."""

    __tablename__ = "dossier_handover"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    from_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    to_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class HandoverItemRow(Base):
    """One dossier of a handover; never changed."""

    __tablename__ = "dossier_handover_item"

    handover_id: Mapped[str] = mapped_column(ForeignKey("dossier_handover.id"), primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(9))
    doc_total: Mapped[int]
