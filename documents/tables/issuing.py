"""The tables of issuing: the clerk's orders, and groups of recipients that are kept."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.tables.foundation import Base
from documents.tables.journey import DocumentRow


class IssueOrderRow(Base):
    """A clerk's word that a signed document is to be issued: once for each document."""

    __tablename__ = "issue_order"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    ordered_by: Mapped[str] = mapped_column(String(64))
    ordered_at: Mapped[datetime]
    expected_code: Mapped[str] = mapped_column(String(140))
    """The code that the clerk was shown; another document may have taken its number since."""
    expected_day: Mapped[date] = mapped_column(Date)
    reservation_id: Mapped[str | None] = mapped_column(String(36))


class RecipientGroupRow(Base):
    """A named list of agencies that documents go to together (nhóm nơi nhận)."""

    __tablename__ = "recipient_group"
    __table_args__ = (
        Index("uq_recipient_group_name", "organ_id", "owner_id", "name", unique=True),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    owner_id: Mapped[str] = mapped_column(String(64))
    """The person whose own group it is; empty: the agency's."""
    name: Mapped[str] = mapped_column(String(100))
    preset: Mapped[bool]
    """Ticked beforehand wherever its owner chooses recipients (gửi nhanh)."""
    version: Mapped[int] = mapped_column(Integer)
    updated_by: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class RecipientGroupMemberRow(Base):
    """One agency of a group, in the group's order."""

    __tablename__ = "recipient_group_member"

    group_id: Mapped[str] = mapped_column(ForeignKey("recipient_group.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    organ_id: Mapped[str] = mapped_column(String(35))
    """As it was chosen; what became of the agency since is asked of the catalogue."""
    name: Mapped[str] = mapped_column(String(200))


_AWAITS = text("awaits IS NOT NULL")
Index(
    "ix_document_awaits",
    DocumentRow.organ_id,
    DocumentRow.awaits,
    DocumentRow.created_at,
    DocumentRow.id,
    sqlite_where=_AWAITS,
    postgresql_where=_AWAITS,
)
