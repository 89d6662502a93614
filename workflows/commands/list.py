"""`congvan list QUEUE`: a desk's queues and registers, page by page, with their counters."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from documents import directory, listing, queues
from documents.listing import Only
from documents.numbering import local_day
from documents.queues import QUEUES, Order, Queue
from documents.saved_queries import COLUMNS, USUAL, Kept
from documents.tables import DocumentRow
from workflows.cabinet import cabinets
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.result_export import export, shown
from workflows.world import World

MOST_EXPORTED = 50_000
"""Documents of one agency in a file, about; a workbook of more is hard to open."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("list", help="danh sách văn bản / lists of documents")
    parser.add_argument("queue", nargs="?", default="", metavar="QUEUE", help=", ".join(QUEUES))
    parser.add_argument("--agency", default="", metavar="ORGANID")
    parser.add_argument("--unit", default="", metavar="ID")
    parser.add_argument("--drafter", default="", metavar="WHO")
    parser.add_argument("--signer", default="", metavar="WHO")
    parser.add_argument("--sort", choices=[each.value for each in Order])
    parser.add_argument(
        "--ascending",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="tăng dần / smallest first",
    )
    parser.add_argument("--limit", type=int, default=listing.PAGE)
    parser.add_argument("--page", default="", help="dấu trang tiếp theo / mark of the next page")
    parser.add_argument(
        "--export", type=Path, metavar="FILE", help="xuất .xlsx, .pdf, .csv / write to a file"
    )
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a page of a queue of each agency; without a queue, how many stand in each."""
    world = World.load(arguments.data)
    if not arguments.queue:
        return _counters(world, arguments)
    queue = queues.queue(arguments.queue)
    now = datetime.now(UTC)
    rows: list[DocumentRow] = []
    marks: dict[str, str] = {}
    with cabinets(world.homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                for agency in directory.served(session):
                    if arguments.agency not in {"", agency.organ_id}:
                        continue
                    found, mark = _rows(session, agency.organ_id, queue, arguments, now)
                    rows += found
                    if mark:
                        marks[agency.organ_id] = mark
    columns = ("organ_id", *USUAL, "due_date")
    if arguments.export:
        export(arguments.export, Kept("", queue.vietnamese, columns), rows, now)
        console.print(f"Đã xuất {len(rows)} văn bản / written: {arguments.export}")
        for organ_id, mark in marks.items():
            console.print(f"Còn nữa / there are more: --agency {organ_id} --page {mark}")
    elif arguments.json:
        facts = [{each: shown(row, each) for each in ("id", *columns)} for row in rows]
        print_json({"documents": facts, "next": marks})
    else:
        # what has no number yet can only be named by its id
        named = (*columns, *(("id",) if any(not row.code_number for row in rows) else ()))
        cells = [[shown(row, each) for each in named] for row in rows]
        title = f"{queue.vietnamese} / {queue.english}"
        print_table(title, [COLUMNS[each] for each in named], cells)
        for organ_id, mark in marks.items():
            console.print(f"Trang sau / next: --agency {organ_id} --page {mark}")
    return 0


def _rows(
    session: Session, organ_id: str, queue: Queue, arguments: argparse.Namespace, now: datetime
) -> tuple[list[DocumentRow], str]:
    """Return an agency's page, for a file the whole list, and the mark of what follows."""
    rows: list[DocumentRow] = []
    page = arguments.page
    while True:
        found = listing.listed(
            session,
            organ_id,
            queue,
            local_day(now),
            only=_only(arguments),
            order=Order(arguments.sort) if arguments.sort else None,
            ascending=arguments.ascending,
            page=page,
            size=listing.LONGEST_PAGE if arguments.export else arguments.limit,
        )
        rows += found.documents
        page = found.next
        if not page or not arguments.export or len(rows) >= MOST_EXPORTED:
            return rows, page


def _only(arguments: argparse.Namespace) -> Only:
    return Only(arguments.unit, arguments.drafter, arguments.signer)


def _counters(world: World, arguments: argparse.Namespace) -> int:
    found: list[tuple[str, str, str, str]] = []
    today = local_day(datetime.now(UTC))
    with cabinets(world.homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                for agency in directory.served(session):
                    if arguments.agency not in {"", agency.organ_id}:
                        continue
                    for name, queue in QUEUES.items():
                        count = listing.counted(
                            session, agency.organ_id, queue, today, only=_only(arguments)
                        )
                        found.append((agency.organ_id, name, queue.vietnamese, str(count)))
    if arguments.json:
        keys = ("agency", "queue", "name", "count")
        print_json([dict(zip(keys, each, strict=True)) for each in found])
    else:
        columns = ("Cơ quan", "Danh sách", "Tên", "Số văn bản")
        print_table("Các danh sách / queues", columns, found)
    return 0
