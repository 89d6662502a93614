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
    main: Mapped[bool | None]
    """Whether it is the person's main post; where none says so, the one begun first."""
    in_charge: Mapped[bool | None]
    """A deputy whom `basis` lets run the agency (cấp phó phụ trách, điều hành; Art. 13.1)."""
    ended_at: Mapped[datetime | None]
    """When its end was recorded: what was known on a past day stays a question with an answer."""


class AbsenceRow(Base):
    """A person away (nghỉ, đi công tác); who stands in for them is a `WorkDelegationRow`."""

    __tablename__ = "absence"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class WorkDelegationRow(Base):
    """One person lets another handle documents in their stead (ủy quyền xử lý); no signing."""

    __tablename__ = "work_delegation"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"), index=True)
    from_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    to_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    to_post_id: Mapped[str] = mapped_column(ForeignKey("post.id"))
    """The delegate's post; with its end, or that of the delegator's post, it ends too."""
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    """Last day, in Vietnam."""
    roles: Mapped[list[str]]
    """In whose rights the delegate acts: each is one that the delegator's own post gave."""
    from_post_ids: Mapped[list[str]]
    """The delegator's posts that give `roles`."""
    steps: Mapped[list[str]]
    """Empty: every step of the roles."""
    types: Mapped[list[str]]
    """Names of document types; empty: all."""
    unit_ids: Mapped[list[str]]
    """Units whose documents; empty: all."""
    reason: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(String(100), default="")
    absence_id: Mapped[str | None] = mapped_column(ForeignKey("absence.id"), index=True)
    """The absence for whose days it stands in, if it is for one."""
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
