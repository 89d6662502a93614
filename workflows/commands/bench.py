"""`congvan bench NAME…`: what is measured, as ratios in one run."""

import argparse
import importlib

NAMES = (
    *(
        "signing",
        "tokens",
        "levels",
        "verification",
        "edxml",
        "journey",
        "soap",
        "hub",
        "prefect_run",
    ),
    "catalogue",
)
APART = ("matrix",)
"""No measurement: every judge asked about every kind of signed file."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("bench", help="đo / measure")
    parser.add_argument(
        "names",
        nargs="*",
        default=["all"],
        metavar="NAME",
        help=f"{', '.join(NAMES)}; all; {', '.join(APART)}",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the named measurements one after the other."""
    names = NAMES if "all" in arguments.names else tuple(arguments.names)
    for name in names:
        importlib.import_module(f"benchmarks.{name}").main()
    return 0
