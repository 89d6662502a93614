"""`congvan dossier due|keep|submit|handover|terms|retention`: what must be done with dossiers."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from documents import (
    directory,
    dossier_forms,
    dossier_handover,
    dossier_submission,
    dossiers,
    posts,
    retention_tables,
)
from documents.dossier import NOTICE_DAYS
from documents.dossiers import KEEPERS
from documents.numbering import local_day
from documents.retention import Retention, RetentionUnknown, Schedule, national
from workflows import dossier_whereabouts, whereabouts
from workflows.cabinet import cabinets
from workflows.calendar_days import read_day
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.commands.dossier_ground import writing_of
from workflows.handover import handed_in
from workflows.world import World

_TABLE = 1 << 20
"""Bytes of an agency's own table of periods."""


def add_actions(actions: Any) -> None:
    """Add the actions on what is due."""
    due = _action(actions, "due", _due, "sắp đến hạn nộp lưu / due for submission", by=False)
    due.add_argument("--days", type=int, default=NOTICE_DAYS)
    keep = _action(actions, "keep", _keep, "người đứng đầu cho giữ lại / keep back")
    keep.add_argument("dossier")
    keep.add_argument("--until", required=True, metavar="NGÀY")
    keep.add_argument("--reason", default="")
    submit = _action(actions, "submit", _submit, "nộp lưu vào lưu trữ cơ quan / submit")
    submit.add_argument("dossier", nargs="+")
    submit.add_argument("--taker", default="Lưu trữ cơ quan")
    submit.add_argument("-o", "--output", type=Path, help="mục lục nộp lưu: .pdf .xlsx")
    submit.add_argument("--minutes", type=Path, help="biên bản giao nhận: .pdf .xlsx")
    give = _action(actions, "handover", _handover, "bàn giao mọi hồ sơ / hand over all dossiers")
    give.add_argument("--from", dest="giver", required=True, metavar="WHO")
    give.add_argument("--to", dest="taker", required=True, metavar="WHO")
    give.add_argument("--reason", default="")
    give.add_argument("--minutes", type=Path, help="biên bản giao nhận: .pdf .xlsx")
    terms = _action(actions, "terms", _terms, "thời hạn nộp lưu, tháng / terms in months")
    terms.add_argument("--months", type=int, default=dossier_submission.MONTHS)
    construction = dossier_submission.MONTHS_CONSTRUCTION
    terms.add_argument("--construction", type=int, default=construction)
    terms.add_argument("--basis", required=True)
    kept = _action(actions, "retention", _retention, "bảng thời hạn bảo quản / periods", by=False)
    kept.add_argument("--by", default="", help="lãnh đạo / a leader, with --import")
    kept.add_argument("--import", dest="file", type=Path, metavar="BẢNG.toml")


def _action(
    actions: Any, name: str, run: Any, text: str, *, by: bool = True
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    if by:
        parser.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)
    return parser


def _due(arguments: argparse.Namespace) -> int:
    """List what is due for submission."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.reading() as session:
            today, days = local_day(datetime.now(UTC)), min(max(0, arguments.days), 36_500)
            found = dossier_submission.due(session, arguments.agency, today, within=days)
    facts = [
        {
            "dossier": each.dossier.id,
            "code": str(dossiers.code_of(each.dossier)),
            "title": each.dossier.title,
            "on": each.on,
            "overdue": each.overdue,
        }
        for each in found
    ]
    if arguments.json:
        print_json(facts)
        return 0
    rows = [
        (
            fact["code"],
            fact["title"],
            f"{fact['on']:%d/%m/%Y}",
            "quá hạn" if fact["overdue"] else "",
        )
        for fact in facts
    ]
    print_table("Đến hạn nộp lưu / due", ("Mã hồ sơ", "Tiêu đề", "Hạn", ""), rows)
    return 0


def _keep(arguments: argparse.Namespace) -> int:
    """Let the head keep a dossier back."""
    until = read_day(arguments.until)
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        with cabinet.database.writing() as session:
            at, reason = datetime.now(UTC), arguments.reason
            row = dossier_submission.keep_back(session, row.id, until, arguments.by, at, reason)
    if arguments.json:
        print_json({"dossier": row.id, "kept_until": row.kept_until})
    else:
        console.print(f"{dossiers.code_of(row)}: giữ lại đến / kept until {until:%d/%m/%Y}")
    return 0


def _submit(arguments: argparse.Namespace) -> int:
    """Submit closed dossiers to the agency's archive."""
    from workflows.commands.dossier import write_form

    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        here = {"": cabinet}
        ids = [dossier_whereabouts.found(here, wanted)[1].id for wanted in arguments.dossier]
        with cabinet.database.writing() as session:
            at = datetime.now(UTC)
            rows = dossier_submission.submit(session, ids, arguments.by, at)
            giver = posts.acting(session, arguments.agency, arguments.by, KEEPERS, at)
            minutes = dossier_forms.minutes(
                *(session, arguments.agency, rows, giver.person.full_name, arguments.taker)
            )
    if arguments.output:
        write_form(minutes.inventory, arguments.output)
    if arguments.minutes:
        write_form(minutes.form(), arguments.minutes)
    if arguments.json:
        print_json([{"dossier": row.id, "state": row.state} for row in rows])
    else:
        console.print(f"{len(rows)} hồ sơ đã nộp lưu / submitted")
    return 0


