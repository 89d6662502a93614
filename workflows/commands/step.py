"""`congvan step`: a person's step on one document, from the command line."""

import argparse
from datetime import UTC, datetime

from documents import casefile, initials
from documents.lifecycle import Step
from workflows import settlement, whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.console import add_data, console
from workflows.decisions import decide
from workflows.plain_words import DOCUMENT, named
from workflows.world import World

STEPS = (
    Step.SUBMIT,
    Step.RETURN,
    Step.APPROVE,
    Step.VOID,
    Step.FILE,
    Step.RELEASE,
    Step.REFUSE,
    Step.ASSIGN,
    Step.START,
    Step.COMPLETE,
)
RETRY = "retry"
INITIAL = initials.STEP


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("step", help="một bước xử lý / a person's step")
    parser.add_argument("step", choices=[*(str(step) for step in STEPS), RETRY, INITIAL])
    parser.add_argument("document", help="mã, hoặc số, ký hiệu / id or number/notation")
    parser.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    parser.add_argument("--reason", default="")
    add_data(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Take the step; the flow carries the document on if the next step is its own."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = whereabouts.found(opened, arguments.document)
        state = _take(cabinet, row.id, arguments)
    console.print(f"{arguments.document}: {named(DOCUMENT, state)}")
    return 0


def _take(cabinet: Cabinet, document_id: str, arguments: argparse.Namespace) -> str:
    who, at = arguments.by, datetime.now(UTC)
    if arguments.step == INITIAL:
        return _initial(cabinet, document_id, who, at)
    with cabinet.database.writing() as session:
        row = casefile.locked(session, document_id)
        if arguments.step == RETRY:
            settlement.try_again(session, row, who, at)
        else:
            decide(session, row, Step(arguments.step), who, at, arguments.reason)
        return row.state


def _initial(cabinet: Cabinet, document_id: str, who: str, at: datetime) -> str:
    """Let *who* initial the document; its state stays."""
    # pyHanko takes a second to import, and other steps need none of it
    from workflows.initialling import Initial, take
    from workflows.jobs import Bench
    from workflows.pressing import Stored

    bench = Bench(cabinet.settings)

    def sign(job: Initial) -> tuple[str, int]:
        done = bench.do(job)
        assert isinstance(done, Stored)  # noqa: S101  (Initial gives Stored)
        return done.sha256, done.size

    signed = take(cabinet.database, sign, document_id, who, at)
    return "đã ký nháy / initialled" if signed else "đã ghi nhận, chưa có khóa ký / recorded only"
