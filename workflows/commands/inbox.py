"""`congvan inbox`: the registers of incoming documents, and what waits in quarantine."""

import argparse
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from documents import directory, feedback, standstill
from documents.lifecycle import Direction
from documents.tables import DocumentRow
from workflows.cabinet import cabinets
from workflows.commands.console import add_data, add_json, console, local, print_json, print_table
from workflows.plain_words import ANSWER, DOCUMENT, named
from workflows.world import World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("inbox", help="văn bản đến / incoming documents")
    parser.add_argument("--agency", default="", metavar="ORGANID")
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument(
        "--junk", action="store_true", help="gói tin không đọc được / messages not understood"
    )
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List incoming documents, or messages that became none, the newest first."""
    world = World.load(arguments.data)
    if arguments.junk:
        return _junk(world, arguments)
    rows: list[DocumentRow] = []
    given_up = 0
    with cabinets(world.homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                given_up += feedback.count_given_up(session)
                for organ_id in _desks(session, arguments.agency):
                    rows += session.scalars(_newest(organ_id, arguments.limit))
    rows.sort(key=lambda row: row.created_at, reverse=True)
    rows = rows[: arguments.limit]
    if arguments.json:
        print_json([_as_dict(row) for row in rows])
        return 0
    columns = (
        "Cơ quan",
        "Số, ngày đến",
        "Tác giả",
        "Số, ký hiệu",
        "Trích yếu",
        "Trạng thái, chữ ký",
    )
    print_table("Văn bản đến / incoming", columns, [_cells(row) for row in rows])
    if given_up:
        console.print(
            f"! {given_up} trạng thái không báo được cho nơi gửi, xem `congvan reconcile` / "
            "statuses that senders were not told"
        )
    if any(row.warnings for row in rows):
        console.print("! số cảnh báo, xem `congvan show` / warnings: see `congvan show`")
    return 0


def _junk(world: World, arguments: argparse.Namespace) -> int:
    facts: list[dict[str, object]] = []
    with cabinets(world.homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                for organ_id in _desks(session, arguments.agency):
                    facts += [
                        {
                            "agency": parcel.organ_id,
                            "fetched_at": parcel.fetched_at.isoformat(),
                            "sender": parcel.sender,
                            "kind": parcel.kind,
                            "axis_id": parcel.axis_id,
                            "error": parcel.error,
                            "file": str(cabinet.blobs.path(parcel.sha256)),
                        }
                        for parcel in standstill.junk(session, organ_id, arguments.limit)
                    ]
    if arguments.json:
        print_json(facts)
        return 0
    columns = ("Cơ quan", "Ngày đến", "Nơi gửi", "Loại", "Mã trục", "Vì sao", "Tệp")
    rows = [
        tuple(
            {**each, "fetched_at": local(datetime.fromisoformat(str(each["fetched_at"])))}.values()
        )
        for each in facts
    ]
    print_table("Gói tin không đọc được / messages not understood", columns, rows)
    return 0


def _desks(session: Session, wanted: str) -> list[str]:
    served = [agency.organ_id for agency in directory.served(session)]
    return [organ_id for organ_id in served if wanted in {"", organ_id}]


def _newest(organ_id: str, limit: int) -> Select[DocumentRow]:
    """One agency at a time: its index gives the newest without reading the others."""
    return (
        select(DocumentRow)
        .where(DocumentRow.organ_id == organ_id, DocumentRow.direction == Direction.INCOMING)
        .order_by(DocumentRow.created_at.desc())
        .limit(limit)
    )


def _cells(row: DocumentRow) -> tuple[object, ...]:
    verdict = named(ANSWER, row.verdict)
    warned = f"! {len(row.warnings)}" if row.warnings else ""
    return (
        row.organ_id,
        " ".join(filter(None, (str(row.receipt_number or ""), local(row.created_at)))),
        row.sender_name or row.sender_organ_id,
        f"{row.code_number}/{row.code_notation}",
        row.subject[:60],
        "; ".join(filter(None, (named(DOCUMENT, row.state), verdict, warned))),
    )


def _as_dict(row: DocumentRow) -> dict[str, object]:
    return {
        "id": row.id,
        "agency": row.organ_id,
        "receipt_number": row.receipt_number,
        "arrived_at": row.created_at.isoformat(),
        "sender": row.sender_organ_id,
        "sender_name": row.sender_name,
        "code": f"{row.code_number}/{row.code_notation}",
        "subject": row.subject,
        "state": row.state,
        "verdict": row.verdict,
        "warnings": row.warnings,
        "error": row.error_text,
    }
