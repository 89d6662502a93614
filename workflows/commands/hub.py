"""`congvan hub`: run the hub by itself."""

import argparse

from connectors.hub import __main__ as hub_program


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand; what follows it goes to the hub's own command line."""
    # no word is an option of ours: argparse would refuse the first one that begins with a dash
    parser = subparsers.add_parser(
        "hub", help="chạy nút trục / run the hub", add_help=False, prefix_chars="\0"
    )
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve the hub until TERM or INT."""
    rest = arguments.rest[1:] if arguments.rest[:1] == ["serve"] else arguments.rest
    return hub_program.main(rest)
