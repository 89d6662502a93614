"""`congvan task`: the lists of handling, and every step on a task.

Legal source: Decree 30/2020/ND-CP, Art. 23, 24; law.md §7.2; ux.md §1.2.
"""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import assignments, directing, directory, extensions, remarks, task_lists, tasks
from documents.assignee import Share
from documents.numbering import local_day
from documents.remarks import QuestionUnknown
from documents.tables import DocumentRow, PersonRow, RemarkRow, TaskRow
from documents.task import TaskPart
from documents.task_lists import TaskList
from documents.tasks import TaskUnknown
from workflows.cabinet import Cabinet, cabinets
from workflows.calendar_days import read_day
from workflows.commands.console import (
    add_data,
    add_json,
    console,
    local,
    one_line,
    print_json,
)
from workflows.commands.direct import read_share
from workflows.task_facts import facts_of, line_of, row_facts
from workflows.world import World

Step = Callable[[Session, argparse.Namespace, datetime], None]

USAGE = """\
congvan task list mine|to_read|unit|given|overdue|waiting|extensions|opinions|returned --by WHO
       congvan task count --by WHO
       congvan task show TASK
       congvan task accept|start|read TASK --by WHO
       congvan task report|done|return|withdraw|reopen|pass TASK WORDS --by WHO [--to …]
       congvan task extend TASK WORDS --by WHO --due DAY
       congvan task grant|deny TASK [WORDS] --by WHO [--due DAY]
       congvan task subtask TASK WORDS --by WHO --to UNIT|PERSON[=DAY]
       congvan task give SOURCE WORDS --by WHO --to UNIT|PERSON[=DAY] --agency ORGANID
       congvan task ask TASK|DOCUMENT WORDS --by WHO --to PERSON
       congvan task opinion QUESTION|TASK|DOCUMENT WORDS --by WHO"""


_LISTS = {
    TaskList.MINE: "Chờ xử lý",
    TaskList.TO_READ: "Nhận để biết, chưa đọc",
    TaskList.UNIT: "Của đơn vị",
    TaskList.GIVEN: "Đã giao, chưa xong",
    TaskList.OVERDUE: "Quá hạn đang xử lý",
    TaskList.WAITING: "Chờ chỉ đạo, bút phê",
    TaskList.EXTENSIONS: "Xin gia hạn, chờ duyệt",
    TaskList.OPINIONS: "Chờ cho ý kiến",
    TaskList.RETURNED: "Bị trả lại, chờ văn thư",
}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("task", usage=USAGE, help="nhiệm vụ / tasks")
    parser.add_argument("action", choices=["list", "count", "show", *_STEPS, "give"])
    parser.add_argument("target", nargs="?", default="", help="mã nhiệm vụ / its id; the list")
    parser.add_argument("words", nargs="?", default="", help="nội dung, lý do / the words")
    parser.add_argument("--by", default="", help="mã hoặc họ tên / id or full name")
    parser.add_argument("--to", default="", metavar="UNIT|PERSON", help="giao ai / to whom")
    parser.add_argument("--due", default="", metavar="DAY", help="thời hạn, 31/12/2026")
    parser.add_argument("--override", default="", metavar="REASON", help="kết thúc sớm / why")
    parser.add_argument("--agency", default="", metavar="ORGANID", help="cơ quan / whose")
    parser.add_argument("--after", default="", metavar="CURSOR", help="trang sau / the next page")
    parser.add_argument("--limit", type=int, default=50)
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """List, show, or take a step."""
    if arguments.action != "show" and not arguments.by:
        arguments.parser.error("--by")
    at = datetime.now(UTC)
    with cabinets(World.load(arguments.data).homes) as opened:
        if arguments.action in {"list", "count"}:
            return _list(opened, arguments, at)
        if arguments.action == "give":
            return _give(opened, arguments, at)
        cabinet = _holding(opened, arguments.target)
        if arguments.action != "show":
            with cabinet.database.writing() as session:
                _STEPS[arguments.action](session, arguments, at)
        return _show(cabinet, arguments, at)


def _list(opened: dict[str, Cabinet], arguments: argparse.Namespace, at: datetime) -> int:
    cabinet, person = _person(opened, arguments, at)
    with cabinet.database.reading() as session:
        if arguments.action == "count":
            return _counted(task_lists.counters(session, person, at), as_json=arguments.json)
        try:
            which = TaskList(arguments.target or TaskList.MINE)
        except ValueError:
            arguments.parser.error(arguments.target)
        found = task_lists.page(
            session, which, person, at, after=arguments.after, limit=arguments.limit
        )
        rows = [row_facts(session, row, at) for row in found.rows]
    if arguments.json:
        print_json({"list": which.value, "rows": rows, "next": found.next})
        return 0
    for row in rows:
        shown = line_of(row) if "standing" in row else _line(row)
        console.print(shown, soft_wrap=True)
    if found.next:
        console.print(f"… --after {found.next}", soft_wrap=True)
    return 0


def _counted(counters: dict[str, int], *, as_json: bool) -> int:
    if as_json:
        print_json(counters)
        return 0
    for name, count in counters.items():
        console.print(f"{count:5}  {_LISTS[TaskList(name)]} ({name})")
    return 0


