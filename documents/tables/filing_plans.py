"""The tables of the plan of files, of periods of retention and of an agency's terms for dossiers.

Legal source: Decree 30/2020/ND-CP, Art. 28, 30, Appendix V (law.md H-01, §4.6).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from documents.filing_plan import Arrangement, Numbering
from documents.tables.foundation import Base, among


class PlanRow(Base):
    """An agency's plan of files (danh mục hồ sơ) for one year."""

    __tablename__ = "filing_plan"
    __table_args__ = (
        UniqueConstraint("organ_id", "year"),
        CheckConstraint(among("numbering", sorted(Numbering)), name="numbering"),
        CheckConstraint(among("arrangement", sorted(Arrangement)), name="arrangement"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    year: Mapped[int]
    numbering: Mapped[str] = mapped_column(String(8))
    arrangement: Mapped[str] = mapped_column(String(12))
    drafted_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    """In force from then on; none: a draft."""
    sent_at: Mapped[datetime | None]
    """When it was sent to all units."""


class PlanHeadingRow(Base):
    """A heading of a plan: main ones have none above them."""

    __tablename__ = "filing_plan_heading"
    __table_args__ = (UniqueConstraint("plan_id", "above", "ordinal"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("filing_plan.id"))
    above: Mapped[int] = mapped_column(default=0)
    """Ordinal of the main heading it stands under; 0: it is one itself."""
    ordinal: Mapped[int]
    title: Mapped[str] = mapped_column(String(500))
    abbreviation: Mapped[str] = mapped_column(String(15), default="")


class PlanEntryRow(Base):
    """One file that a plan foresees."""

    __tablename__ = "filing_plan_entry"
    __table_args__ = (UniqueConstraint("plan_id", "notation"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("filing_plan.id"))
    heading_id: Mapped[str] = mapped_column(ForeignKey("filing_plan_heading.id"), index=True)
    number: Mapped[int]
    notation: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(500))
    years: Mapped[int | None]
    """Of retention; none: permanent."""
    compiler_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    added_at: Mapped[datetime | None]
    """When it was added to the approved plan; none: approved with it."""
    basis: Mapped[str] = mapped_column(Text, default="")
    """Why it was added."""


class RetentionRow(Base):
    """An agency's own line beside the common table of periods; ended, never removed."""

    __tablename__ = "retention"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    name: Mapped[str] = mapped_column(String(500))
    years: Mapped[int | None]
    condition: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(Text)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)


class DossierTermsRow(Base):
    """When an agency's dossiers are to be submitted, where it is not as the decree has it."""

    __tablename__ = "dossier_terms"

    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), primary_key=True)
    months: Mapped[int]
    months_construction: Mapped[int]
    basis: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
