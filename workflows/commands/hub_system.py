"""`congvan hub system`: the systems that may call the hub."""

import argparse
import ssl
from datetime import UTC, datetime, time
from pathlib import Path

from connectors.errors import AccessDenied
from connectors.hub.errors import HubMissing, SystemInvalid, SystemUnknown
from connectors.hub.systems import SYSTEMS, Systems
from documents.document import VIETNAM
from workflows.calendar_days import read_day
from workflows.commands.console import DATA, add_json, console, local, print_json, print_table

_DATA = DATA / "hub"
"""Where the hub's folder lies unless --data says otherwise: the demo's."""


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add `--data FOLDER`, the hub's own."""
    parser.add_argument(
        "--data", type=Path, default=_DATA, metavar="FOLDER", help="thư mục của hub / its folder"
    )


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `system add | list | revoke`."""
    parser = commands.add_parser("system", help="hệ thống được gọi / who may call")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    enter = actions.add_parser("add", help="đăng ký hoặc đổi / register or change")
    enter.add_argument("system_id", metavar="SYSTEMID")
    enter.add_argument("--agency", action="append", nargs="+", required=True, metavar="ORGANID")
    enter.add_argument(
        "--secret-file", type=Path, help="tệp khóa bí mật / else a new secret is printed, once"
    )
    enter.add_argument("--expires", metavar="NGÀY", help="hết hạn cuối ngày / last day: dd/mm/yyyy")
    enter.add_argument(
        "--certificate",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.pem",
        help="mTLS, WS-Security",
    )
    enter.set_defaults(run=_enter)
    shown = actions.add_parser("list", help="danh sách / all of them")
    add_json(shown)
    shown.set_defaults(run=_list)
    revoke = actions.add_parser("revoke", help="thu hồi quyền / turn away from now on")
    revoke.add_argument("system_id", metavar="SYSTEMID")
    revoke.set_defaults(run=_revoke)
    for each in (enter, shown, revoke):
        add_folder(each)


def _registered(folder: Path) -> Systems:
    """Return the registrations of the hub of *folder*, which has served or knows a system."""
    if not any((folder / name).exists() for name in ("hub.sqlite", SYSTEMS)):
        raise HubMissing(str(folder))
    return Systems(folder / SYSTEMS)


def _opened(folder: Path) -> Systems:
    """Return the registrations of the hub that serves, or will, from *folder*.

    A hub's first system may be entered before it serves, in a folder that is new, empty or has
    its catalogue; one that holds anything else is a mistyped --data.
    """
    if folder.is_dir() and all(path.name == "agencies.json" for path in folder.iterdir()):
        return Systems(folder / SYSTEMS)
    return _registered(folder) if folder.exists() else Systems(folder / SYSTEMS)


def _enter(arguments: argparse.Namespace) -> int:
    given = arguments.secret_file
    try:
        secret = _opened(arguments.data).add(
            arguments.system_id,
            frozenset(code for codes in arguments.agency for code in codes),
            given.read_text("utf-8").strip() if given else "",
            expires=_end_of(arguments.expires) if arguments.expires else None,
            certificates=tuple(
                ssl.PEM_cert_to_DER_cert(_first(path.read_text("ascii")))
                for path in arguments.certificate
            ),
        )
    except ValueError as error:
        raise SystemInvalid(arguments.system_id, str(error)) from None
    if given is None:
        console.print(secret, soft_wrap=True)
    return 0


def _first(text: str) -> str:
    end = "-----END CERTIFICATE-----"
    return text[text.index("-----BEGIN CERTIFICATE-----") : text.index(end) + len(end)]


def _end_of(day: str) -> datetime:
    return datetime.combine(read_day(day), time.max, VIETNAM).astimezone(UTC)


def _list(arguments: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    systems = _registered(arguments.data)
    found, damaged = systems.all(), systems.damaged()
    if arguments.json:
        print_json(
            [
                {
                    "system_id": each.system_id,
                    "agencies": sorted(each.agencies),
                    "may_call": each.lives(now),
                    "revoked": each.revoked,
                    "expires": each.expires and each.expires.isoformat(),
                    "certificates": each.certificates,
                    "damaged": False,
                }
                for each in found
            ]
            + [{"system_id": name, "may_call": False, "damaged": True} for name in damaged]
        )
        return 0
    print_table(
        "Hệ thống / systems",
        ("mã / id", "cơ quan / agencies", "được gọi / may call", "hết hạn / expires"),
        [
            (
                each.system_id,
                ", ".join(sorted(each.agencies)),
                "có / yes" if each.lives(now) else "không / no",
                local(each.expires),
            )
            for each in found
        ]
        + [(name, "?", "bản đăng ký hỏng / damaged", "") for name in damaged],
    )
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    try:
        _registered(arguments.data).revoke(arguments.system_id)
    except AccessDenied:
        raise SystemUnknown(arguments.system_id) from None
    return 0
