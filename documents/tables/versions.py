"""The tables of a draft's life: opinions on it, checks of it, the agency's rule, its terms, copies.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 12, 18.5; Appendix VI, Part I, III.5a. Versions
themselves are revisions (`documents.versions`). Rows are ended, never removed.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.check import CheckKind
from documents.tables.foundation import Base, among


class DraftRuleRow(Base):
    """What an agency wants before a draft is approved; no row: neither check is required."""

    __tablename__ = "draft_rule"

    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), primary_key=True)
    content_check: Mapped[bool]
    form_check: Mapped[bool]
    form_checker_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """Whom the head charged with form (Art. 12.2); none: any clerk."""
    decided_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime]


class DraftCheckRow(Base):
    """One check of one version, bound to its bytes."""

    __tablename__ = "draft_check"
    __table_args__ = (CheckConstraint(among("kind", sorted(CheckKind)), name="kind"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    version: Mapped[int]
    """Of the draft, from 1."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of that version's PDF."""
    kind: Mapped[str] = mapped_column(String(8))
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")
    findings: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """What the machine found in the file, as pairs (code, text)."""
    checked_by: Mapped[str] = mapped_column(String(64))
    checked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When a new version, an edit or another check took its place."""


Index(
    "uq_draft_check_standing",
    DraftCheckRow.document_id,
    DraftCheckRow.kind,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)


class DraftOpinionRow(Base):
    """An opinion (góp ý) on one version: asked for or not, given or not, settled or not."""

    __tablename__ = "draft_opinion"
    __table_args__ = (CheckConstraint("person_id IS NULL OR unit_id IS NULL", name="whose"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    version: Mapped[int]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """Who is asked, or gave it unasked."""
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    """The unit that is asked."""
    asked_by: Mapped[str] = mapped_column(String(64), default="")
    """Empty where nobody asked."""
    asked_at: Mapped[datetime]
    question: Mapped[str] = mapped_column(Text, default="")
    due_date: Mapped[date | None] = mapped_column(Date)
    """Last day for the answer, in Vietnam."""
    given_by: Mapped[str] = mapped_column(String(64), default="")
    given_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(Text, default="")
    file_name: Mapped[str] = mapped_column(String(255), default="")
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    """An annotated file."""
    file_size: Mapped[int] = mapped_column(Integer, default=0)
    settled_by: Mapped[str] = mapped_column(String(64), default="")
    settled_at: Mapped[datetime | None]
    taken: Mapped[bool | None]
    """Whether it was taken up (tiếp thu); explained where not."""
    answer: Mapped[str] = mapped_column(Text, default="")


_OPEN = text("given_at IS NULL")
Index(
    "ix_draft_opinion_open",
    DraftOpinionRow.due_date,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)


class DraftTermsRow(Base):
    """What is wanted of an outgoing document beyond its fields; only where something is."""

    __tablename__ = "draft_terms"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    issue_by: Mapped[date | None] = mapped_column(Date, index=True)
    """Last day on which it is to be issued, in Vietnam."""
    proposed_urgency: Mapped[int | None]
    """The drafter's, where whoever signs decided otherwise or confirmed it."""
    urgency_by: Mapped[str | None] = mapped_column(String(64))
    urgency_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(String(8))
    """Of a document that mends another: content or form (Art. 18.3)."""
    reason: Mapped[str | None] = mapped_column(Text)


class InternalCopyRow(Base):
    """A unit or person of the agency that gets an issued document for information."""

    __tablename__ = "internal_copy"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    recipient_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    """Of a unit or of a person."""
    is_unit: Mapped[bool]
    added_at: Mapped[datetime]
    read_by: Mapped[str | None] = mapped_column(String(64))
    read_at: Mapped[datetime | None]


class PaperIssueRow(Base):
    """Paper copies printed of a digitally signed document and stamped (bản chính, Art. 18.5)."""

    __tablename__ = "paper_issue"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the file that was printed."""
    copies: Mapped[int]
    purpose: Mapped[str] = mapped_column(Text, default="")
    printed_by: Mapped[str] = mapped_column(String(64))
    printed_at: Mapped[datetime]
