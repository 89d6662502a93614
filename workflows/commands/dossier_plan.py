"""`congvan dossier plan`: draft, approve, send, amend, copy, import, export the plan of files."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from documents import dossier_forms, filing_plans
from documents.filing_plan import Arrangement, Entry, Numbering, PlanInvalid
from documents.numbering import local_day
from documents.retention import Retention
from documents.tables import PlanRow
from workflows import whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.world import World


def add_actions(parser: argparse.ArgumentParser) -> None:
    """Add the actions on the plan of files."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    bring = _action(actions, "import", _import, "lập từ tệp / draft from a file")
    bring.add_argument("file", type=Path, help=".xlsx, .csv, .json")
    _described(bring)
    _action(actions, "approve", _approve, "người đứng đầu duyệt / the head approves")
    _action(actions, "send", _send, "gửi các đơn vị / to all units")
    more = _action(actions, "amend", _amend, "bổ sung hồ sơ / add an entry")
    more.add_argument("--heading", required=True, metavar="I[.1]", help="thứ tự đề mục: 2 hoặc 2.1")
    more.add_argument("--title", required=True)
    more.add_argument("--retention", required=True, metavar="20 năm")
    more.add_argument("--compiler", required=True, metavar="WHO")
    more.add_argument("--note", default="")
    more.add_argument("--basis", required=True, help="căn cứ / why")
    again = _action(actions, "copy", _copy, "từ năm trước / from last year's")
    again.add_argument("--instead", action="append", default=[], metavar="ID=ID")
    _described(again)
    shown = _action(actions, "show", _show, "xem / show", by=False)
    shown.set_defaults(output=None)
    out = _action(actions, "export", _export, "xuất tệp / write a file", by=False)
    out.add_argument("-o", "--output", type=Path, required=True, help=".xlsx .csv .json .pdf")


def _action(
    actions: Any, name: str, run: Any, text: str, *, by: bool = True
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    parser.add_argument("--year", type=int, default=local_day(datetime.now(UTC)).year)
    if by:
        parser.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)
    return parser


def _described(parser: argparse.ArgumentParser) -> None:
    numberings = [str(numbering) for numbering in Numbering]
    parser.add_argument("--numbering", choices=numberings, default=str(Numbering.WHOLE))
    arrangements = [str(arrangement) for arrangement in Arrangement]
    parser.add_argument("--headings", choices=arrangements, default=str(Arrangement.ORGANISATION))


def _told(row: PlanRow, arguments: argparse.Namespace, said: str) -> int:
    if arguments.json:
        facts = {"plan": row.id, "agency": row.organ_id, "year": row.year}
        print_json({**facts, "approved_at": row.approved_at, "sent_at": row.sent_at})
    else:
        console.print(f"Danh mục hồ sơ năm {row.year}, {row.organ_id}: {said}")
    return 0


def _drafted(cabinet: Cabinet, arguments: argparse.Namespace, plan: Any) -> PlanRow:
    with cabinet.database.writing() as session:
        return filing_plans.draft(
            session,
            arguments.agency,
            arguments.year,
            plan,
            arguments.by,
            datetime.now(UTC),
            numbering=Numbering(arguments.numbering),
            arrangement=Arrangement(arguments.headings),
        )


def _import(arguments: argparse.Namespace) -> int:
    """Write the year's draft from a file."""
    from workflows.plan_files import read_plan

    plan = read_plan(arguments.file)
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        return _told(_drafted(cabinet, arguments, plan), arguments, "đã lập dự thảo / drafted")


def _copy(arguments: argparse.Namespace) -> int:
    """Write the year's draft from the plan of the year before."""
    pairs = [each.partition("=") for each in arguments.instead]
    instead = {before.strip(): after.strip() for before, _, after in pairs}
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.reading() as session:
            before = arguments.year - 1
            plan = filing_plans.carried_over(session, arguments.agency, before, instead)
        return _told(_drafted(cabinet, arguments, plan), arguments, "đã lập dự thảo / drafted")


def _approve(arguments: argparse.Namespace) -> int:
    """Let the head approve the plan."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.writing() as session:
            at = datetime.now(UTC)
            year, who = arguments.year, arguments.by
            row = filing_plans.approve(session, arguments.agency, year, who, at)
    return _told(row, arguments, "đã duyệt, có hiệu lực / in force")


def _send(arguments: argparse.Namespace) -> int:
    """Record that the plan went to all units."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.writing() as session:
            at = datetime.now(UTC)
            row = filing_plans.sent(session, arguments.agency, arguments.year, arguments.by, at)
    return _told(row, arguments, "đã gửi các đơn vị / sent to all units")


def _amend(arguments: argparse.Namespace) -> int:
    """Add an entry to the plan in force."""
    main, _, sub = arguments.heading.partition(".")
    if not (main.isdecimal() and (sub or "0").isdecimal()) or len(arguments.heading) > 9:
        raise PlanInvalid(arguments.heading[:20], "không có đề mục này / no such heading")
    retention = Retention.read(arguments.retention)
    entry = Entry(arguments.title, retention, arguments.compiler, arguments.note)
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.writing() as session:
            row = filing_plans.amend(
                session,
                arguments.agency,
                arguments.year,
                (int(main), int(sub or 0)),
                entry,
                arguments.by,
                datetime.now(UTC),
                arguments.basis,
            )
    if arguments.json:
        print_json({"entry": row.id, "notation": row.notation})
    else:
        console.print(f"{row.notation} {row.title}: đã bổ sung / added")
    return 0


def _plan(cabinet: Cabinet, arguments: argparse.Namespace) -> tuple[PlanRow, Any, Any]:
    with cabinet.database.reading() as session:
        row = filing_plans.of_year(session, arguments.agency, arguments.year)
        if row is None:
            raise filing_plans.PlanMissing(arguments.agency, arguments.year)
        return row, filing_plans.contents(session, row), dossier_forms.plan(session, row)


def _show(arguments: argparse.Namespace) -> int:
    """Show the plan as Appendix V prints it."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        row, _, form = _plan(cabinet, arguments)
    if arguments.json:
        names = ("notation", "title", "retention", "compiler", "note")
        lines = [dict(zip(names, line, strict=True)) for line in form.rows]
        print_json({"plan": row.id, "approved_at": row.approved_at, "lines": lines})
    else:
        title = f"{form.title}, {form.agency} ({form.subtitles[0]})"
        print_table(title, [name for name, _ in form.columns], form.rows)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    """Write the plan to a file."""
    from workflows import dossier_files, plan_files

    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        _, plan, form = _plan(cabinet, arguments)
    target: Path = arguments.output
    match target.suffix.lower():
        case ".xlsx":
            target.write_bytes(dossier_files.xlsx(form))
        case ".pdf":
            target.write_bytes(dossier_files.pdf(form, datetime.now(UTC)))
        case ".csv":
            target.write_text(plan_files.as_csv(plan), "utf-8", newline="")
        case ".json":
            target.write_text(plan_files.as_json(plan), "utf-8")
        case other:
            raise plan_files.PlanFileInvalid(target.name, other or "?")
    if arguments.json:
        print_json({"file": str(target), "lines": len(form.rows)})
    else:
        console.print(f"{target}: {len(form.rows)} dòng / lines")
    return 0
