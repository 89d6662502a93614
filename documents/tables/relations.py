"""The table of relations between documents: answers, corrects, amends, replaces, recalls.

Legal source: Decree 30/2020/ND-CP, Art. 18.3 to 18.6; Appendix VI, Part I, III.4d.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.relation import RelationKind
from documents.tables.foundation import Base, among


class RelationRow(Base):
    """That one document of ours is about another one; never changed."""

    __tablename__ = "relation"
    __table_args__ = (CheckConstraint(among("kind", sorted(RelationKind)), name="kind"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    about_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True, index=True)
    recorded_at: Mapped[datetime]
