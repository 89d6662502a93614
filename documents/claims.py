"""Leases: which worker carries which document, and until when.

A claim takes due documents for one owner with row locks (`SKIP LOCKED` on
PostgreSQL, the single writer on SQLite). A lease that ran out, or whose owner
started anew, is free again: that is how a killed worker's documents come back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from documents.lifecycle import Direction, State, carried_states
from documents.tables import DocumentRow, ParcelRow

LEASE = timedelta(minutes=10)
"""Longer than any pouch takes."""


def _free(at: datetime, owner: str) -> ColumnElement[bool]:
    return or_(
        DocumentRow.lease_owner.is_(None),
        DocumentRow.lease_owner == owner,
        DocumentRow.lease_until < at,
    )


def due(
    session: Session,
    owner: str,
    direction: Direction,
    at: datetime,
    limit: int,
    only: Iterable[str] | None = None,
) -> list[str]:
    """Claim documents whose next step is the system's; the most urgent, then the oldest first.

    *only* narrows the choice to some ids; what the owner holds already it gets again.
    Runs in a writing transaction.
    """
    wanted = (
        _wanted(owner, direction, at)
        .order_by(DocumentRow.urgency.desc(), DocumentRow.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if only is not None:
        wanted = wanted.where(DocumentRow.id.in_(list(only)))
    ids = list(session.scalars(wanted))
    if ids:
        session.execute(
            update(DocumentRow)
            .where(DocumentRow.id.in_(ids))
            .values(lease_owner=owner, lease_until=at + LEASE)
        )
    return ids


def waiting(session: Session, owner: str, direction: Direction, at: datetime) -> bool:
    """Return whether `due` would give *owner* anything (reads only)."""
    return session.scalar(_wanted(owner, direction, at).limit(1)) is not None


def _wanted(owner: str, direction: Direction, at: datetime) -> Select[str]:
    return (
        select(DocumentRow.id)
        .where(DocumentRow.direction == direction)
        .where(DocumentRow.state.in_([state.value for state in carried_states(direction)]))
        # a frozen one waits for its signature, another for the clerk's word
        .where(DocumentRow.held.is_(False), DocumentRow.frozen_by.is_(None), _free(at, owner))
        .where(DocumentRow.awaits.is_(None))
        .where(or_(DocumentRow.next_attempt_at.is_(None), DocumentRow.next_attempt_at <= at))
    )


def release(session: Session, owner: str, ids: Iterable[str]) -> None:
    """Give up *owner*'s leases of *ids*; one that ran out and has another owner stays."""
    session.execute(
        update(DocumentRow)
        .where(DocumentRow.id.in_(list(ids)), DocumentRow.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


def release_owner(session: Session, owner: str) -> int:
    """Give up every lease of *owner*, which has just started anew; returns how many."""
    done = session.execute(
        update(DocumentRow)
        .where(DocumentRow.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )
    return cast("CursorResult[Any]", done).rowcount


def unopened(session: Session, limit: int, kind: str = "") -> list[ParcelRow]:
    """Return parcels, of one *kind* or any, that are kept and were not opened, oldest first."""
    # none of them is confirmed: said so, the index of open parcels finds them among millions
    wanted = select(ParcelRow).where(
        ParcelRow.confirmed_at.is_(None), ParcelRow.outcome == "stored"
    )
    if kind:
        wanted = wanted.where(ParcelRow.kind == kind)
    return list(session.scalars(wanted.order_by(ParcelRow.fetched_at).limit(limit)))


def kept(session: Session) -> set[tuple[str, str]]:
    """Return (agency, axis id) of the parcels that are here and wait at the axis too."""
    wanted = select(ParcelRow.organ_id, ParcelRow.axis_id)
    rows = session.execute(wanted.where(ParcelRow.confirmed_at.is_(None)))
    return {(organ_id, axis_id) for organ_id, axis_id in rows}


def unconfirmed(session: Session, limit: int) -> list[ParcelRow]:
    """Return parcels the axis may be told of: settled here, not confirmed there.

    A document's parcel is settled when the document is past verification, in quarantine,
    held for a person, waits for the clerk, or was known; junk is settled too: it stays here,
    and would come back for ever.
    """
    settled = or_(
        ParcelRow.outcome == "junk",
        and_(ParcelRow.outcome == "opened", ParcelRow.kind == "status"),
        and_(
            ParcelRow.outcome == "opened",
            or_(
                DocumentRow.held.is_(True),
                DocumentRow.awaits.is_not(None),
                DocumentRow.state.not_in([State.FETCHED, State.VERIFIED]),
            ),
        ),
    )
    wanted = (
        select(ParcelRow)
        .outerjoin(DocumentRow, DocumentRow.id == ParcelRow.document_id)
        .where(ParcelRow.confirmed_at.is_(None), settled)
        .order_by(ParcelRow.fetched_at)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def backlog(session: Session) -> dict[str, int]:
    """Return how many documents stand in each state, for health lines."""
    rows = session.execute(
        select(DocumentRow.direction, DocumentRow.state, func.count()).group_by(
            DocumentRow.direction, DocumentRow.state
        )
    )
    return {f"{direction}.{state}": count for direction, state, count in rows}
