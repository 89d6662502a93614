"""`congvan show`: one document with its life, or the agencies and people of a world."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from documents import casefile, change_listing, directory, feedback, ledger, outgoing, preservation
from documents.casefile import DocumentUnknown
from documents.document import VIETNAM
from documents.signature_request import OPEN
from documents.tables import AgencyRow, DocumentRow
from workflows import frozen, unpreserved, whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.change_table import facts_of, link_of, print_life
from workflows.commands.console import (
    add_data,
    add_json,
    console,
    local,
    one_line,
    print_json,
    print_table,
)
from workflows.plain_words import ANSWER, DELIVERY, DOCUMENT, REQUEST, STATUS, named
from workflows.worker_health import worker_line
from workflows.worker_lock import has_worker
from workflows.world import World

_NAMES = {"state": DOCUMENT, "verdict": ANSWER}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("show", help="xem một văn bản / one document's life")
    parser.add_argument("document", nargs="?", help="mã hoặc số, ký hiệu / id or number/notation")
    parser.add_argument("--agencies", action="store_true", help="danh mục cơ quan / agencies")
    parser.add_argument("--people", action="store_true", help="danh sách người / people")
    parser.add_argument("--frozen", action="store_true", help="đang chờ ký / who holds what")
    parser.add_argument("--waiting", action="store_true", help="chờ dấu thời gian / levels")
    parser.add_argument("--workers", action="store_true", help="tình trạng / what workers do")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show what was asked for."""
    world = World.load(arguments.data)
    if arguments.workers:
        return _workers(world)
    with cabinets(world.homes) as opened:
        if arguments.agencies:
            return _agencies(opened, arguments.json)
        if arguments.people:
            return _people(opened, arguments.json)
        if arguments.frozen:
            return _frozen(opened, arguments.json)
        if arguments.waiting:
            return _waiting(opened, arguments.json)
        found = list(_found(opened, arguments.document or ""))
    if not found:
        raise DocumentUnknown(arguments.document or "?")
    if arguments.json:
        print_json(found)
        return 0
    _print(found[0])
    if len(found) > 1:
        rows = [
            (
                f["id"],
                f["direction"],
                f["agency"],
                named(DOCUMENT, f["state"]),
                f["receipt_number"] or "",
            )
            for f in found[1:]
        ]
        columns = ("Mã", "Hướng", "Cơ quan", "Trạng thái", "Số đến")
        print_table("Cùng số, ký hiệu / of the same code", columns, rows)
    return 0


def _workers(world: World) -> int:
    """Print what each worker last did and what keeps it; 0 only if every one runs."""
    for home in world.homes:
        console.print(worker_line(home), markup=False, soft_wrap=True)
        if not has_worker(home):
            console.print("    ! không chạy / not running")
    return 0 if all(map(has_worker, world.homes)) else 1


def _found(opened: dict[str, Cabinet], wanted: str) -> Iterator[dict[str, Any]]:
    """Yield the facts of every document whose id, code or edXML id is *wanted*."""
    for cabinet in opened.values():
        with cabinet.database.reading() as session:
            wanted_rows = (
                select(DocumentRow)
                .where(whereabouts.matching(wanted))
                .order_by(DocumentRow.direction.desc(), DocumentRow.created_at.desc())
            )
            for row in session.scalars(wanted_rows.limit(20)):
                yield _facts(cabinet, session, row)


