"""`congvan dossier rules …` and `right …`: filing by rule, and who may see what."""

import argparse
from datetime import UTC, datetime
from typing import Any

from documents import access_rights, casefile, dossiers, filing_rules
from documents.access import GrantKind
from documents.access_rights import Target
from documents.condition import Condition
from workflows import dossier_whereabouts, whereabouts
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.console import (
    add_data,
    add_json,
    console,
    local,
    print_json,
    print_table,
)
from workflows.commands.dossier_ground import writing_of
from workflows.world import World

_KINDS = ("direction", "types", "senders", "units", "notations", "words")


def add_actions(actions: Any) -> None:
    """Add the actions on rules and rights."""
    rules = actions.add_parser("rules", help="quy tắc lập hồ sơ / filing rules")
    each = rules.add_subparsers(required=True, metavar="ACTION")
    new = _action(each, "add", _add_rule, "thêm quy tắc / add a rule", agency=False)
    new.add_argument("dossier", help="mã hồ sơ / id or code")
    for kind in _KINDS:
        new.add_argument(f"--{kind}", action="append", default=[])
    _action(each, "list", _list_rules, "quy tắc còn hiệu lực / in force", by=False)
    end = _action(each, "end", _end_rule, "thôi áp dụng / end a rule")
    end.add_argument("rule")
    _action(each, "run", _run_rules, "lập hồ sơ theo quy tắc / file by rule now", by=False)

    rights = actions.add_parser("right", help="quyền xem / who may see")
    each = rights.add_subparsers(required=True, metavar="ACTION")
    ask = _action(each, "ask", _ask, "đề nghị đổi quyền / ask for a change", agency=False)
    what = ask.add_mutually_exclusive_group(required=True)
    what.add_argument("--dossier")
    what.add_argument("--document")
    ask.add_argument("--grant", choices=[str(kind) for kind in GrantKind], required=True)
    ask.add_argument("--to", default="", metavar="UNIT|WHO")
    ask.add_argument("--take-back", action="store_true")
    ask.add_argument("--reason", default="")
    for name, text in (("confirm", "xác nhận / confirm"), ("refuse", "không đồng ý / refuse")):
        decide = _action(each, name, _decide, text)
        decide.add_argument("change")
        decide.set_defaults(confirmed=name == "confirm")
    _action(each, "list", _alerts, "thay đổi chờ xác nhận / changes that wait", by=False)


def _action(
    actions: Any, name: str, run: Any, text: str, *, agency: bool = True, by: bool = True
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    if agency:
        parser.add_argument("--agency", required=True, metavar="ORGANID")
    if by:
        parser.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)
    return parser


def _add_rule(arguments: argparse.Namespace) -> int:
    """Let documents join a dossier by themselves."""
    given = {kind: getattr(arguments, kind) for kind in _KINDS if getattr(arguments, kind)}
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, row = dossier_whereabouts.found(opened, arguments.dossier)
        with cabinet.database.writing() as session:
            rule = filing_rules.add(session, row.id, given, arguments.by, datetime.now(UTC))
    if arguments.json:
        print_json({"rule": rule.id, "dossier": row.id, "when": rule.condition})
    else:
        console.print(f"{rule.id}: {_said(Condition.of(rule.condition))} → {dossiers.code_of(row)}")
    return 0


def _said(condition: Condition) -> str:
    return "; ".join(f"{name}: {', '.join(said)}" for name, said in condition.as_dict().items())


