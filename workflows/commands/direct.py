"""`congvan direct`: submit an arrival, direct it (bút phê), forward it, return it to the clerk.

Legal source: Decree 30/2020/ND-CP, Art. 23.
"""

import argparse
from datetime import UTC, datetime
from typing import Any

from documents import casefile, directing
from documents.assignee import Share
from documents.directing import Instruction
from documents.lifecycle import Direction
from documents.task import TaskPart
from workflows import whereabouts
from workflows.cabinet import cabinets
from workflows.calendar_days import read_day
from workflows.commands.console import add_data, add_json, console, one_line, print_json
from workflows.plain_words import DOCUMENT, named
from workflows.world import World

USAGE = """\
congvan direct DOCUMENT --by WHO --opinion … --lead UNIT|PERSON[=DAY]
           [--cooperate …] [--inform …] [--due DAY]
       congvan direct DOCUMENT --by WHO --submit-to PERSON [--opinion …] [--lead …] [--due DAY]
       congvan direct DOCUMENT --by WHO --return REASON"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "direct", usage=USAGE, help="trình, bút phê, chuyển xử lý / submit, direct, return"
    )
    parser.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    parser.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    parser.add_argument("--opinion", default="", help="ý kiến chỉ đạo, đề xuất / the opinion")
    parser.add_argument("--lead", default="", metavar="UNIT|PERSON", help="chủ trì")
    for name, told in (("cooperate", "phối hợp"), ("inform", "nhận để biết")):
        parser.add_argument(
            f"--{name}", action="append", nargs="+", default=[], metavar="UNIT|PERSON", help=told
        )
    parser.add_argument("--due", default="", metavar="DAY", help="thời hạn, 31/12/2026")
    parser.add_argument("--submit-to", default="", metavar="PERSON", help="trình ai / before whom")
    parser.add_argument("--return", dest="back", default="", metavar="REASON", help="trả lại")
    parser.add_argument("--agency", default="", metavar="ORGANID", help="cơ quan / whose document")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Submit, direct or return."""
    at = datetime.now(UTC)
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = whereabouts.found(
            opened, arguments.document, arguments.agency, Direction.INCOMING
        )
        told: dict[str, Any] = {"document": row.id}
        with cabinet.database.writing() as session:
            due = read_day(arguments.due) if arguments.due else None
            if arguments.back:
                directing.returned(session, row.id, arguments.by, at, arguments.back)
            elif arguments.submit_to:
                lead = read_share(arguments.lead, TaskPart.LEAD)
                directing.submit(
                    session,
                    row.id,
                    arguments.submit_to,
                    arguments.by,
                    at,
                    words=arguments.opinion,
                    lead=lead.to,
                    due=due or lead.due,
                )
            else:
                opinion = arguments.opinion or directing.FORWARDED
                wanted = Instruction(opinion, _shares(arguments), due)
                done = directing.direct(session, row.id, wanted, arguments.by, at)
                told |= {"tasks": list(done.tasks), "warnings": list(done.warnings)}
            told["state"] = casefile.locked(session, row.id).state
    if arguments.json:
        print_json(told)
        return 0
    console.print(one_line(f"{arguments.document}: {named(DOCUMENT, told['state'])}"))
    for warning in told.get("warnings", ()):
        console.print(f"  ! {one_line(warning)}", soft_wrap=True)
    return 0


def _shares(arguments: argparse.Namespace) -> tuple[Share, ...]:
    named_parts = (
        (TaskPart.LEAD, [[arguments.lead]] if arguments.lead else []),
        (TaskPart.COOPERATE, arguments.cooperate),
        (TaskPart.INFORM, arguments.inform),
    )
    return tuple(
        read_share(text, part) for part, groups in named_parts for group in groups for text in group
    )


def read_share(text: str, part: TaskPart) -> Share:
    """Return the share that `UNIT=31/12/2026` or `PERSON` says.

    Raises:
        DayInvalid: what follows the last `=` is no day.
    """
    to, equals, day = text.rpartition("=")
    return Share(to, part, read_day(day)) if equals else Share(text, part)
