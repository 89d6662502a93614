"""Reads what a certificate says of its holder: names, serial number, issuer, validity.

Standard: RFC 5280, 4.1.2. Works on certificates from outside: whatever is odd in them becomes
text of bounded length.
"""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from asn1crypto import pem, x509

from documents.credential import Credential
from documents.errors import storable
from signing.errors import CertificateRefused

NAME_LENGTH = 200
"""Characters of a name that are kept; a hostile certificate may have millions."""
MOST_NAMES = 8
_ISSUER_LENGTH = 300
_SERIAL_LENGTH = 100
_ORGANISATION = ("organization_name", "organizational_unit_name")


@lru_cache(maxsize=1024)
def credential(der: bytes) -> Credential:
    """Return the facts of a certificate (DER).

    Raises:
        CertificateRefused: it cannot be read.
    """
    try:
        certificate = x509.Certificate.load(der)
        names = _names(certificate.subject)
        organisations = tuple(name for kind in _ORGANISATION for name in names.get(kind, ()))
        common = names.get("common_name") or organisations or ("",)
        return Credential(
            sha256=hashlib.sha256(der).hexdigest(),
            name=common[0],
            organisations=organisations[:MOST_NAMES],
            serial=f"{certificate.serial_number:x}"[:_SERIAL_LENGTH],
            issuer=storable(certificate.issuer.human_friendly)[:_ISSUER_LENGTH],
            not_before=_moment(certificate.not_valid_before),
            not_after=_moment(certificate.not_valid_after),
        )
    except Exception as fault:  # the parser meets whatever a stranger has put there
        why = f"không đọc được / cannot be read: {type(fault).__name__}"
        raise CertificateRefused("?", why) from None


def _names(subject: x509.Name) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for relative in subject.chosen:
        for pair in relative:
            text = storable(str(pair["value"].native)).strip()[:NAME_LENGTH]
            if text:
                kind = pair["type"].native
                found[kind] = (*found.get(kind, ()), text)
    return found


def _moment(at: datetime) -> datetime:
    return at.astimezone(UTC)


def read_certificate(path: Path) -> bytes:
    """Return the first certificate in a PEM or DER file, DER.

    Raises:
        CertificateRefused: there is none.
    """
    try:
        data = path.read_bytes()
        return pem.unarmor(data)[2] if pem.detect(data) else data
    except (OSError, ValueError) as fault:
        why = f"không đọc được / cannot be read: {type(fault).__name__}"
        raise CertificateRefused(path.name, why) from None
