"""`congvan send`: carry a user's own PDF or Word file the whole way."""

import argparse
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from documents import directory, kinds, outgoing, requests
from documents.change import ChangeKind
from documents.change_letters import Asks
from documents.delivery import REACHED, DeliveryState
from documents.document import DocumentType, Urgency
from documents.errors import Refused
from documents.fields import LANGUAGE
from documents.freezing import shown
from documents.lifecycle import Direction, State, Step
from documents.sign_session import Operation
from documents.signature_request import Purpose, RequestState, Service
from documents.tables import DocumentRow
from drafting.finder import read_box
from workflows import calendar_days, drafts, whereabouts
from workflows.commands import send_ties
from workflows.commands.console import add_data, add_json, console, print_json
from workflows.commands.demo import serving
from workflows.demonstration import offices
from workflows.drafts import Order
from workflows.office import Office
from workflows.plain_words import DELIVERY, DOCUMENT, named
from workflows.world import World

_CODE = "code"
_NEXT = {
    Service.VGCA: ("Ký bằng công cụ VGCA", "sign with the token tool"),
    Service.MANUAL: ("Nộp giá trị chữ ký", "bring the signature's value"),
    Service.REMOTE: ("Người ký xác nhận trên thiết bị", "the signer agrees on the device"),
    _CODE: ("Nhập mã xác nhận", "type the code"),
}
_COMMANDS = {
    Service.VGCA: "congvan sign-session open {0} --by WHO --operation {2}",
    Service.MANUAL: "congvan signature deliver {1} --by WHO --value FILE",
    Service.REMOTE: "congvan show --frozen",
    _CODE: "congvan signature activate {1} --by WHO",
}
"""What a person does about a frozen document, by `_next`."""

_SETTLED = {*REACHED, DeliveryState.FAILED}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("send", help="gửi một tệp PDF/Word / send a file")
    parser.add_argument("file", type=Path)
    parser.add_argument("--from", dest="sender", required=True, metavar="ORGANID")
    parser.add_argument(
        "--to", dest="recipients", action="append", nargs="+", default=[], metavar="ORGANID"
    )
    parser.add_argument("--subject", default="", help="trích yếu / what it is about")
    parser.add_argument(
        "--type", default=DocumentType.OFFICIAL_LETTER.value, help="xem / see `congvan types list`"
    )
    parser.add_argument("--signer", required=True, help="mã hoặc họ tên / id or full name")
    parser.add_argument("--drafter", default="", help="mã hoặc họ tên / id or full name")
    parser.add_argument("--unit", default="", help="đơn vị soạn thảo / drafting unit")
    parser.add_argument("--notation", default="", help="ký hiệu / notation")
    parser.add_argument("--urgency", type=int, choices=range(5), default=0)
    parser.add_argument("--confidentiality", default="", help="độ mật: bị từ chối / refused")
    parser.add_argument("--language", default=LANGUAGE, help="ngôn ngữ / language")
    parser.add_argument("--description", default="", help="ghi chú / note")
    parser.add_argument("--issued-amount", type=int, metavar="N", help="số bản / copies issued")
    parser.add_argument("--due", default="", metavar="DD/MM/YYYY", help="hạn trả lời / answer by")
    parser.add_argument("--attach", action="append", type=Path, default=[], metavar="FILE")
    parser.add_argument("--box", action="append", default=[], metavar="NAME=PAGE,X0,Y0,X1,Y1")
    parser.add_argument(
        "--draft",
        action="store_true",
        help="chỉ lập dự thảo; trình, ký nháy, duyệt bằng `congvan step` / only the draft; "
        "submit, initial and approve it by `congvan step`",
    )
    ties = parser.add_mutually_exclusive_group()
    for kind, said in (
        (ChangeKind.RECALL, "thu hồi / the letter recalls it"),
        (ChangeKind.UPDATE, "cập nhật / a new version of it"),
        (ChangeKind.REPLACE, "thay thế / stands in its place"),
    ):
        ties.add_argument(f"--{kind}s", dest=kind, default="", metavar="DOCUMENT", help=said)
    parser.add_argument("--reason", default="", help="lý do thu hồi, cập nhật, thay thế / why")
    parser.add_argument(
        "--removes", action="append", nargs="+", default=[], metavar="ORGANID", help="thôi nhận"
    )
    send_ties.add(parser)
    parser.add_argument(
        "--wait",
        type=float,
        default=120,
        metavar="SECONDS",
        help="chờ nơi nhận / how long to wait for the recipients",
    )
    add_data(parser)
    add_json(parser)
    parser.set_defaults(run=run, parser=parser)


def run(arguments: argparse.Namespace) -> int:
    """Draft, submit, approve, and follow the document to its recipients; or only draft."""
    order = _order(arguments)
    if not (order.subject and order.recipients) and not send_ties.given(arguments):
        arguments.parser.error("--subject, --to")
    tied = next(filter(None, (getattr(arguments, kind) for kind in ChangeKind)), "")
    boxes = dict(read_box(text) for text in arguments.box)
    world = World.load(arguments.data)
    with offices(world) as opened:
        office = _office_of(opened, order.sender)
        order = send_ties.tied(office, order, arguments)
        if tied:
            order = replace(order, asks=_asks(office, order, arguments))
        document_id = drafts.hand_in_file(office, order, arguments.file, boxes)
        if arguments.draft:
            return _drafted(document_id, as_json=arguments.json)
        _approve(office, document_id)
        with serving(world):
            facts = _follow(office, document_id, arguments)
    if arguments.json:
        print_json(facts)
    elif facts["frozen"]:
        console.print(_whats_next(facts), soft_wrap=True)
    return 0 if facts["ok"] else 1


