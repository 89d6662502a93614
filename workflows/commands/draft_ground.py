"""What the words of `congvan draft` share: whom they are about, and where they work."""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from documents.tables import DocumentRow
from workflows import draft_facts, whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.calendar_days import read_day
from workflows.demonstration import offices
from workflows.office import Office
from workflows.world import World

Word = tuple[
    str, str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], Any]
]
"""Name, help, what fills its grammar, what does it."""


def day_of(text: str) -> date | None:
    """Return the day of `31/12/2026`; None for nothing.

    Raises:
        DayInvalid: it is no day.
    """
    return read_day(text) if text else None


def add_by(parser: argparse.ArgumentParser, what: str = "document") -> None:
    """Add whom or what it is about, and who acts."""
    parser.add_argument(what, help="mã, hoặc số, ký hiệu / id or number/notation")
    parser.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")


def looked_at(arguments: argparse.Namespace, look: Callable[[Cabinet, DocumentRow], Any]) -> Any:
    """Return what *look* says of the document that is named."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = whereabouts.found(opened, arguments.document)
        return look(cabinet, row)


def written(arguments: argparse.Namespace, write: Callable[[Session, str, datetime], Any]) -> Any:
    """Run *write* in a transaction, and return what is known of the draft afterwards."""

    def work(cabinet: Cabinet, row: DocumentRow) -> Any:
        with cabinet.database.writing() as session:
            write(session, row.id, datetime.now(UTC))
        with cabinet.database.reading() as session:
            return draft_facts.facts(session, row.id)

    return looked_at(arguments, work)


def in_office(arguments: argparse.Namespace, work: Callable[[Office, str], Any]) -> Any:
    """Run *work* where files can be taken in; return what is known of the draft afterwards."""
    with offices(World.load(arguments.data)) as opened:
        office, row = whereabouts.found(opened, arguments.document)
        work(office, row.id)
        with office.database.reading() as session:
            return draft_facts.facts(session, row.id)


def add_document(parser: argparse.ArgumentParser) -> None:
    """Add the document it is about."""
    parser.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
