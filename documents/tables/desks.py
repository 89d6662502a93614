"""What people have on their desks: forms half typed, who has what open, what was composed.

A form half typed and who looks on are no records of the agency: they are overwritten and
cleaned. What was composed belongs to a version of a draft and stays with it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.tables.foundation import Base


class KeptFormRow(Base):
    """A form as a person left it; the row stays, empty, once the form is accepted."""

    __tablename__ = "kept_form"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    form_key: Mapped[str] = mapped_column(String(200), primary_key=True)
    """What is filled in: `drafts/new`, `drafts/ID`."""
    fields: Mapped[dict[str, Any]]
    """Values by field name, each a list of texts; empty: nothing is kept."""
    seen: Mapped[str] = mapped_column(String(100), default="")
    """State of what it is about, as the page had it that was typed into."""
    opened_at: Mapped[datetime]
    """When that page was made; a page made earlier does not write over it."""
    at: Mapped[datetime] = mapped_column(index=True)
    """When it was kept, or accepted."""


class PresenceRow(Base):
    """Someone who has a document open; gone when nothing was heard for a while."""

    __tablename__ = "presence"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    edited_at: Mapped[datetime | None]
    """When they were last heard to be changing it."""


class ComposedTextRow(Base):
    """What a version of a draft was composed from, as it was typed."""

    __tablename__ = "composed_text"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the version, from 1."""
    content: Mapped[dict[str, Any]]
