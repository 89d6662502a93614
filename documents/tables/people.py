"""The tables of people: units, the posts people hold in them with their history, absences.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV.1 (rights follow a person's post).
Rows are ended, never removed: who could do what on a past day stays a question with an answer.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from documents.document import Role
from documents.tables.foundation import Base, among


class UnitRow(Base):
    """A unit of an agency (đơn vị: phòng, ban, trung tâm), or an advisory body of it."""

    __tablename__ = "unit"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    abbreviation: Mapped[str] = mapped_column(String(30), default="")
    advisory: Mapped[bool] = mapped_column(default=False)
    """Hội đồng, Ban, Tổ: issues in its own name with the agency's seal (law.md N-02e)."""
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """Last day, in Vietnam; none: still there."""


class PostRow(Base):
    """One person's post in one agency, from its first day to its last; several at once may be."""

    __tablename__ = "post"
    __table_args__ = (CheckConstraint(among("role", sorted(Role)), name="role"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    position: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20))
    competence: Mapped[str] = mapped_column(String(10), default="")
    competence_line: Mapped[str] = mapped_column(String(100), default="")
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """Last day, in Vietnam; none: held still."""
    basis: Mapped[str] = mapped_column(String(100), default="")
    """Code of the decision that gave it."""
    end_basis: Mapped[str] = mapped_column(String(100), default="")
    recorded_at: Mapped[datetime]


class AbsenceRow(Base):
    """A person away (nghỉ, đi công tác), and who stands in for them with which scope."""

    __tablename__ = "absence"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
