"""`congvan transfer`: what leaves by post or by hand (sổ gửi văn bản đi bưu điện, chuyển giao).

Legal source: Decree 30/2020/ND-CP, Art. 18, Appendix IV. The book itself: `congvan register`.
"""

import argparse
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from documents import transfers
from documents.numbering import local_day
from documents.tables import DocumentRow, TransferRow
from documents.transfer import Means
from documents.transfers import Sending
from workflows import whereabouts
from workflows.cabinet import cabinets
from workflows.calendar_days import read_day
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.commands.desk import cabinet_of
from workflows.world import World

COLUMNS = ("Mã / id", "Ngày", "Số, ký hiệu", "Nơi nhận", "Số bì", "Ghi chú", "Gạch vì / void")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("transfer", help="gửi bưu điện, chuyển giao / by post, by hand")
    actions = parser.add_subparsers(required=True, metavar="add|list|void")
    enter = actions.add_parser("add", help="ghi một lần gửi / enter a sending")
    enter.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    enter.add_argument("--means", choices=[str(each) for each in Means], default=str(Means.POST))
    enter.add_argument("--to", required=True, dest="recipient", help="nơi nhận / recipient")
    enter.add_argument("--envelopes", type=int, default=1, help="số lượng bì")
    enter.add_argument("--day", default="", metavar="NGÀY", help="hôm nay / today")
    enter.add_argument("--note", default="")
    enter.add_argument("--by", required=True, help="văn thư / the clerk")
    _finish(enter, _enter)
    listed = actions.add_parser("list", help="các lần gửi, mới nhất trước / newest first")
    listed.add_argument("--agency", required=True, metavar="ORGANID")
    listed.add_argument("--limit", type=int, default=50)
    _finish(listed, _list)
    void = actions.add_parser("void", help="gạch một dòng ghi nhầm / cross an entry out")
    void.add_argument("transfer", metavar="ID")
    void.add_argument("--agency", required=True, metavar="ORGANID")
    void.add_argument("--by", required=True)
    void.add_argument("--reason", required=True)
    _finish(void, _void)


def _finish(parser: argparse.ArgumentParser, run: Any) -> None:
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def _enter(arguments: argparse.Namespace) -> int:
    """Enter that a document was sent."""
    at = datetime.now(UTC)
    sending = Sending(
        Means(arguments.means),
        read_day(arguments.day) if arguments.day else local_day(at),
        arguments.recipient,
        arguments.envelopes,
        arguments.note,
    )
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = whereabouts.found(opened, arguments.document, direction="outgoing")
        with cabinet.database.writing() as session:
            made = transfers.enter(session, row.id, sending, arguments.by, at)
    return _said(made, as_json=arguments.json)


def _said(made: str, *, as_json: bool) -> int:
    if as_json:
        print_json({"id": made})
    else:
        console.print(f"Đã ghi / entered: {made}")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    """List sendings with their ids."""
    these = (
        select(TransferRow, DocumentRow.code_number, DocumentRow.code_notation)
        .join(DocumentRow, DocumentRow.id == TransferRow.document_id)
        .where(TransferRow.organ_id == arguments.agency)
        .order_by(TransferRow.sent_on.desc(), TransferRow.id.desc())
        .limit(max(1, arguments.limit))
    )
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        found = session.execute(these).all()
    rows = [
        (
            row.id,
            row.sent_on,
            f"{number}/{notation}",
            row.recipient,
            row.envelopes,
            row.note,
            row.void_reason,
        )
        for row, number, notation in found
    ]
    if arguments.json:
        names = ("id", "sent_on", "code", "recipient", "envelopes", "note", "void_reason")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return 0
    print_table(
        "Đã gửi / sent", COLUMNS, [(row[0], f"{row[1]:%d/%m/%Y}", *row[2:]) for row in rows]
    )
    return 0


def _void(arguments: argparse.Namespace) -> int:
    """Cross an entry out."""
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        transfers.cross_out(
            session, arguments.transfer, arguments.reason, arguments.by, datetime.now(UTC)
        )
    return _said(arguments.transfer, as_json=arguments.json)