def _list_rules(arguments: argparse.Namespace) -> int:
    """List the rules in force."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.reading() as session:
            found = [
                (rule.id, str(dossiers.code_of(dossiers.known(session, rule.dossier_id))), when)
                for rule, when in filing_rules.in_force(session, arguments.agency)
            ]
    if arguments.json:
        print_json([{"rule": a, "dossier": b, "when": c.as_dict()} for a, b, c in found])
    else:
        rows = [(rule, code, _said(when)) for rule, code, when in found]
        print_table("Quy tắc lập hồ sơ / filing rules", ("Mã", "Hồ sơ", "Điều kiện"), rows)
    return 0


def _end_rule(arguments: argparse.Namespace) -> int:
    """End a rule."""
    with writing_of(arguments) as session:
        row = filing_rules.end(session, arguments.rule, arguments.by, datetime.now(UTC))
    if arguments.json:
        print_json({"rule": row.id, "ended_at": row.ended_at})
    else:
        console.print(f"{row.id}: đã thôi áp dụng / ended")
    return 0


def _run_rules(arguments: argparse.Namespace) -> int:
    """File by rule what came since the last run."""
    looked_at = 0
    filed: list[tuple[str, str]] = []
    left: list[tuple[str, str, str]] = []
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        more = True
        while more:
            with cabinet.database.writing() as session:
                run = filing_rules.run(session, arguments.agency, datetime.now(UTC))
            looked_at, more = looked_at + run.looked_at, run.more
            filed, left = filed + run.filed, left + run.left
    if arguments.json:
        print_json({"looked_at": looked_at, "filed": filed, "left": left})
        return 0
    console.print(f"Đã xem {looked_at} văn bản, đưa vào hồ sơ {len(filed)} / looked at, filed")
    for document, _, why in left:
        console.print(f"  {document}: {why}", soft_wrap=True)
    return 0


def _target(opened: dict[str, Cabinet], arguments: argparse.Namespace) -> tuple[Cabinet, str]:
    if arguments.dossier:
        cabinet, dossier = dossier_whereabouts.found(opened, arguments.dossier)
        return cabinet, dossier.id
    cabinet, document = whereabouts.found(opened, arguments.document)
    return cabinet, document.id


def _ask(arguments: argparse.Namespace) -> int:
    """Ask for a change of who may see something."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet, target_id = _target(opened, arguments)
        with cabinet.database.writing() as session:
            target: Target = (
                dossiers.known(session, target_id)
                if arguments.dossier
                else casefile.known(session, target_id)
            )
            row = access_rights.ask(
                session,
                target,
                GrantKind(arguments.grant),
                arguments.to,
                arguments.by,
                datetime.now(UTC),
                arguments.reason,
                allowed=not arguments.take_back,
            )
    if arguments.json:
        print_json({"change": row.id, "state": row.state})
    else:
        console.print(f"{row.id}: chờ người có thẩm quyền xác nhận / waits to be confirmed")
    return 0


def _decide(arguments: argparse.Namespace) -> int:
    """Confirm a change of rights, or turn it down."""
    with writing_of(arguments) as session:
        row = access_rights.decide(
            session,
            arguments.agency,
            arguments.change,
            arguments.by,
            datetime.now(UTC),
            confirmed=arguments.confirmed,
        )
    if arguments.json:
        print_json({"change": row.id, "state": row.state})
    else:
        console.print(f"{row.id}: {'đã xác nhận' if arguments.confirmed else 'không đồng ý'}")
    return 0


def _alerts(arguments: argparse.Namespace) -> int:
    """List the changes that wait."""
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = whereabouts.serving(opened, arguments.agency)
        with cabinet.database.reading() as session:
            found = access_rights.alerts(session, arguments.agency)
    if arguments.json:
        names = ("id", "target", "target_id", "grant_kind", "grantee_id", "allowed", "reason")
        print_json([{name: getattr(row, name) for name in names} for row in found])
        return 0
    rows = [
        (
            row.id,
            f"{row.target} {row.target_id}",
            f"{'+' if row.allowed else '-'}{row.grant_kind} {row.grantee_id}",
            row.reason,
            local(row.asked_at),
        )
        for row in found
    ]
    columns = ("Mã", "Đối tượng", "Quyền", "Lý do", "Đề nghị lúc")
    print_table("Thay đổi quyền chờ xác nhận / changes that wait", columns, rows)
    return 0
