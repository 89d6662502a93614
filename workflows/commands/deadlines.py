"""`congvan deadlines`: what is due, what is late, whose it is.

Legal source: law.md §9; Decree 30/2020/ND-CP, Art. 24.1.
"""

import argparse
from datetime import UTC, date, datetime
from typing import Any

from documents import directory, obligations, reminder_rules
from documents.calendar import vietnam
from documents.numbering import local_day
from documents.obligation import DUTIES, Duty, Owed
from documents.roster import Roster
from documents.staff import person_row
from documents.tables import PersonRow
from documents.units import of as unit_of
from workflows.cabinet import Cabinet
from workflows.calendar_days import read_day
from workflows.commands.console import add_data, add_json, console, print_json, print_table
from workflows.commands.desk import cabinet_of

COLUMNS = ("Hạn", "", "Việc", "Văn bản, hồ sơ", "Nội dung", "Của ai", "Mã / id")
_STANDING = {"late": "QUÁ HẠN", "today": "đến hạn", "ahead": "sắp đến hạn"}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("deadlines", help="việc đến hạn, quá hạn / what is due, late")
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    parser.add_argument("--on", default="", metavar="DAY", help="đến hết ngày / up to; hôm nay")
    parser.add_argument("--of", default="", metavar="WHO", help="của một người / one person's")
    parser.add_argument("--unit", default="", metavar="UNIT", help="của một đơn vị / one unit's")
    parser.add_argument("--duty", default="", choices=["", *map(str, Duty)], metavar="DUTY")
    parser.add_argument("--late", action="store_true", help="chỉ quá hạn / only late ones")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List what is owed."""
    at = datetime.now(UTC)
    day = read_day(arguments.on) if arguments.on else local_day(at)
    with cabinet_of(arguments) as cabinet:
        rows, gaps = _found(cabinet, arguments, day, at)
    if arguments.json:
        print_json({"day": day, "rows": rows, "gaps": gaps})
        return 0
    shown = [
        (
            row["until_shown"],
            _STANDING[row["standing"]],
            row["name"],
            row["code"],
            row["title"],
            ", ".join(row["owners"]),
            row["document"] or row["subject"],
        )
        for row in rows
    ]
    print_table(f"Việc đến hạn / due by {day:%d/%m/%Y}", COLUMNS, shown)
    late = sum(row["standing"] == "late" for row in rows)
    console.print(f"Quá hạn / late: {late}; đến hạn / due: {len(rows) - late}")
    for gap in gaps:
        console.print(f"! {gap['words']} (× {gap['count']})", soft_wrap=True)
    return 0


def _found(
    cabinet: Cabinet, arguments: argparse.Namespace, day: date, at: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    with cabinet.database.reading() as session:
        organ = directory.served_agency(session, arguments.agency).organ_id
        rules = reminder_rules.of_agency(session, organ)
        found = obligations.owed_by(session, organ, at, vietnam(), rules)
        roster = Roster.load(session, organ, at)
        person = person_row(session, organ, arguments.of, at).id if arguments.of else ""
        unit = unit_of(session, organ, arguments.unit).id if arguments.unit else ""
        names = {row.id: row.full_name for row in directory.people(session, [organ], at)}
        rows = []
        for owed in found.owed:
            if owed.until.on > day or (arguments.late and not owed.late(at)):
                continue
            if arguments.duty and owed.duty != arguments.duty:
                continue
            owners = roster.owners(owed)
            people = [each.person_id for each in owners]
            if person and person not in people:
                continue
            if unit and unit not in {owed.unit_id, *map(roster.unit_of, people)}:
                continue
            row = _row(owed, at)
            row["owner_ids"] = people
            row["owners"] = [names.get(each) or _name(session, each) for each in people]
            rows.append(row)
    gaps = [
        {"code": gap.code, "subject": gap.subject, "words": gap.words, "count": gap.count}
        for gap in found.gaps.values()
    ]
    return rows, gaps


def _name(session: Any, person_id: str) -> str:
    row = session.get(PersonRow, person_id)
    return row.full_name if row is not None else person_id


def _row(owed: Owed, at: datetime) -> dict[str, Any]:
    today = local_day(at)
    standing = "late" if owed.late(at) else "today" if owed.until.on == today else "ahead"
    return {
        "duty": owed.duty.value,
        "name": DUTIES[owed.duty].name,
        "article": DUTIES[owed.duty].article,
        "subject": owed.subject_id,
        "document": owed.document_id,
        "code": owed.code,
        "title": owed.title[:120],
        "since": owed.since,
        "due_on": owed.until.on,
        "until": owed.until.at.astimezone(UTC),
        "until_shown": owed.until.shown,
        "standing": standing,
        "at_once": owed.at_once,
        "unit": owed.unit_id,
    }
