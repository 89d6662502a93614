"""`congvan reconcile`: match our ledger, the axis's lists and the statuses; show; repair."""

import argparse
import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from documents import directory, reconciliation
from documents.errors import Refused
from documents.reconciliation import MEANING, Kind
from documents.tables import FindingRow
from workflows import reconciliation_repairs
from workflows.calendar_days import first_moment, moment_after
from workflows.commands.console import add_data, add_json, console, local, print_json, print_table
from workflows.office import Office, open_office
from workflows.reconciliation import reconcile
from workflows.reconciliation_run import Days, Run, lacking
from workflows.world import World

_COLUMNS = (
    *("id", "agency", "code", "vi", "en", "repair", "partner", "document", "axis_id", "at"),
    *("first_seen", "last_seen", "repairs", "error", "evidence"),
)
_MOST_SHOWN = 200


class DaysInvalid(Refused):
    """--until without --since, or before it."""

    code = "reconciliation.days_invalid"
    vietnamese = "Khoảng ngày không hợp lệ: {0}"
    english = "these are no days to compare: {0}"
    remedy = "--since NGÀY [--until NGÀY] / --since DAY [--until DAY]"


class FindingUnknown(Refused):
    """No open finding has this id."""

    code = "reconciliation.finding_unknown"
    vietnamese = "Không có sai lệch nào chưa xử lý mang mã «{0}»"
    english = "no open finding has the id «{0}»"
    remedy = "Xem mã bằng `congvan reconcile --list` / see the ids with `congvan reconcile --list`"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("reconcile", help="đối soát với trục / compare with the axis")
    parser.add_argument("--since", default="", metavar="DAY", help="từ ngày / first day")
    parser.add_argument("--until", default="", metavar="DAY", help="đến ngày / last day")
    parser.add_argument("--agency", default="", metavar="ORGANID")
    parser.add_argument("--list", action="store_true", help="chỉ xem / show, compare nothing")
    parser.add_argument("--repair", action="store_true", help="sửa những gì sửa được / repair")
    parser.add_argument(
        "--finding", action="append", default=[], metavar="ID", help="chỉ sửa mã này / only these"
    )
    parser.add_argument("--csv", action="store_true", help="in CSV cho bảng tính / for sheets")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print; 0 when nothing is left open and everything could be compared."""
    runs: list[Run] = []
    found: list[dict[str, Any]] = []
    asked = set(arguments.finding)
    for home in World.load(arguments.data).homes:
        with _opened(open_office(home)) as office:
            days = _days(office, arguments)
            if not arguments.list and not asked:
                runs += reconcile(office, days, arguments.agency)
            if arguments.repair or asked:
                asked -= _repaired(office, arguments)
            found += [reconciliation.facts(row) for row in _open(office, arguments.agency)]
    if asked:
        raise FindingUnknown(", ".join(sorted(asked)))
    _print(arguments, runs, found)
    return 1 if found or any(each.failed for each in runs) else 0


@contextmanager
def _opened(office: Office) -> Iterator[Office]:
    try:
        yield office
    finally:
        office.axis.close()
        office.close()


def _days(office: Office, arguments: argparse.Namespace) -> Days | None:
    if not arguments.since:
        if arguments.until:
            raise DaysInvalid("--until")
        return None
    since, until = first_moment(arguments.since), office.now()
    if arguments.until:
        until = min(until, moment_after(arguments.until))
    if since >= until:
        raise DaysInvalid(f"{arguments.since} → {arguments.until or local(until)}")
    return since, until


def _open(office: Office, agency: str, only: tuple[str, ...] = ()) -> list[FindingRow]:
    with office.database.reading() as session:
        served = [row.organ_id for row in directory.served(session) if agency in {"", row.organ_id}]
        return list(reconciliation.open_findings(session, served, only))


def _repaired(office: Office, arguments: argparse.Namespace) -> set[str]:
    """Repair what was asked for; return the ids that are here."""
    findings = _open(office, arguments.agency, tuple(arguments.finding))
    reconciliation_repairs.repair_all(office, findings)
    return {each.id for each in findings}


def _print(arguments: argparse.Namespace, runs: list[Run], found: list[dict[str, Any]]) -> None:
    if arguments.json:
        print_json({"runs": [each.as_dict() for each in runs], "findings": found})
        return
    if arguments.csv:
        writer = csv.DictWriter(sys.stdout, _COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({name: _cell(facts[name]) for name in _COLUMNS} for facts in found)
        return
    for each in runs:
        compared = ", ".join(f"{name} {count}" for name, count in sorted(each.counts.items()))
        console.print(f"{each.organ_id}: {compared or 'không có gì / nothing'}", soft_wrap=True)
        for note in each.notes:
            console.print(f"  ! {note}", soft_wrap=True)
    _print_lacking(runs)
    rows = [
        (
            facts["id"],
            facts["agency"],
            MEANING[Kind(facts["code"])].vietnamese + f" ({facts['code']})",
            facts["partner"],
            facts["document"] or facts["axis_id"],
            local(datetime.fromisoformat(facts["first_seen"])),
            facts["repair"] or "",
            facts["error"] or "",
        )
        for facts in found[:_MOST_SHOWN]
    ]
    heads = ("Mã", "Cơ quan", "Sai lệch", "Đối tác", "Văn bản, gói tin", "Từ", "Cách sửa", "Lỗi")
    print_table("Sai lệch chưa xử lý / open findings", heads, rows)
    if len(found) > _MOST_SHOWN:
        console.print(f"… +{len(found) - _MOST_SHOWN}: --json, --csv")
    if any(facts["repair"] for facts in found) and not arguments.repair:
        console.print("Sửa: `congvan reconcile --repair` hoặc `--finding MÃ` / repair them")


def _print_lacking(runs: list[Run]) -> None:
    """Say of each installation's axis, once for all its agencies, what it has no lists of."""
    for home in dict.fromkeys(each.office.settings.home for each in runs):
        if said := lacking(each for each in runs if each.office.settings.home == home):
            console.print(f"! {home.name}: {said}", soft_wrap=True)


def _cell(value: Any) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else " ".join(str(value).split())
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
