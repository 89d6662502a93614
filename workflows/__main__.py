"""The `congvan` command."""

import argparse
import logging
import sys
from collections.abc import Sequence

from documents.errors import OfficeError
from workflows.commands.bench import add as bench
from workflows.commands.console import report_error
from workflows.commands.demo import add as demo
from workflows.commands.edxml import add as edxml
from workflows.commands.hub import add as hub
from workflows.commands.inbox import add as inbox
from workflows.commands.init import add as init
from workflows.commands.ledger import add as ledger
from workflows.commands.send import add as send
from workflows.commands.show import add as show
from workflows.commands.step import add as step
from workflows.commands.up import add as up
from workflows.commands.verify import add as verify

COMMANDS = (demo, init, up, send, inbox, show, step, verify, edxml, hub, ledger, bench)


def parser() -> argparse.ArgumentParser:
    """Return the command line's grammar."""
    top = argparse.ArgumentParser(
        prog="congvan", description="Chuyển công văn / carries official documents."
    )
    subparsers = top.add_subparsers(required=True, metavar="COMMAND")
    for add in COMMANDS:
        add(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all went well, 1 when something was refused, 2 for bad usage."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except OfficeError as error:
        report_error(error, as_json=getattr(arguments, "json", False))
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
