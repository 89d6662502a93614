"""`congvan ledger verify`: walk every chain, every register, every blob that is named."""

import argparse
from typing import Any

from documents import ledger, register
from workflows.cabinet import cabinets
from workflows.commands.console import add_data, add_json, console, print_json
from workflows.world import World


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("ledger", help="nhật ký chuỗi băm / the ledger")
    actions = parser.add_subparsers(required=True, metavar="verify")
    verify = actions.add_parser("verify", help="kiểm tra chuỗi băm, số / verify chains, numbers")
    add_data(verify)
    add_json(verify)
    verify.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify; 0 only if every chain holds and no register has a gap."""
    results: list[dict[str, Any]] = []
    with cabinets(World.load(arguments.data).homes) as opened:
        for name, cabinet in opened.items():
            with cabinet.database.reading() as session:
                breaks = [
                    {"agency": b.organ_id, "row": b.sequence, "why": b.reason}
                    for b in ledger.verify(session)
                ]
                rows = ledger.length(session)
                gaps = [
                    {"agency": agency, "series": series, "year": year, "numbers": numbers}
                    for agency, series, year, numbers in register.gaps(session)
                ]
            results.append({"installation": name, "rows": rows, "breaks": breaks, "gaps": gaps})
    well = not any(result["breaks"] or result["gaps"] for result in results)
    if arguments.json:
        print_json({"ok": well, "installations": results})
    else:
        for result in results:
            console.print(
                f"{result['installation']}: {result['rows']} rows, "
                f"breaks {result['breaks'] or 0}, gaps {result['gaps'] or 0}",
            )
        console.print("ĐẠT / holds" if well else "KHÔNG ĐẠT / broken")
    return 0 if well else 1
