"""One office of the exactly-once matrix, in a process of its own that is killed at random.

It is the product: its database, its blobs, its client of the axis, its steps from dispatch to
status, in the order in which its flows take them. Instead of the flows' engine a loop calls
them, and the workshop's jobs run in the process itself, so that a kill takes all at once. Its
clock runs fast, so that pauses between attempts last no longer than the calls themselves.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from select import select as readable
from threading import Thread
from typing import Any

from sqlalchemy import select

from connectors.axis import MessageKind
from connectors.opening import open_axis
from documents import casefile, claims
from documents.document import Role
from documents.errors import OfficeError
from documents.lifecycle import Direction
from documents.tables import DocumentRow, FeedbackRow
from workflows import backlog, issuance, reception, reporting, settlement
from workflows.cabinet import open_cabinet
from workflows.carrying import release
from workflows.demo_people import desk_of
from workflows.jobs import Bench, Done, Job
from workflows.office import Office
from workflows.settings import Settings

FAST = 7200
"""Seconds of the office's clock in one of the wall's."""
FAILURES, PEOPLE = "failures.log", "people.log"
"""In the installation's folder: a line for each call that failed, and for each time a person was
needed."""
_IDLE = 0.02
_CALLS = (
    *("send", "report", "pending", "fetch", "fetch_all", "confirm", "reject", "settle"),
    *("sent", "received", "agencies"),
)


class InlineWorkshop:
    """Does a workshop's jobs where it is called."""

    def __init__(self, settings: Settings) -> None:
        self._bench = Bench(settings)

    def each(self, jobs: Sequence[Job]) -> Iterator[Done | OfficeError]:
        """Yield the answers in order."""
        for job in jobs:
            try:
                yield self._bench.do(job)
            except OfficeError as error:
                yield error


class NotedAxis:
    """An axis whose failed calls are written down."""

    def __init__(self, axis: Any, log: Path) -> None:
        self._axis, self._log = axis, log

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._axis, name)
        return self._noted(name, call) if name in _CALLS else call

    def _noted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any, **named: Any) -> Any:
            try:
                return call(*given, **named)
            except OfficeError as error:
                note(self._log, f"{name} {error.code}")
                raise

        return noted


def note(log: Path, line: str) -> None:
    """Add a line to *log*: one write, which a kill does not cut."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())
    finally:
        os.close(handle)


def belong(owner: int, log: Path) -> None:
    """End with the process *owner*, however it ends; what this one says goes into *log*."""
    Thread(target=_end_with, args=(owner,), daemon=True).start()
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)


def _end_with(owner: int) -> None:
    try:
        readable([os.pidfd_open(owner)], [], [])
    finally:
        os._exit(1)


def run(home: str, began: float, owner: int) -> None:
    """Serve the installation until killed; *began*: when its clock started (seconds, Unix)."""
    folder = Path(home)
    belong(owner, folder / "office.log")
    cabinet = open_cabinet(folder)
    axis: Any = NotedAxis(open_axis(cabinet.settings.axis_access(), folder), folder / FAILURES)
    workshop: Any = InlineWorkshop(cabinet.settings)
    here = Office(cabinet.settings, cabinet.database, cabinet.blobs, axis, workshop)
    here.now = lambda: datetime.now(UTC) + timedelta(seconds=(time.time() - began) * (FAST - 1))
    with here.database.writing() as session:
        claims.release_owner(session, here.owner)
    while True:
        for part in (_send, _receive, _report, _statuses, _confirm, _ask_people):
            with suppress(OfficeError):  # it is down for all: the next turn tries again
                part(here)
        time.sleep(_IDLE)


def _send(here: Office) -> None:
    if ids := backlog.outgoing_due(here):
        try:
            issuance.dispatch(here, ids)
        finally:
            release(here, ids)


def _receive(here: Office) -> None:
    try:
        reception.fetch(here, reception.waiting(here, MessageKind.EDOC))
    finally:
        reception.open_parcels(here)
        with here.database.writing() as session:
            ids = claims.due(session, here.owner, Direction.INCOMING, here.now(), 200)
        reception.verify(here, ids)
        reception.register(here, ids)
        release(here, ids)


def _report(here: Office) -> None:
    if due := reporting.owed(here):
        reporting.report(here, due)


def _statuses(here: Office) -> None:
    try:
        reception.fetch(here, reception.waiting(here, MessageKind.STATUS), point="status")
    finally:
        reporting.take_in(here)


def _confirm(here: Office) -> None:
    reception.confirm(here)


def _ask_people(here: Office) -> None:
    """Do what a clerk does who sees that something stands still: have it tried again."""
    log = here.settings.home / PEOPLE
    with here.database.reading() as session:
        held = list(
            session.scalars(
                select(DocumentRow.id).where(
                    DocumentRow.held.is_(True),
                    DocumentRow.error_code.is_not(None),
                    DocumentRow.direction == Direction.OUTGOING,
                )
            )
        )
        given_up = set(
            session.scalars(
                select(FeedbackRow.document_id).where(FeedbackRow.given_up_at.is_not(None))
            )
        )
    for document_id in {*held, *given_up}:
        with here.database.writing() as session:
            row = casefile.locked(session, document_id)
            clerk = next(p for p in desk_of(row.organ_id).people if p.role is Role.CLERK)
            note(log, f"{row.direction} {row.error_code}")
            settlement.try_again(session, row, clerk.id, here.now())