def _facts(cabinet: Cabinet, session: Any, row: DocumentRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "direction": row.direction,
        "agency": row.organ_id,
        "code": f"{row.code_number}/{row.code_notation}" if row.code_number else None,
        "date": row.promulgated.strftime("%d/%m/%Y") if row.promulgated else None,
        "type": row.type_name,
        "subject": row.subject,
        "sender": row.sender_name or row.sender_organ_id,
        "signer": row.signer_name,
        "state": row.state,
        "receipt_number": row.receipt_number,
        "verdict": row.verdict or None,
        "warnings": row.warnings,
        "waiting": row.error_text,
        "level": _level(session, row.id),
        "revisions": [
            {"kind": r.kind, "sha256": r.sha256, "file": str(cabinet.blobs.path(r.sha256))}
            for r in casefile.revisions_of(session, row.id)
        ],
        "attachments": [
            {"name": a.name, "bytes": a.size, "file": str(cabinet.blobs.path(a.sha256))}
            for a in casefile.attachments_of(session, row.id)
        ],
        "deliveries": [
            {"to": d.organ_id, "name": d.name, "state": d.state, "note": d.note}
            for d in outgoing.deliveries_of(session, row.id)
        ],
        "statuses": [
            {
                "code": f.code,
                "sent": local(f.sent_at),
                "attempts": f.attempts,
                "error": f.error,
                "next_attempt": local(f.next_attempt_at),
                "given_up": local(f.given_up_at),
            }
            for f in feedback.of_document(session, row.id)
        ],
        "requests": frozen.of_document(cabinet, session, row.id),
        "changes": [facts_of(session, each) for each in change_listing.about(session, row.id)],
        "links": [link_of(each) for each in change_listing.links(session, row.id)],
        "ledger": [
            {
                "at": entry.at,
                "step": entry.step,
                "actor": entry.actor,
                "state": entry.state,
                "detail": entry.detail,
            }
            for entry in ledger.history(session, row.id)
        ],
    }


def _level(session: Any, document_id: str) -> str | None:
    """Return what the archive copy's signatures have reached, where more than B-B is wanted."""
    row = preservation.of_document(session, document_id)
    if row is None:
        return None
    return row.reached if row.done_at else f"{row.reached} → {row.wanted}"


def _print(facts: dict[str, Any]) -> None:
    console.print()
    console.print(one_line(facts["code"] or facts["id"]), style="bold", end="  ")
    console.print(f"{facts['direction']}  {one_line(facts['subject'])}", soft_wrap=True)
    for name in (
        "id",
        "agency",
        "type",
        "date",
        "sender",
        "signer",
        "state",
        "receipt_number",
        "verdict",
        "waiting",
        "level",
    ):
        if facts[name] not in (None, ""):
            told = named(_NAMES[name], facts[name]) if name in _NAMES else facts[name]
            console.print(f"  {name}: {one_line(told)}", soft_wrap=True)
    for warning in facts["warnings"]:
        console.print(f"  ! {one_line(warning)}", soft_wrap=True)
    for revision in facts["revisions"]:
        console.print(f"  {revision['kind']}: {revision['file']}", soft_wrap=True)
    if facts["deliveries"]:
        rows = [
            (d["to"], d["name"], named(DELIVERY, d["state"]), d["note"])
            for d in facts["deliveries"]
        ]
        print_table("Nơi nhận / deliveries", ("Mã", "Tên", "Trạng thái", "Ghi chú"), rows)
    print_life(facts["changes"], facts["links"])
    unsent = [status for status in facts["statuses"] if not status["sent"]]
    if unsent:
        lines = [
            (named(STATUS, s["code"]), s["attempts"], _waits(s), s["error"] or "") for s in unsent
        ]
        heads = ("Trạng thái", "Lần thử", "Thử lại", "Lỗi")
        print_table("Trạng thái chưa báo được / statuses not sent", heads, lines)
    for request in facts["requests"]:
        if request["state"] in OPEN:
            until = _read(request["until"])
            console.print(f"  đang chờ ký / frozen: {request['holder']}, đến / until {until}")
            if "codes" in request:
                console.print(f"  {one_line(request['error'])}", soft_wrap=True)
    entries = [
        (
            _second(entry["at"]),
            entry["step"],
            entry["actor"],
            named(DOCUMENT, entry["state"]),
            entry["detail"],
        )
        for entry in facts["ledger"]
    ]
    columns = ("Lúc / at", "Bước", "Ai", "Trạng thái", "Chi tiết")
    print_table("Nhật ký / ledger", columns, entries)