def _whats_next(facts: Mapping[str, Any]) -> str:
    """Say who holds a frozen document, until when, and what is to be done (nothing is wrong)."""
    document, frozen = facts["id"], facts["frozen"]
    request, holder, until = frozen["request"], frozen["holder"], frozen["until"]
    vietnamese, english = _NEXT[frozen["next"]]
    command = _COMMANDS[frozen["next"]].format(document, request, frozen["operation"])
    return (
        f"Văn bản {document} đang chờ «{holder}» ký, đến {until}"
        f" / frozen: {holder} holds it for a signature until {until}\n"
        f"{vietnamese} / {english}: {command}\n"
        "Thu hồi yêu cầu / take the request back: "
        f"congvan signature withdraw {request} --by WHO --reason …\n"
        "Ký xong, `congvan up` chuyển tiếp / once it is signed, `congvan up` carries it on; "
        f"xem / see: congvan show {document}"
    )


def _drafted(document_id: str, *, as_json: bool) -> int:
    if as_json:
        print_json({"ok": True, "id": document_id, "state": "draft"})
    else:
        console.print(f"{document_id}: {named(DOCUMENT, State.DRAFT)}")
    return 0


def _order(arguments: argparse.Namespace) -> Order:
    kind = kinds.named(arguments.type)
    return Order(
        sender=arguments.sender,
        # one that the office itself added is looked up where it is
        type=kind.name if kind is not None else arguments.type,
        subject=arguments.subject,
        recipients=tuple(code for group in arguments.recipients for code in group),
        signer=arguments.signer,
        drafter=arguments.drafter,
        unit=arguments.unit,
        notation=arguments.notation,
        urgency=Urgency(arguments.urgency),
        confidentiality=arguments.confidentiality,
        due_date=calendar_days.read_day(arguments.due) if arguments.due else None,
        language=arguments.language,
        description=arguments.description,
        issued_amount=arguments.issued_amount,
        attachments=tuple(arguments.attach),
    )


def _asks(office: Office, order: Order, arguments: argparse.Namespace) -> Asks:
    """Return what the letter recalls, updates or replaces."""
    kind = next(kind for kind in ChangeKind if getattr(arguments, kind))
    wanted, way = getattr(arguments, kind), Direction.OUTGOING
    _, target = whereabouts.found({"": office}, wanted, order.sender, way)
    removed = tuple(code for group in arguments.removes for code in group)
    return Asks(kind, target.id, arguments.reason, removed)


def _office_of(opened: dict[str, Office], sender: str) -> Office:
    """Return the office that serves the agency *sender*."""
    refusal: Refused = directory.AgencyUnknown(sender)
    for office in opened.values():
        with office.database.reading() as session:
            try:
                directory.served_agency(session, sender)
            except Refused as error:
                if not isinstance(error, directory.AgencyUnknown):
                    refusal = error
            else:
                return office
    raise refusal


def _approve(office: Office, document_id: str) -> None:
    with office.database.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        drafter, signer = row.drafter_id or "", row.signer_id or ""
        outgoing.decide(session, document_id, Step.SUBMIT, drafter, office.now())
        outgoing.decide(session, document_id, Step.APPROVE, signer, office.now())


def _follow(office: Office, document_id: str, arguments: argparse.Namespace) -> dict[str, Any]:
    until = time.monotonic() + arguments.wait
    said = ""
    while True:
        facts = _facts(office, document_id)
        now = _words(facts)
        if now != said and not arguments.json:
            console.print(now, soft_wrap=True)
            said = now
        if facts["settled"] or time.monotonic() > until:
            return facts
        time.sleep(0.2)


def _words(facts: dict[str, Any]) -> str:
    deliveries = [f"{to}: {named(DELIVERY, state)}" for to, state in facts["deliveries"].items()]
    document = f"{named(DOCUMENT, facts['state'])} {facts['code'] or ''}".strip()
    return "; ".join((document, *deliveries))


def _facts(office: Office, document_id: str) -> dict[str, Any]:
    with office.database.reading() as session:
        row = session.get_one(DocumentRow, document_id)
        deliveries = {d.organ_id: d.state for d in outgoing.deliveries_of(session, document_id)}
        frozen = _frozen(session, row)
    reached = all(state in {s.value for s in REACHED} for state in deliveries.values())
    return {
        "ok": (reached or frozen is not None) and not row.held,
        "id": document_id,
        "code": f"{row.code_number}/{row.code_notation}" if row.code_number else None,
        "state": row.state,
        "deliveries": deliveries,
        "error": row.error_text,
        "frozen": frozen,
        # another person's device answers while we look on; the other ways need a command
        "settled": row.held
        or (frozen is not None and frozen["next"] != Service.REMOTE)
        or all(s in {x.value for x in _SETTLED} for s in deliveries.values()),
    }


def _frozen(session: Session, row: DocumentRow) -> dict[str, str] | None:
    """Return who is to sign, until when, and by which of `_NEXT`; None if nobody holds it."""
    if row.frozen_by is None or row.state in (State.DISPATCHED, State.FILED):
        return None
    request = requests.get(session, row.frozen_by)
    typed = request.state == RequestState.AWAITS_CODE
    return {
        "request": request.id,
        "holder": request.holder,
        "until": shown(request.until),
        "operation": Operation.ISSUED if request.purpose == Purpose.SEAL else Operation.APPROVED,
        "next": _CODE if typed else request.service,
    }
