"""`congvan types`: the types of documents, and those that an installation adds.

Legal source: Decree 30/2020/ND-CP, Art. 7 and Appendix III, Part I.
"""

import argparse
from datetime import UTC, date, datetime
from typing import Any

from documents import kind_list
from documents.kind_list import NewKind
from documents.kinds import COPIES, KINDS, OTHER
from documents.numbering import local_day
from documents.tables import DocumentTypeRow
from workflows.cabinet import cabinets
from workflows.calendar_days import read_day
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.whereabouts import serving
from workflows.world import World

_COLUMNS = ("Tên loại", "Viết tắt", "Mã", "Quy phạm", "Từ ngày", "Đến ngày")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("types", help="tên loại văn bản / types of documents")
    actions = parser.add_subparsers(required=True, metavar="list|add|end")
    listing = actions.add_parser("list", help="29 loại và loại thêm / the 29 and what was added")
    listing.set_defaults(run=_list)
    adding = actions.add_parser("add", help="thêm một loại / add one")
    adding.add_argument("name")
    adding.add_argument("--abbreviation", default="", help="viết tắt trong ký hiệu")
    adding.add_argument("--normative", action="store_true", help="văn bản quy phạm pháp luật")
    adding.add_argument("--code", default=OTHER, help="mã TT 05/2025, 01-32")
    adding.add_argument("--since", default="", metavar="DAY", help="hôm nay / today")
    adding.add_argument("--basis", default="", help="căn cứ / decision")
    adding.set_defaults(run=_add)
    ending = actions.add_parser("end", help="thôi dùng một loại / end one")
    ending.add_argument("name")
    ending.add_argument("--until", default="", metavar="DAY", help="ngày cuối; hôm nay / today")
    ending.set_defaults(run=_end)
    for verb in (adding, ending):
        verb.add_argument("--agency", required=True, metavar="ORGANID")
        verb.add_argument("--by", required=True, metavar="WHO")
    for verb in (listing, adding, ending):
        add_data(verb)
        add_json(verb)


def _list(arguments: argparse.Namespace) -> int:
    with cabinets(World.load(arguments.data).homes) as opened:
        own: list[DocumentTypeRow] = []
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                own += kind_list.every(session)
    found = [
        *(
            {"name": k.name, "abbreviation": k.abbreviation, "code": k.code, "normative": False}
            for k in KINDS
        ),
        *({"name": c.name, "abbreviation": c.abbreviation, "copy": True} for c in COPIES),
        *map(_as_dict, own),
    ]
    if arguments.json:
        print_json(found)
        return 0
    rows = [
        (
            *(one["name"], one["abbreviation"], one.get("code")),
            *("x" if one.get("normative") else "", one.get("since"), one.get("until")),
        )
        for one in found
    ]
    print_table("Tên loại văn bản / types of documents", _COLUMNS, rows)
    return 0


def _as_dict(row: DocumentTypeRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "abbreviation": row.abbreviation,
        "code": row.code,
        "normative": row.normative,
        "since": f"{row.since:%d/%m/%Y}",
        "until": f"{row.until:%d/%m/%Y}" if row.until else None,
        "basis": row.basis,
    }


def _add(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    new = NewKind(
        name=arguments.name,
        abbreviation=arguments.abbreviation,
        since=_day(arguments.since, at),
        normative=arguments.normative,
        code=arguments.code,
        basis=arguments.basis,
    )
    with (
        cabinets(World.load(arguments.data).homes) as opened,
        serving(opened, arguments.agency).database.writing() as session,
    ):
        row = kind_list.add(session, arguments.agency, new, arguments.by, at)
        return _said(row, arguments)


def _end(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    until = _day(arguments.until, at)
    with (
        cabinets(World.load(arguments.data).homes) as opened,
        serving(opened, arguments.agency).database.writing() as session,
    ):
        row = kind_list.end(session, arguments.agency, arguments.name, until, arguments.by, at)
        return _said(row, arguments)


def _day(text: str, at: datetime) -> date:
    return read_day(text) if text else local_day(at)


def _said(row: DocumentTypeRow, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print_json(_as_dict(row))
    else:
        until = f" – {row.until:%d/%m/%Y}" if row.until else ""
        console.print(f"{row.name} ({row.abbreviation}): {row.since:%d/%m/%Y}{until}")
    return 0
