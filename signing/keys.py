"""Keys that sign: what the office asks of whoever holds one.

A key holder takes a digest and gives a signature, at once. A file (`pkcs12`), a token or
an HSM (`pkcs11`) can; a remote service or the token tool on a leader's own machine cannot:
of those only the public part, an `Identity`, is here, and the value comes later (`deferred`).
Standards: RFC 5280 4.2.1.3 (key usage).
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID

from signing.algorithm import Algorithm
from signing.errors import CertificateRefused
from signing.making import ensure_strong

_MAY_BE_THE_CLOCK = timedelta(days=1)
"""So little beside its validity, and it may be our clock that is wrong."""


class Identity(Protocol):
    """The public part of someone who can sign: a person or an agency with one certificate."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""
        ...

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Intermediate certificates, DER, without the root."""
        ...

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm of the signatures that will be made."""
        ...

    @property
    def not_before(self) -> datetime:
        """First moment of validity, UTC."""
        ...

    @property
    def not_after(self) -> datetime:
        """Last moment of validity, UTC."""
        ...


class KeyHolder(Identity, Protocol):
    """An identity whose key answers at once."""

    def sign(self, digest: bytes) -> bytes:
        """Return the raw signature of *digest*, which `algorithm.digest` made.

        Raises:
            KeyUnavailable: the key does not answer, e.g. its token was pulled out.
        """
        ...


def ensure_valid(key: Identity, at: datetime) -> None:
    """Return if *key*'s certificate may sign at *at* (aware).

    Raises:
        CertificateRefused: expired, not yet valid, or not made for signing.
        KeyTooWeak: below what the policy accepts.
    """
    name, fault = _standing(key.certificate)
    if fault:
        raise CertificateRefused(name, fault)
    if at < key.not_before:
        why = f"chưa có hiệu lực / not valid before {key.not_before}"
        raise CertificateRefused(name, why + _clock_note(key.not_before - at))
    if at > key.not_after:
        why = f"đã hết hạn / expired on {key.not_after}"
        raise CertificateRefused(name, why + _clock_note(at - key.not_after))


def _clock_note(distance: timedelta) -> str:
    near = distance < _MAY_BE_THE_CLOCK
    return "; xem lại đồng hồ của máy / check this machine's clock" if near else ""


def subject_name(certificate: x509.Certificate) -> str:
    """Return the common name, else the whole subject."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


@lru_cache(maxsize=512)
def _standing(der: bytes) -> tuple[str, str]:
    """Return the subject's name and why its certificate may never sign ("" when it may)."""
    certificate = x509.load_der_x509_certificate(der)
    name = subject_name(certificate)
    ensure_strong(certificate, name)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return name, ""
    if usage.digital_signature or usage.content_commitment:
        return name, ""
    return name, "không dùng để ký số / its key usage is not signing"