def _waits(status: dict[str, Any]) -> str:
    """Return when an unsent status is tried again, or what a person has to do."""
    if status["given_up"]:
        return (
            f"ngừng thử từ {status['given_up']}; gửi lại: `congvan step retry` / "
            "given up: send again with `congvan step retry`"
        )
    return status["next_attempt"] or "ngay / at once"


def _second(at: str) -> str:
    """Return a moment of the ledger as people read it; its order shows in the seconds."""
    return f"{datetime.fromisoformat(at).astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"


def _frozen(opened: dict[str, Cabinet], as_json: bool) -> int:
    """Print who holds which document, and until when."""
    found = [facts for cabinet in opened.values() for facts in frozen.frozen_documents(cabinet)]
    if as_json:
        print_json(found)
        return 0
    names = ("request", "document", "subject", "holder", "state", "until", "error")
    print_table(
        "Đang chờ ký / frozen",
        ("Yêu cầu", "Văn bản", "Trích yếu", "Ai giữ", "Trạng thái", "Đến", "Lỗi"),
        [[*(_shown(facts, name) for name in names)] for facts in found],
    )
    return 0


def _shown(facts: dict[str, Any], name: str) -> Any:
    if name == "state" and "codes" in facts:
        return "chờ mã xác nhận / waits for the signer's code: " + ", ".join(facts["codes"]).upper()
    if name == "state":
        return named(REQUEST, facts[name])
    return _read(facts[name]) if name == "until" else facts[name]


def _read(until: str) -> str:
    return local(datetime.fromisoformat(until))


def _waiting(opened: dict[str, Cabinet], as_json: bool) -> int:
    """Print the archive copies that wait for a timestamp or revocation data, and why."""
    rows = unpreserved.facts(opened)
    for row in rows:
        row["since"], row["next_attempt"] = local(row["since"]), local(row["next_attempt"])
    if as_json:
        print_json(rows)
        return 0
    lines = [
        (
            row["code"] or row["id"],
            f"{row['reached']} → {row['wanted']}",
            row["since"],
            row["next_attempt"] or "",
            row["attempts"],
            row["why"] or "",
        )
        for row in rows
    ]
    columns = ("Văn bản", "Mức", "Từ", "Thử lại", "Lần", "Vì sao")
    print_table("Bản lưu chờ nâng mức chữ ký / archive copies waiting", columns, lines)
    return 0


def _agencies(opened: dict[str, Cabinet], as_json: bool) -> int:
    found: dict[str, dict[str, Any]] = {}
    for name, cabinet in opened.items():
        with cabinet.database.reading() as session:
            for row in session.scalars(select(AgencyRow).order_by(AgencyRow.organ_id)):
                facts = {
                    "organ_id": row.organ_id,
                    "old_organ_id": row.old_organ_id,
                    "name": row.name,
                    "served_by": None,
                }
                known = found.setdefault(row.organ_id, facts)
                if row.served:
                    known["served_by"] = name
    if as_json:
        print_json(list(found.values()))
    else:
        print_table(
            "Cơ quan / agencies",
            ("Mã", "Mã cũ", "Tên", "Bản cài đặt"),
            [tuple(facts.values()) for facts in found.values()],
        )
    return 0


def _people(opened: dict[str, Cabinet], as_json: bool) -> int:
    rows = []
    for cabinet in opened.values():
        with cabinet.database.reading() as session:
            served = [agency.organ_id for agency in directory.served(session)]
            rows += [
                {
                    "id": p.id,
                    "organ_id": p.organ_id,
                    "full_name": p.full_name,
                    "position": p.position,
                    "role": p.role,
                }
                for p in directory.people(session, served, datetime.now(UTC))
            ]
    if as_json:
        print_json(rows)
    else:
        print_table(
            "Người / people",
            ("Mã", "Cơ quan", "Họ tên", "Chức vụ", "Vai trò"),
            [tuple(row.values()) for row in rows],
        )
    return 0
