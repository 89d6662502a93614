"""`congvan account`: who may log in at the desk; made, linked, reset, closed, shown.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV. Whoever runs it has the machine's
files; `--by` names the administrator whom the ledger names.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from documents import account_listing, account_password, accounts, directory, posts, web_sessions
from documents.accounts import Administrator
from documents.document import Role
from documents.tables import AccountRow
from workflows import account_table, logging_in
from workflows.commands.console import add_data, add_json, console, local, print_json, print_table
from workflows.commands.desk import cabinet_of

MOST = 10_000
_Change = Callable[[Session, AccountRow, Administrator, datetime], None]


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("account", help="tài khoản đăng nhập / accounts of people")
    actions = parser.add_subparsers(
        required=True,
        metavar="list|add|link|unlink|bind|reset|disable|enable|totp-off|sessions",
    )
    listing = actions.add_parser("list", help="các tài khoản / the accounts")
    listing.add_argument("--export", type=Path, metavar="FILE", help=".xlsx, .csv")
    listing.add_argument("--words", default="", help="một phần tên / part of a name")
    _finish(listing, _list, by=False)
    adding = actions.add_parser("add", help="tạo tài khoản cho người / make one")
    adding.add_argument("username", metavar="USERNAME")
    adding.add_argument("people", nargs="+", metavar="WHO", help="mã hoặc họ tên / id or name")
    adding.add_argument(
        "--no-password", action="store_true", help="chỉ đăng nhập một lần / by the provider only"
    )
    _finish(adding, _add)
    for name, text in (("link", "gắn thêm với người / one person more"), ("unlink", "gỡ / less")):
        linking = actions.add_parser(name, help=text)
        linking.add_argument("username", metavar="USERNAME")
        linking.add_argument("person", metavar="WHO")
        _finish(linking, _link, change=accounts.link if name == "link" else accounts.unlink)
    binding = actions.add_parser("bind", help="gắn danh tính SSO / a provider's subject")
    binding.add_argument("username", metavar="USERNAME")
    binding.add_argument("subject", metavar="SUB", help="'': gỡ / take off")
    _finish(binding, _bind)
    resetting = actions.add_parser("reset", help="cấp mật khẩu mới / a new password")
    resetting.add_argument("username", metavar="USERNAME")
    _finish(resetting, _reset)
    changes: tuple[tuple[str, str, _Change], ...] = (
        ("disable", "khóa / close", accounts.disable),
        ("enable", "mở khóa / open", accounts.enable),
        ("totp-off", "tắt xác thực hai lớp / second factor off", accounts.factor_off),
    )
    for name, text, change in changes:
        changing = actions.add_parser(name, help=text)
        changing.add_argument("username", metavar="USERNAME")
        _finish(changing, _changed, change=change)
    sessions = actions.add_parser("sessions", help="đang đăng nhập ở đâu / where logged in")
    sessions.add_argument("username", metavar="USERNAME")
    sessions.add_argument("--end", action="store_true", help="đăng xuất hết / end them all")
    sessions.add_argument("--by", default="", metavar="WHO")
    _finish(sessions, _sessions, by=False)


def _finish(
    parser: argparse.ArgumentParser,
    run: Callable[[argparse.Namespace], int],
    *,
    by: bool = True,
    change: Callable[..., None] | None = None,
) -> None:
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    if by:
        parser.add_argument("--by", required=True, metavar="WHO", help="quản trị / administrator")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run, change=change)


@contextmanager
def _writing(
    arguments: argparse.Namespace,
) -> Iterator[tuple[Session, Administrator, datetime]]:
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet, cabinet.database.writing() as session:
        what = "quản trị tài khoản / administer accounts"
        wanted = frozenset({Role.ADMINISTRATOR})
        acting = posts.acting(session, arguments.agency, arguments.by, wanted, at, what)
        yield session, Administrator(acting.actor, None), at


def _person(session: Session, arguments: argparse.Namespace, who: str) -> str:
    """Return the id of a person: of the agency by id or name, of another by id."""
    try:
        return directory.person_row(session, arguments.agency, who).id
    except directory.PersonUnknown:
        return who


def _list(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        organs = [directory.served_agency(session, arguments.agency).organ_id]
        rows = account_listing.listed(session, organs, at, words=arguments.words, most=MOST)
    if arguments.export:
        account_table.export(arguments.export, rows, at)
    if arguments.json:
        print_json([asdict(row) for row in rows])
    elif arguments.export:
        console.print(f"{arguments.export}: {len(rows)}", soft_wrap=True)
    else:
        cells = [account_table.cells(row)[1:] for row in rows]
        print_table("Tài khoản / accounts", account_table.COLUMNS[1:], cells)
    return 0


def _add(arguments: argparse.Namespace) -> int:
    password = "" if arguments.no_password else account_password.made()
    with _writing(arguments) as (session, by, at):
        people = [_person(session, arguments, who) for who in arguments.people]
        row = accounts.create(session, arguments.username, people, password, by, at)
        facts = {"id": row.id, "username": row.username, "people": people, "password": password}
    return _said(arguments, facts, f"Đã tạo / made: {row.username}{_shown(password)}")


def _link(arguments: argparse.Namespace) -> int:
    with _writing(arguments) as (session, by, at):
        row = accounts.found(session, arguments.username, by)
        person = _person(session, arguments, arguments.person)
        arguments.change(session, row, person, by, at)
        facts = {"id": row.id, "username": row.username, "person": person}
    return _said(arguments, facts, f"Đã ghi nhận / recorded: {row.username}, {person}")


def _bind(arguments: argparse.Namespace) -> int:
    with cabinet_of(arguments) as cabinet:
        provider = cabinet.settings.openid
    issuer = provider.issuer if provider is not None and arguments.subject else ""
    if arguments.subject and not issuer:
        raise logging_in.IdentityUnknown(arguments.subject)
    with _writing(arguments) as (session, by, at):
        row = accounts.found(session, arguments.username, by)
        logging_in.bind(session, row, issuer, arguments.subject)
        accounts.note(session, row, "account_bound", by.actor, at, issuer=issuer)
        facts = {"id": row.id, "username": row.username, "bound": bool(issuer)}
    return _said(arguments, facts, f"Đã ghi nhận / recorded: {row.username}")


def _reset(arguments: argparse.Namespace) -> int:
    password = account_password.made()
    with _writing(arguments) as (session, by, at):
        row = accounts.found(session, arguments.username, by)
        accounts.reset(session, row, password, by, at)
        facts = {"id": row.id, "username": row.username, "password": password}
    return _said(arguments, facts, f"{row.username}{_shown(password)}")


def _changed(arguments: argparse.Namespace) -> int:
    with _writing(arguments) as (session, by, at):
        row = accounts.found(session, arguments.username, by)
        arguments.change(session, row, by, at)
        shown = account_listing.one(session, row, at)
    return _said(arguments, asdict(shown), f"{shown.username}: {account_table.standing(shown)}")


def _sessions(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    if arguments.end:
        with _writing(arguments) as (session, by, at):
            accounts.end_sessions(session, accounts.found(session, arguments.username, by), by, at)
    with cabinet_of(arguments) as cabinet, cabinet.database.reading() as session:
        row = accounts.found(session, arguments.username, accounts.OPERATOR)
        living: list[dict[str, Any]] = [
            {
                "person": each.person_id,
                "client": each.client,
                "factors": each.factors,
                "since": each.created_at,
                "seen": each.seen_at,
            }
            for each in web_sessions.living(session, row.id, at)
        ]
    if arguments.json:
        print_json(living)
        return 0
    cells = [
        (each["person"], each["client"], each["factors"], local(each["since"]), local(each["seen"]))
        for each in living
    ]
    columns = ("Người", "Máy, trình duyệt", "Bằng", "Từ", "Dùng gần nhất")
    print_table(f"Phiên của {row.username} / sessions", columns, cells)
    return 0


def _shown(password: str) -> str:
    return f"; mật khẩu, chỉ hiện lần này / password, shown once: {password}" if password else ""


def _said(arguments: argparse.Namespace, facts: dict[str, Any], text: str) -> int:
    if arguments.json:
        print_json(facts)
    else:
        console.print(text, soft_wrap=True)
    return 0
