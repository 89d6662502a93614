"""From what a service says of a certificate to a `RemoteCredential`."""

from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives.serialization import Encoding

from connectors.remote import algorithms
from connectors.remote.answer import Garbled, certificate, key_of
from connectors.remote.errors import CredentialMissing
from connectors.remote.service import RemoteCredential

_LONGEST_CHAIN = 10


def credential_of(
    user: str,
    credential_id: str,
    certificates: Sequence[str],
    key_oids: Sequence[str],
    *,
    digests: Sequence[str] = tuple(algorithms.DIGEST_OIDS),
    most: int = 1,
    status: str = "",
) -> RemoteCredential | None:
    """Return the credential, or None when its key makes no signature that anybody here wants.

    Args:
        user: whose it is.
        credential_id: the service's id.
        certificates: base64, the signer's own first, then any others.
        key_oids: what the service offers.
        digests: those the service takes.
        most: hashes in one order.
        status: the service's word.

    Raises:
        Garbled: a certificate cannot be read.
    """
    if not certificates or len(certificates) > _LONGEST_CHAIN:
        raise Garbled("a credential has no certificate, or too many")
    own, *others = map(certificate, certificates)
    offered = algorithms.names_of(key_oids, key_of(own))
    names = tuple(name for name in offered if name.partition("_")[0] in digests)
    if not names:
        return None
    return RemoteCredential(
        user=user,
        credential_id=credential_id,
        certificate=own.public_bytes(Encoding.DER),
        chain=tuple(
            other.public_bytes(Encoding.DER) for other in others if other.subject != other.issuer
        ),
        key_oids=tuple(key_oids),
        algorithms=names,
        most=max(1, most),
        status=status[:100],
    )


def usable(
    service: str, call: str, found: Iterable[RemoteCredential | None]
) -> tuple[RemoteCredential, ...]:
    """Return those *found* by *call* that can sign.

    Raises:
        CredentialMissing: none can.
    """
    each = list(found)
    able = tuple(one for one in each if one is not None)
    if not able:
        raise CredentialMissing(service, call, f"{len(each)}")
    return able
