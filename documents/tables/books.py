"""The tables of books: what left by post or hand, who used archived copies, closed books.

Legal source: Decree 30/2020/ND-CP, Appendix IV; Art. 16.2b, 22.3b. Rows are never removed: one
entered by mistake is crossed out, with its reason.
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

from documents.book import BookKind, BookState
from documents.tables.foundation import Base, among
from documents.transfer import Means

_OUT = text("returned_on IS NULL AND void_reason IS NULL")


class TransferRow(Base):
    """One sending of one document by post or by hand (sổ gửi văn bản đi bưu điện)."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint(among("means", sorted(Means)), name="means"),
        Index("ix_transfer_book", "organ_id", "means", "sent_on", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    means: Mapped[str] = mapped_column(String(8))
    sent_on: Mapped[date] = mapped_column(Date)
    """Ngày chuyển, in Vietnam."""
    recipient: Mapped[str] = mapped_column(String(500))
    envelopes: Mapped[int] = mapped_column(Integer)
    """Số lượng bì."""
    note: Mapped[str] = mapped_column(Text, default="")
    clerk_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    void_reason: Mapped[str | None] = mapped_column(Text)


class LoanRow(Base):
    """One use of an archived copy (sổ sử dụng bản lưu)."""

    __tablename__ = "loan"
    __table_args__ = (
        Index("ix_loan_book", "organ_id", "used_on", "id"),
        Index("ix_loan_out", "organ_id", "used_on", sqlite_where=_OUT, postgresql_where=_OUT),
        Index("uq_loan_out", "document_id", unique=True, sqlite_where=_OUT, postgresql_where=_OUT),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    used_on: Mapped[date] = mapped_column(Date)
    user_name: Mapped[str] = mapped_column(String(255))
    file_notation: Mapped[str] = mapped_column(String(64), default="")
    """Số và ký hiệu hồ sơ."""
    permitted_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    permitted_name: Mapped[str] = mapped_column(String(255))
    note: Mapped[str] = mapped_column(Text, default="")
    clerk_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    returned_on: Mapped[date | None] = mapped_column(Date)
    returned_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(Text)


_CARRIED = text("state IN ('approved', 'closed', 'signed')")


class BookRow(Base):
    """One closed book: a year's register as a document of its own, signed and sealed."""

    __tablename__ = "book"
    __table_args__ = (
        CheckConstraint(among("kind", sorted(BookKind)), name="kind"),
        CheckConstraint(among("state", sorted(BookState)), name="state"),
        UniqueConstraint("organ_id", "kind", "year", "series"),
        Index("ix_book_carried", "closed_at", sqlite_where=_CARRIED, postgresql_where=_CARRIED),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    kind: Mapped[str] = mapped_column(String(10))
    year: Mapped[int]
    series: Mapped[str] = mapped_column(String(30), default="")
    """Empty: all series of the agency, one after the other."""
    state: Mapped[str] = mapped_column(String(10))
    agency_name: Mapped[str] = mapped_column(String(200))
    """As it was called when the book was closed (law.md O-03)."""
    parent_name: Mapped[str] = mapped_column(String(500), default="")
    place: Mapped[str] = mapped_column(String(50), default="")
    clerk_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    clerk_name: Mapped[str] = mapped_column(String(255))
    signer_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    signer_name: Mapped[str] = mapped_column(String(255))
    signer_position: Mapped[str] = mapped_column(String(100))
    signer_competence: Mapped[str] = mapped_column(String(100), default="")
    closed_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    row_count: Mapped[int | None] = mapped_column(Integer)
    rows_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of its rows, a line of JSON each: the book's digest, and the blob that holds them."""
    pages: Mapped[int | None] = mapped_column(Integer)
    placement: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    current_sha256: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    held: Mapped[bool] = mapped_column(default=False)
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_text: Mapped[str | None] = mapped_column(Text)


class BookRevisionRow(Base):
    """One revision of a closed book's PDF; never changed, only added."""

    __tablename__ = "book_revision"
    __table_args__ = (CheckConstraint(among("kind", ["bound", "sealed", "signed"]), name="kind"),)

    book_id: Mapped[str] = mapped_column(ForeignKey("book.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
