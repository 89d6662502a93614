"""`congvan verify`: the signatures of PDF files, with ETSI's three answers."""

import argparse
import json
from pathlib import Path
from typing import Any

from documents.errors import Refused
from signing.report import Indication, Report
from signing.trust import TrustStore
from signing.validation import verify
from workflows.cell import confined
from workflows.commands.console import (
    DATA,
    add_data,
    add_json,
    console,
    one_line,
    print_json,
)
from workflows.handover import handed_in
from workflows.workshop import FileTooHard


class TrustMissing(Refused):
    """No trusted root was named and the world has none."""

    code = "trust.missing"
    vietnamese = "Chưa có chứng thư gốc tin cậy ({0})"
    english = "there is no trusted root ({0})"
    remedy = "Thêm --trust ROOTS.pem / add --trust ROOTS.pem"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("verify", help="xác minh chữ ký / verify signatures")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--trust", type=Path, metavar="ROOTS.pem")
    parser.add_argument("--crl", type=Path, action="append", default=[], metavar="FILE.crl")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify each file; 0 only if every one is TOTAL-PASSED."""
    trust = TrustStore.load(_roots(arguments), arguments.crl)
    results = [_result(path, trust) for path in arguments.files]
    if arguments.json:
        print_json(results)
    else:
        for result in results:
            _print(result)
    return 0 if all(r["verdict"] == Indication.TOTAL_PASSED for r in results) else 1


def _roots(arguments: argparse.Namespace) -> Path:
    if arguments.trust:
        return Path(arguments.trust)
    roots = Path(arguments.data or DATA) / "pki" / "root.pem"
    if not roots.exists():
        raise TrustMissing(str(roots))
    return roots


def _result(path: Path, trust: TrustStore) -> dict[str, Any]:
    """Return the report on one file, judged in a cell; whatever happens there is a verdict."""
    try:
        judged = confined(lambda: json.dumps(_judged(path, trust)).encode())
    except FileTooHard as error:
        return _unjudged(path, error)
    report: dict[str, Any] = json.loads(judged)
    return report


def _judged(path: Path, trust: TrustStore) -> dict[str, Any]:
    try:
        report: Report = verify(handed_in(path), trust)
    except Refused as error:
        return _unjudged(path, error)
    return {"file": str(path), **report.as_dict()}


def _unjudged(path: Path, error: Refused) -> dict[str, Any]:
    return {
        "file": str(path),
        "verdict": Indication.INDETERMINATE.value,
        "signatures": [],
        "reason": str(error),
    }


def _print(result: dict[str, Any]) -> None:
    console.print(f"{one_line(result['file'])}: {result['verdict']}", style="bold", soft_wrap=True)
    if result.get("reason"):
        console.print(f"  {one_line(result['reason'])}", soft_wrap=True)
    for signature in result["signatures"]:
        sub = f"/{signature['sub_indication']}" if signature["sub_indication"] else ""
        line = f"{signature['field']}: {signature['signer']}  {signature['indication']}{sub}"
        console.print(f"  {one_line(line)}", soft_wrap=True)
        facts = (
            signature["coverage"],
            signature["modification"],
            signature["signing_time"],
            signature["reason"],
        )
        text = "  ".join(one_line(fact) for fact in facts if fact)
        console.print(f"    {text}", soft_wrap=True)
