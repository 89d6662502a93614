"""The tables of the agency catalogue: what was known when, and the index people search in.

Entries, aliases and successions are history: a change adds a row under a new version and
marks the row before as superseded by it, once; nothing else of a row ever changes. Listing
and postings are made from the newest entries and can be made again.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from documents.catalogue_codes import Kind
from documents.tables.foundation import Base, among

# ranges of beginnings need the order of characters, whatever the database's language
_ORDERED_CODE = String(35).with_variant(String(35, collation="C"), "postgresql")
_ORDERED_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
SUCCESSION_KINDS = ("merge", "rename", "split")


class CatalogueVersionRow(Base):
    """One change of the catalogue: when it was learnt, from where, how far the source was read."""

    __tablename__ = "catalogue_version"
    __table_args__ = (CheckConstraint(among("source", ("axis", "file")), name="source"),)

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(8))
    complete: Mapped[bool] = mapped_column(default=False)
    """Whether the whole of the source was compared."""
    mark: Mapped[int] = mapped_column(BigInteger, default=0)
    """The axis's own version up to which its changes are in here."""
    origin: Mapped[str] = mapped_column(Text, default="")
    """A file's name."""
    added: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    closed: Mapped[int] = mapped_column(Integer, default=0)


class CatalogueEntryRow(Base):
    """An agency as it was known from one version on."""

    __tablename__ = "catalogue_entry"
    __table_args__ = (
        CheckConstraint(among("kind", Kind), name="kind"),
        Index(
            "uq_catalogue_entry_current",
            "code",
            unique=True,
            sqlite_where=text("superseded IS NULL"),
            postgresql_where=text("superseded IS NULL"),
        ),
        Index("ix_catalogue_entry_parent", "parent"),
    )

    code: Mapped[str] = mapped_column(_ORDERED_CODE, primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("catalogue_version.version"), primary_key=True)
    superseded: Mapped[int | None] = mapped_column(Integer)
    """The version that brought the next row of this code."""
    source: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(Text)
    parent: Mapped[str] = mapped_column(String(35), default="")
    email: Mapped[str] = mapped_column(String(255), default="")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    """The last day it exists, in Vietnam."""
    axis_version: Mapped[int | None] = mapped_column(BigInteger)
    modified_at: Mapped[datetime | None]
    deleted: Mapped[bool] = mapped_column(default=False)


class CatalogueAliasRow(Base):
    """Another code of an agency: the old form beside the new one, or one of two on the axis."""

    __tablename__ = "catalogue_alias"
    __table_args__ = (
        Index(
            "uq_catalogue_alias_current",
            "code",
            unique=True,
            sqlite_where=text("superseded IS NULL"),
            postgresql_where=text("superseded IS NULL"),
        ),
        Index("ix_catalogue_alias_agency", "agency"),
    )

    code: Mapped[str] = mapped_column(_ORDERED_CODE, primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("catalogue_version.version"), primary_key=True)
    superseded: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(8))
    agency: Mapped[str] = mapped_column(String(35))
    """The code the agency is known by; empty when this code is nobody's other one any more."""
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class CatalogueSuccessionRow(Base):
    """Who came after whom (sáp nhập, chia tách, đổi tên): an arrow with its day and legal basis."""

    __tablename__ = "catalogue_succession"
    __table_args__ = (
        CheckConstraint(among("kind", SUCCESSION_KINDS), name="kind"),
        Index(
            "uq_catalogue_succession_current",
            "predecessor",
            "successor",
            unique=True,
            sqlite_where=text("superseded IS NULL"),
            postgresql_where=text("superseded IS NULL"),
        ),
        Index("ix_catalogue_succession_successor", "successor"),
    )

    predecessor: Mapped[str] = mapped_column(_ORDERED_CODE, primary_key=True)
    successor: Mapped[str] = mapped_column(String(35), primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("catalogue_version.version"), primary_key=True)
    superseded: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(8))
    on: Mapped[date] = mapped_column("succeeded_on", Date)
    """The successor's first day, in Vietnam."""
    basis: Mapped[str] = mapped_column(Text, default="")
    """The resolution or law that says so."""
    withdrawn: Mapped[bool] = mapped_column(default=False)
    """It was entered wrongly."""


class CatalogueListingRow(Base):
    """An agency that can be searched, at its place in the postings."""

    __tablename__ = "catalogue_listing"

    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(_ORDERED_CODE, unique=True)
    plain: Mapped[str] = mapped_column(_ORDERED_TEXT, index=True)
    """The name in plain words; empty when it is listed no more."""


class CataloguePostingRow(Base):
    """Which slots have a word: a map of bits, the lowest bit for slot 0, compressed."""

    __tablename__ = "catalogue_posting"

    word: Mapped[str] = mapped_column(
        String(30).with_variant(String(30, collation="C"), "postgresql"), primary_key=True
    )
    slots: Mapped[bytes] = mapped_column(LargeBinary)
