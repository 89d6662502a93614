"""`congvan transfer`: what leaves by post or by hand (sổ gửi văn bản đi bưu điện, chuyển giao).

Legal source: Decree 30/2020/ND-CP, Art. 18, Appendix IV. The book itself: `congvan register`.
"""

import argparse
from datetime import UTC, datetime

from sqlalchemy import select

from documents import transfers
from documents.numbering import local_day
from documents.tables import DocumentRow, TransferRow
from documents.transfer import Means
from documents.transfers import Sending
from workflows.calendar_days import read_day
from workflows.commands.book_ground import add_void, finish, said, writing_of
from workflows.commands.console import print_json, print_table
from workflows.commands.desk import cabinet_of

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
    finish(enter, _enter)
    listed = actions.add_parser("list", help="các lần gửi, mới nhất trước / newest first")
    listed.add_argument("--agency", required=True, metavar="ORGANID")
    listed.add_argument("--limit", type=int, default=50)
    finish(listed, _list)
    add_void(actions, "transfer", _void)


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
    with writing_of(arguments) as (session, document_id):
        made = transfers.enter(session, document_id, sending, arguments.by, at)
    return said(made, as_json=arguments.json)


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
    return said(arguments.transfer, as_json=arguments.json)
