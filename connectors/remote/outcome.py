"""What becomes of an order: whether it can be asked at all, what proves a value, how it ends."""

from collections.abc import Callable, Sequence

from cryptography import x509

from connectors.remote.algorithms import signed_by
from connectors.remote.errors import (
    AccessDenied,
    OrderInvalid,
    RemoteRefused,
    ServiceSettingsInvalid,
    ServiceUnsuitable,
    SignatureForeign,
    SigningDeclined,
    SigningExpired,
)
from connectors.remote.service import Progress, SigningOrder, State, Transaction

_OURS = (AccessDenied, ServiceUnsuitable, ServiceSettingsInvalid)
"""Refusals that are mended by an administrator: the transaction itself lives on."""
_ENDS = {SigningDeclined: State.REFUSED, SigningExpired: State.EXPIRED}


def ensure_fits(service: str, order: SigningOrder) -> None:
    """Return if the credential can do what *order* asks.

    Raises:
        OrderInvalid: another algorithm, or more hashes than it takes.
    """
    credential = order.credential
    if order.algorithm not in credential.algorithms:
        raise OrderInvalid(service, order.algorithm, ", ".join(credential.algorithms))
    if len(order.items) > credential.most:
        raise OrderInvalid(service, f"{len(order.items)} > {credential.most}", "hashes")


def signed(
    service: str, order: SigningOrder, reference: str, signatures: Sequence[bytes]
) -> Transaction:
    """Return the transaction of *order* with *signatures*, one a document, in its sequence.

    Raises:
        SignatureForeign: one of them is not the certificate's over its document's hash.
    """
    key = x509.load_der_x509_certificate(order.credential.certificate).public_key()
    for item, value in zip(order.items, signatures, strict=True):
        if not signed_by(key, order.algorithm, item.digest, value):
            raise SignatureForeign(service, item.document_id, order.algorithm)
    return Transaction(order, reference, Progress(State.SIGNED, tuple(signatures)))


def furthered(
    service: str, transaction: Transaction, ask: Callable[[], Transaction | Sequence[bytes] | None]
) -> Transaction:
    """Return *transaction* as *ask* finds it; one that is over is not asked for again.

    Args:
        service: its name.
        transaction: as it was written down.
        ask: gives the signatures, the transaction that goes on from this one, or None while
            the person has not answered.

    Raises:
        SignatureForeign: as `signed` says.
        AccessDenied, ServiceUnsuitable, ServiceSettingsInvalid: the transaction lives on.
    """
    if transaction.progress.over:
        return transaction
    try:
        found = ask()
    except RemoteRefused as fault:
        return ended(transaction, fault)
    if found is None:
        return transaction
    if isinstance(found, Transaction):
        return found
    return signed(service, transaction.order, transaction.reference, found)


def ended(transaction: Transaction, fault: RemoteRefused) -> Transaction:
    """Return *transaction* as *fault* ends it; raise a fault that does not end it."""
    if isinstance(fault, _OURS):
        raise fault
    state = _ENDS.get(type(fault), State.FAILED)
    return Transaction(transaction.order, transaction.reference, Progress(state, fault=fault))
