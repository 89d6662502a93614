"""The cabinet of an installation: its database and blobs, for commands that only look.

Opening one costs neither Prefect nor keys; an office (office.py) can also act.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from documents.blobs import BlobStore
from documents.database import Database
from workflows.settings import Settings


@dataclass(frozen=True, slots=True)
class Cabinet:
    """What an installation keeps."""

    settings: Settings
    database: Database
    blobs: BlobStore


def open_cabinet(home: Path) -> Cabinet:
    """Open the cabinet of the installation in *home*; its schema is brought up to date.

    Raises:
        SettingsInvalid: the folder has no settings, or wrong ones.
        DatabaseUnavailable: the database does not answer.
    """
    settings = Settings.load(home)
    database = Database(settings.database_url())
    database.upgrade()
    return Cabinet(settings, database, BlobStore(settings.at(settings.blobs)))


@contextmanager
def cabinets(homes: tuple[Path, ...]) -> Iterator[dict[str, Cabinet]]:
    """Open the cabinets in *homes*, by name, until the block ends."""
    opened = {home.name: open_cabinet(home) for home in homes}
    try:
        yield opened
    finally:
        for cabinet in opened.values():
            cabinet.database.close()
