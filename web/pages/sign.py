"""/sign: the leader's pile, one document at a time beside its file, and the decision on it.

Sources: ux.md §1.2, §1.4, §2 (next and previous follow the pile). Legal source: Decree
30/2020/ND-CP, Art. 11 to 13. What is signed is what was read: every form says which file that was.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy import select

from documents import accounts, readings, sign_queue
from documents.document import Role
from documents.errors import OfficeError, Unavailable, storable
from documents.identity import new_id
from documents.lifecycle import State, Step
from documents.signature_request import RequestState
from documents.tables import DocumentRow, PersonRow, SignatureRequestRow
from web import kept
from web.pages import batches
from web.rendering import page, redirect, with_fault
from web.visitor import Here
from workflows import activation, key_cards, sign_case
from workflows.decisions import decide
from workflows.key_cards import KeyKind
from workflows.sign_case import SignCase

router = APIRouter(prefix="/sign")

HAPPENED = {
    "draft": "Dự thảo",
    "revise": "Bản mới",
    "submit": "Trình",
    "return": "Trả lại",
    "approve": "Duyệt",
    "initial": "Ký nháy",
    "sign": "Ký",
}
"""What happened, as its history says it."""


@router.get("")
def pile(here: Here) -> Response:
    """Show what waits for the visitor's decision or signature."""
    with here.office.database.reading() as session:
        rows = sign_queue.to_sign(session, here.organ_id, here.who)
        read = readings.last(session, here.who, [row.id for row in rows])
        drafters = {row.drafter_id or "" for row in rows}
        found = select(PersonRow).where(PersonRow.id.in_(drafters))
        names = {person.id: person.full_name for person in session.scalars(found)}
        frozen = [row.frozen_by for row in rows if row.frozen_by]
        asked = select(SignatureRequestRow).where(SignatureRequestRow.id.in_(frozen))
        requests = {request.document_id: request for request in session.scalars(asked)}
        stem = session.get_one(PersonRow, here.who).signing_key
    return page(
        here,
        "sign/pile.html",
        deciding=[row for row in rows if row.state == State.SUBMITTED],
        signing=[row for row in rows if row.state == State.APPROVED],
        read=read,
        names=names,
        requests=requests,
        key_kind=kind_of(here, stem),
        form_key=new_id(),
        is_head=Role.UNIT_HEAD in here.roles,
        tool=here.office.settings.token_tool,
        most=sign_queue.MOST,
    )


def kind_of(here: Here, stem: str) -> KeyKind:
    """Return where the visitor's key is; none where its descriptor is wrong."""
    try:
        return key_cards.kind_of(here.office, stem)
    except OfficeError:
        return KeyKind.NONE


