"""Sealed attachments, certified copies, and who may sign copies (Decree 30/2020)."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from documents.copying import CopyKind, Medium
from documents.tables.foundation import Base, among


class SealedAttachmentRow(Base):
    """What travels instead of an attachment: the file with the agency's signature on it.

    Written in the transaction of the document's seal; the attachment's own row keeps the
    file as it was handed in.
    """

    __tablename__ = "sealed_attachment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "ordinal"], ["attachment.document_id", "attachment.ordinal"]
        ),
    )

    document_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    """None where it travels as it was handed in; the note says why."""
    size: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text, default="")
    sealed_at: Mapped[datetime]


class CertifiedCopyRow(Base):
    """One copy (bản sao) with its number in the agency's common yearly series of copies."""

    __tablename__ = "certified_copy"
    __table_args__ = (
        UniqueConstraint("register_id", "number"),
        CheckConstraint(among("kind", CopyKind), name="kind"),
        CheckConstraint(among("made_from", Medium), name="made_from"),
        CheckConstraint(among("made_to", Medium), name="made_to"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    made_from: Mapped[str] = mapped_column(String(10))
    made_to: Mapped[str] = mapped_column(String(10))
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    """`05/SY-UBND`."""
    original: Mapped[str] = mapped_column(String(255))
    """What was copied: its code, or the file's name."""
    base: Mapped[str] = mapped_column(String(60), default="")
    """The sao y that a sao lục was made from."""
    source_sha256: Mapped[str] = mapped_column(String(64), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    signer_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    clerk_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    warnings: Mapped[list[str]] = mapped_column(default=list)


class CopySignerRow(Base):
    """Someone whom the head lets sign copies (Art. 26); leaders need no row."""

    __tablename__ = "copy_signer"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    granted_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
