"""How a step carries a pouch: each document by itself, its failure its own.

A step does its effects first, then records them, many documents of one agency in one
transaction: a commit and a lock cost more than a document. Where one of them cannot be
recorded, nothing is, and each is recorded by itself: a document that fails is put off
with its error and left behind; its pouch goes on. Only when every document found the
same thing down is the step worth retrying at once, and raises.
"""

import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, claims
from documents.errors import OfficeError, Refused, StepRefused, Unavailable
from documents.holding import lock_documents
from documents.lifecycle import Direction, State
from documents.tables import DocumentRow
from workflows.office import Office

TOGETHER = 50
"""Most documents in one transaction: another writer waits for it some 50 ms."""

Write = Callable[[Session], object]
T = TypeVar("T")
_log = logging.getLogger("congvan.carrying")


class StepBroken(Refused):
    """A fault of ours that nobody foresaw: this document waits, its pouch goes on."""

    code = "office.step_broken"
    vietnamese = "Lỗi ngoài dự kiến khi xử lý văn bản: {0}"
    english = "an unforeseen fault stopped the document: {0}"
    remedy = "Xem nhật ký của tiến trình xử lý / see the worker's log"


@dataclass(slots=True)
class Pouch:
    """What became of the documents of one step."""

    done: list[str] = field(default_factory=list)
    left: dict[str, OfficeError] = field(default_factory=dict)

    def settle(self) -> "Pouch":
        """Return the pouch, or raise what stopped all of it for a while.

        Raises:
            Unavailable: something was down for every document.
        """
        if not self.done:
            raise_if_all_unavailable(list(self.left.values()))
        return self


def raise_if_all_unavailable(answers: Sequence[object]) -> None:
    """Raise the first of *answers* when each of them says that something is down.

    Raises:
        Unavailable: something was down for all.
    """
    first = next(iter(answers), None)
    if isinstance(first, Unavailable) and all(isinstance(each, Unavailable) for each in answers):
        raise first


def claim(office: Office, direction: Direction, ids: Iterable[str]) -> list[str]:
    """Take the leases of those of *ids* whose next step is the system's."""
    wanted = list(ids)
    with office.database.writing() as session:
        return claims.due(
            session, office.owner, direction, office.now(), len(wanted) or 1, only=wanted
        )


def release(office: Office, ids: Iterable[str]) -> None:
    """Give the leases back."""
    with office.database.writing() as session:
        claims.release(session, office.owner, ids)


def standing(office: Office, ids: Iterable[str], state: State) -> list[DocumentRow]:
    """Return those of *ids* that stand in *state*, neither held nor frozen, awaiting nobody.

    The most urgent come first, then agency by agency, the oldest first.
    """
    with office.database.reading() as session:
        rows = session.scalars(
            select(DocumentRow)
            .where(DocumentRow.id.in_(list(ids)), DocumentRow.state == state)
            .where(DocumentRow.held.is_(False), DocumentRow.frozen_by.is_(None))
            .where(DocumentRow.awaits.is_(None))
            .order_by(DocumentRow.urgency.desc(), DocumentRow.organ_id, DocumentRow.created_at)
        )
        return list(rows)


def grouped(items: Iterable[T], agency: Callable[[T], str]) -> Iterator[list[T]]:
    """Yield *items* in their order, as many neighbours of one agency as go together."""
    for _, neighbours in itertools.groupby(items, agency):
        while group := list(itertools.islice(neighbours, TOGETHER)):
            yield group


def record_all(
    office: Office,
    pouch: Pouch,
    writes: Iterable[tuple[DocumentRow, Write]],
    after: Callable[[], None],
) -> None:
    """Record documents as *writes* yields them; each that fails is put off by itself.

    *after* is called whenever some are recorded.
    """
    for group in grouped(writes, lambda item: item[0].organ_id):
        ids = [row.id for row, _ in group]
        if written_together(office, [write for _, write in group], ids):
            pouch.done += ids
        else:
            for row, write in group:
                record(office, pouch, row.id, write)
        after()


def written_together(office: Office, writes: Sequence[Write], ids: Sequence[str] = ()) -> bool:
    """Lock the documents *ids* and run *writes* in one transaction; False if one of them cannot be.

    Nothing is written then: each has to be written by itself.
    """

    def all_of_them(session: Session) -> None:
        lock_documents(session, ids)
        for write in writes:
            write(session)

    return failure(office, all_of_them) is None


def failure(office: Office, write: Write) -> OfficeError | None:
    """Run *write* in a transaction of its own; return why nothing was written, if so."""
    try:
        with office.database.writing() as session:
            write(session)
    except Exception as error:
        return as_answer(error)
    return None


def as_answer(error: Exception) -> OfficeError:
    """Return *error* as what becomes of one document: none of them may stop the others."""
    if isinstance(error, OfficeError):
        return error
    _log.error("a step broke", exc_info=error)
    return StepBroken(f"{type(error).__name__}: {error}"[:300])


def record(office: Office, pouch: Pouch, document_id: str, write: Write) -> bool:
    """Run *write* in a transaction for one document; what it raises puts the document off."""
    error = failure(office, write)
    if error is None:
        pouch.done.append(document_id)
    # refused: someone else took the step between our reading and our writing
    elif not isinstance(error, StepRefused):
        put_off(office, pouch, document_id, error)
    return error is None


def put_off(office: Office, pouch: Pouch, document_id: str, error: OfficeError) -> None:
    """Leave a document where it is, its error visible; the pouch goes on."""
    pouch.left[document_id] = error
    with office.database.writing() as session:
        casefile.put_off(session, document_id, error, office.now())
