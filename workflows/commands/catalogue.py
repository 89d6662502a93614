"""`congvan catalogue`: search, look, synchronise, import, export; and readdress with consent."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from documents import catalogue, catalogue_codes, catalogue_history, catalogue_search
from documents.catalogue import Entry, Standing
from documents.catalogue_history import Change, Source
from documents.directory import AgencyUnknown
from documents.numbering import local_day
from workflows import readdressing, whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.calendar_days import moment_after, read_day
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.office import open_office
from workflows.world import World, WorldMissing

COLUMNS = ("Mã", "Tên", "Mã khác", "Tình trạng")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("catalogue", help="danh mục cơ quan / agency catalogue")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    search = _action(actions, "search", _search, "tìm theo tên không dấu / by name, no accents")
    search.add_argument("text", nargs="+")
    search.add_argument("--limit", type=int, default=20)
    show = _action(actions, "show", _show, "một cơ quan / one agency")
    show.add_argument("code")
    show.add_argument("--as-of", default="", metavar="NGÀY", help="như đã biết ngày / as known on")
    tree = _action(actions, "tree", _tree, "đơn vị trực thuộc / what is below")
    tree.add_argument("code")
    tree.add_argument("--depth", type=int, default=2)
    sync = _action(actions, "sync", _sync, "cập nhật từ trục / bring up to date from the axis")
    sync.add_argument("--whole", action="store_true", help="so toàn bộ / compare the whole")
    sync.add_argument("--allow-closing", type=float, default=5, metavar="PERCENT")
    bring = _action(actions, "import", _import, "nhập JSON, CSV / read a file")
    bring.add_argument("file", type=Path)
    bring.add_argument("--allow-closing", type=float, default=5, metavar="PERCENT")
    export = _action(actions, "export", _export, "xuất JSON, CSV / write a file")
    export.add_argument("file", type=Path, help=".json; .csv")
    export.add_argument(
        "--list", default="agencies", choices=("agencies", "aliases", "successions")
    )
    move = _action(actions, "readdress", _readdress, "đổi nơi nhận / to who came after")
    move.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    move.add_argument("--from", required=True, dest="predecessor", metavar="CODE")
    move.add_argument("--to", required=True, dest="successor", metavar="CODE")
    move.add_argument("--by", required=True, help="văn thư / the clerk: id or full name")


def _action(actions: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.add_argument("--installation", default="", metavar="NAME")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)
    return parser


def _homes(arguments: argparse.Namespace) -> tuple[Path, ...]:
    homes = World.load(arguments.data).homes
    if not arguments.installation:
        return homes
    named = tuple(home for home in homes if home.name == arguments.installation)
    if not named:
        raise WorldMissing(str(arguments.data / arguments.installation))
    return named


@contextmanager
def _first(arguments: argparse.Namespace) -> Iterator[Cabinet]:
    with cabinets(_homes(arguments)[:1]) as opened:
        yield next(iter(opened.values()))


def _today() -> date:
    return local_day(datetime.now(UTC))


def _search(arguments: argparse.Namespace) -> int:
    """List the agencies that may be meant."""
    with _first(arguments) as cabinet, cabinet.database.reading() as session:
        text = " ".join(arguments.text)
        hits = catalogue_search.search(session, text, _today(), max(1, arguments.limit))
    if arguments.json:
        print_json([_facts(hit.entry, hit.codes, hit.standing) for hit in hits])
        return 0
    rows = [
        (hit.entry.code, hit.entry.name, ", ".join(hit.codes), _state(hit.standing)) for hit in hits
    ]
    print_table("Danh mục cơ quan / agencies", COLUMNS, rows)
    return 0


def _state(standing: Standing) -> str:
    if not standing.abolished:
        return ""
    since = f" {standing.on:%d/%m/%Y}" if standing.on else ""
    heirs = ", ".join(f"{heir.code} {heir.name}" for heir in standing.heirs) or "?"
    return f"đã chấm dứt / ended{since} → {heirs}"


def _facts(entry: Entry, codes: tuple[str, ...], standing: Standing) -> dict[str, object]:
    return {
        "code": entry.code,
        "name": entry.name,
        "kind": str(entry.kind),
        "parent": entry.above,
        "email": entry.email,
        "other_codes": codes,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "abolished": standing.abolished,
        "abolished_on": standing.on,
        "successors": [
            {
                "code": heir.code,
                "name": heir.name,
                "kind": heir.kind,
                "on": heir.on,
                "basis": heir.basis,
            }
            for heir in standing.heirs
        ],
    }


def _show(arguments: argparse.Namespace) -> int:
    """Show what is known of one code, or was on a day."""
    day = read_day(arguments.as_of) if arguments.as_of else _today()
    as_of = moment_after(arguments.as_of) if arguments.as_of else None
    with _first(arguments) as cabinet, cabinet.database.reading() as session:
        entry, facts = _described(session, arguments.code, day, as_of)
        near = [] if entry else catalogue_search.nearest(session, arguments.code, day)
    if entry is None:
        if near:
            said = ", ".join(f"{each.code} {each.name}" for each in near)
            console.print(f"Gần nhất / nearest: {said}")
        raise AgencyUnknown(arguments.code)
    if arguments.json:
        print_json(facts)
        return 0
    rows = [
        (_NAMED.get(name, name), _said(value))
        for name, value in facts.items()
        if value not in ("", None, (), [], False)
    ]
    print_table(f"{entry.code} {entry.name}", ("", ""), rows)
    return 0


_NAMED = {
    "code": "mã / code",
    "name": "tên / name",
    "kind": "loại / kind",
    "parent": "trực thuộc / parent",
    "email": "thư điện tử / e-mail",
    "other_codes": "mã khác / other codes",
    "valid_from": "từ ngày / from",
    "valid_to": "đến hết ngày / to",
    "abolished": "đã chấm dứt / ended",
    "abolished_on": "chấm dứt từ / ended on",
    "successors": "kế thừa / successors",
    "form": "dạng mã / form of the code",
    "level": "cấp / level",
    "party": "khối Đảng / Party bloc",
}
"""What is known of an agency, as people call it."""


def _said(value: object) -> str:
    """Return *value* as people read it."""
    match value:
        case True:
            return "có / yes"
        case date():
            return f"{value:%d/%m/%Y}"
        case dict():
            return " ".join(filter(None, map(_said, value.values())))
        case list() | tuple():
            return "; ".join(map(_said, value))
    return str(value)


def _described(
    session: Session, code: str, day: date, as_of: datetime | None
) -> tuple[Entry | None, dict[str, object]]:
    agency = catalogue.canonical(session, [code], as_of)[code]
    found = catalogue.entries(session, [agency, code], as_of)
    entry = found.get(agency) or found.get(code)
    if entry is None:
        return None, {}
    others = catalogue.other_codes(session, [agency], as_of)[agency]
    standing = catalogue.standings(session, [agency], day)[agency]
    read = catalogue_codes.read(entry.code)
    facts = _facts(entry, tuple(alias.code for alias in others), standing)
    return entry, {**facts, "form": str(read.form), "level": read.level, "party": read.party}


def _tree(arguments: argparse.Namespace) -> int:
    """Show an agency with what is below it."""
    facts: list[tuple[int, Entry]] = []
    with _first(arguments) as cabinet, cabinet.database.reading() as session:
        agency = catalogue.canonical(session, [arguments.code])[arguments.code]
        top = catalogue.entries(session, [agency]).get(agency)
        if top is None:
            raise AgencyUnknown(arguments.code)
        open_ones = [(0, top)]
        seen = {top.code}
        while open_ones and len(facts) < MOST_SHOWN:
            depth, entry = open_ones.pop()
            facts.append((depth, entry))
            if depth < arguments.depth:
                under = [e for e in catalogue.below(session, entry.code) if e.code not in seen]
                seen |= {each.code for each in under}
                open_ones += [(depth + 1, each) for each in reversed(under)]
    if arguments.json:
        print_json([{"depth": d, "code": e.code, "name": e.name} for d, e in facts])
        return 0
    for depth, entry in facts:
        console.print(f"{'  ' * depth}{entry.code}  {entry.name}", soft_wrap=True)
    return 0


MOST_SHOWN = 2000
"""Lines of a tree."""


def _sync(arguments: argparse.Namespace) -> int:
    """Bring every installation's catalogue up to date."""
    from connectors.opening import open_axis
    from workflows.catalogue import synchronise  # brings Prefect: not for the other actions

    share = arguments.allow_closing / 100
    with cabinets(_homes(arguments)) as opened:
        done = {}
        for name, cabinet in opened.items():
            settings = cabinet.settings
            axis = open_axis(settings.axis_access(), settings.home)
            try:
                at = datetime.now(UTC)
                done[name] = synchronise(
                    cabinet.database, axis, at, whole=arguments.whole, closing_share=share
                )
            finally:
                axis.close()
    return _told(done, as_json=arguments.json)


