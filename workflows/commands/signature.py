"""`congvan signature`: take a request back, bring what it waits for, or type its code."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from documents import posts, requests
from documents.document import Role
from documents.errors import Refused
from documents.ledger import Actor
from documents.requests import RequestUnknown
from documents.signature_request import RequestState
from documents.tables import DocumentRow, SignatureRequestRow
from workflows.cabinet import Cabinet, cabinets
from workflows.commands.console import add_data, console
from workflows.decisions import SHORTEST, ReasonMissing
from workflows.plain_words import REQUEST, named
from workflows.world import World

LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is brought."""


class FileUnfit(Refused):
    """The file that was to be brought cannot be read, or is too large."""

    code = "request.file_unfit"
    vietnamese = "Không đọc được tệp «{0}»: {1}"
    english = "the file {0} cannot be read: {1}"
    remedy = "Kiểm tra đường dẫn và dung lượng / check its path and size"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "signature", help="yêu cầu ký đang chờ / a signature that is waited for"
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    withdraw = actions.add_parser("withdraw", help="thu hồi yêu cầu / take the request back")
    withdraw.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    withdraw.add_argument("--reason", default="")
    withdraw.set_defaults(run=_withdraw)
    deliver = actions.add_parser("deliver", help="nộp chữ ký / bring the signature")
    brought = deliver.add_mutually_exclusive_group(required=True)
    brought.add_argument("--pdf", type=Path, help="tệp đã ký / the whole signed file")
    brought.add_argument(
        "--value",
        type=Path,
        action="append",
        help="giá trị chữ ký, lặp lại cho từng phụ lục / the raw value, binary; one for each hash",
    )
    deliver.add_argument("--by", required=True, help="ai nộp: mã hoặc họ tên / who brings it")
    deliver.set_defaults(run=_deliver)
    activate = actions.add_parser("activate", help="nhập mã xác nhận / type the code")
    activate.add_argument("--by", required=True, help="mã hoặc họ tên / id or full name")
    activate.add_argument(
        "--challenge", action="store_true", help="gửi mã dùng một lần / have a code sent first"
    )
    activate.add_argument(
        "--codes", type=Path, help="tệp chmod 600, hoặc - / a file of mode 600, or - for stdin"
    )
    activate.set_defaults(run=_activate)
    for each in (withdraw, deliver, activate):
        each.add_argument("request", help="mã yêu cầu / the request's id")
        add_data(each)


def _withdraw(arguments: argparse.Namespace) -> int:
    reason = arguments.reason.strip()
    if len(reason) < SHORTEST:
        raise ReasonMissing("withdraw")
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = _cabinet_with(opened, arguments.request)
        with cabinet.database.writing() as session:
            at = datetime.now(UTC)
            requests.withdrawn(session, arguments.request, arguments.by, reason, at)
    console.print(f"{arguments.request}: {named(REQUEST, RequestState.WITHDRAWN)}")
    return 0


def _deliver(arguments: argparse.Namespace) -> int:
    from workflows.deferral import deliver, deliver_value
    from workflows.office import open_office

    contents = [_content(path) for path in arguments.value or [arguments.pdf]]
    with cabinets(World.load(arguments.data).homes) as opened:
        cabinet = _cabinet_with(opened, arguments.request)
        with cabinet.database.reading() as session:
            actor = _bringer(session, arguments.request, arguments.by)
    office = open_office(cabinet.settings.home)
    try:
        if arguments.pdf:
            deliver(office, arguments.request, contents[0], actor=actor)
        else:
            deliver_value(office, arguments.request, *contents, actor=actor)
    finally:
        office.close()
    console.print(f"{arguments.request}: {named(REQUEST, RequestState.COMPLETED)}")
    return 0


def _bringer(session: Session, request_id: str, who: str) -> Actor:
    """Return the person of the document's agency who brings a signature."""
    document = session.get_one(DocumentRow, requests.get(session, request_id).document_id)
    what = "nộp chữ ký / bring a signature"
    at = datetime.now(UTC)
    return posts.acting(session, document.organ_id, who, frozenset(Role), at, what).actor


def _activate(arguments: argparse.Namespace) -> int:
    from workflows import activation
    from workflows.commands import codes
    from workflows.office import open_office

    request, who = arguments.request, arguments.by
    with cabinets(World.load(arguments.data).homes) as opened:
        home = _cabinet_with(opened, request).settings.home
    office = open_office(home)
    try:
        wanted = activation.typed(office, request, who)
        if arguments.challenge:
            activation.challenge(office, request, who)
        shown = codes.read(arguments.codes) if arguments.codes else codes.typed(wanted)
        state = activation.activate(office, request, who, shown)
    finally:
        office.close()
    console.print(f"{request}: {named(REQUEST, state)}")
    return 0


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise FileUnfit(path.name, f"> {LARGEST} bytes")
        return path.read_bytes()
    except OSError as error:
        raise FileUnfit(path.name, error.strerror or type(error).__name__) from None


def _cabinet_with(opened: dict[str, Cabinet], request_id: str) -> Cabinet:
    for cabinet in opened.values():
        with cabinet.database.reading() as session:
            if session.get(SignatureRequestRow, request_id):
                return cabinet
    raise RequestUnknown(request_id)
