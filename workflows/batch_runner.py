"""Batches are carried: each document in a transaction of its own, with its outcome.

The web process carries what was asked of it in a few threads and can die at any line: what it
leaves, the worker's sweeper takes over when the lease is over. A document that is done has its
outcome in the step's own transaction, so nothing is done twice.
"""

import logging
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from threading import Event

from documents import batches
from documents.batch import Order
from documents.database import WriteConflict
from documents.errors import OfficeError, Unavailable
from documents.identity import new_id
from documents.tables import BatchItemRow, BatchRow
from workflows import batch_actions
from workflows.batch_actions import Action
from workflows.faultpoint import passing
from workflows.office import Office

THREADS = 2
"""Batches of one process at the same time; SQLite has one writer anyhow."""
CONFLICTS = 3
"""How often a document is tried that another worker was writing to."""
AT_ONCE = 5
"""Batches that one sweep takes over."""

_log = logging.getLogger("congvan.batches")
_stopping = Event()


class BatchFault(Unavailable):
    """The step met an error of ours; it is in the log."""

    code = "batch.fault"
    vietnamese = "Lỗi hệ thống khi thực hiện: {0}"
    english = "an error of ours while this was done: {0}"
    remedy = "Thử lại, hoặc báo quản trị / try again, or tell the operator"


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="batch")


def start(office: Office, batch_id: str) -> Future[None]:
    """Have a batch carried in this process, soon; returns at once."""
    return _threads().submit(_guarded, office, batch_id)


def stop() -> None:
    """End what this process carries after the document it is at; the sweeper goes on with it."""
    _stopping.set()
    _threads().shutdown(cancel_futures=True)


def _guarded(office: Office, batch_id: str) -> None:
    try:
        carry(office, batch_id, _stopping.is_set)
    except OfficeError as error:
        _log.info("batch %s was left to the sweeper: %s", batch_id, error)
    except Exception:
        _log.exception("batch %s was left to the sweeper", batch_id)


def take_over(office: Office) -> int:
    """Carry the batches that nobody carries; return how many documents got a result."""
    with office.database.reading() as session:
        left = batches.left(session, office.now(), AT_ONCE)
    return sum(carry(office, batch_id) for batch_id in left)


def carry(office: Office, batch_id: str, stopping: Callable[[], bool] = lambda: False) -> int:
    """Do what waits of a batch, in order; return how many documents got a result.

    Nothing where it is done, or somebody else is at it. Between two documents *stopping* is
    asked; whoever comes next goes on at once.
    """
    owner = f"{office.owner}:{os.getpid()}:{new_id()}"[:100]
    settled = 0
    while True:
        with office.database.writing() as session:
            batch = batches.claim(session, batch_id, owner, office.now())
            if batch is None or batches.finish(session, batch_id, office.now()):
                return settled
            item = batches.next_waiting(session, batch_id)
        assert item is not None  # noqa: S101  (else `finish` had closed it)
        passing("batch.claimed")
        _settle(office, batch, item)
        settled += 1
        if stopping():
            with office.database.writing() as session:
                batches.release(session, batch_id, owner, office.now())
            return settled


def _settle(office: Office, batch: BatchRow, item: BatchItemRow) -> None:
    """Give one document its outcome."""
    order = Order(
        item.document_id,
        batch.organ_id,
        batch.person_id,
        item.seen_state,
        item.seen_sha256,
        batch.arguments,
    )
    try:
        _take(office, batch_actions.find(batch.action), order, item)
    except OfficeError as error:
        _fail(office, item, error)
    except Exception as error:
        _log.exception("a document of batch %s met an error of ours", batch.id)
        _fail(office, item, BatchFault(type(error).__name__))


def _take(office: Office, action: Action, order: Order, item: BatchItemRow) -> None:
    """Do the action and note so in one transaction; again where a writer was faster."""
    for attempt in range(1, CONFLICTS + 1):
        if action.prepare is not None:
            order = replace(order, prepared=action.prepare(office, order, office.now()))
        try:
            with office.database.writing() as session:
                held = batches.held(session, item.batch_id, item.ordinal)
                if held is None:
                    return  # cancelled meanwhile, or done by whoever was thought dead
                at = office.now()
                batches.done(held, action.decide(session, order, at), at)
                passing("batch.decided")
        except WriteConflict:
            if attempt == CONFLICTS:
                raise
        else:
            passing("batch.recorded")
            return


def _fail(office: Office, item: BatchItemRow, error: OfficeError) -> None:
    with office.database.writing() as session:
        held = batches.held(session, item.batch_id, item.ordinal)
        if held is not None:
            batches.failed(held, error, office.now())
