"""`congvan number`: series of numbers, reserved numbers, what is wrong with them, their ledger.

Legal source: Decree 30/2020/ND-CP, Art. 15, 16; law.md §1.3.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from documents import (
    abbreviations,
    directory,
    kind_list,
    kinds,
    number_ledger,
    number_report,
    outgoing,
    paper,
    reservations,
    series_rules,
)
from documents.lifecycle import Direction, Step
from documents.number_report import RegisterState
from documents.numbering import local_day
from documents.paper import PaperDocument
from documents.reservations import Wanted
from documents.series import Mode, ReservationState, SeriesInvalid, SeriesRules
from workflows.cabinet import Cabinet, cabinets
from workflows.calendar_days import moment_after
from workflows.commands.console import add_data, add_json, console, local, print_json, print_table
from workflows.world import World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("number", help="số, hệ thống số / numbers and their series")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_reservations(actions)
    entry = _action(actions, "paper", _paper, "vào sổ văn bản giấy / enter a paper document")
    _add_written(entry)
    entry.add_argument("--subject", required=True, help="trích yếu")
    entry.add_argument("--signer", required=True, metavar="WHO")
    entry.add_argument("--to", action="append", default=[], metavar="NAME", help="nơi nhận")
    entry.add_argument("--pages", type=int, default=0)
    entry.add_argument("--reserved", default="", metavar="ID", help="số đã giữ / reserved number")
    void = _action(actions, "void", _void, "hủy số của văn bản / a document's number")
    void.add_argument("document", metavar="DOCUMENT")
    void.add_argument("--by", required=True, metavar="WHO")
    void.add_argument("--reason", required=True)
    check = _action(actions, "report", _report, "thiếu, trùng, lùi ngày / gaps, doubles, order")
    check.add_argument("--year", type=int)
    book = _action(actions, "ledger", _ledger, "sổ theo dõi số / every number of a year")
    book.add_argument("--year", type=int, required=True)
    book.add_argument("--direction", choices=[*Direction], default=Direction.OUTGOING)
    book.add_argument("--series", default="")
    book.add_argument("--pdf", type=Path, metavar="FILE")
    _add_rules(actions)


def _action(
    actions: Any, name: str, run: Any, text: str, *, agency: bool = True
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    if agency:
        wanted = name not in {"report", "list"}
        parser.add_argument("--agency", required=wanted, default="", metavar="ORGANID")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)
    return parser


def _add_written(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--type", required=True, metavar="LOẠI", help="Quyết định …")
    parser.add_argument("--notation", default="", metavar="KÝ-HIỆU", help="QĐ-UBND")
    parser.add_argument("--unit", default=None, metavar="ID", help="đơn vị soạn thảo / its unit")
    parser.add_argument("--by", required=True, metavar="WHO", help="văn thư / the clerk")


def _add_reservations(actions: Any) -> None:
    take = _action(actions, "reserve", _reserve, "lấy số trước / take a number before")
    _add_written(take)
    take.add_argument("--owner", required=True, metavar="WHO", help="người được giữ số")
    take.add_argument("--reason", required=True)
    take.add_argument("--until", default="", metavar="DAY", help="hết ngày; mai / tomorrow")
    use = _action(actions, "use", _use, "dùng số cho văn bản / for a document", agency=False)
    use.add_argument("reservation", metavar="ID")
    use.add_argument("document", metavar="DOCUMENT")
    use.add_argument("--by", required=True, metavar="WHO")
    back = _action(actions, "give-back", _give_back, "trả lại: số hủy / give back: void")
    back.add_argument("reservation", metavar="ID")
    back.add_argument("--by", required=True, metavar="WHO")
    back.add_argument("--reason", required=True)
    rows = _action(actions, "list", _list, "số giữ trước / reserved numbers")
    rows.add_argument("--state", choices=[*ReservationState], default=None)
    rows.add_argument("--limit", type=int, default=100)


def _add_rules(actions: Any) -> None:
    rules = _action(actions, "rules", _rules, "quy tắc đánh số / how numbers are given")
    rules.add_argument("--mode", choices=[*Mode], help="ghi quy tắc mới / record new ones")
    rules.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="TÊN=LOẠI,LOẠI",
        help="một hệ thống số chung của các loại / types that share a series",
    )
    rules.add_argument(
        "--incoming",
        action="append",
        default=[],
        metavar="TÊN=LOẠI,LOẠI",
        help="sổ đến riêng / a register of incoming documents apart",
    )
    rules.add_argument("--most-open", type=int, default=20, help="số giữ trước tối đa")
    rules.add_argument("--since", type=int, metavar="YEAR", help="từ 01/01 / from 1 January")
    rules.add_argument("--basis", default="", metavar="CODE", help="quyết định của thủ trưởng")
    rules.add_argument("--by", default="", metavar="WHO")


@contextmanager
def _serving(arguments: argparse.Namespace) -> Iterator[tuple[Cabinet, str]]:
    """Give the cabinet of the installation that serves the agency, and the agency's code.

    Raises:
        AgencyNotServed: none does.
    """
    with cabinets(World.load(arguments.data).homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                for row in directory.served(session):
                    if arguments.agency in {row.organ_id, row.old_organ_id}:
                        yield cabinet, row.organ_id
                        return
        raise directory.AgencyNotServed(arguments.agency)


@contextmanager
def _holding(arguments: argparse.Namespace) -> Iterator[tuple[Cabinet, str]]:
    """Give the cabinet that has the document, and the document's id."""
    from workflows import whereabouts

    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = whereabouts.found(
            opened, arguments.document, getattr(arguments, "agency", ""), "outgoing"
        )
        yield cabinet, row.id


