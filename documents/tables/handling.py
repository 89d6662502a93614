"""The tables of handling: submissions, tasks, remarks (opinions, directions, reports), extensions.

Legal source: Decree 30/2020/ND-CP, Art. 23, 24; Appendix VI, Part II, incoming rows 16 to 18.
Rows are closed, never removed; the CHECKs are built from `documents.task`, never retyped.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.remark import RemarkKind
from documents.tables.foundation import Base, among
from documents.task import TaskPart, TaskState


class SubmissionRow(Base):
    """An incoming document laid before someone competent to direct (trình), with what is proposed.

    Open until it is directed, passed on or returned.
    """

    __tablename__ = "submission"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    to_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    lead: Mapped[str] = mapped_column(String(255), default="")
    """Unit or person proposed to lead, by name."""
    due_on: Mapped[date | None] = mapped_column(Date)
    """Deadline proposed."""
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(10), default="")
    """directed | passed_on | returned | dropped."""


class TaskRow(Base):
    """One unit's or person's part in a document's handling, or in what a meeting concluded."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint(among("part", sorted(TaskPart)), name="part"),
        CheckConstraint(among("state", sorted(TaskState)), name="state"),
        CheckConstraint("unit_id IS NOT NULL OR person_id IS NOT NULL", name="whose"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"), index=True)
    """None: from a meeting, as `source` says."""
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("task.id"), index=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    part: Mapped[str] = mapped_column(String(9))
    state: Mapped[str] = mapped_column(String(9))
    given_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    """Whose task it is to judge: where someone acted in another's stead, that other."""
    given_at: Mapped[datetime]
    content: Mapped[str] = mapped_column(Text)
    """What is to be done: the opinion of the direction, or the sub-task's own words."""
    product: Mapped[str] = mapped_column(Text, default="")
    """The result that is expected (sản phẩm)."""
    source: Mapped[str] = mapped_column(Text, default="")
    """The meeting or conclusion that it comes from."""
    due_on: Mapped[date] = mapped_column(Date)
    """Last day in force, in Vietnam; `task.NO_DAY`: none."""
    first_due_on: Mapped[date] = mapped_column(Date)
    """Last day as it was given."""
    accepted_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(64), default="")
    result: Mapped[str] = mapped_column(Text, default="")
    """Its result, or why it was returned or withdrawn."""
    approved_at: Mapped[datetime | None]
    """When whoever gave it agreed with the result."""


class RemarkRow(Base):
    """One thing said in a document's or a task's handling, in the post it was said in."""

    __tablename__ = "remark"
    __table_args__ = (CheckConstraint(among("kind", sorted(RemarkKind)), name="kind"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"))
    task_id: Mapped[str | None] = mapped_column(ForeignKey("task.id"))
    kind: Mapped[str] = mapped_column(String(9))
    by_id: Mapped[str] = mapped_column(String(64))
    """Of a person, or `system`."""
    name: Mapped[str] = mapped_column(String(255))
    """Name and post as they were."""
    position: Mapped[str] = mapped_column(String(100), default="")
    post_id: Mapped[str] = mapped_column(String(36), default="")
    in_stead_of: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)
    asked_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """Whose opinion is asked."""
    answers_id: Mapped[str | None] = mapped_column(ForeignKey("remark.id"))
    """The question that this answers."""
    answered_at: Mapped[datetime | None]


class RemarkFileRow(Base):
    """A file that goes with a report: progress, a result, an opinion."""

    __tablename__ = "remark_file"

    remark_id: Mapped[str] = mapped_column(ForeignKey("remark.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]


class ExtensionRow(Base):
    """More time asked for a task (xin gia hạn), and what was answered."""

    __tablename__ = "extension"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), index=True)
    decider_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    before_on: Mapped[date] = mapped_column(Date)
    """The deadline when it was asked."""
    wished_on: Mapped[date] = mapped_column(Date)
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]
    granted_on: Mapped[date | None] = mapped_column(Date)
    """The new deadline; none: refused, or dropped with the task."""
    answer: Mapped[str] = mapped_column(Text, default="")


def _open(name: str, condition: str, *columns: object) -> None:
    """Index what is still open: few rows, whatever the table's size."""
    where = text(condition)
    Index(name, *columns, sqlite_where=where, postgresql_where=where)  # type: ignore[arg-type]


_TASK = "closed_at IS NULL"
_open("ix_task_mine", _TASK, TaskRow.person_id, TaskRow.due_on, TaskRow.id)
_open("ix_task_unit", _TASK, TaskRow.unit_id, TaskRow.due_on, TaskRow.id)
_open("ix_task_given", _TASK, TaskRow.given_by, TaskRow.due_on, TaskRow.id)
_open("ix_task_agency", _TASK, TaskRow.organ_id, TaskRow.due_on, TaskRow.id)
Index("ix_task_closed", TaskRow.organ_id, TaskRow.closed_at)
_open(
    "ix_task_judged",
    "state = 'done' AND part <> 'inform' AND approved_at IS NULL",
    TaskRow.given_by,
    TaskRow.closed_at,
    TaskRow.id,
)
_LEADS = "part = 'lead' AND parent_id IS NULL AND state NOT IN ('returned', 'withdrawn')"
Index(
    "uq_task_lead",
    TaskRow.document_id,
    unique=True,
    sqlite_where=text(_LEADS),
    postgresql_where=text(_LEADS),
)
_open(
    "ix_submission_waiting",
    "closed_at IS NULL",
    SubmissionRow.to_id,
    SubmissionRow.at,
    SubmissionRow.id,
)
Index("ix_remark_document", RemarkRow.document_id, RemarkRow.at)
Index("ix_remark_task", RemarkRow.task_id)
_open(
    "ix_remark_wanted",
    "asked_id IS NOT NULL AND answered_at IS NULL",
    RemarkRow.asked_id,
    RemarkRow.at,
    RemarkRow.id,
)
_open("ix_remark_returned", "kind = 'return'", RemarkRow.organ_id, RemarkRow.at, RemarkRow.id)
_open(
    "ix_extension_asked",
    "decided_at IS NULL",
    ExtensionRow.decider_id,
    ExtensionRow.asked_at,
    ExtensionRow.id,
)
