"""The nightly flow: reconciliation with the axis, at the hour that the settings name.

Source: axis.md §10.4. It finds and tells; what it finds is repaired when somebody says so
(`congvan reconcile --repair`).
"""

import asyncio
from datetime import UTC, datetime, time, timedelta

from prefect import flow

from documents.document import VIETNAM
from workflows import office
from workflows.reconciliation import reconcile
from workflows.runner import ServedFlow

EVERY = timedelta(days=1)


@flow(name="reconcile")
async def reconciliation() -> list[dict[str, object]]:
    """Match the last days for every agency whose desk is here; returns what each run counted."""
    here = office.current()
    runs = await asyncio.to_thread(reconcile, here)
    if here.health:
        here.health.ran("reconcile")
    return [run.as_dict() for run in runs]


def nightly(owner: str, at: str) -> ServedFlow:
    """Return the deployment that runs each night at *at* (HH:MM in Vietnam)."""
    # Vietnam's clock never changes: days of 24 hours from here on keep the hour
    first = datetime.combine(datetime(2026, 1, 1, tzinfo=VIETNAM), time.fromisoformat(at), VIETNAM)
    return ServedFlow(reconciliation, f"reconcile-{owner}", EVERY, {}, first.astimezone(UTC))
