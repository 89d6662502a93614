"""Batches in the store: asked for once, carried by one at a time, a result for each document.

An item's outcome is written in the transaction of its step: whoever dies between two documents
is followed by somebody who goes on with the next. What a batch is: `documents.batch`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from documents import rights
from documents.batch import (
    LONGEST_KEY,
    MOST,
    BatchInvalid,
    BatchKeyUsed,
    BatchState,
    BatchUnknown,
    Outcome,
    Wanted,
)
from documents.casefile import DocumentUnknown
from documents.errors import OfficeError, OutcomeUnknown, Unavailable
from documents.identity import new_id
from documents.right_holder import Who
from documents.tables import BatchItemRow, BatchRow, DocumentRow

LEASE = timedelta(seconds=60)
"""Longer than one document takes; renewed with each."""
_TOLD = 600
"""Characters of each part of an error that are kept."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a batch is."""

    total: int
    outcomes: Mapping[Outcome, int]

    def count(self, outcome: str) -> int:
        """Return how many documents have *outcome*."""
        return self.outcomes.get(Outcome(outcome), 0)

    @property
    def settled(self) -> int:
        """How many documents have their result."""
        return self.total - self.count(Outcome.WAITING)


def ask(
    session: Session,
    who: Who,
    action: str,
    wanted: Sequence[Wanted],
    arguments: Mapping[str, Any],
    key: str,
    at: datetime,
) -> BatchRow:
    """Write down what a person wants done; the same *key* with the same wish is the same batch.

    Runs in a writing transaction and does nothing yet: `workflows.batch_runner.start` does.

    Args:
        session: a writing transaction.
        who: who asks: a visit, a token's person; their agency's documents alone can be asked for.
        action: as `workflows.batch_actions` knows it.
        wanted: the documents in the order they are to be done; one that is named twice, once.
        arguments: the same for all; JSON, no secrets.
        key: of the form, at most 64 characters.
        at: aware UTC.

    Raises:
        BatchInvalid: none, too many, no key.
        BatchKeyUsed: the key came before with another wish.
        DocumentUnknown: a document that is not the agency's, or not for this person to see.
    """
    chosen = list({each.document_id: each for each in wanted}.values())
    if not chosen:
        raise BatchInvalid("chưa chọn văn bản nào / no document was chosen")
    if len(chosen) > MOST:
        raise BatchInvalid(f"quá {MOST} văn bản / more than {MOST} documents")
    if not 0 < len(key) <= LONGEST_KEY:
        raise BatchInvalid("biểu mẫu thiếu khóa / the form has no key")
    digest = _digest(action, chosen, arguments)
    known = session.scalar(
        select(BatchRow).where(BatchRow.person_id == who.person_id, BatchRow.idempotency_key == key)
    )
    if known is not None:
        if known.asked_sha256 != digest:
            raise BatchKeyUsed
        return known
    _ensure_seen(session, who, chosen, at)
    row = BatchRow(
        id=new_id(),
        organ_id=who.organ_id,
        person_id=who.person_id,
        action=action,
        arguments=dict(arguments),
        idempotency_key=key,
        asked_sha256=digest,
        state=BatchState.OPEN,
        total=len(chosen),
        asked_at=at,
        lease_until=at,
    )
    session.add(row)
    session.flush()
    session.add_all(
        BatchItemRow(
            batch_id=row.id,
            ordinal=ordinal,
            document_id=each.document_id,
            seen_state=each.state[:12],
            seen_sha256=each.sha256[:64],
            outcome=Outcome.WAITING,
            result="",
        )
        for ordinal, each in enumerate(chosen, 1)
    )
    session.flush()
    return row


def _digest(action: str, wanted: Sequence[Wanted], arguments: Mapping[str, Any]) -> str:
    asked = [action, [[each.document_id, each.state, each.sha256] for each in wanted], arguments]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _ensure_seen(session: Session, who: Who, wanted: Sequence[Wanted], at: datetime) -> None:
    ids = [each.document_id for each in wanted]
    rows = session.scalars(select(DocumentRow).where(DocumentRow.id.in_(ids))).all()
    seen = {row.id for row in rights.visible(session, who, rows, at)}
    for document_id in ids:
        if document_id not in seen:
            raise DocumentUnknown(document_id)


def own(session: Session, person_id: str, batch_id: str) -> BatchRow:
    """Return a batch that the person asked for.

    Raises:
        BatchUnknown: there is none, or it is somebody else's.
    """
    row = session.get(BatchRow, batch_id)
    if row is None or row.person_id != person_id:
        raise BatchUnknown
    return row


def listed(session: Session, person_id: str, limit: int = 50) -> list[BatchRow]:
    """Return the person's batches, the newest first."""
    wanted = select(BatchRow).where(BatchRow.person_id == person_id)
    return list(session.scalars(wanted.order_by(BatchRow.asked_at.desc()).limit(limit)))


