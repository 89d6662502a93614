"""/issue/ID/round: sealing with the clerk's own token, by the token tool in the browser.

As the leader's rounds (`sign_rounds`): what counts is the file that came and was verified; a window
that dies leaves the document numbered and waiting. Legal source: Decree 30/2020/ND-CP, Art. 17.2,
32.2; the operation is `SignIssued` (ux.md §4.1).
"""

import json

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from documents import accounts, rights, sign_sessions
from documents.errors import OfficeError
from documents.lifecycle import State
from documents.right import Right
from documents.sign_session import Operation, SessionState
from web.faults import status_of
from web.pages.document_page import outgoing_only, seen_by
from web.rendering import redirect
from web.visitor import Here
from workflows.sign_sessions import open_session

router = APIRouter(prefix="/issue/{document_id}/round")
_UNSEALED = frozenset({State.SIGNED, State.NUMBERED, State.VOID})


@router.post("")
def opened(here: Here, document_id: str) -> JSONResponse:
    """Lend the numbered file to the visitor's tool; the answer is for our script alone."""
    office = here.office
    try:
        accounts.may_sign(here.visit, office.settings.second_factor)
        with office.database.reading() as session:
            row = outgoing_only(seen_by(session, here, document_id))
            rights.check(session, here.visit, Right.ISSUE, None, here.at)
        address = office.settings.public_url or str(here.request.base_url).rstrip("/")
        made = open_session(office, row.id, here.who, Operation.ISSUED, address)
    except OfficeError as error:
        return JSONResponse(error.as_dict(), status_of(error))
    return JSONResponse(
        {
            "session": made.session_id,
            "path": made.round.path,
            "payload": json.loads(made.round.payload()),
            "until": made.until.isoformat(),
        }
    )


@router.get("")
def standing(here: Here, document_id: str) -> JSONResponse:
    """Say where the document stands: sealed, or still waiting."""
    with here.office.database.reading() as session:
        row = outgoing_only(seen_by(session, here, document_id))
    return JSONResponse({"state": row.state, "signed": row.state not in _UNSEALED})


@router.post("/close")
def closed(here: Here, document_id: str) -> Response:
    """End the visitor's open round; the document stays as it is."""
    with here.office.database.writing() as session:
        row = outgoing_only(seen_by(session, here, document_id))
        for each in sign_sessions.of_document(session, row.id):
            if each.state == SessionState.OPEN:
                sign_sessions.closed(session, each.id, here.who, here.at)
    return redirect(here, f"/issue/{document_id}", "Đã hủy phiên đóng dấu; văn bản giữ nguyên.")
