"""The flow of preservation: archive copies get the level that is wanted, and keep it.

Legal source: Decree 30/2020/ND-CP, Art. 19; Circular 15/2025/TT-BKHCN. It runs beside the
journey in a process of its own: a TSA that takes minutes holds nobody up. What cannot be had
now waits in the queue with its reason.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from documents import preservation as queue
from documents.errors import OfficeError
from documents.preservation import Order, Raised
from workflows import office
from workflows.carrying import Write, failure, raise_if_all_unavailable, written_together
from workflows.faultpoint import passing
from workflows.levels import Copies, Preserve, in_batches
from workflows.office import Office
from workflows.outgoing import attempted

ABREAST = 8
"""Copies that wait for their timestamps at the same time."""


def preserve(here: Office, ids: Sequence[str]) -> int:
    """Raise or renew the copies of documents *ids*; return how many were.

    Raises:
        Unavailable: something was down for every one of them.
    """
    with here.database.reading() as session:
        orders = queue.orders(session, ids)
    answers: list[Raised | OfficeError] = []
    for batch in in_batches(orders, ABREAST):
        answers += _batch(here, batch)
    raise_if_all_unavailable(answers)
    return sum(isinstance(answer, Raised) for answer in answers)


def _batch(here: Office, batch: tuple[Order, ...]) -> Sequence[Raised | OfficeError]:
    # the time of asking: a TSA's clock is compared with it
    (done,) = here.archivists.run([Preserve(batch, here.now())])
    passing("preserve.done")
    answers = done.answers if isinstance(done, Copies) else [_wrong(done)] * len(batch)
    writes = [_write(here, order, answer) for order, answer in zip(batch, answers, strict=True)]
    if not written_together(here, writes, sorted(order.document_id for order in batch)):
        for order, write in zip(batch, writes, strict=True):
            if (error := failure(here, write)) is not None:
                failure(here, _write(here, order, error))
    passing("preserve.recorded")
    return answers


def _wrong(answer: object) -> OfficeError:
    assert isinstance(answer, OfficeError)  # noqa: S101  (Preserve gives Copies)
    return answer


def _write(here: Office, order: Order, answer: Raised | OfficeError) -> Write:
    if isinstance(answer, OfficeError):
        return partial(queue.put_off, document_id=order.document_id, error=answer, at=here.now())
    return partial(queue.raised, document_id=order.document_id, copy=answer, at=here.now())


@task(name="preserve", cache_policy=NO_CACHE)
async def preserve_copies(ids: Sequence[str]) -> int:
    """Timestamps and revocation data, each copy by itself."""
    return await asyncio.to_thread(preserve, office.current(), ids)


@flow(name="preservation")
async def preservation(document_ids: list[str]) -> list[State[Any]]:
    """Raise or renew archive copies; those that cannot be now wait, shown with their reason."""
    here = office.current()
    async with here.preservation_turn:
        mine = await asyncio.to_thread(_claimed, here, document_ids)
        return [await attempted(preserve_copies, mine)] if mine else []


def _claimed(here: Office, ids: Sequence[str]) -> list[str]:
    with here.database.writing() as session:
        return queue.due(session, here.owner, here.now(), len(ids), only=ids)
