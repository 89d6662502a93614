"""`congvan loan`: who uses archived copies (sổ sử dụng bản lưu).

Legal source: Decree 30/2020/ND-CP, Art. 19, Appendix IV. The book itself: `congvan register`.
"""

import argparse
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from documents import loans
from documents.loans import Use
from documents.numbering import local_day
from documents.tables import DocumentRow, LoanRow
from workflows.calendar_days import read_day
from workflows.commands.book_ground import add_void, finish, said, writing_of
from workflows.commands.console import print_json, print_table
from workflows.commands.desk import cabinet_of

COLUMNS = ("Mã / id", "Ngày", "Người sử dụng", "Số, ký hiệu", "Hồ sơ", "Ngày trả", "Cho phép")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("loan", help="sử dụng bản lưu / use of archived copies")
    actions = parser.add_subparsers(required=True, metavar="add|return|list|void")
    lend = _named(actions, "add", _lend, "cho sử dụng / lend")
    lend.add_argument("--user", required=True, help="họ tên người sử dụng / who uses it")
    lend.add_argument("--permitted-by", required=True, help="người cho phép / who permits")
    lend.add_argument("--file", default="", help="số, ký hiệu hồ sơ / dossier")
    lend.add_argument("--note", default="")
    _named(actions, "return", _give_back, "trả bản lưu / give back")
    listed = actions.add_parser("list", help="các lần sử dụng, mới nhất trước / newest first")
    listed.add_argument("--agency", required=True, metavar="ORGANID")
    listed.add_argument("--out", action="store_true", help="chưa trả / still out")
    listed.add_argument("--limit", type=int, default=50)
    finish(listed, _list)
    add_void(actions, "loan", _void)


def _named(actions: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    parser.add_argument("--day", default="", metavar="NGÀY", help="hôm nay / today")
    parser.add_argument("--by", required=True, help="văn thư / the clerk")
    finish(parser, run)
    return parser


def _lend(arguments: argparse.Namespace) -> int:
    """Enter a use."""
    at = datetime.now(UTC)
    day = read_day(arguments.day) if arguments.day else local_day(at)
    use = Use(arguments.user, day, arguments.permitted_by, arguments.file, arguments.note)
    with writing_of(arguments) as (session, document_id):
        made = loans.lend(session, document_id, use, arguments.by, at)
    return said(made, as_json=arguments.json)


def _give_back(arguments: argparse.Namespace) -> int:
    """Enter a return."""
    at = datetime.now(UTC)
    day = read_day(arguments.day) if arguments.day else local_day(at)
    with writing_of(arguments) as (session, document_id):
        made = loans.give_back(session, document_id, day, arguments.by, at)
    return said(made, as_json=arguments.json)


def _list(arguments: argparse.Namespace) -> int:
    """List uses with their ids."""
    these = (
        select(LoanRow, DocumentRow.code_number, DocumentRow.code_notation)
        .join(DocumentRow, DocumentRow.id == LoanRow.document_id)
        .where(LoanRow.organ_id == arguments.agency)
        .order_by(LoanRow.used_on.desc(), LoanRow.id.desc())
        .limit(max(1, arguments.limit))
    )
    if arguments.out:
        these = these.where(LoanRow.returned_on.is_(None), LoanRow.void_reason.is_(None))
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        found = session.execute(these).all()
    if arguments.json:
        print_json([_facts(row, f"{number}/{notation}") for row, number, notation in found])
        return 0
    rows = [
        (
            row.id,
            f"{row.used_on:%d/%m/%Y}",
            row.user_name,
            f"{number}/{notation}",
            row.file_notation,
            _returned(row),
            row.permitted_name,
        )
        for row, number, notation in found
    ]
    print_table("Sử dụng bản lưu / archived copies", COLUMNS, rows)
    return 0


def _returned(row: LoanRow) -> str:
    if row.void_reason is not None:
        return f"Gạch / void: {row.void_reason}"
    return f"{row.returned_on:%d/%m/%Y}" if row.returned_on else ""


def _facts(row: LoanRow, code: str) -> dict[str, object]:
    return {
        "id": row.id,
        "used_on": row.used_on,
        "user": row.user_name,
        "code": code,
        "file": row.file_notation,
        "returned_on": row.returned_on,
        "permitted_by": row.permitted_name,
        "note": row.note,
        "void_reason": row.void_reason,
    }


def _void(arguments: argparse.Namespace) -> int:
    """Cross an entry out."""
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        loans.cross_out(session, arguments.loan, arguments.reason, arguments.by, datetime.now(UTC))
    return said(arguments.loan, as_json=arguments.json)
