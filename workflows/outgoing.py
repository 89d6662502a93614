"""The flow of outgoing documents: from the leader's approval to the axis.

Legal source: Decree 30/2020/ND-CP, Art. 13 to 18, in that order. A run carries a
pouch of one or many documents by their ids (design.md §4).
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from documents.lifecycle import Direction
from workflows import issuance, office
from workflows.carrying import Pouch, claim, release
from workflows.office import Office
from workflows.retry import retried


async def carry(step: Callable[[Office, Sequence[str]], Pouch], ids: Sequence[str]) -> int:
    """Run a pouch's step in a thread; return how many documents it carried."""
    return len((await asyncio.to_thread(step, office.current(), ids)).done)


async def attempted(step: Any, *arguments: Any) -> State[Any]:
    """Run a task; that it failed is a state for the run view, so the run goes on."""
    state: State[Any] = await step(*arguments, return_state=True)
    return state


@retried("sign")
async def sign(ids: Sequence[str]) -> int:
    """The leaders' signatures (Art. 13)."""
    return await carry(issuance.sign, ids)


@retried("number")
async def number(ids: Sequence[str]) -> int:
    """Number, date, register (Art. 15, 16)."""
    return await carry(issuance.number, ids)


@retried("seal")
async def seal(ids: Sequence[str]) -> int:
    """The agency's seal (Art. 17)."""
    return await carry(issuance.seal, ids)


@retried("dispatch")
async def dispatch(ids: Sequence[str]) -> int:
    """To the axis, for every recipient (Art. 18)."""
    return await carry(issuance.dispatch, ids)


@flow(name="outgoing")
async def outgoing(document_ids: list[str]) -> list[State[Any]]:
    """Carry approved documents to the axis.

    A step that cannot be taken now shows as failed in the run view and stops nothing:
    the documents it left behind wait, the others go on.
    """
    here = office.current()
    async with here.outgoing_turn:
        mine = await asyncio.to_thread(claim, here, Direction.OUTGOING, document_ids)
        try:
            return [await attempted(step, mine) for step in (sign, number, seal, dispatch)]
        finally:
            await asyncio.to_thread(release, here, mine)
