"""`congvan token`: by what other systems call the interface at /api/v1.

Standard: RFC 6750. A token is shown once, when it is made; the store has its digest only.
"""

import argparse
from datetime import UTC, datetime, timedelta

from documents import api_tokens
from documents.api_tokens import LONGEST, Scope
from documents.tables import ApiTokenRow
from workflows.commands.console import (
    add_data,
    add_json,
    console,
    local,
    one_line,
    print_json,
    print_table,
)
from workflows.commands.desk import cabinet_of

USAGE = """\
congvan token add SYSTEM --person WHO --by ADMIN --agency ORGANID
               [--scope read draft act] [--days N]
       congvan token list --agency ORGANID
       congvan token revoke ID --by ADMIN --agency ORGANID"""
DAYS = 180


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser(
        "token", usage=USAGE, help="mã truy cập của hệ thống khác / tokens of other systems"
    )
    actions = parser.add_subparsers(required=True, metavar="add|list|revoke")
    adding = actions.add_parser("add", help="cấp mã / make one")
    adding.add_argument("system", help="tên hệ thống / what the system is called")
    adding.add_argument(
        "--person", required=True, metavar="WHO", help="quyền của ai / whose rights it has"
    )
    adding.add_argument(
        "--scope", nargs="+", choices=[scope.value for scope in Scope], default=["read"]
    )
    adding.add_argument(
        "--days", type=int, default=DAYS, metavar="N", help=f"1–{LONGEST.days}, {DAYS}"
    )
    _finish(adding, added, by=True)
    _finish(actions.add_parser("list", help="xem / list"), listed)
    revoking = actions.add_parser("revoke", help="thu hồi / end one at once")
    revoking.add_argument("id", metavar="ID")
    _finish(revoking, revoked, by=True)


def _finish(parser: argparse.ArgumentParser, run: object, *, by: bool = False) -> None:
    if by:
        parser.add_argument("--by", required=True, metavar="ADMIN", help="quản trị / administrator")
    parser.add_argument("--agency", required=True, metavar="ORGANID", help="cơ quan / agency")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def added(arguments: argparse.Namespace) -> int:
    """Make a token and show it, this once."""
    at = datetime.now(UTC)
    days = max(0, min(arguments.days, LONGEST.days + 1))
    scopes = {Scope(scope) for scope in arguments.scope}
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        row, token = api_tokens.add(
            session,
            arguments.agency,
            arguments.system,
            arguments.person,
            scopes,
            at + timedelta(days=days),
            arguments.by,
            at,
        )
        facts = _facts(row)
    if arguments.json:
        print_json(facts | {"token": token})
        return 0
    console.print(f"{one_line(row.system)}: {row.id}, {local(row.expires_at)}", soft_wrap=True)
    console.print("Chỉ hiện một lần, giữ như mật khẩu / shown once, keep it as a password:")
    console.print(token, soft_wrap=True)
    return 0


def listed(arguments: argparse.Namespace) -> int:
    """Show the agency's tokens, never the tokens themselves."""
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        rows = [_facts(row) for row in api_tokens.of_agency(session, arguments.agency)]
    if arguments.json:
        print_json(rows)
        return 0
    print_table(
        "Mã truy cập / tokens",
        ["id", "hệ thống", "quyền của", "phạm vi", "hết hạn", "dùng lần cuối", "thu hồi"],
        [[_shown(value) for value in row.values()] for row in rows],
    )
    return 0


def revoked(arguments: argparse.Namespace) -> int:
    """End a token at once."""
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        row = api_tokens.revoke(session, arguments.agency, arguments.id, arguments.by, at)
        facts = _facts(row)
    if arguments.json:
        print_json(facts)
    else:
        console.print(f"đã thu hồi / revoked: {row.id}", soft_wrap=True)
    return 0


def _facts(row: ApiTokenRow) -> dict[str, object]:
    return {
        "id": row.id,
        "system": row.system,
        "person": row.person_id,
        "scopes": row.scopes,
        "expires_at": row.expires_at,
        "last_used_at": row.last_used_at,
        "revoked_at": row.revoked_at,
    }


def _shown(value: object) -> object:
    return local(value) if isinstance(value, datetime) else value
