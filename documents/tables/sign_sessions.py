"""The table of sign sessions: which file the token tool of whom may fetch, until when."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.sign_session import Operation, SessionState
from documents.tables.foundation import Base, among

_IS_OPEN = among("state", [SessionState.OPEN])


class SignSessionRow(Base):
    """One file lent to one person's token tool."""

    __tablename__ = "sign_session"
    __table_args__ = (
        CheckConstraint(among("state", sorted(SessionState)), name="state"),
        CheckConstraint(among("operation", sorted(Operation)), name="operation"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("signature_request.id"), index=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    operation: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    """Who sits at the tool."""
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """The token itself is kept nowhere."""
    base_sha256: Mapped[str] = mapped_column(String(64))
    """What is lent."""
    state: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    updated_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    refusals: Mapped[int] = mapped_column(Integer, default=0)
    """Files that came and were not taken."""
    upload_sha256: Mapped[str] = mapped_column(String(64), default="")
    """The signed file that was taken."""


Index(
    "uq_sign_session_open",
    SignSessionRow.document_id,
    unique=True,
    sqlite_where=text(_IS_OPEN),
    postgresql_where=text(_IS_OPEN),
)
Index(
    "ix_sign_session_until",
    SignSessionRow.until,
    sqlite_where=text(_IS_OPEN),
    postgresql_where=text(_IS_OPEN),
)
