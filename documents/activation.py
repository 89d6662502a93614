"""Requests whose signer types a PIN or a one-time code (mã xác nhận) before the key signs.

Legal source: Decree 30/2020/ND-CP, Art. 13 (who is competent signs), Art. 32.2 (the clerk keeps
the seal's key). Such a request waits until its signer comes; each try is one order, and nothing
of what was typed is ever kept. Each function runs in the caller's writing transaction.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from documents import directory, posts, requests, signatory
from documents.document import Role
from documents.errors import OfficeError, Refused
from documents.freezing import shown
from documents.ledger import SYSTEM, Actor
from documents.signature_request import (
    Purpose,
    RequestState,
    RequestStep,
    RequestStepRefused,
)
from documents.tables import DocumentRow, SignatureRequestRow

MOST_CODES = 3
"""Wrong codes for one request: services lock an account after few more."""
_HOLDER = "activation"
"""In place of a worker's name: a worker that starts anew must not give it up."""


class CodeNeeded(Refused):
    """The signer has to type a PIN or a one-time code; shown with the request meanwhile."""

    code = "request.code_needed"
    vietnamese = "Chờ mã xác nhận của «{0}»"
    english = "waits for the signer's code: {0}"
    remedy = (
        "Người ký chạy `congvan signature activate {1} --by …`"
        " / the signer runs `congvan signature activate {1} --by …`"
    )


class CodeRefused(Refused):
    """What was typed is wrong; nothing was ordered."""

    code = "request.code_refused"
    vietnamese = "Mã xác nhận không đúng, dịch vụ «{0}»{3}; còn {1} lần thử, đến {2}"
    english = "the code is wrong for {0}; {1} more tries, until {2}"
    remedy = (
        "Nhập lại; nhập sai nhiều lần dịch vụ có thể khóa tài khoản"
        " / type it again; the service may lock an account after several wrong ones"
    )


def awaits_code(session: Session, request_id: str, order_text: str, at: datetime) -> None:
    """Note that nothing can be ordered until the signer comes; *order_text* says what will be."""
    document, request = requests.locked(session, request_id)
    if request.state == RequestState.PREPARED:
        request.attempts = 0  # from now on: wrong codes
    requests.move(request, RequestStep.ASK_CODE, at)
    request.order_text = order_text
    _wait(request, CodeNeeded(request.holder, request.id))
    requests.tell(session, document, request, RequestStep.ASK_CODE, SYSTEM, at)


def awaiting(session: Session, request_id: str, who: str, at: datetime) -> SignatureRequestRow:
    """Return a request that waits for a code that *who* may type.

    Raises:
        RequestUnknown: there is none.
        RequestStepRefused: it waits for no code.
        RequestExpired: its time is over.
        PersonUnknown, PersonAmbiguous: nobody, or not one person, is *who*.
        RightMissing: it is somebody else's signature, or not the clerk's seal.
    """
    request = _waiting(requests.get(session, request_id), at)
    _actor(session, session.get_one(DocumentRow, request.document_id), request, who, at)
    return request


def challenged(session: Session, request_id: str, who: str, at: datetime) -> None:
    """Write into the ledger that a one-time code was sent for; raises as `awaiting`."""
    document, request = requests.locked(session, request_id)
    actor = _actor(session, document, _waiting(request, at), who, at)
    requests.tell(session, document, request, "challenge", actor, at)


def begun(
    session: Session,
    request_id: str,
    who: str,
    renewed: Callable[[SignatureRequestRow], str],
    at: datetime,
) -> SignatureRequestRow:
    """Note, before it leaves, the order that goes with a code; nobody else sends one meanwhile.

    *renewed* gives the order as text, under an id of its own. Raises as `awaiting`.
    """
    document, request = requests.locked(session, request_id)
    actor = _actor(session, document, _waiting(request, at), who, at)
    request.order_text = renewed(request)
    requests.move(request, RequestStep.SEND, at)
    request.orders += 1
    request.lease_owner, request.next_attempt_at = _HOLDER, at + requests.LEASE
    request.error_code = request.error_text = None
    requests.tell(session, document, request, "activate", actor, at, order=request.orders)
    return request


def code_refused(session: Session, request_id: str, service: str, at: datetime) -> int:
    """Note a wrong code; return how many more may be typed. After the last the request is over."""
    document, request = requests.locked(session, request_id)
    requests.move(request, RequestStep.ASK_CODE, at)
    request.attempts += 1
    left = max(MOST_CODES - request.attempts, 0)
    error = CodeRefused(service, left, shown(request.until))
    requests.tell(session, document, request, "code_refused", SYSTEM, at, left=left)
    if left:
        _wait(request, error)
    else:
        requests.end(session, document, request, RequestStep.FAIL, error, SYSTEM, at)
    return left


def not_ordered(session: Session, request_id: str, error: OfficeError, at: datetime) -> None:
    """Note that nothing came of an order and nobody can be asked after it: a code is due again."""
    document, request = requests.locked(session, request_id)
    requests.move(request, RequestStep.ASK_CODE, at)
    _wait(request, error)
    requests.tell(session, document, request, "ask_code", SYSTEM, at, error=error.code)


def _wait(request: SignatureRequestRow, error: OfficeError) -> None:
    request.next_attempt_at = request.lease_owner = None
    request.error_code, request.error_text = error.code, str(error)


def _waiting(request: SignatureRequestRow, at: datetime) -> SignatureRequestRow:
    if request.state != RequestState.AWAITS_CODE:
        raise RequestStepRefused(request.id, request.state, "activate")
    requests.ensure_open(request, at)
    return request


def _actor(
    session: Session, document: DocumentRow, request: SignatureRequestRow, who: str, at: datetime
) -> Actor:
    """Return who types: the document's signer, or for the seal a clerk of the agency."""
    what = "nhập mã xác nhận / type the code"
    if request.purpose == Purpose.LEADER:
        person = signatory.person_for(session, document.organ_id, who, at)
        if person.id != document.signer_id:
            raise directory.RightMissing(person.full_name, person.position, what)
        return signatory.signing(session, document, at).actor
    organ = document.organ_id
    return posts.acting(session, organ, who, (Role.CLERK,), at, what, alone=True).actor
