"""The tables of reminders: rules, what was told to whom, mornings done, digests, told incidents.

Legal source: Decree 30/2020/ND-CP, Art. 24.1; Appendix VI, Part I, III.1l, III.5b (law.md §9).
A notice's key is what keeps the same from being told twice, whatever dies or runs beside.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from documents.digest import DigestState
from documents.obligation import Duty
from documents.reminder import Stage
from documents.tables.foundation import Base, among


class ReminderRuleRow(Base):
    """Who is told when of one duty in one agency; the newest counts, none: the defaults."""

    __tablename__ = "reminder_rule"
    __table_args__ = (
        CheckConstraint(among("duty", sorted(Duty)), name="duty"),
        Index("ix_reminder_rule_force", "organ_id", "duty", "recorded_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    duty: Mapped[str] = mapped_column(String(20))
    ahead: Mapped[list[int]] = mapped_column(JSON)
    """Days before the last one: working days, or calendar days as the duty counts."""
    on_day: Mapped[bool]
    late: Mapped[list[int]] = mapped_column(JSON)
    """Working days after the last one, for whoever owes it."""
    head_after: Mapped[int | None]
    """Working days after the last one, for the unit's head; none: never."""
    leader_after: Mapped[int | None]
    days: Mapped[int | None]
    """Working days that the duty itself has, where practice sets them."""
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]


class NoticeRow(Base):
    """One thing told to one person in the system; read or not, never removed."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(among("duty", sorted(Duty)), name="duty"),
        CheckConstraint(among("stage", sorted(Stage)), name="stage"),
        UniqueConstraint("subject_id", "duty", "person_id", "stage", "day"),
        Index("ix_notice_day", "organ_id", "day"),
        Index("ix_notice_person", "person_id", "created_at", "id"),
        Index(
            "ix_notice_unread",
            "person_id",
            "created_at",
            "id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    duty: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(64))
    """What it is about: a document, task, dossier … or what the installation lacks."""
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    stage: Mapped[str] = mapped_column(String(6))
    day: Mapped[date] = mapped_column(Date)
    """The day, in Vietnam, that the stage belongs to, whenever it was told."""
    document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"))
    code: Mapped[str] = mapped_column(String(200))
    """As people name it: number and notation, a dossier's code."""
    due_on: Mapped[date] = mapped_column(Date)
    due_at: Mapped[datetime]
    in_stead_of: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """Who is away, or no longer in the post."""
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[str | None] = mapped_column(String(64))


class MorningRow(Base):
    """A working morning whose digests are laid down: once, whoever comes first."""

    __tablename__ = "reminder_morning"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    done_at: Mapped[datetime]


class ReminderGapRow(Base):
    """Something that could not be reckoned or told, until a run finds it no more."""

    __tablename__ = "reminder_gap"
    __table_args__ = (UniqueConstraint("organ_id", "code", "subject"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    code: Mapped[str] = mapped_column(String(60))
    """An error's."""
    subject: Mapped[str] = mapped_column(String(100))
    count: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Text)
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]


class MailboxRow(Base):
    """Where a person's digest goes; without one they are told in the system only."""

    __tablename__ = "mailbox"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]


_OPEN = text("state IN ('pending', 'sending')")


class DigestRow(Base):
    """One person's digest of one morning, and how far it came by e-mail."""

    __tablename__ = "digest"
    __table_args__ = (
        CheckConstraint(among("state", sorted(DigestState)), name="state"),
        UniqueConstraint("day", "person_id"),
        Index("ix_digest_open", "created_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """Also in its Message-ID, over every retry."""
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(254), default="")
    """Empty: nobody to send it to; it is shown in the system."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """ahead, today, late: how many."""
    entries: Mapped[list[Any]] = mapped_column(JSON)
    """The first of them: duty, id, code, title, due, in whose stead."""
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    claimed_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")


class IncidentRow(Base):
    """Something that the law gives hours or days to answer, told by whoever knows of it."""

    __tablename__ = "incident"
    __table_args__ = (CheckConstraint(among("duty", sorted(Duty)), name="duty"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organ_id: Mapped[str] = mapped_column(ForeignKey("agency.organ_id"))
    duty: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime]
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(64), default="")


_UNDONE = text("done_at IS NULL")
Index("ix_incident_open", IncidentRow.organ_id, sqlite_where=_UNDONE, postgresql_where=_UNDONE)
