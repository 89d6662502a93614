"""`congvan search`: find documents by anything that was entered and by their files' text."""

import argparse
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from documents import directory, saved_queries, search_index
from documents.errors import Unavailable
from documents.numbering import local_day
from documents.saved_queries import COLUMNS, USUAL, Kept
from documents.search import LOOKED_AT, PAGE, Facet, Results, Sort, search
from documents.search_query import Filters
from documents.tables import DocumentRow
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.result_export import export, shown
from workflows.search_form import FACETS, FIELDS, composed, in_words, names_of
from workflows.world import World

_AT_ONCE = 500
_FOLLOWED = 20
"""Steps that the index follows the ledger before it is asked; the worker does the rest."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "search",
        help="tìm văn bản / find documents",
        description='từ, "cụm từ", đầu-từ*, -loại-trừ, trường:giá-trị, 15/QĐ-UBND',
    )
    parser.add_argument("query", nargs="*", metavar="QUERY")
    parser.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=", ".join(f"{name} ({vietnamese})" for name, vietnamese in FIELDS.items()),
    )
    parser.add_argument("--agency", default="", metavar="ORGANID")
    parser.add_argument("--sort", choices=[each.value for each in Sort], default=None)
    parser.add_argument("--columns", default="", metavar="A,B", help=", ".join(COLUMNS))
    parser.add_argument("--limit", type=int, default=PAGE)
    parser.add_argument("--page", default="", help="dấu trang tiếp theo / mark of the next page")
    parser.add_argument("--facets", action="store_true", help="đếm theo nhóm / counts")
    parser.add_argument(
        "--export", type=Path, metavar="FILE", help="xuất .xlsx, .pdf, .csv / write to a file"
    )
    parser.add_argument("--who", default="", help="của ai, cho truy vấn đã lưu / whose queries")
    parser.add_argument("--save", default="", metavar="NAME", help="lưu truy vấn / keep the query")
    parser.add_argument("--shared", action="store_true", help="cho cả cơ quan / for everybody")
    parser.add_argument("--use", default="", metavar="NAME", help="dùng truy vấn đã lưu")
    parser.add_argument("--drop", default="", metavar="NAME", help="bỏ truy vấn đã lưu")
    parser.add_argument("--saved", action="store_true", help="các truy vấn đã lưu / kept queries")
    parser.add_argument(
        "--reindex", action="store_true", help="lập lại chỉ mục / build the index anew"
    )
    parser.add_argument("--files", action="store_true", help="với --reindex: đọc lại tệp")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Search, or do what else was asked for."""
    world = World.load(arguments.data)
    with cabinets(world.homes) as opened:
        every = list(opened.values())
        if arguments.reindex:
            return _reindex(every, arguments)
        if arguments.who:
            return _kept(every, arguments)
        kept = Kept("", _query(arguments), _columns(arguments), Sort(arguments.sort or "newest"))
        return _found(every, arguments, kept)


def _query(arguments: argparse.Namespace) -> str:
    pairs = (each.partition("=") for each in arguments.field)
    return composed(" ".join(arguments.query), ((name, said) for name, _, said in pairs))


def _columns(arguments: argparse.Namespace) -> tuple[str, ...]:
    wanted = tuple(each.strip() for each in arguments.columns.split(",") if each.strip())
    return tuple(each for each in wanted if each in COLUMNS) or USUAL


@dataclass(slots=True)
class _Answer:
    """What the installations answered together."""

    results: list[Results]
    rows: list[DocumentRow]
    names: dict[str, str] = field(default_factory=dict)
    """Of the units and agencies that facets count, by id and code."""


def _asked(every: Sequence[Cabinet], arguments: argparse.Namespace, kept: Kept) -> _Answer:
    answer = _Answer([], [])
    filters = Filters(today=local_day(datetime.now(UTC)))
    most = arguments.limit if not arguments.export else LOOKED_AT
    for cabinet in every:
        _follow(cabinet)
        with cabinet.database.reading() as session:
            served = [agency.organ_id for agency in directory.served(session)]
            organs = [each for each in served if arguments.agency in {"", each}]
            page, wanted = arguments.page, most
            while wanted > 0 and organs:
                results = search(
                    session,
                    organs,
                    kept.query,
                    filters,
                    facets=list(Facet) if arguments.facets and page == arguments.page else (),
                    sort=kept.sort,
                    page=page,
                    size=min(wanted, _AT_ONCE),
                )
                answer.rows += results.documents
                wanted -= len(results.documents)
                if page == arguments.page:
                    answer.results.append(results)
                    answer.names |= names_of(session, results)
                page = results.next
                if not page or not arguments.export:
                    break
    return answer


