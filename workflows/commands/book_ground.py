"""What `congvan loan` and `congvan transfer` share: the way out of an entry, what is answered."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from workflows import whereabouts
from workflows.cabinet import cabinets
from workflows.commands.console import add_data, add_json, console, print_json
from workflows.world import World


def add_void(actions: Any, noun: str, run: Callable[[argparse.Namespace], int]) -> None:
    """Add the action that crosses an entry, called *noun*, out."""
    void = actions.add_parser("void", help="gạch một dòng ghi nhầm / cross an entry out")
    void.add_argument(noun, metavar="ID")
    void.add_argument("--agency", required=True, metavar="ORGANID")
    void.add_argument("--by", required=True)
    void.add_argument("--reason", required=True)
    finish(void, run)


def finish(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    """Let *parser* have what all have, and do *run*."""
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


@contextmanager
def writing_of(arguments: argparse.Namespace) -> Iterator[tuple[Session, str]]:
    """Give a transaction where the outgoing `document` is, and its id."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = whereabouts.found(opened, arguments.document, direction="outgoing")
        with cabinet.database.writing() as session:
            yield session, row.id


def said(made: str, *, as_json: bool) -> int:
    """Say the id of the entry."""
    if as_json:
        print_json({"id": made})
    else:
        console.print(f"Đã ghi / entered: {made}")
    return 0