@router.post("/batch")
def decide_many(
    here: Here,
    action: Annotated[str, Form(max_length=20)],
    key: Annotated[str, Form(max_length=64)],
    item: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Sign, or return, all that was ticked; the page of the batch shows a result for each."""
    arguments = {"reason": reason} if action == Step.RETURN else {}
    return batches.begin(here, action, item or [], key, **arguments)


@router.get("/key")
def key(here: Here) -> Response:
    """Show whose certificate will sign; a part of the page, asked for after it."""
    with here.office.database.reading() as session:
        stem = session.get_one(PersonRow, here.who).signing_key
    return page(here, "sign/key.html", card=key_cards.card(here.office, stem), at=here.at)


@router.get("/{document_id}")
def read(here: Here, document_id: str) -> Response:
    """Show one document, large, beside everything that is known of it."""
    context = _context(here, document_id)
    return page(here, "sign/show.html", **context)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document lies in the visitor's pile."""

    number: int
    """From 1; 0 where it is not in the pile any more."""
    total: int
    previous: str
    next: str
    """Ids; empty at the ends."""


def place_of(here: Here, document_id: str) -> Place:
    """Return what comes before and after a document among those that wait for a decision."""
    with here.office.database.reading() as session:
        rows = sign_queue.to_sign(session, here.organ_id, here.who)
    ids = [row.id for row in rows if row.state == State.SUBMITTED or row.id == document_id]
    if document_id not in ids:
        return Place(0, len(ids), "", ids[0] if ids else "")
    at = ids.index(document_id)
    before, after = ids[at - 1] if at else "", ids[at + 1] if at + 1 < len(ids) else ""
    return Place(at + 1, len(ids), before, after)


def _context(
    here: Here, document_id: str, sent: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    with here.office.database.reading() as session:
        case = sign_case.read_case(here.office, session, here.visit, document_id)
        before = readings.before(session, case.row, here.who)
    if before is None:
        before = _note_read(here, case.row)
    return {
        "case": case,
        "row": case.row,
        "before": before,
        "place": place_of(here, document_id),
        "mine": case.row.signer_id == here.who,
        "at": here.at,
        "tool": here.office.settings.token_tool,
        "installer": here.office.settings.token_tool_installer,
        "said_form": kept.form(here, _kept_key(document_id), seen=str(case.row.version), sent=sent),
        "form_key": new_id(),
        "words_of": HAPPENED,
        "wanted": codes_wanted(here, case),
    }


def _kept_key(document_id: str) -> str:
    return f"sign/{document_id[:36]}/return"


def codes_wanted(here: Here, case: SignCase) -> tuple[str, ...]:
    """Return what the visitor has to type for the signature: `pin`, `otp`; mostly nothing."""
    request = case.request
    if request is None or request.state != RequestState.AWAITS_CODE:
        return ()
    try:
        return activation.typed(here.office, request.id, here.who)
    except OfficeError:
        return ()


def _note_read(here: Here, row: DocumentRow) -> str:
    try:
        with here.office.database.writing() as session:
            return readings.read(session, row, here.who, here.at)
    except Unavailable:
        return ""  # it is read all the same; the next time notes it


@router.get("/{document_id}/status")
def status(here: Here, document_id: str) -> Response:
    """Show where the signature stands; the part of the page that asks again by itself."""
    with here.office.database.reading() as session:
        case = sign_case.read_case(here.office, session, here.visit, document_id)
    return page(here, "sign/status.html", **_of_status(here, case))


def _of_status(here: Here, case: SignCase) -> dict[str, Any]:
    return {
        "case": case,
        "row": case.row,
        "mine": case.row.signer_id == here.who,
        "at": here.at,
        "place": place_of(here, case.row.id),
        "wanted": codes_wanted(here, case),
        "tool": here.office.settings.token_tool,
        "installer": here.office.settings.token_tool_installer,
    }


@router.post("/{document_id}/approve")
def approve(
    here: Here,
    document_id: str,
    state: Annotated[str, Form(max_length=12)],
    sha256: Annotated[str, Form(max_length=64)],
) -> Response:
    """Approve what was read; the flow signs it, or asks for the signature where the key is."""
    accounts.may_sign(here.visit, here.office.settings.second_factor)
    place = place_of(here, document_id)
    try:
        sign_case.approve(here.office, document_id, here.visit, state, sha256)
    except OfficeError as fault:
        return again(here, document_id, fault)
    with here.office.database.reading() as session:
        kind = kind_of(here, session.get_one(PersonRow, here.who).signing_key)
    if kind is not KeyKind.HERE:
        return redirect(here, f"/sign/{document_id}", "Đã duyệt. Tiếp theo là chữ ký số.")
    url = f"/sign/{place.next}" if place.next else "/sign"
    return redirect(here, url, "Đã ký duyệt; hệ thống đang ký số và chuyển văn thư phát hành.")


@router.post("/{document_id}/return")
def send_back(
    here: Here,
    document_id: str,
    sha256: Annotated[str, Form(max_length=64)] = "",
    reason: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Return the draft with a reason."""
    return _take(here, document_id, Step.RETURN, sha256, reason, "Đã trả lại.")


@router.post("/{document_id}/void")
def void(
    here: Here,
    document_id: str,
    sha256: Annotated[str, Form(max_length=64)] = "",
    reason: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Drop a document that was approved and not signed yet, with a reason."""
    return _take(here, document_id, Step.VOID, sha256, reason, "Đã hủy văn bản.")


def _take(
    here: Here, document_id: str, step: Step, sha256: str, reason: str, said: str
) -> Response:
    place = place_of(here, document_id)
    try:
        with here.office.database.writing() as session:
            row = sign_case.locked_for(session, here.visit, document_id, here.at)
            decide(session, row, step, here.who, here.at, reason, sha256)
            kept.accepted(session, here, _kept_key(document_id))
    except OfficeError as fault:
        return again(here, document_id, fault, reason)
    return redirect(here, f"/sign/{place.next}" if place.next else "/sign", said)


def again(here: Here, document_id: str, fault: OfficeError, typed: str = "") -> Response:
    """Return the document as it stands now, with what was refused and what was typed."""
    context = _context(here, document_id, {"reason": [storable(typed)]} if typed else None)
    context["typed"] = storable(typed)
    return with_fault(here, "sign/show.html", fault, **context)
