"""What the words of `congvan intake` share: whom they are about, what is said of a document."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from documents import directory, secret_refusals
from documents.database import Database
from documents.directory import AgencyNotServed
from documents.document import Urgency
from documents.intake_facts import CLEARABLE, IntakeFacts
from documents.ledger import SYSTEM
from documents.lifecycle import Direction
from documents.secrecy import SecretRefused
from workflows import whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.draft_ground import day_of
from workflows.intake_view import facts_of
from workflows.world import World

Word = tuple[
    str, str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], Any]
]
"""Name, help, what fills its grammar, what does it."""


class _Holder(Protocol):
    """A cabinet or an office."""

    @property
    def database(self) -> Database: ...


T = TypeVar("T", bound=_Holder)


def add_agency(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add `--agency`."""
    parser.add_argument(
        "--agency", default="", required=required, metavar="ORGANID", help="cơ quan / whose desk"
    )


def add_by(parser: argparse.ArgumentParser) -> None:
    """Add `--by`."""
    parser.add_argument("--by", required=True, help="văn thư: mã hoặc họ tên / id or full name")


def add_document(parser: argparse.ArgumentParser) -> None:
    """Add the document it is about, and whose it is."""
    parser.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    add_agency(parser)


def add_facts(parser: argparse.ArgumentParser) -> None:
    """Add what is said of a document (Appendix VI, Part II)."""
    parser.add_argument("--type", help="tên loại / type")
    parser.add_argument("--subject", help="trích yếu / subject")
    parser.add_argument("--sender", help="mã hoặc tên cơ quan ban hành / code or name")
    parser.add_argument("--code", help="số, ký hiệu: 2047/UBND-KTHTĐT / number and notation")
    parser.add_argument("--date", default="", metavar="DD/MM/YYYY", help="ngày văn bản / its date")
    parser.add_argument("--signer", dest="signer_name", help="họ tên người ký / who signed")
    parser.add_argument("--position", dest="signer_position", help="chức vụ / their position")
    parser.add_argument("--urgency", type=int, choices=[each.value for each in Urgency])
    parser.add_argument("--due", default="", metavar="DD/MM/YYYY", help="hạn giải quyết / due")
    parser.add_argument("--pages", type=int, help="số trang / pages")
    parser.add_argument("--language", help="ngôn ngữ / language")
    parser.add_argument("--note", dest="description", help="ghi chú / note")
    parser.add_argument("--to", dest="to_places", action="append", help="nơi nhận / addressee")
    parser.add_argument("--arrived", default="", metavar="DD/MM/YYYY", help="ngày đến / came on")
    parser.add_argument("--secrecy", default="", help="độ mật ghi trên văn bản / its mark")
    parser.add_argument("--clear", action="append", default=[], choices=sorted(CLEARABLE))


def facts(arguments: argparse.Namespace) -> IntakeFacts:
    """Return what was said on the command line."""
    places = arguments.to_places
    return IntakeFacts(
        type=arguments.type,
        subject=arguments.subject,
        sender=arguments.sender,
        code=arguments.code,
        promulgated=day_of(arguments.date),
        signer_name=arguments.signer_name,
        signer_position=arguments.signer_position,
        urgency=arguments.urgency,
        due_date=day_of(arguments.due),
        pages=arguments.pages,
        language=arguments.language,
        description=arguments.description,
        to_places=None if places is None else tuple(places),
        arrival_date=day_of(arguments.arrived),
        clear=frozenset(arguments.clear),
        confidentiality=arguments.secrecy,
    )


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[dict[str, Cabinet]]:
    """Open the installations of the world."""
    with cabinets(World.load(arguments.data).homes) as found:
        yield found


def desks(found: Mapping[str, T], wanted: str) -> Iterator[tuple[T, str]]:
    """Yield the agencies served, or the one that is *wanted*, each with its installation."""
    for cabinet in found.values():
        with cabinet.database.reading() as session:
            served = [agency.organ_id for agency in directory.served(session)]
        for organ_id in served:
            if wanted in {"", organ_id}:
                yield cabinet, organ_id


def desk(found: Mapping[str, T], wanted: str) -> tuple[T, str]:
    """Return the one agency that is *wanted*, and its installation.

    Raises:
        AgencyNotServed: no installation of the world serves it.
    """
    for cabinet, organ_id in desks(found, wanted):
        return cabinet, organ_id
    raise AgencyNotServed(wanted)


def found_document(
    found: dict[str, Cabinet], arguments: argparse.Namespace, name: str = ""
) -> tuple[Cabinet, str, str]:
    """Return the installation of the document that is named, its id, and its agency."""
    cabinet, row = whereabouts.found(
        found, name or arguments.document, arguments.agency, Direction.INCOMING
    )
    return cabinet, row.id, row.organ_id


def changed(
    arguments: argparse.Namespace, write: Callable[[Session, str, datetime], Any]
) -> dict[str, Any]:
    """Run *write* about the document that is named; return what is known of it then."""
    with opened(arguments) as found:
        cabinet, document_id, organ_id = found_document(found, arguments)
        written(cabinet, organ_id, lambda session, at: write(session, document_id, at))
        with cabinet.database.reading() as session:
            return facts_of(session, document_id)


def written(cabinet: Cabinet, organ_id: str, write: Callable[[Session, datetime], Any]) -> Any:
    """Run *write* in one transaction; that something secret was refused is recorded.

    Raises:
        SecretRefused, and whatever else *write* raises; nothing was changed then.
    """
    at = datetime.now(UTC)
    try:
        with cabinet.database.writing() as session:
            return write(session, at)
    except SecretRefused as error:
        with cabinet.database.writing() as session:
            secret_refusals.record(session, organ_id, error.args[0], SYSTEM, at)
        raise
