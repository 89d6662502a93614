"""The table of signature requests: who holds which frozen document, and until when."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.signature_request import OPEN, RequestState
from documents.tables.foundation import Base, among

_IS_OPEN = among("state", sorted(OPEN))


class SignatureRequestRow(Base):
    """One signature asked of someone whose key does not answer at once."""

    __tablename__ = "signature_request"
    __table_args__ = (CheckConstraint(among("state", sorted(RequestState)), name="state"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))
    holder: Mapped[str] = mapped_column(String(255))
    """Who has the document, as people read it."""
    service: Mapped[str] = mapped_column(String(20))
    """The kind of key: remote, manual, vgca."""
    key: Mapped[str] = mapped_column(String(100))
    """Stem of the key in the key folder."""
    base_sha256: Mapped[str] = mapped_column(String(64))
    """The revision that is signed; it must still be the current one in the end."""
    frozen_sha256: Mapped[str] = mapped_column(String(64), default="")
    """The prepared file; empty where all of the file is signed elsewhere."""
    pending_sha256: Mapped[str] = mapped_column(String(64), default="")
    """What the prepared file waits for (`signing.deferred`)."""
    orders: Mapped[int] = mapped_column(Integer, default=0)
    """How often the service was asked under a new id."""
    order_text: Mapped[str] = mapped_column(Text, default="")
    """The order, then the service's transaction, as the connector wrote it down."""
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    updated_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    """Also the end of the lease below."""
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    """The worker that is at it."""
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_text: Mapped[str | None] = mapped_column(Text)


class SignatureRequestPartRow(Base):
    """One attachment that is sealed, or travels as it is, with the document of a request."""

    __tablename__ = "signature_request_part"

    request_id: Mapped[str] = mapped_column(ForeignKey("signature_request.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    frozen_sha256: Mapped[str] = mapped_column(String(64), default="")
    pending_sha256: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(String(500), default="")


Index(
    "uq_signature_request_open",
    SignatureRequestRow.document_id,
    unique=True,
    sqlite_where=text(_IS_OPEN),
    postgresql_where=text(_IS_OPEN),
)
Index(
    "ix_signature_request_work",
    SignatureRequestRow.next_attempt_at,
    sqlite_where=text(_IS_OPEN),
    postgresql_where=text(_IS_OPEN),
)
