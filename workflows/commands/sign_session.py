"""`congvan sign-session`: lend a document to someone's token tool, and end such a loan."""

import argparse
import json
from datetime import UTC, datetime, timedelta

from documents import sign_sessions
from documents.sign_session import LIFETIME, Operation, SessionState, SessionUnknown
from documents.tables import SignSessionRow
from workflows import whereabouts
from workflows.cabinet import cabinets
from workflows.commands.console import add_data, add_json, console, local, print_json, print_table
from workflows.plain_words import OPERATION, SESSION, named
from workflows.world import World

MOST_LISTED = 50


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "sign-session", help="phiên ký với công cụ ký VGCA / a round with the token tool"
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    opening = actions.add_parser("open", help="mở phiên ký / lend the file")
    opening.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    opening.add_argument("--by", required=True, help="người ký, văn thư / who signs or seals")
    opening.add_argument(
        "--operation", choices=[each.value for each in Operation], default=Operation.APPROVED.value
    )
    minutes = LIFETIME.total_seconds() / 60
    opening.add_argument("--minutes", type=float, default=minutes, help="1–20")
    opening.set_defaults(run=_open)
    listing = actions.add_parser("list", help="các phiên ký / the sessions")
    listing.set_defaults(run=_list)
    closing = actions.add_parser("close", help="đóng phiên ký / end it")
    closing.add_argument("session", help="mã phiên ký / the session's id")
    closing.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    closing.set_defaults(run=_close)
    for each in (opening, listing, closing):
        add_data(each)
    for each in (opening, listing):
        add_json(each)


def _open(arguments: argparse.Namespace) -> int:
    # pyHanko takes a second to import, and the other actions need none of it
    from workflows.office import open_office
    from workflows.sign_sessions import open_session

    world = World.load(arguments.data)
    with cabinets(world.homes) as opened:
        cabinet, row = whereabouts.found(opened, arguments.document)
    home = cabinet.settings.home.name
    office = open_office(world.folder / home)
    try:
        made = open_session(
            office,
            row.id,
            arguments.by,
            Operation(arguments.operation),
            office.settings.public_url or world.web_url(home),
            timedelta(minutes=arguments.minutes),
        )
    finally:
        office.close()
    if arguments.json:
        payload = json.loads(made.round.payload())
        told = {"session": made.session_id, "path": made.round.path, "payload": payload}
        print_json(told | {"until": made.until})
        return 0
    console.print(f"{made.session_id}: {made.round.path}, đến / until {local(made.until)}")
    console.print(made.round.payload(), soft_wrap=True)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    found: list[SignSessionRow] = []
    with cabinets(World.load(arguments.data).homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                found += sign_sessions.listed(session, MOST_LISTED)
    if arguments.json:
        print_json([_facts(row) for row in found])
        return 0
    columns = ("Phiên / session", "Văn bản", "Việc", "Người", "Trạng thái", "Đến / until")
    rows = (
        (
            row.id,
            row.document_id,
            named(OPERATION, row.operation),
            row.person_id,
            named(SESSION, row.state),
            local(row.until),
        )
        for row in found
    )
    print_table("Phiên ký / sign sessions", columns, rows)
    return 0


def _facts(row: SignSessionRow) -> dict[str, object]:
    """Return what programs may know: nothing about the token."""
    names = ("id", "document_id", "request_id", "operation", "person_id", "state")
    times = ("created_at", "until", "fetched_at")
    return {name: getattr(row, name) for name in (*names, *times, "refusals", "upload_sha256")}


def _close(arguments: argparse.Namespace) -> int:
    with cabinets(World.load(arguments.data).homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                known = session.get(SignSessionRow, arguments.session)
            if known is not None:
                with cabinet.database.writing() as session:
                    at = datetime.now(UTC)
                    sign_sessions.closed(session, arguments.session, arguments.by, at)
                console.print(f"{arguments.session}: {named(SESSION, SessionState.CLOSED)}")
                return 0
    raise SessionUnknown
