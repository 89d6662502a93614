"""Orders at remote signing services: written down, sent, asked after, and settled.

The order is written down with an id of ours before it leaves. A process that dies in between
leaves a request that is SENT: whoever goes on asks after it and sends again only what never
arrived. A service that is down, or silent, is asked again after a pause. Where the signer has
to type a code nothing is sent from here: their order leaves with the code (activation.py).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from connectors.remote.errors import (
    CredentialUnusable,
    OrderInvalid,
    SigningFailed,
    TransactionUnknown,
)
from connectors.remote.record import order_of, order_text, transaction_of, transaction_text
from connectors.remote.service import (
    RemoteSigner,
    SigningOrder,
    State,
    ToSign,
    Transaction,
)
from documents import activation, casefile, request_parts, requests
from documents.errors import EvidenceBroken, OfficeError, Refused
from documents.signature_request import (
    RequestState,
    RequestStep,
    RequestStepRefused,
    Service,
)
from documents.tables import DocumentRow, SignatureRequestRow
from signing.deferred import Pending
from signing.errors import KeyUnavailable
from workflows import deferral, sign_sessions
from workflows.carrying import as_answer
from workflows.deferred_keys import DeferredKey, chosen, forget_identity
from workflows.faultpoint import passing
from workflows.office import Office

TOGETHER = 8
"""Requests that are carried at the same time; each may wait for a person's answer."""
MOST_ORDERS = 5
"""New orders for one request at a service that can be asked after none."""
SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
"""Seconds between two questions: a tenth of how long the order has been waiting."""

_ENDS = {
    State.REFUSED: RequestStep.REFUSE,
    State.EXPIRED: RequestStep.EXPIRE,
    State.FAILED: RequestStep.FAIL,
}


def go_on(office: Office) -> int:
    """Work on what is due: expire, send, ask, complete; return how many things that were."""
    over = sign_sessions.expire(office)
    with office.database.writing() as session:
        due = requests.due(session, office.owner, office.now(), TOGETHER)
    if not due:
        return over
    remote = [each for each in deferral.expire(office, due) if each.service == Service.REMOTE]
    with ThreadPoolExecutor(TOGETHER) as threads:
        list(threads.map(partial(_carried, office), remote))
    return over + len(due)


def _carried(office: Office, request: SignatureRequestRow) -> None:
    """Take one request as far as it goes now; whatever happens is written down."""
    try:
        outcome = _asked(office, request)
        if isinstance(outcome, Transaction):
            settle(office, request, outcome)
        elif outcome is not None:
            end(office, request, RequestStep.FAIL, outcome)
    except Exception as fault:
        error = as_answer(fault)
        again = office.now() + casefile.pause(request.attempts + 1)
        with office.database.writing() as session:
            if requests.is_open(session, request.id):
                requests.put_off(session, request.id, error, office.now(), again)


def _asked(office: Office, request: SignatureRequestRow) -> Transaction | OfficeError | None:
    """Return the order as the service knows it now, or why the request is to end.

    None: there is no order until the signer types a code.

    Raises:
        OfficeError: something is down or not set up; the order, if any, lives on.
    """
    key = DeferredKey.of(office.settings.at(office.settings.keys), request.key)
    if key is None or key.kind is not Service.REMOTE:
        raise KeyUnavailable(f"{request.key}.toml", "kind = remote")
    signer = office.service(key.service)
    match request.state:
        case RequestState.PREPARED:
            return _first(office, signer, key, request)
        case RequestState.SENT:
            return _resumed(office, signer, request)
        case _:
            transaction = transaction_of(request.order_text)
            return transaction if transaction.progress.over else signer.progress(transaction)


