"""`congvan notices`: what the system told a person; marked as read.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.1i, III.1l.
"""

import argparse
from datetime import UTC, datetime
from typing import Any

from documents import directory, notices
from documents.obligation import DUTIES, Duty
from documents.reminder import STAGE_NAMES
from documents.tables import NoticeRow
from documents.time_limit import shown_end
from workflows.commands.console import add_data, add_json, console, local, print_json, print_table
from workflows.commands.desk import cabinet_of

COLUMNS = ("Mã / id", "Lúc", "Việc", "", "Văn bản, hồ sơ", "Trích yếu", "Hạn", "Thay")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("notices", help="thông báo, nhắc việc / what one was told")
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    parser.add_argument("--of", required=True, metavar="WHO", help="của ai / whose")
    parser.add_argument(
        "--read", action="append", default=[], metavar="ID", help="đã đọc; all: tất cả / mark read"
    )
    parser.add_argument("--all", action="store_true", help="cả đã đọc / read ones too")
    parser.add_argument("--limit", type=int, default=50)
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List notices, or mark them as read."""
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet:
        if arguments.read:
            ids = [] if "all" in arguments.read else arguments.read
            with cabinet.database.writing() as session:
                organ = directory.served_agency(session, arguments.agency).organ_id
                marked = notices.read(session, organ, arguments.of, ids, at)
            return _marked(marked, as_json=arguments.json)
        with cabinet.database.reading() as session:
            person = directory.person_row(session, arguments.agency, arguments.of, at)
            found = notices.of_person(
                session, person, unread=not arguments.all, limit=arguments.limit
            )
            unread = notices.unread(session, person.id)
    facts = [_facts(row, subject) for row, subject in found]
    if arguments.json:
        print_json({"unread": unread, "rows": facts})
        return 0
    rows = [
        (
            each["id"],
            local(each["created_at"]),
            each["name"],
            STAGE_NAMES[each["stage"]],
            each["code"],
            each["title"],
            each["until_shown"],
            each["in_stead_of"],
        )
        for each in facts
    ]
    print_table(f"Thông báo của {person.full_name}: {unread} chưa đọc / unread", COLUMNS, rows)
    return 0


def _marked(marked: list[str], *, as_json: bool) -> int:
    if as_json:
        print_json({"read": marked})
    else:
        console.print(f"Đã đọc / read: {len(marked)}")
    return 0


def _facts(row: NoticeRow, subject: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "duty": row.duty,
        "name": DUTIES[Duty(row.duty)].name,
        "stage": row.stage,
        "day": row.day,
        "code": row.code,
        "title": subject[:120],
        "document": row.document_id,
        "subject": row.subject_id,
        "due_on": row.due_on,
        "until_shown": shown_end(row.due_on, row.due_at),
        "in_stead_of": row.in_stead_of,
        "created_at": row.created_at,
        "read_at": row.read_at,
    }
