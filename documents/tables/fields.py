"""Types by configuration, the dictionary of abbreviations, refusals of secret messages.

Legal source: Decree 30/2020/ND-CP, Art. 7 and 15, Appendix I, Part I, II.3 (abbreviations are
fixed by the agency's head). Rows are ended, never changed: a past day keeps its notation.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.abbreviation import Thing
from documents.tables.foundation import Base, among

_OPEN = text("until IS NULL")


class DocumentTypeRow(Base):
    """A type of documents besides the 29, as this installation knows it."""

    __tablename__ = "document_type"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    abbreviation: Mapped[str] = mapped_column(String(30), default="")
    normative: Mapped[bool] = mapped_column(default=False)
    """văn bản quy phạm pháp luật: its notation carries the year (law.md N-10)."""
    code: Mapped[str] = mapped_column(String(2))
    """Of the list of Circular 05/2025; 32 where it has none of its own."""
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """Last day, in Vietnam; none: in use still."""
    basis: Mapped[str] = mapped_column(String(100), default="")
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]


class AbbreviationRow(Base):
    """How an agency's notations write one agency, unit, field or state title."""

    __tablename__ = "abbreviation"
    __table_args__ = (CheckConstraint(among("thing", sorted(Thing)), name="thing"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    """Whose dictionary it is in."""
    thing: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    abbreviation: Mapped[str] = mapped_column(String(30))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """Last day, in Vietnam; none: in use still."""
    basis: Mapped[str] = mapped_column(String(100), default="")
    """Code of the decision that fixed it."""
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]


# two who add the same at the same moment: one of them is refused by the database itself
Index(
    "uq_document_type_open",
    DocumentTypeRow.name,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index(
    "uq_abbreviation_open",
    AbbreviationRow.organ_id,
    AbbreviationRow.thing,
    AbbreviationRow.name,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)


class SecretRefusalRow(Base):
    """A message from the axis that bears a secrecy mark: what is still to be done about it.

    Nothing of its content is here. What the sender is answered by (`document_key`) is taken
    away when they were told.
    """

    __tablename__ = "secret_refusal"

    organ_id: Mapped[str] = mapped_column(String(35), primary_key=True)
    axis_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    status_id: Mapped[str] = mapped_column(String(36))
    """Of the status 02, over every retry."""
    mark: Mapped[str] = mapped_column(String(20))
    refused_at: Mapped[datetime]
    document_key: Mapped[str | None] = mapped_column(String(200))
    """edXML DocumentId, until the sender is told."""
    wiped_at: Mapped[datetime | None]
    """When its bytes were removed from the blob folder."""
    told_at: Mapped[datetime | None]
    """When the sender had its status 02, or it was given up."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]


_UNSETTLED = text("wiped_at IS NULL OR told_at IS NULL")
Index(
    "ix_secret_refusal_unsettled",
    SecretRefusalRow.refused_at,
    sqlite_where=_UNSETTLED,
    postgresql_where=_UNSETTLED,
)
