"""Wiring: the one place that chooses implementations, and the office a process serves."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from connectors.axis import Axis
from connectors.edxml.partners import Styles, open_styles
from connectors.opening import open_axis
from connectors.remote.errors import ServiceSettingsInvalid
from connectors.remote.opening import open_service
from connectors.remote.service import RemoteSigner
from documents.blobs import BlobStore
from documents.database import Database
from workflows.cabinet import open_cabinet
from workflows.envelope_security import correspondence
from workflows.settings import HOME_VARIABLE, Settings
from workflows.worker_health import WorkerHealth
from workflows.workshop import Workshop


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Office:
    """Everything a step may touch."""

    settings: Settings
    database: Database
    blobs: BlobStore
    axis: Axis
    workshop: Workshop
    now: Callable[[], datetime] = field(default=_now)
    """The one clock: aware UTC."""
    styles: Styles = field(default_factory=Styles)
    """How each partner wants its messages written."""
    set_aside: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """Messages (agency, axis id) that the axis announces and does not give, left alone until."""
    not_given: dict[tuple[str, str], str] = field(default_factory=dict)
    """Why each of them was not to be had when it was asked for last."""
    health: WorkerHealth | None = None
    """Where a worker notes what it did; commands have none."""
    outgoing_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One run at a time and direction in a process; its pouch holds all that waits."""
    incoming_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    statuses_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    preservation_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    archive: Workshop | None = None
    """A process that may wait for minutes for a timestamp; without one, the workshop does."""

    deferred_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    services: dict[str, RemoteSigner] = field(default_factory=dict)
    """Remote signing services that were opened, by their names in the settings."""

    @property
    def archivists(self) -> Workshop:
        """Who raises archive copies: apart from the workshop, so that no letter waits."""
        return self.archive or self.workshop

    @property
    def owner(self) -> str:
        """The name this office's worker has in leases."""
        return self.settings.name

    def service(self, name: str) -> RemoteSigner:
        """Return the remote signing service *name*, opened at its first use.

        Raises:
            ServiceSettingsInvalid: the settings have none of this name, or wrong ones.
        """
        if name not in self.services:
            values = self.settings.services.get(name)
            if values is None:
                why = "không có trong cấu hình / not in the settings"
                raise ServiceSettingsInvalid(name, "services", why)
            described = {"home": self.settings.home, "name": name, **values}
            self.services[name] = open_service(described)
        return self.services[name]

    def close(self) -> None:
        """End worker processes and connections."""
        self.workshop.close()
        if self.archive is not None:
            self.archive.close()
        self.database.close()


def open_office(home: Path, axis: Axis | None = None) -> Office:
    """Build the office of the installation in *home*; its schema is brought up to date.

    Raises:
        SettingsInvalid: the folder has no settings, or wrong ones.
        DatabaseUnavailable: the database does not answer.
    """
    cabinet = open_cabinet(home)
    return Office(
        settings=cabinet.settings,
        database=cabinet.database,
        blobs=cabinet.blobs,
        axis=axis or reached(cabinet.settings),
        workshop=Workshop(cabinet.settings),
        archive=Workshop(patient(cabinet.settings)),
        styles=open_styles(cabinet.settings.axis, home),
    )


def reached(settings: Settings) -> Axis:
    """Return the axis of an installation; nothing is asked of it.

    Raises:
        SettingsInvalid, AxisSettingsInvalid: the settings do not say how it is reached.
    """
    access = settings.axis_access()
    signed = correspondence(access, settings.home, settings.at(settings.keys))
    return open_axis(access, settings.home, signed)


def patient(settings: Settings) -> Settings:
    """Return the settings of the one process that waits for the TSA, two answers long."""
    seconds = settings.file_seconds + 2 * settings.tsa_patience
    return settings.model_copy(update={"processes": 1, "file_seconds": seconds})


_serving: list[Office] = []


def current() -> Office:
    """Return the office this process serves; a fresh process finds it by CONGVAN_HOME."""
    if not _serving:
        _serving.append(open_office(Path(os.environ[HOME_VARIABLE])))
    return _serving[-1]


@contextmanager
def serving(office: Office) -> Iterator[Office]:
    """Serve *office* until the block ends."""
    _serving.append(office)
    try:
        yield office
    finally:
        _serving.remove(office)
