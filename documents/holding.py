"""What a writing transaction holds locked, so that it reads each row under its lock once.

A transaction over many documents of one agency takes the chain's head and each document
once and works with them in memory; nobody else can change them until it ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, SessionTransaction

from documents.tables import AgencyRow, DocumentRow

_KEY = "congvan.holding"


@dataclass(slots=True)
class Holding:
    """The locked rows of one transaction."""

    transaction: SessionTransaction | None = None
    documents: dict[str, DocumentRow] = field(default_factory=dict)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Newest (sequence, digest) of each agency's chain."""
    receivers: dict[tuple[str, date], AgencyRow] = field(default_factory=dict)
    """Who takes in mail for a code on a day: asked once for all the mail of one transaction."""
    correspondents: dict[tuple[str, ...], dict[str, AgencyRow]] = field(default_factory=dict)
    """The agencies of some codes, likewise."""


def holding(session: Session) -> Holding:
    """Return what *session*'s transaction holds; nothing inside a savepoint, which may undo it."""
    transaction = session.get_transaction()
    if transaction is None or session.in_nested_transaction():
        session.info.pop(_KEY, None)
        return Holding()
    held: Holding | None = session.info.get(_KEY)
    if held is None or held.transaction is not transaction:
        held = session.info[_KEY] = Holding(transaction)
    return held


def lock_documents(session: Session, ids: Iterable[str]) -> None:
    """Lock documents in one statement, in the one order in which nobody waits in a circle."""
    wanted = (
        select(DocumentRow)
        .where(DocumentRow.id.in_(list(ids)))
        .order_by(DocumentRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    holding(session).documents.update({row.id: row for row in session.scalars(wanted)})
