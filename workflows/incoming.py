"""The flow of incoming documents: from the axis to the register.

Legal source: Decree 30/2020/ND-CP, Art. 20 to 22. A run takes what waits at the axis
and what an earlier run left on the way.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from connectors.axis import MessageKind
from documents import claims
from documents.lifecycle import Direction
from workflows import changes, office, reception, reporting, secret_messages
from workflows.carrying import release
from workflows.office import Office
from workflows.outgoing import attempted, carry
from workflows.retry import retried


@retried("fetch")
async def fetch() -> int:
    """Fetch what waits at the axis; keep its bytes before reading them (Art. 21)."""
    return await asyncio.to_thread(_fetch, office.current())


def _fetch(here: Office) -> int:
    return reception.fetch(here, reception.waiting(here, MessageKind.EDOC))


@retried("open")
async def open_parcels() -> int:
    """Read the messages."""
    return await asyncio.to_thread(_opened, office.current())


def _opened(here: Office) -> int:
    opened = len(reception.open_parcels(here))
    secret_messages.wipe(here)
    return opened


def _claimed(here: Office) -> list[str]:
    """Take the leases of the documents on their way to the register."""
    with here.database.writing() as session:
        return claims.due(session, here.owner, Direction.INCOMING, here.now(), here.settings.pouch)


@retried("verify")
async def verify(ids: Sequence[str]) -> int:
    """Authenticity and integrity (Art. 21.2a)."""
    return await carry(reception.verify, ids)


@retried("register")
async def register(ids: Sequence[str]) -> int:
    """Receipt number and register (Art. 22)."""
    return await carry(reception.register, ids)


@retried("confirm")
async def confirm() -> int:
    """Tell the axis, after our own commit."""
    return await asyncio.to_thread(reception.confirm, office.current())


@retried("report")
async def report() -> int:
    """Tell the senders: 01, 03 (Art. 21.2c); ask back what is recalled, answer who asks."""
    return await asyncio.to_thread(_report, office.current())


def _report(here: Office) -> int:
    return (
        reporting.report(here, reporting.owed(here))
        + changes.carry(here)
        + secret_messages.tell(here)
    )


@flow(name="incoming")
async def incoming() -> list[State[Any]]:
    """Take in what arrived and what an earlier run left; an axis that is away stops neither."""
    here = office.current()
    async with here.incoming_turn:
        states = [await attempted(step) for step in (fetch, open_parcels)]
        mine = await asyncio.to_thread(_claimed, here)
        try:
            states += [await attempted(step, mine) for step in (verify, register)]
            return [*states, await attempted(confirm), await attempted(report)]
        finally:
            await asyncio.to_thread(release, here, mine)
