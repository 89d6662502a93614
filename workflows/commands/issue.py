"""`congvan issue`: what waits for the clerk to be issued, the order, and the agency's switch.

Legal source: Decree 30/2020/ND-CP, Art. 15 to 18.
"""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from documents import awaited, clerk_issues, directory, expected_number, issue_lists, issue_orders
from documents.awaited import Awaited
from documents.issue_orders import Order
from documents.lifecycle import Direction
from workflows import whereabouts
from workflows.cabinet import cabinets
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.commands.desk import cabinet_of
from workflows.world import World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("issue", help="phát hành / what the clerk issues")
    actions = parser.add_subparsers(required=True, metavar="list|order|mode")
    listing = actions.add_parser("list", help="văn bản chờ phát hành / what waits")
    _finish(listing, _list)
    ordering = actions.add_parser("order", help="phát hành một văn bản / issue one")
    ordering.add_argument("document", metavar="DOCUMENT")
    ordering.add_argument("--by", required=True, metavar="WHO", help="văn thư / the clerk")
    ordering.add_argument("--reserved", default="", metavar="ID", help="số giữ trước / reserved")
    ordering.add_argument("--agency", default="", metavar="ORGANID")
    add_data(ordering)
    add_json(ordering)
    ordering.set_defaults(run=_order)
    mode = actions.add_parser("mode", help="văn thư phát hành, hay tự động / who issues")
    mode.add_argument("who_issues", nargs="?", choices=["clerk", "automatic"])
    mode.add_argument("--by", default="", metavar="WHO", help="lãnh đạo, quản trị / who decides")
    _finish(mode, _mode)


def _finish(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run, parser=parser)


def _list(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        agency = directory.served_agency(session, arguments.agency)
        rows = issue_lists.waiting(session, agency.organ_id, issue_lists.MOST_COUNTED)
        numbers = expected_number.expected_of(session, rows, at)
        found = [
            {
                "id": row.id,
                "expected": numbers[row.id].code,
                "date": f"{numbers[row.id].day:%d/%m/%Y}",
                "subject": row.subject,
                "signer": row.signer_name,
            }
            for row in rows
        ]
    if arguments.json:
        print_json(found)
        return 0
    columns = ("Mã", "Số dự kiến", "Ngày", "Trích yếu", "Người ký")
    print_table(
        "Chờ phát hành / waits to be issued", columns, [tuple(one.values()) for one in found]
    )
    return 0


def _order(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with cabinets(World.load(arguments.data).homes) as opened:
        way = Direction.OUTGOING
        cabinet, row = whereabouts.found(opened, arguments.document, arguments.agency, way)
        wanted = Order(row.id, reservation_id=arguments.reserved)
        with cabinet.database.writing() as session:
            made = issue_orders.order(session, wanted, arguments.by, at)
            facts = {"id": row.id, "expected": made.expected_code, "date": made.expected_day}
    return _said(arguments, facts, f"{row.id}: phát hành / issued, {facts['expected']}")


def _mode(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    if arguments.who_issues and not arguments.by:
        arguments.parser.error("--by")
    with cabinet_of(arguments) as cabinet:
        if arguments.who_issues:
            clerk = arguments.who_issues == "clerk"
            with cabinet.database.writing() as session:
                clerk_issues.decide(session, arguments.agency, arguments.by, at, clerk=clerk)
        with cabinet.database.reading() as session:
            agency = directory.served_agency(session, arguments.agency)
            by_clerk = awaited.wanted(session, agency.organ_id, Awaited.ISSUE)
            waiting = issue_lists.count_waiting(session, agency.organ_id)
    words = "văn thư phát hành / the clerk issues" if by_clerk else "tự động / by itself"
    facts = {"mode": "clerk" if by_clerk else "automatic", "waiting": waiting}
    return _said(arguments, facts, f"{words}; đang chờ / waiting: {waiting}")


def _said(arguments: argparse.Namespace, facts: dict[str, Any], text: str) -> int:
    if arguments.json:
        print_json(facts)
    else:
        console.print(text, soft_wrap=True)
    return 0
