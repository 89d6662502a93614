"""The `congvan` command."""

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib import import_module

from documents.errors import OfficeError, Refused
from workflows.commands.console import report_error

COMMANDS = (
    *("demo", "init", "up", "send", "draft", "place", "inbox", "show"),
    *("step", "recall", "copy", "signature", "sign-session", "verify", "evidence", "edxml"),
    *("fields", "types", "notation"),
    *("hub", "ledger", "authority", "catalogue", "reconcile", "conform", "bench"),
    *("number", "register", "transfer", "loan", "dossier"),
    *("people", "search", "list", "issue"),
    *("direct", "task", "handling", "intake", "phrases"),
    *("deadlines", "reminders", "notices"),
    *("account", "token"),
)


class PathUnusable(Refused):
    """A file or folder that a command was given, or lives in, cannot be used."""

    code = "path.unusable"
    vietnamese = "Không dùng được «{0}»: {1}"
    english = "«{0}» cannot be used: {1}"
    remedy = "Kiểm tra đường dẫn, quyền, dung lượng đĩa / check path, permission, disk space"


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the command line's grammar with the subcommands *names*."""
    top = argparse.ArgumentParser(
        prog="congvan", description="Chuyển công văn / carries official documents."
    )
    subparsers = top.add_subparsers(required=True, metavar="COMMAND")
    for name in names:
        import_module(f"workflows.commands.{name.replace('-', '_')}").add(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all went well, 1 when something was refused, 2 for bad usage."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    words = sys.argv[1:] if argv is None else list(argv)
    # a command imports only what it needs: `inbox` must not wait for Prefect and pyHanko
    names = words[:1] if words[:1] and words[0] in COMMANDS else COMMANDS
    arguments = parser(names).parse_args(words)
    try:
        return int(arguments.run(arguments))
    except OfficeError as error:
        return _said(error, arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        return _said(PathUnusable(error.filename, error.strerror), arguments)


def _said(error: OfficeError, arguments: argparse.Namespace) -> int:
    report_error(error, as_json=getattr(arguments, "json", False))
    return 1


if __name__ == "__main__":
    sys.exit(main())