def _import(arguments: argparse.Namespace) -> int:
    """Learn what a file says, in every installation."""
    from workflows.catalogue_files import read_catalogue

    news = read_catalogue(arguments.file)
    source = Source(
        catalogue_history.FILE,
        arguments.file.name,
        closing_share=arguments.allow_closing / 100,
    )
    done: dict[str, Change] = {}
    with cabinets(_homes(arguments)) as opened:
        for name, cabinet in opened.items():
            with cabinet.database.writing() as session:
                done[name] = catalogue_history.learn(session, news, source, datetime.now(UTC))
    return _told(done, as_json=arguments.json)


def _told(done: dict[str, Change], *, as_json: bool) -> int:
    if as_json:
        print_json(
            {
                name: {
                    "version": change.version,
                    "added": change.added,
                    "changed": change.changed,
                    "closed": change.closed,
                    "skipped": change.skipped,
                }
                for name, change in done.items()
            }
        )
        return 0
    for name, change in done.items():
        console.print(
            f"{name}: thêm / added {change.added}, đổi / changed {change.changed},"
            f" đóng / closed {change.closed}"
        )
        if change.skipped:
            console.print(f"  không dùng được / unusable: {', '.join(change.skipped)}")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    """Write the newest catalogue to a file."""
    import json

    from workflows import catalogue_files as files

    with _first(arguments) as cabinet, cabinet.database.snapshot() as session:
        data = files.as_data(session)
    columns = {
        "agencies": files.AGENCIES,
        "aliases": files.ALIASES,
        "successions": files.SUCCESSIONS,
    }
    if arguments.file.suffix.lower() == ".csv":
        text = files.as_csv(data[arguments.list], columns[arguments.list])
    else:
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    arguments.file.write_text(text, "utf-8")
    counts = {name: len(rows) for name, rows in data.items()}
    if arguments.json:
        print_json(counts)
    else:
        sys.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()) + "\n")
    return 0


def _readdress(arguments: argparse.Namespace) -> int:
    """Let the clerk send to a successor what was addressed to an agency that ended."""
    with cabinets(_homes(arguments)) as opened:
        cabinet, row = whereabouts.found(opened, arguments.document)
        office = open_office(cabinet.settings.home)
        try:
            done = readdressing.readdress(
                office, row.id, arguments.predecessor, arguments.successor, arguments.by
            )
        finally:
            office.axis.close()
            office.close()
    if arguments.json:
        print_json({"document": row.id, "from": done.predecessor, "to": done.successor})
        return 0
    joined = " (đã là nơi nhận / a recipient already)" if done.joined else ""
    console.print(f"{row.id}: {done.predecessor} → {done.successor} {done.name}{joined}")
    return 0