def _follow(cabinet: Cabinet) -> None:
    """Let the index follow what was done a moment ago; what is down for it, is for others."""
    with suppress(Unavailable):
        for _ in range(_FOLLOWED):
            with cabinet.database.reading() as session:
                if not search_index.behind(session):
                    return
            with cabinet.database.writing() as session:
                search_index.catch_up(session)


def _found(every: Sequence[Cabinet], arguments: argparse.Namespace, kept: Kept) -> int:
    answer = _asked(every, arguments, kept)
    total = sum(each.total for each in answer.results)
    more = any(each.at_least for each in answer.results)
    if arguments.export:
        export(arguments.export, kept, answer.rows, datetime.now(UTC))
        console.print(f"Đã xuất {len(answer.rows)} văn bản / written: {arguments.export}")
        return 0
    if arguments.json:
        print_json(_as_dict(answer, kept, total, more=more))
        return 0
    print_table(
        f"Tìm thấy {'≥ ' if more else ''}{total} văn bản / found",
        [COLUMNS[each] for each in kept.columns],
        [[shown(row, each) for each in kept.columns] for row in answer.rows],
    )
    for results in answer.results:
        for facet, counts in results.facets.items():
            line = " · ".join(f"{in_words(facet, c.value, answer.names)} {c.count}" for c in counts)
            if line:
                console.print(f"{FACETS[facet]}{' (≥)' if results.at_least else ''}: {line}")
        if results.shortened:
            console.print("! câu hỏi quá dài, chỉ dùng phần đầu / the query was cut")
        if results.next:
            console.print(f"Trang sau / next: --page {results.next}")
    return 0


def _as_dict(answer: _Answer, kept: Kept, total: int, *, more: bool) -> dict[str, Any]:
    return {
        "query": kept.query,
        "total": total,
        "at_least": more,
        "next": [each.next for each in answer.results],
        "documents": [
            {each: shown(row, each) for each in ("id", "organ_id", *kept.columns)}
            for row in answer.rows
        ],
        "facets": [
            {
                facet.value: {count.value: count.count for count in counts}
                for facet, counts in each.facets.items()
            }
            for each in answer.results
        ],
    }


def _kept(every: Sequence[Cabinet], arguments: argparse.Namespace) -> int:
    """Keep, use, drop or show somebody's queries; the first installation that knows them."""
    cabinet, organ_id = _desk(every, arguments.agency, arguments.who)
    who = arguments.who
    if arguments.use:
        with cabinet.database.reading() as session:
            kept = saved_queries.named(session, organ_id, who, arguments.use)
        return _found(every, arguments, kept)
    if arguments.save or arguments.drop:
        with cabinet.database.writing() as session:
            if arguments.drop:
                saved_queries.drop(session, organ_id, who, arguments.drop)
            else:
                sort = Sort(arguments.sort or "newest")
                columns = _columns(arguments)
                kept = Kept(arguments.save, _query(arguments), columns, sort, arguments.shared)
                saved_queries.keep(session, organ_id, who, kept, datetime.now(UTC))
    with cabinet.database.reading() as session:
        rows = saved_queries.kept_by(session, organ_id, who)
    facts = [{"name": row.name, "query": row.query, **row.options} for row in rows]
    if arguments.json:
        print_json(facts)
        return 0
    print_table(
        "Truy vấn đã lưu / kept queries",
        ("Tên", "Truy vấn", "Cột", "Thứ tự"),
        [(f["name"], f["query"], ", ".join(f["columns"]), f["sort"]) for f in facts],
    )
    return 0


def _desk(every: Sequence[Cabinet], agency: str, who: str) -> tuple[Cabinet, str]:
    """Return where *who* is at home.

    Raises:
        PersonUnknown: nowhere.
    """
    for cabinet in every:
        with cabinet.database.reading() as session:
            for each in directory.served(session):
                if agency in {"", each.organ_id}:
                    with suppress(directory.PersonUnknown):
                        directory.person_row(session, each.organ_id, who)
                        return cabinet, each.organ_id
    raise directory.PersonUnknown(who, agency)


def _reindex(every: Sequence[Cabinet], arguments: argparse.Namespace) -> int:
    followed = 0
    for cabinet in every:
        with cabinet.database.writing() as session:
            search_index.forget(session, files_too=arguments.files)
        some = 1
        while some:
            with cabinet.database.writing() as session:
                some = search_index.catch_up(session)
            followed += some
    if arguments.json:
        print_json({"followed": followed})
    else:
        console.print(f"Đã lập lại chỉ mục: {followed} bước / the index was built anew")
    return 0
