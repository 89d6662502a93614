"""The index of search, how far it has come, the text of the files, and saved queries.

On SQLite an FTS5 table, `search_text`, stands over `search_entry` and follows it by triggers
(migration 0019); on PostgreSQL the column itself is a tsvector under a GIN index.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from documents.tables.foundation import Base


class SearchEntryRow(Base):
    """One document's words. Without it the document is not found."""

    __tablename__ = "search_entry"

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    """Microseconds of its creation since 1970, the next free number: the order of newest first."""
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), unique=True)
    upto: Mapped[int] = mapped_column(BigInteger)
    """The newest row of its agency's ledger when it was indexed."""
    words: Mapped[str] = mapped_column(TSVECTOR().with_variant(Text(), "sqlite"))


Index("ix_search_entry_words", SearchEntryRow.words, postgresql_using="gin").ddl_if(
    dialect="postgresql"
)


class SearchCursorRow(Base):
    """How far the index has followed an agency's ledger."""

    __tablename__ = "search_cursor"

    organ_id: Mapped[str] = mapped_column(String(35), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)


class SearchBodyRow(Base):
    """The text of a document's PDFs, once it was read."""

    __tablename__ = "search_body"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    files: Mapped[list[str]]
    """SHA-256 of the PDFs whose text is wanted, the document's own first."""
    due: Mapped[bool]
    """Not read yet, or other files are wanted since."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    """zlib, UTF-8."""
    secret: Mapped[bool] = mapped_column(default=False)
    """A page carries a mark of secrecy: nothing of the document is in the index."""
    note: Mapped[str] = mapped_column(Text, default="")
    """Why there is no text, or not all of it."""
    read_at: Mapped[datetime | None]


_DUE = text("due")
Index("ix_search_body_due", SearchBodyRow.document_id, sqlite_where=_DUE, postgresql_where=_DUE)


class SavedQueryRow(Base):
    """A query that somebody keeps, with its columns and its order (law.md VI-29)."""

    __tablename__ = "saved_query"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, Any]]
    """Filters, sort, columns."""
    shared: Mapped[bool] = mapped_column(default=False)
    """Seen by everybody in the agency."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
