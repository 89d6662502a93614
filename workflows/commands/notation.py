"""`congvan notation`: take a number and notation apart; the dictionary of abbreviations.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.3.
"""

import argparse
from datetime import UTC, date, datetime
from typing import Any

from documents import abbreviations, kind_list
from documents import notation as rules
from documents.abbreviation import Thing
from documents.abbreviations import Entry
from documents.notation import Parsed
from documents.numbering import local_day
from documents.tables import AbbreviationRow
from workflows.cabinet import cabinets
from workflows.calendar_days import read_day
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.whereabouts import serving
from workflows.world import World

_COLUMNS = ("Loại", "Tên", "Viết tắt", "Từ ngày", "Đến ngày", "Căn cứ")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("notation", help="số, ký hiệu; chữ viết tắt / notations")
    actions = parser.add_subparsers(required=True, metavar="parse|list|add|end")
    parsing = actions.add_parser("parse", help="tách số, ký hiệu / take one apart")
    parsing.add_argument("text", help="ví dụ 2047/UBND-KTHTĐT")
    parsing.add_argument("--day", default="", metavar="DAY", help="theo danh mục của ngày / of day")
    parsing.set_defaults(run=_parse)
    listing = actions.add_parser("list", help="danh mục viết tắt / the dictionary")
    listing.set_defaults(run=_list)
    adding = actions.add_parser("add", help="quy định một chữ viết tắt / fix one")
    adding.add_argument("abbreviation")
    adding.add_argument("--since", default="", metavar="DAY", help="hôm nay / today")
    adding.add_argument("--basis", default="", help="căn cứ / decision")
    adding.set_defaults(run=_add)
    ending = actions.add_parser("end", help="thôi dùng / end one")
    ending.add_argument("--until", default="", metavar="DAY", help="ngày cuối; hôm nay / today")
    ending.set_defaults(run=_end)
    for verb in (adding, ending):
        verb.add_argument("--thing", required=True, choices=[thing.value for thing in Thing])
        verb.add_argument("--name", required=True, help="tên được viết tắt / what it stands for")
        verb.add_argument("--by", required=True, metavar="WHO")
    for verb in (parsing, listing, adding, ending):
        verb.add_argument("--agency", required=verb is not parsing, metavar="ORGANID", default="")
        add_data(verb)
        add_json(verb)


def _parse(arguments: argparse.Namespace) -> int:
    day = read_day(arguments.day) if arguments.day else local_day(datetime.now(UTC))
    if not arguments.agency:
        return _said(rules.parse(arguments.text), arguments)
    with (
        cabinets(World.load(arguments.data).homes) as opened,
        serving(opened, arguments.agency).database.reading() as session,
    ):
        entries = abbreviations.of_day(session, arguments.agency, day)
        known = {short: thing for thing, _, short in entries}
        kinds = kind_list.of_day(session, day)
    return _said(rules.parse(arguments.text, kinds, known), arguments)


def _said(parsed: Parsed, arguments: argparse.Namespace) -> int:
    types = [kind.name for kind in parsed.kinds] or [parsed.copy]
    facts = {
        "code": str(parsed),
        "number": parsed.number,
        "notation": parsed.notation,
        "types": [name for name in types if name],
        "year": parsed.year,
        "organ": parsed.organ,
        "unit": parsed.unit,
        "doubts": list(parsed.doubts),
    }
    if arguments.json:
        print_json(facts)
        return 0
    labels = ("Số, ký hiệu", "Số", "Ký hiệu", "Tên loại", "Năm", "Cơ quan", "Đơn vị", "Cần xem lại")
    shown = [", ".join(value) if isinstance(value, list) else value for value in facts.values()]
    print_table(arguments.text, ("", ""), list(zip(labels, shown, strict=True)))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    with (
        cabinets(World.load(arguments.data).homes) as opened,
        serving(opened, arguments.agency).database.reading() as session,
    ):
        found = [_as_dict(row) for row in abbreviations.every(session, arguments.agency)]
    if arguments.json:
        print_json(found)
    else:
        rows = [tuple(one.values()) for one in found]
        print_table("Danh mục viết tắt / abbreviations", _COLUMNS, rows)
    return 0


def _as_dict(row: AbbreviationRow) -> dict[str, Any]:
    return {
        "thing": row.thing,
        "name": row.name,
        "abbreviation": row.abbreviation,
        "since": f"{row.since:%d/%m/%Y}",
        "until": f"{row.until:%d/%m/%Y}" if row.until else None,
        "basis": row.basis,
    }


def _add(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    entry = Entry(
        thing=Thing(arguments.thing),
        name=arguments.name,
        abbreviation=arguments.abbreviation,
        since=_day(arguments.since, at),
        basis=arguments.basis,
    )
    with (
        cabinets(World.load(arguments.data).homes) as opened,
        serving(opened, arguments.agency).database.writing() as session,
    ):
        row = abbreviations.fix(session, arguments.agency, entry, arguments.by, at)
        return _told(row, arguments)


def _end(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    named = Thing(arguments.thing), arguments.name
    until = _day(arguments.until, at)
    with (
        cabinets(World.load(arguments.data).homes) as opened,
        serving(opened, arguments.agency).database.writing() as session,
    ):
        row = abbreviations.end(session, arguments.agency, named, until, arguments.by, at)
        return _told(row, arguments)


def _day(text: str, at: datetime) -> date:
    return read_day(text) if text else local_day(at)


def _told(row: AbbreviationRow, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print_json(_as_dict(row))
    else:
        until = f" – {row.until:%d/%m/%Y}" if row.until else ""
        console.print(f"{row.name}: {row.abbreviation}, {row.since:%d/%m/%Y}{until}")
    return 0
