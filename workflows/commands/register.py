"""`congvan register`: the registers of Appendix IV on the screen, on paper, closed and sealed.

Legal source: Decree 30/2020/ND-CP, Art. 16.2b, 22.3b, Appendix IV.
"""

import argparse
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import book_closing, directory, handling_slip
from documents.blobs import write_durably
from documents.book import FORMS, STATE_NAMES, BookKind, written
from documents.book_rows import BookWanted
from documents.document import Urgency
from documents.errors import Refused
from documents.tables import BookRow, RegisterRow
from workflows import book_printing, whereabouts
from workflows.cabinet import cabinets
from workflows.calendar_days import read_day
from workflows.commands.console import (
    add_data,
    add_json,
    console,
    local,
    print_json,
    print_table,
)
from workflows.commands.desk import cabinet_of, office_of
from workflows.world import World


class NothingToWrite(Refused):
    """No file was asked for."""

    code = "book.nothing_to_write"
    vietnamese = "Chưa chọn tệp để in sổ"
    english = "no file to write was named"
    remedy = "Thêm --pdf TỆP.pdf hoặc --xlsx TỆP.xlsx / add --pdf or --xlsx"


_KINDS = ", ".join(f"{kind}: {form.name}" for kind, form in FORMS.items())


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("register", help="sổ văn bản: xem, in, khóa / registers")
    actions = parser.add_subparsers(
        required=True, metavar="list|show|export|close|sign|verify|slip"
    )
    listed = actions.add_parser("list", help="các sổ của cơ quan / the agency's registers")
    listed.add_argument("--agency", required=True, metavar="ORGANID")
    listed.add_argument("--year", type=int)
    _finish(listed, _list)
    show = _book(actions, "show", _show, "xem sổ / rows on the screen")
    show.add_argument("--limit", type=int, default=50)
    show.add_argument("--check", action="store_true", help="chỉ tìm mâu thuẫn / contradictions")
    export = _book(actions, "export", _export, "in sổ / PDF, workbook")
    export.add_argument("--pdf", type=Path, metavar="OUT.pdf")
    export.add_argument("--xlsx", type=Path, metavar="OUT.xlsx")
    close = _book(actions, "close", _close, "khóa sổ / close a year's book", filters=False)
    close.add_argument("--by", required=True, help="văn thư / the clerk")
    close.add_argument("--signer", required=True, help="lãnh đạo ký sổ / the leader who signs")
    sign = _book(actions, "sign", _sign, "ký, đóng dấu sổ / sign and seal", filters=False)
    sign.add_argument("--by", required=True, help="lãnh đạo / the leader")
    verify = _book(actions, "verify", _verify, "kiểm tra sổ đã khóa / verify", filters=False)
    slip = actions.add_parser("slip", help="phiếu giải quyết văn bản đến / handling slip")
    slip.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    slip.add_argument("--agency", default="", metavar="ORGANID", help="cơ quan / whose document")
    slip.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.pdf")
    _finish(slip, _slip)
    verify.add_argument("-o", "--output", type=Path, metavar="OUT.pdf", help="ghi tệp / the file")


