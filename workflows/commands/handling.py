"""`congvan handling`: an arrival's way through the agency: what was said, who does what.

Legal source: Decree 30/2020/ND-CP, Art. 23, 24; Appendix VI, Part II, incoming row 17.
"""

import argparse
from datetime import UTC, datetime
from typing import Any

from documents import casefile, handling, relations, remarks, tasks
from documents.assignee import HANDLERS
from documents.ledger import Actor
from documents.lifecycle import Direction
from documents.posts import acting
from documents.relation import RelationKind
from documents.tables import DocumentRow
from workflows import whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.console import add_data, add_json, console, one_line, print_json
from workflows.plain_words import DOCUMENT, named
from workflows.task_facts import facts_of, line_of
from workflows.world import World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "handling", help="luồng xử lý văn bản đến / how an arrival is handled"
    )
    parser.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    parser.add_argument("--agency", default="", metavar="ORGANID", help="cơ quan / whose document")
    parser.add_argument(
        "--answered-by", default="", metavar="DOCUMENT", help="văn bản trả lời / link the answer"
    )
    parser.add_argument("--by", default="", help="mã hoặc họ tên / who links it")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the document's way, after its answer was linked if that was asked."""
    at = datetime.now(UTC)
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = whereabouts.found(
            opened, arguments.document, arguments.agency, Direction.INCOMING
        )
        if arguments.answered_by:
            if not arguments.by:
                arguments.parser.error("--by")
            _link(cabinet, row.id, row.organ_id, arguments, at)
        facts = _facts(cabinet, row.id, at)
    if arguments.json:
        print_json(facts)
        return 0
    title = f"{arguments.document}: {named(DOCUMENT, facts['state'])}"
    console.print(one_line(title), soft_wrap=True)
    for line in facts["trace"]:
        console.print(f"  {one_line(line)}", soft_wrap=True)
    _print_under(facts["tasks"], None, 1)
    for each in facts["answer_lines"]:
        console.print(f"  ← {one_line(each)}", soft_wrap=True)
    return 0


def _link(
    cabinet: Cabinet, incoming_id: str, organ_id: str, arguments: argparse.Namespace, at: datetime
) -> None:
    _, answer = whereabouts.found(
        {"": cabinet}, arguments.answered_by, organ_id, Direction.OUTGOING
    )
    with cabinet.database.writing() as session:
        who = acting(session, organ_id, arguments.by, HANDLERS, at, "liên kết trả lời / link")
        row = casefile.locked(session, answer.id)
        handling.link(session, row, [incoming_id], Actor(who.person.id, who.role), at)


def _facts(cabinet: Cabinet, document_id: str, at: datetime) -> dict[str, Any]:
    with cabinet.database.reading() as session:
        row = casefile.known(session, document_id)
        given = [facts_of(session, task, at) for task in tasks.of_document(session, row.id)]
        answers = [
            casefile.known(session, each.document_id)
            for each in relations.of(session, [row.id])
            if each.kind == RelationKind.ANSWERS
        ]
        return {
            "document": row.id,
            "agency": row.organ_id,
            "state": row.state,
            "due": row.due_date,
            "trace": [str(header) for header in remarks.trace(session, row.id)],
            "tasks": given,
            "answers": [each.id for each in answers],
            "answer_lines": [_answer(each) for each in answers],
        }


def _answer(row: DocumentRow) -> str:
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.id
    return f"trả lời / answered by {code}: {named(DOCUMENT, row.state)}"


def _print_under(given: list[dict[str, Any]], parent: str | None, depth: int) -> None:
    for task in given:
        if task["parent"] == parent:
            console.print(f"{'  ' * depth}• {line_of(task)}", soft_wrap=True)
            _print_under(given, task["id"], depth + 1)
