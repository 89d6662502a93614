"""What the words of `congvan dossier` share: a transaction in the store of the agency."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from workflows import whereabouts
from workflows.cabinet import cabinets
from workflows.world import World


@contextmanager
def writing_of(arguments: argparse.Namespace) -> Iterator[Session]:
    """Give a transaction in the store of who serves `--agency`.

    Raises:
        AgencyUnknown, AgencyNotServed: nobody here does.
    """
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.writing() as session:
            yield session
