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
    "numbers",
)
APART = ("search", "lists", "desk", "matrix", "exactly_once", "attacks")
"""Asked for by name. Search, lists and desk fill stores of 10⁵ and 10⁶ documents. The others are no
measurements: every judge asked about every kind of signed file; every fault of the hub struck at
every step, lost and doubled messages counted; every bent message and forged signature."""


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
    parser.add_argument(
        "--messages", type=int, metavar="N", help="exactly_once: gói tin / messages (10000)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the named measurements one after the other."""
    names = NAMES if "all" in arguments.names else tuple(arguments.names)
    worst = 0
    for name in names:
        module = importlib.import_module(f"benchmarks.{name}")
        if name == "exactly_once" and arguments.messages:
            code = module.main(arguments.messages)
        else:
            code = module.main()
        worst = max(worst, code or 0)
    return worst