def _handover(arguments: argparse.Namespace) -> int:
    """Hand over every dossier of one person to another."""
    from workflows.commands.dossier import write_form

    with writing_of(arguments) as session:
        done = dossier_handover.hand_over(
            session,
            arguments.agency,
            arguments.giver,
            arguments.taker,
            arguments.by,
            datetime.now(UTC),
            arguments.reason,
        )
        items = dict(dossier_handover.handovers(session, arguments.agency))[done.row]
        minutes = dossier_forms.of_handover(session, done.row, items)
    if arguments.minutes:
        write_form(minutes.form(), arguments.minutes)
    if arguments.json:
        codes = [str(dossiers.code_of(row)) for row in done.dossiers]
        print_json({"handover": done.row.id, "dossiers": codes, "entries": done.entries})
    else:
        console.print(
            f"Đã bàn giao {len(done.dossiers)} hồ sơ, {done.entries} mục trong danh mục"
            f" / handed over: {minutes.giver} → {minutes.taker}",
            soft_wrap=True,
        )
    return 0


def _terms(arguments: argparse.Namespace) -> int:
    """Set when the agency's dossiers are due."""
    with writing_of(arguments) as session:
        dossier_submission.set_terms(
            session,
            arguments.agency,
            arguments.months,
            arguments.construction,
            arguments.by,
            datetime.now(UTC),
            arguments.basis,
        )
    said = {"months": arguments.months, "construction": arguments.construction}
    if arguments.json:
        print_json(said)
    else:
        console.print(
            f"{arguments.agency}: {said['months']}, {said['construction']} tháng / months"
        )
    return 0


def _retention(arguments: argparse.Namespace) -> int:
    """Show the periods of retention, or enter an agency's own table."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        if arguments.file:
            try:
                schedule = Schedule.parse(handed_in(arguments.file, _TABLE).decode())
            except UnicodeDecodeError as error:
                raise RetentionUnknown(arguments.file.name) from error
            with cabinet.database.writing() as session:
                at = datetime.now(UTC)
                new = retention_tables.add(session, arguments.agency, schedule, arguments.by, at)
            if arguments.json:
                print_json({"lines": new})
            else:
                console.print(f"{arguments.agency}: {new} dòng mới / new lines")
            return 0
        with cabinet.database.reading() as session:
            name = directory.served_agency(session, arguments.agency).name
            own = retention_tables.own(session, arguments.agency)
    rows = [
        (group.name, str(group.shortest), f"{table.valid_from:%d/%m/%Y}", group.source)
        for table in national()
        for group in table.groups
    ] + [
        (row.name, str(Retention(row.years)), f"{row.since:%d/%m/%Y}", row.source)
        for row in own
        if row.until is None
    ]
    if arguments.json:
        names = ("group", "shortest", "since", "source")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        columns = ("Nhóm hồ sơ, tài liệu", "Ít nhất", "Từ ngày", "Nguồn")
        print_table(f"Thời hạn bảo quản / retention: {name}", columns, rows)
    return 0
