"""`congvan fields`: the input data of Appendix VI, and what a document's record says of them.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part II.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

from sqlalchemy.orm import Session

from documents import dossiers, field_check, field_record
from documents.fields import FILE, TABLES, TITLES, Field
from documents.tables import PersonRow
from workflows import dossier_whereabouts, whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.world import World

_COLUMNS = ("STT", "Trường", "Tên", "Kiểu", "Độ dài", "Tự động", "Lưu tại / kept in")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "fields", help="dữ liệu đầu vào theo Phụ lục VI / the fields of Appendix VI"
    )
    parser.add_argument("document", nargs="?", default="", help="văn bản / id or number/notation")
    parser.add_argument(
        "--dossier", default="", metavar="ID", help="hồ sơ: mã / a dossier's record"
    )
    parser.add_argument("--agency", default="", metavar="ORGANID", help="cơ quan / whose document")
    parser.add_argument("--table", choices=list(TABLES), help="một bảng / one table")
    parser.add_argument("--xml", action="store_true", help="bản ghi dạng XML / as XML")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the tables, or a record with what is missing or too long; 1 when something is wrong."""
    if not arguments.document and not arguments.dossier:
        return _tables(arguments)
    with cabinets(World.load(arguments.data).homes) as opened:
        if arguments.dossier:
            table, record = _of_dossier(opened, arguments.dossier)
        else:
            cabinet, row = whereabouts.found(opened, arguments.document, arguments.agency)
            table = field_record.table_of(row)
            with cabinet.database.reading() as session:
                record = field_record.of_document(session, row)
    return _say(table, record, arguments)


def _of_dossier(
    opened: Mapping[str, Cabinet], wanted: str
) -> tuple[Sequence[Field], dict[str, Any]]:
    cabinet, row = dossier_whereabouts.found(opened, wanted)
    with cabinet.database.reading() as session:
        return FILE, _dossier(session, row.id)


def _dossier(session: Session, dossier_id: str) -> dict[str, Any]:
    row = dossiers.known(session, dossier_id)
    compiler = session.get(PersonRow, row.compiler_id)
    return dossiers.record(row, compiler.full_name if compiler is not None else "")


def _tables(arguments: argparse.Namespace) -> int:
    wanted = [arguments.table] if arguments.table else list(TABLES)
    if arguments.json:
        print_json({name: [_as_dict(field) for field in TABLES[name]] for name in wanted})
        return 0
    for name in wanted:
        rows = [
            (
                *(field.number, field.vietnamese, field.name, field.type.value),
                *(field.length or "", "◆" if field.automatic else "", field.home),
            )
            for field in TABLES[name]
        ]
        print_table(TITLES[name], _COLUMNS, rows)
    return 0


def _as_dict(field: Field) -> dict[str, Any]:
    return {
        "number": field.number,
        "vietnamese": field.vietnamese,
        "name": field.name,
        "type": field.type.value,
        "length": field.length or None,
        "automatic": field.automatic,
        "home": field.home,
    }


def _say(table: Sequence[Field], record: Mapping[str, Any], arguments: argparse.Namespace) -> int:
    faults = field_check.check(table, record)
    missing = field_check.missing(table, record)
    if arguments.xml:
        sys.stdout.write(as_xml(record) + "\n")
    elif arguments.json:
        print_json(
            {
                "record": _plain(record),
                "missing": [field.name for field in missing],
                "faults": [{"field": each.path, "why": each.why} for each in faults],
            }
        )
    else:
        print_table("Bản ghi / record", ("Trường", "Giá trị"), _lines(record))
        for field in missing:
            mark = " ◆" if field.automatic else ""
            console.print(f"còn trống / missing: {field.number} {field.label}{mark}")
        for each in faults:
            console.print(f"sai / wrong: {each.label}: {each.why}", soft_wrap=True)
    return 1 if faults else 0


def _plain(value: Any) -> Any:
    """Return a record with days as people and the decree write them."""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _lines(record: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    lines: list[tuple[str, Any]] = []
    for name, value in record.items():
        if isinstance(value, Mapping):
            lines += _lines(value, f"{before}{name}/")
        elif isinstance(value, list):
            for place, one in enumerate(value, start=1):
                lines += _lines(one, f"{before}{name}[{place}]/")
        else:
            lines.append((before + name, _plain(value)))
    return lines


def as_xml(record: Mapping[str, Any]) -> str:
    """Return the record as XML: one element a field, a group's fields within it."""
    root = ET.Element("Record")
    _add(root, record)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def _add(parent: ET.Element, record: Mapping[str, Any]) -> None:
    for name, value in record.items():
        for one in value if isinstance(value, list) else [value]:
            child = ET.SubElement(parent, name)
            if isinstance(one, Mapping):
                _add(child, one)
            elif one is not None:
                child.text = str(_plain(one))
