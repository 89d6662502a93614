"""The sweeper: finds every document whose next step is the system's, and carries it.

It is the only recovery path: a killed worker, a lost wake-up, an axis that was away
and a restarted server all heal the same way (design.md §4).
"""

import asyncio

from prefect import flow

from documents.errors import Unavailable
from workflows import backlog, batch_runner, bookbinding, filing, new_day, office, scan_folder
from workflows.incoming import incoming
from workflows.indexing import indexing, texts_due
from workflows.office import Office
from workflows.outgoing import attempted, outgoing
from workflows.picture_words import files_due
from workflows.preservation import preservation
from workflows.recognising import recognising
from workflows.signatures import deferred
from workflows.statuses import statuses


@flow(name="sweep")
async def sweep() -> list[str]:
    """Run whichever flows have something to carry; returns their names."""
    here = office.current()
    ran = []
    if ids := await asyncio.to_thread(backlog.outgoing_due, here):
        await attempted(outgoing, ids)
        ran.append("outgoing")
    for look, carrier in (
        (backlog.incoming_due, incoming),
        (backlog.statuses_due, statuses),
        (backlog.requests_due, deferred),
    ):
        try:
            due = await asyncio.to_thread(look, here)
        except Unavailable:
            continue  # shown by the worker's health line; the next sweep looks again
        if due:
            await attempted(carrier)
            ran.append(carrier.name)
    if copies := await asyncio.to_thread(backlog.preservation_due, here):
        await attempted(preservation, copies)
        ran.append("preservation")
    ran += await _files_read(here)
    for done, name in (
        (backlog.numbers_expired, "numbers"),
        (backlog.answers_due, "answers"),
        (bookbinding.carry_due, "books"),
        (filing.by_rule, "filing"),
        (scan_folder.take_in, "scans"),
        (new_day.renew, "people"),
        (batch_runner.take_over, "batches"),
    ):
        if await asyncio.to_thread(done, here):
            ran.append(name)
    if here.health:
        here.health.ran("sweep")
    return ran


async def _files_read(here: Office) -> list[str]:
    """Read files and pictures that wait to be read, for search and for the clerk."""
    ran = []
    for wanted, reader in ((texts_due, indexing), (files_due, recognising)):
        if await asyncio.to_thread(wanted, here):
            await attempted(reader)
            ran.append(reader.name)
    return ran
