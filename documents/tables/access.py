"""The tables of who may see a dossier or a document, and of who did.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.3 (rights per file and document, alert
until a change is confirmed), III.6b (count of accesses).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from documents.access import AccessKind, ChangeState, GrantKind, TargetKind
from documents.tables.foundation import Base, among


class AccessChangeRow(Base):
    """One change of who may see something: asked for, then confirmed or turned down."""

    __tablename__ = "access_change"
    __table_args__ = (
        CheckConstraint(among("target", sorted(TargetKind)), name="target"),
        CheckConstraint(among("grant_kind", sorted(GrantKind)), name="grant_kind"),
        CheckConstraint(among("state", sorted(ChangeState)), name="state"),
        Index("ix_access_change_target", "target_id", "state"),
        Index("ix_access_change_alert", "organ_id", "state", "asked_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    target: Mapped[str] = mapped_column(String(8))
    target_id: Mapped[str] = mapped_column(String(36))
    grant_kind: Mapped[str] = mapped_column(String(10))
    grantee_id: Mapped[str] = mapped_column(String(64), default="")
    """A unit's or a person's id."""
    allowed: Mapped[bool]
    """False: what was given is taken back."""
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(9))
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class AccessRow(Base):
    """One access to a dossier or a document; never changed."""

    __tablename__ = "access"
    __table_args__ = (
        CheckConstraint(among("target", sorted(TargetKind)), name="target"),
        CheckConstraint(among("kind", sorted(AccessKind)), name="kind"),
        Index("ix_access_target", "target_id", "kind"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    target: Mapped[str] = mapped_column(String(8))
    target_id: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
