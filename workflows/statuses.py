"""The flow of statuses: what came back for what we sent, and what we still owe.

Legal source: Decision 28/2018/QD-TTg; axis.md §7.
"""

import asyncio
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from connectors.axis import MessageKind
from workflows import office, reception, reporting
from workflows.incoming import confirm, report
from workflows.office import Office
from workflows.outgoing import attempted
from workflows.retry import retried


@retried("take-statuses")
async def take_statuses() -> int:
    """Fetch status messages and show them at their deliveries."""
    return await asyncio.to_thread(_take, office.current())


def _take(here: Office) -> int:
    reception.fetch(here, reception.waiting(here, MessageKind.STATUS), point="status")
    return reporting.take_in(here)


@flow(name="statuses")
async def statuses() -> list[State[Any]]:
    """Bring statuses both ways up to date."""
    async with office.current().statuses_turn:
        return [await attempted(step) for step in (take_statuses, confirm, report)]