def _reserve(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    tomorrow = local_day(at) + timedelta(days=1)
    until = moment_after(arguments.until or f"{tomorrow:%d/%m/%Y}")
    with _serving(arguments) as (cabinet, organ_id), cabinet.database.writing() as session:
        wanted = Wanted(
            organ_id,
            arguments.type,
            _notation(session, organ_id, arguments),
            arguments.owner,
            arguments.reason,
            until,
            arguments.unit,
        )
        row = reservations.reserve(session, wanted, arguments.by, at)
        facts = {"id": row.id, "code": row.code, "date": row.day, "until": row.expires_at}
    text = f"Đã lấy số / taken: {facts['code']}, {row.day:%d/%m/%Y}, giữ đến / until {local(until)}"
    return _said(arguments, facts, f"{text} [{row.id}]")


def _notation(session: Session, organ_id: str, arguments: argparse.Namespace) -> str:
    """Return the notation as given, else as type and agency have it."""
    day = local_day(datetime.now(UTC))
    name = known.name if (known := kinds.named(arguments.type)) else arguments.type
    kind = kind_list.kind_of(session, name, day)
    arguments.type = kind.name
    agency = directory.served_agency(session, organ_id)
    return abbreviations.own_notation(session, agency, kind, arguments.notation or "", "", day)


def _use(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with _holding(arguments) as (cabinet, document), cabinet.database.writing() as session:
        reservations.use(session, arguments.reservation, document, arguments.by, at)
    facts = {"reservation": arguments.reservation, "document": document}
    return _said(arguments, facts, f"{document}: dùng số đã giữ / takes the reserved number")


def _give_back(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    wanted = arguments.reservation
    with _serving(arguments) as (cabinet, organ_id), cabinet.database.writing() as session:
        reservations.give_back(session, organ_id, wanted, arguments.by, at, arguments.reason)
    return _said(arguments, {"id": wanted, "state": "void"}, f"{wanted}: số hủy / void")


def _paper(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with _serving(arguments) as (cabinet, organ_id), cabinet.database.writing() as session:
        written = PaperDocument(
            organ_id,
            notation=_notation(session, organ_id, arguments),
            type_name=arguments.type,
            subject=arguments.subject,
            signer=arguments.signer,
            places=tuple(arguments.to),
            pages=arguments.pages,
            unit_id=arguments.unit,
            reservation_id=arguments.reserved,
        )
        row = paper.enter(session, written, arguments.by, at)
        code = f"{row.code_number}/{row.code_notation}"
        facts = {"id": row.id, "code": code, "date": row.promulgated}
    return _said(arguments, facts, f"Đã vào sổ / entered: {code} [{facts['id']}]")


def _void(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with _holding(arguments) as (cabinet, document), cabinet.database.writing() as session:
        outgoing.decide(session, document, Step.VOID, arguments.by, at, arguments.reason)
    return _said(arguments, {"id": document, "state": "void"}, f"{document}: hủy / void")


def _list(arguments: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = []
    state = ReservationState(arguments.state) if arguments.state else None
    with cabinets(World.load(arguments.data).homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                found = reservations.listed(session, arguments.agency, state, arguments.limit)
                rows += [asdict(each) for each in found]
    if arguments.json:
        print_json(rows)
        return 0
    cells = [
        (
            row["id"],
            row["organ_id"],
            row["code"],
            f"{row['day']:%d/%m/%Y}",
            row["owner_id"],
            local(row["expires_at"]),
            _STATES[row["state"]],
            row["void_reason"] or row["reason"],
        )
        for row in rows
    ]
    columns = ("Mã", "Cơ quan", "Số, ký hiệu", "Ngày", "Người giữ", "Hạn", "Nay", "Lý do")
    print_table("Số giữ trước / reserved numbers", columns, cells)
    return 0


_STATES = {
    ReservationState.OPEN: "đang giữ / open",
    ReservationState.USED: "đã dùng / used",
    ReservationState.VOID: "hủy / void",
}


def _report(arguments: argparse.Namespace) -> int:
    """Say what is wrong; 1 where something is."""
    at = datetime.now(UTC)
    found: dict[str, number_report.NumberReport] = {}
    with cabinets(World.load(arguments.data).homes) as opened:
        for name, cabinet in opened.items():
            with cabinet.database.snapshot() as session:
                found[name] = number_report.report(session, at, arguments.agency, arguments.year)
    sound = all(report.sound for report in found.values())
    if arguments.json:
        print_json({name: report.as_dict() for name, report in found.items()})
        return 0 if sound else 1
    for report in found.values():
        if rows := [_register(each) for each in report.registers]:
            print_table("Sổ / registers", _REPORT, rows)
        for name, doubles in (
            ("Trùng số, ký hiệu / doubles", report.doubles),
            ("Văn bản đến trùng / arrivals alike", report.arrivals),
        ):
            if doubles:
                cells = [
                    (each.organ_id, each.year, each.code, each.sender_organ_id, each.count)
                    for each in doubles
                ]
                print_table(name, ("Cơ quan", "Năm", "Số, ký hiệu", "Nơi gửi", "Số lần"), cells)
    console.print("Số liên tục, không trùng / sound" if sound else "Số có sai sót / not sound")
    return 0 if sound else 1


_REPORT = (
    *("Cơ quan", "Sổ", "Năm", "Đến số", "Văn bản", "Bản sao", "Đang giữ", "Hết hạn", "Hủy"),
    *("Thiếu", "Trùng, lùi ngày", "Khóa"),
)


def _register(each: RegisterState) -> tuple[object, ...]:
    missing = ", ".join(
        f"{gap.first}" if gap.first == gap.last else f"{gap.first}-{gap.last}"
        for gap in each.gaps[:10]
    )
    wrong = [f"{number} trùng" for number in each.twice]
    wrong += [f"{number} ngoài sổ" for number in each.beyond]
    wrong += [f"{step.number} trước {step.before}" for step in each.backwards]
    return (
        each.organ_id,
        each.series,
        each.year,
        each.last_number,
        each.documents,
        each.copies,
        each.reserved,
        each.expired,
        each.void,
        f"{each.missing}: {missing}" if each.missing else "",
        "; ".join(wrong[:10]),
        local(each.closed_at) if each.closed_at else "",
    )


def _ledger(arguments: argparse.Namespace) -> int:
    from workflows import number_pages  # only here: the other actions draw nothing

    at = datetime.now(UTC)
    direction = Direction(arguments.direction)
    with _serving(arguments) as (cabinet, organ_id), cabinet.database.snapshot() as session:
        agency = directory.served_agency(session, organ_id)
        lines = number_ledger.lines(session, organ_id, arguments.year, direction, arguments.series)
        if arguments.pdf is not None:
            made = number_pages.printed(agency.name, arguments.year, direction, lines, at)
            arguments.pdf.write_bytes(made.pdf)
            facts = {"file": str(arguments.pdf), "pages": made.pages, "rows": made.rows}
            return _said(arguments, facts, f"{arguments.pdf}: {made.pages} trang / pages")
        if arguments.json:
            print_json([asdict(line) for line in lines])
            return 0
        columns = ("Số", "Số, ký hiệu", "Ngày", "Là", "Nội dung", "Người lấy", "Ghi chú", "Nhật ký")
        print_table("Sổ theo dõi số / ledger of numbers", columns, number_pages.rows(lines))
    return 0


def _rules(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with _serving(arguments) as (cabinet, organ_id):
        if arguments.mode:
            rules = SeriesRules(
                Mode(arguments.mode),
                _groups(arguments.group),
                _groups(arguments.incoming),
                arguments.most_open,
            )
            since = arguments.since or local_day(at).year + 1
            with cabinet.database.writing() as session:
                series_rules.decide(
                    session, organ_id, rules, since, arguments.by, at, arguments.basis
                )
        with cabinet.database.reading() as session:
            known = [asdict(each) for each in series_rules.of_agency(session, organ_id)]
    if arguments.json:
        print_json(known)
        return 0
    cells = [
        (
            f"01/01/{each['since_year']}",
            each["rules"]["mode"],
            "; ".join(f"{name}: {', '.join(t)}" for name, t in each["rules"]["groups"].items()),
            "; ".join(f"{name}: {', '.join(t)}" for name, t in each["rules"]["incoming"].items()),
            each["rules"]["most_open"],
            each["basis"],
            each["recorded_by"],
        )
        for each in known
    ]
    columns = ("Từ", "Cách", "Nhóm", "Sổ đến riêng", "Giữ tối đa", "Căn cứ", "Người ghi")
    print_table("Quy tắc đánh số / numbering rules", columns, cells)
    return 0


def _groups(texts: list[str]) -> dict[str, tuple[str, ...]]:
    """Return {"NHÓM": ("Quyết định", "Chỉ thị")} of `NHÓM=Quyết định,Chỉ thị`."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, equals, types = text.partition("=")
        if not equals or name.strip() in found:
            raise SeriesInvalid(f"«{text[:60]}»: TÊN=LOẠI,LOẠI")
        found[name.strip()] = tuple(each.strip() for each in types.split(",") if each.strip())
    return found


def _said(arguments: argparse.Namespace, facts: dict[str, Any], text: str) -> int:
    if arguments.json:
        print_json(facts)
    else:
        console.print(text, soft_wrap=True)
    return 0
