"""Codes that a signer types: shown to the service once, in the process in which they were typed.

Legal source: Decree 30/2020/ND-CP, Art. 13, 32.2. A PIN or a one-time code goes from whoever
types it to the service and nowhere else: not into a flow, a worker, the store or a log. The
order is written down before it leaves, as every other (remote_signing.py); if this process
dies on the way, or no answer comes, the request waits for its signer again.
"""

from connectors.remote.errors import ActivationRefused, CredentialUnusable
from connectors.remote.record import order_of, order_text
from connectors.remote.service import Activation, RemoteSigner, SigningOrder
from documents import activation, requests
from documents.activation import CodeRefused
from documents.errors import EvidenceBroken, OfficeError, OutcomeUnknown, Refused
from documents.freezing import shown as local
from documents.signature_request import RequestState, RequestStep
from documents.tables import SignatureRequestRow
from signing.errors import KeyUnavailable
from workflows import remote_signing
from workflows.deferred_keys import DeferredKey, forget_identity
from workflows.faultpoint import passing
from workflows.office import Office

__all__ = ["Activation", "activate", "challenge", "typed"]


class CodeMissing(Refused):
    """Nothing was typed, or not all that the service asks for."""

    code = "request.code_missing"
    vietnamese = "Chưa nhập {0}"
    english = "{0} is lacking"
    remedy = "Nhập đủ mã mà dịch vụ yêu cầu / type all that the service asks for"


class CodeNotSent(Refused):
    """The service sends no one-time code; the signer has it from an app or a token."""

    code = "request.code_not_sent"
    vietnamese = "Dịch vụ ký số «{0}» không gửi mã dùng một lần"
    english = "the signing service {0} sends no one-time code"
    remedy = (
        "Xem mã trên ứng dụng hoặc thiết bị của người ký, bỏ --challenge"
        " / read the code from the signer's app or device, without --challenge"
    )


def typed(office: Office, request_id: str, who: str) -> tuple[str, ...]:
    """Return what *who* has to type for a request: `pin`, `otp`; nothing is asked of the service.

    Raises:
        RequestUnknown, RequestExpired: there is no such request, or its time is over.
        RequestStepRefused: it waits for no code.
        PersonUnknown, PersonAmbiguous, RightMissing: it is not theirs to sign.
    """
    return _order(_awaiting(office, request_id, who)).credential.typed


def challenge(office: Office, request_id: str, who: str) -> None:
    """Have the service send the signer a one-time code.

    Raises:
        CodeNotSent: it sends none.
        RemoteUnavailable, RemoteRefused: none was sent.
        OfficeError: as `typed` says.
    """
    request = _awaiting(office, request_id, who)
    credential, signer = _order(request).credential, _signer(office, request)
    if not credential.sends:
        raise CodeNotSent(signer.name)
    with office.database.writing() as session:
        activation.challenged(session, request_id, who, office.now())
    signer.challenge(credential)


def activate(office: Office, request_id: str, who: str, shown: Activation) -> RequestState:
    """Order the signature with what *who* typed, now; return where the request then stands.

    Raises:
        CodeMissing: not all was typed; nothing was sent.
        CodeRefused: it was wrong; the request waits for another, or is over after the last.
        RemoteUnavailable: nothing was ordered; the request waits for a code again.
        RemoteOutcomeUnknown: no answer came; the request waits for a code again.
        RemoteRefused, SignatureForeign: the service will not sign; the request is over.
        OfficeError: as `typed` says.
    """
    request = _awaiting(office, request_id, who)
    order, signer = _order(request), _signer(office, request)
    if lacking := [name for name in order.credential.typed if not getattr(shown, name)]:
        raise CodeMissing(", ".join(lacking).upper())

    def renewed(waiting: SignatureRequestRow) -> str:
        nonlocal order
        order = remote_signing.renewed(_order(waiting), waiting.orders, office.now())
        return order_text(order)

    with office.database.writing() as session:
        request = activation.begun(session, request_id, who, renewed, office.now())
    passing("order.marked")
    _start(office, signer, request, order, shown)
    with office.database.reading() as session:
        return RequestState(requests.get(session, request_id).state)


def _start(
    office: Office,
    signer: RemoteSigner,
    request: SignatureRequestRow,
    order: SigningOrder,
    shown: Activation,
) -> None:
    try:
        transaction = signer.start(order, shown)
    except ActivationRefused as wrong:
        raise _wrong(office, request, wrong) from None
    except (Refused, EvidenceBroken) as error:
        if isinstance(error, CredentialUnusable):
            forget_identity(_key(office, request))
        remote_signing.end(office, request, RequestStep.FAIL, error)
        raise
    except OfficeError as error:
        _unanswered(office, signer, request, error)
        raise
    passing("order.sent")
    remote_signing.settle(office, request, transaction)


def _wrong(office: Office, request: SignatureRequestRow, wrong: ActivationRefused) -> CodeRefused:
    """Note a wrong code; the service's own words are for whoever typed, and not kept."""
    service, *words = wrong.args
    with office.database.writing() as session:
        left = 0
        if requests.is_open(session, request.id):
            left = activation.code_refused(session, request.id, service, office.now())
    said = " ".join(filter(None, words))
    return CodeRefused(service, left, local(request.until), f" ({said})" if said else "")


def _unanswered(
    office: Office, signer: RemoteSigner, request: SignatureRequestRow, error: OfficeError
) -> None:
    at = office.now()
    with office.database.writing() as session:
        if not requests.is_open(session, request.id):
            return
        known = isinstance(error, OutcomeUnknown) and signer.resume(_order(request))
        if known:  # the sweeper asks after it
            requests.put_off(session, request.id, error, at, at)
        else:
            activation.not_ordered(session, request.id, error, at)


def _awaiting(office: Office, request_id: str, who: str) -> SignatureRequestRow:
    with office.database.reading() as session:
        return activation.awaiting(session, request_id, who, office.now())


def _order(request: SignatureRequestRow) -> SigningOrder:
    return order_of(request.order_text)


def _signer(office: Office, request: SignatureRequestRow) -> RemoteSigner:
    return office.service(_key(office, request).service)


def _key(office: Office, request: SignatureRequestRow) -> DeferredKey:
    key = DeferredKey.of(office.settings.at(office.settings.keys), request.key)
    if key is None or not key.service:
        raise KeyUnavailable(f"{request.key}.toml", "kind = remote")
    return key
