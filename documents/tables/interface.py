"""The tables of the HTTP interface: tokens of other systems, answers by idempotency key."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.tables.foundation import Base


class ApiTokenRow(Base):
    """By what another system acts: as one person of one agency, within scopes and days."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """The token itself is shown once and kept nowhere."""
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    """Whose posts give the rights, and who stands in the ledger."""
    system: Mapped[str] = mapped_column(String(100))
    """The system that has it, as people call it."""
    scopes: Mapped[str] = mapped_column(String(60))
    """With spaces between."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotentAnswerRow(Base):
    """What a request under one key was answered; without a status it is being worked on."""

    __tablename__ = "idempotent_answer"

    token_id: Mapped[str] = mapped_column(ForeignKey("api_token.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of method, path and body."""
    begun_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