def standings(session: Session, rows: Sequence[BatchRow]) -> dict[str, Standing]:
    """Return how far each batch is, in one question."""
    counted: dict[str, dict[Outcome, int]] = {row.id: {} for row in rows}
    for batch_id, outcome, count in session.execute(
        select(BatchItemRow.batch_id, BatchItemRow.outcome, func.count())
        .where(BatchItemRow.batch_id.in_(list(counted)))
        .group_by(BatchItemRow.batch_id, BatchItemRow.outcome)
    ):
        counted[batch_id][Outcome(outcome)] = count
    return {row.id: Standing(row.total, counted[row.id]) for row in rows}


def items(session: Session, batch_id: str) -> list[tuple[BatchItemRow, DocumentRow]]:
    """Return the documents of a batch with their results, in order; at most `MOST`."""
    rows = session.execute(
        select(BatchItemRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == BatchItemRow.document_id)
        .where(BatchItemRow.batch_id == batch_id)
        .order_by(BatchItemRow.ordinal)
    )
    return [(item, document) for item, document in rows]


def cancel(session: Session, batch: BatchRow, at: datetime) -> int:
    """Let what has not begun be; return how many documents that were."""
    changed = session.scalars(
        update(BatchItemRow)
        .where(BatchItemRow.batch_id == batch.id, BatchItemRow.outcome == Outcome.WAITING)
        .values(outcome=Outcome.CANCELLED, at=at)
        .returning(BatchItemRow.ordinal)
    ).all()
    finish(session, batch.id, at)
    return len(changed)


def retry(session: Session, batch: BatchRow, at: datetime) -> int:
    """Let what found something down be tried again; return how many documents that are."""
    changed = session.scalars(
        update(BatchItemRow)
        .where(BatchItemRow.batch_id == batch.id, BatchItemRow.outcome == Outcome.UNAVAILABLE)
        .values(outcome=Outcome.WAITING, at=None, error_code=None, error_text=None)
        .returning(BatchItemRow.ordinal)
    ).all()
    if changed:
        session.execute(
            update(BatchRow)
            .where(BatchRow.id == batch.id)
            .values(state=BatchState.OPEN, finished_at=None, lease_owner=None, lease_until=at)
        )
    return len(changed)


def left(session: Session, at: datetime, limit: int) -> list[str]:
    """Return batches that nobody carries, the longest left first (reads only)."""
    wanted = select(BatchRow.id).where(
        BatchRow.state == BatchState.OPEN, BatchRow.lease_until <= at
    )
    return list(session.scalars(wanted.order_by(BatchRow.lease_until).limit(limit)))


def claim(session: Session, batch_id: str, owner: str, at: datetime) -> BatchRow | None:
    """Take a batch over, or keep it, for `LEASE`; None where it is done or another's."""
    row = session.scalar(
        select(BatchRow)
        .where(BatchRow.id == batch_id, BatchRow.state == BatchState.OPEN)
        .where(or_(BatchRow.lease_until <= at, BatchRow.lease_owner == owner))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if row is not None:
        row.lease_owner, row.lease_until = owner, at + LEASE
        session.flush()
    return row


def release(session: Session, batch_id: str, owner: str, at: datetime) -> None:
    """Give up *owner*'s lease, so that anybody may go on."""
    session.execute(
        update(BatchRow)
        .where(BatchRow.id == batch_id, BatchRow.lease_owner == owner)
        .values(lease_owner=None, lease_until=at)
    )


def next_waiting(session: Session, batch_id: str) -> BatchItemRow | None:
    """Return the first document that has no result yet (reads only)."""
    wanted = select(BatchItemRow).where(
        BatchItemRow.batch_id == batch_id, BatchItemRow.outcome == Outcome.WAITING
    )
    return session.scalar(wanted.order_by(BatchItemRow.ordinal).limit(1))


def held(session: Session, batch_id: str, ordinal: int) -> BatchItemRow | None:
    """Return the item, locked, while it still has no result."""
    return session.scalar(
        select(BatchItemRow)
        .where(BatchItemRow.batch_id == batch_id, BatchItemRow.ordinal == ordinal)
        .where(BatchItemRow.outcome == Outcome.WAITING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def done(item: BatchItemRow, result: str, at: datetime) -> None:
    """Note that the step was taken; in the transaction of the step."""
    item.outcome, item.result, item.at = Outcome.DONE, result[:200], at


def failed(item: BatchItemRow, error: OfficeError, at: datetime) -> None:
    """Note why the step was not taken."""
    again = isinstance(error, Unavailable | OutcomeUnknown)
    item.outcome = Outcome.UNAVAILABLE if again else Outcome.REFUSED
    kept = {name: words[:_TOLD] for name, words in error.as_dict().items()}
    item.error_code, item.error_text, item.at = error.code, json.dumps(kept), at


def told(item: BatchItemRow) -> dict[str, str]:
    """Return why the step was not taken: `vi`, `en`, `remedy`, `code`; empty where it was."""
    return dict(json.loads(item.error_text)) if item.error_text else {}


def finish(session: Session, batch_id: str, at: datetime) -> bool:
    """Close the batch if no document of it waits; return whether it is closed."""
    if next_waiting(session, batch_id) is not None:
        return False
    session.execute(
        update(BatchRow)
        .where(BatchRow.id == batch_id, BatchRow.state == BatchState.OPEN)
        .values(state=BatchState.DONE, finished_at=at, lease_owner=None)
    )
    return True
