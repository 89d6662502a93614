"""`congvan authority`: who may sign for whom, until when; whose certificate is whose.

Legal source: Decree 30/2020/ND-CP, Art. 13, 32, 33.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from documents import certificates, delegations, directory
from documents.certificates import Claim
from documents.delegation import Delegation
from documents.delegations import Grant
from documents.document import Competence
from documents.ledger import Actor
from workflows.cabinet import cabinets
from workflows.calendar_days import first_moment, moment_after
from workflows.commands.console import (
    add_data,
    add_json,
    console,
    local,
    print_json,
    print_table,
)
from workflows.world import World

_CAPACITIES = ("KT.", "TL.", "TUQ.", "Q.")
_DAY = "ngày/tháng/năm"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser("authority", help="thẩm quyền ký / authority to sign")
    actions = parser.add_subparsers(required=True, metavar="list|grant|revoke|certificates")
    _add_list(actions)
    _add_grant(actions)
    _add_revoke(actions)
    _add_certificates(actions)


def _add_list(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser("list", help="các văn bản giao quyền ký / delegations")
    parser.add_argument("--agency", default="", metavar="ORGANID")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=_list)


def _add_grant(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser("grant", help="ghi nhận giao quyền ký / record a delegation")
    parser.add_argument("--agency", required=True, metavar="ORGANID", help="ký nhân danh / for")
    parser.add_argument("--capacity", required=True, choices=_CAPACITIES)
    parser.add_argument("--from", dest="grantor", default="", metavar="WHO", help="người giao")
    parser.add_argument("--to", dest="grantee", required=True, metavar="WHO", help="người nhận")
    parser.add_argument("--basis", required=True, metavar="CODE", help="số văn bản giao / writing")
    parser.add_argument("--type", action="append", default=[], metavar="LOẠI", help="Quyết định …")
    parser.add_argument("--scope", default="", help="lĩnh vực, nội dung / fields, matters")
    parser.add_argument("--since", default="", metavar="DAY", help=f"{_DAY}; hôm nay / today")
    parser.add_argument("--until", default="", metavar="DAY", help=f"{_DAY}, hết ngày / last day")
    parser.add_argument("--by", required=True, metavar="WHO", help="người ghi nhận / who records")
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=_grant)


def _add_revoke(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser("revoke", help="thu hồi / take one back")
    parser.add_argument("delegation", metavar="ID")
    parser.add_argument("--agency", required=True, metavar="ORGANID")
    parser.add_argument("--by", required=True, metavar="WHO")
    parser.add_argument("--reason", required=True)
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=_revoke)


def _add_certificates(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = actions.add_parser("certificates", help="chứng thư của ai / whose certificates")
    verbs = parser.add_subparsers(required=True, metavar="list|bind|confirm|unbind")
    listing = verbs.add_parser("list", help="đã thấy, đã gắn / seen and bound")
    listing.add_argument("--unbound", action="store_true", help="chưa của ai / nobody's yet")
    listing.add_argument("--limit", type=int, default=100)
    add_data(listing)
    add_json(listing)
    listing.set_defaults(run=_certificates)
    for name, text in (
        ("bind", "gắn với cơ quan, người / say whose it is"),
        ("confirm", "đúng là của cơ quan đã gửi / it is of the agency that sent it"),
        ("unbind", "không còn là của / it no longer is theirs"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("certificate", metavar="SHA256|FILE", help="từ 8 chữ số / 8 digits")
        if name != "confirm":
            verb.add_argument("--agency", required=True, metavar="ORGANID")
            verb.add_argument("--person", default="", metavar="WHO", help="trống: dấu / seal")
        verb.add_argument("--by", required=True, metavar="WHO")
        verb.add_argument("--of", required=True, metavar="ORGANID", help="cơ quan của WHO")
        verb.add_argument("--reason", default="")
        add_data(verb)
        add_json(verb)
        verb.set_defaults(run=_bind, verb=name)


@contextmanager
def _serving(data: Path, organ_id: str) -> Iterator[Callable[[], Any]]:
    """Give the writing transactions of the installation that serves the agency.

    Raises:
        AgencyUnknown, AgencyNotServed: none does.
    """
    with cabinets(World.load(data).homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                here = {row.organ_id for row in directory.served(session)} | {
                    row.old_organ_id for row in directory.served(session)
                }
            if organ_id in here:
                yield cabinet.database.writing
                return
        raise directory.AgencyNotServed(organ_id)


def _list(arguments: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = []
    now = datetime.now(UTC)
    with cabinets(World.load(arguments.data).homes) as opened:
        for cabinet in opened.values():
            with cabinet.database.reading() as session:
                for agency in directory.served(session):
                    if arguments.agency in {"", agency.organ_id}:
                        found = delegations.of_agency(session, agency.organ_id)
                        rows += [_as_dict(each, now) for each in found]
    if arguments.json:
        print_json(rows)
        return 0
    columns = ("Mã", "Cơ quan", "Quyền", "Người giao", "Người nhận", "Phạm vi", "Căn cứ")
    cells = [(*list(row.values())[:7], row["period"], row["standing"]) for row in rows]
    print_table("Giao quyền ký / delegations", (*columns, "Hiệu lực", "Nay"), cells)
    return 0


def _as_dict(given: Delegation, now: datetime) -> dict[str, Any]:
    if given.revoked(now):
        standing = "đã thu hồi / revoked"
    else:
        standing = "có hiệu lực / in force" if given.in_force(now) else "ngoài thời hạn / not now"
    return {
        "id": given.id,
        "agency": given.organ_id,
        "capacity": given.capacity.value,
        "from": given.grantor_id,
        "to": given.grantee_id,
        "scope": "; ".join(filter(None, (", ".join(given.types), given.scope))),
        "basis": given.basis,
        "period": given.period,
        "standing": standing,
    }


def _grant(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    wanted = Grant(
        organ_id=arguments.agency,
        capacity=Competence(arguments.capacity),
        grantor=arguments.grantor,
        grantee=arguments.grantee,
        basis=arguments.basis,
        valid_from=first_moment(arguments.since) if arguments.since else at,
        valid_until=moment_after(arguments.until) if arguments.until else None,
        types=tuple(arguments.type),
        scope=arguments.scope,
    )
    with _serving(arguments.data, arguments.agency) as writing, writing() as session:
        by = _recorder(session, arguments.by, arguments.agency, at)
        made = delegations.grant(session, wanted, by, at)
    return _said(arguments, {"id": made}, f"Đã ghi nhận / recorded: {made}")


def _recorder(session: Session, who: str, organ_id: str, at: datetime) -> Actor:
    agency = directory.served_agency(session, organ_id)
    return delegations.recorder(session, who, agency.organ_id, at)


def _revoke(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with _serving(arguments.data, arguments.agency) as writing, writing() as session:
        by = _recorder(session, arguments.by, arguments.agency, at)
        organ = directory.served_agency(session, arguments.agency).organ_id
        known = {each.id for each in delegations.of_agency(session, organ)}
        if arguments.delegation not in known:
            raise delegations.DelegationUnknown(arguments.delegation)
        delegations.revoke(session, arguments.delegation, by, at, arguments.reason)
    given = arguments.delegation
    return _said(arguments, {"id": given}, f"Đã thu hồi / revoked: {given}")


def _certificates(arguments: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = []
    with cabinets(World.load(arguments.data).homes) as opened:
        for name, cabinet in opened.items():
            with cabinet.database.reading() as session:
                known = certificates.listed(session, arguments.limit, unbound=arguments.unbound)
            rows += [
                {
                    "installation": name,
                    "sha256": each.credential.sha256,
                    "name": each.credential.name,
                    "organisations": list(each.credential.organisations),
                    "serial": each.credential.serial,
                    "issuer": each.credential.issuer,
                    "until": each.credential.not_after.isoformat(),
                    "seen_at": each.seen_at.isoformat(),
                    "seen_from": each.seen_from,
                    "bound_to": [b.person_id or b.organ_id for b in each.bindings if b.bound],
                }
                for each in known
            ]
    if arguments.json:
        print_json(rows)
        return 0
    cells = [
        (
            row["installation"],
            row["sha256"][:16],
            row["name"],
            ", ".join(row["organisations"]),
            local(datetime.fromisoformat(row["until"])),
            row["seen_from"],
            ", ".join(row["bound_to"]) or "chưa xác nhận / not confirmed",
        )
        for row in rows
    ]
    columns = ("Nơi cài", "SHA-256", "Tên", "Tổ chức", "Hết hạn", "Thấy từ", "Của")
    print_table("Chứng thư / certificates", columns, cells)
    return 0


def _bind(arguments: argparse.Namespace) -> int:
    at = datetime.now(UTC)
    with _serving(arguments.data, arguments.of) as writing, writing() as session:
        by = _recorder(session, arguments.by, arguments.of, at)
        sha256, seen_from = _certificate(session, arguments.certificate, at)
        claim = Claim(
            sha256,
            organ_id=seen_from if arguments.verb == "confirm" else arguments.agency,
            person="" if arguments.verb == "confirm" else arguments.person,
            bound=arguments.verb != "unbind",
            reason=arguments.reason,
        )
        organ = directory.served_agency(session, arguments.of).organ_id
        made = certificates.bind(session, claim, by, organ, at)
    holder = made.person_id or made.organ_id
    verb = "Của / belongs to" if made.bound else "Không còn của / no longer of"
    facts = {"sha256": sha256, "holder": holder, "bound": made.bound}
    return _said(arguments, facts, f"{sha256[:16]}: {verb} {holder}")


def _certificate(session: Session, wanted: str, at: datetime) -> tuple[str, str]:
    """Return SHA-256 and first sender of a certificate on record, or of one in a file."""
    path = Path(wanted)
    if path.is_file():
        # only here: the other verbs need no cryptography
        from signing.credentials import credential, read_certificate

        found = credential(read_certificate(path))
        certificates.see(session, found, "", at)
        return found.sha256, ""
    row = certificates.beginning(session, wanted)
    return row.sha256, row.seen_from


def _said(arguments: argparse.Namespace, facts: dict[str, Any], text: str) -> int:
    if arguments.json:
        print_json(facts)
    else:
        console.print(text, soft_wrap=True)
    return 0
