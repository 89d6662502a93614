"""The flow of reminders: each hour what is urgent, from the morning's hour on all that is owed.

Legal source: Decree 30/2020/ND-CP, Art. 24.1; Appendix VI, Part I, III.1l; ux.md §1.5. Every part
may be repeated, killed and run beside itself: what was told or sent is not told or sent again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta

from prefect import flow

from documents import digests, directory, reminders
from documents.calendar import Calendar, YearMissing, vietnam
from documents.database import Database
from documents.document import VIETNAM
from documents.errors import OfficeError
from documents.numbering import local_day
from documents.reminders import Plan
from workflows import mailing, office
from workflows.faultpoint import passing
from workflows.runner import ServedFlow
from workflows.settings import Settings

EVERY = timedelta(hours=1)
AT_A_TIME = 500
"""Notices of one transaction: SQLite has one writer, and steps must not wait for reminders."""
_SATURDAY = 5


@dataclass(slots=True)
class Run:
    """What one run did."""

    whole: bool
    """Whether all that is owed was looked at, or only what is urgent."""
    told: int = 0
    digests: int = 0
    lost: int = 0
    """Digests whose sender died: not known to be sent."""
    mail: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    """What could not be reckoned, by code."""
    failed: list[str] = field(default_factory=list)
    """Agencies that could not be looked at, and why; the next run does."""


def remind(
    settings: Settings,
    database: Database,
    at: datetime,
    calendar: Calendar | None = None,
    *,
    whole: bool | None = None,
    now: Callable[[], datetime] | None = None,
) -> Run:
    """Tell whom there is something to tell at *at*.

    Args:
        settings: of the installation.
        database: its database.
        at: aware; the day in Vietnam counts.
        calendar: Vietnam's, unless said otherwise.
        whole: look at all that is owed; None: from the morning's hour on, on working days.
        now: the clock, for how long letters take; without it the time stands still.
    """
    known = calendar or vietnam()
    run = Run(is_morning(settings.remind_at, at, known) if whole is None else whole)
    with database.reading() as session:
        organs = [agency.organ_id for agency in directory.served(session)]
    plans: list[Plan] = []
    for organ_id in organs:
        try:
            plans.append(_agency(database, organ_id, at, known, run))
        except OfficeError as error:
            run.failed.append(f"{organ_id}: {error}")
    if run.whole and not run.failed:
        _try(run, "digests", lambda: _lay_down(settings, database, plans, at, run))
    _try(run, "mail", lambda: _mail(settings, database, now or (lambda: at), run))
    return run


def _agency(database: Database, organ_id: str, at: datetime, calendar: Calendar, run: Run) -> Plan:
    with database.reading() as session:
        made = reminders.plan(session, organ_id, at, calendar, urgent_only=not run.whole)
    passing("remind.planned")
    for start in range(0, len(made.tellings), AT_A_TIME):
        part = made.tellings[start : start + AT_A_TIME]
        with database.writing() as session:
            told = reminders.tell(session, made, at, part)
        run.told += told
        passing("remind.told")
    if run.whole:
        with database.writing() as session:
            reminders.note_gaps(session, organ_id, made.gaps, at)
    for gap in made.gaps:
        run.gaps[gap.code] = run.gaps.get(gap.code, 0) + gap.count
    return made


def _lay_down(
    settings: Settings, database: Database, plans: list[Plan], at: datetime, run: Run
) -> None:
    mailing_too = settings.mail is not None
    with database.writing() as session:
        run.digests = digests.lay_down(session, local_day(at), plans, at, mailing=mailing_too)
    passing("remind.laid")


def _mail(settings: Settings, database: Database, now: Callable[[], datetime], run: Run) -> None:
    with database.writing() as session:
        run.lost = digests.settle_lost(session, now())
    run.mail = mailing.carry(settings, database, now)


def _try(run: Run, what: str, part: Callable[[], None]) -> None:
    try:
        part()
    except OfficeError as error:
        run.failed.append(f"{what}: {error}")


def is_morning(remind_at: str, at: datetime, calendar: Calendar) -> bool:
    """Return whether the morning's hour (HH:MM in Vietnam) of a working day has come.

    In a year that *calendar* does not know every weekday is one: the run says that it does not.
    """
    local = at.astimezone(VIETNAM)
    try:
        working = calendar.is_working(local.date())
    except YearMissing:
        working = local.weekday() < _SATURDAY
    return working and local.time() >= time.fromisoformat(remind_at)


@flow(name="remind")
async def reminding() -> dict[str, object]:
    """Tell whom there is something to tell now; returns what was done."""
    here = office.current()
    run = await asyncio.to_thread(remind, here.settings, here.database, here.now(), now=here.now)
    if here.health:
        here.health.ran("remind")
    return asdict(run)


def hourly(owner: str, at: str) -> ServedFlow:
    """Return the deployment that runs each hour, at the minute of *at* (HH:MM in Vietnam)."""
    # Vietnam's clock never changes: hours from here on keep the minute
    first = datetime.combine(datetime(2026, 1, 1, tzinfo=VIETNAM), time.fromisoformat(at), VIETNAM)
    return ServedFlow(reminding, f"remind-{owner}", EVERY, {}, first.astimezone(UTC))
