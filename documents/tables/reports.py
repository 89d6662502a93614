"""The table of verifications that counted: verdict, report, and what the verdict rests on."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from documents.report import Occasion, Verdict
from documents.tables.foundation import Base, among


class ReportRow(Base):
    """One verification of one file of a document; never changed, only added."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint(among("verdict", Verdict), name="verdict"),
        CheckConstraint(among("occasion", Occasion), name="occasion"),
        Index("ix_report_document", "document_id", "at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    occasion: Mapped[str] = mapped_column(String(8))
    file_sha256: Mapped[str] = mapped_column(String(64))
    """The file that was verified: a revision or an attachment."""
    at: Mapped[datetime]
    """The moment that the verdict is about."""
    recorded_at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(13))
    policy_id: Mapped[str] = mapped_column(String(100))
    policy_sha256: Mapped[str] = mapped_column(String(64))
    """Blob: the policy's file."""
    trust_sha256: Mapped[str] = mapped_column(String(64))
    """Blob: who was trusted."""
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    """Blob: the listing of certificates and revocation data, which are blobs by their digests."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of `content`; the ledger has it."""
    content: Mapped[str] = mapped_column(Text)
    """The report, canonical JSON."""