def _line(row: dict[str, Any]) -> str:
    shown = (local(each) if isinstance(each, datetime) else str(each) for each in row.values())
    return one_line(" · ".join(each for each in shown if each not in {"", "None"}))


def _give(opened: dict[str, Cabinet], arguments: argparse.Namespace, at: datetime) -> int:
    cabinet, person = _person(opened, arguments, at)
    with cabinet.database.writing() as session:
        done = assignments.concluded(
            session,
            person.organ_id,
            _share(arguments),
            arguments.words,
            arguments.target,
            person.id,
            at,
        )
    arguments.target = done.tasks[0]
    return _show(cabinet, arguments, at)


def _person(
    opened: dict[str, Cabinet], arguments: argparse.Namespace, at: datetime
) -> tuple[Cabinet, PersonRow]:
    """Return who asks, and the installation they work in."""
    for cabinet in opened.values():
        with cabinet.database.reading() as session:
            for agency in directory.served(session):
                if arguments.agency not in {"", agency.organ_id}:
                    continue
                try:
                    day = local_day(at)
                    return cabinet, directory.holder(session, agency.organ_id, arguments.by, day)[0]
                except directory.PersonUnknown:
                    continue
    raise directory.PersonUnknown(arguments.by, arguments.agency)


def _holding(opened: dict[str, Cabinet], target: str) -> Cabinet:
    """Return the installation that has the task, question or document with this id."""
    for cabinet in opened.values():
        with cabinet.database.reading() as session:
            for table in (TaskRow, RemarkRow, DocumentRow):
                if session.get(table, target) is not None:
                    return cabinet
    raise TaskUnknown(target)


def _show(cabinet: Cabinet, arguments: argparse.Namespace, at: datetime) -> int:
    with cabinet.database.reading() as session:
        task = session.get(TaskRow, arguments.target)
        if task is None:
            facts: dict[str, Any] = {"about": arguments.target}
        else:
            said = [str(header) for header in remarks.trace(session, task_id=task.id)]
            facts = {**facts_of(session, task, at), "trace": said}
    if arguments.json:
        print_json(facts)
    elif task is None:
        console.print("đã ghi / recorded")
    else:
        console.print(line_of(facts), soft_wrap=True)
        for line in facts["trace"]:
            console.print(f"  {one_line(line)}", soft_wrap=True)
    return 0


def _share(arguments: argparse.Namespace) -> Share:
    share = read_share(arguments.to, TaskPart.LEAD)
    return Share(share.to, share.part, share.due or _due(arguments))


def _due(arguments: argparse.Namespace) -> date | None:
    return read_day(arguments.due) if arguments.due else None


def _return(session: Session, given: argparse.Namespace, at: datetime) -> None:
    task = tasks.known(session, given.target)
    if task.document_id is not None and tasks.leads(task):
        directing.returned(session, task.document_id, given.by, at, given.words)
    else:
        tasks.given_back(session, task.id, given.words, given.by, at)


def _extend(session: Session, given: argparse.Namespace, at: datetime) -> None:
    wished = read_day(given.due)
    extensions.ask(session, given.target, wished, given.words, given.by, at)


def _answer(session: Session, given: argparse.Namespace, at: datetime) -> None:
    extensions.answer(
        session,
        given.target,
        given.by,
        at,
        grant=given.action == "grant",
        until=_due(given),
        words=given.words,
    )


def _ask(session: Session, given: argparse.Namespace, at: datetime) -> None:
    remarks.ask(session, _about(session, given.target), given.to, given.words, given.by, at)


def _opinion(session: Session, given: argparse.Namespace, at: datetime) -> None:
    if session.get(RemarkRow, given.target) is not None:
        remarks.give(session, given.target, given.words, given.by, at)
    else:
        remarks.volunteer(session, _about(session, given.target), given.words, given.by, at)


def _about(session: Session, target: str) -> DocumentRow | TaskRow:
    if (task := session.get(TaskRow, target)) is not None:
        return task
    if (row := session.get(DocumentRow, target)) is not None:
        return row
    raise QuestionUnknown(target)


def _subtask(session: Session, given: argparse.Namespace, at: datetime) -> None:
    done = assignments.subtask(session, given.target, _share(given), given.words, given.by, at)
    given.target = done.tasks[0]


_STEPS: dict[str, Step] = {
    "accept": lambda s, g, at: tasks.accepted(s, g.target, g.by, at),
    "start": lambda s, g, at: tasks.started(s, g.target, g.by, at),
    "read": lambda s, g, at: tasks.read(s, g.target, g.by, at),
    "report": lambda s, g, at: tasks.reported(s, g.target, g.words, g.by, at),
    "done": lambda s, g, at: tasks.completed(s, g.target, g.words, g.by, at, override=g.override),
    "return": _return,
    "withdraw": lambda s, g, at: tasks.withdrawn(s, g.target, g.words, g.by, at),
    "reopen": lambda s, g, at: tasks.reopened(s, g.target, g.words, g.by, at),
    "pass": lambda s, g, at: assignments.passed_on(s, g.target, g.to, g.words, g.by, at),
    "extend": _extend,
    "grant": _answer,
    "deny": _answer,
    "subtask": _subtask,
    "ask": _ask,
    "opinion": _opinion,
}
