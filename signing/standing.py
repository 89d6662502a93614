"""Whether the lists that we hold say that a signer's certificate was revoked: asked before signing.

Legal source: Circular 15/2025/TT-BKHCN, Art. 5 (validity is checked before a signature is
made). Standard: RFC 5280, 5.3 (revoked entries), 6.3. Only for refusing: what a list does
not say, or a list that is out of date, stops nobody here; verification judges that.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.errors import TrustUnreadable
from signing.key_errors import SignerRevoked
from signing.keys import Identity, subject_name
from signing.policy import built_in
from signing.trust import TrustStore


class _Entry(NamedTuple):
    """What a list says of a certificate."""

    name: str
    since: datetime
    reason: str


def ensure_unrevoked(identity: Identity, trust: TrustStore, at: datetime) -> None:
    """Return unless a list of *trust* says that *identity*, or an issuer, is revoked at *at*.

    A revocation that begins a little later, within what clocks may differ, counts too.
    Costs microseconds but for the first time.

    Raises:
        SignerRevoked: it was revoked before.
        TrustUnreadable: a list cannot be read.
    """
    chain = (identity.certificate, *identity.chain)
    if not trust.crls:
        return
    entry = _earliest(chain, (*identity.chain, *trust.intermediates, *trust.roots), trust.crls)
    if entry is not None and entry.since <= at + built_in().clock_tolerance:
        since = f"{entry.since:%Y-%m-%d %H:%M:%S} UTC"
        why = f"đã bị thu hồi từ / revoked since {since} ({entry.reason})"
        raise SignerRevoked(entry.name, why)


def ensure_readable(trust: TrustStore) -> None:
    """Return if every list of *trust* can be asked.

    Raises:
        TrustUnreadable: one cannot.
    """
    for crl in trust.crls:
        _list(crl)


def ahead(trust: TrustStore, at: datetime) -> timedelta:
    """Return by how much a list of *trust* was issued after *at*: our clock is behind, if so."""
    latest = max((_list(crl).last_update_utc for crl in trust.crls), default=at)
    return max(latest - at, timedelta())


@lru_cache(maxsize=512)
def _earliest(
    chain: tuple[bytes, ...], known: tuple[bytes, ...], crls: tuple[bytes, ...]
) -> _Entry | None:
    """Return the earliest revocation in *chain* that *crls* tell of."""
    issuers = [x509.load_der_x509_certificate(der) for der in known]
    entries = (
        _entry(x509.load_der_x509_certificate(der), _list(crl), issuers)
        for der in chain
        for crl in crls
    )
    return min((entry for entry in entries if entry), key=lambda entry: entry.since, default=None)


def _entry(
    certificate: x509.Certificate,
    crl: x509.CertificateRevocationList,
    issuers: list[x509.Certificate],
) -> _Entry | None:
    if crl.issuer != certificate.issuer:
        return None
    found = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if found is None or not _authentic(crl, issuers):
        return None
    return _Entry(subject_name(certificate), found.revocation_date_utc, _reason(found))


def _authentic(crl: x509.CertificateRevocationList, issuers: list[x509.Certificate]) -> bool:
    """Return whether *crl* is its issuer's, as far as the issuer's keys are known."""
    keys = [one.public_key() for one in issuers if one.subject == crl.issuer]
    return not keys or any(_signed_by(crl, key) for key in keys)


def _signed_by(crl: x509.CertificateRevocationList, key: object) -> bool:
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    try:
        return crl.is_signature_valid(key)
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return False


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (x509.ExtensionNotFound, ValueError):
        return "unspecified"


@lru_cache(maxsize=64)
def _list(der: bytes) -> x509.CertificateRevocationList:
    try:
        return x509.load_der_x509_crl(der)
    except ValueError as fault:
        raise TrustUnreadable("CRL", str(fault)[:200]) from fault