def _first(
    office: Office, signer: RemoteSigner, key: DeferredKey, request: SignatureRequestRow
) -> Transaction | OfficeError | None:
    wait = [
        Pending.read(office.blobs.get(pending), office.blobs.get(pdf))
        for pdf, pending in deferral.frozen_files(office, request)
    ]
    pending = wait[0]
    try:
        credential = chosen(signer, key, pending.identity.certificate)
    except Refused as error:
        if isinstance(error, CredentialUnusable):
            forget_identity(key)
        return error
    if len(wait) > credential.most:
        return OrderInvalid(signer.name, f"{len(wait)} > {credential.most}", "hashes")
    with office.database.reading() as session:
        document = session.get_one(DocumentRow, request.document_id)
        names = [document.code_notation, *_attached(session, request)]
    order = SigningOrder(
        order_id=f"{request.id}-1",
        credential=credential,
        algorithm=pending.identity.algorithm,
        items=tuple(
            ToSign(f"{document.id}.{place}" if place else document.id, name, each.to_sign)
            for place, (name, each) in enumerate(zip(names, wait, strict=True))
        ),
        description=document.subject,
        placed_at=office.now(),
    )
    return _ordered(office, signer, request, order)


def _attached(session: Session, request: SignatureRequestRow) -> list[str]:
    """Return the names of the attachments that are signed with the document."""
    names = [each.name for each in casefile.attachments_of(session, request.document_id)]
    return [names[p.ordinal - 1] for p in request_parts.of(session, request.id) if p.signed]


def _resumed(
    office: Office, signer: RemoteSigner, request: SignatureRequestRow
) -> Transaction | OfficeError | None:
    """Go on with an order that left, or may have: ask first, send only what never arrived."""
    order = order_of(request.order_text)
    transaction = signer.resume(order)
    if transaction is None:
        if request.orders >= MOST_ORDERS and not order.credential.typed:
            return SigningFailed(signer.name, "start", "không có câu trả lời / no answer")
        return _ordered(office, signer, request, renewed(order, request.orders, office.now()))
    transaction = signer.progress(transaction)
    if isinstance(transaction.progress.fault, TransactionUnknown):
        return _ordered(office, signer, request, order)
    return transaction


def renewed(order: SigningOrder, orders: int, at: datetime) -> SigningOrder:
    """Return the same order under a new id."""
    number = f"{order.order_id.rpartition('-')[0]}-{orders + 1}"
    return SigningOrder(
        number, order.credential, order.algorithm, order.items, order.description, at
    )


def _ordered(
    office: Office, signer: RemoteSigner, request: SignatureRequestRow, order: SigningOrder
) -> Transaction | OfficeError | None:
    """Write the order down, then send it; return why the service will not take it."""
    if order.credential.typed:
        with office.database.writing() as session:
            activation.awaits_code(session, request.id, order_text(order), office.now())
        return None
    with office.database.writing() as session:
        requests.sent(session, request.id, order_text(order), office.now())
    passing("order.marked")
    try:
        transaction = signer.start(order)
    except (Refused, EvidenceBroken) as error:
        return error
    passing("order.sent")
    return transaction


def settle(office: Office, request: SignatureRequestRow, transaction: Transaction) -> None:
    """Write down where the order stands; a value that came is put in."""
    progress, at = transaction.progress, office.now()
    if progress.fault is not None:
        end(office, request, _ENDS[progress.state], progress.fault)
        return
    age = (at - request.created_at).total_seconds()
    pause = min(max(age / 10, SHORTEST_PAUSE), LONGEST_PAUSE)
    text = transaction_text(transaction)
    try:
        with office.database.writing() as session:
            requests.waits(session, request.id, text, at, at + timedelta(seconds=pause))
    except RequestStepRefused:
        # over in the meantime: a signature that came all the same is kept as not used
        if progress.state is not State.SIGNED:
            raise
    passing("order.recorded")
    if progress.state is State.SIGNED:
        _complete(office, request, progress.signatures)


def _complete(office: Office, request: SignatureRequestRow, values: Sequence[bytes]) -> None:
    try:
        deferral.deliver_value(office, request.id, *values)
    except (Refused, EvidenceBroken) as error:
        # one that is over already (withdrawn, expired) stays as it is
        end(office, request, RequestStep.FAIL, error)


def end(
    office: Office, request: SignatureRequestRow, step: RequestStep, error: OfficeError
) -> None:
    """End a request by *error*, unless it is over already."""
    with office.database.writing() as session:
        if requests.is_open(session, request.id):
            requests.ended(session, request.id, step, error, office.now())
