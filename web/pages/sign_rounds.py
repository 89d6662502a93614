"""Signatures that come from elsewhere: the token tool's rounds, remote services, brought files.

The page's own state is cosmetic: what counts is the file that came and was verified (ux.md §4.1).
A window that dies leaves the document as it was. Legal source: Decree 30/2020/ND-CP, Art. 13.
"""

import json
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import JSONResponse, Response

from documents import accounts, requests, sign_sessions
from documents.errors import OfficeError, storable
from documents.lifecycle import State, Step
from documents.rights import see
from documents.sign_session import Operation, SessionState
from documents.signature_request import OPEN
from documents.tables import DocumentRow, SignatureRequestRow
from web.faults import status_of
from web.pages.sign import again
from web.rendering import redirect
from web.upload import UploadRefused
from web.visitor import Here
from workflows import activation, settlement, sign_case, signed_elsewhere
from workflows.activation import Activation
from workflows.decisions import needed
from workflows.sign_sessions import open_session
from workflows.signed_elsewhere import NothingAwaited

router = APIRouter(prefix="/sign/{document_id}")


@router.post("/round")
def open_round(
    here: Here,
    document_id: str,
    state: Annotated[str, Form(max_length=12)],
    sha256: Annotated[str, Form(max_length=64)],
) -> JSONResponse:
    """Approve what was read, if that is still to do, and lend the file to the visitor's tool.

    The answer, for our script alone, is what the tool is sent, or why there is no round.
    """
    office = here.office
    try:
        accounts.may_sign(here.visit, office.settings.second_factor)
        sign_case.approve(office, document_id, here.visit, state, sha256)
        address = office.settings.public_url or str(here.request.base_url).rstrip("/")
        opened = open_session(office, document_id, here.who, Operation.APPROVED, address)
    except OfficeError as error:
        return JSONResponse(error.as_dict(), status_of(error))
    return JSONResponse(
        {
            "session": opened.session_id,
            "path": opened.round.path,
            "payload": json.loads(opened.round.payload()),
            "until": opened.until.isoformat(),
        }
    )


@router.get("/round")
def standing(here: Here, document_id: str) -> JSONResponse:
    """Say where the document stands, for our script: signed, waiting, or why not."""
    with here.office.database.reading() as session:
        row = see(session, here.visit, session.get(DocumentRow, document_id), here.at)
    signed = row.state not in {State.DRAFT, State.RETURNED, State.SUBMITTED, State.APPROVED}
    return JSONResponse({"state": row.state, "signed": signed and row.state != State.VOID})


@router.post("/round/close")
def close_round(here: Here, document_id: str) -> Response:
    """End the visitor's open round; the document stays as it is, and another may be opened."""
    with here.office.database.writing() as session:
        row = sign_case.locked_for(session, here.visit, document_id, here.at)
        for each in sign_sessions.of_document(session, row.id):
            if each.state == SessionState.OPEN:
                sign_sessions.closed(session, each.id, here.who, here.at)
    return redirect(here, f"/sign/{document_id}", "Đã hủy phiên ký; văn bản giữ nguyên.")


@router.post("/elsewhere")
def elsewhere(here: Here, document_id: str, signed: Annotated[UploadFile, File()]) -> Response:
    """Take a PDF that was signed elsewhere, judged as the tool's own upload is."""
    try:
        accounts.may_sign(here.visit, here.office.settings.second_factor)
        largest = signed_elsewhere.largest(here.office, document_id, here.visit)
        content = signed.file.read(largest + 1)
        if len(content) > largest:
            raise UploadRefused(f"> {largest} bytes")
        signed_elsewhere.bring(here.office, document_id, here.visit, content)
    except OfficeError as fault:
        return again(here, document_id, fault)
    return redirect(here, f"/sign/{document_id}", "Đã nhận bản ký; chữ ký hợp lệ.")


def _open_request(here: Here, document_id: str) -> str:
    """Return the id of the document's open request.

    Raises:
        DocumentUnknown: the visitor may not see the document.
        NothingAwaited: none is open.
    """
    with here.office.database.reading() as session:
        row = see(session, here.visit, session.get(DocumentRow, document_id), here.at)
        request = session.get(SignatureRequestRow, row.frozen_by or "")
        if request is None or request.state not in OPEN:
            raise NothingAwaited
        return request.id


@router.post("/withdraw")
def withdraw(
    here: Here, document_id: str, reason: Annotated[str, Form(max_length=5000)] = ""
) -> Response:
    """Take the request for a signature back; the document waits for another decision."""
    try:
        request_id = _open_request(here, document_id)
        reason = needed(Step.RETURN, reason)
        with here.office.database.writing() as session:
            requests.withdrawn(session, request_id, here.who, reason, here.at)
    except OfficeError as fault:
        return again(here, document_id, fault, reason)
    return redirect(here, f"/sign/{document_id}", "Đã hủy yêu cầu ký.")


@router.post("/again")
def try_again(here: Here, document_id: str) -> Response:
    """Have the signature asked for anew, after a request that ended or an error."""
    try:
        accounts.may_sign(here.visit, here.office.settings.second_factor)
        with here.office.database.writing() as session:
            row = sign_case.locked_for(session, here.visit, document_id, here.at)
            settlement.try_again(session, row, here.who, here.at)
    except OfficeError as fault:
        return again(here, document_id, fault)
    return redirect(here, f"/sign/{document_id}", "Đang yêu cầu ký lại.")


@router.post("/code")
def code(
    here: Here,
    document_id: str,
    pin: Annotated[str, Form(max_length=100)] = "",
    otp: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Order the signature with the code that was typed; it goes to the service and nowhere else."""
    try:
        accounts.may_sign(here.visit, here.office.settings.second_factor)
        request_id = _open_request(here, document_id)
        shown = Activation(pin=storable(pin), otp=storable(otp))
        activation.activate(here.office, request_id, here.who, shown)
    except OfficeError as fault:
        return again(here, document_id, fault)
    return redirect(here, f"/sign/{document_id}", "Đã gửi lệnh ký tới dịch vụ.")


@router.post("/challenge")
def challenge(here: Here, document_id: str) -> Response:
    """Have the service send a one-time code."""
    try:
        activation.challenge(here.office, _open_request(here, document_id), here.who)
    except OfficeError as fault:
        return again(here, document_id, fault)
    return redirect(here, f"/sign/{document_id}", "Dịch vụ đã gửi mã dùng một lần.")
