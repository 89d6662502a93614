"""`congvan verify`: signatures of PDF files, of our documents, and whole evidence bundles.

ETSI's three answers, under the roots of `--trust`, else of the installations in `--data`: nobody
is trusted who was not named in one of these ways. `--at` asks about a moment, `--as-of` repeats
a stored verification from what it rested on then, whatever became of roots and lists since.
"""

import argparse
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from documents.document import VIETNAM
from documents.errors import Refused
from workflows.commands.console import (
    DATA,
    add_data,
    add_json,
    console,
    local,
    one_line,
    print_json,
)
from workflows.plain_words import ANSWER, COVERAGE, MODIFICATION, named

_PASSED = "TOTAL-PASSED"
_DAY = 10
"""Characters of a date without a time."""


class MomentUnclear(Refused):
    """What was given is no moment."""

    code = "verify.moment_unclear"
    vietnamese = "«{0}» không phải là ngày giờ"
    english = "«{0}» is no date or time"
    remedy = "Viết 22/11/2026, 2026-11-22 hoặc 2026-11-22T10:00:00+07:00 / write it so"


class ReportTaken(Refused):
    """The file to write exists already, or several reports are to go into one file."""

    code = "verify.report_taken"
    vietnamese = "Không ghi được báo cáo vào «{0}»: {1}"
    english = "the report is not written to «{0}»: {1}"
    remedy = "Chọn tên khác, xác minh từng tệp một / choose another name, verify one file at a time"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("verify", help="xác minh chữ ký / verify signatures")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="tệp PDF; mã hoặc số, ký hiệu; gói chứng cứ .zip / a PDF, an id or code, a bundle",
    )
    parser.add_argument("--trust", type=Path, metavar="ROOTS.pem")
    parser.add_argument("--crl", type=Path, action="append", default=[], metavar="FILE.crl")
    parser.add_argument(
        "--policy", type=Path, metavar="RULES.toml", help="quy tắc xác minh / other rules"
    )
    parser.add_argument("--at", metavar="DATE", help="xét tại thời điểm / about that moment")
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        nargs="?",
        const="",
        help="lặp lại lần xác minh đã lưu / repeat the stored verification of then",
    )
    parser.add_argument(
        "--report", type=Path, metavar="OUT.pdf", help="báo cáo PDF/A để in / a report to print"
    )
    add_data(parser)
    add_json(parser)
    # whether a world was named matters: its roots are trusted only then
    parser.set_defaults(run=run, data=None)


def run(arguments: argparse.Namespace) -> int:
    """Verify each file; 0 only if every one is TOTAL-PASSED, and said so before."""
    from workflows import examination

    _refuse_report(arguments)
    asked = examination.Asked(
        world=arguments.data or DATA,
        named_world=arguments.data is not None,
        roots=arguments.trust,
        crls=tuple(arguments.crl),
        rules=arguments.policy,
        at=moment(arguments.at) if arguments.at else None,
        repeat=arguments.as_of is not None,
        until=moment(arguments.as_of) if arguments.as_of else None,
    )
    results = [
        result
        for name in arguments.files
        for result in examination.examined(name, asked, page=arguments.report)
    ]
    if arguments.json:
        print_json(results)
    else:
        for result in results:
            _print(result)
    return 0 if all(r["verdict"] == _PASSED and not r.get("differs") for r in results) else 1


def _refuse_report(arguments: argparse.Namespace) -> None:
    if arguments.report is None:
        return
    if arguments.report.exists():
        raise ReportTaken(str(arguments.report), "đã có / exists")
    if len(arguments.files) > 1:
        raise ReportTaken(str(arguments.report), "nhiều tệp / several files")


def moment(text: str) -> datetime:
    """Return the moment that people write: a day (its end, in Vietnam) or an ISO 8601 time.

    Raises:
        MomentUnclear: it is neither.
    """
    try:
        if "/" in text:
            day, month, year = (int(part) for part in text.split("/"))
            return _end_of(date(year, month, day))
        if len(text) <= _DAY:
            return _end_of(date.fromisoformat(text))
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=VIETNAM)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MomentUnclear(text) from None


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), VIETNAM).astimezone(UTC)


def _print(result: dict[str, Any]) -> None:
    verdict = named(ANSWER, result["verdict"])
    console.print(f"{one_line(result['file'])}: {verdict}", style="bold", soft_wrap=True)
    if result.get("reason"):
        console.print(f"  {one_line(result['reason'])}", soft_wrap=True)
    for note in result.get("notes", ()):
        console.print(f"  {one_line(note)}", soft_wrap=True)
    for difference in result.get("differs", ()):
        console.print(f"  ! khác lần trước / differs: {one_line(difference)}", soft_wrap=True)
    for signature in result.get("signatures", ()):
        _print_signature(signature)
    for check in result.get("checks", ()):
        mark = "ĐẠT " if check["holds"] else "SAI "
        console.print(f"  {mark}{one_line(check['what'])}  {one_line(check['detail'])}")


def _print_signature(signature: dict[str, Any]) -> None:
    sub = f" {signature['sub_indication']}" if signature["sub_indication"] else ""
    answer = named(ANSWER, signature["indication"])
    line = f"{signature['field']}: {signature['signer']}  {answer}{sub}"
    console.print(f"  {one_line(line)}", soft_wrap=True)
    at = signature["signing_time"]
    scope = (named(COVERAGE, signature["coverage"]), named(MODIFICATION, signature["modification"]))
    for facts in (scope, (at and local(datetime.fromisoformat(at)), signature["reason"])):
        if text := "  ".join(one_line(fact) for fact in facts if fact):
            console.print(f"    {text}", soft_wrap=True)
