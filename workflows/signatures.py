"""The flow of deferred signatures: requests that are to be sent, asked after, completed, ended.

A run takes no ids: what is due is claimed row by row (documents/requests.py). The documents
themselves are frozen by the outgoing flow's sign and seal steps, and go on with it once they
are signed.
"""

import asyncio
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from workflows import office, remote_signing
from workflows.outgoing import attempted
from workflows.retry import retried


@retried("signature-requests")
async def signature_requests() -> int:
    """Send, ask, complete and expire what is due (Art. 13, 17.2)."""
    return await asyncio.to_thread(remote_signing.go_on, office.current())


@flow(name="deferred")
async def deferred() -> list[State[Any]]:
    """Carry signature requests on."""
    async with office.current().deferred_turn:
        return [await attempted(signature_requests)]
