"""Certificates from a leaf up to a trusted root, with proof that none of them is revoked.

Standard: RFC 5280, 6 (path validation). The validator is pyHanko's; nothing is fetched here.
What our own signatures are to carry is judged here; signatures of others, in `validation`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import RevokedError

from documents.errors import EvidenceBroken, Refused
from signing.coroutine import without_waiting
from signing.trust import TrustStore

TOLERANCE = timedelta(minutes=5)
"""An answer is younger than the moment we began to ask; a responder's clock may be ahead."""


class ChainUntrusted(Refused):
    """No way leads from the certificate to a trusted root."""

    code = "certificate.untrusted"
    vietnamese = "Chứng thư «{0}» không dẫn tới chứng thư gốc được tin cậy: {1}"
    english = "the certificate of {0} does not lead to a trusted root: {1}"
    remedy = "Kiểm tra các chứng thư gốc (trust) / check the trusted roots"


class CertificateRevoked(EvidenceBroken):
    """The certificate, or its issuer's, is revoked."""

    code = "certificate.revoked"
    vietnamese = "Chứng thư «{0}» đã bị thu hồi: {1}"
    english = "the certificate of {0} is revoked: {1}"
    remedy = "Ngừng dùng chứng thư này; báo người phụ trách / stop using it; tell who is in charge"


def trusted_path(
    certificate: bytes,
    others: Iterable[bytes],
    trust: TrustStore,
    at: datetime,
    *,
    crls: Iterable[bytes] = (),
    ocsps: Iterable[bytes] = (),
    revocation: Literal["soft-fail", "require"] = "soft-fail",
    retroactive: bool = False,
    timestamping: bool = False,
) -> tuple[bytes, ...]:
    """Return the DER certificates from *certificate* to its root, that one included.

    With `require`, each of them but the root must be proved unrevoked by *crls* or *ocsps*;
    *retroactive* ones may have been issued after *at*.
    Under roots for timestamps alone only a TSA's certificate is believed (*timestamping*).

    Raises:
        ChainUntrusted: there is no such path, or a proof is lacking.
        CertificateRevoked: one of them is revoked.
    """
    name = "?"
    try:
        leaf = x509.Certificate.load(certificate)
        name = leaf.subject.human_friendly
        context = ValidationContext(
            trust_manager=trust.timestamping_manager if timestamping else trust.manager,
            other_certs=[x509.Certificate.load(each) for each in trust.intermediates],
            crls=[crl.CertificateList.load(each) for each in crls],
            ocsps=[ocsp.OCSPResponse.load(each) for each in ocsps],
            moment=at,
            allow_fetching=False,
            revocation_mode=revocation,
            retroactive_revinfo=retroactive,
            time_tolerance=TOLERANCE,
        )
        more = [x509.Certificate.load(each) for each in others]
        validator: Any = CertificateValidator(leaf, more, validation_context=context)
        # any usage: which one is wanted was checked where the certificate was taken
        path: Any = without_waiting(validator.async_validate_usage(set()))
    except RevokedError as fault:
        raise CertificateRevoked(name, str(fault)[:200]) from fault
    except Exception as fault:  # certificates and lists come from strangers
        raise ChainUntrusted(name, f"{type(fault).__name__}: {str(fault)[:200]}") from fault
    return tuple(each.dump() for each in reversed(list(path)))
