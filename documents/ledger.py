"""The ledger: append-only, hash-chained per agency. Every accepted step adds one row.

A row's digest is SHA-256 over its canonical JSON, which holds the previous row's
digest: changing, removing or inserting a row breaks the chain from there on.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from documents.document import Role
from documents.errors import storable
from documents.holding import holding
from documents.tables import DocumentRow, LedgerHeadRow, LedgerRow

GENESIS = "0" * 64
"""What the first row of a chain has for its previous digest."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who took a step, and in which role."""

    id: str
    role: Role


SYSTEM = Actor("system", Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a ledger row says."""

    document_id: str
    step: str
    state: str
    actor: Actor
    evidence: str = ""
    """SHA-256 (lowercase hex) of what proves the step: a revision, a message, a report."""
    detail: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold."""

    organ_id: str
    sequence: int
    reason: str


@dataclass(frozen=True, slots=True)
class Slice:
    """One document's rows, and where they hang in the agency's chain."""

    rows: tuple[LedgerRow, ...]
    following: tuple[str | None, ...]
    """Digest of the row after each, whoever's it is; None at the chain's end."""
    head: tuple[int, str]
    """Sequence and digest of the chain's newest row."""

    def lines(self) -> bytes:
        """Return a line (UTF-8) for each row: the very bytes whose SHA-256 is its digest."""
        return b"".join(text_of(_unsigned(row)).encode() + b"\n" for row in self.rows)


# built once: building a statement takes longer than the database takes to run it
_HEADS = cast("Table", LedgerHeadRow.__table__)
_HEAD = (
    select(_HEADS.c.sequence, _HEADS.c.digest)
    .where(_HEADS.c.organ_id == bindparam("organ"))
    .with_for_update()
)
_MOVE = (
    update(_HEADS)
    .where(_HEADS.c.organ_id == bindparam("organ"))
    .values(sequence=bindparam("newest"), digest=bindparam("newest_digest"))
)
_ADD = insert(cast("Table", LedgerRow.__table__))


def append(session: Session, organ_id: str, fact: Fact, at: datetime) -> None:
    """Add *fact* to the agency's chain, in the caller's transaction; locks the chain's head."""
    last, previous = _locked_head(session, organ_id)
    sequence = last + 1
    row = {
        "organ_id": organ_id,
        "sequence": sequence,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": fact.actor.id,
        "role": fact.actor.role.value,
        "step": fact.step,
        "document_id": fact.document_id,
        "state": fact.state,
        "evidence": fact.evidence,
        "detail": storable(
            json.dumps(dict(fact.detail), ensure_ascii=False, sort_keys=True, default=str)
        ),
        "previous": previous,
    }
    digest = digest_of(row)
    connection = session.connection()
    connection.execute(_ADD, {**row, "digest": digest})
    connection.execute(_MOVE, {"organ": organ_id, "newest": sequence, "newest_digest": digest})
    holding(session).heads[organ_id] = (sequence, digest)


def _locked_head(session: Session, organ_id: str) -> tuple[int, str]:
    """Return the chain's end, locked for this transaction; begins the chain where it is new."""
    connection = session.connection()
    if (held := holding(session).heads.get(organ_id)) is not None:
        return held
    if (head := connection.execute(_HEAD, {"organ": organ_id}).one_or_none()) is not None:
        return head[0], head[1]
    # two first writers: the second waits here until the first is done
    upsert: Any = (
        sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    )
    beginning = {"organ_id": organ_id, "sequence": 0, "digest": GENESIS}
    session.execute(upsert(LedgerHeadRow).values(**beginning).on_conflict_do_nothing())
    head = connection.execute(_HEAD, {"organ": organ_id}).one()
    return head[0], head[1]


def digest_of(row: dict[str, Any]) -> str:
    """Return the digest of a row without its own digest."""
    return hashlib.sha256(text_of(row).encode()).hexdigest()


def text_of(row: dict[str, Any]) -> str:
    """Return the canonical JSON of a row without its own digest: what is hashed."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_COLUMNS = tuple(column.name for column in LedgerRow.__table__.columns)


def _unsigned(row: LedgerRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COLUMNS if name != "digest"}


def slice_of(session: Session, organ_id: str, document_id: str) -> Slice:
    """Return the rows about one document in its agency's chain, oldest first."""
    mine = select(LedgerRow).where(
        LedgerRow.organ_id == organ_id, LedgerRow.document_id == document_id
    )
    rows = tuple(session.scalars(mine.order_by(LedgerRow.sequence)))
    after = select(LedgerRow.sequence, LedgerRow.digest).where(
        LedgerRow.organ_id == organ_id,
        LedgerRow.sequence.in_([row.sequence + 1 for row in rows]),
    )
    following = {row.sequence: row.digest for row in session.execute(after)}
    head = session.get_one(LedgerHeadRow, organ_id)
    return Slice(
        rows,
        tuple(following.get(row.sequence + 1) for row in rows),
        (head.sequence, head.digest),
    )


def history(session: Session, document_id: str) -> list[LedgerRow]:
    """Return the rows about one document, oldest first."""
    return list(
        session.scalars(
            select(LedgerRow)
            .where(LedgerRow.document_id == document_id)
            .order_by(LedgerRow.at, LedgerRow.sequence)
        )
    )


def length(session: Session) -> int:
    """Return how many rows all chains have."""
    return session.scalar(select(func.count()).select_from(LedgerRow)) or 0


def verify(session: Session) -> Iterator[Break]:
    """Walk every chain and yield each place where it does not hold."""
    heads = {head.organ_id: head for head in session.scalars(select(LedgerHeadRow)).all()}
    organs = sorted(
        {
            *heads,
            *session.scalars(select(LedgerRow.organ_id).distinct()),
            # an agency with documents has a chain, even where all of it was taken away
            *session.scalars(select(DocumentRow.organ_id).distinct()),
        }
    )
    for organ_id in organs:
        yield from _verify_chain(session, organ_id, heads.get(organ_id))


def _verify_chain(session: Session, organ_id: str, head: LedgerHeadRow | None) -> Iterator[Break]:
    previous, sequence = GENESIS, 0
    rows = session.scalars(
        select(LedgerRow)
        .where(LedgerRow.organ_id == organ_id)
        .order_by(LedgerRow.sequence)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        sequence += 1
        if row.sequence != sequence:
            yield Break(organ_id, sequence, f"row {sequence} is missing")
            sequence = row.sequence
        if row.previous != previous:
            yield Break(organ_id, row.sequence, "does not follow the row before it")
        if digest_of(_unsigned(row)) != row.digest:
            yield Break(organ_id, row.sequence, "was changed after it was written")
        previous = row.digest
    if head is None or (head.sequence, head.digest) != (sequence, previous):
        yield Break(organ_id, sequence, "the chain's end is missing")
