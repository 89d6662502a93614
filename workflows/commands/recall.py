"""`congvan recall`: ask a document back, see who has it still, answer who asks us.

Legal source: Decree 30/2020/ND-CP, Art. 18.4; axis.md §6, §7.
"""

import argparse
from datetime import UTC, datetime
from typing import Any

from documents import casefile, change_decisions, change_letters, change_listing, changes
from documents.change import ChangeKind, NothingAsked
from documents.change_letters import Asks
from documents.lifecycle import Direction
from documents.tables import ChangeRow
from workflows import whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.change_table import facts_of, print_changes
from workflows.commands.console import add_data, add_json, console, one_line, print_json
from workflows.plain_words import DOCUMENT, named
from workflows.world import World

USAGE = """\
congvan recall DOCUMENT --by CLERK --reason … [--to ORGANID …] [--letter DRAFT]
       congvan recall show [DOCUMENT]
       congvan recall answer DOCUMENT agree|refuse --by CLERK [--reason …]"""
_ANSWERS = {"agree": True, "refuse": False}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "recall", usage=USAGE, help="thu hồi, trả lời thu hồi / recall, and answer recalls"
    )
    parser.add_argument("words", nargs="+", metavar="DOCUMENT", help="show | answer | mã văn bản")
    parser.add_argument("--by", default="", help="văn thư: mã hoặc họ tên / the clerk")
    parser.add_argument("--reason", default="")
    parser.add_argument(
        "--to", dest="recipients", action="append", nargs="+", default=[], metavar="ORGANID"
    )
    parser.add_argument(
        "--letter", default="", metavar="DRAFT", help="dự thảo văn bản thu hồi / by this letter"
    )
    parser.add_argument("--agency", default="", metavar="ORGANID", help="cơ quan / whose document")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Recall, show or answer."""
    words: list[str] = arguments.words
    with cabinets(World.load(arguments.data).homes) as opened:
        match words:
            case ["show"]:
                return _list(opened, as_json=arguments.json)
            case ["show", wanted]:
                return _show(opened, wanted, arguments)
            case ["answer", wanted, ("agree" | "refuse") as said]:
                _needs_who(arguments)
                return _answer(opened, wanted, arguments, agree=_ANSWERS[said])
            case [wanted] if wanted != "answer":
                _needs_who(arguments)
                return _ask(opened, wanted, arguments)
        arguments.parser.error(" ".join(words))
        return 2


def _needs_who(arguments: argparse.Namespace) -> None:
    if not arguments.by:
        arguments.parser.error("--by")


def _ask(opened: dict[str, Cabinet], wanted: str, arguments: argparse.Namespace) -> int:
    way = Direction.OUTGOING
    cabinet, row = whereabouts.found(opened, wanted, arguments.agency, way)
    at = datetime.now(UTC)
    recipients = tuple(code for group in arguments.recipients for code in group)
    if arguments.letter:
        _, letter = whereabouts.found({"": cabinet}, arguments.letter, row.organ_id, way)
    with cabinet.database.writing() as session:
        if arguments.letter:
            asks = Asks(ChangeKind.RECALL, row.id, arguments.reason)
            change_letters.plan(session, casefile.locked(session, letter.id), asks, at)
        else:
            changes.ask(session, row.id, arguments.by, at, arguments.reason, recipients)
    return _show(opened, row.id, arguments)


def _answer(
    opened: dict[str, Cabinet], wanted: str, arguments: argparse.Namespace, *, agree: bool
) -> int:
    cabinet, about = _asked(opened, wanted, arguments.agency)
    with cabinet.database.writing() as session:
        answered = change_decisions.answer(
            session, about, arguments.by, datetime.now(UTC), agree=agree, reason=arguments.reason
        )
        facts = [facts_of(session, change) for change in answered]
    if arguments.json:
        print_json(facts)
    else:
        print_changes(facts)
    return 0


def _asked(opened: dict[str, Cabinet], wanted: str, organ_id: str) -> tuple[Cabinet, str]:
    """Return who has the question, and its id or its document's."""
    for cabinet in opened.values():
        with cabinet.database.reading() as session:
            if session.get(ChangeRow, wanted) is not None:
                return cabinet, wanted
    cabinet, row = whereabouts.found(opened, wanted, organ_id, Direction.INCOMING)
    return cabinet, row.id


def _show(opened: dict[str, Cabinet], wanted: str, arguments: argparse.Namespace) -> int:
    """Show the questions about every document that bears the code, each side's own."""
    told: list[dict[str, Any]] = []
    for cabinet, row in whereabouts.all_found(opened, wanted, arguments.agency):
        with cabinet.database.reading() as session:
            found = [facts_of(session, each) for each in change_listing.about(session, row.id)]
            sent = row.direction == Direction.OUTGOING
            left = change_listing.residual(session, row) if sent else []
        if found:
            code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.id
            told.append(
                {
                    "document": row.id,
                    "agency": row.organ_id,
                    "code": code,
                    "state": row.state,
                    "changes": found,
                    "residual": left,
                }
            )
    if not told:
        raise NothingAsked(wanted)
    if arguments.json:
        print_json(told[0] if len(told) == 1 else told)
        return 0
    for each in told:
        title = f"{each['code']} ({each['agency']}): {named(DOCUMENT, each['state'])}"
        console.print(one_line(title), soft_wrap=True)
        print_changes(each["changes"])
        for line in each["residual"]:
            console.print(f"  ! {one_line(line)}", soft_wrap=True)
    return 0


def _list(opened: dict[str, Cabinet], *, as_json: bool) -> int:
    found: list[dict[str, Any]] = []
    for cabinet in opened.values():
        with cabinet.database.reading() as session:
            found += [facts_of(session, each) for each in change_listing.waiting(session)]
    if as_json:
        print_json(found)
    else:
        print_changes(found)
    return 0
