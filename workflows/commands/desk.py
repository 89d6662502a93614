"""Which installation of a world has an agency's desk, for commands that name the agency."""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from documents import directory
from documents.database import Database
from workflows.cabinet import Cabinet, cabinets
from workflows.world import World

if TYPE_CHECKING:
    from workflows.office import Office


class _Holder(Protocol):
    """A cabinet or an office."""

    @property
    def database(self) -> Database: ...


T = TypeVar("T", bound=_Holder)


def serving(opened: Mapping[str, T], organ_id: str) -> T:
    """Return who of *opened* has the agency's desk.

    Raises:
        AgencyNotServed: nobody.
    """
    for holder in opened.values():
        with holder.database.reading() as session:
            if organ_id in {agency.organ_id for agency in directory.served(session)}:
                return holder
    raise directory.AgencyNotServed(organ_id)


@contextmanager
def cabinet_of(arguments: argparse.Namespace) -> Iterator[Cabinet]:
    """Open the cabinet of `--agency` until the block ends."""
    with cabinets(World.load(arguments.data).homes) as opened:
        yield serving(opened, arguments.agency)


@contextmanager
def office_of(arguments: argparse.Namespace) -> Iterator["Office"]:
    """Open the office of `--agency` until the block ends."""
    from workflows.demonstration import offices  # pyHanko takes a second to import

    with offices(World.load(arguments.data)) as opened:
        yield serving(opened, arguments.agency)
