"""What a process that runs many flows keeps open between them.

Prefect's engine makes two HTTP clients, two TLS contexts and one heartbeat thread for each
flow run. Inside this block the clients are shared and no heartbeats are sent: leases say who
carries a document, and the runner settles runs whose process died.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from prefect.client.orchestration import PrefectClient
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

NO_RESULTS: Final[Any] = Path(os.devnull)
"""`@flow(persist_result=False, result_storage=NO_RESULTS)` keeps no results and, unlike leaving
both out, does not ask the server twice a run where results are kept: once by a request that
blocks the event loop. Any: Prefect takes a path and does not say so in its types."""


@asynccontextmanager
async def engine_session() -> AsyncIterator[PrefectClient]:
    """Share Prefect's clients among the flow runs awaited in this block, and yield the async one.

    Tasks created inside the block inherit it; the server need not be up when it is entered.
    """
    async with AsyncExitStack() as stack:
        # None cannot be said in an environment variable, only here.
        stack.enter_context(temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}))
        stack.enter_context(SyncClientContext.get_or_create())
        context = await stack.enter_async_context(AsyncClientContext.get_or_create())
        yield context.client