def _book(
    actions: Any, name: str, run: Any, text: str, *, filters: bool = True
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.add_argument("kind", choices=[str(kind) for kind in BookKind], help=_KINDS)
    parser.add_argument("year", type=int)
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    parser.add_argument("--series", default="", help="một dãy số: QĐ … / one series")
    if filters:
        parser.add_argument("--from-number", type=int, metavar="N")
        parser.add_argument("--to-number", type=int, metavar="N")
        parser.add_argument("--since", default="", metavar="NGÀY")
        parser.add_argument("--until", default="", metavar="NGÀY")
        parser.add_argument("--type", default="", metavar="LOẠI")
        parser.add_argument("--unit", default="", metavar="ID", help="đơn vị / unit")
        parser.add_argument("--urgency", type=int, choices=[int(each) for each in Urgency])
    _finish(parser, run)
    return parser


def _finish(parser: argparse.ArgumentParser, run: Any) -> None:
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def _wanted(arguments: argparse.Namespace) -> BookWanted:
    known = vars(arguments)
    since, until = known.get("since"), known.get("until")
    return BookWanted(
        arguments.agency,
        BookKind(arguments.kind),
        arguments.year,
        arguments.series,
        known.get("from_number"),
        known.get("to_number"),
        read_day(since) if since else None,
        read_day(until) if until else None,
        known.get("type") or "",
        known.get("unit") or "",
        known.get("urgency"),
    )


def _list(arguments: argparse.Namespace) -> int:
    """List the agency's registers, and its closed books."""
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        agency = directory.served_agency(session, arguments.agency)
        these = select(RegisterRow).where(RegisterRow.organ_id == agency.organ_id)
        if arguments.year:
            these = these.where(RegisterRow.year == arguments.year)
        order = (RegisterRow.year.desc(), RegisterRow.direction, RegisterRow.series)
        registers = [_register(row) for row in session.scalars(these.order_by(*order))]
        closed = book_closing.of_agency(session, agency.organ_id, arguments.year)
    books = [_book_facts(row) for row in closed]
    if arguments.json:
        print_json({"registers": registers, "books": books})
        return 0
    columns = ("Năm", "Chiều / direction", "Dãy số / series", "Số cuối / last", "Khóa / closed")
    print_table("Sổ đăng ký / registers", columns, [tuple(row.values()) for row in registers])
    if closed:
        _tell_books(closed)
    return 0


def _register(row: RegisterRow) -> dict[str, Any]:
    return {
        "year": row.year,
        "direction": row.direction,
        "series": row.series,
        "last_number": row.last_number,
        "closed_at": local(row.closed_at),
    }


def _book_facts(row: BookRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "year": row.year,
        "series": row.series,
        "state": row.state,
        "agency": row.agency_name,
        "rows": row.row_count,
        "rows_sha256": row.rows_sha256,
        "pages": row.pages,
        "signer": row.signer_name,
        "closed_at": local(row.closed_at),
        "sha256": row.current_sha256,
        "error": row.error_text or "",
    }


def _tell_books(books: list[BookRow]) -> None:
    rows = [
        (
            FORMS[BookKind(row.kind)].name,
            row.year,
            row.series or "(tất cả / all)",
            STATE_NAMES[row.state],
            row.row_count,
            row.signer_name,
            row.error_text,
        )
        for row in books
    ]
    columns = ("Sổ đã khóa / closed", "Năm", "Dãy số", "Bước / state", "Dòng", "Người ký", "Lỗi")
    print_table("Sổ đã khóa / closed books", columns, rows)


def _show(arguments: argparse.Namespace) -> int:
    """Show rows, or what in them contradicts."""
    wanted = _wanted(arguments)
    with cabinet_of(arguments) as cabinet, cabinet.database.snapshot() as session:
        directory.served_agency(session, wanted.organ_id)
        if arguments.check:
            return _checked(session, wanted, as_json=arguments.json)
        most = max(1, arguments.limit)
        rows = list(islice(book_printing.cells(session, wanted), most + 1))
        closed = book_closing.found(session, wanted)
    titles = [column.title for column in wanted.form.columns]
    if arguments.json:
        shown = [dict(zip(titles, row, strict=True)) for row in rows[:most]]
        book = _book_facts(closed) if closed else None
        print_json({"rows": shown, "more": len(rows) > most, "closed": book})
        return 0
    shown_rows = [[written(cell) for cell in row] for row in rows[:most]]
    print_table(f"{wanted.form.name} {wanted.year}", titles, shown_rows)
    if len(rows) > most:
        console.print(f"Còn nữa: --limit / there are more than {most}")
    if closed:
        _tell_books([closed])
    return 0


def _checked(session: Session, wanted: BookWanted, *, as_json: bool) -> int:
    found = book_printing.looked(session, wanted).contradictions
    if as_json:
        facts = [
            {"fault": each.fault, "series": each.series, "number": each.number, "text": str(each)}
            for each in found
        ]
        print_json({"contradictions": facts})
    elif not found:
        console.print("Không có mâu thuẫn / no contradiction")
    else:
        for each in found:
            console.print(f"! {each}")
    return 1 if found else 0


def _export(arguments: argparse.Namespace) -> int:
    """Write the book as PDF, as a workbook, or both."""
    if not (arguments.pdf or arguments.xlsx):
        raise NothingToWrite
    wanted = _wanted(arguments)
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet, cabinet.database.snapshot() as session:
        heading = book_printing.heading_now(session, wanted)
        looked = book_printing.looked(session, wanted)
        made: dict[str, Any] = {"rows": looked.summary.rows}
        if arguments.pdf:
            rows = book_printing.cells(session, wanted)
            printed = book_printing.on_paper(wanted, heading, looked.summary, rows, at)
            write_durably(arguments.pdf.resolve(), lambda file: file.write(printed.pdf))
            made |= {"pdf": str(arguments.pdf), "pages": printed.pages}
        if arguments.xlsx:
            content = book_printing.as_workbook(
                wanted, heading, book_printing.cells(session, wanted)
            )
            write_durably(arguments.xlsx.resolve(), lambda file: file.write(content))
            made["xlsx"] = str(arguments.xlsx)
    made["contradictions"] = [str(each) for each in looked.contradictions]
    if arguments.json:
        print_json(made)
        return 0
    files = " ".join(str(made[name]) for name in ("pdf", "xlsx") if name in made)
    console.print(f"{wanted.form.name} {wanted.year}: {made['rows']} dòng / rows → {files}")
    for each in made["contradictions"]:
        console.print(f"! {each}")
    return 0


def _close(arguments: argparse.Namespace) -> int:
    """Close the book and make its file."""
    from workflows import bookbinding  # pyHanko takes a second to import

    with office_of(arguments) as office:
        row = bookbinding.close(office, _wanted(arguments), arguments.by, arguments.signer)
    return _tell(row, as_json=arguments.json)


def _sign(arguments: argparse.Namespace) -> int:
    """Let the leader sign the closed book; the seal follows."""
    from workflows import bookbinding  # pyHanko takes a second to import

    with office_of(arguments) as office:
        with office.database.reading() as session:
            book_id = book_closing.closed_book(session, _wanted(arguments)).id
        row = bookbinding.approve(office, book_id, arguments.by)
    return _tell(row, as_json=arguments.json)


def _tell(row: BookRow, *, as_json: bool) -> int:
    if as_json:
        print_json(_book_facts(row))
    else:
        _tell_books([row])
        console.print(f"SHA-256 các dòng / rows: {row.rows_sha256}")
        console.print(f"SHA-256 tệp / file: {row.current_sha256}")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    """Compare a closed book with what was kept, and with the registers as they are now."""
    wanted = _wanted(arguments)
    with cabinet_of(arguments) as cabinet, cabinet.database.snapshot() as session:
        row = book_closing.closed_book(session, wanted)
        if row.rows_sha256 is None or row.current_sha256 is None:
            raise book_closing.BookStepRefused(wanted.form.name, wanted.year, row.state)
        kept = cabinet.blobs.sound(row.rows_sha256)
        content = cabinet.blobs.get(row.current_sha256)
        changed = book_printing.changed_rows(kept, session, wanted)
    if arguments.output:
        write_durably(arguments.output.resolve(), lambda file: file.write(content))
    if arguments.json:
        print_json({**_book_facts(row), "changed_rows": changed})
        return 0
    _tell(row, as_json=False)
    console.print("Tệp và các dòng còn nguyên vẹn / file and rows are as they were kept")
    if changed:
        told = ", ".join(map(str, changed[:20]))
        console.print(f"Ghi thêm sau khi khóa (dòng) / noted since in rows: {told}")
    if arguments.output:
        console.print(f"→ {arguments.output}; `congvan verify {arguments.output}`")
    return 0


def _slip(arguments: argparse.Namespace) -> int:
    """Write the handling slip of an incoming document."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = whereabouts.found(
            opened, arguments.document, arguments.agency, direction="incoming"
        )
        with cabinet.database.reading() as session:
            slip = handling_slip.slip_of(session, row.id)
    pdf = book_printing.slip_on_paper(slip, datetime.now(UTC))
    write_durably(arguments.output.resolve(), lambda file: file.write(pdf))
    if arguments.json:
        print_json({"file": str(arguments.output), "identity": slip.identity})
    else:
        console.print(f"{slip.identity[0]} → {arguments.output}")
    return 0
