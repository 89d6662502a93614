"""Keeping the agency catalogue: each night what changed on the axis, each week all of it.

Source: axis.md §10.3 (`getSynchronizeUnit`, `getAgenciesList`), §10.4. Where an axis does not
tell changes, all is compared each time. What was read and how far is one commit: a run that
was killed begins where the last whole one ended.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from connectors.axis import AgencyChange, AgencyEntry, Axis
from connectors.errors import AxisCannot, AxisRefused
from documents import catalogue_history
from documents.catalogue import Alias, Entry
from documents.catalogue_history import CLOSING_SHARE, Change, News, Source
from documents.database import Database
from workflows import office
from workflows.outgoing import attempted
from workflows.retry import retried
from workflows.rounds import failure

COMPARED_EVERY = timedelta(days=7)
"""Between comparisons of the whole: an axis that counted its changes anew tells none."""
NIGHT = datetime(2025, 12, 31, 19, tzinfo=UTC)
"""Two in the morning in Vietnam."""
EACH_NIGHT = timedelta(days=1)


def synchronise(
    database: Database,
    axis: Axis,
    at: datetime,
    *,
    whole: bool = False,
    closing_share: float = CLOSING_SHARE,
) -> Change:
    """Learn what changed in the axis's catalogue; return what became of it.

    With *whole*, or where that is due, the whole is compared and what is no more there ended.

    Raises:
        AxisUnavailable: it does not answer; nothing is changed.
        TooManyClosed: more than *closing_share* of the agencies would end; nothing is changed.
    """
    with database.reading() as session:
        mark = catalogue_history.mark(session)
        last = catalogue_history.last_complete(session)
    # the changes first: what comes between them and the whole is told again next time
    changes = _changes(axis, mark)
    newest = max((change.version for change in changes or ()), default=None)
    if whole or changes is None or last is None or at - last >= COMPARED_EVERY:
        news = _news((entry, None) for entry in axis.agencies())
        source = Source(catalogue_history.AXIS, "", True, newest, closing_share)
    else:
        news = _news((change.entry, change) for change in changes)
        source = Source(catalogue_history.AXIS, "", False, newest, closing_share)
    with database.writing() as session:
        return catalogue_history.learn(session, news, source, at)


def _changes(axis: Axis, mark: int) -> list[AgencyChange] | None:
    """Return what changed after *mark*, oldest first; None where the axis does not tell."""
    try:
        return sorted(axis.agency_changes(mark), key=lambda change: change.version)
    except (AxisRefused, AxisCannot):
        return None


def _news(told: Iterable[tuple[AgencyEntry, AgencyChange | None]]) -> News:
    entries: list[Entry] = []
    aliases: list[Alias] = []
    for agency, change in told:
        entries.append(
            Entry(
                agency.organ_id,
                agency.name,
                parent=agency.parent,
                email=agency.email,
                deleted=change is not None and change.deleted,
                axis_version=change.version if change else None,
                modified_at=change.modified_at if change else None,
            )
        )
        if agency.old_organ_id:
            aliases.append(Alias(agency.old_organ_id, agency.organ_id))
    return News(tuple(entries), tuple(aliases))


@retried("synchronise-catalogue")
async def synchronise_catalogue() -> int:
    """What changed on the axis; returns how many entries are new, changed or closed."""
    here = office.current()
    change = await asyncio.to_thread(synchronise, here.database, here.axis, here.now())
    return change.added + change.changed + change.closed


@flow(name="catalogue")
async def catalogue() -> list[State[Any]]:
    """Bring the catalogue up to date; what keeps it from that is shown in the health line."""
    here = office.current()
    state = await attempted(synchronise_catalogue)
    if here.health:
        if (error := await failure(state)) is not None:
            here.health.failed("catalogue", error)
        else:
            here.health.well("catalogue")
            here.health.ran("catalogue")
    return [state]
